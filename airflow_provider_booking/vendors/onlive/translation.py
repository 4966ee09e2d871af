"""Between a user's change, the vendor's request and the vendor's record. Pure functions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import Booking, InvalidInput
from airflow_provider_booking.bookings.booking import checked_id
from airflow_provider_booking.bookings.time import moment
from airflow_provider_booking.vendors.onlive.models import (
    BEFORE,
    CHANGES,
    NEW,
    ApiVersion,
    Appointment,
    AppointmentChange,
    NewAppointmentV1,
    NewAppointmentV2,
)
from airflow_provider_booking.vendors.utc_times import written_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import JsonValue

    from airflow_provider_booking.bookings import BookingRef
    from airflow_provider_booking.vendors.updating import Fields, Record


@dataclass(frozen=True)
class Assumptions:
    """What the vendor's pages leave open and this client relies on: docs/vendors/onlive.md, "Assumed".

    Attributes:
        never_null: Fields that null does not clear; the page says of all fields that it does.
        objects_are_replaced: ``extraFields`` and ``event`` are replaced as a whole, as lists are. If they are
            merged, set this to False: members that ``changes`` does not name are then expected to stay.
        order_says_nothing: Guests and reminders in another order, or an address in other letters, are no
            difference. If they are one, set this to False: such a change is then sent.
        may_be_hidden: Fields that an update takes and no page shows in an answer. Where a record lacks one,
            it is sent each time, and the result says that it could not be checked.
        frozen_says: What the refusal of a past appointment says; neither its status nor its field is known.
    """

    never_null: frozenset[str] = frozenset({"start", "end", "state", "startAt", "endAt", "status"})
    objects_are_replaced: bool = True
    order_says_nothing: bool = True
    may_be_hidden: frozenset[str] = frozenset(
        {
            *("agentComment", "classification", "comment"),
            *("subStatus", "originUrl", "interactionId", "externalId"),
        }
    )
    frozen_says: str = "past appointment"


ASSUMPTIONS = Assumptions()

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TIMES = (("start", "end"), ("startAt", "endAt"))
_OBJECTS = ("extraFields", "event")

_OTHER_NAME: Mapping[str, Mapping[str, str]] = {
    "v1": {"startAt": "start", "endAt": "end", "status": "state", "comment": "agentComment"},
    "v2": {"start": "startAt", "end": "endAt", "state": "status", "agentComment": "comment"},
}
"""Of each version: what the other one calls a field, and its own name for it."""

_OTHER_VERSION: Mapping[str, str] = dict.fromkeys(
    ("subStatus", "origin", "originUrl", "interactionId", "externalId"), "v2"
) | {"classification": "v1"}
"""Fields that only one version can update."""

_CANNOT_MOVE = "cancel the appointment and create another one"
_AS_IT_IS = "leave it out of changes"
_FIXED: Mapping[str, str] = {
    **dict.fromkeys(("calendarIds", "serviceId", "userGroupId", "allowOverlapping"), _CANNOT_MOVE),
    **dict.fromkeys(
        ("id", "blocked", "organizationId", "createdAt", "updatedAt", "deletedAt", "cancelledAt"), _AS_IT_IS
    ),
    **dict.fromkeys(("cancellationOrigin", "cancellationToken"), _AS_IT_IS),
}
"""Members that no update changes (pitfall 12), and what to do instead."""


def checked_uuid(value: Any, *, field: str) -> str:
    """Return an id that can be sent.

    Raises:
        InvalidInput: It is no UUID.
    """
    text = checked_id(value, field=field)
    if not _UUID.fullmatch(text):
        raise InvalidInput(f"{field} is not a UUID", hint="give the id as ONLIVE shows it")
    return text


def parsed(changes: Any, version: ApiVersion, assumptions: Assumptions = ASSUMPTIONS) -> AppointmentChange:
    """Check what a user asked for against the names and rules of a version.

    Raises:
        InvalidInput: A field is of the other version, cannot be changed or cleared, is unknown or wrong.
    """
    if isinstance(changes, Mapping):
        for name in filter(lambda name: isinstance(name, str), changes):
            _check_name(name, version)
    change = CHANGES[version].parse(changes)
    for name, value in asked(change).items():
        if value is None and name in assumptions.never_null:
            raise InvalidInput(f"{name} cannot be cleared at ONLIVE", hint="leave it out, or set a value")
    return change


def new_appointment(new: Any, version: ApiVersion) -> dict[str, Any]:
    """Check what is to be made against the names and rules of a version, and give the body of the call.

    Raises:
        InvalidInput: It is no appointment of that version, or would not start before it ends.
    """
    model = NEW[version]
    if not isinstance(new, model | Mapping):
        raise InvalidInput(
            f"the appointment is a {type(new).__name__}", hint=f"give a dict in names of {version}"
        )
    if not new:
        raise InvalidInput("the appointment is empty", hint="give its start, its end and calendarIds")
    body = asked(new if isinstance(new, model) else model.parse(new))
    check_order(body, body)
    return body


def asked(change: AppointmentChange | NewAppointmentV1 | NewAppointmentV2) -> dict[str, Any]:
    """What was given, in the vendor's form: absent stays out, None is null (pitfall 7)."""
    return change.model_dump(exclude_unset=True, by_alias=True)


