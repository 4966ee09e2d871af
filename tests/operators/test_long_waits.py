"""Waits that are too long for a worker slot: the task is deferred, and goes on where it stopped."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, TaskDeferred
from airflow.sdk.serde import deserialize, serialize
from structlog.testing import capture_logs

from airflow_provider_booking.bookings import OutcomeUnknown, Throttled, VendorUnavailable
from airflow_provider_booking.hooks.places import open_ledger
from airflow_provider_booking.operators.change_sets import (
    ApplyBookingChangesOperator,
    PlanBookingChangesOperator,
    RevertBookingChangesOperator,
)
from airflow_provider_booking.operators.feishu import FeishuRenewReservesOperator
from airflow_provider_booking.operators.jicoo import JicooUpdateBookingOperator
from airflow_provider_booking.operators.long_waits import JITTER
from tests.wire import writes

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_booking.sandbox import Sandbox

BEGUN = datetime.now(UTC)
ASKED = 90
"""Seconds that a vendor asks for; ``longest_wait`` is 60."""
WAIT = {"throttle": {"retry_after": str(ASKED)}}
SOON = {"throttle": {"retry_after": "5"}}


@pytest.fixture(autouse=True)
def _connections(own_ledger: None, connect: Callable[..., None]) -> None:
    del own_ledger
    for vendor in ("feishu", "jicoo"):
        connect(vendor, extra={"max_concurrency": 1})


def run(task: Any, waited: TaskDeferred | None = None) -> Any:
    """Run a task of a run as Airflow does; where it has waited, as Airflow goes on with it."""
    dag_run = SimpleNamespace(dag_id="bulk", run_id="manual__1", start_date=BEGUN)
    with asyncio.Runner() as runner:
        runner.get_loop()
        if waited is None:
            return task.execute({"dag_run": dag_run})
        assert waited.method_name
        kept = deserialize(serialize({**(waited.kwargs or {}), "event": datetime.now(UTC)}))
        return task.resume_execution(waited.method_name, kept, {"dag_run": dag_run})


def deferred(task: Any, waited: TaskDeferred | None = None) -> TaskDeferred:
    """Run a task that has to wait."""
    with pytest.raises(TaskDeferred) as raised:
        run(task, waited)
    return raised.value


def until(wait: TaskDeferred) -> datetime:
    """The moment until when a task waits."""
    path, arguments = wait.trigger.serialize()
    assert path == "airflow.providers.standard.triggers.temporal.DateTimeTrigger"
    moment: datetime = arguments["moment"]
    return moment


def long_ago(wait: TaskDeferred, ago: timedelta) -> TaskDeferred:
    """The same wait, begun so long ago."""
    wait.kwargs = {**(wait.kwargs or {}), "since": (datetime.now(UTC) - ago).isoformat()}
    return wait


def plan(ids: list[str]) -> Any:
    return PlanBookingChangesOperator(
        task_id="plan", source={"ids": ids}, change={"shift": "P1D"}, conn_id="jicoo_default"
    )


def apply(change_set_id: str, **otherwise: Any) -> Any:
    return ApplyBookingChangesOperator(task_id="apply", change_set_id=change_set_id, **otherwise)


def update(**otherwise: Any) -> Any:
    changes = {"name": "Handover"}
    return JicooUpdateBookingOperator(task_id="update", uid="sandboxVb7RE", changes=changes, **otherwise)


def planned(sandbox: Sandbox, count: int) -> str:
    """Plan so many Jicoo bookings a day later."""
    found: str = run(plan(sandbox.seed("jicoo", count)))["change_set_id"]
    return found


class TestAnUpdateThatIsAskedToWaitForLong:
    def test_waits_as_long_as_it_is_asked_and_a_little_longer(self, sandbox: Sandbox) -> None:
        sandbox.fault("jicoo", WAIT)
        asked = datetime.now(UTC)
        moment = until(deferred(update()))
        assert asked + timedelta(seconds=ASKED) <= moment
        assert moment <= datetime.now(UTC) + timedelta(seconds=ASKED * (1 + JITTER))

    def test_goes_on_afterwards(self, sandbox: Sandbox) -> None:
        sandbox.fault("jicoo", WAIT, method="PATCH")
        assert run(update(), deferred(update()))["outcome"] == "applied"
        assert sandbox.booking("jicoo", "sandboxVb7RE")["name"] == "Handover"

    def test_says_until_when_and_why(self, sandbox: Sandbox) -> None:
        sandbox.fault("jicoo", WAIT)
        with capture_logs() as logs:
            wait = deferred(update())
        (line,) = [each["event"] for each in logs if "Waiting" in each["event"]]
        assert line.startswith(f"Waiting until {until(wait):%Y-%m-%d %H:%M:%S}Z, without a worker slot")
        assert "too many requests" in line

    def test_waits_anew_where_it_is_asked_anew(self, sandbox: Sandbox) -> None:
        sandbox.fault("jicoo", WAIT, times=2)
        assert run(update(), deferred(update(), deferred(update())))["outcome"] == "applied"

    def test_waits_with_a_timeout_as_well(self, sandbox: Sandbox) -> None:
        sandbox.fault("jicoo", WAIT)
        task = update(execution_timeout=timedelta(seconds=30))
        assert run(task, deferred(task))["outcome"] == "applied"

    def test_fails_after_a_day_in_vain(self, sandbox: Sandbox) -> None:
        sandbox.fault("jicoo", WAIT, times=None)
        with pytest.raises(Throttled):
            run(update(), long_ago(deferred(update()), timedelta(days=1)))

    def test_waits_for_a_vendor_that_is_down_and_says_for_how_long(self, sandbox: Sandbox) -> None:
        sandbox.fault("jicoo", {"status": 503, "headers": {"Retry-After": str(ASKED)}}, method="GET")
        assert run(update(), deferred(update()))["outcome"] == "applied"


class TestAnUpdateThatDoesNotWait:
    def test_is_one_that_was_told_no_time(self, sandbox: Sandbox) -> None:
        sandbox.fault("jicoo", {"throttle": {}}, times=None)
        with pytest.raises(Throttled):
            run(update())

    def test_is_one_whose_vendor_is_down_and_says_nothing(self, sandbox: Sandbox) -> None:
        sandbox.fault("jicoo", {"status": 503}, times=None)
        with pytest.raises(VendorUnavailable):
            run(update())

    def test_is_one_that_may_have_been_sent(self, sandbox: Sandbox) -> None:
        sandbox.fault("jicoo", {"drop": "after"}, method="PATCH")
        sandbox.fault("jicoo", WAIT, method="GET", skip=1)
        with pytest.raises(OutcomeUnknown):
            run(update())


@pytest.mark.parametrize("value", ["abc", "-5", "nan", "inf", "1e15"])
class TestALongestWaitThatIsNone:
    SAID = r"^\[booking\] longest_wait is no number of seconds: give one from 0 to 86400$"

    def test_fails_an_update(self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
        monkeypatch.setenv("AIRFLOW__BOOKING__LONGEST_WAIT", value)
        with pytest.raises(AirflowFailException, match=self.SAID):
            run(update())
        assert sandbox.requests("jicoo") == []

    def test_fails_a_plan_and_not_each_of_its_rows(
        self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, value: str
    ) -> None:
        ids = sandbox.seed("jicoo", 2)
        monkeypatch.setenv("AIRFLOW__BOOKING__LONGEST_WAIT", value)
        with pytest.raises(AirflowFailException, match=self.SAID):
            run(plan(ids))


class TestAnApplyThatIsAskedToWaitForLong:
    def test_goes_on_where_it_stopped_and_sends_nothing_twice(self, sandbox: Sandbox) -> None:
        task = apply(planned(sandbox, 6))
        sandbox.fault("jicoo", WAIT, method="PATCH", skip=3)
        assert run(task, deferred(task))["counts"] == {"applied": 6, "total": 6}
        refused_once = 1
        assert len(writes(sandbox, "jicoo")) == 6 + refused_once

    def test_hands_on_what_one_that_did_not_wait_does(self, sandbox: Sandbox) -> None:
        task = apply(planned(sandbox, 2))
        sandbox.fault("jicoo", WAIT, method="PATCH")
        returned = run(task, deferred(task))
        assert set(returned) == {"change_set_id", "counts", "report"}
        assert json.loads(json.dumps(returned)) == returned

    def test_waits_no_shorter_than_it_would_have_slept(self, sandbox: Sandbox) -> None:
        task = apply(planned(sandbox, 1))
        sandbox.fault("jicoo", SOON, method="PATCH", times=None)
        asked = datetime.now(UTC)
        assert until(deferred(task)) >= asked + timedelta(seconds=60)

    def test_waits_where_what_was_sent_cannot_be_read_back_yet(self, sandbox: Sandbox) -> None:
        task = apply(planned(sandbox, 6), max_unknown=0)
        sandbox.fault("jicoo", {"drop": "after"}, method="PATCH")
        sandbox.fault("jicoo", WAIT, method="GET", skip=1)
        assert run(task, deferred(task))["counts"] == {"applied": 6, "total": 6}
        assert len(writes(sandbox, "jicoo")) == 6

    def test_obeys_a_stop_that_was_asked_for_meanwhile(self, sandbox: Sandbox) -> None:
        change_set_id = planned(sandbox, 6)
        task = apply(change_set_id)
        sandbox.fault("jicoo", WAIT, method="PATCH")
        wait = deferred(task)
        with open_ledger() as ledger:
            ledger.ask_to_stop(change_set_id, "ana")
        sent = len(writes(sandbox, "jicoo"))
        with pytest.raises(AirflowFailException, match="ana asked"):
            run(task, wait)
        assert len(writes(sandbox, "jicoo")) == sent

    def test_fails_after_a_day_in_vain(self, sandbox: Sandbox) -> None:
        task = apply(planned(sandbox, 2))
        sandbox.fault("jicoo", WAIT, method="PATCH", times=None)
        with pytest.raises(AirflowException, match=r"stopped .*too many requests"):
            run(task, long_ago(deferred(task), timedelta(days=1)))

    def test_does_not_take_what_is_held_for_the_wait_for_something_done(self, sandbox: Sandbox) -> None:
        task = apply(planned(sandbox, 4))
        sandbox.fault("jicoo", WAIT, method="PATCH", times=None)
        wait = deferred(task)
        with open_ledger() as ledger:
            assert ledger.counts(task.change_set_id) == {"held": 1, "unprocessed": 3, "total": 4}
        read_by_the_plan = 4
        assert (wait.kwargs or {})["done"] == read_by_the_plan

    def test_waits_for_more_than_a_day_where_it_gets_on(self, sandbox: Sandbox) -> None:
        task = apply(planned(sandbox, 6))
        sandbox.fault("jicoo", WAIT, method="PATCH", skip=1)
        sandbox.fault("jicoo", WAIT, method="PATCH", skip=3)
        again = deferred(task, long_ago(deferred(task), timedelta(days=1)))
        assert run(task, again)["counts"] == {"applied": 6, "total": 6}


class TestAnApplyThatDoesNotWait:
    def test_is_one_with_too_many_refused(self, sandbox: Sandbox) -> None:
        task = apply(planned(sandbox, 6), max_refused=0, canary=0)
        sandbox.fault("jicoo", {"status": 422}, method="PATCH")
        sandbox.fault("jicoo", WAIT, method="PATCH", skip=1)
        with pytest.raises(AirflowFailException, match="1 were refused"):
            run(task)

    def test_is_one_that_was_told_no_time(self, sandbox: Sandbox) -> None:
        task = apply(planned(sandbox, 2))
        sandbox.fault("jicoo", {"throttle": {}}, method="PATCH", times=None)
        with pytest.raises(AirflowException, match="run the task again to go on"):
            run(task)


class TestAPlanThatIsAskedToWaitForLong:
    def test_has_every_row_in_the_end(self, sandbox: Sandbox) -> None:
        task = plan(sandbox.seed("jicoo", 4))
        sandbox.fault("jicoo", WAIT, skip=2)
        assert run(task, deferred(task))["counts"] == {"planned": 4, "total": 4}

    def test_reads_no_booking_twice(self, sandbox: Sandbox) -> None:
        task = plan(sandbox.seed("jicoo", 4))
        sandbox.fault("jicoo", WAIT, skip=2)
        run(task, deferred(task))
        throttled_once = 1
        assert len(sandbox.requests("jicoo")) == 4 + throttled_once

    def test_waits_for_more_than_a_day_where_it_gets_on(self, sandbox: Sandbox) -> None:
        task = plan(sandbox.seed("jicoo", 4))
        sandbox.fault("jicoo", WAIT, skip=2)
        sandbox.fault("jicoo", WAIT, skip=3)
        again = deferred(task, long_ago(deferred(task), timedelta(days=1)))
        assert run(task, again)["counts"] == {"planned": 4, "total": 4}

    def test_fails_after_a_day_in_vain(self, sandbox: Sandbox) -> None:
        task = plan(sandbox.seed("jicoo", 4))
        sandbox.fault("jicoo", WAIT, skip=2, times=None)
        with pytest.raises(AirflowException, match="too many requests"):
            run(task, long_ago(deferred(task), timedelta(days=1)))

    def test_fails_and_is_for_a_retry_where_it_is_told_no_time(self, sandbox: Sandbox) -> None:
        task = plan(sandbox.seed("jicoo", 4))
        sandbox.fault("jicoo", {"throttle": {}}, skip=2, times=None)
        with pytest.raises(AirflowException, match="too many requests") as raised:
            run(task)
        assert not isinstance(raised.value, AirflowFailException)
        sandbox.clear_faults()
        assert run(task)["counts"] == {"planned": 4, "total": 4}


class TestARevertThatIsAskedToWaitForLong:
    @pytest.fixture
    def task(self, sandbox: Sandbox) -> Any:
        """Change four bookings, and take them back with a wait in either half."""
        change_set_id = planned(sandbox, 4)
        run(apply(change_set_id))
        sandbox.fault("jicoo", WAIT, method="GET", skip=2)
        sandbox.fault("jicoo", WAIT, method="PATCH", skip=2)
        return RevertBookingChangesOperator(task_id="revert", change_set_id=change_set_id)

    def test_goes_on_afterwards(self, task: Any) -> None:
        reverted = run(task, deferred(task, deferred(task)))
        assert reverted["counts"] == {"applied": 4, "total": 4}

    def test_waits_for_more_than_a_day_where_it_gets_on(self, task: Any) -> None:
        again = deferred(task, long_ago(deferred(task), timedelta(days=1)))
        assert run(task, again)["counts"] == {"applied": 4, "total": 4}


def test_a_renewal_that_is_asked_to_wait_for_long_goes_on_afterwards(sandbox: Sandbox) -> None:
    # Not made-up ones: how long those have left, and so whether all are due, depends on the time of day.
    ends = str(int(sandbox.now()) + 10 * 86400)
    ids = sandbox.seed("feishu", bookings=[{"end_time": ends}] * 3)
    task = FeishuRenewReservesOperator(task_id="renew", reserve_ids=ids)
    sandbox.fault("feishu", {"throttle": {"reset": str(ASKED)}}, method="GET", path="*/reserves/*", skip=1)
    sandbox.fault("feishu", {"throttle": {"reset": str(ASKED)}}, method="PUT", skip=1)
    assert run(task, deferred(task, deferred(task)))["counts"]["applied"] == 3
