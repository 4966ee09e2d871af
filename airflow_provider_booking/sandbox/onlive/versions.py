"""v1 and v2 as two views of the same appointment: docs/vendors/onlive.md, rule 19. Stored are v1's names."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

TIMES = ("start", "end", "createdAt", "updatedAt", "deletedAt", "cancelledAt")
_COMMON = (
    "id",
    "deletedAt",
    "createdAt",
    "updatedAt",
    "title",
    "description",
    "lang",
    "start",
    "end",
    "event",
    "reminders",
    "guests",
    "extraFields",
    "calendarIds",
    "serviceId",
    "state",
    "origin",
    "organizationId",
    "userGroupId",
    "externalId",
    "agentComment",
    "cancelledAt",
    "cancellationOrigin",
)
_V1_ONLY = ("blocked", "classification", "cancellationToken")
_V2_ONLY = ("subStatus", "originUrl", "interactionId")
_NEVER_SHOWN = ("allowOverlapping", "locked")
MEMBERS = (*_COMMON, *_V1_ONLY, *_V2_ONLY, *_NEVER_SHOWN)
SAMPLE_REPLY = (  # rule 24: all that the vendor's sample of an update reply has
    "id",
    "createdAt",
    "updatedAt",
    "title",
    "description",
    "start",
    "end",
    "guests",
    "reminders",
    "extraFields",
    "event",
    "state",
)
_V2_NAMES = {"start": "startAt", "end": "endAt", "state": "status", "agentComment": "comment"}
_TEXTS = ("title", "description", "lang", "guests", "reminders", "extraFields", "event")
_BOOKED = ("start", "end", "calendarIds", "allowOverlapping", "serviceId", "origin", "externalId")


@dataclass(frozen=True, slots=True)
class Version:
    """How one version of the API names and shows an appointment.

    Attributes:
        name: Its part of the path.
        members: What it shows, in stored names.
        updatable: What an update may set: from the name on the wire to the stored one.
        creatable: The same for a create.
        names: The stored names that it has another name for.
        reminder: Shows one reminder.
    """

    name: str
    members: tuple[str, ...]
    updatable: Mapping[str, str]
    creatable: Mapping[str, str]
    names: Mapping[str, str]
    reminder: Callable[[Mapping[str, Any]], dict[str, Any]]

    def wire_name(self, stored: str) -> str:
        """Give the name on the wire."""
        return self.names.get(stored, stored)

    def view(self, record: Mapping[str, Any], members: Iterable[str] | None = None) -> dict[str, Any]:
        """Show an appointment, whole or these members of it."""
        shown = {
            self.names.get(name, name): (timestamp(record[name]) if name in TIMES else record[name])
            for name in members or self.members
        }
        return shown | {"reminders": [self.reminder(one) for one in record["reminders"]]}


def timestamp(moment: datetime | None) -> str | None:
    """Write an aware datetime in UTC as `2025-03-10T08:00:00.000Z` (docs/vendors/onlive.md, rule 26)."""
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _without_direction(reminder: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in reminder.items() if name != "direction"}


def _with_direction(reminder: Mapping[str, Any]) -> dict[str, Any]:
    return {"direction": "before", **reminder}


def _wire(names: Mapping[str, str], *stored: str) -> dict[str, str]:
    return {names.get(name, name): name for name in stored}


V1 = Version(
    name="v1",
    members=(*_COMMON, *_V1_ONLY),
    updatable=_wire({}, *_TEXTS, "start", "end", "classification", "state", "agentComment"),
    creatable=_wire({}, *_TEXTS, *_BOOKED),
    names={},
    reminder=_without_direction,
)
V2 = Version(
    name="v2",
    members=(*_COMMON, *_V2_ONLY),
    updatable=_wire(
        _V2_NAMES,
        *_TEXTS,
        *("start", "end", "state", "agentComment", "origin", "externalId"),
        *_V2_ONLY,
    ),
    creatable=_wire(_V2_NAMES, *_TEXTS, *_BOOKED, "userGroupId", "blocked", "blockedAppointmentId"),
    names=_V2_NAMES,
    reminder=_with_direction,
)
