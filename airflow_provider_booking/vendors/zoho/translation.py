"""Between a user's change, the vendor's request and the vendor's record. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import Booking, InvalidInput
from airflow_provider_booking.vendors.zoho import people
from airflow_provider_booking.vendors.zoho.answers import decoded
from airflow_provider_booking.vendors.zoho.occurrences import (
    check_all_alike,
    check_edit_type,
    check_named_like_next,
    check_room_stays,
    reach_of,
    span_after,
    without_marks,
)
from airflow_provider_booking.vendors.zoho.wall_clock import check_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflow_provider_booking.bookings import BookingRef
    from airflow_provider_booking.vendors.updating import Fields, Record
    from airflow_provider_booking.vendors.zoho.models import (
        AskedRoom,
        BookingChange,
        ZohoOptions,
    )


@dataclass(frozen=True)
class Assumptions:
    """What the vendor's pages leave open and this client relies on: docs/vendors/zoho.md, "Assumed".

    Attributes:
        empty_clears: An empty ``description`` clears it. If it does not, clearing is refused.
        rooms_are_replaced: The rooms that are sent are all that the booking then has. If they are merged, a
            room cannot be taken away, and a list that would do so is refused.
        default_permission: What a new attendee may do where the change does not say.
        longest_query: Bytes of a query string that the vendor's servers take.
        horizon_days: Days within which all occurrences of a booking are, from its first one on.
        list_days: Days of which the call for a room's bookings tells at once. Organisations let people book
            three months ahead or more, so that three months should never be too many.
        quoted_values: Whether the call for a room's bookings wants its values in double quotes, as in the
            vendor's sample.
        lock_seconds: How long the API stays locked after too many calls.
        token_lock_seconds: How long no tokens are handed out after too many.
    """

    empty_clears: bool = True
    rooms_are_replaced: bool = True
    default_permission: int = 1
    longest_query: int = 8000
    horizon_days: int = 400
    list_days: int = 89
    quoted_values: bool = False
    lock_seconds: float = 60
    token_lock_seconds: float = 600


ASSUMPTIONS = Assumptions()

_CLEARABLE = ("description", "attendees", "group_attendees")
_PEOPLE: Mapping[str, tuple[str, ...]] = {
    "attendees": ("email", "zid", "permission"),
    "group_attendees": ("zid", "permission"),
}
"""What is sent and compared of each list; of a group, ``email`` holds a name that is not taken back."""
_AS_READ = ("uid", "is_rel_event")
_ALONE = ("uid", "all_day", "is_rel_event", "is_repeat", "booked_by", "created_by", "booking_approved")
"""Members that an update does not name, and that are compared so that a change of them is seen."""


def check_clearing(change: BookingChange, assumptions: Assumptions = ASSUMPTIONS) -> None:
    """Refuse what cannot be cleared: docs/vendors/zoho.md, "Update".

    Raises:
        InvalidInput: A field is None that the vendor does not clear.
    """
    for path in _cleared(change.model_dump(exclude_unset=True)):
        if path not in _CLEARABLE or (path == "description" and not assumptions.empty_clears):
            raise InvalidInput(f"{path} cannot be cleared at Zoho", hint="leave it out, or set a value")


def fields(record: Record) -> Fields:
    """A booking's fields, flat, each list in one order; what is blank reads None."""
    span = record["dateandtime"]
    return {
        "title": record["title"],
        **{f"dateandtime.{name}": span[name] for name in ("start", "end", "timezone")},
        "resources": [*rooms(record)],
        "isprivate": record.get("isprivate"),
        "description": _description(record) or None,
        **{name: people.compared(_people(record, name)) for name in _PEOPLE},
        **{name: record.get(name) for name in _ALONE},
    }


def wanted_fields(
    change: BookingChange, record: Record, options: ZohoOptions, assumptions: Assumptions = ASSUMPTIONS
) -> Fields:
    """The fields that a change names, as they should read afterwards.

    Raises:
        InvalidInput: The change does not fit the booking: its times, its people, its rooms or its recurrence.
    """
    if change.repeat is not None:
        _check_recurs_not_yet(record)
    check_edit_type(record, options)
    check_all_alike(record)
    given = change.model_dump(exclude_unset=True)
    wanted: Fields = {name: given[name] for name in ("title", "isprivate") if name in given}
    if change.given("description"):
        wanted["description"] = change.description or None
    if change.dateandtime is not None:
        span = span_after(record, change.dateandtime, options)
        wanted |= {f"dateandtime.{name}": value for name, value in span.items()}
    if change.resources is not None:
        wanted["resources"] = [*_rooms_after(record, change.resources, assumptions)]
        check_room_stays(record, {room.resource_id for room in change.resources})
    for name in _PEOPLE:
        if change.given(name):
            wanted[name] = people.compared(_people_after(record, change, name, assumptions).staying)
    if change.repeat is not None:
        check_until(change.repeat.until, span_after(record, change.dateandtime, options)["start"])
        wanted["is_repeat"] = True
    now = fields(record)
    if any(now[name] != value for name, value in wanted.items()):
        check_named_like_next(record)
    return wanted


