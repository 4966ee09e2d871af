"""A Jicoo booking as it is stored and shown, its guests, and the ones that are there from the start.

| uid | what |
|---|---|
| `sandboxVb7RE` | the booking with the shape of the vendor's sample |
| `jicoo0000001` … | made-up ones, as many as asked for; open, each host one after the other |
| `cancelled001` … `3` | cancelled |
| `requested001` … `3` | not yet accepted by a host |
| `finished0001` … `3` | over |
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from airflow_provider_booking.sandbox.jicoo import rules

SAMPLE_UID = "sandboxVb7RE"
EVENT_TYPE = "mzgdPJVBb7RE"  # the event type of the vendor's samples
TIMES = ("startedAt", "endedAt", "cancelledAt", "createdAt", "updatedAt")
MEMBERS = (
    "uid",
    "eventTypeId",
    "name",
    "description",
    "status",
    "startedAt",
    "endedAt",
    "locationId",
    "url",
    "phoneNumber",
    "address",
    "customLocation",
    "access",
    "timeZone",
    "priority",
    "cancelReason",
    "cancelledAt",
    "cancelledBy",
    "hosts",
    "createdAt",
    "updatedAt",
)
_HOSTS = 10
_NAMES = ("Consultation", "First interview", "Product demo", "Check-up", "Tax advice", "Property viewing")
_GUESTS = ("Aoi Tanaka", "Ren Suzuki", "Yui Sato", "Haruto Ito", "Mei Kato", "Sota Mori")
_ZONES = ("Asia/Tokyo", "Asia/Tokyo", "Asia/Seoul", "Europe/Berlin", "America/New_York")


@dataclass(slots=True)
class Booking:
    """One booking.

    Attributes:
        record: Its 21 members, times as aware datetimes.
        guest: Who booked; made up.
        given_contacts: The contacts, where they are not those of the guest; no PATCH touches them.
    """

    record: dict[str, Any]
    guest: str = ""
    given_contacts: list[dict[str, Any]] | None = None

    @property
    def contacts(self) -> list[dict[str, Any]]:
        """Its guests. Made up on demand: of a million bookings they would take a gigabyte."""
        return [_contact(self)] if self.given_contacts is None else self.given_contacts

    @property
    def uid(self) -> str:
        """Its id."""
        return str(self.record["uid"])

    def view(self) -> dict[str, Any]:
        """Show it as Jicoo does: times in UTC with milliseconds (docs/vendors/jicoo.md, rule 18)."""
        return {name: _shown(name, self.record[name]) for name in MEMBERS}

    def clashes_with(self, other: "Booking") -> bool:
        """Say whether both want the same host at the same time; cancelled bookings want nobody."""
        one, two = self.record, other.record
        if self.uid == other.uid or "cancel" in (one["status"], two["status"]):
            return False
        hosts = {host["userId"] for host in one["hosts"]}
        return (
            one["startedAt"] < two["endedAt"]
            and two["startedAt"] < one["endedAt"]
            and any(host["userId"] in hosts for host in two["hosts"])
        )


def timestamp(moment: datetime) -> str:
    """Write an aware datetime in UTC as `2026-11-21T01:31:59.000Z`."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _shown(name: str, value: Any) -> Any:
    return timestamp(value) if name in TIMES and value is not None else value


def generated(number: int, seed: int, today: datetime) -> Booking:
    """Make up the `number`-th booking, from 1; `today` is midnight UTC. No two of them clash."""
    draw = hashlib.sha256(f"{seed}:jicoo:{number}".encode()).digest()
    host, slot = (number - 1) % _HOSTS + 1, (number - 1) // _HOSTS
    # A day is left in between: none of them begins while midnight passes, or soon after.
    start = today + timedelta(days=2 + slot // 24, hours=slot % 24)
    return _booking(
        f"jicoo{number:07d}",
        start,
        draw,
        {
            "name": f"{_NAMES[draw[0] % len(_NAMES)]} {number}",
            "description": f"Booked online, no. {number}" if draw[1] % 3 else None,
            "endedAt": start + timedelta(minutes=(30, 45, 60)[draw[2] % 3]),
            "timeZone": _ZONES[draw[3] % len(_ZONES)],
            "priority": (None, "low", "middle", "high")[draw[4] % 4],
            "hosts": [{"userId": f"user{host:04d}", "role": "admin"}],
        },
    )


def standing(today: datetime) -> list[Booking]:
    """Make the bookings that every sandbox starts with."""
    draw = bytes(32)
    later, earlier = today + timedelta(days=5, hours=3), today - timedelta(days=5)
    cancelled = {
        "status": "cancel",
        "cancelReason": "The guest is ill",
        "cancelledAt": earlier,
        "cancelledBy": "host",
    }
    return [
        _booking(SAMPLE_UID, later, draw, {"description": "First talk", "priority": "low"}),
        *(_booking(f"cancelled{n:03d}", later + timedelta(hours=n), draw, cancelled) for n in (1, 2, 3)),
        *(
            _booking(f"requested{n:03d}", later + timedelta(hours=n), draw, {"status": "request"})
            for n in (1, 2, 3)
        ),
        *(_booking(f"finished{n:04d}", earlier + timedelta(hours=n), draw, {}) for n in (1, 2, 3)),
    ]


def from_record(record: Mapping[str, Any], template: Booking) -> Booking:
    """Make a booking from a record in the vendor's form, the rest as in `template`.

    Raises:
        ValueError: If a member is not known, or not what the vendor would store.
    """
    if strangers := record.keys() - set(MEMBERS) - {"contacts"}:
        raise ValueError(
            f"A Jicoo booking has no {', '.join(sorted(strangers))}; it has {', '.join(MEMBERS)}."
        )
    given = {name: value for name, value in record.items() if name != "contacts"}
    try:
        given |= rules.changes(given)
        given |= {name: rules.moment(record[name], name) for name in TIMES if record.get(name) is not None}
    except rules.Refused as refused:
        raise ValueError(f"{refused.message}.") from refused
    return Booking(template.record | given, template.guest, record.get("contacts", template.contacts))


def _booking(uid: str, start: datetime, draw: bytes, members: dict[str, Any]) -> Booking:
    created = start - timedelta(days=14)
    guest = _GUESTS[draw[5] % len(_GUESTS)]
    record = dict.fromkeys(MEMBERS) | {
        "uid": uid,
        "eventTypeId": EVENT_TYPE,
        "name": "Consultation",
        "status": "open",
        "startedAt": start,
        "endedAt": start + timedelta(hours=1),
        "locationId": "zoom",
        "url": f"https://zoom.us/j/{int.from_bytes(draw[6:10])}",
        "timeZone": "Asia/Tokyo",
        "hosts": [{"userId": "user0099", "role": "admin"}],
        "createdAt": created,
        "updatedAt": created,
    }
    return Booking(record | members, guest)


def _contact(booking: Booking) -> dict[str, Any]:
    guest, created = booking.guest, timestamp(booking.record["createdAt"])
    return {
        "name": guest,
        "email": f"{guest.replace(' ', '.').lower()}.{booking.uid}@example.com",
        "ccEmails": [],
        "company": None,
        "phoneNumber": None,
        "message": "I look forward to it.",
        "textRemindNumber": None,
        "textRemindCountryCode": None,
        "answers": [{"question": "How did you find us?", "content": ["Search"]}],
        "createdAt": created,
        "updatedAt": created,
    }
