"""The Zoho Calendar client: room bookings in the common vocabulary, over the vendor's calls."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_booking.vendors.transport import unreadable
from airflow_provider_booking.vendors.updating import Receipt
from airflow_provider_booking.vendors.zoho import occurrences, parameters, series, translation
from airflow_provider_booking.vendors.zoho.answers import ZohoBooking
from airflow_provider_booking.vendors.zoho.calls import MINE, UPDATE, ZohoCalls
from airflow_provider_booking.vendors.zoho.models import BookingChange, ZohoOptions
from airflow_provider_booking.vendors.zoho.settings import ZohoSettings
from airflow_provider_booking.vendors.zoho.wire import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_booking.bookings import Booking, BookingRef
    from airflow_provider_booking.vendors.transport import Answer
    from airflow_provider_booking.vendors.updating import Fields, Record


class ZohoClient(ZohoCalls):
    """Room bookings of Zoho Calendar. See docs/vendors/zoho.md for what the vendor does.

    The methods named after the vendor's calls return the vendor's models; ``get_booking`` and
    ``update_booking`` speak the vocabulary of all vendors. Options: ``recurrence_edittype`` and
    ``recurrenceid_in_millis`` say which occurrences of a recurring booking are meant, ``notify_attendee``
    who is told (nobody by default).
    """

    settings_model: ClassVar[type[ZohoSettings]] = ZohoSettings
    options_model: ClassVar[type[ZohoOptions]] = ZohoOptions
    # An approval begins again where time or room changes: docs/vendors/zoho.md, rule 38.
    volatile_fields: ClassVar[frozenset[str]] = frozenset({"booking_approved"})
    # What a booking is about is nobody's business in a log.
    secret_fields: ClassVar[frozenset[str]] = frozenset({"description"})

    def parse_changes(self, changes: Mapping[str, Any], options: ZohoOptions) -> BookingChange:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.parse_changes`."""
        occurrences.check_options(options)
        change = BookingChange.parse(changes)
        translation.check_clearing(change)
        return change

    async def read(self, booking_id: str, options: ZohoOptions) -> Record:
        """The vendor's record of a booking or an occurrence; for ``following``, of the next occurrence.

        For ``all`` and ``following``, what an update would reach is looked up as well.
        """
        record = await self._record(booking_id, options.occurrence)
        if options.recurrence_edittype not in ("all", "following") or not record.get("is_repeat"):
            return record
        return await self._reaching(booking_id, record, options.occurrence)

    def fields(self, record: Record) -> Fields:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.fields`."""
        return translation.fields(record)

    def wanted(self, record: Record, change: BookingChange, options: ZohoOptions) -> Fields:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.wanted`."""
        return translation.wanted_fields(change, record, options)

    async def write(
        self, booking_id: str, record: Record, change: BookingChange, options: ZohoOptions
    ) -> Receipt:
        """Send the whole booking as it should be, once."""
        data = translation.booking_data(change, record, options)
        answer = await self._post(UPDATE, data, {"booking_id": booking_id})
        return Receipt(
            record=_proven(answer, booking_id, options),
            left_out={},
            warnings=(),
            request_id=answer.request_id,
        )

    def remarks_on(self, record: Record) -> tuple[str, ...]:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.remarks_on`."""
        return translation.remarks_on(record)

    def as_booking(self, ref: BookingRef, record: Record) -> Booking:
        """A booking in neutral fields."""
        return translation.as_booking(ref, record)

    async def check(self) -> str:
        """Show the credential, by asking for what its user has booked today.

        The call that says whether Resource Booking is open at all wants a scope that no update needs.
        """
        today = datetime.now(UTC).date()
        # Whatever it holds: a booking that cannot be read is no matter of the connection.
        answer = await self._call(MINE, parameters.days_query(today, today))
        if not isinstance(answer.body, dict | list):
            raise unreadable(self.vendor, "the caller's bookings", answer)
        return f"Connected to {self.settings.host}"

    async def _record(self, booking_id: str, recurrence_id: str | None) -> Record:
        answer = await self._get(booking_id, recurrence_id)
        booking = shown(ZohoBooking, answer.body, answer)
        if booking.recurrence_id not in (None, recurrence_id):
            raise unreadable(self.vendor, "the occurrence that was asked for", answer)
        record: Record = answer.body
        return record

    async def _reaching(self, booking_id: str, record: Record, named: str | None) -> Record:
        """The record to judge, bearing how all the occurrences are that an update would reach.

        Args:
            booking_id: The booking.
            record: The booking, or the occurrence that is named.
            named: The id of the occurrence after which ``following`` begins; None for ``all``.
        """
        # The room of the whole: the named occurrence may have been moved to another.
        whole = record if named is None else await self._record(booking_id, None)
        room = await self.get_room(translation.rooms(whole)[0]["resource_id"])
        found: list[ZohoBooking] = []
        for first, last in parameters.periods_around(series.day_from(record, named)):
            found += await self.room_bookings(room.resource_id, room.branch_id, first, last)
        reached = series.reached(found, booking_id, named)
        judged = record if named is None else await self._record(booking_id, reached[0].recurrence_id)
        span = None if named is None else record["dateandtime"]
        odd = series.odd_one(judged, reached)
        return occurrences.reaching(judged, occurrences.Reach(room.resource_id, odd, span))


def _proven(answer: Answer, booking_id: str, options: ZohoOptions) -> Record | None:
    """The booking in an answer, where there is no doubt that it is the one meant (pitfall 7)."""
    found = parameters.answered_bookings(answer.body)
    if not found:
        raise unreadable("zoho", "a booking", answer)
    if len(found) != 1 or options.recurrence_edittype is not None:
        return None
    record = next(iter(found.values()))
    shown(ZohoBooking, record, answer)
    return record if str(record["booking_id"]) == booking_id else None
