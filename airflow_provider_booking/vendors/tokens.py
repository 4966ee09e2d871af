"""Access tokens in this process: one for a credential, had once for all who ask at the same time."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import CredentialRejected

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from airflow_provider_booking.vendors.token_fetching import TokenFetching

REJECTED_FOR = 10.0
"""Seconds for which a vendor's "no" to the credential is believed: calls in hand need not ask once more."""


@dataclass(frozen=True)
class Token:
    """A token and the moment, on this process's monotonic clock, from which it is no longer used."""

    value: str = field(repr=False)
    use_until: float


@dataclass(frozen=True)
class TokenBudget:
    """How many tokens a vendor hands out to one credential: ``tokens`` in any ``seconds``."""

    tokens: int
    seconds: float


class TokenCache:
    """The one place in a process where a credential's token lives.

    Hooks called plainly, operators and triggers may run in different event loops of one process, so that a
    lock of one loop is not enough: the first caller sees to a token, all others, in whatever loop, wait.

    Args:
        source: Where a token comes from that this process does not have.
    """

    def __init__(self, source: TokenFetching) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._refused: str | None = None
        self._fetching: Future[Token] | None = None
        self._hopeless: set[str] = set()
        self._rejected: CredentialRejected | None = None
        self._ask_again_at = 0.0

    async def get(
        self,
        fetch: Callable[[], Awaitable[Token]],
        on_token: Callable[[str], Awaitable[None]] | None = None,
    ) -> str:
        """Return the token; where there is none that can still be used, get one.

        Args:
            fetch: Gets a new token from the vendor. Awaited by one caller at a time.
            on_token: Awaited with a token that is new to this process, before anybody uses it.

        Raises:
            Throttled: The budget of tokens is used up; nothing was sent.
            CredentialRejected: The vendor gives no token for it, or gave none a moment ago.
            BookingError: What ``fetch`` raised; everybody who waited for it gets the same.
        """
        while True:
            with self._lock:
                if self._token is not None and time.monotonic() < self._token.use_until:
                    return self._token.value
                if self._rejected is not None and time.monotonic() < self._ask_again_at:
                    raise copy(self._rejected)
                fetching = self._fetching
                if fetching is None:
                    mine = self._fetching = Future()
                    break
            try:
                # Shielded: one waiter that is cancelled must not cancel the fetch of the others.
                return (await asyncio.shield(asyncio.wrap_future(fetching))).value
            except _FetcherCancelledError:
                continue  # whoever fetched was cancelled: somebody else has to
        return await self._fetch(fetch, on_token, mine)

    async def _fetch(
        self,
        fetch: Callable[[], Awaitable[Token]],
        on_token: Callable[[str], Awaitable[None]] | None,
        mine: Future[Token],
    ) -> str:
        try:
            token = await self._source.token(fetch, refused=self._refused)
            if on_token is not None:
                await on_token(token.value)
        except BaseException as error:
            with self._lock:
                self._fetching = None
                if isinstance(error, CredentialRejected):
                    self._rejected, self._ask_again_at = error, time.monotonic() + REJECTED_FOR
            mine.set_exception(error if isinstance(error, Exception) else _FetcherCancelledError())
            raise
        with self._lock:
            self._token, self._refused, self._fetching = token, None, None
            self._rejected = None
            self._hopeless.clear()
        mine.set_result(token)
        return token.value

    def discard(self, value: str, use: str) -> bool:
        """Forget a token that the vendor does not take.

        A burst of refusals of one token forgets it once: a newer one is left alone. So is one that was
        refused for the same use when it was new: then it is not the token that is wrong.

        Args:
            value: The token that was refused.
            use: What it was shown for.

        Returns:
            Whether another token is worth a try.
        """
        with self._lock:
            if self._token is None or self._token.value != value:
                return True
            if use in self._hopeless:
                return False
            self._token, self._refused = None, value
            return True

    def accept(self, use: str) -> None:
        """Note that a token was taken for ``use``: where it was refused before, that was not for good."""
        if use in self._hopeless:
            with self._lock:
                self._hopeless.discard(use)

    def give_up(self, value: str, use: str) -> None:
        """Remember that a token was refused although it was new, so that ``use`` fetches no more for it."""
        with self._lock:
            if self._token is not None and self._token.value == value:
                self._hopeless.add(use)


class _FetcherCancelledError(Exception):
    """The caller that was fetching for all was cancelled."""
