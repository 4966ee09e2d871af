"""A connection that takes long to open: the turn, and what was looked at before, are old by then."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from airflow_provider_booking.vendors.jicoo.settings import JicooSettings
from airflow_provider_booking.vendors.patience import Patience
from airflow_provider_booking.vendors.sessions import forget_credentials
from airflow_provider_booking.vendors.updating import Update
from tests.wire import reads, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_booking.sandbox import Sandbox

UID = "sandboxVb7RE"
FRESH_FOR = 0.8


class Names:
    """Looks up names, and may let all who ask wait: for a moment of the monotonic clock, or an event."""

    away_until = 0.0

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked = 0
        self.there = threading.Event()
        self.there.set()
        self._look_up = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self.look_up)

    def look_up(self, *wanted: Any, **otherwise: Any) -> Any:
        self.asked += 1
        time.sleep(max(0.0, self.away_until - time.monotonic()))
        assert self.there.wait(60)
        return self._look_up(*wanted, **otherwise)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    return Names(monkeypatch)


@pytest.fixture
def client(sandbox: Sandbox) -> Callable[..., JicooClient]:
    """Make a client that has to look up its vendor's name, and waits for its turns."""
    forget_credentials()
    host = f"{sandbox.url}/jicoo".replace("127.0.0.1", "localhost")

    def make(rate: str, **patience: Any) -> JicooClient:
        extra = {"rate_limit": rate, "read_rate_limit": rate, "max_concurrency": 40}
        settings = JicooSettings.from_connection("c", password="sk_live_sandbox", host=host, extra=extra)
        return JicooClient(settings, patience=Patience(**patience))

    return make


async def test_calls_that_waited_for_their_connections_do_not_leave_all_at_once(
    sandbox: Sandbox, names: Names, client: Callable[..., JicooClient]
) -> None:
    names.away_until = time.monotonic() + 2  # by then all had their turns, and go on at once
    async with client("20/second") as jicoo:
        await asyncio.gather(*(jicoo.get_booking(UID) for _ in range(40)))
    arrived = sorted(
        datetime.fromisoformat(request["at"]).timestamp() for request in sandbox.requests("jicoo")
    )
    assert len(arrived) == 40
    assert min(later - earlier for earlier, later in zip(arrived, arrived[20:], strict=False)) > 0.5


class Meanwhile:
    """Between the read and the write: another call has the connection, and somebody changes the booking."""

    def __init__(self, jicoo: JicooClient, sandbox: Sandbox, names: Names) -> None:
        self.asked = 0
        self.others: list[asyncio.Task[Any]] = []
        self._jicoo, self._sandbox, self._names = jicoo, sandbox, names

    async def about_to_send(self, now: Any, wanted: Any) -> None:
        del now, wanted
        self.asked += 1

    async def about_to_try(self, *, again: bool) -> None:
        assert not again
        if not self.others:
            self.others = [asyncio.create_task(self._jicoo.get_booking(UID))]
            await until(lambda: len(reads(self._sandbox, "jicoo")) == 2)
            self._names.there.clear()
            self.others.append(asyncio.create_task(self._change(self._names.asked)))

    async def _change(self, asked: int) -> None:
        await until(lambda: self._names.asked > asked)  # another connection is being opened
        async with httpx.AsyncClient(
            headers={"X-Jicoo-Api-Key": "sk_live_sandbox"}, trust_env=False
        ) as theirs:
            url = f"{self._sandbox.url}/jicoo/v1/bookings/{UID}"
            (await theirs.patch(url, json={"name": "Theirs"})).raise_for_status()
        await asyncio.sleep(FRESH_FOR)
        self._names.there.set()

    def going_out(self) -> None:
        pass


async def test_what_was_changed_while_a_connection_was_opened_is_not_overwritten_unseen(
    sandbox: Sandbox, names: Names, client: Callable[..., JicooClient]
) -> None:
    async with client("1000/second", fresh_for=FRESH_FOR) as jicoo:
        sandbox.fault("jicoo", {"timeout": 60}, method="GET", skip=1)
        meanwhile = Meanwhile(jicoo, sandbox, names)
        result = await Update(jicoo, UID, {"name": "Ours"}, {}, guard=meanwhile).run()
        first, changing = meanwhile.others
        await changing
        first.cancel()
        await asyncio.wait([first])
    assert (result.outcome, result.changed["name"].before) == (Outcome.APPLIED, "Theirs")
    assert meanwhile.asked == 2
