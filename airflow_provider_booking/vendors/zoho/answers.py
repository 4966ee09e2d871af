"""What Zoho answers, in its own names: docs/vendors/zoho.md, "Calls"."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from airflow_provider_booking.bookings.time import moment
from airflow_provider_booking.vendors.reading import VendorAnswer

_DIGITS = re.compile(r"0|[1-9][0-9]{0,18}")
_LARGEST = 10**19
_FARTHEST = 62_000_000_000_000  # milliseconds: from 1970 to about the year 5 and 3934


def is_id(value: Any) -> bool:
    """Whether a text is an id as the vendor writes it: its digits, none of them for show."""
    return isinstance(value, str) and _DIGITS.fullmatch(value) is not None


def _id(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST:
        return str(value)
    if not is_id(value):
        # A float has lost digits already (pitfall 13).
        raise ValueError("is not an id; give its digits as text")
    return value


def _wall_clock(value: str) -> str:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("is not a time") from None
    return value


Id = Annotated[str, BeforeValidator(_id)]
"""An id of 19 digits or fewer, which is text in our hands whatever it was before."""


WallClock = Annotated[str, Field(pattern=r"^[0-9]{8}(T[0-9]{6})?$"), AfterValidator(_wall_clock)]
"""A time as the vendor shows it; how it shows a day as a whole is not known."""


def _milliseconds(value: Any) -> Any:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _FARTHEST:
        raise ValueError("is not a moment; it is milliseconds since 1970")
    return value


Milliseconds = Annotated[int, BeforeValidator(_milliseconds)]
"""A moment that the calendar has."""


def decoded(value: Any) -> Any:
    """Of ``mybookings`` the list of rooms is JSON inside JSON: docs/vendors/zoho.md, "Calls"."""
    return json.loads(value) if isinstance(value, str) else value


class Span(VendorAnswer):
    """When a booking is: the wall clock of a zone."""

    start: WallClock
    end: WallClock
    timezone: str


class BookedRoom(VendorAnswer):
    """A room of a booking."""

    resource_id: Id
    type: int = 0
    count: int | None = None


class Participant(VendorAnswer):
    """A person or group on a booking; of a group, ``email`` holds its name."""

    zid: Id | None = None
    email: str | None = Field(default=None, repr=False)
    permission: int | None = None


class ZohoBooking(VendorAnswer):
    """A booking as the vendor shows it; members that the vendor adds are kept."""

    booking_id: Id
    title: str
    dateandtime: Span
    resources: Annotated[tuple[BookedRoom, ...], BeforeValidator(decoded)]
    start: Milliseconds | None = None
    end: Milliseconds | None = None
    uid: str | None = None
    recurrence_id: Id | None = None
    description: str | None = Field(default=None, repr=False)
    desc: str | None = Field(default=None, repr=False)
    isprivate: bool | None = None
    is_repeat: bool = False
    booking_approved: bool | None = None
    bookedby_email: str | None = Field(default=None, repr=False)
    attendees: tuple[Participant, ...] | None = None
    group_attendees: tuple[Participant, ...] | None = None
    users: tuple[Participant, ...] | None = Field(default=None, repr=False)


class Room(VendorAnswer):
    """A room; ``auto_gen_name`` is what the free/busy call wants."""

    resource_id: Id
    resource_name: str | None = None
    auto_gen_name: str | None = None
    res_email_id: str | None = Field(default=None, repr=False)
    branch_id: Id
    capacity: int | None = None
    is_available: bool | None = None
    resource_approval: bool | None = None


class Busy(VendorAnswer):
    """A time in which a room is taken: days ``yyyyMMdd``, times ``HHmm``, in ``timezone``."""

    start_date: str
    end_date: str
    start_time: str
    end_time: str
    timezone: str | None = None
    all_day: bool = False


class MyBookings(VendorAnswer):
    """What the caller has booked, and the rooms of it."""

    bookings: tuple[ZohoBooking, ...]
    resources: Annotated[tuple[Room, ...], BeforeValidator(decoded)] = ()


class Period(VendorAnswer):
    """A time in which a person or room is taken."""

    model_config = ConfigDict(alias_generator=to_camel)

    start_time: Annotated[datetime, BeforeValidator(moment)]
    end_time: Annotated[datetime, BeforeValidator(moment)]
