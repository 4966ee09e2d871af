"""The ledger as the place where all processes of this Airflow share access tokens."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import threading
import time
import uuid
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.threads import in_thread
from airflow_provider_booking.vendors.sharing import TokensNotShared

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from airflow_provider_booking.change_sets.ledger import Ledger

log = logging.getLogger(__name__)

Result = TypeVar("Result")

SECONDS = 10.0
"""For how long the turn to fetch holds if its holder dies."""
_RENEWED = 3
"""How often it is renewed within that time."""
PATIENCE = 10.0
"""Seconds that the ledger may take for an answer. After that it is not asked again for as long."""


class LedgerTokens:
    """A :class:`~airflow_provider_booking.vendors.sharing.TokenStore` in the ledger.

    The ledger is opened at the first call, in a thread, and where it cannot be used that is said once. No
    call takes much longer than ``patience``, even if the ledger's database gives no answer at all.

    Args:
        find: Opens the ledger; None where there is none. Never makes one.
        patience: Seconds that the ledger may take for an answer.
    """

    def __init__(self, find: Callable[[], Ledger | None], patience: float = PATIENCE) -> None:
        self._find = find
        self._patience = patience
        self._silent_until = -math.inf
        self._lock = threading.Lock()
        self._found: Ledger | None = None
        self._said = False

    async def token(self, credential: str) -> tuple[str, float] | None:
        """The token of a credential and the seconds for which it may still be used."""
        return await self._call(lambda ledger: ledger.token(credential))

    async def count_fetch(self, credential: str, tokens: int, seconds: float) -> float:
        """Count a fetch that is about to be sent; the seconds to wait where it may not be."""
        return await self._call(lambda ledger: ledger.count_fetch(credential, tokens, seconds))

    async def uncount_fetch(self, credential: str) -> None:
        """Take the last fetch out of the count again."""
        await self._call(lambda ledger: ledger.uncount_fetch(credential))

    async def keep_token(self, credential: str, value: str, seconds: float) -> None:
        """Keep a token that was just fetched."""
        await self._call(lambda ledger: ledger.keep_token(credential, value, seconds))

    @asynccontextmanager
    async def turn(self, credential: str) -> AsyncIterator[bool]:
        """Held while a token is fetched; gives whether it is this process's turn."""
        name, holder = f"token {credential[:16]}", f"{os.getpid()}-{uuid.uuid4().hex}"
        if not await self._call(lambda ledger: ledger.take_lease(name, holder, SECONDS)):
            yield False
            return
        renewing = asyncio.create_task(self._renew(name, holder))
        try:
            yield True
        finally:
            renewing.cancel()
            with suppress(TokensNotShared):  # then it lapses
                await self._call(lambda ledger: ledger.drop_lease(name, holder))

    async def _renew(self, name: str, holder: str) -> None:
        # If it lapses all the same, two processes fetch: that costs a token, and nobody is harmed.
        while True:
            await asyncio.sleep(SECONDS / _RENEWED)
            with suppress(TokensNotShared):
                await self._call(lambda ledger: ledger.renew_lease(name, holder, SECONDS))

    async def _call(self, call: Callable[[Ledger], Result]) -> Result:
        if time.monotonic() < self._silent_until:
            raise TokensNotShared
        try:
            async with asyncio.timeout(self._patience):
                return await in_thread(self._called, call)
        except TimeoutError:
            # The thread may go on. What it does late harms nobody: a turn lapses, a fetch was counted.
            self._silent_until = time.monotonic() + self._patience
            self._say_once(f"the ledger gave no answer within {self._patience:g} s")
        raise TokensNotShared

    def _called(self, call: Callable[[Ledger], Result]) -> Result:
        from airflow_provider_booking.change_sets.ledger import LedgerUnavailable  # noqa: PLC0415  (heavy)

        try:
            ledger = self._opened()
            if ledger is not None:
                return call(ledger)
        except (LedgerUnavailable, InvalidInput) as error:
            self._say_once(error)
        raise TokensNotShared

    def _opened(self) -> Ledger | None:
        with self._lock:
            if self._found is None:
                self._found = self._find()
            return self._found

    def _say_once(self, why: object) -> None:
        if not self._said:
            self._said = True
            log.warning("Access tokens are shared within this process only: %s", why)
