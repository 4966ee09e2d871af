"""Out of flat fields, the objects and lists as which an update takes them. Pure functions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.kos import translation
from airflow_provider_booking.vendors.kos.models import Funnel, field_names
from airflow_provider_booking.vendors.kos.resources import TIMES, only_resource, with_ids

if TYPE_CHECKING:
    from pydantic import JsonValue

    from airflow_provider_booking.vendors.updating import Fields, Record

_RESOURCES = "occupiedResources"
_PEOPLE = ("counselor", "doctor", "reservationAssignee")
_INDEX = re.compile(rf"{_RESOURCES}\[(\d+)\]")
_GROUP = "reservationGroup.reservationGroupId"


def field_of(name: str) -> str:
    """The field of the command that a flat name is a part of."""
    return re.split(r"[.\[]", name, maxsplit=1)[0]


def by_resource(values: Fields, record: Record) -> Fields:
    """Values by the flat names of v2, which has times in its resources only.

    Raises:
        InvalidInput: ``startDateTime`` or ``endDateTime`` is among them, and there is not one resource.
    """
    if values.keys() & TIMES.keys():
        only_resource(translation.as_command(record)[_RESOURCES])
    in_v2 = {name: f"{_RESOURCES}[0].{utc}" for name, utc in TIMES.items()}
    return {in_v2.get(name, name): value for name, value in values.items()}


def only_through_v1(differing: Fields, record: Record) -> bool:
    """Whether fields are changed by v1 alone, and it can change all of them: a doctor is among them."""
    fields = {field_of(name) for name in differing}
    one_resource = len(record["data"].get(_RESOURCES) or ()) == 1
    return "doctor" in fields and fields <= translation.DETAILS and one_resource


def whole(field: str, then: Fields, record: Record) -> JsonValue:
    """A field of the command as it shall be; None where it shall be blank.

    Args:
        field: Its name.
        then: All fields of the reservation, flat, as they shall read.
        record: The reservation as it is.

    Raises:
        InvalidInput: No update sets it.
    """
    if field not in field_names("v1") | field_names("v2"):
        raise InvalidInput(f"no update of KOS sets {field}", hint="leave it out")
    if field == _RESOURCES:
        return [*with_ids(_resources(then), translation.as_command(record)[_RESOURCES])]
    if field in _PEOPLE:
        return _given({name: then.get(f"{field}.{name}") for name in ("id", "name")}) or None
    if field == "funnel":
        return _funnel(then)
    return then.get(field)


def _resources(then: Fields) -> list[dict[str, Any]]:
    count = 1 + max((int(found[1]) for name in then if (found := _INDEX.match(name))), default=-1)
    resources = []
    for index in range(count):
        shown = {name: then.get(f"{_RESOURCES}[{index}].{name}") for name in ("zoneId", *TIMES.values())}
        group = then.get(f"{_RESOURCES}[{index}].{_GROUP}")
        resource = _given(
            {**shown, "reservationGroup": None if group is None else {"reservationGroupId": group}}
        )
        if resource:
            resources.append(resource)
    return resources


def _funnel(then: Fields) -> JsonValue:
    """Each member as it shall be, those that shall be blank too: one that is left out would stay."""
    members: dict[str, JsonValue] = {}
    for name in (str(field.alias) for field in Funnel.model_fields.values()):
        start = f"funnel.{name}."
        code = {each.removeprefix(start): value for each, value in then.items() if each.startswith(start)}
        members[name] = then.get(f"funnel.{name}") or _given(code) or None
    return members if _given(members) else None


def _given(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
