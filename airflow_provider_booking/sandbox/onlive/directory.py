"""The calendars and services of the simulator, and which of them `GET` shows.

| calendars | what |
|---|---|
| `ca000000-0000-4000-8000-000000000001` … `200` | the agents of the made-up appointments |
| `cb000000-0000-4000-8000-000000000001` | the front desk: the standing appointments |
| `cb000000-0000-4000-8000-000000000002` | a room, of kind `asset` |
| `cb000000-0000-4000-8000-000000000003`, `4` | the open house, the workshop |
| `cf000000-0000-4000-8000-000000000001` | of the other organisation |

| services | what |
|---|---|
| `5e000000-0000-4000-8000-000000000030`, `45`, `60` | appointments of exactly so many minutes |
| `5e000000-0000-4000-8000-000000000090` | 90 minutes, and several at once are allowed |
"""

from collections.abc import Iterator, Mapping
from typing import Any

from airflow_provider_booking.sandbox.onlive.signature import ORGANIZATION, OTHER_ORGANIZATION

USER_GROUP = "06000000-0000-4000-8000-000000000001"
AGENTS = 200
_ZONES = ("Europe/Madrid", "Europe/Berlin", "Atlantic/Canary", "America/Mexico_City", "UTC")
_SINCE = "2025-01-07T09:00:00.000Z"


def uuid(series: str, number: int) -> str:
    """Give the id with this number, from 1, in a series of two hexadecimal digits."""
    return f"{series}000000-0000-4000-8000-{number:012d}"


def agent(number: int) -> str:
    """Give the calendar of the agent with this number, from 1."""
    return uuid("ca", number)


FRONT_DESK, ROOM, OPEN_HOUSE, WORKSHOP = (uuid("cb", number) for number in (1, 2, 3, 4))
OTHERS_CALENDAR = uuid("cf", 1)


def _calendar(calendar_id: str, name: str, kind: str, email: str, zone: str) -> dict[str, Any]:
    return {
        "id": calendar_id,
        "createdAt": _SINCE,
        "updatedAt": _SINCE,
        "name": name,
        "type": kind,
        "timezone": zone,
        "externalId": None,
        "email": email,
        "tags": [],
        "organizationId": ORGANIZATION,
    }


def _calendars() -> Iterator[dict[str, Any]]:
    for number in range(1, AGENTS + 1):
        zone = _ZONES[number % len(_ZONES)]
        yield _calendar(agent(number), f"Agent {number}", "agent", f"agent{number}@example.com", zone)
    yield _calendar(FRONT_DESK, "Front desk", "agent", "front.desk@example.com", _ZONES[0])
    yield _calendar(ROOM, "Demo Room 2", "asset", "room2@example.com", _ZONES[0])
    yield _calendar(OPEN_HOUSE, "Open house", "asset", "open.house@example.com", _ZONES[0])
    yield _calendar(WORKSHOP, "Workshop", "asset", "workshop@example.com", _ZONES[0])
    foreign = _calendar(OTHERS_CALENDAR, "Somebody else", "agent", "else@example.com", _ZONES[0])
    yield foreign | {"organizationId": OTHER_ORGANIZATION}


def _service(minutes: int, name: str, *, allow_overlapping: bool = False) -> dict[str, Any]:
    return {
        "id": uuid("5e", minutes),
        "createdAt": _SINCE,
        "updatedAt": _SINCE,
        "name": name,
        "duration": minutes,
        "timeBetween": 0,
        "minTimeToSchedule": 0,
        "maxTimeToSchedule": 365,
        "incrementTime": 15,
        "allowOverlapping": allow_overlapping,
        "deniedMultipleAppointment": False,
        "typeId": None,
        "userGroupId": USER_GROUP,
        "organizationId": ORGANIZATION,
    }


CALENDARS: Mapping[str, dict[str, Any]] = {one["id"]: one for one in _calendars()}
SERVICES: Mapping[str, dict[str, Any]] = {
    one["id"]: one
    for one in (
        _service(30, "Product demo"),
        _service(45, "Consultation"),
        _service(60, "Viewing"),
        _service(90, "Open house", allow_overlapping=True),
    )
}
