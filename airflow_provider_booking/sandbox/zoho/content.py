"""What a booking or one of its occurrences says: times, rooms, people."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

DATE, LOCAL_TIME = "%Y%m%d", "%Y%m%dT%H%M%S"
_PERSON, _GROUP = 0, 1  # the type of an attendee


@dataclass(frozen=True, slots=True)
class Times:
    """A start and an end: local times, and their zone."""

    start: datetime
    end: datetime
    zone: str

    @property
    def start_ms(self) -> int:
        """The start in epoch milliseconds."""
        return self._milliseconds(self.start)

    @property
    def end_ms(self) -> int:
        """The end in epoch milliseconds."""
        return self._milliseconds(self.end)

    def starting(self, start: datetime) -> "Times":
        """Give times of the same length that start at another local time."""
        return Times(start, start + (self.end - self.start), self.zone)

    def _milliseconds(self, local: datetime) -> int:
        return round(local.replace(tzinfo=ZoneInfo(self.zone)).timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Member:
    """An attendee or a group of a booking; of a group, `email` is its name."""

    zid: int
    email: str
    permission: int = 1
    notify_status: int = 0
    is_group: bool = False

    def view(self) -> dict[str, Any]:
        """Show it as Zoho does."""
        return {
            "zid": self.zid,
            "permission": self.permission,
            "type": _GROUP if self.is_group else _PERSON,
            "notify_status": self.notify_status,
            "email": self.email,
        }


@dataclass(frozen=True, slots=True)
class Content:
    """All of a booking that can be changed, of one occurrence or of the whole series."""

    title: str
    times: Times
    resources: tuple[tuple[str, int], ...]  # id and count
    description: str = ""
    is_private: bool = False
    attendees: tuple[Member, ...] = ()
    groups: tuple[Member, ...] = ()
    is_approved: bool = True

    @property
    def room_ids(self) -> list[str]:
        """The rooms."""
        return [room_id for room_id, _ in self.resources]

    def starting(self, start: datetime) -> "Content":
        """Give the same at another local time."""
        return replace(self, times=self.times.starting(start))

    def view(self) -> dict[str, Any]:
        """Show its part of a booking (docs/vendors/zoho.md, rules 9 and 10)."""
        start, end = self.times.start, self.times.end
        shown = {
            "title": self.title,
            "description": self.description,
            "desc": self.description,
            "dateandtime": {
                "timezone": self.times.zone,
                "start": start.strftime(LOCAL_TIME),
                "end": end.strftime(LOCAL_TIME),
            },
            "timezone": self.times.zone,
            "start_date": start.strftime(DATE),
            "end_date": end.strftime(DATE),
            "start_time": f"{start:%H%M}",
            "end_time": f"{end:%H%M}",
            "start": self.times.start_ms,
            "end": self.times.end_ms,
            "all_day": False,
            "isprivate": self.is_private,
            "booking_approved": self.is_approved,
            "resources": [
                {"count": count, "resource_id": room_id, "type": 0} for room_id, count in self.resources
            ],
            "attendees": [member.view() for member in self.attendees],
        }
        if self.groups:
            shown["group_attendees"] = [member.view() for member in self.groups]
        return shown
