"""Zoho's times: the wall clock of a zone, written ``20211119T010000`` (docs/vendors/zoho.md, "Update")."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from airflow_provider_booking.bookings import InvalidInput, Reason
from airflow_provider_booking.bookings.time import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

_WRITTEN = re.compile(r"[0-9]{8}T[0-9]{6}")


def asked_time(value: Any) -> datetime:
    """Read a time that a user asks for.

    Args:
        value: An aware ``datetime``, an ISO 8601 string with an offset, or the vendor's own form.

    Returns:
        A moment, aware; or, of the vendor's form, a wall clock, naive.

    Raises:
        ValueError: It is no time, or naive in another form than the vendor's.
    """
    if not (isinstance(value, str) and _WRITTEN.fullmatch(value)):
        return moment(value)
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
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(
            "the booking's time zone is not known on this machine", hint="give dateandtime.timezone as well"
        ) from None


def on_the_wall(time: datetime, zone: ZoneInfo, field: str) -> datetime:
    """What the clock of a zone shows at a moment; a wall clock shows what it shows.

    Returns:
        Naive, in whole seconds; ``fold`` is 1 where the clock shows it for the second time.
    """
    try:
        local = time if time.tzinfo is None else time.astimezone(zone)
    except OverflowError:
        raise InvalidInput(f"{field} is outside the calendar", hint="give another time") from None
    return local.replace(tzinfo=None, microsecond=0)


def shifted(wall: str, by: timedelta) -> str:
    """A time in the vendor's form, so many days later."""
    return written(datetime.fromisoformat(wall) + by)


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
