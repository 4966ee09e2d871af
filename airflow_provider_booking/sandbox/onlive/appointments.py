"""An appointment as it is stored: a dict of `versions.MEMBERS`, times as aware datetimes in UTC."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from airflow_provider_booking.sandbox.onlive.directory import SERVICES
from airflow_provider_booking.sandbox.onlive.listing import Filter
from airflow_provider_booking.sandbox.onlive.versions import MEMBERS
from airflow_provider_booking.sandbox.selection import LastSelection

CANCELLED = "cancelled"
Record = dict[str, Any]


def blank(appointment_id: str, organization: str, at: datetime) -> Record:
    """Make an appointment without times, guests or calendars, created `at` this moment."""
    return {
        **dict.fromkeys(MEMBERS),
        "id": appointment_id,
        "createdAt": at,
        "updatedAt": at,
        "reminders": [],
        "guests": [],
        "extraFields": {},
        "calendarIds": [],
        "state": "confirmed",
        "blocked": False,
        "organizationId": organization,
        "cancellationToken": hashlib.sha256(appointment_id.encode()).hexdigest()[:32],
        "allowOverlapping": False,
        "locked": False,
    }


def is_cancelled(record: Mapping[str, Any]) -> bool:
    """Say whether an appointment is cancelled, and so occupies nothing."""
    return record["cancelledAt"] is not None or record["state"] == CANCELLED


def may_overlap(record: Mapping[str, Any]) -> bool:
    """Say whether an appointment, or its service, may be at the same time as others."""
    service = SERVICES.get(record["serviceId"])
    return bool(record["allowOverlapping"] or (service and service["allowOverlapping"]))


class Shelf:
    """The appointments in the order of storing, and by calendar."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        self._by_calendar: dict[str, dict[str, Record]] = {}
        self._listed = LastSelection[Filter, Record]()

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())

    def get(self, appointment_id: str) -> Record | None:
        """Give an appointment, or None."""
        return self._records.get(appointment_id)

    def listed(self, asked: Filter) -> Sequence[Record]:
        """Give the appointments that a list call asks for, by start."""
        return self._listed.of(asked, lambda: self._select(asked))

    def put(self, records: Iterable[Record]) -> None:
        """Store appointments; one with a known id takes the place of the other."""
        self._listed.forget()
        for record in records:
            before = self._records.get(record["id"])
            if before is not None and before["calendarIds"] != record["calendarIds"]:
                self._leave_calendars(before)
            self._records[record["id"]] = record
            for calendar_id in record["calendarIds"]:
                self._by_calendar.setdefault(calendar_id, {})[record["id"]] = record

    def remove(self, appointment_id: str) -> None:
        """Forget an appointment."""
        self._listed.forget()
        self._leave_calendars(self._records.pop(appointment_id))

    def is_taken(self, record: Record) -> bool:
        """Say whether another one wants a calendar of this one at the same time (rule 14)."""
        start, end = record["start"], record["end"]
        return any(
            other["start"] < end and start < other["end"] and other["id"] != record["id"]
            for calendar_id in record["calendarIds"]
            for other in self._by_calendar.get(calendar_id, {}).values()
            if not is_cancelled(other)
        )

    def _select(self, asked: Filter) -> list[Record]:
        return sorted(
            (record for record in self._records.values() if asked.wants(record)),
            key=lambda record: (record["start"], record["id"]),
        )

    def _leave_calendars(self, record: Record) -> None:
        for calendar_id in record["calendarIds"]:
            self._by_calendar[calendar_id].pop(record["id"], None)
