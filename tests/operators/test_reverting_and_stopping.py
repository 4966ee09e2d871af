"""Taking a change set back, and obeying a stop, as tasks of a run do it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from airflow_provider_booking.hooks.places import open_ledger
from airflow_provider_booking.operators.change_sets import (
    ApplyBookingChangesOperator,
    PlanBookingChangesOperator,
    RevertBookingChangesOperator,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_booking.sandbox import Sandbox


@pytest.fixture(autouse=True)
def _connections(own_ledger: None, connect: Callable[..., None]) -> None:
    del own_ledger
    for vendor in ("zoho", "jicoo"):
        connect(vendor)


def run(task: Any, *, begun: timedelta = timedelta(0), run_id: str = "manual__1") -> dict[str, Any]:
    """Run a task of a run that was begun so long ago."""
    dag_run = SimpleNamespace(dag_id="bulk", run_id=run_id, start_date=datetime.now(UTC) - begun)
    with asyncio.Runner() as runner:
        runner.get_loop()
        found: dict[str, Any] = task.execute({"dag_run": dag_run})
    return found


def applied(sandbox: Sandbox, count: int) -> dict[str, Any]:
    """So many Jicoo bookings, moved by a day."""
    ids = sandbox.seed("jicoo", count)
    plan = PlanBookingChangesOperator(
        task_id="plan", source={"ids": ids}, change={"shift": "P1D"}, conn_id="jicoo_default"
    )
    return apply(run(plan)["change_set_id"])


def apply(change_set_id: str, **otherwise: Any) -> dict[str, Any]:
    begun = otherwise.pop("begun", timedelta(0))
    return run(
        ApplyBookingChangesOperator(task_id="apply", change_set_id=change_set_id, **otherwise), begun=begun
    )


def revert(change_set_id: str, *, run_id: str = "manual__1", **otherwise: Any) -> dict[str, Any]:
    task = RevertBookingChangesOperator(task_id="revert", change_set_id=change_set_id, **otherwise)
    return run(task, run_id=run_id)


def test_a_revert_hands_on_its_own_change_set_counts_and_report(sandbox: Sandbox) -> None:
    found = applied(sandbox, 3)
    reverted = revert(found["change_set_id"])
    assert set(reverted) == {"change_set_id", "reverts", "counts", "report"}
    assert reverted["reverts"] == found["change_set_id"] != reverted["change_set_id"]
    assert reverted["counts"] == {"applied": 3, "total": 3}
    lines = (Path(reverted["report"]) / "items.jsonl").read_text().splitlines()
    assert [json.loads(line)["row"] for line in lines] == [1, 2, 3]


def test_a_retry_of_a_revert_is_the_same_change_set(sandbox: Sandbox) -> None:
    found = applied(sandbox, 3)
    assert revert(found["change_set_id"]) == revert(found["change_set_id"])


def test_another_run_finds_nothing_left_to_take_back(sandbox: Sandbox) -> None:
    found = applied(sandbox, 3)
    revert(found["change_set_id"])
    assert revert(found["change_set_id"], run_id="manual__2")["counts"] == {"total": 0}


def test_a_revert_of_what_is_not_there_fails_for_good(sandbox: Sandbox) -> None:
    applied(sandbox, 1)
    with pytest.raises(AirflowFailException, match="the ledger has no change set"):
        revert("20260101-000000-00000000")


def test_a_revert_can_be_tried_again_when_the_ledgers_disk_is_back(sandbox: Sandbox, tmp_path: Path) -> None:
    found = applied(sandbox, 3)
    (tmp_path / "ledger.db").rename(tmp_path / "away.db")
    with pytest.raises(AirflowException, match="There is no ledger") as failed:
        revert(found["change_set_id"])
    assert not isinstance(failed.value, AirflowFailException)
    (tmp_path / "away.db").rename(tmp_path / "ledger.db")
    assert revert(found["change_set_id"])["counts"] == {"applied": 3, "total": 3}


def test_a_retry_of_a_run_that_was_stopped_fails_for_good_and_sends_nothing(sandbox: Sandbox) -> None:
    ids = sandbox.seed("jicoo", 2)
    plan = PlanBookingChangesOperator(
        task_id="plan", source={"ids": ids}, change={"shift": "P1D"}, conn_id="jicoo_default"
    )
    change_set_id = run(plan)["change_set_id"]
    with open_ledger() as ledger:
        ledger.ask_to_stop(change_set_id, "ana")
    with pytest.raises(AirflowFailException, match=r"ana asked at .*: to go on, start a new run"):
        apply(change_set_id, begun=timedelta(minutes=1))
    assert not [request for request in sandbox.requests("jicoo") if request["method"] == "PATCH"]


def test_too_many_refusals_are_counted_for_each_connection_by_itself(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    jicoo, zoho = sandbox.seed("jicoo", 2), sandbox.seed("zoho", 2)
    rows = ["booking_id,conn_id,title", *(f"{each},jicoo_default,Moved" for each in jicoo)]
    rows += [f"{each},zoho_calendar_default,Moved" for each in zoho]
    (tmp_path / "moves.csv").write_text("\n".join(rows))
    sandbox.fault("jicoo", {"status": 422}, method="PATCH", times=1)
    sandbox.fault("zoho", {"status": 400}, method="POST", path="*/bookings/*", times=1)
    plan = PlanBookingChangesOperator(task_id="plan", source={"file": str(tmp_path / "moves.csv")})
    done = apply(run(plan)["change_set_id"], canary=0, max_refused=1)
    assert done["counts"] == {"applied": 2, "refused": 2, "total": 4}


def test_too_many_unknowns_of_one_connection_fail_the_task(sandbox: Sandbox) -> None:
    ids = sandbox.seed("jicoo", 1)
    plan = PlanBookingChangesOperator(
        task_id="plan", source={"ids": ids}, change={"shift": "P1D"}, conn_id="jicoo_default"
    )
    change_set_id = run(plan)["change_set_id"]
    sandbox.fault("jicoo", {"drop": "after"}, method="PATCH", times=1)
    sandbox.fault("jicoo", {"status": 500}, method="GET", skip=1, times=20)
    with pytest.raises(AirflowException, match=r"jicoo_default: of 1 it is not known .* max_unknown is 0"):
        apply(change_set_id)
