"""The hooks of all vendors, one after the other, and a sandbox that counts connections."""

import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from starlette.types import Receive, Scope, Send

from airflow_provider_booking.bookings import Booking
from airflow_provider_booking.hooks.feishu import FeishuHook
from airflow_provider_booking.hooks.jicoo import JicooHook
from airflow_provider_booking.hooks.kos import KosHook
from airflow_provider_booking.hooks.onlive import OnliveHook
from airflow_provider_booking.hooks.vendor import VendorHook
from airflow_provider_booking.hooks.zoho import ZohoCalendarHook
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.app import sandbox_app
from airflow_provider_booking.sandbox.server import Server, listen
from airflow_provider_booking.sandbox.world import Start, World

Connect = Callable[..., None]


class Case(NamedTuple):
    """One vendor's hook, and what a test needs to use it."""

    hook: type[VendorHook]
    booking_id: str
    title: str
    change: dict[str, Any]
    """Gives the booking the title `Handover`; at KOS, which has none, the description."""
    unknown_id: str = "nobody"
    checking: str = ""
    """A part of the path that is read to test the connection, where its token has another."""

    @property
    def vendor(self) -> str:
        return self.hook.vendor

    def title_of(self, booking: Booking) -> str | None:
        """What the booking is called, or at KOS its description."""
        return booking.description if self.vendor == "kos" else booking.title


FEISHU = Case(
    FeishuHook,
    "6911188411932033028",
    "my meeting",
    {"meeting_settings": {"topic": "Handover"}},
    checking="reserves",
)
JICOO = Case(
    JicooHook,
    "sandboxVb7RE",
    "Consultation",
    {"name": "Handover"},
)


ZOHO = Case(
    ZohoCalendarHook,
    "1596693672887000001",
    "Booking",
    {"title": "Handover"},
    unknown_id="1000000000000000001",
    checking="bookings",
)
ONLIVE = Case(
    OnliveHook,
    "1610c525-f19a-40d0-8cd1-03daba3d2d98",
    "Updated Product Demo Meeting",
    {"title": "Handover"},
    unknown_id="00000000-0000-4000-8000-000000000000",
)
KOS = Case(
    KosHook,
    "66a000000000000000000001",
    "First visit",
    {"reservationMemo": "Handover"},
    unknown_id="000000000000000000000000",
    checking="get-reservation-groups",
)


@pytest.fixture(params=[FEISHU, ZOHO, JICOO, ONLIVE, KOS], ids=lambda case: case.vendor)
def case(request: pytest.FixtureRequest) -> Case:
    """Give each vendor's case, one after the other."""
    case: Case = request.param
    return case


class CountingSandbox(NamedTuple):
    """A sandbox of one's own that counts who connects to its vendors."""

    sandbox: Sandbox
    peers: set[tuple[str, int]]


@pytest.fixture
def counting_sandbox() -> Iterator[CountingSandbox]:
    """Serve a sandbox that remembers from which ports it was called: one for each TCP connection."""
    app, peers = sandbox_app(World(Start())), set[tuple[str, int]]()

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith("/_control"):
            peers.add(tuple(scope["client"]))
        await app(scope, receive, send)

    listener = listen(0)
    ready = threading.Event()
    server = Server(counted, listener, ready.set)
    thread = threading.Thread(target=server.serve_until_stopped, daemon=True)
    thread.start()
    assert ready.wait(timeout=30)
    yield CountingSandbox(Sandbox(listener.getsockname()[1]), peers)
    server.stop()
    thread.join()