def booking_data(
    change: BookingChange, record: Record, options: ZohoOptions, assumptions: Assumptions = ASSUMPTIONS
) -> dict[str, Any]:
    """What is sent: the whole booking as it should be, since much of it is mandatory (pitfall 4)."""
    booked = rooms(record)
    if change.resources is not None:
        booked = _rooms_after(record, change.resources, assumptions)
    data: dict[str, Any] = {
        "title": change.title or record["title"],
        "dateandtime": span_after(record, change.dateandtime, options, sent=True),
        # A count of 0 is what is shown of one that was never sent.
        "resources": [
            {name: room[name] for name in room if name != "count" or room[name]} for room in booked
        ],
        "isprivate": record.get("isprivate") if change.isprivate is None else change.isprivate,
        "description": (change.description or "") if change.given("description") else _description(record),
        **{name: _people_after(record, change, name, assumptions).sent or None for name in _PEOPLE},
        "repeat": change.repeat and change.repeat.model_dump(exclude_unset=True),
        **{name: record.get(name) for name in _AS_READ},
        # Always said: the vendor's own default is not documented (pitfall 6).
        "notify_attendee": options.notify_attendee,
        "recurrence_edittype": options.recurrence_edittype,
        "recurrenceid_in_millis": options.occurrence and int(options.occurrence),
    }
    return {name: value for name, value in data.items() if value is not None}


def as_booking(ref: BookingRef, record: Record) -> Booking:
    """A booking in neutral fields."""
    return Booking(
        ref=ref,
        start=_moment(record.get("start")),
        end=_moment(record.get("end")),
        time_zone=record["dateandtime"]["timezone"],
        title=record["title"],
        description=_description(record) or None,
        raw=without_marks(record),
    )


def remarks_on(record: Record) -> tuple[str, ...]:
    """What a person should know about a booking after an update: pitfall 22, and what it did not reach."""
    remarks = []
    if record.get("booking_approved") is False:
        remarks.append("the booking waits for approval: the room is held, and not yet confirmed")
    reach = reach_of(record)
    if reach is not None and reach.odd is not None:
        remarks.append(f"the occurrences are not all alike: {reach.odd}")
    return tuple(remarks)


def _moment(milliseconds: int | str | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _description(record: Record) -> str | None:
    shown = (record.get(name) for name in ("description", "desc"))
    return next((text for text in shown if text is not None), None)


def rooms(record: Record) -> list[dict[str, Any]]:
    """A booking's rooms in one spelling and order."""
    return _sorted(
        [
            {
                "resource_id": str(room["resource_id"]),
                "type": room.get("type", 0),
                "count": room.get("count") or 0,
            }
            for room in decoded(record["resources"])
        ]
    )


def _rooms_after(record: Record, asked: list[AskedRoom], assumptions: Assumptions) -> list[dict[str, Any]]:
    now = {room["resource_id"]: room for room in rooms(record)}
    wanted = {room.resource_id: room for room in asked}
    if len(wanted) < len(asked):
        raise InvalidInput("resources names a room twice", hint="name every room once")
    if not assumptions.rooms_are_replaced and now.keys() - wanted.keys():
        raise InvalidInput(
            "resources leaves out a room of the booking, which Zoho does not take away",
            hint="give all rooms of the booking",
        )
    after = []
    for name, room in wanted.items():
        kept = {} if room.given("count") else {"count": now.get(name, {}).get("count", 0)}
        after.append(room.model_dump() | kept)
    return _sorted(after)


def _sorted(rooms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rooms, key=lambda room: str(room["resource_id"]))


def _people(record: Record, name: str) -> list[people.Row]:
    return people.rows_of(record.get(name), *_PEOPLE[name])


def _people_after(record: Record, change: BookingChange, name: str, assumptions: Assumptions) -> people.After:
    stored = _people(record, name)
    if not change.given(name):
        return people.After(stored, [])
    return people.after(name, stored, getattr(change, name), permission=assumptions.default_permission)


def _check_recurs_not_yet(record: Record) -> None:
    if record.get("is_repeat"):
        raise InvalidInput(
            "repeat cannot be changed: the booking recurs already, perhaps by an earlier run of this task, "
            "and Zoho never shows by which rule",
            hint="drop repeat from changes; change another rule in Zoho Calendar",
        )


def _cleared(value: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for name, member in value.items():
        if isinstance(member, dict):
            yield from _cleared(member, f"{path}{name}.")
        elif member is None:
            yield f"{path}{name}"
