"""What asking a person is tested with: Airflow's end of the line, a plan, a question, an answer."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG
from airflow.sdk.exceptions import TaskAwaitingInput
from airflow.sdk.execution_time.comms import HITLDetailRequestResult

from airflow_provider_booking.operators.change_sets import (
    ApplyBookingChangesOperator,
    ApproveBookingChangesOperator,
    PlanBookingChangesOperator,
)
from tests.wire import may_change_a_booking

if TYPE_CHECKING:
    from airflow_provider_booking.sandbox import Sandbox

SHIFT = {"shift": "P1D"}


class Supervisor:
    """Airflow's end of the line to a task: keeps its first question, and says that it shows that one."""

    def __init__(self) -> None:
        self.question: Any = None

    def send(self, msg: Any) -> HITLDetailRequestResult:
        self.question = self.question or msg
        return HITLDetailRequestResult.model_validate(self.question.model_dump(exclude={"type"}))


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


def sent(sandbox: Sandbox) -> list[Any]:
    """Give the requests that may have changed a Jicoo booking."""
    return [each for each in sandbox.requests("jicoo") if may_change_a_booking(each)]
