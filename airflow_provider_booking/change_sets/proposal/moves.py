"""How far the bookings of a change set move, and how much longer they last: one after the other."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from airflow_provider_booking.change_sets.items import Item, Move

LARGEST = 5
FAR = timedelta(days=31)
_STAYS = timedelta(0)


@dataclass(frozen=True)
class Moved:
    """A booking that moves.

    Attributes:
        row: The row's number.
        vendor: The vendor's name.
        booking_id: The booking.
        before: When it begins now; aware.
        after: When it is to begin; aware.
    """

    row: int
    vendor: str | None
    booking_id: str
    before: datetime
    after: datetime

    @property
    def by(self) -> timedelta:
        """How far it moves on the wall clock; below zero where it moves to an earlier time."""
        return _by(self.before, self.after)

    @property
    def by_in_words(self) -> str:
        """The same, as people say it."""
        return in_words(self.by)


@dataclass(frozen=True)
class Stretched:
    """A booking that lasts longer or shorter than before.

    Attributes:
        row: The row's number.
        by: How much longer on the wall clock; below zero where it is shorter.
    """

    row: int
    by: timedelta

    @property
    def by_in_words(self) -> str:
        """The same, as people say it."""
        return in_words(self.by, less="shorter", more="longer")


@dataclass
class Moves:
    """Counts moves; does not grow with them.

    Attributes:
        now: What the ledger's clock says.
        count: How many bookings begin at another time.
        across_clock_change: How many of them have another offset from UTC afterwards.
        far: How many move by more than :data:`FAR`.
        into_the_past: How many would begin before now.
        distances: How far they move; no more than two different ones are kept.
        stretched: How many last longer or shorter than before.
        most_stretched: Which of them most of all; None where there is none.
    """

    now: datetime
    count: int = 0
    across_clock_change: int = 0
    far: int = 0
    into_the_past: int = 0
    distances: set[timedelta] = field(default_factory=set)
    stretched: int = 0
    most_stretched: Stretched | None = None
    _largest: list[tuple[timedelta, int, Moved]] = field(default_factory=list)

    def add(self, item: Item, move: Move) -> None:
        """Count a booking that begins or ends at another time."""
        if move.before != move.after:
            self._add_begin(item, move)
        if by := _longer_by(move):
            self.stretched += 1
            if self.most_stretched is None or abs(by) > abs(self.most_stretched.by):
                self.most_stretched = Stretched(item.row, by)

    def _add_begin(self, item: Item, move: Move) -> None:
        moved = Moved(item.row, item.vendor, item.booking_id, move.before, move.after)
        self.count += 1
        self.across_clock_change += move.before.utcoffset() != move.after.utcoffset()
        self.far += abs(moved.by) > FAR
        self.into_the_past += move.after < self.now
        if len(self.distances) < 2:  # noqa: PLR2004  (two are enough to know that they differ)
            self.distances.add(moved.by)
        # By row where two move as far: a row comes once.
        keep = heapq.heappush if len(self._largest) < LARGEST else heapq.heappushpop
        keep(self._largest, (abs(moved.by), -moved.row, moved))

    def largest(self) -> list[Moved]:
        """The bookings that move furthest, the furthest first."""
        return [moved for *_, moved in sorted(self._largest, reverse=True)]


def _by(before: datetime, after: datetime) -> timedelta:
    """How far the wall clock moves between two times."""
    return after.replace(tzinfo=None) - before.replace(tzinfo=None)


def _longer_by(move: Move) -> timedelta:
    if move.ends_before is None or move.ends_after is None:
        return _STAYS
    return _by(move.ends_before, move.ends_after) - _by(move.before, move.after)


def in_words(by: timedelta, *, less: str = "earlier", more: str = "later") -> str:
    """A distance as people say it, such as ``1 day and 2:30 hours earlier``."""
    size = abs(by)
    minutes, seconds = divmod(size.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = []
    if size.days:
        parts.append("1 day" if size.days == 1 else f"{size.days} days")
    if seconds:
        parts.append(f"{hours}:{minutes:02}:{seconds:02} hours")
    elif minutes:
        parts.append(f"{hours}:{minutes:02} hours")
    elif hours:
        parts.append("1 hour" if hours == 1 else f"{hours} hours")
    if not parts:
        return "not at all on the wall clock"
    return f"{' and '.join(parts)} {less if by < _STAYS else more}"
