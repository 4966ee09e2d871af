"""Rules of time: what counts as a moment, and what does not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def moment(value: Any) -> datetime:
    """Read a moment, which needs an offset: a wall clock without a zone names none.

    Args:
        value: An aware ``datetime``, or an ISO 8601 string with an offset or ``Z``.

    Returns:
        The moment, in UTC.

    Raises:
        ValueError: It is no time, or it is naive; the text says what to do.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(
                "is not a time; write ISO 8601 with an offset, such as 2026-12-01T10:00:00+09:00"
            ) from None
    if not isinstance(value, datetime):
        raise ValueError(  # noqa: TRY004  (pydantic turns ValueError, not TypeError, into a field's error)
            "is not a time; give an aware datetime or ISO 8601 with an offset"
        )
    if value.utcoffset() is None:
        raise ValueError("has no time zone; add an offset, such as 2026-12-01T10:00:00+09:00")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside the calendar; give a year between 1 and 9999") from None


def zone_name(value: str) -> str:
    """Check an IANA time zone name such as ``Asia/Tokyo``.

    Raises:
        ValueError: The zone data of this machine know no such zone.
    """
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is not a time zone; give an IANA name, such as Asia/Tokyo") from None
    return value
