"""A KOS schedule as it is stored and shown: a visitor, a reservation, and the resources that it occupies."""

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from airflow_provider_booking.sandbox.kos.shapes import timestamp

RESERVED = "RESERVED"
STATUSES = (RESERVED, "CANCELED", "NO_SHOW", "IN_PROGRESS", "COMPLETED", "RESERVATION_STATUS_UNSPECIFIED")
_GIVEN_UP = ("CANCELED", "NO_SHOW")


@dataclass(frozen=True, slots=True)
class Resource:
    """A zone that a schedule occupies for a while, on behalf of a reservation group."""

    id: str
    group_id: str
    zone_id: str
    start: datetime
    end: datetime

    @classmethod
    def of(cls, resource_id: str, element: Mapping[str, Any]) -> Self:
        """Make one from an element that `commands.occupied_resource` has read."""
        return cls(
            resource_id,
            element["reservationGroup"]["reservationGroupId"],
            element["zoneId"],
            element["startDateTimeUtc"],
            element["endDateTimeUtc"],
        )

    def view(self) -> dict[str, Any]:
        """Show it as KOS does; the shape is assumed."""
        return {
            "id": self.id,
            "zoneId": self.zone_id,
            "startDateTimeUtc": timestamp(self.start),
            "endDateTimeUtc": timestamp(self.end),
            "reservationGroup": {"reservationGroupId": self.group_id},
        }

    def overlaps(self, other: "Resource") -> bool:
        """Say whether both are at the same time, wherever."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Schedule:
    """One schedule.

    Attributes:
        id: 24 hex digits.
        hospital: The name of the hospital whose it is.
        reception_zone_id: Where the visitor checks in; no KOS call shows it.
        status: That of the reservation.
        resources: What it occupies, at least one.
        details: Those members of the reservation that are only stored, as far as they are set.
        rest: The other members of get-schedule-detail, as they are shown.
    """

    id: str
    hospital: str
    reception_zone_id: str
    status: str
    resources: tuple[Resource, ...]
    details: dict[str, Any]
    rest: dict[str, Any]

    @property
    def visitor(self) -> dict[str, Any]:
        """Who comes."""
        found: dict[str, Any] = self.rest["visitor"]
        return found

    @property
    def takes_up_room(self) -> bool:
        """Whether the reservation counts; a cancelled or missed one does not."""
        return self.status not in _GIVEN_UP

    def view(self) -> dict[str, Any]:
        """Show it as get-schedule-detail does (docs/vendors/kos.md, rule 23).

        Members that are unset are left out; times, group and zone of the reservation are those of the first
        resource.
        """
        first = self.resources[0]
        reservation: dict[str, Any] = {  # docs/vendors/kos.md, rule 16
            "reservationGroupId": first.group_id,
            "startDateTime": timestamp(first.start),
            "endDateTime": timestamp(first.end),
            "zoneId": first.zone_id,
            "status": self.status,
            "requestedProcedures": [],
        }
        return {
            "id": self.id,
            **self.rest,
            "reservation": reservation | self.details,
            "occupiedResources": [resource.view() for resource in self.resources],
        }

    def record(self) -> dict[str, Any]:
        """Show all that is stored: the view, and what no KOS call shows."""
        return self.view() | {"hospital": self.hospital, "receptionZoneId": self.reception_zone_id}

    def clashes_with(self, other: "Schedule") -> bool:
        """Say whether the same visitor would have to be in both at once."""
        return (
            self.id != other.id
            and self.takes_up_room
            and other.takes_up_room
            and any(one.overlaps(two) for one in self.resources for two in other.resources)
        )


def resource_ids(schedule_id: str, wanted: Sequence[str | None], known: Collection[str]) -> list[str]:
    """Give each resource of a schedule its id: the wanted one if it is known and still free, else a new one.

    The ids of the schedule `66a100000000000000000001` are `71a1…`, `72a1…` and so on.
    """
    given: list[str] = []
    for want in wanted:
        if want is not None and want in known and want not in given:
            given.append(want)
        else:
            fresh = (f"{0x71 + number:02x}{schedule_id[2:]}" for number in itertools.count())
            given.append(next(one for one in fresh if one not in given and one not in known))
    return given
