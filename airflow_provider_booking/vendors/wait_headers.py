"""What a vendor says about waiting, in the headers that HTTP has for it."""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_BELIEVED = 86400.0
"""Seconds. A vendor that asks for a longer wait has made a slip, and would stop a credential for good."""


def believed(wait: float | None) -> float | None:
    """A wait in seconds, as long as it may be; None where there is none."""
    return min(wait, LONGEST_BELIEVED) if wait else None


def http_date(text: str) -> datetime | None:
    """Read an HTTP date; None where it is none."""
    try:
        return email.utils.parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a ``Retry-After`` header, in either of its two forms.

    A date is compared with the vendor's own clock, so that ours may be wrong. A zero, a past date and
    nonsense count as absent: they say nothing about how long to wait.
    """
    text = headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text) or None
    then = http_date(text)
    if then is None:
        return None
    now = http_date(headers.get("date", "")) or datetime.now(UTC)
    seconds = (then - now).total_seconds()
    return seconds if seconds > 0 else None
