"""What an update of several occurrences would reach: docs/vendors/zoho.md, "Update". Pure functions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.zoho.translation import fields
from airflow_provider_booking.vendors.zoho.wall_clock import day_of, same_hours

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from airflow_provider_booking.vendors.updating import Record
    from airflow_provider_booking.vendors.zoho.answers import ZohoBooking

_SHOWN_BY: Mapping[str, frozenset[str]] = {
    "title": frozenset({"title"}),
    "resources": frozenset({"resources"}),
    "isprivate": frozenset({"isprivate"}),
    "description": frozenset({"description", "desc"}),
    "attendees": frozenset({"attendees"}),
    # Where there are none, a booking that shows its attendees does not show this member.
    "group_attendees": frozenset({"attendees", "group_attendees"}),
}
"""The fields that are compared, and the members of a list by any of which it shows them."""


def day_from(record: Record, recurrence_id: str | None) -> date:
    """The day from which on the occurrences that are meant were planned: of the named one, or the first."""
    if recurrence_id is None:
        return day_of(record["dateandtime"]["start"])
    # Not the day on which it is shown: it may have been moved, and its id stays.
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(recurrence_id))).date()


def reached(
    bookings: Iterable[ZohoBooking], booking_id: str, recurrence_id: str | None
) -> Sequence[ZohoBooking]:
    """The occurrences of a booking among those of its room: those after one, or all of them.

    Args:
        bookings: What the room is booked for.
        booking_id: The booking.
        recurrence_id: The occurrence that ``following`` names; None for ``all``.

    Returns:
        In the order of their ids.

    Raises:
        InvalidInput: There is none.
    """
    own = [each for each in bookings if each.booking_id == booking_id]
    if recurrence_id is not None:
        own = [each for each in own if _number(each) > int(recurrence_id)]
    if own:
        return sorted(own, key=_number)
    if recurrence_id is None:
        raise InvalidInput(
            "no occurrence shows in the list of the booking's room, so that none can be looked at before",
            hint="update the occurrences one by one with recurrence_edittype only",
        )
    raise InvalidInput(
        "no occurrence comes after the one that recurrenceid_in_millis names",
        hint="following leaves the named one as it is: name an earlier one, or use only",
    )


def odd_one(judged: Record, occurrences: Iterable[ZohoBooking]) -> str | None:
    """What is to be said of the first occurrence, by its day, that is not like the record that is judged."""
    for each in sorted(occurrences, key=lambda each: each.dateandtime.start):
        if names := _differing(judged, each.model_dump(exclude_unset=True)):
            return f"that of {day_of(each.dateandtime.start)} has another {' and '.join(names)}"
    return None


def _differing(judged: Record, shown: Record) -> list[str]:
    wanted, now = fields(judged), fields(shown)
    names = [] if same_hours(judged["dateandtime"], shown["dateandtime"]) else ["time of day"]
    return names + [
        name
        for name, members in _SHOWN_BY.items()
        # False and none are the same to the vendor.
        if members & shown.keys() and (now[name] or None) != (wanted[name] or None)
    ]


def _number(occurrence: ZohoBooking) -> int:
    return int(occurrence.recurrence_id or 0)
