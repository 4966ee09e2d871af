"""The ONLIVE client: the vendor's appointment calls, and appointments as bookings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import BaseModel

from airflow_provider_booking.bookings import CredentialRejected, InvalidInput
from airflow_provider_booking.vendors.client import VendorClient
from airflow_provider_booking.vendors.listing import RecordPage
from airflow_provider_booking.vendors.onlive import translation
from airflow_provider_booking.vendors.onlive.auth import SignatureAuth, signer_named
from airflow_provider_booking.vendors.onlive.errors import OnliveDialect, is_envelope, unauthorized
from airflow_provider_booking.vendors.onlive.models import (
    ApiVersion,
    Appointment,
    AppointmentChange,
    Calendar,
    Cancellation,
    DeletedAppointment,
    GuestMasks,
    NewAppointmentV1,
    NewAppointmentV2,
    OnliveOptions,
    Service,
    Strategy,
)
from airflow_provider_booking.vendors.onlive.settings import OnliveSettings
from airflow_provider_booking.vendors.reading import read_as
from airflow_provider_booking.vendors.transport import Answer, Operation, unreadable
from airflow_provider_booking.vendors.updating import Receipt
from airflow_provider_booking.vendors.utc_times import time_argument

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import datetime

    from airflow_provider_booking.bookings import Booking, BookingRef
    from airflow_provider_booking.vendors.updating import Fields, Record

_APPOINTMENTS = "/api/{version}/appointments"
_APPOINTMENT = f"{_APPOINTMENTS}/{{id}}"
LIST = Operation("list_appointments", "GET", _APPOINTMENTS, "read")
GET = Operation("get_appointment", "GET", _APPOINTMENT, "read")
CREATE = Operation("create_appointment", "POST", _APPOINTMENTS, "write")
UPDATE = Operation("update_appointment", "PUT", _APPOINTMENT, "write")
DELETE = Operation("delete_appointment", "DELETE", _APPOINTMENT, "write")
CANCEL = Operation("cancel_appointment", "POST", f"{_APPOINTMENT}/cancel", "write")
MASK_GUESTS = Operation("mask_guests", "PUT", f"{_APPOINTMENT}/mask-guests", "write")
LIST_CALENDARS = Operation("list_calendars", "GET", "/api/{version}/calendars", "read")
GET_CALENDAR = Operation("get_calendar", "GET", "/api/{version}/calendars/{id}", "read")
LIST_SERVICES = Operation("list_services", "GET", "/api/{version}/services", "read")
GET_SERVICE = Operation("get_service", "GET", "/api/{version}/services/{id}", "read")

_DIALECT = OnliveDialect()
_NAMES_OF_V2 = {"state": "status", "start": "startAt", "end": "endAt"}

AnswerModel = TypeVar("AnswerModel", bound=BaseModel)


class OnliveClient(VendorClient[OnliveSettings, AppointmentChange]):
    """Appointments at ONLIVE.SITE. See docs/vendors/onlive.md for what the vendor does.

    The methods named after the vendor's calls return the vendor's models; ``get_booking`` and
    ``update_booking`` speak the vocabulary of all vendors. Option of both: ``api_version``, ``v1`` or ``v2``,
    which also says whose names ``changes`` uses. Every update tells guests and provider; nothing can silence
    it (pitfall 9). A write whose answer is lost is never sent again unread.
    """

    vendor: ClassVar[str] = "onlive"
    id_field: ClassVar[str] = "appointment_id"
    settings_model: ClassVar[type[OnliveSettings]] = OnliveSettings
    options_model: ClassVar[type[BaseModel] | None] = OnliveOptions
    volatile_fields: ClassVar[frozenset[str]] = frozenset({"updatedAt"})
    # Addresses, telephone numbers, answers to forms, notes, and links that let anybody in.
    secret_fields: ClassVar[frozenset[str]] = frozenset(
        {"description", "guests", "extraFields", "agentComment", "comment", "event", "originUrl"}
    )

    async def get_appointment(self, appointment_id: str, *, api_version: ApiVersion = "v1") -> Appointment:
        """Read an appointment.

        Raises:
            BookingNotFound: There is no such appointment.
            AccessDenied: It is another organisation's.
        """
        answer = await self._call(GET, api_version, appointment_id)
        return _read(Appointment, answer.body, answer)

    def list_appointments(
        self,
        *,
        api_version: ApiVersion = "v1",
        search: str | None = None,
        calendar_id: str | None = None,
        service_id: str | None = None,
        state: str | None = None,
        starts_after: datetime | str | None = None,
        ends_before: datetime | str | None = None,
        page_size: int = 50,
    ) -> AsyncIterator[Appointment]:
        """Go through all appointments that match, page by page.

        Args:
            api_version: The version of the API to ask.
            search: Only appointments that hold this text.
            calendar_id: Only those of this calendar.
            service_id: Only those of this service.
            state: Only those of this state.
            starts_after: Only those that start at or after this moment: aware, or ISO 8601 with an offset.
            ends_before: Only those that end at or before this moment.
            page_size: How many to ask for at once; the vendor may give fewer.

        Raises:
            InvalidInput: A time is naive or no time, or ``api_version`` is neither.
            NotApplied: A page could not be read; nothing after it is yielded.
        """
        # All but search are assumed, their names and what they mean (docs/vendors/onlive.md, "Assumed").
        query = {
            "state": state,
            "start": time_argument("starts_after", starts_after),
            "end": time_argument("ends_before", ends_before),
        }
        if api_version == "v2":
            query = {_NAMES_OF_V2[name]: value for name, value in query.items()}
        query |= {"search": search, "calendarId": calendar_id, "serviceId": service_id}
        return self._pages(LIST, Appointment, api_version, query, page_size)

    async def create_appointment(
        self,
        new: NewAppointmentV1 | NewAppointmentV2 | Mapping[str, Any],
        *,
        api_version: ApiVersion = "v1",
    ) -> Appointment:
        """Make an appointment. There is no idempotency key: a lost answer is never sent again.

        Args:
            new: The appointment, as a model or as a mapping, in the names of ``api_version``.
            api_version: The version of the API.

        Raises:
            NotApplied: It is certain that no appointment was made.
            OutcomeUnknown: One may have been made: look for it before making another.
        """
        body = translation.new_appointment(new, self._version(api_version))
        answer = await self._call(CREATE, api_version, body=body)
        return _read(Appointment, answer.body, answer)

    async def update_appointment(
        self,
        appointment_id: str,
        changes: Mapping[str, Any],
        *,
        api_version: ApiVersion = "v1",
    ) -> Appointment:
        """Send an update as it is, without reading before or after; guests and provider are told.

        Raises:
            NotApplied: It is certain that nothing changed.
            OutcomeUnknown: No answer tells whether it was applied.
        """
        change = translation.parsed(changes, self._version(api_version))
        body = translation.request_body(change, {})
        translation.check_order(body, body)
        answer = await self._call(UPDATE, api_version, appointment_id, body=body)
        return _read(Appointment, answer.body, answer)

    async def delete_appointment(
        self, appointment_id: str, *, notify: bool | None = None, api_version: ApiVersion = "v1"
    ) -> DeletedAppointment:
        """Delete an appointment for good.

        Args:
            appointment_id: The appointment's id.
            notify: Whether guests are told; only v1 can be asked. None leaves it to the vendor.
            api_version: The version of the API.

        Raises:
            Refused: It is locked, or going on.
            OutcomeUnknown: No answer tells whether it was deleted.
        """
        if notify is not None and self._version(api_version) != "v1":
            raise InvalidInput("notify is not known to v2", hint='leave it out, or give api_version="v1"')
        query = {} if notify is None else {"notify": "true" if notify else "false"}
        answer = await self._call(DELETE, api_version, appointment_id, query=query)
        return _read(DeletedAppointment, answer.body, answer)

    async def cancel_appointment(
        self,
        appointment_id: str,
        *,
        status: str | None = None,
        sub_status: str | None = None,
        guests: Sequence[str] | None = None,
        strategy: Strategy | None = None,
    ) -> Appointment:
        """Cancel an appointment, or for some guests only; a call of v2.

        Args:
            appointment_id: The appointment's id.
            status: The status that it gets; None leaves it to the vendor.
            sub_status: The same for the sub-status.
            guests: The addresses of those who are cancelled, at least one; None means all.
            strategy: ``guest-only``, or ``guest-appointment``, by which the appointment may be cancelled as
                well. None leaves it to the vendor, who takes the latter.

        Raises:
            InvalidInput: ``guests`` is empty, which could be taken for all, or is no list of addresses.
            NotApplied: It is certain that it was not cancelled.
            OutcomeUnknown: No answer tells whether it was.
        """
        given = {"status": status, "subStatus": sub_status, "guests": guests, "strategy": strategy}
        given = {name: value for name, value in given.items() if value is not None}
        body = Cancellation.parse(given).model_dump(exclude_unset=True, by_alias=True) if given else {}
        answer = await self._call(CANCEL, "v2", appointment_id, body=body)
        return _read(Appointment, answer.body, answer)

    async def mask_guests(self, appointment_id: str, guests: Sequence[Mapping[str, str]]) -> Appointment:
        """Replace addresses and telephone numbers of guests; a call of v1.

        Args:
            appointment_id: The appointment's id.
            guests: For each guest any of ``email``, ``newEmail``, ``phone`` and ``newPhone``.

        Raises:
            NotApplied: It is certain that nothing changed.
            OutcomeUnknown: No answer tells whether it was done.
        """
        body = GuestMasks.parse({"guests": guests}).model_dump(exclude_unset=True, by_alias=True)
        answer = await self._call(MASK_GUESTS, "v1", appointment_id, body=body)
        return _read(Appointment, answer.body, answer)

    def list_calendars(
        self,
        *,
        api_version: ApiVersion = "v1",
        search: str | None = None,
        page_size: int = 50,
    ) -> AsyncIterator[Calendar]:
        """Go through all calendars, page by page; ``search`` narrows them by a text."""
        return self._pages(LIST_CALENDARS, Calendar, api_version, {"search": search}, page_size)

    async def get_calendar(self, calendar_id: str, *, api_version: ApiVersion = "v1") -> Calendar:
        """Read a calendar; its ``timezone`` is the one in which people think of its appointments."""
        answer = await self._call(GET_CALENDAR, api_version, calendar_id, id_field="calendar_id")
        return _read(Calendar, answer.body, answer)

    def list_services(self, *, search: str | None = None, page_size: int = 50) -> AsyncIterator[Service]:
        """Go through all services, page by page; ``search`` narrows them by a text. A call of v1."""
        return self._pages(LIST_SERVICES, Service, "v1", {"search": search}, page_size)

    async def get_service(self, service_id: str) -> Service:
        """Read a service. A call of v1."""
        answer = await self._call(GET_SERVICE, "v1", service_id, id_field="service_id")
        return _read(Service, answer.body, answer)

    def parse_changes(self, changes: Mapping[str, Any], options: OnliveOptions) -> AppointmentChange:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.parse_changes`."""
        return translation.parsed(changes, options.api_version)

    async def read(self, booking_id: str, options: OnliveOptions) -> Record:
        """The vendor's record of an appointment, as the version shows it."""
        answer = await self._call(GET, options.api_version, booking_id)
        _read(Appointment, answer.body, answer)
        return dict(answer.body)

    def fields(self, record: Record) -> Fields:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.fields`."""
        return translation.fields(record)

    def wanted(self, record: Record, change: AppointmentChange, options: OnliveOptions) -> Fields:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.wanted`."""
        del options
        return translation.wanted_fields(change, record)

    def unseen(self, record: Record, change: AppointmentChange) -> frozenset[str]:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.unseen`."""
        return translation.unseen(change, record)

    async def write(
        self, booking_id: str, record: Record, change: AppointmentChange, options: OnliveOptions
    ) -> Receipt:
        """Send an update, once; guests and provider are told."""
        body = translation.request_body(change, record)
        answer = await self._call(UPDATE, options.api_version, booking_id, body=body)
        # The answer may show a part only (pitfall 13): then the appointment is read back. If it is
        # whole, it must be one: nothing else proves that the update was applied.
        whole = record.keys() <= answer.body.keys()
        if whole:
            _read(Appointment, answer.body, answer)
        return Receipt(
            record=answer.body if whole else None, left_out={}, warnings=(), request_id=answer.request_id
        )

    def as_booking(self, ref: BookingRef, record: Record) -> Booking:
        """An appointment in neutral fields."""
        return translation.as_booking(ref, record)

    async def check(self) -> str:
        """Sign a call, by asking for one appointment of the list."""
        await self._call(LIST, "v1", query={"limit": 1})
        return f"Connected to {self.settings.host} with access key {self.settings.login}"

    async def list_pages(
        self,
        operation: Operation,
        api_version: ApiVersion,
        query: Mapping[str, Any],
        *,
        page_size: int,
    ) -> AsyncIterator[RecordPage]:
        """Go through a list as it comes, page by page.

        Args:
            operation: The call.
            api_version: The version of the API to ask.
            query: What to narrow it to, in the names of that version.
            page_size: How many to ask for at once; the vendor may give fewer.

        Raises:
            NotApplied: A page could not be read.
        """
        page, pages = 1, 1
        while page <= pages:
            answer = await self._call(
                operation, api_version, query={**query, "page": page, "limit": page_size}
            )
            items, pages = answer.body.get("items"), answer.body.get("pages")
            if not isinstance(items, list) or not isinstance(pages, int):
                raise unreadable(self.vendor, "items and pages", answer)
            yield RecordPage(items, pages, answer)
            page += 1

    async def _pages(
        self,
        operation: Operation,
        model: type[AnswerModel],
        api_version: ApiVersion,
        query: Mapping[str, Any],
        page_size: int,
    ) -> AsyncIterator[AnswerModel]:
        async for found in self.list_pages(operation, api_version, query, page_size=page_size):
            for item in found.records:
                yield _read(model, item, found.answer)

    async def _call(
        self,
        operation: Operation,
        api_version: ApiVersion,
        object_id: str | None = None,
        *,
        id_field: str = "appointment_id",
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        path: dict[str, str] = {"version": self._version(api_version)}
        if object_id is not None:
            path["id"] = translation.checked_uuid(object_id, field=id_field)
        settings = self.settings
        try:
            answer = await self._here.transport.call(
                operation,
                _DIALECT,
                path=path,
                # As the assumed scheme signs it: sorted by name.
                query=dict(sorted((query or {}).items())),
                body=body,
                auth=SignatureAuth(settings.login, settings.password, signer_named(settings.signer)),
                patience=self.patience,
            )
        except CredentialRejected as error:
            # Also where it came without the vendor's own words: what is wrong is one of the same (pitfall 1).
            rejected = unauthorized(error)
        else:
            return self._checked(answer, object_id)
        raise rejected

    def _checked(self, answer: Answer, object_id: str | None) -> Answer:
        """Give the answer if it is about what was asked for; else it proves nothing (pitfall 13)."""
        if not isinstance(answer.body, dict) or is_envelope(answer.body):
            raise unreadable(self.vendor, "an object that was asked for", answer)
        if object_id is not None and str(answer.body.get("id")).lower() != object_id.lower():
            raise unreadable(self.vendor, "the id that was asked for", answer)
        return answer

    def _version(self, api_version: str) -> ApiVersion:
        options: OnliveOptions = self.parse_options({"api_version": api_version})
        return options.api_version


def _read(model: type[AnswerModel], data: Any, answer: Answer) -> AnswerModel:
    return read_as(model, data, answer, vendor="onlive")
