"""The schedules that are there from the start, and made-up ones.

| schedule | what |
|---|---|
| `66a000000000000000000001` | reserved, with every optional member: a working day, 10:00 to 10:30 in Seoul |
| `66a000000000000000000002` | reserved, with required members only: the same day, 11:00 to 11:30 |
| `66a000000000000000000003` | reserved, by the same visitor as `…2`, right after it |
| `66a100000000000000000001` … | made-up ones, as many as asked for; every eighth occupies two resources |
| `66b000000000000000000001` | three resources of two groups, in turn; received at the front desk |
| `66b000000000000000000002` | one resource; received at the front desk |
| `66c000000000000000000001` … `4` | `CANCELED`, `NO_SHOW`, `IN_PROGRESS`, `COMPLETED` |
| `66d000000000000000000001` | of the hospital `other` |

The visitor of `66a100000000000000000001` is `64a100000000000000000001`, with the chart number `A1000001`; its
resources are `71a1…`, `72a1…`. Counselors are `67a000000000000000000001` and `…2`, the doctor
`67d000000000000000000001`, the assignee `67e000000000000000000001`.
"""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow_provider_booking.sandbox.kos.clinic import group_id, option_id, zone_id
from airflow_provider_booking.sandbox.kos.schedules import RESERVED, Resource, Schedule, resource_ids
from airflow_provider_booking.sandbox.kos.shapes import timestamp

CLINIC_ZONE = ZoneInfo("Asia/Seoul")
_HALF_AN_HOUR = timedelta(minutes=30)
_BEGINNINGS = tuple(time(hour, minute) for hour in (9, 10, 11, 12, 14, 15, 16, 17) for minute in (0, 30))
_ROOMS = ((1, 1), (1, 2), (2, 3), (2, 4))  # group and zone of a first resource
_SECOND_ROOM = (3, 5)  # of every second resource, and of nothing else
_A_DAY = len(_BEGINNINGS) * len(_ROOMS)
_NAMES = ("김서연", "이민준", "박지우", "최도윤", "Sample Kim", "Sample Park")
_MEMOS = (None, "Allergic to latex", "마취 상담", "", "Call before\narrival")
_COUNSELORS = tuple({"id": f"67a0{n:020d}", "name": f"Counselor {n}"} for n in (1, 2))
_DOCTOR = {"id": f"67d0{1:020d}", "name": "Doctor 1"}
_ASSIGNEE = {"id": f"67e0{1:020d}", "name": "Assignee 1"}
_FUNNEL = {
    "funnel": {
        "id": "funnel-1",
        "category": "FUNNEL",
        "name": "Website",
        "order": 1,
        "closed": False,
        "color": "GREEN",
        "default": True,
    },
    "funnelDetail": "Spring campaign",
    "funnelCategory": {"id": "funnel-category-1", "category": "FUNNEL_CATEGORY", "name": "Online"},
}
_PROCEDURE = {"type": "OPTION", "optionConfiguration": {"optionId": option_id(2)}}
_EVERY_DETAIL = {
    "consultationRequired": True,
    "sedationRequired": False,
    "counselor": _COUNSELORS[0],
    "doctor": _DOCTOR,
    "funnel": _FUNNEL,
    "reservationMemo": "First visit",
    "reservationAssignee": _ASSIGNEE,
    "requestedProcedures": [_PROCEDURE],
}
_Taken = tuple[tuple[int, int], datetime, timedelta]  # group and zone, from when, for how long


