"""Which occurrences of a recurring booking an update is about, and when they are afterwards.

``only`` is about the one that is named, ``all`` about every one, and ``following`` about those *after* the
one that is named (docs/vendors/zoho.md, pitfall 15). What is judged for ``following`` is the occurrence after
the named one: its record is read, and bears, beside the vendor's members, when the named one is.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.zoho.wall_clock import (
    check_happens_once,
    check_order,
    day_of,
    happens_once,
    on_the_wall,
    shifted,
    written,
    zone_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from airflow_provider_booking.vendors.updating import Record
    from airflow_provider_booking.vendors.zoho.answers import ZohoBooking
    from airflow_provider_booking.vendors.zoho.models import DateAndTime, ZohoOptions

_NAMED = "_named"
"""The private member in which an occurrence bears the ``dateandtime`` of the one that is named."""

_TIMES = ("start", "end")


def next_of(named: Record, following: Record) -> Record:
    """The next occurrence, marked with the times of the one that is named."""
    return {**following, _NAMED: named["dateandtime"]}


def without_marks(record: Record) -> Record:
    """The vendor's own members of a record."""
    return {name: value for name, value in record.items() if name != _NAMED}


def next_id(bookings: Iterable[ZohoBooking], booking_id: str, recurrence_id: str) -> str | None:
    """The id of the first occurrence after one, among bookings of a room; None where there is none."""
    later = [
        int(each.recurrence_id)
        for each in bookings
        if each.booking_id == booking_id
        and each.recurrence_id
        and int(each.recurrence_id) > int(recurrence_id)
    ]
    return str(min(later)) if later else None


def check_options(options: ZohoOptions) -> None:
    """Refuse an occurrence that is named for nothing.

    Raises:
        InvalidInput: An occurrence is named and no edit type is given.
    """
    if options.recurrenceid_in_millis is not None and options.recurrence_edittype is None:
        raise InvalidInput(
            "recurrenceid_in_millis names an occurrence, and recurrence_edittype is not given",
            hint="give only, following or all as recurrence_edittype, or leave the id out",
        )


def check_edit_type(record: Record, options: ZohoOptions) -> None:
    """Refuse to guess which occurrences are meant: docs/vendors/zoho.md, "Update".

    Raises:
        InvalidInput: The booking recurs and no edit type is given, or the other way round.
    """
    if record.get("is_repeat") and options.recurrence_edittype is None:
        raise InvalidInput(
            "the booking recurs, and recurrence_edittype is not given", hint="give only, following or all"
        )
    if not record.get("is_repeat") and options.recurrence_edittype is not None:
        raise InvalidInput(
            "recurrence_edittype is given, and the booking does not recur", hint="leave it out"
        )


def check_named_like_next(record: Record) -> None:
    """Refuse to change what follows where the named occurrence is at another time of day.

    The vendor does not say whether those after it get the times that are sent, or move as far as these move
    the named one. Where all are at the same time of day, that is the same.

    Raises:
        InvalidInput: The named occurrence differs from the next in time of day, length or zone.
    """
    as_named = _earlier(record["dateandtime"], _days_from_named(record))
    named = record.get(_NAMED, as_named)
    if all(named[name] == value for name, value in as_named.items()):
        return
    raise InvalidInput(
        "the occurrence that is named is at another time of day than the next one",
        hint="name the next one here, then update that one with recurrence_edittype only",
    )


def span_after(
    record: Record, asked: DateAndTime | None, options: ZohoOptions, *, sent: bool = False
) -> dict[str, str]:
    """The ``dateandtime`` of a booking after a change.

    Args:
        record: The booking, or the occurrence that is judged.
        asked: What is wanted; None for no change.
        options: Which occurrences are meant.
        sent: Whether to give it as it is sent: on the day of the occurrence that is named.

    Raises:
        InvalidInput: A time exists never or twice in the zone, the end is not after the start, or the day
            changes of more than one occurrence.
    """
    now = record["dateandtime"]
    span = {name: now[name] for name in (*_TIMES, "timezone")}
    if asked is not None:
        span = _laid_over(record, asked, options)
    return _earlier(span, _days_from_named(record)) if sent else span


def _laid_over(record: Record, asked: DateAndTime, options: ZohoOptions) -> dict[str, str]:
    later = _days_from_named(record)
    now = record["dateandtime"]
    span = {"timezone": asked.timezone or now["timezone"]}
    for name in _TIMES:
        time: datetime | None = getattr(asked, name)
        if time is None and span["timezone"] == now["timezone"]:
            span[name] = now[name]
            continue
        time = time or datetime.fromisoformat(now[name]) - later
        span[name] = _wall(record, name, time, later, span["timezone"])
    if any(now[name] != value for name, value in span.items()):
        check_order(span)
    if options.recurrence_edittype in ("all", "following") and span["start"][:8] != now["start"][:8]:
        raise InvalidInput(
            f"dateandtime.start is on another day, which recurrence_edittype {options.recurrence_edittype} "
            "cannot say for several occurrences",
            hint=f"keep {day_of(now['start']) - later}, or move the days one by one with only",
        )
    return {name: span[name] for name in (*_TIMES, "timezone")}


def _wall(record: Record, name: str, time: datetime, later: timedelta, timezone: str) -> str:
    """A time on the day of the record, checked; one that stands so already is left as it is."""
    zone = zone_of(timezone)
    field = f"dateandtime.{name}"
    wall = on_the_wall(time, zone, field)
    target = wall + later
    if timezone == record["dateandtime"]["timezone"] and written(target) == record["dateandtime"][name]:
        is_that = time.tzinfo is None or happens_once(target, zone)
        if is_that or str(record.get(name)) == f"{time.timestamp() * 1000:.0f}":
            return written(target)
    check_happens_once(wall, zone, field)
    check_happens_once(target, zone, field)
    return written(target)


def _days_from_named(record: Record) -> timedelta:
    """How many days the occurrence that is judged comes after the one that is named."""
    named = record.get(_NAMED) or record["dateandtime"]
    return day_of(record["dateandtime"]["start"]) - day_of(named["start"])


def _earlier(span: Mapping[str, Any], days: timedelta) -> dict[str, str]:
    if not days:
        return {name: span[name] for name in (*_TIMES, "timezone")}
    moved = {name: shifted(span[name], -days) for name in _TIMES}
    return {**moved, "timezone": span["timezone"]}
