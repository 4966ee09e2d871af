"""The KOS client: reservations in the common vocabulary, over the vendor's calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_booking.bookings.booking import checked_id
from airflow_provider_booking.vendors.kos import translation
from airflow_provider_booking.vendors.kos.answers import ScheduleDetail
from airflow_provider_booking.vendors.kos.calls import UPDATE, KosCalls
from airflow_provider_booking.vendors.kos.models import KosOptions, ReservationChange, parse_change
from airflow_provider_booking.vendors.reading import read_as
from airflow_provider_booking.vendors.updating import Receipt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_booking.bookings import Booking, BookingRef, FieldChange
    from airflow_provider_booking.vendors.updating import Fields, Record


class KosClient(KosCalls):
    """Reservations at KOS. See docs/vendors/kos.md for what the vendor does.

    The methods named after the vendor's calls return the vendor's models; ``get_booking`` and
    ``update_booking`` speak the vocabulary of all vendors. Option of both: ``api_version``, ``v2`` or ``v1``.
    """

    options_model: ClassVar[type[KosOptions]] = KosOptions
    # Of a clinic's patients and staff no word goes into a result.
    secret_fields: ClassVar[frozenset[str]] = frozenset(
        {
            "reservationMemo",
            "counselor.name",
            "doctor.name",
            "reservationAssignee.name",
            "funnel.funnelDetail",
            "requestedProcedures",
        }
    )

    def parse_changes(self, changes: Mapping[str, Any], options: KosOptions) -> ReservationChange:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.parse_changes`."""
        change = parse_change(changes, options.api_version)
        translation.check_change(change)
        return change

    def named_as_asked(
        self, changed: Mapping[str, FieldChange], changes: Mapping[str, Any]
    ) -> dict[str, FieldChange]:
        """Times by the names that ``changes`` uses: ``startDateTime``, or those of a resource."""
        return translation.named_as_asked(changed, changes)

    def remarks_on_sending(self, change: ReservationChange) -> tuple[str, ...]:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.remarks_on_sending`."""
        return translation.remarks_on_sending(change)

    def unseen(self, record: Record, change: ReservationChange) -> frozenset[str]:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.unseen`."""
        del record
        return translation.unseen(change)

    async def read(self, booking_id: str, options: KosOptions) -> Record:
        """The vendor's record of a schedule, and the command whose fields it is seen in."""
        answer = await self._detail(booking_id)
        read_as(ScheduleDetail, answer.body["data"], answer, vendor=self.vendor)
        return translation.record_of(answer.body["data"], options.api_version)

    def seen_with(self, record: Record, options: KosOptions) -> Record:
        """A record in the fields of the command that is sent: those of v1 are others."""
        return translation.record_of(record["data"], options.api_version)

    def fields(self, record: Record) -> Fields:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.fields`."""
        return translation.fields(record)

    def wanted(self, record: Record, change: ReservationChange, options: KosOptions) -> Fields:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.wanted`."""
        del options
        return translation.wanted_fields(change, record, self.settings.time_zone)

    async def write(
        self, booking_id: str, record: Record, change: ReservationChange, options: KosOptions
    ) -> Receipt:
        """Send the whole reservation, once. The answer shows nothing (pitfall 3): it is read back."""
        schedule_id = checked_id(booking_id, field=self.id_field)
        body = translation.request_body(schedule_id, record, change)
        answer = await self._call(UPDATE[options.api_version], body)
        return Receipt(record=None, left_out={}, warnings=(), request_id=answer.request_id)

    def as_booking(self, ref: BookingRef, record: Record) -> Booking:
        """A reservation in neutral fields, in the time zone of the connection."""
        return translation.as_booking(ref, record, self.settings.time_zone)

    async def check(self) -> str:
        """Show the API key, by asking for the clinic's reservation groups."""
        groups = await self.get_reservation_groups()
        return f"Connected to {self.settings.host}: a clinic with {len(groups)} reservation groups"
