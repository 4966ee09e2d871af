"""Bookings in the form that the control interface shows and takes: the vendor's own, and how they repeat."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from airflow_provider_booking.sandbox.zoho import rules, seeds
from airflow_provider_booking.sandbox.zoho.bookings import Booking, as_member
from airflow_provider_booking.sandbox.zoho.content import Content, Member
from airflow_provider_booking.sandbox.zoho.directory import PEOPLE
from airflow_provider_booking.sandbox.zoho.refusals import Refused, invalid


def _members(value: Any, field: str) -> tuple[Member, ...]:
    """Read attendees or groups as they are shown; `notify_status` is 0 unless it is there."""
    guests = rules.guests(value, field, has_email=field == "attendees")
    return tuple(
        as_member(guest, one.get("notify_status", 0)) for guest, one in zip(guests, value, strict=True)
    )


# member: the field of a content that holds it, and how it is read
_CONTENT: Mapping[str, tuple[str, Callable[[Any, str], Any]]] = {
    "title": ("title", rules.text),
    "description": ("description", rules.text),
    "dateandtime": ("times", rules.times),
    "isprivate": ("is_private", rules.truth),
    "booking_approved": ("is_approved", rules.truth),
    "resources": ("resources", rules.resources),
    "attendees": ("attendees", _members),
    "group_attendees": ("groups", _members),
}
_MEMBERS = frozenset(
    {
        *_CONTENT,
        "booking_id",
        "uid",
        "booked_by",
        "repeat",  # null, or as a booking sends it; the calls do not show it
        "exceptions",  # of a series: by recurrence id a booking, or null for a deleted occurrence
    }
)
_DERIVED = frozenset(
    {
        "desc",
        "timezone",
        "start_date",
        "end_date",
        "start_time",
        "end_time",
        "start",
        "end",
        "all_day",
        "role",
        "created_by",
        "bookedby_email",
        "is_own_booking",
        "is_member",
        "is_repeat",
        "is_rel_event",
        "users",
        "recurrence_id",
    }
)


_OF_THE_CALLER = frozenset({"role", "is_own_booking", "is_member"})
"""Those that say something about whoever looks; a record may be as anybody sees it."""


def from_record(record: Mapping[str, Any], template: Booking) -> Booking:
    """Make a booking from a record in the form that the control interface shows, the rest as in `template`.

    Raises:
        ValueError: If a member is not known, not what Zoho would store, or not what follows from the others.
    """
    _check_names(record)
    try:
        booking_id = str(rules.number(record.get("booking_id", template.booking_id), "booking_id"))
        organizer = PEOPLE.get(rules.number(record.get("booked_by", template.organizer.zid), "booked_by"))
        if organizer is None:
            raise invalid("booked_by")
        content = _content_of(record, template.content)
        booking = Booking(
            booking_id=booking_id,
            uid=rules.text(record.get("uid", seeds.uid_of(booking_id)), "uid"),
            organizer=organizer,
            content=content,
            repeat=None if record.get("repeat") is None else rules.repeat(record["repeat"], "repeat"),
            exceptions=_exceptions_of(record.get("exceptions", {}), content),
        )
    except Refused as refused:
        raise ValueError(f"{refused.detail} is not what Zoho would store.") from refused
    _check_derived(record, booking.view(organizer))
    return booking


def to_record(booking: Booking) -> dict[str, Any]:
    """Show a booking as its organizer sees it, with how it repeats."""
    return {
        "group_attendees": [],
        **booking.view(booking.organizer),
        "repeat": None if booking.repeat is None else booking.repeat.view(),
        "exceptions": {
            str(one): None if content is None else {"group_attendees": [], **content.view()}
            for one, content in booking.exceptions.items()
        },
    }


def _check_names(record: Mapping[str, Any]) -> None:
    if strangers := record.keys() - _MEMBERS - _DERIVED:
        raise ValueError(
            f"A Zoho booking has no {', '.join(sorted(strangers))}; it has {', '.join(sorted(_MEMBERS))}."
        )


def _check_derived(record: Mapping[str, Any], shown: Mapping[str, Any]) -> None:
    """Refuse a member that Zoho makes out of others and that says something else than these."""
    for name in sorted(record.keys() & _DERIVED - _OF_THE_CALLER):
        if record[name] != shown.get(name):
            raise ValueError(
                f"{name} does not follow from the other members of the Zoho booking; "
                "leave it out, or change those."
            )


def _content_of(record: Mapping[str, Any], template: Content) -> Content:
    given = {field: read(record[name], name) for name, (field, read) in _CONTENT.items() if name in record}
    return replace(template, **given)


def _exceptions_of(value: Any, series: Content) -> dict[int, Content | None]:
    if not isinstance(value, dict) or not all(one is None or isinstance(one, dict) for one in value.values()):
        raise invalid("exceptions")
    return {
        rules.number(name, "exceptions"): None if one is None else _exception_of(one, name, series)
        for name, one in value.items()
    }


def _exception_of(record: Mapping[str, Any], recurrence_id: str, series: Content) -> Content:
    _check_names(record)
    content = _content_of(record, series)
    shown = content.view() | {"recurrence_id": int(recurrence_id)}
    _check_derived({name: value for name, value in record.items() if name in shown}, shown)
    return content
