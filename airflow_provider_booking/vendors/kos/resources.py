"""The resources that a schedule occupies: completing what was asked for, and checking when they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.bookings.time import moment

TIMES = {"startDateTime": "startDateTimeUtc", "endDateTime": "endDateTimeUtc"}
"""A time's name in the reservation, and in an element of ``occupiedResources`` (pitfall 5)."""

Resource = dict[str, Any]
_MEMBERS = ("zoneId", *TIMES.values(), "reservationGroup")


def completed(asked: list[Resource], stored: list[Resource]) -> list[Resource]:
    """The resources as they are to be: an asked one with a stored one's id takes what it lacks from that.

    Raises:
        InvalidInput: An id is not one of those stored.
    """
    by_id = {each["id"]: each for each in stored if "id" in each}
    for index, each in enumerate(asked):
        if "id" in each and each["id"] not in by_id:
            raise InvalidInput(
                f"occupiedResources[{index}].id is not one of this schedule's",
                hint="take the ids of a schedule from get-schedule-detail; leave id out for a new resource",
            )
    return [by_id.get(each.get("id"), {}) | each for each in asked]


def with_ids(wanted: list[Resource], stored: list[Resource]) -> list[Resource]:
    """Resources as they shall be, with the ids of those stored: of an equal one first, else of what is left.

    Args:
        wanted: All resources, whole but for the id.
        stored: All resources as they are.
    """
    left = [each for each in stored if "id" in each]
    ids: dict[int, str] = {}
    for index, each in enumerate(wanted):
        if (same := next((one for one in left if {**one, **each} == one), None)) is not None:
            ids[index] = same["id"]
            left.remove(same)
    for index in range(len(wanted)):
        if index not in ids and left:
            ids[index] = left.pop(0)["id"]
    return [({"id": ids[index]} if index in ids else {}) | each for index, each in enumerate(wanted)]


def check_members(resources: Any) -> None:
    """Check that the resources of a command, which is to be sent as it is, lack nothing.

    Raises:
        InvalidInput: They are no list, or one lacks a member; what a member holds is not looked at.
    """
    if resources is None:
        return
    if not isinstance(resources, list | tuple):
        raise InvalidInput("occupiedResources must be a list", hint="give a list of resources")
    for index, each in enumerate(resources):
        missing = [name for name in _MEMBERS if isinstance(each, Mapping) and each.get(name) is None]
        if missing:
            raise InvalidInput(
                f"occupiedResources[{index}].{missing[0]} is missing", hint="an update overwrites: give it"
            )


def only_resource(resources: list[Resource]) -> Resource:
    """The one resource of a schedule.

    Raises:
        InvalidInput: There is none, or there are several.
    """
    if len(resources) != 1:
        raise InvalidInput(
            f"startDateTime and endDateTime are those of one resource, and the schedule has {len(resources)}",
            hint="give occupiedResources",
        )
    return resources[0]


def check_times(resources: list[Resource], time_zone: str) -> None:
    """Check that each resource starts before it ends, and all on one date.

    Args:
        resources: At least their times.
        time_zone: IANA name of the zone in which dates are judged.

    Raises:
        InvalidInput: They do not, or a time is not known.
    """
    dates = set()
    for index, each in enumerate(resources):
        where = f"occupiedResources[{index}]" if len(resources) > 1 else "the reservation"
        check_are_shown(each, where)
        start, end = (moment(each[name]) for name in TIMES.values())
        if start >= end:
            raise InvalidInput(f"{where} does not start before it ends", hint="give both times")
        dates.add(start.astimezone(ZoneInfo(time_zone)).date())
    if len(dates) > 1:
        raise InvalidInput(
            f"occupiedResources start on {len(dates)} dates in {time_zone}",
            hint="put all on one date, or mend time_zone in the connection",
        )


def check_are_shown(resource: Resource, where: str) -> None:
    """Check that the times of a resource are known.

    Args:
        resource: The resource.
        where: What it is called, for the error.

    Raises:
        InvalidInput: One is not.
    """
    if missing := [name for name in TIMES.values() if resource.get(name) is None]:
        raise InvalidInput(f"KOS shows {where} without {missing[0]}", hint=f"give {missing[0]}")
