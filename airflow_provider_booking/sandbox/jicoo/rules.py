"""What Jicoo checks in a body and in a list query: docs/vendors/jicoo.md, "Simulator rules"."""

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

LONGEST_MESSAGE = 2000  # characters of updateMessage: rule 6
DEFAULT_PER_PAGE = 20  # rule 15
MOST_PER_PAGE = 100  # the vendor's own maximum is unknown
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE)
_ZONES = available_timezones()


@dataclass(eq=False)
class Refused(Exception):
    """A call that Jicoo refuses; nothing has been stored."""

    status: int
    message: str


def moment(value: Any, name: str) -> datetime:
    """Read a date-time with an offset, as UTC.

    Raises:
        Refused: 422 if it is none.
    """
    if isinstance(value, str) and _DATE_TIME.fullmatch(value):
        with contextlib.suppress(ValueError, OverflowError):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    raise Refused(422, f"{name} must be an ISO 8601 date-time with an offset")


def moment_after(start: datetime, length: timedelta, name: str) -> datetime:
    """Give the moment so much later.

    Raises:
        Refused: 422 if no calendar has it.
    """
    try:
        return start + length
    except OverflowError as error:
        raise Refused(422, f"{name} must be an earlier date-time") from error


def time_zone(value: Any, name: str) -> str:
    """Read the name of a time zone.

    Raises:
        Refused: 422 if there is none of that name.
    """
    if not isinstance(value, str) or value not in _ZONES:
        raise Refused(422, f"{name} must be the name of a time zone")
    return value


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise Refused(422, f"{name} must be a string")
    return value


def _message(value: Any, name: str) -> str:
    if len(_text(value, name)) > LONGEST_MESSAGE:
        raise Refused(422, f"{name} must have at most {LONGEST_MESSAGE} characters")
    return str(value)


def _truth(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise Refused(422, f"{name} must be true or false")
    return value


def _text_or_null(value: Any, name: str) -> str | None:
    return None if value is None else _text(value, name)


def _priority(value: Any, name: str) -> str | None:
    if value not in (None, "low", "middle", "high"):
        raise Refused(422, f"{name} must be low, middle or high")
    return None if value is None else str(value)


def _hosts(value: Any, name: str) -> list[dict[str, str]]:
    if not isinstance(value, list) or not value:
        raise Refused(422, f"{name} must be a list of at least one host")
    for host in value:
        if (
            not isinstance(host, dict)
            or not isinstance(host.get("userId"), str)
            or host.get("role") not in ("admin", "editor", "viewer")
        ):
            raise Refused(
                422, f"{name} must have a userId and the role admin, editor or viewer in each element"
            )
    return [{"userId": host["userId"], "role": host["role"]} for host in value]


_CHANGES: Mapping[str, Callable[[Any, str], Any]] = {
    "name": _text,
    "description": _text_or_null,
    "timeZone": time_zone,
    "startedAt": moment,
    "endedAt": moment,
    "hosts": _hosts,
    "priority": _priority,
    "updateMessage": _message,
    "isSendUpdates": _truth,
}
WRITE_ONLY = frozenset({"updateMessage", "isSendUpdates"})  # rule 19


def changes(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read the members of a PATCH body that can be changed; Jicoo ignores the others.

    Raises:
        Refused: 422 for the first value that is not allowed.
    """
    return {name: read(body[name], name) for name, read in _CHANGES.items() if name in body}


def reason(body: Mapping[str, Any]) -> str | None:
    """Read the reason of a cancellation, under either name that may be the right one.

    Raises:
        Refused: 422 if it is no string.
    """
    return _text_or_null(body.get("cancelReason", body.get("reason")), "cancelReason")


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list call asks for; `order` names the field, `sort` the direction (rule 16)."""

    page: int = 1
    per_page: int = DEFAULT_PER_PAGE
    status: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    descending: bool = False
    order: str = "startedAt"

    def wants(self, record: Mapping[str, Any]) -> bool:
        """Say whether a booking belongs in the list."""
        return (
            (self.status is None or record["status"] == self.status)
            and (self.started_at is None or record["startedAt"] >= self.started_at)
            and (self.ended_at is None or record["endedAt"] <= self.ended_at)
        )


def listing(query: Mapping[str, str]) -> Listing:
    """Read a list query.

    Raises:
        Refused: 422 for a value that is not allowed.
    """
    return Listing(
        page=_positive(query, "page", 1),
        per_page=min(_positive(query, "perPage", DEFAULT_PER_PAGE), MOST_PER_PAGE),
        status=_choice(query, "status", ("open", "cancel"), None),
        started_at=moment(query["startedAt"], "startedAt") if "startedAt" in query else None,
        ended_at=moment(query["endedAt"], "endedAt") if "endedAt" in query else None,
        descending=_choice(query, "sort", ("asc", "desc"), "asc") == "desc",
        order=_choice(query, "order", ("startedAt", "createdAt"), "startedAt") or "startedAt",
    )


def _positive(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not re.fullmatch(r"[1-9]\d{0,8}", text):
        raise Refused(422, f"{name} must be a number from 1 up")
    return int(text)


def _choice(query: Mapping[str, str], name: str, choices: tuple[str, ...], default: str | None) -> str | None:
    value = query.get(name, default)
    if value is not None and value not in choices:
        raise Refused(422, f"{name} must be {' or '.join(choices)}")
    return value
