"""Holds calls back until they may go, first come, first served, however many loops of a process call."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from airflow_provider_booking.bookings import Throttled
from airflow_provider_booking.vendors import waiting
from airflow_provider_booking.vendors.throttle.budget import LONGEST_MARGIN, Budget

if TYPE_CHECKING:
    from airflow_provider_booking.vendors.settings import VendorSettings
    from airflow_provider_booking.vendors.throttle.budget import Verdict
    from airflow_provider_booking.vendors.throttle.store import Store

log = logging.getLogger(__name__)

MOST_AT_ONCE = 10
"""So many calls are let go by one question to the store: they leave one after another."""
OF_LATE = 20
"""So many turns are remembered, to tell a busy moment from a loop that is always busy."""


class Throttle:
    """Holds calls back until they may go.

    Args:
        settings: The connection, which says the rates.
        store: Where its credential's calls are counted.
    """

    def __init__(self, settings: VendorSettings, store: Store) -> None:
        self._vendor = settings.vendor
        self._credential = settings.credential()
        self._store = store
        self._writes = self._lines("writes", settings.rate_limit)
        self._reads = self._lines("reads", settings.read_rate_limit)

    def _lines(self, kind: str, rates: tuple[str, ...]) -> _Lines:
        return _Lines(self._vendor, self._store, Budget.of(self._credential, kind, rates))

    def pause(self, seconds: float) -> None:
        """Let nobody with this credential call for ``seconds``: the vendor said so to one of us.

        In this process it holds at once; a thread tells the others, and goes on if the caller is cancelled.
        Called in an event loop.
        """
        self._store.note_pause(self._credential, seconds)
        if self._store.shared:
            asyncio.get_running_loop().run_in_executor(self._store.threads, self._tell_others, seconds)

    def _tell_others(self, seconds: float) -> None:
        try:
            self._store.keep_pause(self._credential, seconds)
        except Throttled as error:
            log.warning("%s: other processes were not told to wait %.0f s: %s", self._vendor, seconds, error)

    async def pass_through(self, *, writes: bool, longest_wait: float, again: bool = False) -> float:
        """Return once a call may be sent.

        Args:
            writes: Whether the call takes from the budget of writes or from that of reads.
            longest_wait: Seconds.
            again: Whether its turn lapsed: it does not stand in line once more.

        Returns:
            Until when, on this process's monotonic clock: who did something else meanwhile asks again.

        Raises:
            Throttled: The vendor's pause is longer than ``longest_wait``, or nobody here was let go for so
                long, or will be; or the store cannot be used. Nothing was taken from the budget.
        """
        if not waiting.enabled():
            return math.inf
        return await (self._writes if writes else self._reads).wait(longest_wait, again=again)


class _Lines:
    """The queues of one budget: one for each event loop."""

    def __init__(self, vendor: str, store: Store, budget: Budget) -> None:
        self._vendor = vendor
        self._store = store
        self._budget = budget
        self._of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line] = WeakKeyDictionary()

    async def wait(self, longest_wait: float, *, again: bool) -> float:
        loop = asyncio.get_running_loop()
        line = self._of_loop.get(loop)
        if line is None:
            line = self._of_loop[loop] = _Line(self._vendor, self._store, self._budget)
        return await line.wait(longest_wait, again=again)


@dataclass(eq=False)
class _Caller:
    """Somebody who waits for a turn."""

    longest_wait: float
    again: bool
    came_at: float = field(default_factory=time.monotonic)
    turn: asyncio.Future[float] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class _Line:
    """The queue of one event loop: one task asks the store for all who stand in it."""

    def __init__(self, vendor: str, store: Store, budget: Budget) -> None:
        self._vendor = vendor
        self._store = store
        self._budget = budget
        self._callers: deque[_Caller] = deque()
        self._asking: asyncio.Task[None] | None = None
        self._impatient = asyncio.Event()
        self._asleep_until = 0.0
        self._moved_at = 0.0
        self._late = deque([0.0] * OF_LATE, maxlen=OF_LATE)

    async def wait(self, longest_wait: float, *, again: bool) -> float:
        if not self._callers:
            verdict = self._store.take_now(self._budget, 1)
            if verdict is not None and verdict.granted:
                return verdict.at + self._budget.fresh_for
        turn = self._stand_in_line(longest_wait, first=again)
        if self._is_too_late(await turn):
            # Once: late calls are better than none.
            await self._stand_in_line(longest_wait, first=True)
        return time.monotonic() + self._budget.fresh_for

    def _is_too_late(self, had_at: float) -> bool:
        # By what all turns of late were late, as in a loop that is busy all the time, harms nobody.
        late, usual = time.monotonic() - had_at, min(self._late)
        self._late.append(late)
        return late > usual + self._budget.fresh_for

    def _stand_in_line(self, longest_wait: float, *, first: bool) -> asyncio.Future[float]:
        caller, place = _Caller(longest_wait, again=first), len(self._callers)
        if first:  # behind those only whose turns lapsed before
            place = next((at for at, other in enumerate(self._callers) if not other.again), place)
        self._callers.insert(place, caller)
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._let_go())
        elif not _bearable(self._asleep_until - caller.came_at, longest_wait):
            self._impatient.set()  # it is told at once how long the wait is
        return caller.turn

    async def _let_go(self) -> None:
        while self._standing():
            try:
                verdict = await self._ask()
            except Exception as error:  # noqa: BLE001  (each who waits is told, whatever it is)
                for caller in self._leave(len(self._callers)):
                    caller.turn.set_exception(error)
                return
            if not verdict.granted:
                await self._hold(verdict)

    def _standing(self) -> int:
        """How many wait; who was cancelled has left."""
        self._callers = deque(caller for caller in self._callers if not caller.turn.done())
        return len(self._callers)

    def _leave(self, count: int) -> list[_Caller]:
        """The first so many, who leave the queue; of those, who still waits."""
        left: list[_Caller] = []
        while self._callers and len(left) < count:
            caller = self._callers.popleft()
            if not caller.turn.done():
                left.append(caller)
        return left

    async def _ask(self) -> Verdict:
        wanted = min(len(self._callers), MOST_AT_ONCE)
        if (at_once := self._store.take_now(self._budget, wanted)) is not None:
            return self._hand_out(at_once)
        loop = asyncio.get_running_loop()

        def ask() -> Verdict:
            verdict = self._store.take(self._budget, wanted)
            # By the shortest way: each round of a busy loop makes the turns older.
            loop.call_soon_threadsafe(self._hand_out, verdict)
            return verdict

        return await loop.run_in_executor(self._store.threads, ask)

    def _hand_out(self, verdict: Verdict) -> Verdict:
        for caller in self._leave(verdict.granted):
            caller.turn.set_result(verdict.at)
            self._moved_at = verdict.at
        return verdict

    async def _hold(self, verdict: Verdict) -> None:
        """Wait as long as the first in the queue has to, but for those who do not want to."""
        wait, now = verdict.paused or verdict.wait, time.monotonic()
        if verdict.paused:
            self._moved_at = now + wait  # what the vendor asks for is not waited in vain
        # However long the queue is: who is not first waits for calls, and not for a window.
        for caller in self._callers:
            # Others with this credential may leave it nothing, although each wait is short.
            in_vain = now - max(caller.came_at, self._moved_at)
            longest = max(wait, in_vain)
            if not caller.turn.done() and not _bearable(longest, caller.longest_wait):
                caller.turn.set_exception(self._too_long(longest, paused=bool(verdict.paused)))
        if not self._standing():
            return
        self._impatient.clear()
        self._asleep_until = now + wait
        try:
            async with asyncio.timeout(wait if waiting.enabled() else 0):
                await self._impatient.wait()
        except TimeoutError:
            pass
        finally:
            self._asleep_until = 0.0

    def _too_long(self, seconds: float, *, paused: bool) -> Throttled:
        if paused:
            return Throttled(
                "the vendor asked this credential to wait",
                vendor=self._vendor,
                retry_after=seconds,
                hint="try again after that; nothing was sent",
            )
        name = "rate_limit" if self._budget.kind == "writes" else "read_rate_limit"
        return Throttled(
            f"the connection's own {name} ({self._budget.named}) is used up",
            vendor=self._vendor,
            retry_after=seconds,
            hint="try again after that; nothing was sent",
        )


def _bearable(wait: float, longest_wait: float) -> bool:
    # Our windows are longer than the vendor's: who would wait for a minute waits for a rate a minute.
    return wait <= longest_wait + LONGEST_MARGIN / 1000
