"""Schedules that a test brings along, in the form in which the sandbox shows them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from airflow_provider_booking.sandbox.kos import shapes
from airflow_provider_booking.sandbox.kos.clinic import HOSPITALS, Hospital
from airflow_provider_booking.sandbox.kos.commands import occupied_resource
from airflow_provider_booking.sandbox.kos.schedules import STATUSES, Resource, Schedule, resource_ids
from airflow_provider_booking.sandbox.kos.shapes import DETAILS
from airflow_provider_booking.sandbox.strict_json import check_json

_RESERVATION = shapes.members(
    {
        "reservationGroupId": shapes.name,
        "startDateTime": shapes.moment,
        "endDateTime": shapes.moment,
        "zoneId": shapes.name,
        "status": shapes.one_of(*STATUSES),
        **DETAILS,
    }
)
_VISITOR = shapes.members(
    {
        "id": shapes.name,
        "name": shapes.name,
        "chartNumber": shapes.name,
        "phone": shapes.members({"countryCode": shapes.text, "phoneNumber": shapes.text}),
        "gender": shapes.one_of("GENDER_UNSPECIFIED", "MALE", "FEMALE"),
        "dateOfBirth": shapes.text,
        "nationality": shapes.text,
        "memo": shapes.text,
        "visitorType": shapes.as_sent,
        "isNew": shapes.truth,
        "categories": shapes.list_of(shapes.as_sent),
        "snsInfo": shapes.as_sent,
        "phoneticName": shapes.text,
    }
)
_MEMBERS = {
    "id": shapes.name,
    "hospital": shapes.one_of(*HOSPITALS),
    "receptionZoneId": shapes.name,
    "visitor": _VISITOR,
    "flowStep": shapes.name,
    "flowStepUpdatedDateTimeUtc": shapes.time_text,
    "reservation": _RESERVATION,
    "createdDateTimeUtc": shapes.time_text,
    "tasks": shapes.list_of(shapes.as_sent),
    "purchaseIds": shapes.list_of(shapes.name),
    "prescriptionIds": shapes.list_of(shapes.name),
    "etceteraWorks": shapes.list_of(shapes.as_sent),
    "occupiedResources": shapes.list_of(occupied_resource),
}
_OF_OUR_OWN = ("id", "hospital", "receptionZoneId", "visitor", "reservation", "occupiedResources")
_RECORD = shapes.members(_MEMBERS)


def from_record(record: Mapping[str, Any], template: Schedule) -> Schedule:
    """Make a schedule from a record in the form of `Schedule.record`, the rest as in `template`.

    Where there are `occupiedResources`, the times, group and zone of `reservation` follow from the first one.
    An optional member that is left out of a given `reservation` or `visitor` is unset. At another hospital
    than that of `template`, a reservation without a group and a zone is in the hospital's first.

    Raises:
        ValueError: If a member is not known, or not what KOS would store.
    """
    check_json(record)
    if strangers := record.keys() - _MEMBERS.keys():
        raise ValueError(
            f"A KOS schedule has no {', '.join(sorted(strangers))}; it has {', '.join(_MEMBERS)}."
        )
    given, wrong = shapes.read(_RECORD, record)
    if wrong:
        key, reason = wrong[0]
        raise ValueError(f"{key} is not what KOS would store: {reason}.")
    if unknown := next(_unknown(record, given), None):
        raise ValueError(f"A KOS schedule has no {unknown}.")
    made = replace(template, id=given.get("id", template.id))
    made = replace(made, resources=_resources(given, made), rest=_rest(given, made))
    if "reservation" in given:
        made = replace(
            made,
            status=given["reservation"].get("status", template.status),
            details={name: value for name, value in given["reservation"].items() if name in DETAILS},
        )
    return _placed(made, given)


def _unknown(record: Any, read: Any, path: str = "") -> Iterator[str]:
    """Give the paths of the members that were dropped on reading; null is dropped everywhere."""
    if isinstance(record, dict) and isinstance(read, dict):
        for name, value in record.items():
            if name in read:
                yield from _unknown(value, read[name], f"{path}{name}.")
            elif value is not None:
                yield f"{path}{name}"
    elif isinstance(record, list) and isinstance(read, list):
        for at, pair in enumerate(zip(record, read, strict=True)):
            yield from _unknown(*pair, f"{path[:-1]}[{at}].")


def _resources(given: dict[str, Any], template: Schedule) -> tuple[Resource, ...]:
    if sent := given.get("occupiedResources"):
        wanted = [one.get("id") for one in sent]
        ids = resource_ids(template.id, wanted, {want for want in wanted if want})
        return tuple(Resource.of(one_id, one) for one_id, one in zip(ids, sent, strict=True))
    [one_id] = resource_ids(template.id, [None], ())
    first, reservation = template.resources[0], given.get("reservation", {})
    group_id, zone_id = _place(HOSPITALS[given.get("hospital", template.hospital)], first)
    start = reservation.get("startDateTime", first.start)
    return (
        Resource(
            one_id,
            reservation.get("reservationGroupId", group_id),
            reservation.get("zoneId", zone_id),
            start,
            reservation.get("endDateTime", start + (first.end - first.start)),
        ),
    )


def _place(hospital: Hospital, wanted: Resource) -> tuple[str, str]:
    """Give a group and a zone of a hospital: those of a resource, or its first ones."""
    if hospital.has(wanted.group_id, wanted.zone_id):
        return wanted.group_id, wanted.zone_id
    group = next(iter(hospital.groups.values()))
    return group.id, next(iter(group.zones))


def _rest(given: dict[str, Any], template: Schedule) -> dict[str, Any]:
    kept = {name: value for name, value in given.items() if name not in _OF_OUR_OWN}
    named = {name: template.visitor[name] for name in ("id", "name", "chartNumber")}
    visitor = named | given["visitor"] if "visitor" in given else template.visitor
    return template.rest | kept | {"visitor": visitor}


def _placed(schedule: Schedule, given: dict[str, Any]) -> Schedule:
    hospital = HOSPITALS[given.get("hospital", schedule.hospital)]
    for resource in schedule.resources:
        if not hospital.has(resource.group_id, resource.zone_id):
            raise ValueError(
                f"Hospital {hospital.name} has no zone {resource.zone_id} in a group {resource.group_id}."
            )
        if resource.start >= resource.end:
            raise ValueError("A reservation starts before it ends.")
    reception = given.get("receptionZoneId", schedule.resources[0].zone_id)
    if reception not in hospital.zones:
        raise ValueError(f"Hospital {hospital.name} has no zone {reception}.")
    return replace(schedule, hospital=hospital.name, reception_zone_id=reception)
