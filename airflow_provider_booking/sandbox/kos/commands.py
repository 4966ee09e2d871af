"""What KOS checks in the body of a command: docs/vendors/kos.md, "Simulator rules"."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from airflow_provider_booking.sandbox.kos import shapes
from airflow_provider_booking.sandbox.kos.refusals import (
    INVALID_TIME_RANGE,
    NOT_AVAILABLE,
    REQUIRED,
    Wrong,
    invalid_command,
)
from airflow_provider_booking.sandbox.kos.shapes import DETAILS, Reader

_V1 = {
    "scheduleId": shapes.name,
    "reservationGroupId": shapes.name,
    "startDateTime": shapes.moment,
    "endDateTime": shapes.moment,
    "zoneId": shapes.name,
}
_V1_REQUIRED = (  # in the order of the vendor's schema: rule 5
    "scheduleId",
    "reservationGroupId",
    "startDateTime",
    "endDateTime",
    "consultationRequired",
    "sedationRequired",
    "zoneId",
)
# Each version leaves alone what is not a field of it (V1: rule 9; V2: assumed likewise).
V1_DETAILS = {name: reader for name, reader in DETAILS.items() if name != "requestedProcedures"}
V2_DETAILS = {name: reader for name, reader in DETAILS.items() if name != "doctor"}
STATUS_AFTER = {  # by the reason of a cancellation: rule 18
    "CANCEL_RESERVATION_REASON_UNSPECIFIED": "CANCELED",
    "CANCELED": "CANCELED",
    "NO_SHOW": "NO_SHOW",
}


@dataclass(frozen=True, slots=True)
class Update:
    """What an update of either version asks for.

    Attributes:
        schedule_id: Which schedule.
        zone_id: Where the visitor checks in; in V1, where the reservation takes place as well.
        resources: What `occupied_resource` reads, one for each.
        details: The members of the reservation that are only stored, as far as they were sent.
        emptied: The members that were sent as null.
    """

    schedule_id: str
    zone_id: str
    resources: list[dict[str, Any]]
    details: dict[str, Any]
    emptied: frozenset[str] = field(default_factory=frozenset)


def update_v1(body: Mapping[str, Any]) -> Update:
    """Read the body of update-reservation V1.

    Raises:
        Refused: For what is missing, else for what is malformed (rules 5, 10 and 17).
    """
    sent = _read(body, _V1_REQUIRED, {**_V1, **V1_DETAILS})
    if sent["startDateTime"] >= sent["endDateTime"]:
        raise invalid_command(("endDateTime", INVALID_TIME_RANGE))
    resource = {
        "zoneId": sent["zoneId"],
        "startDateTimeUtc": sent["startDateTime"],
        "endDateTimeUtc": sent["endDateTime"],
        "reservationGroup": {"reservationGroupId": sent["reservationGroupId"]},
    }
    return Update(sent["scheduleId"], sent["zoneId"], [resource], _only(sent, V1_DETAILS))


def update_v2(body: Mapping[str, Any], clinic_zone: ZoneInfo) -> Update:
    """Read the body of update-reservation V2; `clinic_zone` is where dates are judged.

    Raises:
        Refused: For what is missing, malformed, or spread over several dates (rules 12 to 14 and 17).
    """
    table: dict[str, Reader] = {
        "scheduleId": shapes.name,
        "zoneId": shapes.name,
        "occupiedResources": shapes.list_of(occupied_resource),
        **V2_DETAILS,
    }
    sent = _read(body, ("scheduleId", "zoneId", "occupiedResources"), table)
    dates = [one["startDateTimeUtc"].astimezone(clinic_zone).date() for one in sent["occupiedResources"]]
    differing = next((at for at, date in enumerate(dates) if date != dates[0]), None)
    if differing is not None:
        raise invalid_command((f"occupiedResources[{differing}].startDateTimeUtc", NOT_AVAILABLE))
    return Update(
        sent["scheduleId"],
        sent["zoneId"],
        sent["occupiedResources"],
        _only(sent, V2_DETAILS),
        frozenset(name for name, value in body.items() if value is None),
    )


def cancel(body: Mapping[str, Any]) -> tuple[str, str]:
    """Read the body of cancel-reservation: the schedule, and the status that it gets.

    Raises:
        Refused: For what is missing or malformed.
    """
    table = {"scheduleId": shapes.name, "reason": shapes.one_of(*STATUS_AFTER)}
    sent = _read(body, ("scheduleId", "reason"), table)
    return sent["scheduleId"], STATUS_AFTER[sent["reason"]]


def occupied_resource(value: Any, key: str, wrong: list[Wrong]) -> dict[str, Any]:
    """Read an element of `occupiedResources`; its shape is assumed but for what rule 13 says."""
    sent: dict[str, Any] = _RESOURCE(value, key, wrong)
    if isinstance(value, dict) and value.get("reservationGroup") is None:
        missing = "reservationGroup" if "reservationGroup" in value else "configuration"
        wrong.append((f"{key}.{missing}", REQUIRED))
    start, end = sent.get("startDateTimeUtc"), sent.get("endDateTimeUtc")
    if start and end and start >= end:
        wrong.append((f"{key}.endDateTimeUtc", INVALID_TIME_RANGE))
    return sent


def _group(value: Any, key: str, wrong: list[Wrong]) -> Any:
    if value == {}:
        wrong.append((key, REQUIRED))
        return value
    return _FILLED_GROUP(value, key, wrong)


_FILLED_GROUP = shapes.members({"reservationGroupId": shapes.name}, required=("reservationGroupId",))
_RESOURCE = shapes.members(
    {
        "id": shapes.name,
        "zoneId": shapes.name,
        "startDateTimeUtc": shapes.moment,
        "endDateTimeUtc": shapes.moment,
        "reservationGroup": _group,
    },
    required=("zoneId", "startDateTimeUtc", "endDateTimeUtc"),
)


def _read(body: Mapping[str, Any], required: tuple[str, ...], table: Mapping[str, Reader]) -> dict[str, Any]:
    missing = [(name, REQUIRED) for name in required if body.get(name) in (None, [])]
    if missing:
        raise invalid_command(*missing)
    sent, wrong = shapes.read(shapes.members(table), body)
    if wrong:
        raise invalid_command(*wrong)
    return sent


def _only(sent: Mapping[str, Any], names: Mapping[str, Reader]) -> dict[str, Any]:
    return {name: sent[name] for name in names if name in sent}
