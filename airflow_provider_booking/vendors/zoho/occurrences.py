"""Which occurrences of a recurring booking an update is about, and when they are afterwards.

``only`` is about the one that is named, ``all`` about every one, and ``following`` about those *after* the
one that is named (docs/vendors/zoho.md, pitfall 15). What is judged for ``following`` is the occurrence after
the named one: its record is read. The members of one record go to all that an update of several reaches, so
the record bears, beside the vendor's members, how those are: its :class:`Reach`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.zoho.wall_clock import (
    check_happens_once,
    check_order,
    day_of,
    happens_once,
    on_the_wall,
    same_hours,
    shifted,
    written,
    zone_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_booking.vendors.updating import Record
    from airflow_provider_booking.vendors.zoho.models import DateAndTime, ZohoOptions

_REACH = "_reach"
"""The private member in which a record bears its :class:`Reach`."""

_TIMES = ("start", "end")


@dataclass(frozen=True)
class Reach:
    """The occurrences that an update of several would reach, as the list of their room shows them.

    Attributes:
        room_id: The room by whose list they were found.
        odd: What is said of the first that is not like the record that is judged; None where all are.
        named: The ``dateandtime`` of the occurrence that is named; None for ``all``.
    """

    room_id: str
    odd: str | None
    named: Mapping[str, str] | None


def reaching(record: Record, reach: Reach) -> Record:
    """A record that bears what an update of it would reach."""
    return {**record, _REACH: reach}


def reach_of(record: Record) -> Reach | None:
    """What an update would reach beside the record itself; None where it is about one booking only."""
    return record.get(_REACH)


def without_marks(record: Record) -> Record:
    """The vendor's own members of a record."""
    return {name: value for name, value in record.items() if name != _REACH}


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


def check_all_alike(record: Record) -> None:
    """Refuse to send the members of one record to occurrences that have others.

    What such an occurrence has of its own would be lost, or would not be as wanted and nobody would say so.

    Raises:
        InvalidInput: An occurrence that would be reached is not like the record that is judged.
    """
    reach = reach_of(record)
    if reach is not None and reach.odd is not None:
        raise InvalidInput(
            f"the occurrences are not all alike: {reach.odd}",
            hint="update the occurrences one by one with recurrence_edittype only",
        )


def check_room_stays(record: Record, room_ids: set[str]) -> None:
    """Refuse to take those that follow out of the room by whose list they are found.

    Raises:
        InvalidInput: They could not be read back.
    """
    reach = reach_of(record)
    if reach is not None and reach.named is not None and reach.room_id not in room_ids:
        raise InvalidInput(
            "resources leaves out the booking's own room, by whose list the following occurrences are found",
            hint="move the occurrences one by one with recurrence_edittype only",
        )


def check_named_like_next(record: Record) -> None:
    """Refuse to change what follows where the named occurrence is at another time of day.

    The vendor does not say whether those after it get the times that are sent, or move as far as these move
    the named one. Where all are at the same time of day, that is the same.

    Raises:
        InvalidInput: The named occurrence differs from the next in time of day, length or zone.
    """
    if same_hours(_named(record), record["dateandtime"]):
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
    wall = on_the_wall(time, zone)
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
    return day_of(record["dateandtime"]["start"]) - day_of(_named(record)["start"])


def _named(record: Record) -> Mapping[str, str]:
    reach = reach_of(record)
    span: Mapping[str, str] = record["dateandtime"]
    return span if reach is None or reach.named is None else reach.named


def _earlier(span: Mapping[str, Any], days: timedelta) -> dict[str, str]:
    if not days:
        return {name: span[name] for name in (*_TIMES, "timezone")}
    moved = {name: shifted(span[name], -days) for name in _TIMES}
    return {**moved, "timezone": span["timezone"]}
