"""The update operators of all vendors, one after the other."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from airflow_provider_booking.operators.feishu import FeishuUpdateReserveOperator
from airflow_provider_booking.operators.jicoo import JicooUpdateBookingOperator
from airflow_provider_booking.operators.kos import KosUpdateReservationOperator
from airflow_provider_booking.operators.onlive import OnliveUpdateAppointmentOperator
from airflow_provider_booking.operators.update import UpdateOperator
from airflow_provider_booking.operators.zoho import ZohoUpdateBookingOperator
from airflow_provider_booking.sandbox import Sandbox

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
    """Gives the booking the title `Handover`; at KOS, which has none, the memo."""
    title_field: str
    title: str
    """What it is called now, as results show it."""
    new_title: str = "Handover"
    warnings: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    unknown_id: str = "nobody"
    unknown_status: int = 404
    getting: str = "*"
    """The path of the call that reads a booking."""
    updating: tuple[str, str] = ("PUT", "*")
    """Method and path of the call that updates one."""
    shows: Callable[[dict[str, Any]], Any] = lambda record: record
    """Makes the answer of that call out of a booking's record."""

    @property
    def conn_id(self) -> str:
        """The id of the connection that is used unless another is named."""
        return "zoho_calendar_default" if self.vendor == "zoho" else f"{self.vendor}_default"

    def spoil_reads(self, sandbox: Sandbox, fault: dict[str, Any], **which: Any) -> None:
        """Let the vendor spoil calls that read a booking."""
        method = "POST" if self.vendor == "kos" else "GET"
        sandbox.fault(self.vendor, fault, method=method, path=self.getting, **which)

    def spoil_updates(self, sandbox: Sandbox, fault: dict[str, Any], **which: Any) -> None:
        """Let the vendor spoil calls that update a booking."""
        method, path = self.updating
        sandbox.fault(self.vendor, fault, method=method, path=path, **which)

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
    options=("user_id_type",),
    shows=lambda record: {"code": 0, "data": {"reserve": {"id": record["id"]}}},
)
ZOHO = Case(
    "zoho",
    ZohoUpdateBookingOperator,
    "booking_id",
    "zoho_conn_id",
    "1596693672887000001",
    {"title": "Handover"},
    "title",
    "Booking",
    options=("recurrence_edittype", "recurrenceid_in_millis", "notify_attendee"),
    unknown_id="1000000000000000001",
    getting="*/bookings/*",
    updating=("POST", "*/bookings/*"),
    shows=lambda record: {record["start_date"]: record, "start_date": record["start_date"]},
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
    updating=("PATCH", "*"),
    shows=lambda record: {"data": record},
)
ONLIVE = Case(
    "onlive",
    OnliveUpdateAppointmentOperator,
    "appointment_id",
    "onlive_conn_id",
    "1610c525-f19a-40d0-8cd1-03daba3d2d98",
    {"title": "Handover"},
    "title",
    "Updated Product Demo Meeting",
    options=("api_version",),
    unknown_id="00000000-0000-4000-8000-000000000000",
)
KOS = Case(
    "kos",
    KosUpdateReservationOperator,
    "schedule_id",
    "kos_conn_id",
    "66a000000000000000000001",
    {"reservationMemo": "Handover"},
    "reservationMemo",
    "***",
    new_title="***",
    warnings=(
        (
            "zoneId was not given: reservation.zoneId was sent as the reception zone, "
            "which KOS is not known to show"
        ),
    ),
    options=("api_version",),
    unknown_id="000000000000000000000000",
    unknown_status=400,
    getting="*/get-schedule-detail",
    updating=("POST", "*/update-reservation"),
    shows=lambda _: {},
)


@pytest.fixture(params=[FEISHU, ZOHO, JICOO, ONLIVE, KOS], ids=lambda case: case.vendor)
def case(request: pytest.FixtureRequest) -> Case:
    """Give each vendor's case, one after the other."""
    case: Case = request.param
    return case


@pytest.fixture
def own_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name a ledger and a folder of reports that are this test's own."""
    monkeypatch.setenv("AIRFLOW__BOOKING__LEDGER_URL", f"sqlite:///{tmp_path / 'ledger.db'}")
    monkeypatch.setenv("AIRFLOW__BOOKING__REPORT_URL", str(tmp_path / "reports"))
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "cGFzc3dvcmQgb2YgMzIgYnl0ZXMgZm9yIHRlc3RzLi4=")
