"""The Jicoo client: the vendor's booking calls, and bookings in the common vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import httpx

from airflow_provider_booking.bookings import BookingError, InvalidInput, OutcomeUnknown
from airflow_provider_booking.bookings.booking import checked_id
from airflow_provider_booking.bookings.time import zone_name
from airflow_provider_booking.vendors import waiting
from airflow_provider_booking.vendors.client import VendorClient
from airflow_provider_booking.vendors.jicoo import translation
from airflow_provider_booking.vendors.jicoo.errors import JicooDialect
from airflow_provider_booking.vendors.jicoo.models import BookingChange, JicooBooking
from airflow_provider_booking.vendors.jicoo.settings import JicooSettings
from airflow_provider_booking.vendors.listing import RecordPage
from airflow_provider_booking.vendors.reading import read_as
from airflow_provider_booking.vendors.transport import Answer, Operation, unreadable
from airflow_provider_booking.vendors.updating import Receipt
from airflow_provider_booking.vendors.utc_times import time_argument

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Mapping
    from datetime import datetime

    from pydantic import SecretStr

    from airflow_provider_booking.bookings import Booking, BookingRef
    from airflow_provider_booking.vendors.updating import Fields, Record

GET = Operation("get_booking", "GET", "/v1/bookings/{uid}", "read")
LIST = Operation("list_bookings", "GET", "/v1/bookings", "read")
UPDATE = Operation("update_booking", "PATCH", "/v1/bookings/{uid}", "write")
RESCHEDULE = Operation("reschedule_booking", "POST", "/v1/bookings/{uid}/reschedule", "write")
CANCEL = Operation("cancel_booking", "POST", "/v1/bookings/{uid}/cancel", "write")
CONTACTS = Operation("get_contacts", "GET", "/v1/bookings/{uid}/contacts", "read")

_DIALECT = JicooDialect()

# What a list can be narrowed to and sorted by (docs/vendors/jicoo.md, "Calls").
Status = Literal["open", "cancel"]
Order = Literal["startedAt", "createdAt"]
Direction = Literal["asc", "desc"]


class ApiKeyAuth(httpx.Auth):
    """The key in the header that the vendor names (docs/vendors/jicoo.md, "Key")."""

    def __init__(self, key: SecretStr) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Show the key."""
        request.headers["X-Jicoo-Api-Key"] = self._key.get_secret_value()
        yield request


