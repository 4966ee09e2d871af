"""Approval in a real Airflow: what is asked, what each answer leads to, and a question that went stale."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from dev.airflow_api import Question
from tests.system.stage import BULK, Run, Stage, finished_run, run_again, seen
from tests.wire import may_change_a_booking

pytestmark = pytest.mark.system

UNANSWERED = "unanswered"
CHANGING = "changing_plan"
APPROVED = ["jicoo0000012", "jicoo0000013"]
REJECTED = "jicoo0000014"
UNASKED = "jicoo0000015"
IN_TIME = "jicoo0000016"
STALE = "jicoo0000017"
TYPED = "for nobody else to read"  # Airflow itself writes it into the scheduler's log at DEBUG


def asked_for(*booking_ids: str) -> dict[str, Any]:
    """Return a form of the bulk DAG; approval is on by default."""
    return {"source": {"ids": list(booking_ids)}, "change": {"shift": "P1D"}, "conn_id": "jicoo_default"}


def run_to_question(stage: Stage, dag_id: str, params: dict[str, Any]) -> tuple[str, Question]:
    """Start a run and wait until it asks; return its id and the question."""
    run_id = stage.api.trigger(dag_id, params)
    return run_id, stage.api.wait_for_question(dag_id, run_id, "approve")


def sent(run: Run) -> list[dict[str, Any]]:
    """Return what was sent to change a booking."""
    return [request for request in run.requests if may_change_a_booking(request)]


@pytest.fixture(scope="module")
def asked(stage: Stage) -> tuple[str, Question, int]:
    """A run of the bulk DAG that asks; with how many writes the vendors had seen before and meanwhile."""
    earlier = len(stage.vendors.requests())
    run_id, question = run_to_question(stage, BULK, asked_for(*APPROVED))
    writes = [each for each in stage.vendors.requests()[earlier:] if may_change_a_booking(each)]
    return run_id, question, len(writes)


@pytest.fixture(scope="module")
def approved(stage: Stage, asked: tuple[str, Question, int]) -> Run:
    """That run, approved with the form as it was shown."""
    run_id, question, _ = asked
    earlier = len(stage.vendors.requests())
    stage.api.answer(BULK, run_id, "approve", "Approve", question.form)
    stage.api.wait_for_run(BULK, run_id)
    return seen(stage, BULK, run_id, earlier)


@pytest.fixture(scope="module")
def rejected(stage: Stage) -> Run:
    """A run of the bulk DAG, rejected."""
    earlier = len(stage.vendors.requests())
    run_id, _ = run_to_question(stage, BULK, asked_for(REJECTED))
    stage.api.answer(BULK, run_id, "approve", "Reject", {})
    stage.api.wait_for_run(BULK, run_id)
    return seen(stage, BULK, run_id, earlier)


@pytest.fixture(scope="module")
def misfilled(stage: Stage) -> Run:
    """A run of the bulk DAG, approved with a field that the form does not have."""
    earlier = len(stage.vendors.requests())
    run_id, _ = run_to_question(stage, BULK, asked_for(REJECTED))
    stage.api.answer(BULK, run_id, "approve", "Approve", {"why": TYPED})
    stage.api.wait_for_run(BULK, run_id)
    return seen(stage, BULK, run_id, earlier)


@pytest.fixture(scope="module")
def unanswered(stage: Stage) -> Run:
    """A run that nobody answered in time."""
    stage.api.unpause(UNANSWERED, parsed_after=datetime.fromtimestamp(0, UTC))
    return finished_run(stage, UNANSWERED, {})


@pytest.fixture(scope="module")
def first_question(stage: Stage) -> tuple[str, Question]:
    """A run whose plan is another one each time, as it asks for the first time."""
    stage.api.unpause(CHANGING, parsed_after=datetime.fromtimestamp(0, UTC))
    return run_to_question(stage, CHANGING, {})


@pytest.fixture(scope="module")
def stale(stage: Stage, first_question: tuple[str, Question]) -> Run:
    """That run after plan and approval were cleared while it asked."""
    run_id, _ = first_question
    earlier = len(stage.vendors.requests())
    stage.api.clear(CHANGING, run_id, "plan")
    stage.api.wait_for_run(CHANGING, run_id)
    return seen(stage, CHANGING, run_id, earlier)


@pytest.fixture(scope="module")
def stale_and_approved(stage: Stage, stale: Run) -> Run:
    """The same run, its stale question approved by somebody who still sees it, and the approval cleared."""
    earlier = len(stage.vendors.requests())
    stage.api.answer(CHANGING, stale.run_id, "approve", "Approve", {})
    stage.api.clear(CHANGING, stale.run_id, "approve")
    stage.api.wait_for_run(CHANGING, stale.run_id)
    return seen(stage, CHANGING, stale.run_id, earlier)


@pytest.fixture(scope="module")
def unknown_to_the_ledger(stage: Stage, stale_and_approved: Run) -> Run:
    """The same run once more, with a ledger that knows nothing of the question."""
    ledger = sqlite3.connect(stage.home / "airflow" / "booking_ledger.db", timeout=30)
    with closing(ledger), ledger:
        assert ledger.execute("DELETE FROM booking_questions").rowcount > 0
    return run_again(stale_and_approved, "plan")


class TestAQuestion:
    def test_names_the_digest_of_the_plan(self, stage: Stage, asked: tuple[str, Question, int]) -> None:
        run_id, question, _ = asked
        (plan,) = [each for each in stage.api.task_instances(BULK, run_id) if each.task_id == "plan"]
        digest = stage.api.xcom(BULK, run_id, plan)["digest"]
        assert question.form == {"digest": digest}
        assert digest[:12] in question.subject
        assert digest in question.body

    def test_stands_before_anything_is_sent(self, asked: tuple[str, Question, int]) -> None:
        _, _, writes = asked
        assert writes == 0

    def test_shows_how_far_bookings_move(self, asked: tuple[str, Question, int]) -> None:
        _, question, _ = asked
        assert "All 2 bookings that move do so by exactly the same: 1 day later." in question.body


class TestAnApproval:
    def test_lets_the_plan_be_applied(self, approved: Run) -> None:
        assert approved.state == "success", approved.failures("apply")
        assert [len(approved.written("jicoo", each)) for each in APPROVED] == [1, 1]

    def test_hands_the_digest_on_that_was_approved(self, approved: Run) -> None:
        (plan,), (answer,) = approved.xcoms("plan"), approved.xcoms("approve")
        assert (answer["digest"], answer["approved"]) == (plan["digest"], True)
        assert answer["answered_by"] == "admin"
        (apply,) = approved.of("apply")
        assert approved.stage.api.rendered_fields(BULK, approved.run_id, apply)["digest"] == plan["digest"]


class TestARejection:
    def test_sends_nothing(self, rejected: Run) -> None:
        assert sent(rejected) == []

    def test_skips_the_apply_tasks_and_ends_well(self, rejected: Run) -> None:
        assert {task.state for task in rejected.of("apply")} == {"skipped"}
        assert rejected.state == "success"

    def test_is_reported_on_all_the_same(self, rejected: Run) -> None:
        (reported,) = rejected.xcoms("report")
        assert reported["counts"] == {"planned": 1, "total": 1}

    def test_leaves_its_result(self, rejected: Run) -> None:
        (answer,) = rejected.xcoms("approve")
        assert (answer["approved"], answer["answered_by"], answer["digest"]) == (False, "admin", None)


class TestNoAnswerInTime:
    def test_is_a_rejection(self, unanswered: Run) -> None:
        assert unanswered.state == "success"
        assert [task.state for task in unanswered.of("apply")] == ["skipped"]

    def test_sends_nothing(self, unanswered: Run) -> None:
        assert sent(unanswered) == []


def test_with_approval_off_nobody_is_asked(stage: Stage) -> None:
    run = finished_run(stage, BULK, {**asked_for(UNASKED), "approval": False})
    (answer,) = run.xcoms("approve")
    assert (run.state, answer["asked"]) == ("success", False)
    assert len(run.written("jicoo", UNASKED)) == 1


def test_an_empty_plan_asks_nobody(stage: Stage) -> None:
    run = finished_run(stage, BULK, asked_for("nobody"))
    (answer,) = run.xcoms("approve")
    assert (run.state, answer["asked"]) == ("success", False)


class TestClearingPlanAndApprovalWhileItAsks:
    def test_makes_another_plan(self, first_question: tuple[str, Question], stale: Run) -> None:
        (plan,) = stale.xcoms("plan")
        assert plan["digest"] != first_question[1].form["digest"]

    def test_leaves_airflow_showing_the_first_one(
        self, first_question: tuple[str, Question], stale: Run
    ) -> None:
        shown = stale.stage.api.question(CHANGING, stale.run_id, "approve")
        assert shown == first_question[1]

    def test_fails_the_approval_in_one_sentence(self, stale: Run) -> None:
        (failure,) = stale.failures("approve")
        assert stale.state == "failed"
        assert "start a new run" in failure
        assert "\n" not in failure

    def test_sends_nothing(self, stale: Run) -> None:
        assert sent(stale) == []

    def test_sends_nothing_even_when_the_stale_question_is_approved(self, stale_and_approved: Run) -> None:
        assert stale_and_approved.state == "failed"
        assert sent(stale_and_approved) == []

    def test_leaves_the_booking_as_it_was(self, stage: Stage, stale_and_approved: Run) -> None:
        before = [each for each in stage.before["jicoo"] if each["uid"] == STALE]
        assert [each for each in stale_and_approved.held["jicoo"] if each["uid"] == STALE] == before


class TestALedgerThatKnowsNothingOfAQuestion:
    def test_fails_the_approval_as_airflow_shows_another_plan(self, unknown_to_the_ledger: Run) -> None:
        (failure,) = unknown_to_the_ledger.failures("approve")
        assert failure.startswith("a person is shown another plan than the present one")

    def test_sends_nothing(self, unknown_to_the_ledger: Run) -> None:
        assert unknown_to_the_ledger.state == "failed"
        assert sent(unknown_to_the_ledger) == []


class TestAFormThatIsNotTheQuestions:
    def test_approves_nothing_and_is_not_quoted(self, misfilled: Run) -> None:
        (failure,) = misfilled.failures("approve")
        assert failure.startswith("the answer has fields that the form of the question does not have")
        (approve,) = misfilled.of("approve")
        assert TYPED not in json.dumps(misfilled.stage.api.log(BULK, misfilled.run_id, approve))

    def test_sends_nothing(self, misfilled: Run) -> None:
        assert sent(misfilled) == []


def test_a_question_holds_no_address_of_a_person(asked: tuple[str, Question, int]) -> None:
    _, question, _ = asked
    assert "@" not in json.dumps([question.subject, question.body])
