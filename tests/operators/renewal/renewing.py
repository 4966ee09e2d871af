"""What renewals are tested with: reserves with so much life left, a run, and what became of each."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.operators.feishu import FeishuRenewReservesOperator
from tests.wire import writes

if TYPE_CHECKING:
    from airflow_provider_booking.sandbox import Sandbox

DUE = "6970000000000000001"
URGENT = "6970000000000000002"
NOT_DUE = "6970000000000000003"
LOST = "6970000000000000004"
OTHERS = "6930000000000000001"
DAY = 86400
HOUR = 3600
LEFT = {DUE: 10 * DAY, URGENT: 2 * HOUR, NOT_DUE: 25 * DAY, LOST: -HOUR}
"""Seconds that each reserve has left."""

Gauges = dict[tuple[str, str], float]


def seed(sandbox: Sandbox, left: dict[str, int]) -> None:
    """Make reserves with so many seconds left."""
    now = int(sandbox.now())
    records = [{"id": each, "end_time": str(now + seconds)} for each, seconds in left.items()]
    sandbox.seed("feishu", bookings=records)


def renew(reserve_ids: Any, run_id: str = "scheduled__1", **otherwise: Any) -> dict[str, Any]:
    """Run a task in an event loop of its own, as a task of a DAG run."""
    map_index = otherwise.pop("map_index", -1)
    task: Any = FeishuRenewReservesOperator(task_id="renew", reserve_ids=reserve_ids, **otherwise)
    context = {
        "dag_run": SimpleNamespace(dag_id="keep", run_id=run_id),
        "task_instance": SimpleNamespace(map_index=map_index),
    }
    with asyncio.Runner() as runner:
        runner.get_loop()
        found: dict[str, Any] = task.execute(context)
    return found


def shown_at_second(sandbox: Sandbox, reserve_id: str, **changed: Any) -> None:
    """Let the second read of a reserve show what somebody else changed."""
    record = {"meeting_settings": {}} | sandbox.booking("feishu", reserve_id) | changed
    answer = {"code": 0, "msg": "success", "data": {"reserve": record}}
    sandbox.fault("feishu", {"status": 200, "body": answer}, method="GET", path=f"*{reserve_id}*", skip=1)


def remaining(sandbox: Sandbox, reserve_id: str) -> float:
    """Give the seconds that a reserve has left at the vendor."""
    return int(sandbox.booking("feishu", reserve_id)["end_time"]) - sandbox.now()


def renewed(sandbox: Sandbox) -> list[str]:
    """Name the reserves of which an update was sent, in order."""
    return [request["path"].rpartition("/")[2] for request in writes(sandbox, "feishu")]


def outcomes(report: str) -> dict[str, tuple[str, str]]:
    """Give outcome and reason of each reserve of a report."""
    with (Path(report) / "items.csv").open(newline="") as file:
        return {row["booking_id"]: (row["outcome"], row["reason"]) for row in csv.DictReader(file)}


def report_in(text: str) -> str:
    """Find where the report lies in the text of an error."""
    return text.rpartition("see ")[2]
