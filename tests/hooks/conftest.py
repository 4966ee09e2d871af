"""The hooks of all vendors, one after the other, and a sandbox that counts connections."""

import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from starlette.types import Receive, Scope, Send

from airflow_provider_booking.hooks.feishu import FeishuHook
from airflow_provider_booking.hooks.jicoo import JicooHook
from airflow_provider_booking.hooks.vendor import VendorHook
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
    """Gives the booking the title `Handover`."""

    @property
    def vendor(self) -> str:
        return self.hook.vendor


FEISHU = Case(
    FeishuHook,
    "6911188411932033028",
    "my meeting",
    {"meeting_settings": {"topic": "Handover"}},
)
JICOO = Case(
    JicooHook,
    "sandboxVb7RE",
    "Consultation",
    {"name": "Handover"},
)


@pytest.fixture(params=[FEISHU, JICOO], ids=lambda case: case.vendor)
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
