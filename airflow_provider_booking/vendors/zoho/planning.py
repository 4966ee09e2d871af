"""Room bookings in change sets: docs/vendors/zoho.md, "In change sets"."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import AfterValidator

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.listing import Moment, SearchTerms
from airflow_provider_booking.vendors.planning import Notify, Slot, Telling, VendorPlanning
from airflow_provider_booking.vendors.zoho import parameters
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from airflow_provider_booking.vendors.zoho.wall_clock import zone_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from airflow_provider_booking.vendors.updating import Fields
    from airflow_provider_booking.vendors.zoho.answers import ZohoBooking

_DAY = timedelta(days=1)
_YEARS = range(1971, 9998)
"""A day more on either side stays within the calendar of the vendor's clocks."""


def _on_the_calendar(time: datetime) -> datetime:
    if time.year not in _YEARS:
        raise ValueError(f"is outside the calendar; give a year between {_YEARS[0]} and {_YEARS[-1]}")
    return time


Bound = Annotated[Moment, AfterValidator(_on_the_calendar)]


class ZohoTerms(SearchTerms):
    """What a search is narrowed by: both moments are needed, as the vendor's calls are about days."""

    starts_after: Bound
    starts_before: Bound
    resource_id: str | None = None


class ZohoPlanning(VendorPlanning[ZohoClient]):
    """How room bookings are planned."""

    neutral_fields: ClassVar[Mapping[str, str]] = {
        "start": "dateandtime.start",
        "end": "dateandtime.end",
        "time_zone": "dateandtime.timezone",
        "title": "title",
        "description": "description",
    }
    watched_fields: ClassVar[frozenset[str]] = frozenset(
        {"dateandtime", "all_day", "is_repeat", "resources", "booking_approved"}
        | {"attendees", "group_attendees", "booked_by"}
    )
    tellings: ClassVar[Mapping[Notify, Telling]] = {
        Notify.VENDOR_DEFAULT: Telling(),
        Notify.NONE: Telling(options={"notify_attendee": 0}),
        Notify.ONCE: Telling(options={"notify_attendee": 1}),
    }
    reads_per_update: ClassVar[float] = 1
    search_terms: ClassVar[frozenset[str]] = frozenset(ZohoTerms.model_fields)

    def canonical_id(self, booking_id: str) -> str:
        """See :meth:`airflow_provider_booking.vendors.planning.VendorPlanning.canonical_id`."""
        return parameters.digits(booking_id, "booking_id")

    def slots(self, fields: Fields) -> tuple[Slot, ...]:
        """The rooms of a booking."""
        start, end, rooms = _unix(fields, "start"), _unix(fields, "end"), fields["resources"]
        if start is None or end is None or not isinstance(rooms, list):
            return ()
        return tuple(
            Slot(f"room {room['resource_id']}", start, end) for room in rooms if isinstance(room, dict)
        )

    def starts_at(self, fields: Fields) -> float | None:
        """When a booking begins: unix seconds."""
        return _unix(fields, "start")

    def search(self, terms: Mapping[str, Any]) -> AsyncIterator[str]:
        """The ids of the bookings of a room, or of those that the caller made; each one once.

        Args:
            terms: ``starts_after`` and ``starts_before``, both needed; ``resource_id`` names the room.

        Raises:
            InvalidInput: A term is unknown, missing or wrong.
        """
        return self._found(ZohoTerms.parse(terms))

    async def _found(self, terms: ZohoTerms) -> AsyncIterator[str]:
        room = None if terms.resource_id is None else await self.client.get_room(terms.resource_id)
        earliest, latest = (time.timestamp() * 1000 for time in (terms.starts_after, terms.starts_before))
        # In which zone the vendor counts days is not known: one more on either side is enough for any.
        first, last = terms.starts_after.date() - _DAY, terms.starts_before.date() + _DAY
        given: set[str] = set()
        for period in parameters.periods(first, last):
            found: Iterable[ZohoBooking]
            if room is None:
                found = (await self.client.my_bookings(*period)).bookings
            else:
                found = await self.client.room_bookings(room.resource_id, room.branch_id, *period)
            for booking in found:
                fits = booking.start is None or earliest <= booking.start < latest
                if fits and booking.booking_id not in given:
                    given.add(booking.booking_id)
                    yield booking.booking_id


def _unix(fields: Fields, name: str) -> int | None:
    """A time of a booking: unix seconds; None where this machine does not know its zone."""
    wall, zone = (str(fields[f"dateandtime.{each}"]) for each in (name, "timezone"))
    try:
        return int(datetime.fromisoformat(wall).replace(tzinfo=zone_of(zone)).timestamp())
    except InvalidInput:
        return None
