"""What is asked of a reservation when a zone closes or somebody leaves. Pure functions.

The rules: docs/vendors/kos.md, "In change sets".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import InvalidInput, Reason
from airflow_provider_booking.bookings.time import moment
from airflow_provider_booking.vendors.kos import translation
from airflow_provider_booking.vendors.kos.resources import TIMES, Resource, check_are_shown
from airflow_provider_booking.vendors.verbs import Asked

if TYPE_CHECKING:
    from airflow_provider_booking.vendors.updating import Record
    from airflow_provider_booking.vendors.verbs import Closing, Replacing

NOT_IN_IT = "the reservation is not in the zone while it is closed"
NOT_THEIRS = "the person who leaves has no part in the reservation"
RECEPTION_GOES_ALONG = (
    "the reception zone, which KOS is not known to show, is sent as the zone that the reservation moves to"
)
NO_RECEPTION = (
    "v1 knows no reception zone: the visitor is received in the reservation's own zone afterwards, as far as "
    "is known"
)
_ROLES = ("counselor", "doctor", "reservationAssignee")


def out_of_the_zone(closing: Closing, record: Record) -> Asked:
    """Exchange the zone of each resource that is in the one that closes then; the others stay.

    Raises:
        InvalidInput: The reservation is in the other zone at that time already (reason ``conflict.slot``), or
            KOS does not show when it is in the one that closes.
    """
    stored = translation.as_command(record)["occupiedResources"]
    moving = [each for each in stored if _is_met(closing, each)]
    if not moving:
        return Asked(remark=NOT_IN_IT)
    there = [each for each in stored if each.get("zoneId") == closing.move_to]
    if any(_overlap(one, other) for one in moving for other in there):
        raise InvalidInput(
            "the reservation is in the other zone already at that time",
            hint="look at its resources, and name them all in changes",
            reason=Reason.SLOT_CONFLICT,
        )
    wanted = [_named(each) | ({"zoneId": closing.move_to} if each in moving else {}) for each in stored]
    return with_reception(Asked({"occupiedResources": wanted}), record)


def handed_over(replacing: Replacing, record: Record) -> Asked:
    """Let somebody take over as counselor, doctor and assignee, whichever of these the person who leaves is.

    Args:
        replacing: ``successor`` is an id and, after a slash, the name that KOS keeps with it; an id alone
            will do where the reservation shows the name.
        record: The reservation, as v2 sees it.

    Raises:
        InvalidInput: The name is missing; or it is about the doctor of several resources.
    """
    people = {role: record["data"]["reservation"].get(role) or {} for role in _ROLES}
    roles = [role for role, person in people.items() if person.get("id") == replacing.former]
    if not roles:
        return Asked(remark=NOT_THEIRS)
    successor_id, name = replacing.named_successor
    shown = (person.get("name") for person in people.values() if person.get("id") == successor_id)
    name = name or next((each for each in shown if each), "")
    if not name:
        raise InvalidInput(
            "change.replace_host.to lacks the name, which KOS keeps with the id and no call tells",
            hint="write the id, a slash and the name",
        )
    changes = {role: {"id": successor_id, "name": name} for role in roles}
    if "doctor" not in roles:
        return Asked(changes)
    if len(record["data"].get("occupiedResources") or ()) > 1:
        raise InvalidInput(
            "the doctor is changed by v1 only, which takes no schedule with several resources",
            hint="change the doctor at KOS",
        )
    return Asked(changes, {"api_version": "v1"}, warnings=(NO_RECEPTION,))


def with_reception(
    asked: Asked, record: Record, assumptions: translation.Assumptions = translation.ASSUMPTIONS
) -> Asked:
    """What becomes of the reception zone, which no call shows.

    In v2 it goes along with the first resource, whose zone reads as the reception's: else the zone that this
    one leaves would be sent again. v1 has none, which a warning says.

    Args:
        asked: What the reservation is asked to become.
        record: The reservation as it is, seen with the version that is sent.
        assumptions: What is taken for granted.
    """
    if record["api_version"] == "v1":
        return replace(asked, warnings=(*asked.warnings, NO_RECEPTION)) if asked.changes else asked
    if not assumptions.zone_reads_as_reception or "zoneId" in asked.changes:
        return asked
    reception = record["data"]["reservation"]["zoneId"]
    stored = translation.as_command(record)["occupiedResources"]
    wanted = asked.changes.get("occupiedResources")
    if not stored or not wanted or stored[0].get("zoneId") != reception:
        return asked
    zone = wanted[0].get("zoneId", reception)
    if zone == reception:
        return asked
    changes = {**asked.changes, "zoneId": zone}
    return replace(asked, changes=changes, warnings=(*asked.warnings, RECEPTION_GOES_ALONG))


def _named(resource: Resource) -> Resource:
    """A resource that stays as it is, as ``changes`` take it: by its id, or whole where it has none."""
    return {"id": resource["id"]} if "id" in resource else dict(resource)


def _is_met(closing: Closing, resource: Resource) -> bool:
    if resource.get("zoneId") != closing.resource:
        return False
    check_are_shown(resource, "the reservation")
    return closing.covers(*_span(resource))


def _overlap(one: Resource, other: Resource) -> bool:
    (start, end), (other_start, other_end) = _span(one), _span(other)
    return start < other_end and other_start < end


def _span(resource: Resource) -> tuple[float, float]:
    check_are_shown(resource, "the reservation")
    start, end = (moment(resource[name]).timestamp() for name in TIMES.values())
    return start, end
