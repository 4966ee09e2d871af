"""KOS's calls, one method each: docs/vendors/kos.md, "Calls". Every one is a POST, the reading ones too."""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, get_args

from airflow_provider_booking.bookings import BookingError, InvalidInput, OutcomeUnknown
from airflow_provider_booking.bookings.booking import checked_id
from airflow_provider_booking.bookings.time import moment, zone_name
from airflow_provider_booking.vendors import waiting
from airflow_provider_booking.vendors.client import VendorClient
from airflow_provider_booking.vendors.kos import translation
from airflow_provider_booking.vendors.kos.answers import (
    ReservationGroup,
    ResourceSlots,
    ScheduleDetail,
    ScheduleSummary,
    Slot,
    Visitor,
)
from airflow_provider_booking.vendors.kos.auth import token_refused
from airflow_provider_booking.vendors.kos.errors import KosDialect, KosTokenDialect
from airflow_provider_booking.vendors.kos.models import ReservationChange, Version, written_time
from airflow_provider_booking.vendors.kos.settings import KosSettings
from airflow_provider_booking.vendors.reading import AnswerModel, read_as
from airflow_provider_booking.vendors.transport import Answer, Operation, unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from airflow_provider_booking.vendors.tokens import Token

Value = TypeVar("Value")
CancelReason = Literal["CANCELED", "NO_SHOW"]

_V1 = "/schedule/open/v1"
_V2 = "/schedule/open/v2"
EXCHANGE = Operation("exchange_token", "POST", "/open/authorization/commands/exchange-token", "token")
UPDATE: Mapping[Version, Operation] = {
    "v1": Operation("update_reservation_v1", "POST", f"{_V1}/commands/update-reservation", "write"),
    "v2": Operation("update_reservation_v2", "POST", f"{_V2}/commands/update-reservation", "write"),
}
CANCEL = Operation("cancel_reservation", "POST", f"{_V1}/commands/cancel-reservation", "write")


def _query(path: str, *, version: str = "") -> Operation:
    name = path.rpartition("/")[2].replace("-", "_")
    return Operation(f"{name}{version}", "POST", path, "read")


DETAIL = _query(f"{_V1}/queries/get-schedule-detail")
GROUPS = _query(f"{_V1}/queries/get-reservation-groups")
SLOTS_V1 = _query(f"{_V1}/queries/get-reservation-slots-by-schedule-id", version="_v1")
SLOTS_V2 = _query(f"{_V2}/queries/get-reservation-slots-by-schedule-id", version="_v2")
SLOTS_OF_GROUP = _query(f"{_V1}/queries/get-reservation-slots-by-group")
SLOTS_OF_GROUPS = _query(f"{_V2}/queries/get-reservation-slots-by-groups")
SLOTS_OF_PRODUCT = _query(f"{_V1}/queries/get-reservation-slots-by-product")
SUMMARIES = _query(f"{_V1}/queries/get-schedules-summarized-by-tasks")
VISITORS = _query("/visitor/open/v1/queries/search-visitors")

_DIALECT = KosDialect()
_TOKEN_DIALECT = KosTokenDialect()


