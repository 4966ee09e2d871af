"""A clock that leaps: where all wait, it is later at once; while something is done, it stands still.

What must not take long is measured by it in tests, as a busy machine may take any time for anything.
"""

from __future__ import annotations

import asyncio
import selectors
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any, TypeVar

from airflow_provider_booking.vendors import (
    before_sending,
    client,
    token_auth,
    token_fetching,
    tokens,
    transport,
)
from airflow_provider_booking.vendors.throttle import pacing, store

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    import pytest

Result = TypeVar("Result")


class LeapingClock:
    """Takes the place of the ``time`` that clients, their throttles and an event loop look at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._now = 1000.0
        for module in (before_sending, client, token_auth, token_fetching, tokens, transport, pacing, store):
            monkeypatch.setattr(module, "time", self)
        caller = pacing._Caller
        monkeypatch.setattr(pacing, "_Caller", lambda wait, again: caller(wait, again, came_at=self._now))

    def monotonic(self) -> float:
        """Seconds."""
        return self._now

    def monotonic_ns(self) -> int:
        """Nanoseconds."""
        return round(self._now * 1_000_000_000)

    def sleep(self, seconds: float) -> None:
        """Let something take so long, and whoever is not asleep wait for it."""
        self._now += seconds

    def run(self, main: Coroutine[Any, Any, Result]) -> Result:
        """Run to its end what takes no time but where it sleeps. It must not ask a thread or a network."""
        with asyncio.Runner(loop_factory=lambda: _Loop(self)) as runner:
            return runner.run(main)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, clock: LeapingClock) -> None:
        self._clock = clock
        super().__init__(_Selector(clock))

    def time(self) -> float:
        return self._clock.monotonic()


class _Selector(selectors.DefaultSelector):
    """Waits for nobody: it is then later."""

    def __init__(self, clock: LeapingClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("all wait, and for nothing that will come")
        ready = super().select(0)
        if not ready:
            self._clock.sleep(timeout)
        return ready


class AtOnce(Executor):
    """In the place of threads: what is to be done is done before anything else."""

    def submit(self, fn: Callable[..., Result], /, *args: Any, **named: Any) -> Future[Result]:
        done: Future[Result] = Future()
        try:
            done.set_result(fn(*args, **named))
        except Exception as error:  # noqa: BLE001  (it is who waits for the result that is told)
            done.set_exception(error)
        return done
