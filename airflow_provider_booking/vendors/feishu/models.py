"""Feishu reserves in the vendor's own names: what may be asked for, and what is answered.

Field rules: docs/vendors/feishu.md, "Update" and "Calls". The tree of ``meeting_settings`` is written once.
What a user asks for is held to the rules; what the vendor answers is taken as it comes (context
:data:`ANSWERED`), because an answer that breaks a rule is still the truth about the reserve.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from airflow_provider_booking.bookings import Change
from airflow_provider_booking.bookings.change import ReplacedList
from airflow_provider_booking.bookings.time import moment
from airflow_provider_booking.vendors.reading import VendorAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

UserIdType = Literal["open_id", "union_id", "user_id"]

ANSWERED = "answered by the vendor"
MOST_HOSTS = 10
_SECONDS = re.compile(r"[0-9]{1,11}")
_MILLISECONDS = re.compile(r"[0-9]{12,}")
_PASSWORD = re.compile(r"[0-9]{4,9}")


def _asked(rule: Callable[[Any], Any]) -> AfterValidator:
    """Hold a value to a rule where a user asked for it, not where the vendor answered it."""

    def check(value: Any, info: ValidationInfo) -> Any:
        return value if info.context == ANSWERED or value is None else rule(value)

    return AfterValidator(check)


def _one_of(*allowed: int | str) -> AfterValidator:
    def rule(value: Any) -> Any:
        if value not in allowed:
            raise ValueError(f"must be {', '.join(map(str, allowed))}; use one of these")
        return value

    return _asked(rule)


def _epoch_seconds(value: Any, info: ValidationInfo) -> Any:
    """The vendor's form of a moment: unix seconds as a decimal string (pitfall 12)."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if value is None or (value == "" and info.context == ANSWERED):
        return value
    if info.context == ANSWERED and not _SECONDS.fullmatch(text):
        raise ValueError("is no time in unix seconds")
    if _MILLISECONDS.fullmatch(text):
        raise ValueError("looks like milliseconds; give unix seconds, or ISO 8601 with an offset")
    if _SECONDS.fullmatch(text):
        return text
    return str(int(moment(value).timestamp()))


def _password(value: str) -> str:
    if value and not _PASSWORD.fullmatch(value):
        raise ValueError("is not 4 to 9 digits; give digits only, or None for no password")
    return value


def _host_list(value: list[AssignHost]) -> list[AssignHost]:
    if len(value) > MOST_HOSTS:
        raise ValueError(f"names {len(value)} hosts; Feishu takes at most {MOST_HOSTS}")
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; give the user's id")
    return value


class PermissionChecker(Change):
    """Whom a permission is for: ``check_list`` of user ids (1), user types (2) or tenant keys (3)."""

    check_field: Annotated[int, _one_of(1, 2, 3)]
    check_mode: Annotated[int, _one_of(1, 2)]
    check_list: ReplacedList[str]


class ActionPermission(Change):
    """Who may host (1), invite (2) or join (3)."""

    permission: Annotated[int, _one_of(1, 2, 3)]
    permission_checkers: ReplacedList[PermissionChecker]


class PstnSipInfo(Change):
    """A telephone: ``main_address`` is ``+CC-area+number``."""

    nickname: str | None = None
    main_address: str


class Callee(Change):
    """Whom a one-to-one call rings."""

    id: str | None = None
    user_type: Annotated[int, _one_of(1, 2, 3, 4, 5, 6, 7)]
    pstn_sip_info: PstnSipInfo | None = None


class CallSetting(Change):
    """The one-to-one call of a reserve of ``meeting_initial_type`` 2."""

    callee: Callee


class AssignHost(Change):
    """A host; only Feishu users (1) of the reserve's own tenant."""

    user_type: Annotated[int, _one_of(1)]
    id: Annotated[str, _asked(_not_blank)]


class MeetingSettings(Change):
    """All settings of a reserve's meeting."""

    topic: str | None = None
    action_permissions: ReplacedList[ActionPermission] | None = None
    meeting_initial_type: Annotated[int | None, _one_of(1, 2)] = None
    meeting_connect: bool | None = None
    call_setting: CallSetting | None = None
    auto_record: bool | None = None
    assign_host_list: Annotated[ReplacedList[AssignHost] | None, _asked(_host_list)] = None
    password: Annotated[str | None, _asked(_password)] = Field(default=None, repr=False)


EpochSeconds = Annotated[str, BeforeValidator(_epoch_seconds)]


class ReserveChange(Change):
    """What is wanted of a reserve."""

    end_time: EpochSeconds | None = None
    meeting_settings: MeetingSettings | None = None


class NewReserve(Change):
    """A reserve to apply for; ``owner_id`` is needed with a tenant token."""

    end_time: EpochSeconds | None = None
    owner_id: str | None = None
    meeting_settings: MeetingSettings = MeetingSettings()


class FeishuOptions(BaseModel):
    """How ids of people are written, both ways."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user_id_type: UserIdType | None = None


class _Answer(VendorAnswer):
    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if value is not None}


class Reserve(_Answer):
    """A reserve as the vendor shows it; which members are there depends on the call."""

    id: str
    meeting_no: str | None = None
    password: str | None = Field(default=None, repr=False)
    url: str | None = None
    app_link: str | None = None
    live_link: str | None = None
    end_time: EpochSeconds | None = None
    expire_status: int | None = None
    reserve_user_id: str | None = None
    meeting_settings: MeetingSettings | None = None


class CheckInfo(_Answer):
    """What the vendor corrected by itself: hosts that it left out."""

    invalid_host_id_list: tuple[str, ...] = ()


class WrittenReserve(_Answer):
    """The answer to an apply or an update. An update's shows no settings: read them back."""

    reserve: Reserve
    reserve_correction_check_info: CheckInfo = CheckInfo()
    request_id: str | None = None


class ActiveMeeting(_Answer):
    """The meeting that is running on a reserve; ``id`` is the meeting's, not the reserve's."""

    id: str
    topic: str | None = None
    meeting_no: str | None = None
    password: str | None = Field(default=None, repr=False)
    start_time: str | None = None
    status: int | None = None
    participants: tuple[dict[str, Any], ...] = Field(default=(), repr=False)
