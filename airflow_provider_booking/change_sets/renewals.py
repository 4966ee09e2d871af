"""What a renewal came to: how long the bookings live, and which of them were not renewed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import Outcome, Reason
from airflow_provider_booking.change_sets.items import HELD_FOR_NOW, OPEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from airflow_provider_booking.change_sets.items import Item

NAMED = 20
"""So many bookings of a kind are named; the report names all."""
ENOUGH_LIFE = timedelta(days=2)
"""With this much left, what somebody touched just now can wait for the next run; with less a person looks."""

_KEPT = (Outcome.APPLIED, Outcome.UNCHANGED)

Why = tuple[Outcome, Reason | None]


@dataclass
class Renewals:
    """Looks at items as they go by; does not grow with them.

    Args:
        now: The vendor's own time, for a connection id.

    Attributes:
        smallest_life: Connection to the seconds that are left to whichever of its living bookings dies
            first. Those that could not be read are not among them.
        expired: Connection to how many of its bookings have expired.
        not_kept: How many bookings ended otherwise than applied or unchanged, by outcome and reason.
        failures: How many of these somebody has to do something about, by outcome and reason.
        named: The first of these, by outcome and reason: their ids, or rows where these are no numbers.
        to_go_on: How many of these another try takes up.
        total: How many bookings there are.
    """

    now: Callable[[str], datetime]
    smallest_life: dict[str, float] = field(default_factory=dict)
    expired: Counter[str] = field(default_factory=Counter)
    not_kept: Counter[Why] = field(default_factory=Counter)
    failures: Counter[Why] = field(default_factory=Counter)
    named: dict[Why, list[str]] = field(default_factory=dict)
    to_go_on: int = 0
    total: int = 0

    def add(self, item: Item) -> None:
        """Look at an item."""
        self.total += 1
        left = self._life(item)
        if item.conn_id is not None:
            self._see_life(item.conn_id, left, item)
        if item.outcome in _KEPT:
            return
        why = (item.outcome, item.reason)
        self.not_kept[why] += 1
        named = self.named.setdefault(why, [])
        if len(named) < NAMED:
            # What is no id may be anything, an address too: that is for the report alone.
            named.append(item.booking_id if item.booking_id.isdecimal() else f"row {item.row}")
        if not _can_wait(item, left):
            self.failures[why] += 1
        self.to_go_on += _is_for_another_try(item)

    def _life(self, item: Item) -> float | None:
        """The seconds that are left to a booking, as far as they are known."""
        ends = _ends(item)
        if ends is None or item.conn_id is None:
            return None
        return ends - self.now(item.conn_id).timestamp()

    def _see_life(self, conn_id: str, left: float | None, item: Item) -> None:
        self.expired[conn_id] += item.reason is Reason.EXPIRED
        if left is not None and left > 0:
            self.smallest_life[conn_id] = min(left, self.smallest_life.get(conn_id, left))


def _can_wait(item: Item, left: float | None) -> bool:
    """Whether nobody has to look at a booking that was not renewed."""
    if item.reason is Reason.CHANGED_MEANWHILE:
        return left is not None and left >= ENOUGH_LIFE.total_seconds()
    return item.reason is Reason.FORBIDDEN  # another's reserve is another's to renew


def _is_for_another_try(item: Item) -> bool:
    return item.outcome in OPEN or (item.outcome is Outcome.HELD and item.reason in HELD_FOR_NOW)


def _ends(item: Item) -> float | None:
    """When a booking expires, as far as it is known: unix seconds. What may have been renewed was not."""
    shown = item.image.shown.get("end_time")
    if shown is None:
        return None
    return float(str(shown.after if item.outcome is Outcome.APPLIED else shown.before))
