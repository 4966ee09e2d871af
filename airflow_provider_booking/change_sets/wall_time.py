"""Time as people think of it: what the clock on the wall of a zone shows, and which moment that is.

Twice a year a clock is changed: an hour is left out (a gap) or comes twice (a fold). A wall clock then names
no moment, or two; which one is meant is said by who asks, and never guessed.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from airflow_provider_booking.bookings import InvalidInput, Reason
from airflow_provider_booking.bookings.time import moment, zone_name

_DAY_AND_HOUR = re.compile(r"\d[Tt ]\d")
"""A day alone would be read as its midnight, and ``2026-12-01+09:00`` as nine o'clock of that day."""


class OnDst(StrEnum):
    """What to do with a wall clock that names no moment, or two.

    A clock that goes forward from 02:00 to 03:00 never shows 02:30. Read as if it had not been changed yet,
    that is 03:30 (later); as if it had been already, 01:30 (earlier). A clock that goes back shows it before
    the change (earlier) and after it (later).
    """

    REFUSE = "refuse"
    LATER = "later"
    EARLIER = "earlier"


def given_time(value: Any) -> datetime:
    """Read a time that a row or an argument gives.

    Args:
        value: A ``datetime``, or ISO 8601 text of a day and an hour; with an offset or without.

    Returns:
        A moment, aware, in UTC; or a wall clock, naive.

    Raises:
        ValueError: It is neither, or outside the calendar; the text says what to do.
    """
    if isinstance(value, str):
        if not _DAY_AND_HOUR.search(value):
            raise ValueError(
                "is not a time; write ISO 8601 with day and hour, such as 2026-12-01T10:00+09:00"
            )
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(fold=0)
    return moment(value)


def zone_of(name: str | None) -> ZoneInfo:
    """The zone of that IANA name; None means UTC.

    Raises:
        InvalidInput: The zone data of this machine know no such zone.
    """
    try:
        return ZoneInfo(zone_name(name or "UTC"))
    except ValueError:
        raise InvalidInput(
            "the booking's time zone is not known on this machine",
            hint="update the time zone data (the tzdata package), or give times with an offset",
        ) from None


def known_zone(name: str | None) -> ZoneInfo:
    """The zone of that IANA name; UTC where there is none, or this machine does not know it."""
    try:
        return zone_of(name)
    except InvalidInput:
        return zone_of(None)


def moment_on(wall: datetime, zone: ZoneInfo, on_dst: OnDst, *, field: str) -> datetime:
    """The moment at which the clock of a zone shows something.

    Args:
        wall: What it shows, naive.
        zone: The zone.
        on_dst: Which moment is meant where the clock shows it never, or twice.
        field: What the time is of, for the error.

    Returns:
        Aware, in UTC.

    Raises:
        InvalidInput: The clock never shows it (reason ``time.gap``) or shows it twice (``time.fold``), and
            ``on_dst`` is ``refuse``; or the moment is outside the calendar.
    """
    readings = [wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    offsets = [reading.utcoffset() or timedelta(0) for reading in readings]
    if offsets[0] != offsets[1] and on_dst is OnDst.REFUSE:
        raise _ambiguous(wall, zone, field, gap=offsets[0] < offsets[1])
    try:
        moments = [reading.astimezone(UTC) for reading in readings]
    except OverflowError:
        raise _outside(field) from None
    return min(moments) if on_dst is OnDst.EARLIER else max(moments)


def wall_clock(moment: datetime, zone: ZoneInfo, *, field: str) -> datetime:
    """What the clock of a zone shows at a moment.

    Args:
        moment: Aware.
        zone: The zone.
        field: What the time is of, for the error.

    Returns:
        Naive.

    Raises:
        InvalidInput: There it is outside the calendar.
    """
    try:
        return moment.astimezone(zone).replace(tzinfo=None, fold=0)
    except OverflowError:
        raise _outside(field) from None


def shifted(moment: datetime, by: timedelta, zone: ZoneInfo, on_dst: OnDst, *, field: str) -> datetime:
    """Move a moment on the wall clock of its zone; across a clock change, more or less time passes.

    Args:
        moment: Aware. It may stand in a fold: being a moment, it is certain all the same.
        by: How far the wall clock is to move; zero leaves the moment as it is.
        zone: The zone.
        on_dst: Which moment is meant where the clock shows the new time never, or twice.
        field: What the time is of, for the error.

    Returns:
        Aware, in UTC.

    Raises:
        InvalidInput: As :func:`moment_on` says, of the new time.
    """
    if not by:
        return moment.astimezone(UTC)
    try:
        wall = wall_clock(moment, zone, field=field) + by
    except OverflowError:
        raise _outside(field) from None
    return moment_on(wall, zone, on_dst, field=field)


def is_certain(moment: datetime, by: timedelta, zone: ZoneInfo) -> bool:
    """Whether :func:`shifted` needs no ``on_dst``: the clock shows the new time exactly once.

    Raises:
        OverflowError: The new time is outside the calendar.
    """
    wall = moment.astimezone(zone).replace(tzinfo=None, fold=0) + by
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return not by or first == second


def _ambiguous(wall: datetime, zone: ZoneInfo, field: str, *, gap: bool) -> InvalidInput:
    shown = f"{field} {wall.isoformat(timespec='minutes')}"
    hint = "choose another time, or set on_dst to later or earlier"
    if gap:
        return InvalidInput(
            f"{shown} does not exist in {zone}, where the clocks go forward",
            hint=hint,
            reason=Reason.TIME_GAP,
        )
    return InvalidInput(
        f"{shown} comes twice in {zone}, where the clocks go back", hint=hint, reason=Reason.TIME_FOLD
    )


def _outside(field: str) -> InvalidInput:
    return InvalidInput(f"{field} is outside the calendar", hint="give a year between 1 and 9999")