class KosCalls(VendorClient[KosSettings, ReservationChange], ABC):
    """The calls that have to do with reservations. Moments are aware, or ISO 8601 with an offset.

    All of them raise ``InvalidInput`` for an argument that cannot be sent and ``NotApplied`` where the vendor
    says no or gives no answer; what else they raise stands with them.
    """

    vendor: ClassVar[str] = "kos"
    id_field: ClassVar[str] = "schedule_id"
    settings_model: ClassVar[type[KosSettings]] = KosSettings

    async def get_schedule_detail(self, schedule_id: str) -> ScheduleDetail:
        """Read a schedule with its reservation and its visitor.

        Raises:
            BookingNotFound: There is no such schedule.
        """
        answer = await self._detail(schedule_id)
        return read_as(ScheduleDetail, answer.body["data"], answer, vendor=self.vendor)

    async def update_reservation_v1(self, schedule_id: str, command: Mapping[str, Any]) -> None:
        """Send a v1 update as it is. It overwrites: an optional field that is left out is deleted.

        Args:
            schedule_id: The schedule's id; it must have one resource only.
            command: The other eleven fields of the command, in the vendor's names; the optional ones may be
                left out.

        Raises:
            OutcomeUnknown: No answer tells whether it was applied.
        """
        await self._update(schedule_id, command, "v1")

    async def update_reservation_v2(self, schedule_id: str, command: Mapping[str, Any]) -> None:
        """Send a v2 update as it is. It overwrites: a resource that is left out is dropped.

        Args:
            schedule_id: The schedule's id.
            command: The other fields of the command, in the vendor's names: ``zoneId`` (the reception),
                ``occupiedResources``, and what is optional.

        Raises:
            OutcomeUnknown: No answer tells whether it was applied.
        """
        await self._update(schedule_id, command, "v2")

    async def cancel_reservation(self, schedule_id: str, *, reason: CancelReason = "CANCELED") -> None:
        """Cancel a reservation. A second cancel would be refused, so a lost answer is settled by reading.

        Args:
            schedule_id: The schedule's id.
            reason: Why; the reservation's status reads so afterwards.

        Raises:
            Refused: The reservation is not in the state RESERVED.
            OutcomeUnknown: No answer came, and the status does not read as wanted.
        """
        if reason not in get_args(CancelReason):
            raise InvalidInput(
                f"reason must be {' or '.join(get_args(CancelReason))}", hint="use one of these"
            )
        schedule_id = checked_id(schedule_id, field=self.id_field)
        try:
            await self._call(CANCEL, {"scheduleId": schedule_id, "reason": reason})
        except OutcomeUnknown as lost:
            await waiting.sleep(self.patience.settle_delay)
            try:
                status = (await self.get_schedule_detail(schedule_id)).reservation.status
            except BookingError:
                # The read's own error would say that nothing changed.
                raise lost from None
            if status != reason:
                raise

    async def get_reservation_slots_by_schedule_id_v1(
        self, schedule_id: str, start: datetime | str, end: datetime | str
    ) -> list[Slot]:
        """Read the slots to which a schedule with one resource could move; KOS has deprecated this call.

        Args:
            schedule_id: The schedule's id.
            start: From when.
            end: Until when.
        """
        return await self._listed(Slot, SLOTS_V1, self._range_of(schedule_id, start, end))

    async def get_reservation_slots_by_schedule_id_v2(
        self, schedule_id: str, start: datetime | str, end: datetime | str
    ) -> list[ResourceSlots]:
        """Read, for each resource of a schedule, the slots to which it could move.

        Args:
            schedule_id: The schedule's id.
            start: From when.
            end: Until when.
        """
        return await self._listed(ResourceSlots, SLOTS_V2, self._range_of(schedule_id, start, end))

    async def get_reservation_slots_by_group(
        self,
        reservation_group_id: str,
        start: datetime | str,
        end: datetime | str,
        *,
        time_zone: str | None = None,
    ) -> list[Slot]:
        """Read the slots of a reservation group.

        Args:
            reservation_group_id: The group's id.
            start: From when; the vendor's ``startDate``.
            end: Until when; the vendor's ``endDate``.
            time_zone: IANA name of the zone in which these are dates; None for the connection's.
        """
        body = {
            "reservationGroupId": checked_id(reservation_group_id, field="reservation_group_id"),
            "startDate": _time("start", start),
            "endDate": _time("end", end),
            "timezone": _argument("time_zone", zone_name, time_zone or self.settings.time_zone),
        }
        return await self._listed(Slot, SLOTS_OF_GROUP, body)

    async def get_reservation_slots_by_groups(
        self, reservation_group_ids: Sequence[str], start: datetime | str, end: datetime | str
    ) -> list[Slot]:
        """Read the slots of several reservation groups; that the answer is one list is assumed.

        Args:
            reservation_group_ids: The groups' ids.
            start: From when.
            end: Until when.
        """
        body = {
            "reservationGroupIds": _ids("reservation_group_ids", reservation_group_ids),
            "startDateTimeUtc": _time("start", start),
            "endDateTimeUtc": _time("end", end),
        }
        return await self._listed(Slot, SLOTS_OF_GROUPS, body)

    async def get_reservation_slots_by_product(
        self, product_option_ids: Sequence[str], start: datetime | str, end: datetime | str
    ) -> list[Slot]:
        """Read the slots in which products can be carried out; that the answer is one list is assumed.

        Args:
            product_option_ids: The ids of the products' options.
            start: From when; the vendor's ``startDateUtc``.
            end: Until when; the vendor's ``endDateUtc``.
        """
        body = {
            "requestedProductOptionIds": _ids("product_option_ids", product_option_ids),
            "requestedProductOptionIdsOfPromotion": [],  # deprecated, and required all the same
            "startDateUtc": _time("start", start),
            "endDateUtc": _time("end", end),
        }
        return await self._listed(Slot, SLOTS_OF_PRODUCT, body)

    async def get_reservation_groups(self) -> list[ReservationGroup]:
        """Read the reservation groups of the clinic that the API key is for."""
        return await self._listed(ReservationGroup, GROUPS, {})

    async def get_schedules_summarized_by_tasks(
        self, visitor_id: str, *, payment_required: bool | None = None, deleted: bool | None = None
    ) -> list[ScheduleSummary]:
        """Read the schedules of a visitor: the nearest that KOS has to a list of reservations (pitfall 10).

        Args:
            visitor_id: The visitor's id.
            payment_required: Only those that wait for a payment, or do not.
            deleted: Only those that were deleted; the vendor's default is false.
        """
        body = {
            "visitorId": checked_id(visitor_id, field="visitor_id"),
            "paymentRequired": payment_required,
            "deleted": deleted,
        }
        return await self._listed(ScheduleSummary, SUMMARIES, body)

    async def search_visitors(
        self,
        *,
        part_of_visitor_name: str | None = None,
        date_of_birth: str | None = None,
        chart_number: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> list[Visitor]:
        """Search the clinic's visitors; all that is given must fit.

        Args:
            part_of_visitor_name: A part of the name.
            date_of_birth: In the vendor's form, ``yyyy-MM-dd 00:00:00.000Z``.
            chart_number: The number of the visitor's chart.
            email: The whole address.
            phone: The whole number.
            offset: How many to leave out.
            limit: How many to ask for; the vendor's default is not known.
        """
        body = {
            "partOfVisitorName": part_of_visitor_name,
            "dateOfBirth": date_of_birth,
            "chartNumber": chart_number,
            "email": email,
            "phone": phone,
            "offset": offset,
            "limit": limit,
        }
        return await self._listed(Visitor, VISITORS, body)

    async def _detail(self, schedule_id: str) -> Answer:
        body = {"scheduleId": checked_id(schedule_id, field=self.id_field)}
        answer = await self._call(DETAIL, body)
        if not isinstance(answer.body.get("data"), dict):
            raise unreadable(self.vendor, "data", answer)
        return answer

    async def _update(self, schedule_id: str, command: Mapping[str, Any], version: Version) -> None:
        schedule_id = checked_id(schedule_id, field=self.id_field)
        body = translation.whole_command(command, version, self.settings.time_zone)
        await self._call(UPDATE[version], {"scheduleId": schedule_id, **body})

    def _range_of(self, schedule_id: str, start: datetime | str, end: datetime | str) -> dict[str, Any]:
        return {
            "scheduleId": checked_id(schedule_id, field=self.id_field),
            "startDateTimeUtc": _time("start", start),
            "endDateTimeUtc": _time("end", end),
        }

    async def _listed(
        self, model: type[AnswerModel], operation: Operation, body: Mapping[str, Any]
    ) -> list[AnswerModel]:
        given = {name: value for name, value in body.items() if value is not None}
        answer = await self._call(operation, given)
        if not isinstance(answer.body.get("data"), list):
            raise unreadable(self.vendor, "data", answer)
        return [read_as(model, each, answer, vendor=self.vendor) for each in answer.body["data"]]

    async def _call(self, operation: Operation, body: Mapping[str, Any]) -> Answer:
        answer = await self._here.transport.call(
            operation,
            _DIALECT,
            body=body,
            auth=self._token_auth(
                self._exchange_token,
                operation,
                is_stale=token_refused,
                header=self.settings.auth_header,
                prefix=self.settings.auth_prefix,
            ),
            patience=self.patience,
        )
        if not isinstance(answer.body, dict):
            raise unreadable(self.vendor, "an object", answer)
        return answer

    async def _exchange_token(self) -> Token:
        return await self._new_token(
            EXCHANGE,
            _TOKEN_DIALECT,
            token="token",  # noqa: S106  (a member's name)
            life=lambda _: translation.ASSUMPTIONS.token_seconds,
            body={"key": self.settings.password.get_secret_value()},
        )


def _time(name: str, value: datetime | str) -> str:
    return written_time(_argument(name, moment, value))


def _ids(name: str, values: Sequence[str]) -> list[str]:
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise InvalidInput(f"{name} is a {type(values).__name__}", hint="give a list of ids")
    return [checked_id(each, field=f"{name}[{index}]") for index, each in enumerate(values)]


def _argument(name: str, read: Callable[[Any], Value], value: Any) -> Value:
    """Read what a caller gave; the reader writes "what is wrong; what to do"."""
    try:
        return read(value)
    except ValueError as error:
        problem, _, hint = str(error).partition("; ")
    # Out of the except block, so that no chain quotes the value.
    raise InvalidInput(f"{name} {problem}", hint=hint)
