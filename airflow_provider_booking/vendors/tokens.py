"""Access tokens: fetched once for a credential, reused, and never by two callers at the same time."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


@dataclass(frozen=True)
class Token:
    """A token and the moment, on this process's monotonic clock, from which it is no longer used."""

    value: str = field(repr=False)
    use_until: float


class TokenCache:
    """The one place in a process where a credential's token lives.

    Hooks called plainly, operators and triggers may run in different event loops of one process, so that a
    lock of one loop is not enough: the first caller fetches, all others, in whatever loop, wait for it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._fetching: Future[Token] | None = None

    async def get(self, fetch: Callable[[], Awaitable[Token]]) -> str:
        """Return the token, fetching it where there is none that can still be used.

        Args:
            fetch: Gets a new token from the vendor. Awaited by one caller at a time.

        Raises:
            BookingError: What ``fetch`` raised; everybody who waited for it gets the same.
        """
        while True:
            with self._lock:
                if self._token is not None and time.monotonic() < self._token.use_until:
                    return self._token.value
                fetching = self._fetching
                if fetching is None:
                    mine = self._fetching = Future()
                    break
            try:
                # Shielded: one waiter that is cancelled must not cancel the fetch of the others.
                return (await asyncio.shield(asyncio.wrap_future(fetching))).value
            except _FetcherCancelledError:
                continue  # whoever fetched was cancelled: somebody else has to
        return await self._fetch(fetch, mine)

    async def _fetch(self, fetch: Callable[[], Awaitable[Token]], mine: Future[Token]) -> str:
        try:
            token = await fetch()
        except BaseException as error:
            with self._lock:
                self._fetching = None
            mine.set_exception(error if isinstance(error, Exception) else _FetcherCancelledError())
            raise
        with self._lock:
            self._token, self._fetching = token, None
        mine.set_result(token)
        return token.value

    def discard(self, value: str) -> None:
        """Forget a token that the vendor no longer takes.

        A burst of refusals of one token forgets it once: a newer one is left alone.
        """
        with self._lock:
            if self._token is not None and self._token.value == value:
                self._token = None


class _FetcherCancelledError(Exception):
    """The caller that was fetching for all was cancelled."""
