"""The Feishu client: the five reserve calls, and reserves as bookings."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import BaseModel, ValidationError

from airflow_provider_booking.bookings import BookingNotFound
from airflow_provider_booking.bookings.booking import checked_id
from airflow_provider_booking.bookings.wording import first_problem
from airflow_provider_booking.vendors.client import VendorClient
from airflow_provider_booking.vendors.feishu import translation
from airflow_provider_booking.vendors.feishu.auth import UserTokenAuth, tenant_token_refused
from airflow_provider_booking.vendors.feishu.errors import FeishuDialect, FeishuTokenDialect
from airflow_provider_booking.vendors.feishu.models import (
    ANSWERED,
    ActiveMeeting,
    FeishuOptions,
    NewReserve,
    Reserve,
    ReserveChange,
    UserIdType,
    WrittenReserve,
)
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings
from airflow_provider_booking.vendors.transport import Answer, Operation, unreadable
from airflow_provider_booking.vendors.updating import Receipt

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from airflow_provider_booking.bookings import Booking, BookingRef
    from airflow_provider_booking.vendors.tokens import Token
    from airflow_provider_booking.vendors.updating import Fields, Record

AnswerModel = TypeVar("AnswerModel", bound=BaseModel)

_RESERVES = "/open-apis/vc/v1/reserves"
FETCH_TOKEN = Operation(
    "fetch_tenant_token", "POST", "/open-apis/auth/v3/tenant_access_token/internal", "token"
)
APPLY = Operation("apply_reserve", "POST", f"{_RESERVES}/apply", "write")
GET = Operation("get_reserve", "GET", f"{_RESERVES}/{{reserve_id}}", "read")
UPDATE = Operation("update_reserve", "PUT", f"{_RESERVES}/{{reserve_id}}", "write")
DELETE = Operation("delete_reserve", "DELETE", f"{_RESERVES}/{{reserve_id}}", "write")
ACTIVE_MEETING = Operation(
    "get_active_meeting", "GET", f"{_RESERVES}/{{reserve_id}}/get_active_meeting", "read"
)

RENEW_TOKEN_EARLY = 300
"""Seconds. Above 1800 the vendor would answer with the same token, and every call would fetch (pitfall 7)."""

_DIALECT = FeishuDialect()
_TOKEN_DIALECT = FeishuTokenDialect()


class FeishuClient(VendorClient[FeishuSettings, ReserveChange]):
    """Reserves at Feishu or Lark. See docs/vendors/feishu.md for what the vendor does.

    The methods named after the vendor's calls return the vendor's models; ``get_booking`` and
    ``update_booking`` speak the vocabulary of all vendors. Option of both: ``user_id_type``.
    """

    vendor: ClassVar[str] = "feishu"
    id_field: ClassVar[str] = "reserve_id"
    settings_model: ClassVar[type[FeishuSettings]] = FeishuSettings
    options_model: ClassVar[type[FeishuOptions]] = FeishuOptions
    password_fields: ClassVar[frozenset[str]] = frozenset({translation.PASSWORD})
    secret_fields: ClassVar[frozenset[str]] = password_fields | frozenset(
        {
            # A telephone number and a name are nobody's business in a log either.
            "meeting_settings.call_setting.callee.pstn_sip_info.main_address",
            "meeting_settings.call_setting.callee.pstn_sip_info.nickname",
        }
    )

    _ahead = timedelta(0)
    """By how much the vendor's clock is ahead of ours, as of the last answer that told."""

    def vendor_now(self) -> datetime:
        """The vendor's own time, aware: ours, where no answer has told it yet."""
        return datetime.now(UTC) + self._ahead

    async def get_reserve(self, reserve_id: str, *, user_id_type: UserIdType | None = None) -> Reserve:
        """Read a reserve, settings included.

        Raises:
            BookingNotFound: There is no such reserve.
            AccessDenied: It is another app's or person's.
        """
        answer = await self._call(GET, reserve_id, user_id_type=user_id_type)
        return _answered(Reserve, _data(answer, "reserve"), answer)

    async def update_reserve(
        self,
        reserve_id: str,
        change: ReserveChange | Mapping[str, Any],
        *,
        user_id_type: UserIdType | None = None,
    ) -> WrittenReserve:
        """Send an update as it is, without reading before or after.

        Args:
            reserve_id: The reserve's id.
            change: What to change, as a ``ReserveChange`` or as a mapping in the vendor's field names.
            user_id_type: The kind of ids of people in the change and in the answer.

        Raises:
            NotApplied: It is certain that nothing changed.
            OutcomeUnknown: No answer tells whether it was applied.
        """
        change = change if isinstance(change, ReserveChange) else ReserveChange.parse(change)
        translation.check_clearing(change)
        body = translation.request_body(change, {})
        answer = await self._call(UPDATE, reserve_id, user_id_type=user_id_type, body=body)
        return _written(answer)

    async def apply_reserve(
        self, new: NewReserve | Mapping[str, Any], *, user_id_type: UserIdType | None = None
    ) -> WrittenReserve:
        """Apply for a reserve. There is no idempotency key: a lost answer is never sent again (pitfall 16).

        Raises:
            NotApplied: It is certain that no reserve was made.
            OutcomeUnknown: A reserve may have been made, and no call can find it.
        """
        new = new if isinstance(new, NewReserve) else NewReserve.parse(new)
        translation.check_clearing(new)
        body = new.model_dump(exclude_unset=True)
        body["meeting_settings"] = translation.written(new.meeting_settings)
        answer = await self._call(APPLY, None, user_id_type=user_id_type, body=body)
        return _written(answer)

    async def delete_reserve(self, reserve_id: str) -> None:
        """Delete a reserve; its meeting number is released.

        Raises:
            BookingNotFound: There is no such reserve (any more).
        """
        await self._call(DELETE, reserve_id)

    async def get_active_meeting(
        self,
        reserve_id: str,
        *,
        with_participants: bool = False,
        user_id_type: UserIdType | None = None,
    ) -> ActiveMeeting:
        """Read the meeting that is running on a reserve.

        Raises:
            BookingNotFound: No meeting is running, or there is no such reserve.
        """
        answer = await self._call(
            ACTIVE_MEETING,
            reserve_id,
            user_id_type=user_id_type,
            query={"with_participants": "true" if with_participants else None},
        )
        return _answered(ActiveMeeting, _data(answer, "meeting"), answer)

    def parse_changes(self, changes: Mapping[str, Any], options: FeishuOptions) -> ReserveChange:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.parse_changes`."""
        del options
        change = ReserveChange.parse(changes)
        translation.check_clearing(change)
        return change

    async def read(self, booking_id: str, options: FeishuOptions) -> Record:
        """The vendor's record of a reserve."""
        answer = await self._call(GET, booking_id, user_id_type=options.user_id_type)
        record = _data(answer, "reserve")
        _answered(Reserve, record, answer)
        return record

    def fields(self, record: Record) -> Fields:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.fields`."""
        return translation.fields(record)

    def wanted(self, record: Record, change: ReserveChange, options: FeishuOptions) -> Fields:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.wanted`."""
        del options
        return translation.wanted_fields(change, record)

    async def write(
        self, booking_id: str, record: Record, change: ReserveChange, options: FeishuOptions
    ) -> Receipt:
        """Send an update, once, and say which hosts the vendor left out."""
        body = translation.request_body(change, record)
        answer = await self._call(UPDATE, booking_id, user_id_type=options.user_id_type, body=body)
        written = _written(answer)
        invalid = written.reserve_correction_check_info.invalid_host_id_list
        # The answer shows no settings (pitfall 14): only a change of end_time alone is proven by it.
        proven = change.meeting_settings is None
        return Receipt(
            record={**record, **_data(answer, "reserve")} if proven else None,
            left_out=self._left_out(body, invalid),
            warnings=(f"Feishu left out hosts that it cannot use: {', '.join(invalid)}",) if invalid else (),
            request_id=answer.request_id,
        )

    def as_booking(self, ref: BookingRef, record: Record) -> Booking:
        """A reserve in neutral fields."""
        return translation.as_booking(ref, record)

    async def check(self) -> str:
        """Show the credential, and that it may read reserves."""
        # No reserve has this id: being told so takes a token and the scope to read.
        with contextlib.suppress(BookingNotFound):
            await self._call(GET, "0")
        who = "a user token" if self.settings.user_access_token else f"app {self.settings.login}"
        return f"Connected to {self.settings.host} as {who}"

    async def _call(
        self,
        operation: Operation,
        reserve_id: str | None,
        *,
        user_id_type: UserIdType | None = None,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        id_type = user_id_type or self.settings.user_id_type
        answer = await self._here.transport.call(
            operation,
            _DIALECT,
            path={} if reserve_id is None else {"reserve_id": checked_id(reserve_id, field=self.id_field)},
            query={**(query or {}), "user_id_type": None if operation is DELETE else id_type},
            body=body,
            auth=self._auth(operation),
            patience=self.patience,
        )
        if answer.vendor_time is not None:
            self._ahead = answer.vendor_time - datetime.now(UTC)
        return answer

    def _auth(self, operation: Operation) -> httpx.Auth:
        if self.settings.user_access_token is not None:
            return UserTokenAuth(self.settings.user_access_token)
        return self._token_auth(self._fetch_token, operation, is_stale=tenant_token_refused)

    async def _fetch_token(self) -> Token:
        secret = self.settings.password.get_secret_value() if self.settings.password else ""
        return await self._new_token(
            FETCH_TOKEN,
            _TOKEN_DIALECT,
            token="tenant_access_token",  # noqa: S106  (a member's name)
            life=lambda answered: answered.get("expire"),
            early=RENEW_TOKEN_EARLY,
            body={"app_id": self.settings.login, "app_secret": secret},
        )

    def _left_out(self, body: Mapping[str, Any], invalid: tuple[str, ...]) -> Fields:
        hosts = body.get("meeting_settings", {}).get("assign_host_list")
        # Feishu may name hosts that it has had for long and that were not part of this update.
        return {translation.HOSTS: translation.without_hosts(hosts, invalid)} if invalid and hosts else {}


def _data(answer: Answer, member: str) -> Record:
    """The object that an answer carries; without it the answer says nothing."""
    data = answer.body.get("data")
    found = data.get(member) if isinstance(data, dict) else None
    if not isinstance(found, dict):
        raise unreadable("feishu", f"data.{member}", answer)
    return found


def _written(answer: Answer) -> WrittenReserve:
    _data(answer, "reserve")
    return _answered(WrittenReserve, {**answer.body["data"], "request_id": answer.request_id}, answer)


def _answered(model: type[AnswerModel], data: Mapping[str, Any], answer: Answer) -> AnswerModel:
    try:
        return model.model_validate(data, context=ANSWERED, extra="allow")
    except ValidationError as error:
        field, _ = first_problem(error, model)
    # Out of the except block, so that no chain holds what the vendor knows about people.
    raise unreadable("feishu", field, answer)
