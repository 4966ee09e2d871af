"""The operator that asks a person, as a task runs it; what a scheduler adds is in tests/system."""

from __future__ import annotations

import asyncio
import json
import traceback
import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param
from airflow.sdk.exceptions import AirflowFailException, DownstreamTasksSkipped, TaskAwaitingInput
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import HITLDetailRequestResult

from airflow_provider_booking.hooks.places import open_ledger
from airflow_provider_booking.operators.change_sets import (
    ApplyBookingChangesOperator,
    ApproveBookingChangesOperator,
    PlanBookingChangesOperator,
)
from tests.change_sets.ledger.making import make_older
from tests.wire import may_change_a_booking

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from airflow_provider_booking.sandbox import Sandbox

SHIFT = {"shift": "P1D"}
SOON = timedelta(hours=24)


class Supervisor:
    """Airflow's end of the line to a task: keeps its first question, and says that it shows that one."""

    def __init__(self) -> None:
        self.question: Any = None

    def send(self, msg: Any) -> HITLDetailRequestResult:
        self.question = self.question or msg
        return HITLDetailRequestResult.model_validate(self.question.model_dump(exclude={"type"}))


@pytest.fixture(autouse=True)
def _own_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connect: Callable[..., None]) -> None:
    monkeypatch.setenv("AIRFLOW__BOOKING__LEDGER_URL", f"sqlite:///{tmp_path / 'ledger.db'}")
    monkeypatch.setenv("AIRFLOW__BOOKING__REPORT_URL", str(tmp_path / "reports"))
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "cGFzc3dvcmQgb2YgMzIgYnl0ZXMgZm9yIHRlc3RzLi4=")
    for vendor in ("jicoo", "onlive"):
        connect(vendor)


@pytest.fixture(autouse=True)
def supervisor(monkeypatch: pytest.MonkeyPatch) -> Supervisor:
    made = Supervisor()
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", made, raising=False)
    return made


def plan(key: str = "run 1", **otherwise: Any) -> dict[str, Any]:
    source: Any = {"ids": ["sandboxVb7RE"]}
    asked: dict[str, Any] = {"source": source, "change": SHIFT, "conn_id": "jicoo_default"}
    return run(PlanBookingChangesOperator(task_id="plan", key=key, **(asked | otherwise)))


def apply(planned: dict[str, Any], **otherwise: Any) -> dict[str, Any]:
    change_set_id = planned["change_set_id"]
    return run(ApplyBookingChangesOperator(task_id="apply", change_set_id=change_set_id, **otherwise))


def run(task: Any, within: Any = None) -> dict[str, Any]:
    """Run a task in an event loop of its own."""
    with asyncio.Runner() as runner:
        runner.get_loop()
        found: dict[str, Any] = task.execute(within or {})
    return found


def asking(planned: dict[str, Any], **otherwise: Any) -> ApproveBookingChangesOperator:
    """Make the task, with one task behind it."""
    with DAG("bulk", schedule=None):
        task = ApproveBookingChangesOperator(
            task_id="approve", change_set_id=planned["change_set_id"], **otherwise
        )
        task >> EmptyOperator(task_id="next")
    return task


def context(task: ApproveBookingChangesOperator, pushed: dict[str, Any] | None = None) -> Any:
    """What Airflow gives to every try of the task in one run."""
    kept = {} if pushed is None else pushed

    def xcom_push(key: str, value: Any) -> None:
        kept[key] = value

    names = {"dag_id": "bulk", "run_id": "manual__1", "task_id": "approve", "map_index": -1}
    ti = SimpleNamespace(id=uuid.uuid4(), task=task, xcom_push=xcom_push, **names)
    return {"ti": ti, "task_instance": ti, "task": task}


def ask(planned: dict[str, Any], **otherwise: Any) -> TaskAwaitingInput:
    """Run the task until it waits."""
    task = asking(planned, **otherwise)
    with pytest.raises(TaskAwaitingInput) as waiting:
        task.execute(context(task))
    return waiting.value


