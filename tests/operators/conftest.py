"""The update operators of all vendors, one after the other."""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from airflow_provider_booking.operators.feishu import FeishuUpdateReserveOperator
from airflow_provider_booking.operators.jicoo import JicooUpdateBookingOperator
from airflow_provider_booking.operators.update import UpdateOperator

Connect = Callable[..., None]


def run(task: UpdateOperator) -> dict[str, Any]:
    """Run a task, in an event loop of its own: Airflow would leave the one it makes open."""
    execute: Any = task.execute
    with asyncio.Runner() as runner:
        runner.get_loop()
        returned: dict[str, Any] = execute({})
    return returned


class Case(NamedTuple):
    """One vendor's operator, and what a test needs to use it."""

    vendor: str
    operator: type[UpdateOperator]
    id_argument: str
    conn_argument: str
    booking_id: str
    change: dict[str, Any]
    """Gives the booking the title `Handover`."""
    title_field: str
    title: str

    @property
    def conn_id(self) -> str:
        """The id of the connection that is used unless another is named."""
        return f"{self.vendor}_default"

    def task(self, **otherwise: Any) -> UpdateOperator:
        """Make the operator, some arguments otherwise."""
        make: Any = self.operator
        arguments = {"task_id": "update", self.id_argument: self.booking_id, "changes": self.change}
        task: UpdateOperator = make(**(arguments | otherwise))
        return task


FEISHU = Case(
    "feishu",
    FeishuUpdateReserveOperator,
    "reserve_id",
    "feishu_conn_id",
    "6911188411932033028",
    {"meeting_settings": {"topic": "Handover"}},
    "meeting_settings.topic",
    "my meeting",
)
JICOO = Case(
    "jicoo",
    JicooUpdateBookingOperator,
    "uid",
    "jicoo_conn_id",
    "sandboxVb7RE",
    {"name": "Handover"},
    "name",
    "Consultation",
)


@pytest.fixture(params=[FEISHU, JICOO], ids=lambda case: case.vendor)
def case(request: pytest.FixtureRequest) -> Case:
    """Give each vendor's case, one after the other."""
    case: Case = request.param
    return case