def generated(number: int, seed: int, today: date) -> Schedule:
    """Make up the `number`-th schedule, from 1; `today` is the clinic's date.

    No two occupy the same zone at the same time, and each has a visitor of its own, so that all can be moved
    by the same time. The two resources of a schedule start together, so they stay on one date.
    """
    draw = hashlib.sha256(f"{seed}:kos:{number}".encode()).digest()
    day, place = divmod(number - 1, _A_DAY)
    start = _at(_working_day(today, day), _BEGINNINGS[place // len(_ROOMS)])
    length = timedelta(minutes=20) if draw[0] % 3 == 0 else _HALF_AN_HOUR
    taken = [(_ROOMS[place % len(_ROOMS)], start, length)]
    if number % 8 == 0:
        taken.append((_SECOND_ROOM, start, _HALF_AN_HOUR))
    return _schedule("a1", number, taken, _drawn_details(draw), visitor=_drawn_visitor(number, draw))


def standing(today: date) -> list[Schedule]:
    """Make the schedules that every sandbox starts with; `today` is the clinic's date."""
    day = _working_day(today, 4)
    ten, two = _at(day, time(10)), _at(day, time(14))
    past = _at(today - timedelta(days=7), time(10))
    room = _ROOMS[0]

    def one(series: str, number: int, start: datetime, details: dict[str, Any], **other: Any) -> Schedule:
        return _schedule(series, number, [(room, start, _HALF_AN_HOUR)], details, **other)

    second = one("a0", 2, ten + 2 * _HALF_AN_HOUR, {})
    in_turn = [(at, two + step * _HALF_AN_HOUR, _HALF_AN_HOUR) for step, at in enumerate((room, *_ROOMS[2:]))]
    front_desk = zone_id(9)
    return [
        one("a0", 1, ten, _EVERY_DETAIL),
        second,
        one("a0", 3, ten + 3 * _HALF_AN_HOUR, {}, visitor=second.visitor),
        _schedule("b0", 1, in_turn, _EVERY_DETAIL, reception_zone_id=front_desk),
        one("b0", 2, two + 4 * _HALF_AN_HOUR, _EVERY_DETAIL, reception_zone_id=front_desk),
        one("c0", 1, ten + 4 * _HALF_AN_HOUR, _EVERY_DETAIL, status="CANCELED"),
        one("c0", 2, past, _EVERY_DETAIL, status="NO_SHOW"),
        one("c0", 3, past + _HALF_AN_HOUR, _EVERY_DETAIL, status="IN_PROGRESS", flow_step="CONSULTATION"),
        one("c0", 4, past + 2 * _HALF_AN_HOUR, _EVERY_DETAIL, status="COMPLETED", flow_step="COMPLETED"),
        _schedule("d0", 1, [((11, 11), ten, _HALF_AN_HOUR)], _EVERY_DETAIL, hospital="other"),
    ]


def _schedule(
    series: str,
    number: int,
    taken: list[_Taken],
    details: dict[str, Any],
    *,
    hospital: str = "sandbox",
    status: str = RESERVED,
    flow_step: str = RESERVED,
    reception_zone_id: str | None = None,
    visitor: dict[str, Any] | None = None,
) -> Schedule:
    schedule_id = f"66{series}{number:020d}"
    resources = tuple(
        Resource(resource_id, group_id(group), zone_id(zone), start, start + length)
        for resource_id, ((group, zone), start, length) in zip(
            resource_ids(schedule_id, [None] * len(taken), ()), taken, strict=True
        )
    )
    created = timestamp(resources[0].start - timedelta(days=14))
    rest = {
        "visitor": visitor or _visitor(series, number, "Sample Kim"),
        "flowStep": flow_step,
        "createdDateTimeUtc": created,
        "tasks": [],
        "purchaseIds": [],
        "prescriptionIds": [],
        "etceteraWorks": [],
    }
    moved_on = {} if flow_step == RESERVED else {"flowStepUpdatedDateTimeUtc": timestamp(resources[0].start)}
    reception = reception_zone_id or resources[0].zone_id
    return Schedule(schedule_id, hospital, reception, status, resources, details, rest | moved_on)


def _visitor(series: str, number: int, name: str) -> dict[str, Any]:
    chart = f"{series.upper()}{number:06d}"
    return {"id": f"64{series}{number:020d}", "name": name, "chartNumber": chart}


def _drawn_visitor(number: int, draw: bytes) -> dict[str, Any]:
    phone = {"countryCode": "82", "phoneNumber": f"10{number:08d}"}
    optional = {
        "phone": phone,
        "gender": ("FEMALE", "MALE")[draw[2] % 2],
        "dateOfBirth": f"{1950 + draw[3] % 55}-{1 + draw[4] % 12:02d}-{1 + draw[5] % 28:02d} 00:00:00.000Z",
        "memo": "Prefers mornings",
        "isNew": draw[6] % 2 == 0,
        "snsInfo": {"snsType": "kakaotalk", "accountId": f"sample-{number}"},
    }
    return _visitor("a1", number, _NAMES[draw[1] % len(_NAMES)]) | _some(optional, draw[7])


def _drawn_details(draw: bytes) -> dict[str, Any]:
    drawn = {
        "consultationRequired": draw[8] % 2 == 0,
        "sedationRequired": draw[9] % 4 == 0,
        "counselor": _COUNSELORS[draw[10] % 2],
        "doctor": _DOCTOR,
        "funnel": _FUNNEL if draw[11] % 2 else {"funnelDetail": "A friend"},
        "reservationMemo": _MEMOS[draw[12] % len(_MEMOS)],
        "reservationAssignee": _ASSIGNEE,
        "requestedProcedures": [_PROCEDURE, {"type": "TICKET"}][: 1 + draw[13] % 2],
    }
    return {name: value for name, value in _some(drawn, draw[14]).items() if value is not None}


def _some(members: dict[str, Any], draw: int) -> dict[str, Any]:
    """Keep the members whose bit is set in `draw`."""
    return {name: value for bit, (name, value) in enumerate(members.items()) if draw >> bit & 1}


def _working_day(today: date, ahead: int) -> date:
    """Give a day from Monday to Friday: 0 is the first one after today."""
    first = today + timedelta(days=1)
    monday = first - timedelta(days=first.weekday())
    weeks, weekday = divmod(min(first.weekday(), 5) + ahead, 5)  # a weekend counts as the Monday after it
    return monday + timedelta(days=7 * weeks + weekday)


def _at(day: date, clock_time: time) -> datetime:
    return datetime.combine(day, clock_time, CLINIC_ZONE).astimezone(UTC)
