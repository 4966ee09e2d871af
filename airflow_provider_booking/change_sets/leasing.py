"""Holding a lease of the ledger for as long as some work takes: two processes never do the same at once."""

from __future__ import annotations

import asyncio
import os
import socket
import time
import uuid
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from airflow_provider_booking.change_sets.ledger import Lease, LeaseLost, LedgerUnavailable
from airflow_provider_booking.change_sets.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from airflow_provider_booking.change_sets.ledger import Ledger

__all__ = ["SECONDS", "LeaseLost", "Tenure", "leased"]

SECONDS = 30.0
"""For how long a lease holds if its holder dies."""
_RENEWED = 3
"""How often it is renewed within that time."""
_LOOK = 1.0
"""Seconds between two tries to get it, or to renew it when the ledger is away."""
# A lease lapses while this machine is suspended, too; Python's monotonic clock stands still then.
_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Tenure:
    """A lease that can be held while a block runs.

    Args:
        ledger: Where the lease is kept.
        name: What must not be done twice at once.
        say: Told once if there is a wait.
        shown: What is held, for a reader.
        seconds: For how long it holds if its holder dies.
    """

    def __init__(
        self,
        ledger: Ledger,
        name: str,
        say: Callable[[str], object],
        *,
        shown: str,
        seconds: float = SECONDS,
    ) -> None:
        self.lease = Lease(name, f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}", shown)
        self._ledger = ledger
        self._say = say
        self._seconds = seconds
        self._holds_until = 0.0
        """By this process's own clock: not later than by the ledger's."""

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Hold the lease until the block ends; wait for it while another process has it.

        A block that was cancelled, or lost the lease, may have left something under way that nobody can call
        back: then it is not given back, but lapses.

        Raises:
            LeaseLost: It could not be renewed in time; the block was cancelled.
        """
        await self._take()
        try:
            async with self._renewing():
                yield
        except (LeaseLost, asyncio.CancelledError):
            raise
        except BaseException:
            await self._give_back()
            raise
        await self._give_back()

    def check_held(self) -> None:
        """Return where the lease holds for certain, without asking the ledger.

        Raises:
            LeaseLost: It may have lapsed: this process stood still, or the ledger is away for too long.
        """
        if _now() >= self._holds_until:
            raise self.lease.lost()

    async def _take(self) -> None:
        told = False
        while not await self._asked(self._ledger.take_lease):
            if not told:
                told = True
                self._say(
                    f"Another run has {self.lease.shown} in hand: waiting for it, or for {self._seconds:g} s "
                    "if it died"
                )
            await asyncio.sleep(min(_LOOK, self._seconds / _RENEWED))

    async def _give_back(self) -> None:
        with suppress(LedgerUnavailable, TimeoutError):  # it lapses by itself
            async with asyncio.timeout(self._holds_until - _now()):
                await in_thread(self._ledger.drop_lease, self.lease.name, self.lease.holder)

    async def _asked(self, call: Callable[[str, str, float], bool]) -> bool:
        began = _now()
        ours = await in_thread(call, self.lease.name, self.lease.holder, self._seconds)
        if ours:
            self._holds_until = began + self._seconds
        return ours

    @asynccontextmanager
    async def _renewing(self) -> AsyncIterator[None]:
        work = asyncio.current_task()
        lost = False

        async def renew() -> None:
            nonlocal lost
            await self._renew_while_it_holds()
            lost = True
            if work is not None:
                work.cancel()

        renewing = asyncio.create_task(renew())
        try:
            yield
        except asyncio.CancelledError:
            if lost and work is not None:
                work.uncancel()
                raise self.lease.lost() from None
            raise
        finally:
            renewing.cancel()

    async def _renew_while_it_holds(self) -> None:
        """Return when the lease is somebody else's, or may be."""
        pause = self._seconds / _RENEWED
        while True:
            await asyncio.sleep(min(pause, max(0.0, self._holds_until - _now())))
            try:
                # The ledger may be away for a while, or leave us waiting for longer than the lease holds.
                async with asyncio.timeout(self._holds_until - _now()):
                    if not await self._asked(self._ledger.renew_lease):
                        return
            except TimeoutError:
                return
            except Exception:  # noqa: BLE001  (whatever it is, it may be over before the lease lapses)
                pause = min(_LOOK, self._seconds / _RENEWED)
            else:
                pause = self._seconds / _RENEWED


def _now() -> float:
    return time.clock_gettime(_CLOCK)


@asynccontextmanager
async def leased(
    ledger: Ledger, name: str, say: Callable[[str], object], *, shown: str, seconds: float = SECONDS
) -> AsyncIterator[Lease]:
    """Hold a lease until the block ends; wait for it while another process has it.

    Args:
        ledger: Where the lease is kept.
        name: What must not be done twice at once.
        say: Told once if there is a wait.
        shown: What is held, for a reader.
        seconds: For how long it holds if its holder dies.

    Raises:
        LeaseLost: It could not be renewed in time; the block was cancelled.
    """
    tenure = Tenure(ledger, name, say, shown=shown, seconds=seconds)
    async with tenure.held():
        yield tenure.lease