def answer(
    planned: dict[str, Any],
    chosen: str = "Approve",
    params_input: dict[str, Any] | None = None,
    pushed: dict[str, Any] | None = None,
    **otherwise: Any,
) -> dict[str, Any]:
    """Run the task on from an answer, in a process of its own as it were."""
    task = asking(planned, **otherwise)
    event = {
        "chosen_options": [chosen],
        "params_input": {"digest": planned["digest"]} if params_input is None else params_input,
        "responded_at": datetime(2026, 11, 21, 8, tzinfo=UTC),
        "responded_by_user": {"id": "admin", "name": "Ada"},
        "timedout": False,
    }
    return task.execute_complete(context(task, pushed), event)


def stop(planned: dict[str, Any]) -> None:
    with open_ledger() as ledger:
        ledger.ask_to_stop(planned["change_set_id"], "ana")


def test_a_question_names_its_plan_in_subject_body_and_form(supervisor: Supervisor) -> None:
    planned = plan()
    ask(planned)
    question = supervisor.question
    assert planned["digest"][:12] in question.subject
    assert planned["digest"] in question.body
    assert question.params["digest"]["value"] == planned["digest"]
    assert question.params["digest"]["schema"]["enum"] == [planned["digest"]]


def test_no_answer_is_a_rejection_when_the_plan_expires(supervisor: Supervisor) -> None:
    waiting = ask(plan())
    question = supervisor.question
    assert question.defaults == ["Reject"]
    assert waiting.timeout is not None
    assert SOON - timedelta(minutes=5) < waiting.timeout < SOON


def test_a_shorter_time_to_answer_holds() -> None:
    assert ask(plan(), response_timeout=timedelta(hours=1)).timeout == timedelta(hours=1)


def test_a_longer_time_to_answer_ends_with_the_plan() -> None:
    waiting = ask(plan(), response_timeout=timedelta(days=9))
    assert waiting.timeout is not None
    assert waiting.timeout < SOON


def test_the_default_answer_cannot_be_another_one() -> None:
    with pytest.raises(TypeError, match="defaults"):
        asking({"change_set_id": "any"}, defaults="Approve")


def test_more_fields_of_the_form_are_kept(supervisor: Supervisor) -> None:
    ask(plan(), params={"ticket": Param("", type="string")})
    question = supervisor.question
    assert question.params.keys() == {"ticket", "digest"}


def test_params_of_the_dag_are_no_fields_of_the_form(supervisor: Supervisor) -> None:
    planned = plan()
    with DAG("bulk", schedule=None, params={"source": "all"}):
        task = ApproveBookingChangesOperator(task_id="approve", change_set_id=planned["change_set_id"])
    with pytest.raises(TaskAwaitingInput):
        task.execute(context(task))
    question = supervisor.question
    assert question.params.keys() == {"digest"}


def test_a_try_that_airflow_itself_spoils_is_followed_by_another() -> None:
    assert asking({"change_set_id": "any"}).retries == 1


def test_how_often_it_is_tried_can_be_said_for_the_whole_dag() -> None:
    with DAG("bulk", schedule=None, default_args={"retries": 4}):
        assert ApproveBookingChangesOperator(task_id="approve", change_set_id="any").retries == 4


def test_a_plan_with_nothing_to_apply_asks_nobody(supervisor: Supervisor) -> None:
    planned = plan(source={"ids": ["nobody"]})
    task = asking(planned)
    result = task.execute(context(task))
    assert supervisor.question is None
    assert (result["asked"], result["approved"], result["digest"]) == (False, False, planned["digest"])


def test_a_change_set_that_was_applied_asks_nobody(supervisor: Supervisor) -> None:
    planned = plan()
    apply(planned)
    task = asking(planned)
    assert task.execute(context(task))["asked"] is False
    assert supervisor.question is None


@pytest.mark.parametrize("off", [False, "False", "false"])
def test_asking_can_be_switched_off(supervisor: Supervisor, off: Any) -> None:
    planned = plan()
    task = asking(planned, ask=off)
    assert task.execute(context(task))["digest"] == planned["digest"]
    assert supervisor.question is None


