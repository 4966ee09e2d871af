"""From what is wished of a booking to what it shall read: absolute, in vendor field names, JSON only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.bookings.wording import field_path
from airflow_provider_booking.change_sets.wall_time import (
    OnDst,
    given_time,
    is_certain,
    moment_on,
    shifted,
    wall_clock,
    zone_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from pydantic import JsonValue

    from airflow_provider_booking.bookings import Booking
    from airflow_provider_booking.change_sets.rows import Wish
    from airflow_provider_booking.vendors.planning import VendorPlanning

_TIMES = ("start", "end")


def target(
    wish: Wish, booking: Booking, planning: VendorPlanning[Any], *, zone: str | None, on_dst: OnDst
) -> dict[str, JsonValue]:
    """Make a wish absolute.

    A shift moves start and end each on the wall clock of the zone, so that a booking across a clock change
    may last an hour more or less than before; where ``on_dst`` has to decide, it lasts as long as before.
    ``move_to_date`` puts the start on that day at the hour that it has; the end stays as many days after it
    as it was. A booking with an end only is moved by its end.

    Args:
        wish: What is wished.
        booking: The booking as it is.
        planning: Its vendor.
        zone: IANA name of the zone in which people think of the booking; None means UTC.
        on_dst: Which moment is meant where the wall clock shows a time never, or twice.

    Returns:
        Vendor field names to values, as an update takes them.

    Raises:
        InvalidInput: The vendor lacks a field, the booking has no time to move, a time is in a gap or fold
            (reasons ``time.gap``, ``time.fold``) or outside the calendar, or two parts of the wish say the
            same vendor field.
    """
    wanted = _given(wish, on_dst) | _moved(wish, booking, planning, zone, on_dst)
    _check_has(planning, wanted)
    changes = planning.changes(wanted, booking) if wanted else {}
    return _merged(changes, wish.changes)


def _given(wish: Wish, on_dst: OnDst) -> dict[str, Any]:
    """The neutral fields that are given outright, their times as moments."""
    zone = wish.fields.get("time_zone")
    return {
        name: value if value is None or name not in _TIMES else _moment(name, value, zone, on_dst)
        for name, value in wish.fields.items()
    }


def _moment(name: str, value: str, zone: str | None, on_dst: OnDst) -> datetime:
    try:
        time = given_time(value)
    except ValueError as error:
        raise InvalidInput(f"{name} {error}") from None
    if time.tzinfo is not None:
        return time
    if zone is None:
        raise InvalidInput(f"{name} has no time zone", hint="add an offset, or give time_zone beside it")
    return moment_on(time, zone_of(zone), on_dst, field=name)


def _moved(
    wish: Wish, booking: Booking, planning: VendorPlanning[Any], zone: str | None, on_dst: OnDst
) -> dict[str, Any]:
    """The times of the booking, moved; empty where the wish is not about moving."""
    if wish.shift is None and wish.move_to_date is None:
        return {}
    now = {name: getattr(booking, name) for name in _TIMES if name in planning.neutral_fields}
    times = {name: time for name, time in now.items() if time is not None}
    if not times:
        raise InvalidInput("the booking has no time that could be moved", hint="leave it out")
    place = zone_of(zone)
    by = _distance(wish, times, place)
    moved = {name: shifted(time, by, place, on_dst, field=name) for name, time in times.items()}
    if len(times) == len(_TIMES) and not all(is_certain(times[name], by, place) for name in _TIMES):
        # Resolved one by one, the start could meet the end: the booking lasts as long as it did.
        moved["end"] = moved["start"] + (times["end"] - times["start"])
    return moved


def _distance(wish: Wish, times: Mapping[str, datetime], zone: ZoneInfo) -> timedelta:
    if wish.shift is not None:
        return wish.shift
    field, first = next(iter(times.items()))
    day = wall_clock(first, zone, field=field).date()
    # Whole days: the hours stay, and so does the number of days between start and end.
    return timedelta(0) if wish.move_to_date is None else wish.move_to_date - day


def _check_has(planning: VendorPlanning[Any], wanted: Mapping[str, Any]) -> None:
    lacking = [name for name in wanted if name not in planning.neutral_fields]
    if lacking:
        raise InvalidInput(
            f"{planning.client.vendor} has no {lacking[0]}",
            hint=f"leave it out; what can be given there is {', '.join(planning.neutral_fields)}",
        )


def _merged(
    one: Mapping[str, Any], other: Mapping[str, JsonValue], path: tuple[str, ...] = ()
) -> dict[str, JsonValue]:
    """Both, objects within them alike.

    Raises:
        InvalidInput: Both say the same field, be it the same thing.
    """
    both: dict[str, JsonValue] = {**one, **other}
    for name in one.keys() & other.keys():
        mine, theirs = one[name], other[name]
        if not isinstance(mine, dict) or not isinstance(theirs, dict):
            raise InvalidInput(
                f"{field_path((*path, name))} is said twice: in changes, and by a column or another part of "
                "the change",
                hint="say it once",
            )
        both[name] = _merged(mine, theirs, (*path, name))
    return both
