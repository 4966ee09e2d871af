"""How a process comes by an access token that it does not have: out of the store, or else from the vendor."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from airflow_provider_booking.bookings import NotApplied, Throttled, VendorNotReached, VendorUnavailable
from airflow_provider_booking.vendors.sharing import TokensNotShared
from airflow_provider_booking.vendors.tokens import Token

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from airflow_provider_booking.vendors.sharing import TokenStore
    from airflow_provider_booking.vendors.tokens import TokenBudget

LOOK = 0.1
"""Seconds between two looks into the store while another process fetches."""


class _Count(Protocol):
    """The part of a store that counts fetches."""

    async def count_fetch(self, credential: str, tokens: int, seconds: float) -> float: ...

    async def uncount_fetch(self, credential: str) -> None: ...


@dataclass
class _OwnCount:
    """What this process fetched by itself."""

    fetched_at: deque[float] = field(default_factory=deque)

    async def count_fetch(self, credential: str, tokens: int, seconds: float) -> float:
        del credential
        now = time.monotonic()
        while self.fetched_at and self.fetched_at[0] <= now - seconds:
            self.fetched_at.popleft()
        if len(self.fetched_at) >= tokens:
            return self.fetched_at[0] + seconds - now
        self.fetched_at.append(now)
        return 0

    async def uncount_fetch(self, credential: str) -> None:
        del credential
        self.fetched_at.pop()


@dataclass(frozen=True)
class TokenFetching:
    """Gets tokens for one credential.

    Attributes:
        credential: A digest of who calls whom.
        vendor: The vendor's name, for errors.
        budget: How many tokens may be had; None where the vendor counts none.
        store: Where all processes keep the token; None where each keeps its own.
    """

    credential: str = ""
    vendor: str | None = None
    budget: TokenBudget | None = None
    store: TokenStore | None = None
    _own_count: _OwnCount = field(default_factory=_OwnCount, init=False, repr=False)

    async def token(self, fetch: Callable[[], Awaitable[Token]], *, refused: str | None = None) -> Token:
        """Get a token: one that another process has fetched, else a new one.

        Of all processes that share the store, one fetches, and the others wait for what it gets. Where the
        store cannot be used, each fetches for itself.

        Args:
            fetch: Gets a new token from the vendor.
            refused: A token that the vendor does not take any more, if there is one.

        Raises:
            Throttled: The budget of tokens is used up; nothing was sent.
            BookingError: What ``fetch`` raised.
        """
        if self.store is not None:
            with suppress(TokensNotShared):
                return await self._shared(self.store, fetch, refused)
        return await self._fetched(fetch, self._own_count)

    async def _shared(
        self, store: TokenStore, fetch: Callable[[], Awaitable[Token]], refused: str | None
    ) -> Token:
        while True:
            if (token := await self._kept(store, refused)) is not None:
                return token
            async with store.turn(self.credential) as is_ours:
                if is_ours:
                    # Whoever had the turn before may have fetched since the last look.
                    if (token := await self._kept(store, refused)) is not None:
                        return token
                    token = await self._fetched(fetch, store)
                    with suppress(TokensNotShared):  # then it is this process's own
                        await store.keep_token(
                            self.credential, token.value, token.use_until - time.monotonic()
                        )
                    return token
            await asyncio.sleep(LOOK)

    async def _kept(self, store: TokenStore, refused: str | None) -> Token | None:
        asked_at = time.monotonic()
        kept = await store.token(self.credential)
        if kept is None or kept[0] == refused:
            return None
        value, seconds = kept
        return Token(value, use_until=asked_at + seconds)

    async def _fetched(self, fetch: Callable[[], Awaitable[Token]], count: _Count) -> Token:
        if self.budget is None:
            return await fetch()
        # Counted before it is sent: if no answer comes, or this process dies, the vendor may have counted it.
        wait = await count.count_fetch(self.credential, self.budget.tokens, self.budget.seconds)
        if wait > 0:
            raise Throttled(
                f"{self.budget.tokens} tokens in {self.budget.seconds:g} s are used up",
                vendor=self.vendor,
                retry_after=wait,
                hint="find out what keeps refusing them; nothing was sent",
            )
        try:
            return await fetch()
        except NotApplied as error:
            if not _may_have_given_one(error):
                with suppress(TokensNotShared):
                    await count.uncount_fetch(self.credential)
            raise


def _may_have_given_one(error: NotApplied) -> bool:
    """Whether the vendor may have handed out a token: no answer came, or none that is readable."""
    return isinstance(error, VendorUnavailable) and not isinstance(error, VendorNotReached)
