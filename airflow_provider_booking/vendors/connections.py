"""Keeps one credential's connections open, and hands each request one that is free.

httpx's own pool looks at all its connections at the start and at the end of every request, compares each idle
one with all others and asks the system about it: work that grows with the square of their number, and makes
a busy client slower still (docs/benchmarks.md, "Connections"). Here a request takes the free connection that
was used last and looks at no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    import ssl

_JUST_ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1)


class Connections(httpx.AsyncBaseTransport):
    """As many connections as there are requests under way at once; the caller bounds these.

    Every answer is read whole before it is returned, so that its connection is free again.

    Args:
        tls: How servers' certificates are checked.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self._all: list[httpx.AsyncHTTPTransport] = []
        self._free: list[httpx.AsyncHTTPTransport] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the whole answer."""
        # Each is an httpx pool of one, which replaces a connection that the server closed or that is too old.
        connection = self._free.pop() if self._free else self._another()
        try:
            response = await connection.handle_async_request(request)
            try:
                await response.aread()
            finally:
                await response.aclose()
        finally:
            self._free.append(connection)
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        for connection in self._all:
            await connection.aclose()

    def _another(self) -> httpx.AsyncHTTPTransport:
        connection = httpx.AsyncHTTPTransport(verify=self._tls, limits=_JUST_ONE)
        self._all.append(connection)
        return connection
