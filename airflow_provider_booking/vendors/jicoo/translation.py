"""Between a user's change, the vendor's request and the vendor's record. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import Booking, InvalidInput
from airflow_provider_booking.bookings.time import moment
from airflow_provider_booking.vendors.utc_times import written_time

if TYPE_CHECKING:
    from airflow_provider_booking.bookings import BookingRef
    from airflow_provider_booking.vendors.jicoo.models import BookingChange
    from airflow_provider_booking.vendors.updating import Fields, Record


@dataclass(frozen=True)
class Assumptions:
    """What the vendor's pages leave open and this client relies on: docs/vendors/jicoo.md, "Assumed".

    Attributes:
        tell_by_default: What ``isSendUpdates`` is sent as where the user does not say. The vendor's own
            default is not documented, so the flag is never left out (pitfall 7).
        null_clears: Fields for which null is known to clear.
    """

    tell_by_default: bool = False
    null_clears: frozenset[str] = frozenset({"description"})


ASSUMPTIONS = Assumptions()

_SAID = ("updateMessage", "isSendUpdates")
_TIMES = ("startedAt", "endedAt")


def check_clearing(change: BookingChange, assumptions: Assumptions = ASSUMPTIONS) -> None:
    """Refuse what the vendor is not known to clear.

    Raises:
        InvalidInput: A field is None that null does not clear.
    """
    for name, value in _asked(change).items():
        if value is None and name not in assumptions.null_clears:
            raise InvalidInput(f"{name} cannot be cleared at Jicoo", hint="leave it out, or set a value")


def wanted_fields(change: BookingChange, record: Record) -> Fields:
    """The fields that a change names, as they should read afterwards.

    Raises:
        InvalidInput: The booking would not start before it ends.
    """
    wanted = {name: value for name, value in _asked(change).items() if name not in _SAID}
    if wanted.keys() & set(_TIMES):
        start, end = ((wanted.get(name) or fields(record)[name]) for name in _TIMES)
        if moment(start) >= moment(end):
            raise InvalidInput(
                f"startedAt {start} is not before endedAt {end}", hint="give both startedAt and endedAt"
            )
    return wanted


def request_body(
    change: BookingChange, record: Record, assumptions: Assumptions = ASSUMPTIONS
) -> dict[str, Any]:
    """The body of an update: what was given, both times where one moves, and the flag in any case."""
    body = _asked(change)
    if body.keys() & set(_TIMES):
        for name in _TIMES:
            if name not in body and name in record:
                body[name] = fields(record)[name]
    return {"isSendUpdates": assumptions.tell_by_default} | body


def fields(record: Record) -> Fields:
    """A booking's fields in one spelling: the vendor writes times with and without milliseconds."""
    return {
        name: written_time(moment(value)) if name in _TIMES and value is not None else value
        for name, value in record.items()
    }


def as_booking(ref: BookingRef, record: Record) -> Booking:
    """A booking in neutral fields."""
    return Booking(
        ref=ref,
        start=moment(record["startedAt"]),
        end=moment(record["endedAt"]),
        time_zone=record.get("timeZone"),
        title=record.get("name"),
        description=record.get("description"),
        raw=record,
    )


def remarks(change: BookingChange) -> tuple[str, ...]:
    """A message that nobody will get is worth a word."""
    if change.update_message and not change.is_send_updates:
        return ("updateMessage is given but isSendUpdates is not true: nobody is told",)
    return ()


def _asked(change: BookingChange) -> dict[str, Any]:
    return change.model_dump(exclude_unset=True, by_alias=True)
