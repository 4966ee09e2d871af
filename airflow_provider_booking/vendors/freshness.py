"""What was read before a long wait is no ground to write on: who waits for his turn looks again after it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator


class Stale(Exception):
    """A booking was changed by somebody else while its update waited; nothing was sent."""


class _Ground:
    """What a write stands on: a booking as it was read at some time."""

    def __init__(
        self,
        look_again: Callable[[], Awaitable[None]],
        fresh_for: float,
        about_to_repeat: Callable[[], Awaitable[None]] | None,
    ) -> None:
        self._look_again = look_again
        self._fresh_for = fresh_for
        self._about_to_repeat = about_to_repeat
        self._repeats = False
        self._read_at = time.monotonic()

    async def renew(self) -> None:
        if self._repeats and self._about_to_repeat is not None:
            await self._about_to_repeat()
        self._repeats = True
        if time.monotonic() - self._read_at < self._fresh_for:
            return
        await self._look_again()
        self._read_at = time.monotonic()


_ground: ContextVar[_Ground | None] = ContextVar("booking_ground_of_a_write", default=None)


@contextmanager
def standing_on(
    look_again: Callable[[], Awaitable[None]],
    *,
    fresh_for: float,
    about_to_repeat: Callable[[], Awaitable[None]] | None = None,
) -> Iterator[None]:
    """Let writes in the block be sent only on what was read a moment ago.

    Args:
        look_again: Reads once more; raises :class:`Stale` where something is otherwise now.
        fresh_for: Seconds after which that has to be done.
        about_to_repeat: Awaited before each attempt but the first, all of which the vendor refused for
            certain; raising leaves it unsent.
    """
    token = _ground.set(_Ground(look_again, fresh_for, about_to_repeat))
    try:
        yield
    finally:
        _ground.reset(token)


async def ensure_fresh() -> None:
    """Look again if it is long ago that was read what is about to be written on.

    Raises:
        Stale: Something is otherwise now.
        BookingError: It could not be read; nothing was sent.
    """
    ground = _ground.get()
    if ground is not None:
        await ground.renew()
