"""What a source says: one row for each booking, and what is wished of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from airflow_provider_booking.vendors.verbs import Closing, Renewing, Replacing

if TYPE_CHECKING:
    from airflow_provider_booking.bookings import InvalidInput

NEUTRAL_FIELDS = ("start", "end", "time_zone", "title", "description")
"""The fields that are called the same at every vendor; a vendor may lack some."""


class Undoing(BaseModel):
    """An item of another change set is taken back.

    Attributes:
        item_id: The item.
        before: The fields that it changed, as they read before.
        left: The fields that matter to others, and those that it changed, as it left them.
        hidden: The fields that it may have changed and that the vendor does not show.
        options: The vendor's options that it was sent with.
        telling: What it said itself of who is told, in the vendor's field names.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    item_id: int
    before: dict[str, JsonValue]
    left: dict[str, JsonValue]
    hidden: tuple[str, ...] = ()
    options: dict[str, JsonValue] = Field(default_factory=dict)
    telling: dict[str, JsonValue] = Field(default_factory=dict)


class Wish(BaseModel):
    """What is wished of one booking, as it was given: nothing of it is absolute yet.

    Attributes:
        fields: Neutral field to the text that was given, or to None, which clears it. Times are still texts.
        changes: Vendor field names to values, as an update operator takes them.
        shift: By how much to move it, in the wall clock of its zone.
        move_to_date: The day to move it to, at the same wall-clock time.
        values: Flat fields, as a report shows them, to the values that they shall read; None: blank.
        close: The room or zone that closes.
        replace_host: The person who leaves.
        renew: By which rule it is kept alive.
        undo: The item that is taken back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: dict[str, str | None] = Field(default_factory=dict)
    changes: dict[str, JsonValue] = Field(default_factory=dict)
    shift: timedelta | None = None
    move_to_date: date | None = None
    values: dict[str, JsonValue] = Field(default_factory=dict)
    close: Closing | None = None
    replace_host: Replacing | None = None
    renew: Renewing | None = None
    undo: Undoing | None = None

    @property
    def needs_zone(self) -> bool:
        """Whether it depends on what the wall clock shows where the booking is."""
        return self.shift is not None or self.move_to_date is not None

    def digest(self) -> str:
        """The same for equal wishes only."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Row:
    """A row that can be read.

    Attributes:
        number: Its place among the data rows of the source; 1 is the first.
        conn_id: The Airflow connection that it names; None where it names none.
        booking_id: The booking.
        wish: What is wished of it.
    """

    number: int
    conn_id: str | None
    booking_id: str
    wish: Wish


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be read; it costs itself only.

    Attributes:
        number: Its place among the data rows of the source; 1 is the first.
        conn_id: The connection that it names, where that much can be read.
        booking_id: The booking that it names, as far as it can be shown; may be empty.
        problem: What is wrong with it, and what to do.
    """

    number: int
    conn_id: str | None
    booking_id: str
    problem: InvalidInput
