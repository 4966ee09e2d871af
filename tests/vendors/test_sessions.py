"""One HTTP client for a credential and event loop: connections are kept, shared, and closed at the end."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from airflow_provider_booking.vendors.jicoo.settings import JicooSettings
from airflow_provider_booking.vendors.sessions import credential_of, session
from tests.wire import until

BOOKING = "sandboxVb7RE"
Make = Callable[..., JicooClient]

pytestmark = pytest.mark.usefixtures("new_process")


class Wire:
    """A TCP relay before the sandbox that counts the connections made through it."""

    def __init__(self, sandbox_port: int) -> None:
        self._sandbox_port = sandbox_port
        self._closed = asyncio.Condition()
        self.made = self.open = 0
        self.url = ""

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.made += 1
        self.open += 1
        from_sandbox, to_sandbox = await asyncio.open_connection("127.0.0.1", self._sandbox_port)
        await asyncio.gather(_pump(reader, to_sandbox), _pump(from_sandbox, writer))
        async with self._closed:
            self.open -= 1
            self._closed.notify_all()

    async def all_closed(self) -> None:
        async with asyncio.timeout(60), self._closed:
            await self._closed.wait_for(lambda: self.open == 0)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):  # one end may be cut off
        while some := await reader.read(65536):
            writer.write(some)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


@pytest.fixture
async def wire(sandbox: Sandbox) -> AsyncIterator[Wire]:
    wire = Wire(sandbox.port)
    async with await asyncio.start_server(wire.relay, "127.0.0.1", 0) as server:
        wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jicoo"
        yield wire
        await wire.all_closed()


async def fail_within(client: JicooClient) -> None:
    async with client:
        await client.get_booking(BOOKING)
        raise ValueError("test")


async def test_calls_one_after_another_go_over_one_connection(jicoo: Make, wire: Wire) -> None:
    async with jicoo(host=wire.url) as client:
        for _ in range(20):
            await client.get_booking(BOOKING)
    assert wire.made == 1


async def test_calls_at_once_make_no_more_connections_than_max_concurrency(jicoo: Make, wire: Wire) -> None:
    async with jicoo(host=wire.url, max_concurrency=4) as client:
        await asyncio.gather(*(client.get_booking(BOOKING) for _ in range(40)))
    assert wire.made == 4


async def test_two_clients_of_one_connection_share_a_session(jicoo: Make, wire: Wire) -> None:
    async with jicoo(host=wire.url) as one, jicoo(host=wire.url) as other:
        await one.get_booking(BOOKING)
        await other.get_booking(BOOKING)
    assert wire.made == 1


async def test_two_credentials_do_not_share_a_session(jicoo: Make, wire: Wire) -> None:
    async with jicoo(host=wire.url) as one, jicoo(host=wire.url, password="sk_live_other") as other:
        await one.get_booking(BOOKING)
        with pytest.raises(Exception, match="API key"):
            await other.get_booking(BOOKING)
    assert wire.made == 2


async def test_the_last_to_leave_closes_the_connections(jicoo: Make, wire: Wire) -> None:
    async with jicoo(host=wire.url, max_concurrency=4) as client:
        await asyncio.gather(*(client.get_booking(BOOKING) for _ in range(8)))
    await wire.all_closed()


async def test_who_leaves_first_leaves_the_others_their_connection(jicoo: Make, wire: Wire) -> None:
    async with jicoo(host=wire.url) as stays:
        async with jicoo(host=wire.url) as leaves:
            await leaves.get_booking(BOOKING)
        await stays.get_booking(BOOKING)
    assert wire.made == 1


async def test_connections_are_closed_after_an_error_too(jicoo: Make, wire: Wire) -> None:
    with pytest.raises(ValueError, match="test"):
        await fail_within(jicoo(host=wire.url))
    await wire.all_closed()


async def test_a_client_can_be_entered_again(jicoo: Make, wire: Wire) -> None:
    client = jicoo(host=wire.url)
    async with client:
        await client.get_booking(BOOKING)
    async with client:
        await client.get_booking(BOOKING)
    assert wire.made == 2


async def test_a_cancelled_call_leaves_the_session_usable(sandbox: Sandbox, jicoo: Make, wire: Wire) -> None:
    sandbox.fault("jicoo", {"timeout": 30})
    async with jicoo(host=wire.url, max_concurrency=1) as client:
        call = asyncio.create_task(client.get_booking(BOOKING))
        await until(lambda: bool(sandbox.requests("jicoo")))
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert (await client.get_booking(BOOKING)).ref.booking_id == BOOKING


async def test_settings_may_be_looked_up_on_entering(
    jicoo_settings: Callable[..., JicooSettings], wire: Wire
) -> None:
    async def look_up() -> JicooSettings:
        return jicoo_settings(host=wire.url)

    async with JicooClient(look_up) as client:
        assert client.settings.host == wire.url


async def test_two_event_loops_have_a_session_each(jicoo: Make, wire: Wire) -> None:
    async def elsewhere() -> Any:
        async with jicoo(host=wire.url) as client:
            return await client.get_booking(BOOKING)

    async with jicoo(host=wire.url) as client:
        here = await client.get_booking(BOOKING)
        there = await asyncio.to_thread(lambda: asyncio.run(elsewhere()))
    assert (here, wire.made) == (there, 2)


def test_what_is_shared_of_a_credential_is_the_same_in_every_thread(
    jicoo_settings: Callable[..., JicooSettings],
) -> None:
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(credential_of(jicoo_settings()))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(set(map(id, found)))) == (8, 1)


def test_two_connections_of_one_caller_share_token_and_pace(
    jicoo_settings: Callable[..., JicooSettings],
) -> None:
    one, other = jicoo_settings("one", timeout=5), jicoo_settings("other")
    assert credential_of(one) is credential_of(other)
    assert credential_of(one).throttle(one) is credential_of(other).throttle(other)


async def test_two_connections_that_differ_by_name_alone_share_a_session(
    jicoo_settings: Callable[..., JicooSettings],
) -> None:
    async with session(jicoo_settings("one")) as one, session(jicoo_settings("other")) as other:
        assert one is other


def test_connections_with_other_rates_share_the_token_and_keep_their_pace(
    jicoo_settings: Callable[..., JicooSettings],
) -> None:
    one, other = jicoo_settings("one"), jicoo_settings("one", rate_limit="1/hour")
    assert credential_of(one).tokens is credential_of(other).tokens
    assert credential_of(one).throttle(one) is not credential_of(other).throttle(other)


def test_a_credential_costs_no_thread(jicoo_settings: Callable[..., JicooSettings]) -> None:
    before = set(threading.enumerate())
    settings = jicoo_settings(password="sk_live_other")
    credential_of(settings).throttle(settings)
    assert set(threading.enumerate()) <= before


async def test_a_client_that_is_not_entered_says_so(jicoo: Make) -> None:
    client = jicoo()
    with pytest.raises(RuntimeError, match="async with"):
        await client.get_booking(BOOKING)


async def test_a_client_that_was_left_says_so(jicoo: Make) -> None:
    async with jicoo() as client:
        await client.get_booking(BOOKING)
    with pytest.raises(RuntimeError, match="async with"):
        await client.get_booking(BOOKING)
