"""What Zoho checks in `bookingData` and in dates: docs/vendors/zoho.md, "Simulator rules" 11 to 21."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import available_timezones

from airflow_provider_booking.sandbox.strict_json import read_json
from airflow_provider_booking.sandbox.zoho.content import DATE, LOCAL_TIME, Times
from airflow_provider_booking.sandbox.zoho.recurrence import Repeat
from airflow_provider_booking.sandbox.zoho.refusals import Refused, invalid

EDIT_TYPES = ("all", "following", "only")
NOBODY, OTHERS, EVERYBODY = 0, 1, 2  # whom a write tells: notify_attendee, ntfy
_PARAMETER = "bookingData"
_LOCAL_TIME = re.compile(r"\d{8}T\d{6}")
_DATE = re.compile(r"\d{8}")
_SLASHED_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})")
_ID = re.compile(r"\d{1,19}")
_YEARS = range(1970, 2101)
_ZONES = available_timezones()


@dataclass(frozen=True, slots=True)
class Guest:
    """What a request says of an attendee or a group; a group has no email."""

    zid: int
    email: str
    permission: int
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class BookingData:
    """A checked `bookingData`. None: not sent, so what is stored stays."""

    title: str
    times: Times
    resources: tuple[tuple[str, int], ...]  # id and count
    description: str | None
    is_private: bool | None
    repeat: Repeat | None
    attendees: tuple[Guest, ...]
    groups: tuple[Guest, ...]
    notify: int
    edit_type: str
    recurrence_id: int | None


def booking_data(parameters: Mapping[str, str], *, omitted_resets: bool) -> BookingData:
    """Read the one parameter of a write.

    Args:
        parameters: Query and form of the request.
        omitted_resets: Whether an optional field that was left out is emptied, instead of kept.

    Raises:
        Refused: For another parameter, none, no JSON, or a field that is missing or wrong.
    """
    if others := parameters.keys() - {_PARAMETER}:
        raise Refused("EXTRA_PARAM_FOUND", min(others))
    if _PARAMETER not in parameters:
        raise Refused("LESS_THAN_MIN_OCCURANCE", _PARAMETER)
    sent = _object(parameters[_PARAMETER])
    if not isinstance(sent, dict):
        raise invalid(_PARAMETER)
    given = {"description": "", "isprivate": False} if omitted_resets else {}
    given |= {name: value for name, value in sent.items() if value is not None}  # null counts as omitted
    edit_type = _one_of(EDIT_TYPES)(given.get("recurrence_edittype", "all"), "recurrence_edittype")
    recurrence_id = _optional(given, "recurrenceid_in_millis", number)
    if edit_type != "all" and recurrence_id is None:
        raise invalid("recurrenceid_in_millis")  # docs/vendors/zoho.md, rule 28
    return BookingData(
        title=_filled_text(given.get("title"), "title"),
        times=times(given.get("dateandtime"), "dateandtime"),
        resources=resources(given.get("resources"), "resources"),
        description=_optional(given, "description", text),
        is_private=_optional(given, "isprivate", truth),
        repeat=_optional(given, "repeat", repeat),
        attendees=guests(given.get("attendees", []), "attendees", has_email=True),
        groups=guests(given.get("group_attendees", []), "group_attendees", has_email=False),
        notify=_one_of((NOBODY, OTHERS, EVERYBODY))(given.get("notify_attendee", OTHERS), "notify_attendee"),
        edit_type=edit_type,
        recurrence_id=recurrence_id,
    )


def _object(json_text: str) -> Any:
    try:
        return read_json(json_text)
    except ValueError as error:
        raise invalid(_PARAMETER) from error


# Readers: each gives the value as it is stored, or refuses it with the name of its field.


def text(value: Any, field: str) -> str:
    """Read a text, which may be empty."""
    if not isinstance(value, str):
        raise invalid(field)
    return value


def truth(value: Any, field: str) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise invalid(field)
    return value


def number(value: Any, field: str) -> int:
    """Read an id, which may be a number or its digits (docs/vendors/zoho.md, rule 20)."""
    if isinstance(value, bool) or not isinstance(value, int | str) or not _ID.fullmatch(str(value)):
        raise invalid(field)
    return int(value)


def times(value: Any, field: str) -> Times:
    """Read local times in order, and their zone (docs/vendors/zoho.md, rules 14 to 16)."""
    if not isinstance(value, dict):
        raise invalid(field)
    start, end = (local_time(value.get(name), f"{field}.{name}") for name in ("start", "end"))
    found = Times(start, end, time_zone(value.get("timezone"), f"{field}.timezone"))
    if found.end_ms <= found.start_ms:
        raise invalid(f"{field}.end")
    return found


def local_time(value: Any, field: str) -> datetime:
    """Read a time like `20211119T010000`."""
    if isinstance(value, str) and _LOCAL_TIME.fullmatch(value):
        return _moment(value, LOCAL_TIME, field)
    raise invalid(field)


def time_zone(value: Any, field: str) -> str:
    """Read the name of a time zone."""
    if not isinstance(value, str) or value not in _ZONES:
        raise invalid(field)
    return value


def slashed_date(value: str, field: str) -> date:
    """Read a date like `08/07/2020`, with the month first and perhaps in quotes (rule 34)."""
    found = _SLASHED_DATE.fullmatch(unquoted(value))
    if found is None:
        raise invalid(field)
    return _moment(f"{found[3]}{found[1]}{found[2]}", DATE, field).date()


def unquoted(value: str) -> str:
    """Take away the double quotes that the vendor's samples put around values."""
    return value.strip('"')


