"""What the calls take besides an update's change, and what is found in their answers. Pure functions."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.bookings.booking import checked_id
from airflow_provider_booking.vendors.zoho.answers import is_id
from airflow_provider_booking.vendors.zoho.translation import ASSUMPTIONS, Assumptions
from airflow_provider_booking.vendors.zoho.wall_clock import (
    check_happens_once,
    check_order,
    check_until,
    on_the_wall,
    written,
    zone_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflow_provider_booking.vendors.updating import Record
    from airflow_provider_booking.vendors.zoho.models import BookingData

_DATE_KEY = re.compile(r"[0-9]{8}")


def digits(value: str, field: str) -> str:
    """An id that can be sent: at Zoho all are digits.

    Raises:
        InvalidInput: It is none.
    """
    text = checked_id(value, field=field)
    if not is_id(text):
        raise InvalidInput(f"{field} is not an id of Zoho's", hint="give its digits, 19 or fewer, as text")
    return text


def whole_booking_data(data: BookingData) -> dict[str, Any]:
    """What is sent of a booking that was not read before: what was given, and whom it tells in any case."""
    span = data.dateandtime
    zone = zone_of(span.timezone)
    walls = {}
    for name, time in (("start", span.start), ("end", span.end)):
        wall = on_the_wall(time, zone)
        check_happens_once(wall, zone, f"dateandtime.{name}")
        walls[name] = written(wall)
    check_order(walls)
    if data.repeat is not None:
        check_until(data.repeat.until, walls["start"])
    given = data.model_dump(exclude_unset=True)
    if data.recurrenceid_in_millis is not None:
        given["recurrenceid_in_millis"] = int(data.recurrenceid_in_millis)
    return {
        **given,
        "dateandtime": {**walls, "timezone": span.timezone},
        "resources": [
            room.model_dump(exclude_defaults=True) | {"type": room.type} for room in data.resources
        ],
        "notify_attendee": data.notify_attendee,
    }


def fits_query(parameters: Mapping[str, str], assumptions: Assumptions = ASSUMPTIONS) -> bool:
    """Whether parameters may travel in a query."""
    return len(urlencode(parameters)) <= assumptions.longest_query


def room_query(
    resource_id: str,
    branch_id: str,
    start_date: date,
    end_date: date | None,
    assumptions: Assumptions = ASSUMPTIONS,
) -> dict[str, str]:
    """The parameters of the call for a room's bookings."""
    query = {
        "startDate": slashed("start_date", start_date),
        "branch_id": branch_id,
        "resource_id": resource_id,
    }
    if end_date is not None:
        query["endDate"] = slashed("end_date", end_date)
    return {name: f'"{value}"' if assumptions.quoted_values else value for name, value in query.items()}


def periods_around(day: date, assumptions: Assumptions = ASSUMPTIONS) -> Iterator[tuple[date, date]]:
    """First and last day of each period in which occurrences are looked for.

    The first one ends the day before: an occurrence may have been moved there from a later day.
    """
    before, after = timedelta(days=assumptions.list_days), timedelta(days=assumptions.horizon_days)
    yield from periods(day - before, day + after, assumptions)


def periods(first: date, last: date, assumptions: Assumptions = ASSUMPTIONS) -> Iterator[tuple[date, date]]:
    """First and last day of each period in which bookings are asked for; the last one may go on too long."""
    length = timedelta(days=assumptions.list_days)
    while first <= last:
        yield first, first + length - timedelta(days=1)
        first += length


def days_query(start_date: date, end_date: date, timezone: str | None = None) -> dict[str, str | None]:
    """The parameters of a call about the days from one to another."""
    return {
        "start_date": slashed("start_date", start_date),
        "end_date": slashed("end_date", end_date),
        "timezone": timezone,
    }


def slashed(field: str, day: date) -> str:
    """A day as most calls take it, month first.

    Raises:
        InvalidInput: It is no date.
    """
    if not isinstance(day, date):
        raise InvalidInput(f"{field} is a {type(day).__name__}", hint="give a datetime.date")
    return f"{day:%m/%d/%Y}"


def answered_bookings(body: Any) -> dict[str, Record]:
    """The bookings in an answer to a write: each under its date, beside other members (pitfall 7)."""
    members = body if isinstance(body, dict) else {}
    return {
        name: value
        for name, value in members.items()
        if _DATE_KEY.fullmatch(name) and isinstance(value, dict)
    }


def found_in(value: Any, member: str) -> Iterator[Record]:
    """The objects that have a member, at any depth: how the vendor wraps its lists is not known."""
    if isinstance(value, dict) and member in value:
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from found_in(inner, member)
