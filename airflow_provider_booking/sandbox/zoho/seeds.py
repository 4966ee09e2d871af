"""The bookings that are there from the start, and made-up ones. The ids say what each is for.

| ids | what |
|---|---|
| `1596693672887000001` | the vendor's sample, as before its update: cal1 with cal2, cal3 and two groups |
| `1597000000000000001` … | made-up ones of cal1, as many as asked for |
| `1598000000000000001` | in the sample's room, right after the sample: something to clash with |
| `1598000000000000002` | every week, 6 times, in the other room |
| `1598000000000000003` | on the second Monday of a month, twice, in the other room |
| `1598000000000000004` | in the room that needs approval, not yet approved |
| `1598000000000000005` | of the stranger; cal4 attends with permission 3 |
| `1598000000000000006` | of the stranger; cal1 attends with permission 1 |
| `1598000000000000007` | of the stranger, nobody else |
| `1598000000000000008` | over |
| `1598000000000000009` | in two rooms, private |
| `1599000000000000001` … | booked through the simulator |

Made-up bookings have 14 days between two in one room, each at another time of day. So all of them can be
moved by up to 13 days, or onto one date, in any order.
"""

import hashlib
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from airflow_provider_booking.sandbox.zoho.bookings import Booking
from airflow_provider_booking.sandbox.zoho.content import Content, Member, Times
from airflow_provider_booking.sandbox.zoho.directory import (
    CAL1,
    CAL2,
    CAL3,
    CAL4,
    GROUPS,
    STAFF,
    STRANGER,
    Person,
)
from airflow_provider_booking.sandbox.zoho.recurrence import Repeat
from airflow_provider_booking.sandbox.zoho.rooms import (
    APPROVAL_ROOM,
    OTHER_ROOM,
    SAMPLE_ROOM,
    Room,
)
from airflow_provider_booking.sandbox.zoho.rooms import generated as generated_room

SAMPLE_ID = "1596693672887000001"
_SAMPLE_UID = "ZRB_0e4d7d8f9fa04cadbe5001dd0c721c2b@zoho.com"
_INDIA = "Asia/Kolkata"
_TITLES = ("Interview", "Sprint review", "Board meeting", "Training", "Client visit", "Town hall")
_SLOTS = (time(9), time(10, 30), time(13), time(14, 30), time(16))  # the longest booking ends before the next
_BETWEEN = timedelta(days=14)  # two bookings of one room


def booked_id(number: int) -> str:
    """Give the id of the booking booked as the `number`-th, from 1."""
    return f"1599{number:015d}"


def uid_of(booking_id: str) -> str:
    """Derive a uid from a booking id, always the same."""
    return f"ZRB_{hashlib.sha256(booking_id.encode()).hexdigest()[:32]}@zoho.com"


def room_of(number: int) -> Room:
    """Give the room of the `number`-th made-up booking."""
    return generated_room((number - 1) // len(_SLOTS) + 1)


def generated(number: int, seed: int, today: date) -> Booking:
    """Make up the `number`-th booking, from 1; `today` is the date in UTC."""
    draw = hashlib.sha256(f"{seed}:zoho:{number}".encode()).digest()
    room, position = room_of(number), (number - 1) % len(_SLOTS)
    monday = today + timedelta(days=14 - today.weekday())
    day = monday + timedelta(days=room.number % 5) + position * _BETWEEN
    start = datetime.combine(day, _SLOTS[(position + room.number) % len(_SLOTS)])
    invited = [STAFF[(draw[0] + step) % len(STAFF)] for step in range(draw[1] % 5)]
    return _booking(
        f"1597{number:015d}",
        CAL1,
        Content(
            title=f"{_TITLES[draw[2] % len(_TITLES)]} {number}",
            times=Times(start, start + timedelta(minutes=(30, 45, 60, 90)[draw[3] % 4]), room.branch.zone),
            resources=((room.room_id, 0),),
            description=f"Booked for no. {number}" if draw[4] % 3 else "",
            is_private=draw[5] % 6 == 0,
            attendees=tuple(Member(one.zid, one.email, draw[6] % 4, draw[7] % 2) for one in invited),
            groups=_groups(next(iter(GROUPS))) if draw[8] % 5 == 0 else (),
        ),
    )


def standing(today: date) -> list[Booking]:
    """Make the bookings that every sandbox starts with."""
    soon, monday = today + timedelta(days=5), today + timedelta(days=14 - today.weekday())
    calls = _content("Weekly call", monday, time(9), OTHER_ROOM)
    council = _content("Council", _second_monday(monday), time(15), OTHER_ROOM)
    pending = _content("Reception", soon, time(12), APPROVAL_ROOM)
    lent = [_content(title, soon, time(hour), OTHER_ROOM) for title, hour in _LENT.items()]
    private = _content("Audit", soon, time(17), SAMPLE_ROOM)
    return [
        _sample(soon),
        _numbered(1, CAL1, _content("Breakfast talk", soon, time(1, 30), SAMPLE_ROOM)),
        replace(_numbered(2, CAL1, calls), repeat=Repeat("weekly", 1, monday + timedelta(weeks=5))),
        replace(
            _numbered(3, CAL1, council),
            repeat=Repeat("monthly", 1, council.times.start.date() + timedelta(days=35), nth_day=(2, "Mo")),
        ),
        _numbered(4, CAL1, replace(pending, is_approved=False)),
        _numbered(5, STRANGER, replace(lent[0], attendees=(Member(CAL4.zid, CAL4.email, 3),))),
        _numbered(6, STRANGER, replace(lent[1], attendees=(Member(CAL1.zid, CAL1.email, 1),))),
        _numbered(7, STRANGER, lent[2]),
        _numbered(8, CAL1, _content("Kick-off", today - timedelta(days=5), time(10), SAMPLE_ROOM)),
        _numbered(9, CAL1, replace(private, resources=((SAMPLE_ROOM, 0), (OTHER_ROOM, 0)), is_private=True)),
    ]


_LENT = {"Co-edited": 10, "Shared": 12, "Elsewhere": 14}  # the stranger's, by hour


def _sample(day: date) -> Booking:
    content = _content("Booking", day, time(1), SAMPLE_ROOM)
    return Booking(
        SAMPLE_ID,
        _SAMPLE_UID,
        CAL1,
        replace(
            content,
            description="Attendee booking",
            attendees=tuple(Member(one.zid, one.email) for one in (CAL2, CAL3)),
            groups=_groups(*GROUPS),
        ),
    )


def _numbered(number: int, organizer: Person, content: Content) -> Booking:
    return _booking(f"1598{number:015d}", organizer, content)


def _booking(booking_id: str, organizer: Person, content: Content) -> Booking:
    return Booking(booking_id, uid_of(booking_id), organizer, content)


def _content(title: str, day: date, at: time, room_id: str) -> Content:
    start = datetime.combine(day, at)
    return Content(title, Times(start, start + timedelta(minutes=30), _INDIA), ((room_id, 0),))


def _groups(*zids: int) -> tuple[Member, ...]:
    return tuple(Member(zid, GROUPS[zid], is_group=True) for zid in zids)


def _second_monday(monday: date) -> date:
    """Give the first second Monday of a month from this Monday on."""
    while not 8 <= monday.day <= 14:  # noqa: PLR2004 - the days that can be a month's second of their name
        monday += timedelta(days=7)
    return monday