def resources(value: Any, field: str) -> tuple[tuple[str, int], ...]:
    """Read the rooms of a booking; whether they exist is not asked here."""
    if not isinstance(value, list) or not value:
        raise invalid(field)
    return tuple(_resource(one, field) for one in value)


def repeat(value: Any, field: str) -> Repeat:
    """Read a repeat rule."""
    if not isinstance(value, dict):
        raise invalid(field)
    until = value.get("until")
    if not isinstance(until, str) or not _DATE.fullmatch(until):
        raise invalid(f"{field}.until")
    last_day = _moment(until, DATE, f"{field}.until").date()
    if type(value.get("interval")) is not int:
        raise invalid(f"{field}.interval")
    names = {name: _optional(value, name, text) for name in ("byday", "bymonthday")}
    freq = text(value.get("freq"), f"{field}.freq")
    try:
        return Repeat.read(freq, value["interval"], last_day, names["byday"], names["bymonthday"])
    except ValueError as error:
        raise invalid(f"{field}.{error}") from error


def guests(value: Any, field: str, *, has_email: bool) -> tuple[Guest, ...]:
    """Read attendees or groups; without a permission one has 1 (docs/vendors/zoho.md, rule 20)."""
    if not isinstance(value, list):
        raise invalid(field)
    return tuple(_guest(one, field, has_email=has_email) for one in value)


def _guest(value: Any, field: str, *, has_email: bool) -> Guest:
    if not isinstance(value, dict):
        raise invalid(field)
    return Guest(
        zid=number(value.get("zid"), f"{field}.zid"),
        email=_filled_text(value.get("email"), f"{field}.email") if has_email else "",
        permission=_one_of((0, 1, 2, 3))(value.get("permission", 1), f"{field}.permission"),
        is_deleted=truth(value.get("deleted", False), f"{field}.deleted"),
    )


def _resource(value: Any, field: str) -> tuple[str, int]:
    if not isinstance(value, dict):
        raise invalid(field)
    room_id = str(number(value.get("resource_id"), f"{field}.resource_id"))
    _one_of((0,))(value.get("type"), f"{field}.type")  # 0: a room, the only kind
    count = value.get("count", 0)
    if type(count) is not int or count < 0:
        raise invalid(f"{field}.count")
    return room_id, count


def _filled_text(value: Any, field: str) -> str:
    if not text(value, field).strip():
        raise invalid(field)
    return str(value)


def _optional(given: Mapping[str, Any], field: str, read: Callable[[Any, str], Any]) -> Any:
    return None if given.get(field) is None else read(given[field], field)


def _one_of(choices: tuple[Any, ...]) -> Callable[[Any, str], Any]:
    def read(value: Any, field: str) -> Any:
        if type(value) is not type(choices[0]) or value not in choices:
            raise invalid(field)
        return value

    return read


def _moment(digits: str, form: str, field: str) -> datetime:
    try:
        found = datetime.strptime(digits, form)  # noqa: DTZ007 - a local time; its zone stands beside it
    except ValueError as error:
        raise invalid(field) from error
    if found.year not in _YEARS:
        raise invalid(field)
    return found
