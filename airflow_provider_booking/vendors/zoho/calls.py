"""The calls of Zoho Calendar that belong to room bookings, named and typed as the vendor has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.bookings.booking import checked_id
from airflow_provider_booking.bookings.time import moment, zone_name
from airflow_provider_booking.vendors.transport import Answer, Operation, unreadable
from airflow_provider_booking.vendors.zoho import parameters
from airflow_provider_booking.vendors.zoho.answers import Busy, MyBookings, Period, Room, ZohoBooking
from airflow_provider_booking.vendors.zoho.models import BookingData, Deletion, EditType
from airflow_provider_booking.vendors.zoho.wall_clock import written
from airflow_provider_booking.vendors.zoho.wire import OF_A_ROOM, ZohoWire, member, shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime, time

    from airflow_provider_booking.vendors.reading import AnswerModel

_BOOKINGS, _ROOMS = "/api/v1/bookings", "/api/v1/resources"
GET = Operation("get_booking_info", "GET", f"{_BOOKINGS}/{{booking_id}}", "read")
UPDATE = Operation("update_booking_data", "POST", f"{_BOOKINGS}/{{booking_id}}", "write")
BOOK = Operation("book_resource", "POST", _BOOKINGS, "write")
DELETE = Operation("delete_booking", "DELETE", f"{_BOOKINGS}/{{booking_id}}", "write")
MINE = Operation("my_bookings", "GET", f"{_BOOKINGS}/mybookings", "read")
OF_ROOM = Operation("room_bookings", "GET", _BOOKINGS, "read")
ACCESS = Operation("has_resource_booking", "GET", "/api/v1/rbaccess", "read")
ROOMS = Operation("get_rooms", "GET", _ROOMS, "read")
ROOM = Operation("get_room", "GET", f"{_ROOMS}/{{resource_id}}", "read")
ROOM_BUSY = Operation("room_free_busy", "GET", f"{_ROOMS}/{{auto_gen_name}}/freebusy", "read")
FREE_ROOMS = Operation("free_rooms", "GET", f"{_ROOMS}/freebusy", "read")
USER_BUSY = Operation("user_free_busy", "GET", "/api/v1/calendars/freebusy", "read")


class ZohoCalls(ZohoWire):
    """The vendor's calls. Parameters have other names in each, and each writes its own (pitfall 14)."""

    async def get_booking_info(self, booking_id: str, *, recurrence_id: str | None = None) -> ZohoBooking:
        """Read a booking, or one occurrence of it.

        Args:
            booking_id: The booking's id.
            recurrence_id: The occurrence's id, in milliseconds.

        Raises:
            BookingNotFound: There is no such booking.
        """
        answer = await self._get(booking_id, recurrence_id)
        return shown(ZohoBooking, answer.body, answer)

    async def update_booking_data(
        self, booking_id: str, data: BookingData | Mapping[str, Any]
    ) -> dict[str, ZohoBooking]:
        """Send an update as it is, without reading before or after; ``notify_attendee`` is 0 unless given.

        Args:
            booking_id: The booking's id.
            data: The whole of ``bookingData``: title, times with zone, and rooms are mandatory.

        Returns:
            The bookings of the answer, by their dates ``yyyyMMdd``.

        Raises:
            InvalidInput: Something is missing or wrong; nothing was sent.
            NotApplied: It is certain that nothing changed.
            OutcomeUnknown: No answer tells whether it was applied.
        """
        return _bookings_of(
            await self._send(UPDATE, data, booking_id=parameters.digits(booking_id, self.id_field))
        )

    async def book_resource(self, data: BookingData | Mapping[str, Any]) -> dict[str, ZohoBooking]:
        """Book rooms. There is no idempotency key: a lost answer is never sent again.

        Returns:
            The bookings of the answer, by their dates ``yyyyMMdd``.

        Raises:
            SlotTaken: A room is not free.
            OutcomeUnknown: No answer tells whether the booking was made.
        """
        return _bookings_of(await self._send(BOOK, data))

    async def delete_booking(
        self,
        booking_id: str,
        *,
        ntfy: Literal[0, 1, 2] = 0,
        recurrence_deletetype: EditType | None = None,
        recurrenceid_in_millis: str | None = None,
    ) -> None:
        """Delete a booking or some of its occurrences.

        Args:
            booking_id: The booking's id.
            ntfy: Who is told: 0 nobody, 1 all but the caller, 2 all.
            recurrence_deletetype: Which occurrences; ``following`` leaves the named one. What the vendor does
                without it is not documented: it deletes all, most likely.
            recurrenceid_in_millis: The occurrence that is meant.

        Raises:
            InvalidInput: An argument is wrong; nothing was sent.
            BookingNotFound: There is no such booking (any more).
            OutcomeUnknown: No answer tells whether it was deleted.
        """
        asked = {
            "ntfy": ntfy,
            "recurrence_deletetype": recurrence_deletetype,
            "recurrenceid_in_millis": recurrenceid_in_millis,
        }
        query = Deletion.parse(asked).model_dump()
        answer = await self._call(
            DELETE, query, path={"booking_id": parameters.digits(booking_id, self.id_field)}
        )
        if member(answer, "status") is not True:
            raise unreadable(self.vendor, "the word that the booking is deleted", answer)

    async def my_bookings(
        self, start_date: date, end_date: date, *, timezone: str | None = None
    ) -> MyBookings:
        """Read what the caller has booked from one day to another, with the rooms of it."""
        answer = await self._call(MINE, parameters.days_query(start_date, end_date, _zone(timezone)))
        bookings = list(parameters.found_in(member(answer, "bookings"), "booking_id"))
        return shown(MyBookings, {"bookings": bookings, "resources": member(answer, "resources")}, answer)

    async def room_bookings(
        self, resource_id: str, branch_id: str, start_date: date, end_date: date | None = None
    ) -> list[ZohoBooking]:
        """Read what a room is booked for, each occurrence of a recurring booking by itself."""
        query = parameters.room_query(resource_id, branch_id, start_date, end_date)
        return _all_shown(ZohoBooking, "booking_id", await self._call(OF_ROOM, query))

    async def has_resource_booking(self) -> bool:
        """Whether Resource Booking is open to the caller."""
        answer = await self._call(ACCESS)
        enabled = member(answer, "enabled")
        if not isinstance(enabled, bool):
            raise unreadable(self.vendor, "enabled", answer)
        return enabled

    async def get_rooms(
        self,
        *,
        branch_id: str | None = None,
        building_id: str | None = None,
        floor_id: str | None = None,
        show_hidden: bool = False,
    ) -> list[Room]:
        """Read all rooms, or those of a branch, building or floor."""
        query = {
            "branchId": branch_id,
            "buildingId": building_id,
            "floorId": floor_id,
            "showHidden": "true" if show_hidden else None,
        }
        return _all_shown(Room, "resource_id", await self._call(ROOMS, query))

    async def get_room(self, resource_id: str) -> Room:
        """Read one room."""
        answer = await self._call(
            ROOM,
            {"isCurTime": "false"},
            path={"resource_id": parameters.digits(resource_id, "resource_id")},
            dialect=OF_A_ROOM,
        )
        return shown(Room, answer.body, answer)

    async def room_free_busy(
        self, auto_gen_name: str, start_date: date, end_date: date, *, timezone: str | None = None
    ) -> list[Busy]:
        """Read when a room is taken.

        Args:
            auto_gen_name: The room's name for this call, as :meth:`get_room` shows it; not its id.
            start_date: The first day.
            end_date: The last day.
            timezone: IANA name of the zone of the answer; None leaves it to the vendor.
        """
        query = parameters.days_query(start_date, end_date, _zone(timezone))
        path = {"auto_gen_name": checked_id(auto_gen_name, field="auto_gen_name")}
        answer = await self._call(ROOM_BUSY, query, path=path, dialect=OF_A_ROOM)
        return _all_shown(Busy, "start_time", answer)

    async def free_rooms(
        self,
        branch_id: str,
        start_date: date,
        end_date: date,
        *,
        start_time: time | None = None,
        end_time: time | None = None,
        building_id: str | None = None,
        floor_id: str | None = None,
        timezone: str | None = None,
    ) -> list[Room]:
        """Read the rooms of a branch; ``is_available`` says which are free in a time."""
        query = {
            "branch_id": branch_id,
            "building_id": building_id,
            "floor_id": floor_id,
            "start_date": parameters.slashed("start_date", start_date),
            "end_date": parameters.slashed("end_date", end_date),
            "start_time": None if start_time is None else f"{start_time:%I:%M %p}",
            "end_time": None if end_time is None else f"{end_time:%I:%M %p}",
            "timezone": _zone(timezone),
        }
        return _all_shown(Room, "resource_id", await self._call(FREE_ROOMS, query))

    async def user_free_busy(self, uemail: str, start: datetime | str, end: datetime | str) -> list[Period]:
        """Read when a person, or a room by its ``res_email_id``, is taken.

        Args:
            uemail: The address.
            start: From when on, aware or ISO 8601 with an offset.
            end: Until when.
        """
        query = {
            "uemail": uemail,
            "sdate": _utc("start", start),
            "edate": _utc("end", end),
            "ftype": "timebased",
        }
        return _all_shown(Period, "startTime", await self._call(USER_BUSY, query))

    async def _get(self, booking_id: str, recurrence_id: str | None) -> Answer:
        booking_id = parameters.digits(booking_id, self.id_field)
        answer = await self._call(GET, {"recurrence_id": recurrence_id}, path={"booking_id": booking_id})
        if shown(ZohoBooking, answer.body, answer).booking_id != booking_id:
            raise unreadable(self.vendor, "the booking that was asked for", answer)
        return answer

    async def _send(self, operation: Operation, data: BookingData | Mapping[str, Any], **path: str) -> Answer:
        data = data if isinstance(data, BookingData) else BookingData.parse(data)
        return await self._post(operation, parameters.whole_booking_data(data), path)


def _bookings_of(answer: Answer) -> dict[str, ZohoBooking]:
    found = parameters.answered_bookings(answer.body)
    if not found:
        raise unreadable("zoho", "a booking", answer)
    return {day: shown(ZohoBooking, record, answer) for day, record in found.items()}


def _all_shown(model: type[AnswerModel], member: str, answer: Answer) -> list[AnswerModel]:
    return [shown(model, each, answer) for each in parameters.found_in(answer.body, member)]


def _zone(name: str | None) -> str | None:
    try:
        return None if name is None else zone_name(name)
    except ValueError as error:
        raise InvalidInput(f"timezone {error}") from None


def _utc(name: str, value: datetime | str) -> str:
    try:
        return written(moment(value))
    except ValueError as error:
        raise InvalidInput(f"{name} {error}") from None
