"""How far a long piece of work is, said now and then: how many, how fast, how long still."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY = 10.0
"""Seconds between two lines."""


class Progress:
    """Counts what is done.

    Args:
        what: What is done to each, such as ``applied``.
        total: How many there are; None where that is not known.
        say: Told a line at most every :data:`EVERY` seconds, and by :meth:`tell`.
        detail: Adds what else there is to say to each line.
    """

    def __init__(
        self,
        what: str,
        total: int | None,
        say: Callable[[str], object],
        detail: Callable[[], str] = str,
    ) -> None:
        self.done = 0
        self._what = what
        self._total = total
        self.say = say
        self._detail = detail
        self._started = self._said = time.monotonic()

    def add(self, count: int) -> None:
        """Count some more."""
        self.done += count
        if time.monotonic() - self._said >= EVERY:
            self.tell()

    def tell(self) -> None:
        """Say how far it is."""
        self._said = time.monotonic()
        rate = self.done / max(self._said - self._started, 0.001)
        line = f"{self._what} {self.done:,}"
        if self._total is not None:
            line += f" of {self._total:,}"
        line += f", {rate:.1f}/s"
        if self._total is not None and 0 < self.done < self._total:
            line += f", about {duration((self._total - self.done) / rate)} left"
        detail = self._detail()
        self.say(f"{line} ({detail})" if detail else line)


def duration(seconds: float) -> str:
    """Seconds for a reader: ``47 s``, ``12 min``, ``3 h 20 min``."""
    minutes, hours = round(seconds / 60), int(seconds // 3600)
    if seconds < 90:  # noqa: PLR2004  (a minute and a half reads better in seconds)
        return f"{seconds:.0f} s"
    return f"{minutes} min" if not hours else f"{hours} h {round(seconds % 3600 / 60)} min"
