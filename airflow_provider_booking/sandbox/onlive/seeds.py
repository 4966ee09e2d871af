"""The appointments that are there from the start, and made-up ones. The ids say what each is for.

| ids | what |
|---|---|
| `1610c525-f19a-40d0-8cd1-03daba3d2d98` | the vendor's sample: 08:00 to 08:30 UTC of a coming Tuesday |
| `20000000-0000-4000-8000-000000000001` | wants two calendars: the front desk and the room |
| `30000000-0000-4000-8000-000000000001` | pending, at the front desk, an hour after the sample |
| `40000000-0000-4000-8000-000000000001` | of a service of 30 minutes, which it has to last |
| `40000000-0000-4000-8000-000000000002`, `3` | of a service that allows overlapping; they do |
| `a0000000-0000-4000-8000-000000000001` … | made-up ones, as many as asked for |
| `b0000000-0000-4000-8000-000000000001` | a block on the front desk's calendar |
| `c0000000-0000-4000-8000-000000000001` … `3` | cancelled |
| `d0000000-0000-4000-8000-000000000001` … `3` | over |
| `e0000000-0000-4000-8000-000000000001` | in progress, from yesterday to three days from now |
| `e0000000-0000-4000-8000-000000000002` | locked: it cannot be deleted |
| `f0000000-0000-4000-8000-000000000001`, `2` | of another organisation |
| `90000000-0000-4000-8000-000000000001` … | created through the simulator |
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow_provider_booking.sandbox.onlive import guests, rules
from airflow_provider_booking.sandbox.onlive.appointments import Record, blank
from airflow_provider_booking.sandbox.onlive.directory import (
    AGENTS,
    CALENDARS,
    FRONT_DESK,
    OPEN_HOUSE,
    OTHERS_CALENDAR,
    ROOM,
    USER_GROUP,
    WORKSHOP,
    agent,
    uuid,
)
from airflow_provider_booking.sandbox.onlive.refusals import Refused
from airflow_provider_booking.sandbox.onlive.signature import ORGANIZATION, OTHER_ORGANIZATION
from airflow_provider_booking.sandbox.onlive.versions import MEMBERS

SAMPLE_ID = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
_WRITTEN = datetime(2025, 3, 9, 19, 32, 3, 735_000, UTC)  # the createdAt of the vendor's sample
_LENGTHS = ((30, 0), (30, 15), (45, 0), (45, 15), (60, 0))  # in minutes, and from when in the hour
_DESCRIPTIONS = (None, "First visit", "Brings the papers along", "")
_EVENTS = (None, "Demo Room 1", "Demo Room 2")
_EXTRA_FIELDS: tuple[dict[str, Any], ...] = (
    {},
    {"priority": "high"},
    {"location": "Virtual Meeting Room", "seats": 4},
)
_REMINDERS: tuple[list[dict[str, Any]], ...] = (
    [],
    [{"time": 15, "unit": "m"}],
    [{"time": 60, "unit": "m"}, {"time": 15, "unit": "m", "direction": "before"}],
)
_PEOPLE = ("Lucía", "Mateo", "Noa", "Hugo", "Vega")


def created_id(number: int) -> str:
    """Give the id of the appointment created as the `number`-th, from 1."""
    return uuid("90", number)


def generated(number: int, seed: int, today: datetime) -> Record:
    """Make up the `number`-th appointment, from 1; `today` is midnight UTC.

    Each agent has one a week, at another hour from week to week: moving all of them by the same time, a few
    days or whole weeks, brings no two together.
    """
    draw = hashlib.sha256(f"{seed}:onlive:{number}".encode()).digest()
    week, place = divmod(number - 1, AGENTS)
    calendar = CALENDARS[agent(place + 1)]
    monday = today.date() + timedelta(days=7 - today.weekday() + 7 * week)
    minutes, minute = _LENGTHS[draw[0] % 5]
    hour = 9 + (place // 5 + 3 * week) % 8
    zone = ZoneInfo(calendar["timezone"])
    start = datetime.combine(monday + timedelta(days=place % 5), time(hour, minute), zone).astimezone(UTC)
    room = _EVENTS[draw[2] % 3]
    return _appointment(
        uuid("a0", number),
        start,
        minutes,
        title=f"Appointment {number}",
        description=_DESCRIPTIONS[draw[3] % 4],
        lang=("es", "en", None)[draw[4] % 3],
        event=room and {"iCallUrl": f"https://meet.example.com/{number}", "room": room},
        reminders=_REMINDERS[draw[5] % 3],
        guests=[_guest(number, place, draw[7]) for place in range(draw[6] % 5)],
        extraFields=_EXTRA_FIELDS[draw[8] % 3],
        calendarIds=[calendar["id"]],
        serviceId=uuid("5e", minutes) if draw[9] % 2 else None,
        state="pending" if draw[10] % 5 == 0 else "confirmed",
        classification="internal" if draw[11] % 3 == 0 else None,
        agentComment="Follow-up needed" if draw[12] % 4 == 0 else None,
        cancellationToken=draw[13:29].hex(),
    )


def standing(today: datetime) -> list[Record]:
    """Make the appointments that every sandbox starts with."""
    day = today + timedelta(days=7 - today.weekday() + 1)  # a Tuesday
    week_later = day + timedelta(days=7)
    service = uuid("5e", 30)
    open_house = {"calendarIds": [OPEN_HOUSE], "serviceId": uuid("5e", 90)}
    cancelled = {"state": "cancelled", "cancelledAt": _WRITTEN, "cancellationOrigin": "guest"}
    foreign = {"calendarIds": [OTHERS_CALENDAR], "organizationId": OTHER_ORGANIZATION, "userGroupId": None}
    return [
        _sample(day + timedelta(hours=8)),
        _appointment(uuid("20", 1), day + timedelta(hours=12), 30, calendarIds=[FRONT_DESK, ROOM]),
        _appointment(uuid("30", 1), day + timedelta(hours=9), 30, state="pending"),
        _appointment(uuid("40", 1), day + timedelta(hours=10), 30, serviceId=service),
        *(_appointment(uuid("40", n), day + timedelta(hours=10), 90, **open_house) for n in (2, 3)),
        _appointment(uuid("b0", 1), day + timedelta(hours=14), 120, title="Lunch", guests=[], blocked=True),
        *(_appointment(uuid("c0", n), week_later + timedelta(hours=n), 30, **cancelled) for n in (1, 2, 3)),
        *(_appointment(uuid("d0", n), today - timedelta(days=7, hours=n), 30) for n in (1, 2, 3)),
        _appointment(uuid("e0", 1), today - timedelta(days=1), 4 * 24 * 60, calendarIds=[WORKSHOP]),
        _appointment(uuid("e0", 2), week_later + timedelta(hours=8), 30, locked=True),
        *(_appointment(uuid("f0", n), day + timedelta(hours=8 + n), 30, **foreign) for n in (1, 2)),
    ]


def from_record(record: Mapping[str, Any], template: Record) -> Record:
    """Make an appointment from a record as the control interface shows it, the rest as in `template`.

    Without a `serviceId` it has none, so that its length is free; without an end it is as long as `template`.

    Raises:
        ValueError: If a member is not known, or not what the vendor would store.
    """
    if strangers := record.keys() - set(MEMBERS):
        raise ValueError(
            f"An ONLIVE appointment has no {', '.join(sorted(strangers))}; it has {', '.join(MEMBERS)}."
        )
    try:
        given = rules.read(record, {name: name for name in MEMBERS}, strict=True)
        guests.check(given.get("guests", []), most=len(given.get("guests", [])))
    except Refused as refused:
        raise ValueError("; ".join(f"{name}: {wrong}" for name, wrong in refused.errors) + ".") from refused
    made = {**template, "serviceId": None, **given}
    if "end" not in given:
        made["end"] = made["start"] + (template["end"] - template["start"])
    if made["end"] <= made["start"]:
        raise ValueError("end must be after start.")
    return made


def _sample(start: datetime) -> Record:
    return _appointment(
        SAMPLE_ID,
        start,
        30,
        title="Updated Product Demo Meeting",
        description="Updated demo session with new features",
        guests=[{"email": "guest@example.com"}],
        reminders=[{"time": 15, "unit": "m"}],
        extraFields={"priority": "high", "location": "Virtual Meeting Room"},
        event={"iCallUrl": "https://meet.example.com/updated-room", "room": "Demo Room 2"},
        updatedAt=_WRITTEN + timedelta(seconds=2, milliseconds=934),
    )


def _appointment(appointment_id: str, start: datetime, minutes: int, **members: Any) -> Record:
    return {
        **blank(appointment_id, ORGANIZATION, _WRITTEN),
        "title": "Product demo",
        "start": start,
        "end": start + timedelta(minutes=minutes),
        "guests": [{"email": f"guest.{appointment_id[:2]}@example.com"}],
        "calendarIds": [FRONT_DESK],
        "origin": "widget",
        "userGroupId": USER_GROUP,
        **members,
    }


def _guest(number: int, place: int, draw: int) -> dict[str, Any]:
    name = _PEOPLE[(draw + place) % len(_PEOPLE)]
    guest: dict[str, Any] = {"email": f"guest{place}.{number}@example.com"}
    if (draw + place) % 2:
        guest["extraFields"] = {"firstName": name, "lastName": "Ejemplo", "phone": "+34 600 000 000"}
    return guest
