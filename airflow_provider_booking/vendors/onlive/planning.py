"""Appointments in change sets: docs/vendors/onlive.md, "In change sets". All of it speaks v1."""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.bookings.time import moment
from airflow_provider_booking.vendors.listing import PAGE_SIZE, Listing, SearchTerms, listing_of
from airflow_provider_booking.vendors.onlive.client import LIST, OnliveClient
from airflow_provider_booking.vendors.onlive.models import Appointment
from airflow_provider_booking.vendors.onlive.translation import ASSUMPTIONS, checked_uuid
from airflow_provider_booking.vendors.planning import Notify, Slot, Telling, VendorPlanning, refused_policy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from airflow_provider_booking.bookings import Booking
    from airflow_provider_booking.vendors.updating import Fields, Record
    from airflow_provider_booking.vendors.verbs import Asked, Closing, Replacing

CANCELLED = "cancelled"

Text = Annotated[str | None, Field(min_length=1)]


class OnliveTerms(SearchTerms):
    """What a search can be narrowed by."""

    calendar_id: Text = None
    service_id: Text = None
    state: Text = None
    search: Text = None


class OnlivePlanning(VendorPlanning[OnliveClient]):
    """How appointments are planned. Every update tells people, whatever the policy."""

    neutral_fields: ClassVar[Mapping[str, str]] = {
        name: name for name in ("start", "end", "title", "description")
    }
    watched_fields: ClassVar[frozenset[str]] = frozenset(
        {"start", "end", "state", "cancelledAt", "deletedAt", "blocked"}
        | {"guests", "calendarIds", "serviceId", "userGroupId", "event"}
    )
    plain_fields: ClassVar[frozenset[str]] = frozenset(
        {"start", "end", "state", "cancelledAt", "deletedAt", "blocked"}
        | {"calendarIds", "serviceId", "userGroupId"}
    )
    tellings: ClassVar[Mapping[Notify, Telling]] = {Notify.VENDOR_DEFAULT: Telling(), Notify.ONCE: Telling()}
    reads_per_update: ClassVar[float] = 1
    search_terms: ClassVar[frozenset[str]] = frozenset(OnliveTerms.model_fields)

    def __init__(self, client: OnliveClient) -> None:
        super().__init__(client)
        self._zones: dict[str, str] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def canonical_id(self, booking_id: str) -> str:
        """See :meth:`airflow_provider_booking.vendors.planning.VendorPlanning.canonical_id`."""
        return checked_uuid(booking_id, field="booking_id").lower()

    def telling(self, notify: Notify, changes: Mapping[str, Any]) -> Telling:
        """See :meth:`airflow_provider_booking.vendors.planning.VendorPlanning.telling`."""
        if notify not in self.tellings:
            raise refused_policy(
                "ONLIVE tells guests and providers of every update, and nothing can silence it",
                f"plan with notify {Notify.VENDOR_DEFAULT} or {Notify.ONCE}",
            )
        return super().telling(notify, changes)

    def not_shown(self, record: Record) -> frozenset[str]:
        """The fields that no page shows in an answer, where the record lacks them."""
        return ASSUMPTIONS.may_be_hidden - record.keys()

    def closing(self, closing: Closing, record: Record) -> Asked:
        """Refused: rooms and people are calendars, and an appointment stays on its own."""
        del closing, record
        raise _no_move()

    def replacing(self, replacing: Replacing, record: Record) -> Asked:
        """Refused for the same reason as :meth:`closing`."""
        del replacing, record
        raise _no_move()

    @classmethod
    def told(cls, changes: Mapping[str, Any], options: Mapping[str, Any]) -> str:
        """See :meth:`airflow_provider_booking.vendors.planning.VendorPlanning.told`."""
        del changes, options
        return "its guests and its provider: nothing can silence ONLIVE"

    def slots(self, fields: Fields) -> tuple[Slot, ...]:
        """The calendars that an appointment is on; one that is cancelled is on none."""
        calendars = fields.get("calendarIds")
        if not isinstance(calendars, list) or fields.get("cancelledAt") or fields.get("state") == CANCELLED:
            return ()
        start, end = (moment(fields[name]).timestamp() for name in ("start", "end"))
        return tuple(
            Slot(f"calendar {str(each).lower()}", math.floor(start), math.ceil(end)) for each in calendars
        )

    def starts_at(self, fields: Fields) -> float | None:
        """When an appointment begins: unix seconds."""
        return moment(fields["start"]).timestamp()

    def ends_at(self, fields: Fields) -> float | None:
        """When an appointment ends: unix seconds."""
        return moment(fields["end"]).timestamp()

    async def zone(self, booking: Booking) -> str | None:
        """The zone of the appointment's calendar, the first of several; each calendar is read once.

        Raises:
            InvalidInput: The appointment shows no calendar, or its calendar no zone.
            NotApplied: The calendar could not be read.
        """
        calendars = booking.raw.get("calendarIds")
        if not isinstance(calendars, list) or not calendars:
            raise _no_zone("the appointment shows no calendar")
        calendar_id = str(calendars[0]).lower()
        async with self._turns[calendar_id]:
            if calendar_id not in self._zones:
                calendar = await self.client.get_calendar(calendar_id)
                if calendar.timezone is None:
                    raise _no_zone("the appointment's calendar shows no time zone")
                self._zones[calendar_id] = calendar.timezone
        return self._zones[calendar_id]

    async def listing(self) -> Listing:
        """All appointments of the organisation; the list is assumed to show one as a read does."""
        pages = self.client.list_pages(LIST, "v1", {}, page_size=PAGE_SIZE)
        return await listing_of(
            pages, Appointment, lambda record: str(record["id"]).lower(), vendor=self.client.vendor
        )

    def search(self, terms: Mapping[str, Any]) -> AsyncIterator[str]:
        """The ids of the appointments that match; cancelled ones only where ``state`` asks for them.

        Args:
            terms: Any of ``starts_after``, ``starts_before``, ``calendar_id``, ``service_id``, ``state`` and
                ``search``, a text.

        Raises:
            InvalidInput: A term is unknown or wrong.
        """
        return self._found(OnliveTerms.parse(terms))

    async def _found(self, terms: OnliveTerms) -> AsyncIterator[str]:
        appointments = self.client.list_appointments(
            search=terms.search,
            calendar_id=terms.calendar_id,
            service_id=terms.service_id,
            state=terms.state,
            starts_after=terms.starts_after,
            page_size=PAGE_SIZE,
        )
        async for each in appointments:
            is_cancelled = each.cancelled_at is not None or each.state == CANCELLED
            if terms.early_enough(each.start) and (terms.state is not None or not is_cancelled):
                yield each.id.lower()


def _no_move() -> InvalidInput:
    # docs/vendors/onlive.md, pitfall 12.
    return InvalidInput(
        "an update cannot put an ONLIVE appointment on another calendar",
        hint="cancel the appointment and create another one",
    )


def _no_zone(problem: str) -> InvalidInput:
    return InvalidInput(
        f"{problem}, so that its wall clock is not known", hint="give start and end with an offset"
    )
