"""The way to a server over a network that can fall silent: nothing arrives any more, and nobody is told."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Way:
    """A way to a server on loopback.

    Args:
        port: The server's.

    Attributes:
        port: Where the way begins, on loopback.
    """

    def __init__(self, port: int) -> None:
        self._server = ("127.0.0.1", port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listening]
        self._passable = threading.Event()
        self._passable.set()
        self.port: int = self._listening.getsockname()[1]
        _begin(self._accept)

    def fall_silent(self) -> None:
        """Let nothing pass from now on; connections stay as they are."""
        self._passable.clear()

    def close(self) -> None:
        """Break it off for all who are on it."""
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._passable.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listening.accept()
                there = socket.create_connection(self._server)
                self._open += (here, there)
                _begin(self._pass, here, there)
                _begin(self._pass, there, here)

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while found := source.recv(65_536):
                self._passable.wait()
                sink.sendall(found)
            sink.shutdown(socket.SHUT_WR)


def _begin(work: Callable[..., None], *arguments: socket.socket) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()


@contextmanager
def way_to(port: int) -> Iterator[Way]:
    """Open a way to the server at a port of loopback."""
    way = Way(port)
    try:
        yield way
    finally:
        way.close()