class JicooClient(VendorClient[JicooSettings, BookingChange]):
    """Bookings at Jicoo. See docs/vendors/jicoo.md for what the vendor does.

    The methods named after the vendor's calls return the vendor's models; ``get_booking`` and
    ``update_booking`` speak the vocabulary of all vendors. There are no options.
    """

    vendor: ClassVar[str] = "jicoo"
    id_field: ClassVar[str] = "uid"
    settings_model: ClassVar[type[JicooSettings]] = JicooSettings
    volatile_fields: ClassVar[frozenset[str]] = frozenset({"updatedAt"})
    # What a booking is about is nobody's business in a log.
    secret_fields: ClassVar[frozenset[str]] = frozenset({"description"})

    async def list_bookings(
        self,
        *,
        status: Status | None = None,
        starts_after: datetime | str | None = None,
        ends_before: datetime | str | None = None,
        order: Order = "startedAt",
        sort: Direction = "asc",
        page_size: int = 50,
    ) -> AsyncIterator[JicooBooking]:
        """Go through all bookings that match, page by page, as long as the vendor names a next page.

        Args:
            status: Only bookings of this status.
            starts_after: Only bookings that start at or after this moment: aware, or ISO 8601 with an offset.
            ends_before: Only bookings that end at or before this moment.
            order: The field to sort by. (At Jicoo ``order`` is the field and ``sort`` the direction.)
            sort: The direction.
            page_size: How many to ask for at once; the vendor may give fewer.

        Raises:
            InvalidInput: A time is naive or no time, or another argument is none of its values.
            NotApplied: A page could not be read; nothing after it is yielded.
        """
        query: dict[str, Any] = {
            "status": _choice("status", status, Status),
            "startedAt": time_argument("starts_after", starts_after),
            "endedAt": time_argument("ends_before", ends_before),
            "order": _choice("order", order, Order),
            "sort": _choice("sort", sort, Direction),
        }
        async for found in self.list_pages(query, page_size=page_size):
            for record in found.records:
                yield _booking(record, found.answer)

    async def list_pages(self, query: Mapping[str, Any], *, page_size: int) -> AsyncIterator[RecordPage]:
        """Go through the list as it comes, page by page, as long as the vendor names a next page.

        Args:
            query: What to narrow it to and how to sort it, in the vendor's names.
            page_size: How many to ask for at once; the vendor may give fewer.

        Raises:
            NotApplied: A page could not be read.
        """
        page: int | None = 1
        while page is not None:
            answer = await self._call(LIST, query={**query, "perPage": page_size, "page": page})
            records = answer.body.get("data")
            if not isinstance(records, list):
                raise unreadable(self.vendor, "data", answer)
            yield RecordPage(records, answer.body.get("numberOfPages"), answer)
            following = answer.body.get("nextPage")
            # A page that does not come after this one would be read for ever (pitfall 13).
            page = following if isinstance(following, int) and following > page else None

    async def update(self, uid: str, change: BookingChange | Mapping[str, Any]) -> JicooBooking:
        """Send an update as it is, without reading before; ``isSendUpdates`` is false unless given.

        Raises:
            NotApplied: It is certain that nothing changed.
            OutcomeUnknown: No answer tells whether it was applied.
        """
        change = change if isinstance(change, BookingChange) else BookingChange.parse(change)
        translation.check_clearing(change)
        answer = await self._call(UPDATE, uid, body=translation.request_body(change, {}))
        return _booking(_record(answer), answer)

    async def reschedule(self, uid: str, *, started_at: datetime | str, time_zone: str) -> JicooBooking:
        """Move a booking to a free slot, keeping its length. The vendor decides whom it tells.

        A lost answer is settled by reading: the call is not sent a second time (pitfall 12).

        Args:
            uid: The booking's uid.
            started_at: The new start, aware or ISO 8601 with an offset.
            time_zone: IANA name of the guest's zone.

        Raises:
            InvalidInput: A time or zone is wrong; nothing was sent.
            Refused: The slot is not free, or the booking is cancelled.
            OutcomeUnknown: No answer came and the booking does not stand at the new time.
        """
        start = time_argument("started_at", started_at)
        try:
            wanted = {"startedAt": start, "timeZone": zone_name(time_zone)}
        except ValueError as error:
            raise InvalidInput(f"time_zone {error}") from None
        try:
            answer = await self._call(RESCHEDULE, uid, body=wanted)
        except OutcomeUnknown as lost:
            answer = await self._read_back(uid, lost)
            found = translation.fields(_record(answer))
            if any(found.get(name) != value for name, value in wanted.items()):
                raise
        return _booking(_record(answer), answer)

    async def cancel(self, uid: str, *, reason: str | None = None) -> JicooBooking:
        """Cancel a booking.

        Args:
            uid: The booking's uid.
            reason: Why, for the people who held it.

        Raises:
            NotApplied: It is certain that it was not cancelled.
            OutcomeUnknown: No answer tells whether it was.
        """
        # The page of this call is not public; the read side calls the field so.
        answer = await self._call(CANCEL, uid, body={} if reason is None else {"cancelReason": reason})
        return _booking(_record(answer), answer)

    async def get_contacts(self, uid: str) -> list[dict[str, Any]]:
        """Read the guests of a booking. They are personal data and cannot be changed here."""
        answer = await self._call(CONTACTS, uid)
        contacts = answer.body.get("data")
        if not isinstance(contacts, list):
            raise unreadable(self.vendor, "data", answer)
        return contacts

    def parse_changes(self, changes: Mapping[str, Any], options: None) -> BookingChange:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.parse_changes`."""
        del options
        change = BookingChange.parse(changes)
        translation.check_clearing(change)
        return change

    def remarks(self, change: BookingChange) -> tuple[str, ...]:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.remarks`."""
        return translation.remarks(change)

    async def read(self, booking_id: str, options: None) -> Record:
        """The vendor's record of a booking."""
        del options
        answer = await self._call(GET, booking_id)
        record = _record(answer)
        _booking(record, answer)
        return record

    def fields(self, record: Record) -> Fields:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.fields`."""
        return translation.fields(record)

    def wanted(self, record: Record, change: BookingChange, options: None) -> Fields:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.wanted`."""
        del options
        return translation.wanted_fields(change, record)

    async def write(self, booking_id: str, record: Record, change: BookingChange, options: None) -> Receipt:
        """Send an update, once. The answer shows the whole booking, so nothing has to be read back."""
        del options
        answer = await self._call(UPDATE, booking_id, body=translation.request_body(change, record))
        _booking(_record(answer), answer)
        return Receipt(record=_record(answer), left_out={}, warnings=(), request_id=answer.request_id)

    def as_booking(self, ref: BookingRef, record: Record) -> Booking:
        """A booking in neutral fields."""
        return translation.as_booking(ref, record)

    async def check(self) -> str:
        """Show the key, by asking for one booking of the list."""
        await self._call(LIST, query={"perPage": 1})
        return f"Connected to {self.settings.host}"

    async def _read_back(self, uid: str, lost: OutcomeUnknown) -> Answer:
        await waiting.sleep(self.patience.settle_delay)
        try:
            answer = await self._call(GET, uid)
            _booking(_record(answer), answer)
        except BookingError:
            # The read's own error would say that nothing changed.
            raise lost from None
        return answer

    async def _call(
        self,
        operation: Operation,
        uid: str | None = None,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        answer = await self._here.transport.call(
            operation,
            _DIALECT,
            path={} if uid is None else {"uid": checked_id(uid, field=self.id_field)},
            query=query,
            body=body,
            auth=ApiKeyAuth(self.settings.password),
            patience=self.patience,
        )
        if not isinstance(answer.body, dict):
            raise unreadable(self.vendor, "an object", answer)
        return answer


def _choice(name: str, value: str | None, choices: Any) -> str | None:
    allowed = get_args(choices)
    if value is not None and value not in allowed:
        raise InvalidInput(f"{name} must be {' or '.join(allowed)}", hint="use one of these")
    return value


def _record(answer: Answer) -> Record:
    data = answer.body.get("data")
    if not isinstance(data, dict):
        raise unreadable("jicoo", "data", answer)
    return data


def _booking(record: Any, answer: Answer) -> JicooBooking:
    return read_as(JicooBooking, record, answer, vendor="jicoo")
