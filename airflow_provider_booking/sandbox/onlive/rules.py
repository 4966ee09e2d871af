"""What ONLIVE checks in the values of a body: docs/vendors/onlive.md, "Simulator rules"."""

import contextlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from airflow_provider_booking.sandbox.onlive.directory import SERVICES
from airflow_provider_booking.sandbox.onlive.refusals import FieldError, invalid, unprocessable
from airflow_provider_booking.sandbox.onlive.versions import Version

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE)

# The readers of values: each gives what is stored, or raises ValueError with ONLIVE's words.


def moment(value: Any) -> datetime:
    """Read a date-time with an offset, as UTC (docs/vendors/onlive.md, rule 12)."""
    if isinstance(value, str) and _DATE_TIME.fullmatch(value):
        with contextlib.suppress(ValueError, OverflowError):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    raise ValueError("Must be a valid ISO 8601 date")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("Must be a string")  # noqa: TRY004 - a vendor's words, all of one class
    return value


def _uuid(value: Any) -> str:
    if not UUID.fullmatch(_text(value)):
        raise ValueError("Must be a valid UUID")
    return str(value).lower()


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("Must be a boolean")  # noqa: TRY004 - as above
    return value


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("Must be an object")  # noqa: TRY004 - as above
    return value


def _objects(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise ValueError("Must be an array")  # noqa: TRY004 - as above
    return [_object(one) for one in value]


def _guests(value: Any) -> list[dict[str, Any]]:
    for one in _objects(value):
        if not isinstance(one.get("extraFields"), dict | None):
            raise ValueError("Must have an object as extraFields in each element")  # noqa: TRY004 - as above
    return list(value)


def _calendar_ids(value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        raise ValueError("Must be an array of at least one calendar")
    return [_uuid(one) for one in value]


def _reminders(value: Any) -> list[dict[str, Any]]:
    for one in _objects(value):
        if type(one.get("time")) not in (int, float) or not isinstance(one.get("unit"), str):
            raise ValueError("Must have a time and a unit in each element")
    return list(value)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(
        (
            *("title", "description", "lang", "classification", "state", "subStatus", "agentComment"),
            *("origin", "originUrl", "externalId", "interactionId"),
            *("cancellationToken", "cancellationOrigin"),
        ),
        _text,
    ),
    **dict.fromkeys(("start", "end", "createdAt", "updatedAt", "cancelledAt", "deletedAt"), moment),
    **dict.fromkeys(("id", "serviceId", "organizationId", "userGroupId", "blockedAppointmentId"), _uuid),
    **dict.fromkeys(("blocked", "allowOverlapping", "locked"), _truth),
    "calendarIds": _calendar_ids,
    "guests": _guests,
    "reminders": _reminders,
    "extraFields": _object,
    "event": _object,
}
_NEVER_NULL = frozenset(
    {
        *("id", "organizationId", "createdAt", "updatedAt", "start", "end", "state", "calendarIds"),
        *("blocked", "allowOverlapping", "locked"),
    }
)
_CLEARED: Mapping[str, Callable[[], Any]] = {"guests": list, "reminders": list, "extraFields": dict}


def read(body: Mapping[str, Any], names: Mapping[str, str], *, strict: bool) -> dict[str, Any]:
    """Read a body into stored names; null clears (docs/vendors/onlive.md, rules 9, 12 and 18).

    Args:
        body: What was sent.
        names: What may be set, from the name on the wire to the stored one.
        strict: Whether other names are refused; else they are ignored.

    Raises:
        Refused: 400 with every field that cannot be read.
    """
    values: dict[str, Any] = {}
    wrong: list[FieldError] = []
    for wire_name, value in body.items():
        name = names.get(wire_name)
        if name is not None:
            try:
                values[name] = _value(name, value)
            except ValueError as error:
                wrong.append((wire_name, str(error)))
        elif strict:
            wrong.append((wire_name, "Unknown or read-only field"))
    if wrong:
        raise invalid(*wrong)
    return values


def _value(name: str, value: Any) -> Any:
    if value is not None:
        return _READERS[name](value)
    if name in _NEVER_NULL:
        raise ValueError("Must not be null")
    return _CLEARED[name]() if name in _CLEARED else None


def check_order(record: Mapping[str, Any], version: Version) -> None:
    """Check the end against the start (docs/vendors/onlive.md, rule 11).

    Raises:
        Refused: 400 for the end.
    """
    if record["end"] <= record["start"]:
        raise invalid((version.wire_name("end"), "End time must be after start time"))


def check_duration(record: Mapping[str, Any], version: Version) -> None:
    """Check the length of an appointment against that of its service.

    Raises:
        Refused: 422 for the end.
    """
    service = SERVICES.get(record["serviceId"])
    length = (record["end"] - record["start"]).total_seconds()
    if service is not None and length != service["duration"] * 60:
        raise unprocessable(version.wire_name("end"), "Must respect the duration of the service")
