"""How long a change set takes at least, by the rates that its connections allow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from airflow_provider_booking.vendors.settings import rates

if TYPE_CHECKING:
    from airflow_provider_booking.vendors.settings import VendorSettings


def estimated_seconds(settings: VendorSettings, updates: int, reads_per_update: float) -> float:
    """Seconds within which so many updates can be sent at the earliest.

    Args:
        settings: The connection, which says the rates.
        updates: How many bookings are to be updated.
        reads_per_update: How many reads each takes beside its one write.
    """
    reads = math.ceil(updates * reads_per_update)
    return max(_seconds(settings.rate_limit, updates), _seconds(settings.read_rate_limit, reads))


def writes_per_second(settings: VendorSettings) -> float:
    """How many writes a connection may send a second in the long run."""
    return min(rate.limit / rate.interval * 1000 for rate in rates(settings.rate_limit))


def _seconds(limits: tuple[str, ...], calls: int) -> float:
    # Each window lets its first calls pass at once, and as many again when it is over.
    return max(
        ((max(calls, 1) - 1) // rate.limit * rate.interval / 1000 for rate in rates(limits)), default=0.0
    )
