"""A booking as Zoho stores and shows it, and what an update does to it and to its occurrences."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from airflow_provider_booking.sandbox.zoho.content import Content, Member, Times
from airflow_provider_booking.sandbox.zoho.directory import GROUPS, Person
from airflow_provider_booking.sandbox.zoho.recurrence import Repeat
from airflow_provider_booking.sandbox.zoho.refusals import invalid
from airflow_provider_booking.sandbox.zoho.rules import NOBODY, BookingData, Guest

_MAY_EDIT = 3  # the permission that lets an attendee change everything
NeedsApproval = Callable[[str], bool]  # asked with the id of a room


@dataclass(frozen=True)
class Booking:
    """A booking: one, or a series with its exceptions.

    Attributes:
        booking_id: Its id.
        uid: Its other id, `ZRB_<hex>@zoho.com`.
        organizer: Who booked.
        content: What it says; of a series, with the times of its beginning.
        repeat: How it repeats; None if it does not.
        exceptions: The occurrences that differ from the series, by recurrence id; None: deleted.
    """

    booking_id: str
    uid: str
    organizer: Person
    content: Content
    repeat: Repeat | None = None
    exceptions: Mapping[int, Content | None] = field(default_factory=dict)

    @cached_property
    def occurrences(self) -> dict[int | None, Content]:
        """Each occurrence by its recurrence id: the epoch milliseconds at which the series has it start.

        A booking that does not repeat has one, under None.
        """
        if self.repeat is None:
            return {None: self.content}
        planned = [self.content.starting(start) for start in self.repeat.starts(self.content.times.start)]
        by_id = {content.times.start_ms: content for content in planned}
        found = {one: self.exceptions.get(one, content) for one, content in by_id.items()}
        return {one: content for one, content in found.items() if content is not None}

    def named(self, recurrence_id: int | None) -> Content:
        """Give an occurrence, or without an id what the booking says itself.

        Raises:
            Refused: INVALID_DATA if there is no such occurrence (docs/vendors/zoho.md, rule 28).
        """
        if recurrence_id is None:
            return self.content
        if recurrence_id not in self.occurrences:
            raise invalid("recurrenceid_in_millis")
        return self.occurrences[recurrence_id]

    def meant(self, edit_type: str, recurrence_id: int | None) -> list[int | None]:
        """Give the ids of the occurrences that a change is about (docs/vendors/zoho.md, rules 25 to 27)."""
        self.named(recurrence_id)
        if edit_type == "only":
            return [recurrence_id]
        if edit_type == "all" or recurrence_id is None:
            return list(self.occurrences)
        # following: neither the named one nor those before it
        return [one for one in self.occurrences if one is not None and one > recurrence_id]

    def may_be_changed_by(self, person: Person) -> bool:
        """Say who may change it (docs/vendors/zoho.md, rule 30)."""
        return (
            person.is_admin
            or person.zid == self.organizer.zid
            or any(
                member.zid == person.zid and member.permission == _MAY_EDIT
                for member in self.content.attendees
            )
        )

    def view(self, caller: Person, recurrence_id: int | None = None) -> dict[str, Any]:
        """Show the booking, or one occurrence, as Zoho does to this caller."""
        content = self.named(recurrence_id)
        is_own = caller.zid == self.organizer.zid
        attends = any(member.zid == caller.zid for member in content.attendees)
        organizer = {"zid": self.organizer.zid, "type": 0, "email": self.organizer.email}
        shown = content.view() | {
            "booking_id": self.booking_id,
            "uid": self.uid,
            "role": "organizer" if is_own else "attendee" if attends else "viewer",
            "booked_by": str(self.organizer.zid),
            "created_by": str(self.organizer.zid),
            "bookedby_email": self.organizer.email,
            "is_own_booking": is_own,
            "is_member": is_own or attends,
            "is_repeat": self.repeat is not None,
            "is_rel_event": False,
            "users": [organizer, *(member.view() for member in content.attendees)],
        }
        return shown if recurrence_id is None else shown | {"recurrence_id": recurrence_id}

    def reply(self, caller: Person, changed: Iterable[int | None], start_date: str) -> dict[str, Any]:
        """Show what a write answers: a booking under each date (docs/vendors/zoho.md, rule 9)."""
        shown = [self.view(caller, one) for one in changed]
        counts = Counter(
            f"{one['start_date']}_{one['end_date']}_{resource['resource_id']}"
            for one in shown
            for resource in one["resources"]
        )
        return {
            **{one["start_date"]: one for one in shown},
            "booking_count_json": dict(counts),
            "start_date": shown[0]["start_date"] if shown else start_date,
        }


def edited(booking: Booking, data: BookingData, needs_approval: NeedsApproval) -> Booking:
    """Update a booking: the occurrences that are meant move by what the named one moves.

    A new `repeat` counts for the whole series only. A whole series that is moved gets new recurrence ids.

    Raises:
        Refused: INVALID_DATA if the id names no occurrence, or none would be left.
    """
    old = booking.named(data.recurrence_id)
    shift = data.times.start - old.times.start

    def change(content: Content) -> Content:
        return changed(content, data, shift, needs_approval)

    if data.edit_type != "all":
        meant = {
            one: change(booking.occurrences[one])
            for one in booking.meant(data.edit_type, data.recurrence_id)
            if one is not None
        }
        return replace(booking, exceptions={**booking.exceptions, **meant})
    result = replace(
        booking,
        content=change(booking.content),
        repeat=data.repeat or booking.repeat,
        exceptions={
            _moved_id(one, booking.content.times.zone, shift, data.times): (
                None if content is None else change(content)
            )
            for one, content in booking.exceptions.items()
        },
    )
    if not result.occurrences:
        raise invalid("repeat.until")
    return result


def changed(content: Content, data: BookingData, shift: timedelta, needs_approval: NeedsApproval) -> Content:
    """Lay an update over a content; what it leaves out stays (docs/vendors/zoho.md, rules 17 to 21)."""
    times = data.times.starting(content.times.start + shift)
    room_ids = [room_id for room_id, _ in data.resources]
    has_moved = times != content.times or room_ids != content.room_ids
    status = int(data.notify != NOBODY)
    return Content(
        title=data.title,
        times=times,
        resources=data.resources,
        description=content.description if data.description is None else data.description,
        is_private=content.is_private if data.is_private is None else data.is_private,
        attendees=merged(content.attendees, data.attendees, status),
        groups=merged(content.groups, data.groups, status),
        # docs/vendors/zoho.md, rule 38: a change of time or room asks for approval again
        is_approved=not any(map(needs_approval, room_ids)) if has_moved else content.is_approved,
    )


def merged(stored: tuple[Member, ...], sent: tuple[Guest, ...], notify_status: int) -> tuple[Member, ...]:
    """Add, change and remove the members that were sent, and leave the others as they are."""
    members = {member.zid: member for member in stored}
    for guest in sent:
        if guest.is_deleted:
            members.pop(guest.zid, None)
        else:
            members[guest.zid] = as_member(guest, notify_status)
    return tuple(members.values())


def as_member(guest: Guest, notify_status: int) -> Member:
    """Make a member of a booking out of what was sent; a group has no email, so its name is looked up."""
    if guest.email:
        return Member(guest.zid, guest.email, guest.permission, notify_status)
    name = GROUPS.get(guest.zid, f"group {guest.zid}")
    return Member(guest.zid, name, guest.permission, notify_status, is_group=True)


def _moved_id(recurrence_id: int, zone: str, shift: timedelta, times: Times) -> int:
    old = datetime.fromtimestamp(recurrence_id / 1000, ZoneInfo(zone)).replace(tzinfo=None)
    return times.starting(old + shift).start_ms
