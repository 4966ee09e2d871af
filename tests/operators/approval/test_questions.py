"""A question is asked once, about one plan, and not at all where there is nothing to ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk import DAG, Param
from airflow.sdk.exceptions import AirflowFailException, TaskAwaitingInput

from airflow_provider_booking.hooks.places import open_ledger
from airflow_provider_booking.operators.change_sets import (
    ApplyBookingChangesOperator,
    ApproveBookingChangesOperator,
)
from tests.change_sets.ledger.making import make_older
from tests.operators.approval.asking import Supervisor, answer, apply, ask, asking, context, plan, run, sent

if TYPE_CHECKING:
    from pathlib import Path

    from airflow_provider_booking.sandbox import Sandbox

SOON = timedelta(hours=24)


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
    open_ledger(make=True).close()
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


def test_nothing_is_sent_while_the_question_stands(sandbox: Sandbox) -> None:
    ask(plan())
    assert not sent(sandbox)
