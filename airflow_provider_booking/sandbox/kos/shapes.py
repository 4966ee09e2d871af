"""How the values in a KOS body are read: each reader gives the value, and notes what is wrong with it."""

import contextlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from airflow_provider_booking.sandbox.kos.refusals import NOT_AVAILABLE, REQUIRED, Wrong

Reader = Callable[[Any, str, list[Wrong]], Any]

_OBJECT_ID = re.compile(r"[0-9a-f]{24}")
# Of three centuries, so that no reckoning in any time zone leaves the calendar.
_UTC_TIME = re.compile(r"(19|20|21)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def text(value: Any, key: str, wrong: list[Wrong]) -> Any:
    """Read a string, the empty one included."""
    if not isinstance(value, str):
        wrong.append((key, NOT_AVAILABLE))
    return value


def name(value: Any, key: str, wrong: list[Wrong]) -> Any:
    """Read a string that is not blank: an id or somebody's name."""
    if not isinstance(value, str) or not value.strip():
        wrong.append((key, NOT_AVAILABLE))
    return value


def truth(value: Any, key: str, wrong: list[Wrong]) -> Any:
    """Read true or false."""
    if not isinstance(value, bool):
        wrong.append((key, NOT_AVAILABLE))
    return value


def whole(value: Any, key: str, wrong: list[Wrong]) -> Any:
    """Read a whole number."""
    if type(value) is not int:
        wrong.append((key, NOT_AVAILABLE))
    return value


def moment(value: Any, key: str, wrong: list[Wrong]) -> Any:
    """Read an ISO 8601 date-time that ends in `Z`: whether KOS takes other offsets is not known.

    What is finer than a millisecond is cut off, so that what is stored is what `timestamp` shows.
    """
    if isinstance(value, str) and _UTC_TIME.fullmatch(value):
        with contextlib.suppress(ValueError):
            when = datetime.fromisoformat(value).astimezone(UTC)
            return when.replace(microsecond=when.microsecond // 1000 * 1000)
    wrong.append((key, NOT_AVAILABLE))
    return None


def time_text(value: Any, key: str, wrong: list[Wrong]) -> Any:
    """Read a moment that is only stored and shown."""
    when = moment(value, key, wrong)
    return None if when is None else timestamp(when)


def as_sent(value: Any, key: str, wrong: list[Wrong]) -> Any:
    """Read an object whose members are not known."""
    if not isinstance(value, dict):
        wrong.append((key, NOT_AVAILABLE))
    return value


def one_of(*choices: str) -> Reader:
    """Make a reader for an enum."""

    def read(value: Any, key: str, wrong: list[Wrong]) -> Any:
        if value not in choices:
            wrong.append((key, NOT_AVAILABLE))
        return value

    return read


def list_of(element: Reader) -> Reader:
    """Make a reader for a list; keys of its elements look like `occupiedResources[1].zoneId`."""

    def read(value: Any, key: str, wrong: list[Wrong]) -> Any:
        if not isinstance(value, list):
            wrong.append((key, NOT_AVAILABLE))
            return []
        return [element(inner, f"{key}[{at}]", wrong) for at, inner in enumerate(value)]

    return read


def members(table: Mapping[str, Reader], required: tuple[str, ...] = ()) -> Reader:
    """Make a reader for an object: null is the same as absent, and what is not in the table is dropped."""

    def read(value: Any, key: str, wrong: list[Wrong]) -> Any:
        if not isinstance(value, dict):
            wrong.append((key, NOT_AVAILABLE))
            return {}
        prefix = f"{key}." if key else ""
        wrong += [(prefix + inner, REQUIRED) for inner in required if value.get(inner) is None]
        return {
            inner: reader(value[inner], prefix + inner, wrong)
            for inner, reader in table.items()
            if value.get(inner) is not None
        }

    return read


def is_object_id(value: Any) -> bool:
    """Say whether this has the form of KOS's ids."""
    return isinstance(value, str) and _OBJECT_ID.fullmatch(value) is not None


def read(reader: Reader, value: Any) -> tuple[dict[str, Any], list[Wrong]]:
    """Read an object, and say all that is wrong with it."""
    wrong: list[Wrong] = []
    return reader(value, "", wrong), wrong


def timestamp(when: datetime) -> str:
    """Write an aware UTC datetime as `2026-03-10T01:00:00Z`, with milliseconds if it has any."""
    precision = "milliseconds" if when.microsecond else "seconds"
    return when.isoformat(timespec=precision).replace("+00:00", "Z")


# The parts of a reservation that KOS only stores: docs/vendors/kos.md, "Update"

_CODE = members(
    {
        "id": text,
        "category": one_of(
            "CODE_CATEGORY_UNSPECIFIED",
            "FUNNEL",
            "EXPOSURE_CHANNEL",
            "ETCETRA_PRODUCT_CATEGORY",
            "IMAGE_EQUIPMENT",
            "CALL_CONSULTATION_RESULT",
            "IMAGE_CATEGORY",
            "FUNNEL_CATEGORY",
            "VISITOR_CATEGORY",
            "ACCOUNT_STATUS",
        ),
        "name": text,
        "order": whole,
        "closed": truth,
        "color": one_of(
            "CodeColor_UNSPECIFIED",
            "RED",
            "LAVA",
            "ORANGE",
            "GREEN",
            "CYAN",
            "BLUE",
            "PURPLE",
            "MAGENTA",
            "GRAY",
        ),
        "default": truth,
    }
)
_PERSON = members({"id": name, "name": name}, required=("id", "name"))
DETAILS: Mapping[str, Reader] = {
    "consultationRequired": truth,
    "sedationRequired": truth,
    "counselor": _PERSON,
    "doctor": _PERSON,
    "funnel": members({"funnel": _CODE, "funnelDetail": text, "funnelCategory": _CODE}),
    "reservationMemo": text,
    "reservationAssignee": _PERSON,
    "requestedProcedures": list_of(as_sent),
}
