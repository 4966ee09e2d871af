"""Access tokens: fetched once for a credential, reused, and never by two callers at the same time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import Throttled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


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
    lock of one loop is not enough: the first caller fetches, all others, in whatever loop, wait for it.

    Args:
        vendor: The vendor's name, for errors.
        budget: How many tokens may be had; None where the vendor counts none.
    """

    def __init__(self, vendor: str | None = None, budget: TokenBudget | None = None) -> None:
        self._vendor = vendor
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._fetching: Future[Token] | None = None
        self._hopeless: set[str] = set()
        self._budget = budget
        self._given: deque[float] = deque(maxlen=budget.tokens if budget else 0)

    async def get(self, fetch: Callable[[], Awaitable[Token]]) -> str:
        """Return the token, fetching it where there is none that can still be used.

        Args:
            fetch: Gets a new token from the vendor. Awaited by one caller at a time.

        Raises:
            Throttled: The budget of tokens is used up; nothing was sent.
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
            self._check_budget()
            token = await fetch()
        except BaseException as error:
            with self._lock:
                self._fetching = None
            mine.set_exception(error if isinstance(error, Exception) else _FetcherCancelledError())
            raise
        with self._lock:
            self._token, self._fetching = token, None
            self._given.append(time.monotonic())
            self._hopeless.clear()
        mine.set_result(token)
        return token.value

    def _check_budget(self) -> None:
        budget = self._budget
        if budget is None or len(self._given) < budget.tokens:
            return
        wait = self._given[0] + budget.seconds - time.monotonic()
        if wait > 0:
            raise Throttled(
                f"{budget.tokens} tokens in {budget.seconds:g} s are used up",
                vendor=self._vendor,
                retry_after=wait,
                hint="find out what keeps refusing them; nothing was sent",
            )

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
            self._token = None
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
