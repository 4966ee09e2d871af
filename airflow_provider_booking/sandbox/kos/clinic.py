"""Which hospitals, groups, zones and keys there are at the simulated KOS. Nothing here is secret.

| what | hospital | ids |
|---|---|---|
| keys | `sandbox` | `00000000-0000-4000-8000-000000000000`: everything |
| | | `00000000-0000-4000-8000-000000000001`: queries only |
| | `other` | `00000000-0000-4000-8000-000000000002`: everything |
| groups | `sandbox` | `65f000000000000000000001` Dermatology: zones 1 and 2 |
| | | `65f000000000000000000002` Laser treatment: zones 3 and 4 |
| | | `65f000000000000000000003` Recovery: zone 5 |
| | `other` | `65f000000000000000000011` Dentistry: zone 11 |
| zones | `sandbox` | `65e000000000000000000001` to `…5`; `…9`, the front desk, is in no group |
| | `other` | `65e000000000000000000011`; `…19`, the front desk |

A group's product option has the group's digits after `65d0`. All groups are open on Monday to Friday from
09:00 to 18:00, but for 13:00 to 14:00, and on Saturday from 09:00 to 13:00, in slots of 30 minutes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

INTERVAL = 30  # minutes of a slot
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_OPENING = time(9)
_BREAK = (time(13), time(14))
_CLOSING = (*[time(18)] * 5, time(13), None)  # by day of the week


@dataclass(frozen=True, slots=True)
class Zone:
    """A place in a hospital, with room for so many visitors at once."""

    id: str
    name: str
    capacity: int = 1


@dataclass(frozen=True, slots=True)
class Group:
    """A reservation group: what can be reserved, in which of its zones."""

    id: str
    title: str
    zones: Mapping[str, Zone]
    options: frozenset[str]  # the product options that are carried out here

    def view(self, order: int) -> dict[str, Any]:
        """Show it as KOS lists it."""
        return {
            "id": self.id,
            "title": self.title,
            "memo": "",
            "startDate": "2020-01-01T00:00:00Z",
            "intervalMinutes": INTERVAL,
            "intervalCapacities": [
                {"enabled": True, "intervalCapacity": zone.capacity, "zoneId": zone.id}
                for zone in self.zones.values()
            ],
            "isDefault": order == 0,
            "operationTimetable": {day: _opening_hours(number) for number, day in enumerate(_DAYS)},
            "order": order,
        }


@dataclass(frozen=True, slots=True)
class Hospital:
    """A tenant of KOS; a key belongs to exactly one."""

    name: str
    groups: Mapping[str, Group]
    front_desk: Zone

    @property
    def zones(self) -> dict[str, Zone]:
        """Every zone, the front desk included."""
        inside = {zone.id: zone for group in self.groups.values() for zone in group.zones.values()}
        return inside | {self.front_desk.id: self.front_desk}

    def has(self, group_id: str, zone_id: str) -> bool:
        """Say whether there is such a group and the zone belongs to it."""
        return group_id in self.groups and zone_id in self.groups[group_id].zones


@dataclass(frozen=True, slots=True)
class Key:
    """An API key: how the request log calls it, whose it is, and whether commands are allowed."""

    label: str
    hospital: Hospital
    may_write: bool = True


def is_open(weekday: int, moment: time) -> bool:
    """Say whether a slot begins at this time of day; `weekday` 0 is Monday."""
    closing = _CLOSING[weekday]
    return closing is not None and _OPENING <= moment < closing and not _BREAK[0] <= moment < _BREAK[1]


def group_id(number: int) -> str:
    """Give the id of the group with this number."""
    return f"65f0{number:020d}"


def zone_id(number: int) -> str:
    """Give the id of the zone with this number."""
    return f"65e0{number:020d}"


def option_id(number: int) -> str:
    """Give the id of the product option that the group with this number carries out."""
    return f"65d0{number:020d}"


def _opening_hours(weekday: int) -> dict[str, Any]:
    closing = _CLOSING[weekday]
    if closing is None:
        return {"enabled": False, "startTime": "00:00", "endTime": "00:00"}
    hours = {"enabled": True, "startTime": f"{_OPENING:%H:%M}", "endTime": f"{closing:%H:%M}"}
    pause = {"startTime": f"{_BREAK[0]:%H:%M}", "endTime": f"{_BREAK[1]:%H:%M}"}
    return hours | ({"breaktime": pause} if closing > _BREAK[1] else {})


def _group(number: int, title: str, *zones: Zone) -> Group:
    return Group(group_id(number), title, {zone.id: zone for zone in zones}, frozenset({option_id(number)}))


def _hospital(name: str, front_desk: Zone, *groups: Group) -> Hospital:
    return Hospital(name, {group.id: group for group in groups}, front_desk)


HOSPITALS = {
    hospital.name: hospital
    for hospital in (
        _hospital(
            "sandbox",
            Zone(zone_id(9), "Front desk"),
            _group(1, "Dermatology", Zone(zone_id(1), "Room 1"), Zone(zone_id(2), "Room 2", capacity=2)),
            _group(2, "Laser treatment", Zone(zone_id(3), "Laser 1"), Zone(zone_id(4), "Laser 2")),
            _group(3, "Recovery", Zone(zone_id(5), "Recovery room", capacity=3)),
        ),
        _hospital(
            "other", Zone(zone_id(19), "Front desk"), _group(11, "Dentistry", Zone(zone_id(11), "Chair 1"))
        ),
    )
}
KEYS = {
    "00000000-0000-4000-8000-000000000000": Key("key:sandbox", HOSPITALS["sandbox"]),
    "00000000-0000-4000-8000-000000000001": Key("key:queries_only", HOSPITALS["sandbox"], may_write=False),
    "00000000-0000-4000-8000-000000000002": Key("key:other_hospital", HOSPITALS["other"]),
}
