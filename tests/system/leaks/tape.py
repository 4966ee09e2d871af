"""A sandbox whose every request and answer is kept as it went over the wire, with nothing masked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.app import sandbox_app
from airflow_provider_booking.sandbox.running import serving
from airflow_provider_booking.sandbox.world import Start, World


@dataclass(frozen=True)
class Exchange:
    """One call of a vendor: what was asked, and the bytes of the answer."""

    path: str
    query: bytes
    headers: dict[bytes, bytes]
    asked: bytearray = field(default_factory=bytearray)
    answered: bytearray = field(default_factory=bytearray)


class Tape:
    """An ASGI app around the sandbox's own; the tests' calls of the control interface are not kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.exchanges: list[Exchange] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through."""
        if scope["type"] != "http" or scope["path"].startswith("/_control"):
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope["path"], scope["query_string"], dict(scope["headers"]))
        self.exchanges.append(exchange)

        async def heard() -> Message:
            message = await receive()
            exchange.asked.extend(message.get("body", b""))
            return message

        async def said(message: Message) -> None:
            exchange.answered.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, heard, said)


@contextmanager
def recorded_sandbox(bookings: int) -> Iterator[tuple[Sandbox, Tape]]:
    """Serve a sandbox on loopback until the block ends, with the tape of what went over the wire."""
    tape = Tape(sandbox_app(World(Start(bookings))))
    with serving(tape) as sandbox:
        yield sandbox, tape
