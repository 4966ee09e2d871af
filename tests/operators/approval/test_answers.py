"""What an answer approves is the plan that was shown; a rejection hands on nothing."""

from __future__ import annotations

import json
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowFailException, DownstreamTasksSkipped

from tests.operators.approval.asking import answer, apply, ask, asking, context, plan, sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_booking.sandbox import Sandbox


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
    assert not sent(sandbox)


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
    assert not sent(sandbox)


def test_applying_through_a_connection_that_points_elsewhere_sends_nothing(
    sandbox: Sandbox, connect: Callable[..., None]
) -> None:
    planned = plan()
    ask(planned)
    approved = answer(planned)
    connect("jicoo", password="sk_live_another")
    with pytest.raises(AirflowFailException, match="another address or credential"):
        apply(planned, digest=approved["digest"])
    assert not sent(sandbox)
