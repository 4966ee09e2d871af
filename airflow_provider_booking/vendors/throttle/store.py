"""Where calls are counted and a vendor's "wait" is kept; here, for one process."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from pyrate_limiter import AbstractBucket, InMemoryBucket, RateItem

from airflow_provider_booking.bookings import Throttled
from airflow_provider_booking.vendors.throttle.budget import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyrate_limiter.abstracts.algorithm import Decision

    from airflow_provider_booking.vendors.throttle.budget import Budget

Result = TypeVar("Result")

SHORTLY = 0.005
"""Seconds until somebody asks again who came while the store was busy with another."""
FORGET_EVERY = 5.0
"""Seconds between two times that what is too old to count is forgotten."""
PATIENCE = 10
"""Seconds that a store may take to answer."""


@dataclass(frozen=True)
class Situation:
    """What a store says before anything is counted.

    Attributes:
        now: Milliseconds of the store's clock.
        paused_until: On the same clock; 0 where the vendor said nothing.
        longest: Milliseconds of the longest window in which the credential's calls were ever counted.
    """

    now: int
    paused_until: float = 0
    longest: int = 0


class Store(ABC):
    """Counts the calls of credentials, and keeps until when they are paused. Used by any thread.

    Who calls with one credential counts the same calls, each against the rates of its own connection. So
    a call is kept for as long as the longest window of them all: a day at the most.
    """

    shared: ClassVar[bool] = True
    """Whether other processes count there, too."""
    threads: Executor
    """Where an event loop has the store asked."""

    def __init__(self) -> None:
        # asyncio's own are few, and looking up the name of a vendor can hold all of them.
        self.threads = ThreadPoolExecutor(2, "booking-throttle")
        self._lock = threading.Lock()
        self._noting = threading.Lock()
        self._paused_here: dict[str, float] = {}
        self._forgotten_at: dict[Budget, float] = {}

    def take(self, budget: Budget, wanted: int) -> Verdict:
        """Let up to ``wanted`` calls go, or say how long the next one has to wait.

        Raises:
            Throttled: The store cannot be reached; nothing was counted.
        """
        with self._lock:
            return self._told(lambda: self._take(budget, wanted))

    def take_now(self, budget: Budget, wanted: int) -> Verdict | None:
        """As :meth:`take`, for who must not be kept waiting: an event loop.

        Returns:
            None where it would have to wait for a disk, a network or somebody else; nothing was counted.

        Raises:
            Throttled: The store cannot be used; nothing was counted.
        """
        del budget, wanted
        return None

    def paused_here(self, credential: str) -> float:
        """Seconds left of a pause that a caller in this process was told of."""
        return self._paused_here.get(credential, 0.0) - time.monotonic()

    def note_pause(self, credential: str, seconds: float) -> None:
        """Let nobody in this process call for so long."""
        until = time.monotonic() + seconds
        with self._noting:
            self._paused_here[credential] = max(until, self._paused_here.get(credential, 0.0))

    def keep_pause(self, credential: str, seconds: float) -> None:
        """Let nobody at all call for so long; of two pauses the one holds that ends later.

        Raises:
            Throttled: The store cannot be reached.
        """
        with self._lock:
            self._told(lambda: self._keep_pause(credential, seconds))

    def close(self) -> None:
        """Close what is open; it is opened again when it is next used."""
        with self._lock:
            self._disconnect()

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Let nobody use it meanwhile, and leave nothing open: this process is about to be copied."""
        with self._lock:
            self._disconnect()
            yield

    def _told(self, ask: Callable[[], Result]) -> Result:
        try:
            return ask()
        except Exception as error:  # noqa: BLE001  (whatever a driver or a server comes up with, nothing may go)
            kind = type(error).__name__
            self._disconnect()
        # Out of the except block: a driver's error may show the URL.
        raise Throttled(
            f"the store of rate limits cannot be used ({kind})",
            hint="check [booking] throttle_url and what it names; nothing was sent",
        )

    def _take(self, budget: Budget, wanted: int) -> Verdict:
        if (left := self.paused_here(budget.credential)) > 0:
            return Verdict(paused=left)
        with self._transaction():
            found = self._look(budget)
            verdict = self._judge(found, budget, wanted)
        verdict = replace(verdict, at=time.monotonic())
        if verdict.granted:
            self._forget(budget)
        return verdict

    def _judge(self, found: Situation, budget: Budget, wanted: int) -> Verdict:
        if found.paused_until > found.now:
            return Verdict(paused=(found.paused_until - found.now) / 1000)
        bucket, wait = self._bucket(budget), 0.0
        for weight in _halves(min(wanted, budget.most_at_once)):
            item = RateItem("", found.now, weight)
            decision = cast("Decision", bucket.put_decision(item))
            if decision.allowed:
                return Verdict(granted=weight)
            wait = (decision.retry_after_ms or 0) / 1000
            if not wait:  # it did not count at all: somebody else has the table
                break
        return Verdict(wait=max(wait, SHORTLY))

    def _forget(self, budget: Budget) -> None:
        if time.monotonic() < self._forgotten_at.get(budget, 0.0):
            return
        self._forgotten_at[budget] = time.monotonic() + FORGET_EVERY
        # The call is counted and may go, whatever becomes of this: it is tried again in a while.
        with suppress(Exception), self._transaction():
            found = self._look(budget)
            # The bucket forgets by its own longest window; another connection may need more.
            self._bucket(budget).leak(found.now - max(0, found.longest - budget.longest))

    def _transaction(self) -> AbstractContextManager[object]:
        """While it is held nobody else takes or pauses; left without an error, all is kept."""
        return nullcontext()

    @abstractmethod
    def _look(self, budget: Budget) -> Situation:
        """The clock and the pause; and keep how long the budget's calls must be remembered."""

    @abstractmethod
    def _bucket(self, budget: Budget) -> AbstractBucket:
        """The limiter's bucket."""

    @abstractmethod
    def _keep_pause(self, credential: str, seconds: float) -> None: ...

    @abstractmethod
    def _disconnect(self) -> None: ...


class MemoryStore(Store):
    """Counts within this process."""

    shared = False

    def __init__(self) -> None:
        super().__init__()
        self._buckets: dict[str, InMemoryBucket] = {}
        self._longest: dict[str, int] = {}

    def take_now(self, budget: Budget, wanted: int) -> Verdict | None:
        """As :meth:`take`, which never waits here."""
        return self.take(budget, wanted)

    def _look(self, budget: Budget) -> Situation:
        longest = max(budget.longest, self._longest.get(budget.credential, 0))
        self._longest[budget.credential] = longest
        return Situation(time.monotonic_ns() // 1_000_000, longest=longest)

    def _bucket(self, budget: Budget) -> AbstractBucket:
        bucket = self._buckets.setdefault(budget.key, InMemoryBucket(budget.rates))
        bucket.rates = budget.rates
        return bucket

    def _keep_pause(self, credential: str, seconds: float) -> None:
        """It was noted, and there is nobody else."""

    def _disconnect(self) -> None:
        """Nothing is open."""


def _halves(wanted: int) -> Iterator[int]:
    while wanted:
        yield wanted
        wanted //= 2
