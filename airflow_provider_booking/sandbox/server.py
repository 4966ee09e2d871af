"""The HTTP server under the sandbox: uvicorn, with connections that can be dropped on demand."""

import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LOOPBACK = "127.0.0.1"
_ABORT = "sandbox.abort"  # an ASGI extension: closes the connection at once


class DroppableProtocol(HttpToolsProtocol):
    """uvicorn's fast protocol; each request brings along the means to drop its connection."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        extensions: dict[str, Any] = {_ABORT: self.transport.abort}
        self.scope["extensions"] = extensions


class HeaderName(bytes):
    """A header name that goes out as it is spelled.

    uvicorn writes names in lower case. Vendors do not, and Feishu's SDK looks headers up in a plain dict.
    """

    __slots__ = ()

    @classmethod
    def of(cls, name: str) -> bytes:
        """Make one; the length stays in lower case, because uvicorn watches it."""
        return b"content-length" if name == "Content-Length" else cls(name.encode("latin-1"))

    def lower(self) -> bytes:
        """Stay as it is."""
        return self


class Server(uvicorn.Server):
    """A server on loopback that says when it is ready."""

    def __init__(self, app: ASGIApp, listener: socket.socket, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=DroppableProtocol,
                ws="none",
                lifespan="off",
                proxy_headers=False,
                access_log=False,
                log_config=None,
                log_level="error",
                date_header=False,  # ours comes from the sandbox's clock
                server_header=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=1,
            )
        )
        self._listener = listener
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen."""
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Cut every connection, hanging requests included, and stop."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)

    def serve_until_stopped(self) -> None:
        """Serve in this thread until `stop` or a signal."""
        self.run([self._listener])

    def stop(self) -> None:
        """Stop serving, without waiting for requests that hang."""
        self.should_exit = self.force_exit = True


async def hang_up(scope: Scope, receive: Receive) -> None:
    """Close a request's connection without a byte of an answer."""
    scope["extensions"][_ABORT]()
    while (await receive())["type"] != "http.disconnect":
        pass


def listen(port: int) -> socket.socket:
    """Take a port of the loopback interface; 0 takes a free one.

    Raises:
        OSError: If the port is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
    except OSError:
        listener.close()
        raise
    return listener


def address(listener: socket.socket) -> str:
    """Give the URL of a listening socket."""
    return f"http://{LOOPBACK}:{listener.getsockname()[1]}"