def test_a_switch_that_says_neither_is_one_sentence() -> None:
    task = asking(plan(), ask="perhaps")
    with pytest.raises(AirflowFailException, match="ask is neither true nor false"):
        task.execute(context(task))


def test_nobody_is_asked_about_a_plan_that_has_expired(supervisor: Supervisor) -> None:
    task = asking(plan(expires_in=timedelta(milliseconds=1)))
    with pytest.raises(AirflowFailException, match="expired"):
        task.execute(context(task))
    assert supervisor.question is None


def test_nobody_is_asked_about_an_unknown_change_set(supervisor: Supervisor) -> None:
    task = asking({"change_set_id": "20200101-000000-abcdef"})
    with pytest.raises(AirflowFailException, match="20200101"):
        task.execute(context(task))
    assert supervisor.question is None


def test_a_cleared_task_asks_about_the_same_plan_again(supervisor: Supervisor) -> None:
    planned = plan()
    ask(planned)
    ask(planned)
    assert supervisor.question.params["digest"]["value"] == planned["digest"]


def test_a_task_that_asked_about_one_plan_does_not_ask_about_another() -> None:
    ask(plan("run 1"))
    task = asking(plan("run 2", change={"shift": "P2D"}))
    with pytest.raises(AirflowFailException, match="start a new run"):
        task.execute(context(task))


