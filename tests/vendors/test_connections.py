"""What `vendors/connections.py` promises, seen from a server that counts its connections."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from airflow_provider_booking.vendors.connections import Connections
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings
from airflow_provider_booking.vendors.transport import make_http


class Server:
    """Answers every request with its own number of connections; some paths are answered badly."""

    def __init__(self) -> None:
        self.accepted = 0
        self.open = 0
        self.heard: list[bytes] = []
        self.release = asyncio.Event()
        self.url = ""
        self._changed = asyncio.Condition()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self.open += 1
        try:
            while head := await self._head(reader):
                self.heard.append(head.split(b"\r\n")[0])
                await self._tell()
                await self._answer(head, writer)
        finally:
            self.open -= 1
            writer.close()
            await self._tell()

    async def until(self, seen: Callable[[], bool]) -> None:
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(seen)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _head(self, reader: asyncio.StreamReader) -> bytes:
        try:
            return await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        if b"/wait" in head:
            await self.release.wait()
        status, encoding, body = b"200 OK", b"", b"{}"
        if head.startswith(b"CONNECT"):
            status = b"403 Forbidden"
        if b"/garbled" in head:
            encoding, body = b"Content-Encoding: gzip\r\n", gzip.compress(b"{}")[5:]
        writer.write(b"HTTP/1.1 %b\r\n%bContent-Length: %d\r\n\r\n%b" % (status, encoding, len(body), body))
        if b"/last" in head:
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    async with listening:
        server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield server


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    tls = httpx.create_ssl_context(verify=False)
    async with httpx.AsyncClient(transport=Connections(tls), trust_env=False) as client:
        yield client


async def test_requests_one_after_another_share_a_connection(
    server: Server, client: httpx.AsyncClient
) -> None:
    for _ in range(5):
        await client.get(server.url)
    assert server.accepted == 1


async def test_requests_at_the_same_time_have_a_connection_each(
    server: Server, client: httpx.AsyncClient
) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(client.get(f"{server.url}/wait"))
        await server.until(lambda: len(server.heard) == 3)
        server.release.set()
    assert server.accepted == 3


async def test_connections_of_a_burst_are_used_again(server: Server, client: httpx.AsyncClient) -> None:
    server.release.set()
    for _ in range(3):
        await asyncio.gather(*(client.get(f"{server.url}/wait") for _ in range(4)))
    assert server.accepted == 4


async def test_a_connection_that_the_server_closed_is_replaced(
    server: Server, client: httpx.AsyncClient
) -> None:
    await client.get(f"{server.url}/last")
    await server.until(lambda: server.open == 0)
    assert (await client.get(server.url)).status_code == 200


async def test_an_answer_that_cannot_be_decoded_leaves_no_connection_behind(
    server: Server, client: httpx.AsyncClient
) -> None:
    with pytest.raises(httpx.DecodingError):
        await client.get(f"{server.url}/garbled")
    await client.get(server.url)
    await server.until(lambda: server.open == 1)


async def test_a_cancelled_request_leaves_no_connection_behind(
    server: Server, client: httpx.AsyncClient
) -> None:
    waiting = asyncio.create_task(client.get(f"{server.url}/wait"))
    await server.until(lambda: bool(server.heard))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    server.release.set()
    await client.get(server.url)
    await server.until(lambda: server.open == 1)


async def test_closing_the_client_closes_every_connection(server: Server) -> None:
    async with httpx.AsyncClient(transport=Connections(httpx.create_ssl_context(verify=False))) as client:
        server.release.set()
        await asyncio.gather(*(client.get(f"{server.url}/wait") for _ in range(3)))
    await server.until(lambda: server.open == 0)
    assert server.accepted == 3


async def test_a_proxy_from_the_environment_is_asked_for_the_way_out(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, server.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    settings = FeishuSettings.from_connection(
        "feishu_default",
        login="app",
        password="secret",
        host="https://feishu.invalid",
        extra={"verify": False},
    )
    async with make_http(settings) as client:
        with pytest.raises(httpx.ProxyError):
            await client.get(settings.host)
    assert server.heard == [b"CONNECT feishu.invalid:443 HTTP/1.1"]
