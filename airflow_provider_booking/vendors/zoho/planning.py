"""Room bookings in change sets: docs/vendors/zoho.md, "In change sets"."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import AfterValidator

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.listing import Moment, SearchTerms
from airflow_provider_booking.vendors.planning import Notify, Slot, Telling, VendorPlanning
from airflow_provider_booking.vendors.updating import differing_fields
from airflow_provider_booking.vendors.zoho import incidents, parameters
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from airflow_provider_booking.vendors.zoho.models import BookingChange
from airflow_provider_booking.vendors.zoho.wall_clock import unix

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from airflow_provider_booking.vendors.updating import Fields, Record
    from airflow_provider_booking.vendors.verbs import Asked, Closing, Replacing
    from airflow_provider_booking.vendors.zoho.answers import ZohoBooking

_DAY = timedelta(days=1)
MERGED = ("attendees", "group_attendees")
"""Lists that say with ``{"set": [...]}`` that nobody else stays."""
SETTABLE = BookingChange.model_fields.keys() - {"repeat"}
"""What a change can say of what a booking shows; the rule of a recurring one is not shown."""
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
    plain_fields: ClassVar[frozenset[str]] = frozenset(
        {"dateandtime", "all_day", "is_repeat", "resources", "booking_approved", "isprivate"}
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

    def asking(self, values: Fields, record: Record, options: Mapping[str, Any]) -> Asked:
        """See :meth:`airflow_provider_booking.vendors.planning.VendorPlanning.asking`.

        Raises:
            InvalidInput: The booking recurs, and the options do not say which of its occurrences are meant.
        """
        # Who was told of the change says nothing of who shall be told now.
        kept = {name: value for name, value in options.items() if name != "notify_attendee"}
        if _needs_edit_type(record, kept) and differing_fields(self.client.fields(record), values):
            raise InvalidInput(
                "it cannot be taken back, or asked for from a report: the booking recurs, and neither says "
                "which of its occurrences are meant",
                hint="use the update operator with recurrence_edittype; end a recurrence in Zoho Calendar",
            )
        return super().asking(values, record, kept)

    def part(self, name: str, values: Fields, record: Record, options: Mapping[str, Any]) -> Fields:
        """See :meth:`airflow_provider_booking.vendors.planning.VendorPlanning.part`."""
        if name.partition(".")[0] not in SETTABLE:
            raise InvalidInput(f"no update of Zoho's sets {name}", hint="leave it out")
        if name in MERGED and values[name] is not None:
            values = {**values, name: {"set": values[name]}}
        return super().part(name, values, record, options)

    def closing(self, closing: Closing, record: Record) -> Asked:
        """Let a booking use another room at the same time, if it is in the one that closes then."""
        return incidents.out_of_the_room(closing, record)

    def replacing(self, replacing: Replacing, record: Record) -> Asked:
        """Let somebody else attend with the same permission; whoever booked stays, which gets a warning."""
        return incidents.handed_over(replacing, record)

    @classmethod
    def told(cls, changes: Mapping[str, Any], options: Mapping[str, Any]) -> str:
        """See :meth:`airflow_provider_booking.vendors.planning.VendorPlanning.told`."""
        del changes
        return "its attendees" if options.get("notify_attendee") else "nobody"

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

    def ends_at(self, fields: Fields) -> float | None:
        """When a booking ends: unix seconds."""
        return _unix(fields, "end")

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


def _needs_edit_type(record: Record, options: Mapping[str, Any]) -> bool:
    return bool(record.get("is_repeat")) and options.get("recurrence_edittype") is None


def _unix(fields: Fields, name: str) -> int | None:
    """A time of a booking: unix seconds; None where this machine does not know its zone."""
    try:
        return unix(str(fields[f"dateandtime.{name}"]), str(fields["dateandtime.timezone"]))
    except InvalidInput:
        return None
