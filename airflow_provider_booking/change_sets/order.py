"""Which booking must move before which: one that stands where another shall go moves out of the way."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflow_provider_booking.vendors.planning import Slot

Wait = tuple[int, int]
"""An item, and the one that must move before it."""


def waits(slots: Iterable[tuple[int, bool, Slot]]) -> Iterator[Wait]:
    """Go through the slots of moving bookings and tell who waits for whom.

    Only what overlaps at one moment is held in memory.

    Args:
        slots: Item, whether the slot is the one after its move, and the slot; ordered by resource and start.

    Yields:
        An item and one that stands where it shall go. A pair may come more than once, and pairs may go round
        in a circle.
    """
    resource = None
    standing: list[tuple[int, int]] = []  # (end, item): where bookings are now
    coming: list[tuple[int, int]] = []  # (end, item): where they shall be
    for item, after, slot in slots:
        if slot.resource != resource:
            resource, standing, coming = slot.resource, [], []
        # A slot is free again from its end on, so that one may begin where another ends.
        for ended in (standing, coming):
            while ended and ended[0][0] <= slot.start:
                heapq.heappop(ended)
        if slot.end <= slot.start:
            continue
        heapq.heappush(coming if after else standing, (slot.end, item))
        for _, other in standing if after else coming:
            if other != item:
                yield (item, other) if after else (other, item)
