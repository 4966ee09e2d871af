"""What was read before a long wait is no ground to write on: who waits for his turn looks again after it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator


class Stale(Exception):
    """A booking was changed by somebody else while its update waited; nothing was sent."""


class Attempts(Protocol):
    """Watches over the attempts to send one write."""

    async def about_to_try(self, *, again: bool) -> None:
        """Return once the change may be tried; called before each attempt. Raising leaves it unsent.

        Args:
            again: Whether it is not the first: the vendor refused those before for certain, for the moment.
        """

    def going_out(self) -> None:
        """Return where the change may still go out. Must not wait.

        Called before its headers are sent and before its body is: until then a connection may have been
        opened, or this process have stood still. Raising closes the connection, so that the vendor has the
        beginning of a request at the most.
        """


class _Ground:
    """What a write stands on: a booking as it was read at some time."""

    def __init__(
        self,
        look_again: Callable[[], Awaitable[None]],
        read_at: float,
        fresh_for: float,
        attempts: Attempts | None,
    ) -> None:
        self.attempts = attempts
        self._look_again = look_again
        self._fresh_for = fresh_for
        self._repeats = False
        self._read_at = read_at

    async def renew(self, *, same_attempt: bool) -> None:
        await self._look_if_long_ago()
        again, self._repeats = self._repeats and not same_attempt, True
        if self.attempts is not None:
            await self.attempts.about_to_try(again=again)
            await self._look_if_long_ago()  # who was asked may have been slow

    async def _look_if_long_ago(self) -> None:
        if time.monotonic() - self._read_at >= self._fresh_for:
            await self._look_again()
            # When it was answered: a vendor that is slower than that would be looked at for ever.
            self._read_at = time.monotonic()


_ground: ContextVar[_Ground | None] = ContextVar("booking_ground_of_a_write", default=None)


@contextmanager
def standing_on(
    look_again: Callable[[], Awaitable[None]],
    *,
    read_at: float,
    fresh_for: float,
    attempts: Attempts | None = None,
) -> Iterator[None]:
    """Let writes in the block be sent only on what was read a moment ago.

    Args:
        look_again: Reads once more; raises :class:`Stale` where something is otherwise now.
        read_at: When that was asked for which a write stands on, by the monotonic clock.
        fresh_for: Seconds after which that has to be done.
        attempts: Asked before each attempt.
    """
    token = _ground.set(_Ground(look_again, read_at, fresh_for, attempts))
    try:
        yield
    finally:
        _ground.reset(token)


async def ensure_fresh(*, same_attempt: bool = False) -> None:
    """Look again if it is long ago that was read what is about to be written on.

    Args:
        same_attempt: Whether nothing was tried since the last time.

    Raises:
        Stale: Something is otherwise now.
        BookingError: It could not be read; nothing was sent.
    """
    ground = _ground.get()
    if ground is not None:
        await ground.renew(same_attempt=same_attempt)


def ensure_may_go_out() -> None:
    """Let what is to be written out, unless who watches over the attempts raises."""
    ground = _ground.get()
    if ground is not None and ground.attempts is not None:
        ground.attempts.going_out()