class TestAQuestionThatAirflowGoesOnShowing:
    """Airflow keeps it for as long as the run; the ledger may know nothing of it any more."""

    @pytest.fixture
    def other_plan(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        """Another plan, in a new ledger, after a question about a first one."""
        ask(plan())
        monkeypatch.setenv("AIRFLOW__BOOKING__LEDGER_URL", f"sqlite:///{tmp_path / 'new.db'}")
        return plan(change={"shift": "P2D"})

    def test_keeps_another_plan_from_being_asked_about(self, other_plan: dict[str, Any]) -> None:
        task = asking(other_plan)
        with pytest.raises(AirflowFailException, match="a person is shown another plan"):
            task.execute(context(task))

    def test_does_not_approve_another_plan_where_the_answer_names_none(
        self, other_plan: dict[str, Any]
    ) -> None:
        with pytest.raises(AirflowFailException, match="the answer names no plan"):
            answer(other_plan, params_input={})

    def test_tells_nobody_anew(self, other_plan: dict[str, Any]) -> None:
        told: list[Any] = []
        task = asking(other_plan, notifiers=[told.append])
        with pytest.raises(AirflowFailException):
            task.execute(context(task))
        assert told == []

    def test_stays_the_first_one_when_its_change_set_is_forgotten(self) -> None:
        ask(plan())
        with open_ledger() as ledger:
            make_older(ledger, days=91)
            ledger.forget_old()
        with pytest.raises(AirflowFailException, match="a person is shown another plan"):
            answer(plan(change={"shift": "P2D"}), params_input={})


class TestAStop:
    def test_keeps_a_run_that_was_begun_before_it_from_asking(self, supervisor: Supervisor) -> None:
        planned = plan()
        before = datetime.now(UTC)
        stop(planned)
        task = asking(planned)
        within: Any = {**context(task), "dag_run": SimpleNamespace(start_date=before)}
        with pytest.raises(AirflowFailException, match="for it to be stopped"):
            task.execute(within)
        assert supervisor.question is None

    def test_fails_it_in_the_words_of_an_apply(self) -> None:
        planned = plan()
        of_run = SimpleNamespace(dag_id="bulk", run_id="manual__1", start_date=datetime.now(UTC))
        stop(planned)
        approving = asking(planned)
        applying = ApplyBookingChangesOperator(task_id="apply", change_set_id=planned["change_set_id"])
        said = []
        for task in (approving, applying):
            with pytest.raises(AirflowFailException) as failed:
                run(task, {**context(approving), "dag_run": of_run})
            said.append(str(failed.value))
        assert said[0] == said[1]

    def test_does_not_keep_a_later_run_from_asking_which_then_says_so(self, supervisor: Supervisor) -> None:
        planned = plan()
        stop(planned)
        ask(planned)
        assert "for it to be stopped. Approving lets it go on" in supervisor.question.body


def test_an_approval_hands_on_the_digest_that_its_answer_carried() -> None:
    planned = plan()
    ask(planned)
    assert answer(planned) == {
        "change_set_id": planned["change_set_id"],
        "digest": planned["digest"],
        "asked": True,
        "approved": True,
        "answered_by": "admin",
        "answered_at": "2026-11-21T08:00:00+00:00",
        "chosen_options": ["Approve"],
        "params_input": {"digest": planned["digest"]},
    }


def test_what_it_hands_on_is_json() -> None:
    planned = plan()
    ask(planned)
    result = answer(planned)
    assert json.loads(json.dumps(result)) == result


def test_an_answer_without_the_form_is_about_the_plan_that_was_asked_about() -> None:
    planned = plan()
    ask(planned)
    assert answer(planned, params_input={})["digest"] == planned["digest"]


@pytest.mark.parametrize("digest", ["0" * 64, "", None, 7])
def test_an_approval_of_another_plan_fails(digest: Any) -> None:
    planned = plan()
    ask(planned)
    with pytest.raises(AirflowFailException, match="the answer names another plan than the present one"):
        answer(planned, params_input={"digest": digest})


@pytest.mark.parametrize("carries", [True, False])
def test_an_approval_of_a_plan_that_has_changed_meanwhile_fails(sandbox: Sandbox, carries: bool) -> None:
    source = {"ids": ["sandboxVb7RE", "sandboxKj93x"]}
    sandbox.seed("jicoo", bookings=[{"uid": "sandboxKj93x"}])
    sandbox.fault("jicoo", {"status": 503}, method="GET", path="*sandboxKj93x*", times=None)
    planned = plan(source=source)
    ask(planned)
    sandbox.clear_faults()
    again = plan(source=source)
    assert (again["change_set_id"], again["counts"]["planned"]) == (planned["change_set_id"], 2)
    given = {"digest": planned["digest"]} if carries else {}
    with pytest.raises(AirflowFailException, match="another plan"):
        answer(planned, params_input=given)


class TestAForm:
    """What was typed is the answer; it is nobody else's business."""

    TYPED = "ada@example.com"

    def test_without_the_digest_is_an_answer_all_the_same(self) -> None:
        planned = plan()
        ask(planned)
        ticket = {"ticket": Param("", type="string")}
        found = answer(planned, params_input={"ticket": "CHG-7"}, params=ticket)
        assert found["params_input"] == {"ticket": "CHG-7", "digest": planned["digest"]}

    def test_reads_as_it_was_shown_where_it_was_left_out(self) -> None:
        planned = plan()
        ask(planned)
        found = answer(planned, params_input={}, params={"ticket": Param("none", type="string")})
        assert found["params_input"]["ticket"] == "none"

    def test_with_an_unknown_field_approves_nothing_and_is_not_quoted(self) -> None:
        planned = plan()
        ask(planned)
        with pytest.raises(AirflowFailException, match="fields that the form of the question") as failed:
            answer(planned, params_input={self.TYPED: self.TYPED})
        assert self.TYPED not in "".join(traceback.format_exception(failed.value))

    @pytest.mark.parametrize("given", [{}, {"ticket": TYPED}])
    def test_that_is_not_filled_in_as_asked_approves_nothing_and_is_not_quoted(
        self, given: dict[str, Any]
    ) -> None:
        planned = plan()
        ask(planned)
        ticket = {"ticket": Param(type="string", maxLength=7)}
        with pytest.raises(AirflowFailException, match="ticket is not filled in") as failed:
            answer(planned, params_input=given, params=ticket)
        assert self.TYPED not in "".join(traceback.format_exception(failed.value))

    def test_of_a_rejection_is_taken_as_far_as_it_fits(self) -> None:
        planned, pushed = plan(), dict[str, Any]()
        ask(planned)
        fields = {"why": Param(type="string"), "ticket": Param(type="string", maxLength=7), "left": "open"}
        given = {"why": "not today", "ticket": self.TYPED, "unknown": self.TYPED}
        with pytest.raises(DownstreamTasksSkipped):
            answer(planned, "Reject", params_input=given, pushed=pushed, params=fields)
        assert pushed["params_input"] == {"why": "not today", "left": "open", "digest": ""}


def test_a_rejection_hands_on_no_digest() -> None:
    planned, pushed = plan(), dict[str, Any]()
    ask(planned)
    with pytest.raises(DownstreamTasksSkipped):
        answer(planned, "Reject", pushed=pushed)
    assert (pushed["digest"], pushed["return_value"]["digest"]) == (None, None)


def test_what_was_rejected_is_not_applied(sandbox: Sandbox) -> None:
    planned, pushed = plan(), dict[str, Any]()
    ask(planned)
    with pytest.raises(DownstreamTasksSkipped):
        answer(planned, "Reject", pushed=pushed)
    with pytest.raises(AirflowFailException, match="nobody approved"):
        apply(planned, digest=pushed["digest"] or "")
    assert not [each for each in sandbox.requests("jicoo") if may_change_a_booking(each)]


def test_a_rejection_needs_no_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    planned = plan()
    ask(planned)
    monkeypatch.setenv("AIRFLOW__BOOKING__LEDGER_URL", "sqlite:////nowhere/ledger.db")
    with pytest.raises(DownstreamTasksSkipped):
        answer(planned, "Reject")


def test_a_rejection_skips_what_comes_next() -> None:
    planned = plan()
    ask(planned)
    with pytest.raises(DownstreamTasksSkipped) as skipped:
        answer(planned, "Reject")
    assert list(skipped.value.tasks) == ["next"]


def test_a_rejection_leaves_its_result_behind() -> None:
    planned, pushed = plan(), dict[str, Any]()
    ask(planned)
    with pytest.raises(DownstreamTasksSkipped):
        answer(planned, "Reject", pushed=pushed)
    assert (pushed["approved"], pushed["return_value"]["answered_by"]) == (False, "admin")


def test_nobody_who_answered_is_nobody() -> None:
    planned, pushed = plan(), dict[str, Any]()
    ask(planned)
    task = asking(planned)
    event = {
        "chosen_options": ["Reject"],
        "params_input": {"digest": planned["digest"]},
        "responded_at": datetime(2026, 11, 22, 8, tzinfo=UTC),
        "responded_by_user": None,
        "timedout": True,
    }
    with pytest.raises(DownstreamTasksSkipped):
        task.execute_complete(context(task, pushed), event)
    assert pushed["answered_by"] is None


def test_applying_with_the_digest_of_another_plan_sends_nothing(sandbox: Sandbox) -> None:
    planned, other = plan("run 1"), plan("run 2", change={"shift": "P2D"})
    with pytest.raises(AirflowFailException, match="what was approved is not what would be applied"):
        apply(planned, digest=other["digest"])
    assert not [each for each in sandbox.requests("jicoo") if may_change_a_booking(each)]


def test_applying_through_a_connection_that_points_elsewhere_sends_nothing(
    sandbox: Sandbox, connect: Callable[..., None]
) -> None:
    planned = plan()
    ask(planned)
    approved = answer(planned)
    connect("jicoo", password="sk_live_another")
    with pytest.raises(AirflowFailException, match="another address or credential"):
        apply(planned, digest=approved["digest"])
    assert not [each for each in sandbox.requests("jicoo") if may_change_a_booking(each)]


def test_nothing_is_sent_while_the_question_stands(sandbox: Sandbox) -> None:
    ask(plan())
    assert not [each for each in sandbox.requests("jicoo") if may_change_a_booking(each)]
