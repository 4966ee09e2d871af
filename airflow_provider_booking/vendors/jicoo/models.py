"""Jicoo bookings in the vendor's own names: what may be asked for, and what is answered.

Field rules: docs/vendors/jicoo.md, "Update" and "Calls".
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from airflow_provider_booking.bookings import Change
from airflow_provider_booking.bookings.change import ReplacedList
from airflow_provider_booking.bookings.time import moment, zone_name
from airflow_provider_booking.vendors.reading import VendorAnswer
from airflow_provider_booking.vendors.utc_times import WrittenTime

LONGEST_MESSAGE = 2000


def _zone(value: str | None) -> str | None:
    return None if value is None else zone_name(value)


Role = Literal["admin", "editor", "viewer"]
Priority = Literal["low", "middle", "high"]


class _Asked(Change):
    model_config = ConfigDict(alias_generator=to_camel)


class Host(_Asked):
    """One of the people who hold a booking."""

    user_id: str = Field(min_length=1)
    role: Role


class BookingChange(_Asked):
    """What is wanted of a booking; ``updateMessage`` and ``isSendUpdates`` are said, not stored."""

    name: str | None = None
    description: str | None = None
    time_zone: Annotated[str | None, AfterValidator(_zone)] = None
    started_at: WrittenTime | None = None
    ended_at: WrittenTime | None = None
    hosts: ReplacedList[Host] | None = None
    priority: Priority | None = None
    update_message: str | None = Field(default=None, max_length=LONGEST_MESSAGE)
    is_send_updates: bool | None = None


class BookingHost(VendorAnswer):
    """A host as the vendor shows it."""

    model_config = ConfigDict(alias_generator=to_camel)

    user_id: str
    role: str


class JicooBooking(VendorAnswer):
    """A booking as the vendor shows it."""

    model_config = ConfigDict(alias_generator=to_camel)

    uid: str
    name: str
    status: str
    started_at: Annotated[datetime, BeforeValidator(moment)]
    ended_at: Annotated[datetime, BeforeValidator(moment)]
    time_zone: str | None = None
    event_type_id: str | None = None
    description: str | None = Field(default=None, repr=False)
    location_id: str | None = None
    url: str | None = Field(default=None, repr=False)
    phone_number: str | None = Field(default=None, repr=False)
    address: str | None = Field(default=None, repr=False)
    custom_location: str | None = Field(default=None, repr=False)
    access: str | None = Field(default=None, repr=False)
    priority: str | None = None
    cancel_reason: str | None = Field(default=None, repr=False)
    cancelled_at: datetime | None = None
    cancelled_by: str | None = None
    hosts: tuple[BookingHost, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
