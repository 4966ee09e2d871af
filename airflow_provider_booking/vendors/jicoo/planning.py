"""Bookings in change sets: docs/vendors/jicoo.md, "In change sets"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_booking.bookings.time import moment
from airflow_provider_booking.vendors.jicoo.client import JicooClient, Status
from airflow_provider_booking.vendors.jicoo.models import BookingChange, JicooBooking
from airflow_provider_booking.vendors.listing import PAGE_SIZE, Listing, SearchTerms, listing_of
from airflow_provider_booking.vendors.people import NO_HOST, handed_over
from airflow_provider_booking.vendors.planning import Notify, Telling, VendorPlanning, refused_policy
from airflow_provider_booking.vendors.verbs import Asked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from airflow_provider_booking.vendors.updating import Fields, Record
    from airflow_provider_booking.vendors.verbs import Replacing

TELL = "isSendUpdates"


class JicooTerms(SearchTerms):
    """What a search can be narrowed by."""

    status: Status = "open"


class JicooPlanning(VendorPlanning[JicooClient]):
    """How bookings are planned. An update does not ask whether the new time is free, so nothing is taken."""

    neutral_fields: ClassVar[Mapping[str, str]] = {
        "start": "startedAt",
        "end": "endedAt",
        "time_zone": "timeZone",
        "title": "name",
        "description": "description",
    }
    watched_fields: ClassVar[frozenset[str]] = frozenset(
        {"status", "startedAt", "endedAt", "timeZone", "hosts"}
        | {"locationId", "url", "phoneNumber", "address", "customLocation", "access"}
    )
    plain_fields: ClassVar[frozenset[str]] = frozenset(
        {"status", "startedAt", "endedAt", "timeZone", "locationId"}
    )
    tellings: ClassVar[Mapping[Notify, Telling]] = {
        Notify.VENDOR_DEFAULT: Telling(),
        Notify.NONE: Telling(changes={TELL: False}),
        Notify.ONCE: Telling(changes={TELL: True}),
    }
    reads_per_update: ClassVar[float] = 1
    search_terms: ClassVar[frozenset[str]] = frozenset(JicooTerms.model_fields)

    def telling(self, notify: Notify, changes: Mapping[str, Any]) -> Telling:
        """See :meth:`airflow_provider_booking.vendors.planning.VendorPlanning.telling`."""
        telling = super().telling(notify, changes)
        if telling.changes and TELL in changes:
            said = BookingChange.parse({TELL: changes[TELL]}).is_send_updates
            if said != telling.changes[TELL]:
                raise refused_policy(
                    f"{TELL} in changes says otherwise than notify {notify}",
                    f"leave {TELL} out of changes, or plan with notify {Notify.VENDOR_DEFAULT}",
                )
        return telling

    def replacing(self, replacing: Replacing, record: Record) -> Asked:
        """Let somebody else be host, in the role of who leaves."""
        hosts = handed_over(record.get("hosts"), replacing, id_member="userId")
        return Asked(remark=NO_HOST) if hosts is None else Asked({"hosts": hosts})

    @classmethod
    def told(cls, changes: Mapping[str, Any], options: Mapping[str, Any]) -> str:
        """See :meth:`airflow_provider_booking.vendors.planning.VendorPlanning.told`."""
        del options
        return "its guests" if changes.get(TELL) else "nobody"

    def starts_at(self, fields: Fields) -> float | None:
        """When a booking begins: unix seconds."""
        return moment(fields["startedAt"]).timestamp()

    def ends_at(self, fields: Fields) -> float | None:
        """When a booking ends: unix seconds."""
        return moment(fields["endedAt"]).timestamp()

    async def listing(self) -> Listing:
        """All bookings, of every status; the list shows a booking as a read does."""
        pages = self.client.list_pages({"order": "createdAt", "sort": "asc"}, page_size=PAGE_SIZE)
        return await listing_of(
            pages, JicooBooking, lambda record: str(record["uid"]), vendor=self.client.vendor
        )

    def search(self, terms: Mapping[str, Any]) -> AsyncIterator[str]:
        """The ids of the bookings that match, the open ones unless ``status`` says otherwise.

        Args:
            terms: Any of ``starts_after``, ``starts_before`` and ``status`` (``open`` or ``cancel``).

        Raises:
            InvalidInput: A term is unknown or wrong.
        """
        return self._found(JicooTerms.parse(terms))

    async def _found(self, terms: JicooTerms) -> AsyncIterator[str]:
        bookings = self.client.list_bookings(
            status=terms.status, starts_after=terms.starts_after, page_size=PAGE_SIZE
        )
        async for booking in bookings:
            if not terms.early_enough(booking.started_at):
                return  # sorted by start
            yield booking.uid
