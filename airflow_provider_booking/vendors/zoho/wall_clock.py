"""Zoho's times: the wall clock of a zone, written ``20211119T010000`` (docs/vendors/zoho.md, "Update")."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from airflow_provider_booking.bookings import InvalidInput, Reason
from airflow_provider_booking.bookings.time import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

_WRITTEN = re.compile(r"[0-9]{8}T[0-9]{6}")
_YEARS = range(1970, 9999)
"""Outside of these a zone's clock, or a day more, may leave the calendar."""


def asked_time(value: Any) -> datetime:
    """Read a time that a user asks for.

    Args:
        value: An aware ``datetime``, an ISO 8601 string with an offset, or the vendor's own form.

    Returns:
        A moment, aware; or, of the vendor's form, a wall clock, naive.

    Raises:
        ValueError: It is no time, naive in another form than the vendor's, or of no year of ours.
    """
    time = _wall(value) if isinstance(value, str) and _WRITTEN.fullmatch(value) else moment(value)
    if time.year not in _YEARS:
        raise ValueError(f"is outside the calendar; give a year between {_YEARS[0]} and {_YEARS[-1]}")
    return time


def _wall(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("is not a time; there is no such day or hour") from None


def written(wall: datetime) -> str:
    """A wall clock in the vendor's form, in whole seconds."""
    return wall.replace(tzinfo=None).isoformat(timespec="seconds").replace("-", "").replace(":", "")


def day_of(wall: str) -> date:
    """The day of a time in the vendor's form."""
    return datetime.fromisoformat(wall).date()


def zone_of(name: str) -> ZoneInfo:
    """The zone of a booking.

    Raises:
        InvalidInput: The zone data of this machine know no such zone.
    """
    # The error is raised outside of the suppression, so that no chain holds what the vendor shows.
    with suppress(ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(name)
    raise InvalidInput(
        "the booking's time zone is not known on this machine", hint="give dateandtime.timezone as well"
    )


def unix(wall: str, zone: str, *, fold: int = 0) -> int:
    """When the clock of a zone shows a time in the vendor's form: unix seconds.

    Args:
        wall: The time.
        zone: IANA name of the zone.
        fold: Of a time that the clock shows twice: 0 is the first, 1 the second.

    Raises:
        InvalidInput: The zone data of this machine know no such zone.
    """
    return int(datetime.fromisoformat(wall).replace(tzinfo=zone_of(zone), fold=fold).timestamp())


def on_the_wall(time: datetime, zone: ZoneInfo) -> datetime:
    """What the clock of a zone shows at a moment; a wall clock shows what it shows.

    Returns:
        Naive, in whole seconds; ``fold`` is 1 where the clock shows it for the second time.
    """
    local = time if time.tzinfo is None else time.astimezone(zone)
    return local.replace(tzinfo=None, microsecond=0)


def shifted(wall: str, by: timedelta) -> str:
    """A time in the vendor's form, so many days later."""
    return written(datetime.fromisoformat(wall) + by)


def same_hours(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two spans ``{start, end, timezone}`` are the same but for their days."""
    later = day_of(other["start"]) - day_of(one["start"])
    return one["timezone"] == other["timezone"] and all(
        datetime.fromisoformat(one[name]) + later == datetime.fromisoformat(other[name])
        for name in ("start", "end")
    )


def check_until(until: str, start: str) -> None:
    """Refuse a rule that is over before the booking.

    Raises:
        InvalidInput: It is.
    """
    if day_of(until) < day_of(start):
        raise InvalidInput("repeat.until is before the booking", hint="give a later day")


def check_order(walls: Mapping[str, str]) -> None:
    """Refuse a booking that would not start before it ends.

    Raises:
        InvalidInput: It would not.
    """
    # Written so, times of one zone sort as they pass.
    if walls["start"] >= walls["end"]:
        raise InvalidInput(
            f"dateandtime.end {walls['end']} is not after dateandtime.start {walls['start']}",
            hint="give both start and end",
        )


def happens_once(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock of a zone shows this once: neither never nor twice."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first == second


def check_happens_once(wall: datetime, zone: ZoneInfo, field: str) -> None:
    """Refuse what the vendor's form cannot say for certain.

    Raises:
        InvalidInput: The clock of the zone never shows this (reason ``time.gap``), or shows it twice
            (``time.fold``).
    """
    if happens_once(wall, zone):
        return
    shown = wall.replace(tzinfo=zone, fold=0).astimezone(UTC).astimezone(zone)
    if shown.replace(tzinfo=None, fold=0) == wall.replace(fold=0):
        raise InvalidInput(
            f"{field} {written(wall)} comes twice in {zone}, where the clocks go back",
            hint="choose another time: Zoho's form cannot tell the two apart",
            reason=Reason.TIME_FOLD,
        )
    raise InvalidInput(
        f"{field} {written(wall)} does not exist in {zone}, where the clocks go forward",
        hint="choose another time",
        reason=Reason.TIME_GAP,
    )