def fields(record: Record, assumptions: Assumptions = ASSUMPTIONS) -> Fields:
    """An appointment's fields in one spelling; an empty list or object reads None."""
    return {name: _spelled(name, value, assumptions) for name, value in record.items()}


def wanted_fields(
    change: AppointmentChange, record: Record, assumptions: Assumptions = ASSUMPTIONS
) -> Fields:
    """The fields that a change names, as they should read afterwards.

    Raises:
        InvalidInput: The appointment would not start before it ends.
    """
    wanted = asked(change)
    if not assumptions.objects_are_replaced:
        for name in wanted.keys() & set(_OBJECTS):
            if wanted[name] is not None:
                wanted[name] = {**(record.get(name) or {}), **wanted[name]}
    check_order({**record, **wanted}, wanted)
    return fields(wanted, assumptions)


def check_order(whole: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Refuse an end that is not after the start, where one of them was given.

    Raises:
        InvalidInput: It is not.
    """
    for start, end in _TIMES:
        if not given.keys() & {start, end} or None in (whole.get(start), whole.get(end)):
            continue
        if moment(whole[start]) >= moment(whole[end]):
            raise InvalidInput(
                f"{start} {whole[start]} is not before {end} {whole[end]}",
                hint="put the start before the end"
                if given.keys() >= {start, end}
                else f"give both {start} and {end}",
            )


def unseen(
    change: AppointmentChange, record: Record, assumptions: Assumptions = ASSUMPTIONS
) -> frozenset[str]:
    """The fields that a change names and the record does not show, though they may be there."""
    return (assumptions.may_be_hidden & asked(change).keys()) - record.keys()


def request_body(change: AppointmentChange, record: Record) -> dict[str, Any]:
    """The body of an update: what was given, and both times where one moves (pitfalls 5 and 8)."""
    body = asked(change)
    for pair in _TIMES:
        if body.keys() & set(pair):
            body = {name: value for name, value in fields(record).items() if name in pair} | body
    return body


def as_booking(ref: BookingRef, record: Record) -> Booking:
    """An appointment in neutral fields. Its zone is its calendars', which an appointment does not show."""
    shown = Appointment.model_validate(record)
    return Booking(
        ref=ref,
        start=shown.start,
        end=shown.end,
        title=shown.title,
        description=shown.description,
        raw=record,
    )


def _check_name(name: str, version: ApiVersion) -> None:
    other = "v2" if version == "v1" else "v1"
    if own := _OTHER_NAME[version].get(name):
        raise InvalidInput(
            f"{name} is a name of {other}, and api_version is {version}", hint=f"did you mean {own}?"
        )
    if _OTHER_VERSION.get(name) == other:
        raise InvalidInput(f"{name} can only be updated by {other}", hint=f'give api_version="{other}"')
    if name in _FIXED:
        raise InvalidInput(f"{name} cannot be changed by an update", hint=_FIXED[name])


def _time(value: Any) -> str:
    return written_time(moment(value))


def _guest(guest: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in guest.items() if value not in (None, {})}


def _reminder(reminder: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in reminder.items() if (name, value) != ("direction", BEFORE)}


def _in_small_letters(element: dict[str, Any]) -> dict[str, Any]:
    email = element.get("email")
    return element | {"email": email.lower()} if isinstance(email, str) else element


def _in_order(elements: list[Any]) -> list[Any]:
    return sorted(map(_in_small_letters, elements), key=lambda each: json.dumps(each, sort_keys=True))


_SPELLINGS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys((name for pair in _TIMES for name in pair), _time),
    **dict.fromkeys(("createdAt", "updatedAt", "deletedAt", "cancelledAt"), _time),
    "event": lambda event: {name: value for name, value in event.items() if value is not None},
    "guests": lambda guests: [_guest(each) for each in guests],
    "reminders": lambda reminders: [_reminder(each) for each in reminders],
}
_AS_SETS = ("guests", "reminders")


def _spelled(name: str, value: Any, assumptions: Assumptions) -> JsonValue:
    spelling = _SPELLINGS.get(name)
    spelled: JsonValue = spelling(value) if spelling and value is not None else value
    if name in _AS_SETS and isinstance(spelled, list) and assumptions.order_says_nothing:
        spelled = _in_order(spelled)
    return None if spelled in ([], {}) else spelled
