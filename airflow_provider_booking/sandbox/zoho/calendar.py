"""The rooms and bookings of the simulated Zoho, and the writes on them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.journal import Journal, Told
from airflow_provider_booking.sandbox.switches import Switchboard
from airflow_provider_booking.sandbox.zoho import records, rooms, rules, seeds
from airflow_provider_booking.sandbox.zoho.bookings import Booking, changed, edited
from airflow_provider_booking.sandbox.zoho.content import DATE, Content
from airflow_provider_booking.sandbox.zoho.diary import Diary
from airflow_provider_booking.sandbox.zoho.directory import Person
from airflow_provider_booking.sandbox.zoho.refusals import Refused, invalid
from airflow_provider_booking.sandbox.zoho.rooms import Room


@dataclass(frozen=True, slots=True)
class Request:
    """A call that passed token, rate, scope and plan.

    Attributes:
        caller: Whose token it came with.
        item: The id in the path; empty if there is none.
        parameters: Query and form together.
    """

    caller: Person
    item: str
    parameters: Mapping[str, str]


class Calendar:
    """All rooms and bookings. Each write is done wholly or refused wholly."""

    def __init__(self, clock: Clock, journal: Journal, switchboard: Switchboard, seed: int) -> None:
        self._clock = clock
        self._journal = journal
        self._switchboard = switchboard
        self._seed = seed
        self._made_on = self.today
        self.rooms = {room.room_id: room for room in rooms.standing()}
        self.bookings: dict[str, Booking] = {}
        self.diary = Diary()
        self._generated = self._booked = 0
        for booking in seeds.standing(self._made_on):
            self._enter(booking)

    @property
    def today(self) -> date:
        """The date in UTC."""
        return datetime.fromtimestamp(self._clock.now(), UTC).date()

    @property
    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.fromtimestamp(self._clock.now(), UTC)

    @property
    def booking_months(self) -> int:
        """How far ahead the organization lets people book."""
        return int(self._switchboard["booking_months"])

    def find(self, booking_id: str) -> Booking:
        """Give a booking.

        Raises:
            Refused: BOOKING_NOT_FOUND if there is none (docs/vendors/zoho.md, rule 29).
        """
        if booking_id not in self.bookings:
            raise Refused("BOOKING_NOT_FOUND")
        return self.bookings[booking_id]

    # The writes; each gives the body of its answer

    def book(self, request: Request) -> dict[str, Any]:
        """Book rooms; the answer has the form of an update's."""
        data = self._data(request)
        nothing = Content("", data.times, ())
        booking_id = seeds.booked_id(self._booked + 1)
        booking = Booking(
            booking_id,
            seeds.uid_of(booking_id),
            request.caller,
            changed(nothing, data, timedelta(), self._needs_approval),
            data.repeat,
        )
        if not booking.occurrences:
            raise invalid("repeat.until")
        answer = self._write(booking, list(booking.occurrences), data, request.caller, "booked")
        self._booked += 1
        return answer

    def update(self, request: Request) -> dict[str, Any]:
        """Change a booking (docs/vendors/zoho.md, rules 9 to 28)."""
        old = self._own(request)
        data = self._data(request)
        booking = edited(old, data, self._needs_approval)
        after = booking if data.edit_type == "all" else old  # a series that was moved has new ids
        touched = after.meant(data.edit_type, None if data.edit_type == "all" else data.recurrence_id)
        return self._write(booking, touched, data, request.caller, "updated")

    def delete(self, request: Request) -> dict[str, Any]:
        """Delete a booking, or some of its occurrences (docs/vendors/zoho.md, rule 33)."""
        booking, asked = self._own(request), request.parameters
        recurrence_id = asked.get("recurrenceid_in_millis")
        how = asked.get("recurrence_deletetype", "all")
        if how not in rules.EDIT_TYPES:
            raise invalid("recurrence_deletetype")
        if asked.get("ntfy", "1") not in ("0", "1", "2"):
            raise invalid("ntfy")
        one = None if recurrence_id is None else rules.number(recurrence_id, "recurrenceid_in_millis")
        if how != "all" and one is None:
            raise invalid("recurrenceid_in_millis")
        gone = booking.meant(how, one)
        contents = [booking.occurrences[each] for each in gone]
        exceptions = {each: None for each in gone if each is not None}
        left = replace(booking, exceptions={**booking.exceptions, **exceptions})
        if how == "all" or not left.occurrences:
            del self.bookings[booking.booking_id]
            self.diary.erase(booking.booking_id)
        else:
            self._enter(left)
        self._journal.note_change(booking.booking_id, booking, self.bookings.get(booking.booking_id))
        self._tell(booking, contents, int(asked.get("ntfy", "1")), request.caller, "deleted")
        return {"booking_id": booking.booking_id, "message": "Booking deleted", "status": True}

    def _write(
        self, booking: Booking, touched: list[int | None], data: rules.BookingData, caller: Person, what: str
    ) -> dict[str, Any]:
        contents = [booking.occurrences[one] for one in touched]
        self._check_range(content.times.end.date() for content in contents)
        if not self.diary.has_room_for(booking, touched):
            raise Refused("RESOURCE_NOT_AVAILABLE_FOR_BOOKING")
        self._journal.note_change(booking.booking_id, self.bookings.get(booking.booking_id), booking)
        self._enter(booking)
        self._tell(booking, contents, data.notify, caller, what)
        return booking.reply(caller, touched, data.times.start.strftime(DATE))

    def _own(self, request: Request) -> Booking:
        booking = self.find(request.item)
        if not booking.may_be_changed_by(request.caller):
            raise Refused("OPERATION_NOT_PERMITTED")
        return booking

    def _data(self, request: Request) -> rules.BookingData:
        resets = self._switchboard["omitted_fields"] == "reset"
        data = rules.booking_data(request.parameters, omitted_resets=resets)
        if not all(room_id in self.rooms for room_id, _ in data.resources):
            raise invalid("resources.resource_id")
        self._check_range([data.times.end.date(), *([data.repeat.until] if data.repeat else [])])
        return data

    def _check_range(self, days: Iterable[date]) -> None:
        last = months_after(self.today, self.booking_months)
        if any(day > last for day in days):  # docs/vendors/zoho.md, rule 24
            raise Refused("BOOKING_RANGE_CANNOT_EXCEED_CONFIGURED_MONTHS", str(self.booking_months))

    def _needs_approval(self, room_id: str) -> bool:
        return self.rooms[room_id].needs_approval

    def _tell(self, booking: Booking, contents: list[Content], whom: int, caller: Person, what: str) -> None:
        members = [member for content in contents for member in (*content.attendees, *content.groups)]
        names = dict.fromkeys([booking.organizer.email, *(member.email for member in members)])
        names.pop(caller.email, None)
        if whom == rules.EVERYBODY:
            names[caller.email] = None
        if whom != rules.NOBODY and names and contents:
            told = Told(self._clock.now(), "zoho", booking.booking_id, {"event": what, "to": list(names)})
            self._journal.notifications.append(told)

    def _enter(self, booking: Booking) -> None:
        self.bookings[booking.booking_id] = booking
        self.diary.enter(booking)

    # What the control interface does

    def __len__(self) -> int:
        return len(self.bookings)

    def records(self) -> list[dict[str, Any]]:
        """Give every booking as its organizer gets it, with `repeat` and `exceptions`."""
        return [records.to_record(booking) for booking in self.bookings.values()]

    def generate(self, count: int) -> list[str]:
        """Add `count` more of the made-up bookings, and the rooms for them."""
        return self._keep([self._made_up(ahead) for ahead in range(1, count + 1)])

    def store(self, found: list[dict[str, Any]]) -> list[str]:
        """Store bookings given as records, members left out made up; rooms that are not known as well."""
        return self._keep(
            [records.from_record(record, self._made_up(ahead)) for ahead, record in enumerate(found, 1)]
        )

    def _made_up(self, ahead: int) -> Booking:
        return seeds.generated(self._generated + ahead, self._seed, self._made_on)

    def _keep(self, made: list[Booking]) -> list[str]:
        for booking in made:
            self._generated += 1
            room = seeds.room_of(self._generated)
            self.rooms.setdefault(room.room_id, room)
            for content in (booking.content, *booking.occurrences.values()):
                for room_id in content.room_ids:
                    self.rooms.setdefault(room_id, Room(room_id, len(self.rooms) + 1, rooms.BRANCHES[0]))
            self._enter(booking)
        return [booking.booking_id for booking in made]


def months_after(day: date, months: int) -> date:
    """Give the same day so many months later, or the last day of that month."""
    count = day.year * 12 + day.month - 1 + months
    following = date((count + 1) // 12, (count + 1) % 12 + 1, 1)
    last_day = (following - timedelta(days=1)).day
    return date(count // 12, count % 12 + 1, min(day.day, last_day))
