"""The calls that only read: docs/vendors/zoho.md, "Simulator rules" 31 to 36."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow_provider_booking.sandbox.zoho import rules
from airflow_provider_booking.sandbox.zoho.bookings import Booking
from airflow_provider_booking.sandbox.zoho.calendar import Calendar, Request, months_after
from airflow_provider_booking.sandbox.zoho.content import DATE
from airflow_provider_booking.sandbox.zoho.diary import Slot
from airflow_provider_booking.sandbox.zoho.directory import PEOPLE
from airflow_provider_booking.sandbox.zoho.refusals import Refused, invalid
from airflow_provider_booking.sandbox.zoho.rooms import BRANCHES, Room

_DAY = timedelta(days=1)
_MIDNIGHT = time(0)

# Bookings


def booking(calendar: Calendar, request: Request) -> dict[str, Any]:
    """Show one booking, or one occurrence of it (docs/vendors/zoho.md, rule 32)."""
    found = calendar.find(request.item)
    if found.repeat is None or "recurrence_id" not in request.parameters:
        return found.view(request.caller)
    recurrence_id = rules.number(request.parameters["recurrence_id"], "recurrence_id")
    if recurrence_id not in found.occurrences:
        raise Refused("BOOKING_NOT_FOUND")
    return found.view(request.caller, recurrence_id)


def bookings_of_room(calendar: Calendar, request: Request) -> dict[str, Any]:
    """Show what a room is booked for, each occurrence by itself, by its own date (rule 34)."""
    first = _day(request, "startDate")
    last = _day(request, "endDate") if "endDate" in request.parameters else first
    room = calendar.rooms.get(_needed(request, "resource_id"))
    if room is None:
        raise invalid("resource_id")
    if room.branch.branch_id != _needed(request, "branch_id"):
        raise invalid("branch_id")
    around = calendar.diary.taken(
        room.room_id, _milliseconds(first - _DAY, "UTC"), _milliseconds(last + 2 * _DAY, "UTC")
    )
    shown = [
        calendar.bookings[slot.booking_id].view(request.caller, slot.recurrence_id) for slot in sorted(around)
    ]
    shown = [one for one in shown if first <= _date_of(one) <= last]
    counts = Counter(f"{one['start_date']}_{one['end_date']}_{room.room_id}" for one in shown)
    # The answer of this call is not documented; this is the form of its sibling, the list of all bookings.
    return {"MULTIDAY_BOOKINGS": {}, "BOOK_CNT_OBJ": dict(counts), room.room_id: _by_date(shown)}


def my_bookings(calendar: Calendar, request: Request) -> dict[str, Any]:
    """Show what the caller booked, by date; the rooms are JSON in a string (rule 35)."""
    first, last = _day(request, "start_date"), _day(request, "end_date")
    own = [one for one in calendar.bookings.values() if one.organizer.zid == request.caller.zid]
    shown = [one.view(request.caller, recurrence_id) for one in own for recurrence_id in one.occurrences]
    shown = sorted(
        (one for one in shown if first <= _date_of(one) <= last), key=lambda one: int(one["start"])
    )
    room_ids = dict.fromkeys(resource["resource_id"] for one in shown for resource in one["resources"])
    used = [calendar.rooms[room_id].view() for room_id in room_ids]
    return {"resources": json.dumps(used), "bookings": _by_date(shown)}


def access(calendar: Calendar, request: Request) -> dict[str, Any]:
    """Say whether the caller has a plan with Resource Booking (rule 31)."""
    del calendar
    return {"enabled": request.caller.has_plan}


# Rooms and branches


def branches(calendar: Calendar, request: Request) -> list[dict[str, Any]]:
    """Show all branches."""
    del calendar, request
    return [branch.view() for branch in BRANCHES]


def branch(calendar: Calendar, request: Request) -> dict[str, Any]:
    """Show one branch."""
    del calendar
    found = next((one for one in BRANCHES if one.branch_id == request.item), None)
    if found is None:
        raise Refused("NOT_FOUND")
    return found.view()


def rooms(calendar: Calendar, request: Request) -> dict[str, Any]:
    """Show all rooms, or those of a branch, building or floor."""
    shown = [room.view() for room in _rooms_in(calendar, request, ("branchId", "buildingId", "floorId"))]
    return {"resources": shown} | _current_time(calendar, request)


def room(calendar: Calendar, request: Request) -> dict[str, Any]:
    """Show one room; with the current time it is wrapped."""
    if request.parameters.get("isCurTime") not in ("true", "false"):
        raise invalid("isCurTime")
    found = calendar.rooms.get(request.item)
    if found is None:
        raise Refused("NOT_FOUND")
    extra = _current_time(calendar, request)
    return {"resource": found.view()} | extra if extra else found.view()


# Free and busy


def room_free_busy(calendar: Calendar, request: Request) -> dict[str, Any]:
    """Show when a room is taken, by date, in the zone that was asked for (rule 36)."""
    found = next((room for room in calendar.rooms.values() if room.auto_gen_name == request.item), None)
    if found is None:
        raise Refused("NOT_FOUND")
    first, last = _range(calendar, request)
    zone = _zone(request, found.branch.zone)
    taken = calendar.diary.taken(found.room_id, _milliseconds(first, zone), _milliseconds(last + _DAY, zone))
    shown = [_busy(slot, zone) for slot in sorted(taken)]
    return {"range": f"{first:{DATE}}_{last:{DATE}}", found.room_id: _by_date(shown)}


def free_rooms(calendar: Calendar, request: Request) -> list[dict[str, Any]]:
    """Show the rooms of a branch; `is_available` says which are free in the time that was asked for."""
    _needed(request, "branch_id")
    found = _rooms_in(calendar, request, ("branch_id", "building_id", "floor_id"))
    first, last = _range(calendar, request)
    begin = _time_of_day(request, "start_time")
    finish = _time_of_day(request, "end_time")
    shown = []
    for one in found:
        zone = _zone(request, one.branch.zone)
        start = _milliseconds(first, zone, begin or _MIDNIGHT)
        end = _milliseconds(last, zone, finish) if finish else _milliseconds(last + _DAY, zone)
        if end <= start:
            raise invalid("end_time")
        shown.append(one.view(is_available=not calendar.diary.taken(one.room_id, start, end)))
    return shown


def user_free_busy(calendar: Calendar, request: Request) -> dict[str, Any]:
    """Show when a person or a room is taken, in UTC; the times asked for are taken as UTC as well."""
    email = _needed(request, "uemail")
    start, end = (_utc_ms(rules.local_time(_needed(request, name), name)) for name in ("sdate", "edate"))
    room_id = next((room.room_id for room in calendar.rooms.values() if room.email == email), None)
    if room_id is not None:
        taken: Iterable[tuple[int, int]] = (
            (slot.start, slot.end) for slot in calendar.diary.taken(room_id, start, end)
        )
    elif any(person.email == email for person in PEOPLE.values()):
        taken = _times_of(calendar.bookings.values(), email)
    else:
        raise invalid("uemail")
    times = [
        {
            "startTime": f"{_local(begin, 'UTC'):%Y%m%dT%H%M%SZ}",
            "endTime": f"{_local(finish, 'UTC'):%Y%m%dT%H%M%SZ}",
        }
        for begin, finish in sorted(taken)
        if begin < end and start < finish
    ]
    return {"freebusy": times}


def _times_of(bookings: Iterable[Booking], email: str) -> Iterable[tuple[int, int]]:
    for one in bookings:
        for content in one.occurrences.values():
            if email in (one.organizer.email, *(member.email for member in content.attendees)):
                yield content.times.start_ms, content.times.end_ms


def _rooms_in(calendar: Calendar, request: Request, names: tuple[str, str, str]) -> list[Room]:
    asked = [rules.unquoted(request.parameters.get(name, "")) for name in names]
    return [
        room
        for room in calendar.rooms.values()
        if all(
            not wanted or wanted == own
            for wanted, own in zip(
                asked, (room.branch.branch_id, room.branch.building_id, room.branch.floor_id), strict=True
            )
        )
    ]


def _current_time(calendar: Calendar, request: Request) -> dict[str, Any]:
    if request.parameters.get("isCurTime") != "true":
        return {}
    return {"current_time": f"{calendar.now:%Y%m%d%H%M}"}


def _busy(slot: Slot, zone: str) -> dict[str, Any]:
    start, end = _local(slot.start, zone), _local(slot.end, zone)
    return {
        "start_date": start.strftime(DATE),
        "end_date": end.strftime(DATE),
        "start_time": f"{start:%H%M}",
        "end_time": f"{end:%H%M}",
        "timezone": zone,
        "all_day": False,
    }


def _by_date(shown: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for one in shown:
        found.setdefault(one["start_date"], []).append(one)
    return found


def _date_of(shown: dict[str, Any]) -> date:
    return date.fromisoformat(shown["start_date"])


# What the parameters say


def _needed(request: Request, name: str) -> str:
    value = rules.unquoted(request.parameters.get(name, ""))
    if not value:
        raise invalid(name)
    return value


def _day(request: Request, name: str) -> date:
    return rules.slashed_date(_needed(request, name), name)


def _range(calendar: Calendar, request: Request) -> tuple[date, date]:
    first, last = _day(request, "start_date"), _day(request, "end_date")
    months = calendar.booking_months
    if last < first:
        raise invalid("end_date")
    if last > months_after(first, months):
        raise Refused("BOOKING_RANGE_CANNOT_EXCEED_CONFIGURED_MONTHS", str(months))
    return first, last


def _zone(request: Request, default: str) -> str:
    return rules.time_zone(request.parameters.get("timezone", default), "timezone")


def _time_of_day(request: Request, name: str) -> time | None:
    text = request.parameters.get(name)
    if text is None:
        return None
    try:
        return datetime.strptime(text.upper(), "%I:%M %p").time()  # noqa: DTZ007 - its zone stands beside it
    except ValueError as error:
        raise invalid(name) from error


def _milliseconds(day: date, zone: str, at: time = _MIDNIGHT) -> int:
    return round(datetime.combine(day, at, ZoneInfo(zone)).timestamp() * 1000)


def _utc_ms(local: datetime) -> int:
    return round(local.replace(tzinfo=UTC).timestamp() * 1000)


def _local(milliseconds: int, zone: str) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, ZoneInfo(zone))
