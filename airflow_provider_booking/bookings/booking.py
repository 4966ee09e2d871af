"""A booking as it was read, and the name by which it is found."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from airflow_provider_booking.bookings.errors import InvalidInput

# 6.91119E+18, 6,9E+18, 6911188.0. Without a sign or a point it may be the id of another vendor: 66e0…01.
_SPREADSHEET_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?E[+-]\d+|[+-]?\d+[.,]\d+(E\d+)?", re.IGNORECASE)

LONGEST_ID = 500
"""Characters. No vendor's id comes near; a longer text is no id, and an index could not hold it."""


class BookingRef(BaseModel):
    """Where a booking lives: vendor, Airflow connection, and the id that the vendor gave it."""

    model_config = ConfigDict(frozen=True)

    vendor: str
    conn_id: str
    booking_id: str


class Booking(BaseModel):
    """A booking as the vendor showed it.

    Attributes:
        ref: Vendor, connection and id.
        start: When it begins, aware; None where the vendor does not say.
        end: When it ends, aware. For a Feishu reserve this is when the reserve expires.
        time_zone: IANA name of the zone in which people think of it, where the vendor keeps one.
        title: What it is called.
        description: Its longer text.
        raw: The vendor's own record. It may hold personal data and is kept out of ``repr``.
    """

    model_config = ConfigDict(frozen=True)

    ref: BookingRef
    start: datetime | None = None
    end: datetime | None = None
    time_zone: str | None = None
    title: str | None = None
    description: str | None = Field(default=None, repr=False)
    raw: dict[str, JsonValue] = Field(repr=False)


def checked_id(value: Any, *, field: str) -> str:
    """Return a booking id that can be sent.

    Ids are strings for ever: a 19-digit id that went through a float or a spreadsheet is another id.

    Args:
        value: What the caller gave.
        field: What the caller calls it, for the error.

    Raises:
        InvalidInput: It is empty, no string, too long, holds white space, or looks like a spreadsheet's
            number.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= 10**LONGEST_ID:  # Python refuses to write out the longest ones
            raise InvalidInput(f"{field} is too long a number", hint="give the id that the vendor shows")
        value = str(value)
    if not isinstance(value, str):
        raise InvalidInput(
            f"{field} is a {type(value).__name__}", hint="give the id as the string that the vendor shows"
        )
    if not value.strip():
        raise InvalidInput(f"{field} is empty", hint="give the id that the vendor shows for the booking")
    if len(value) > LONGEST_ID:
        raise InvalidInput(f"{field} has {len(value)} characters", hint="give the id that the vendor shows")
    if any(character.isspace() or not character.isprintable() for character in value):
        raise InvalidInput(f"{field} holds white space or control characters", hint="remove them")
    if value in (".", ".."):
        # In a path they mean another place, however they are encoded.
        raise InvalidInput(f"{field} is no id", hint="give the id that the vendor shows for the booking")
    if _SPREADSHEET_NUMBER.fullmatch(value):
        raise InvalidInput(
            f"{field} looks like a number that a spreadsheet has rounded",
            hint="format the column as text and take the id from the vendor again",
        )
    return value
