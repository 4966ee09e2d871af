"""ONLIVE appointments in the vendor's own names: what may be asked for, and what is answered.

The API has two versions that show the same appointments under different names. What is asked for is a model a
version, so that a name of the other one is refused and not lost (pitfall 11); what is answered is one model
that reads both. Field rules: docs/vendors/onlive.md, "Update" and "Calls".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic.alias_generators import to_camel

from airflow_provider_booking.bookings import Change
from airflow_provider_booking.bookings.change import ReplacedList
from airflow_provider_booking.bookings.time import moment
from airflow_provider_booking.vendors.reading import VendorAnswer
from airflow_provider_booking.vendors.utc_times import WrittenTime

ApiVersion = Literal["v1", "v2"]
Strategy = Literal["guest-only", "guest-appointment"]
BEFORE = "before"
"""The direction of a reminder that has none."""

_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@[^\s@<>()\[\]\\,;:\".]+(\.[^\s@<>()\[\]\\,;:\".]+)+")


def _address(value: Any) -> Any:
    if not (isinstance(value, str) and _ADDRESS.fullmatch(value)):
        raise ValueError("is not an e-mail address; write it as name@example.com")
    return value


def _addresses(value: Any) -> Any:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("is no list of addresses; give at least one, such as [name@example.com]")
    return value


def _carried(value: Any, as_json: ValidatorFunctionWrapHandler) -> Any:
    try:
        return as_json(value)
    except ValidationError:
        raise ValueError(
            "is nothing that JSON can carry; give text, numbers, true, false, null, lists and dicts"
        ) from None


def _amount(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a number; give a number")  # noqa: TRY004  (as pydantic wants)
    return value


def _as_short_as_can_be(value: float) -> float:
    return int(value) if value.is_integer() else value


def _each_once(guests: list[Guest] | None) -> list[Guest] | None:
    addresses = [guest.email.lower() for guest in guests or ()]
    for position, address in enumerate(addresses):
        if address in addresses[:position]:
            first = addresses.index(address)
            raise ValueError(f"names [{first}] and [{position}] by the same address; leave one out")
    return guests


EMail = Annotated[str, BeforeValidator(_address)]
Carried = Annotated[JsonValue, WrapValidator(_carried)]
Json = dict[str, Carried]
Amount = Annotated[float, BeforeValidator(_amount), AfterValidator(_as_short_as_can_be), Field(ge=0)]
Moment = Annotated[datetime, BeforeValidator(moment)]


class _Asked(Change):
    model_config = ConfigDict(alias_generator=to_camel, allow_inf_nan=False)


class _Part(_Asked):
    """An object in a field that is replaced as a whole: what the vendor shows in it can be sent back.

    So members that we do not know are taken as they are; a slip in the name of one that we know is refused.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Carried]

    @model_validator(mode="after")
    def _has_no_slip(self) -> Self:
        known = {_letters(name): to_camel(name) for name in type(self).model_fields}
        for name in self.model_extra or {}:
            if meant := known.get(_letters(name)):
                raise ValueError(f"has a member {meant} in another spelling; write it as {meant}")
        return self


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()


class Guest(_Part):
    """Somebody who is invited; ``extraFields`` holds what else is known, such as ``phone``."""

    email: EMail
    extra_fields: Json | None = None


class _Reminder(_Part):
    time: Amount
    unit: str = Field(min_length=1)


class ReminderV1(_Reminder):
    """So long before the start: 15 of unit ``m`` are 15 minutes."""

    @model_validator(mode="after")
    def _is_before(self) -> Self:
        if (self.model_extra or {}).get("direction", BEFORE) != BEFORE:
            raise ValueError(f'has a direction other than {BEFORE}; give api_version="v2"')
        return self


class ReminderV2(_Reminder):
    """As in v1; ``direction`` is always sent, as ``before`` unless given."""

    direction: str

    @model_validator(mode="before")
    @classmethod
    def _before_by_default(cls, data: Any) -> Any:
        return {"direction": BEFORE, **data} if isinstance(data, Mapping) else data


class Event(_Part):
    """Where an online appointment takes place."""

    i_call_url: str | None = None
    room: str | None = None


class AppointmentChange(_Asked):
    """What is wanted of an appointment, in the names that both versions share."""

    title: str | None = None
    description: str | None = None
    guests: Annotated[ReplacedList[Guest] | None, AfterValidator(_each_once)] = None
    extra_fields: Json | None = None
    lang: str | None = None
    event: Event | None = None


class AppointmentChangeV1(AppointmentChange):
    """What is wanted of an appointment, in the names of v1."""

    start: WrittenTime | None = None
    end: WrittenTime | None = None
    reminders: ReplacedList[ReminderV1] | None = None
    classification: str | None = None
    state: str | None = None
    agent_comment: str | None = None


class AppointmentChangeV2(AppointmentChange):
    """What is wanted of an appointment, in the names of v2."""

    start_at: WrittenTime | None = None
    end_at: WrittenTime | None = None
    reminders: ReplacedList[ReminderV2] | None = None
    status: str | None = None
    sub_status: str | None = None
    origin: str | None = None
    origin_url: str | None = None
    comment: str | None = None
    interaction_id: str | None = None
    external_id: str | None = None


class _New(_Asked):
    title: str | None = None
    description: str | None = None
    guests: Annotated[list[Guest] | None, AfterValidator(_each_once)] = None
    extra_fields: Json | None = None
    lang: str | None = None
    origin: str | None = None
    external_id: str | None = None
    service_id: str | None = None
    allow_overlapping: bool | None = None


class NewAppointmentV1(_New):
    """An appointment to be made, in the names of v1."""

    start: WrittenTime
    end: WrittenTime
    calendar_ids: list[str] = Field(min_length=1)
    reminders: list[ReminderV1] | None = None


class NewAppointmentV2(_New):
    """An appointment to be made, in the names of v2; of a block, ``blockedAppointmentId`` is enough."""

    start_at: WrittenTime | None = None
    end_at: WrittenTime | None = None
    calendar_ids: list[str] | None = Field(default=None, min_length=1)
    reminders: list[ReminderV2] | None = None
    user_group_id: str | None = None
    blocked: bool | None = None
    blocked_appointment_id: str | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.blocked_appointment_id is None:
            for name in ("startAt", "endAt", "calendarIds"):
                if name not in self.model_dump(by_alias=True, exclude_none=True):
                    raise ValueError(f"{name} is missing; give it, or a blockedAppointmentId")
        return self


CHANGES: Mapping[str, type[AppointmentChange]] = {"v1": AppointmentChangeV1, "v2": AppointmentChangeV2}
NEW: Mapping[str, type[NewAppointmentV1 | NewAppointmentV2]] = {
    "v1": NewAppointmentV1,
    "v2": NewAppointmentV2,
}


class GuestMask(_Asked):
    """What of a guest is replaced by what."""

    email: EMail | None = None
    new_email: EMail | None = None
    phone: str | None = None
    new_phone: str | None = None


class GuestMasks(_Asked):
    """The guests whose data are masked."""

    guests: list[GuestMask] = Field(min_length=1)


class Cancellation(_Asked):
    """How an appointment is cancelled; without ``guests`` for all of them."""

    status: str | None = None
    sub_status: str | None = None
    guests: Annotated[list[EMail] | None, BeforeValidator(_addresses)] = None
    strategy: Strategy | None = None


class OnliveOptions(BaseModel):
    """The version of the API, and with it the names in ``changes``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Templated as a whole, an option that is not given is None.
    api_version: Annotated[ApiVersion, BeforeValidator(lambda value: "v1" if value is None else value)] = "v1"


class _Answered(VendorAnswer):
    model_config = ConfigDict(alias_generator=to_camel)

    id: str


class Appointment(_Answered):
    """An appointment as either version shows it, under the names of v1; the reply to an update may lack some.

    ``state``, ``start``, ``end`` and ``agent_comment`` are ``status``, ``startAt``, ``endAt`` and ``comment``
    of v2.
    """

    start: Moment = Field(validation_alias=AliasChoices("start", "startAt"))
    end: Moment = Field(validation_alias=AliasChoices("end", "endAt"))
    state: str | None = Field(default=None, validation_alias=AliasChoices("state", "status"))
    sub_status: str | None = None
    title: str | None = None
    description: str | None = Field(default=None, repr=False)
    guests: tuple[Json, ...] | None = Field(default=None, repr=False)
    reminders: tuple[Json, ...] | None = None
    extra_fields: Json | None = Field(default=None, repr=False)
    lang: str | None = None
    classification: str | None = None
    event: Json | None = Field(default=None, repr=False)
    agent_comment: str | None = Field(
        default=None, repr=False, validation_alias=AliasChoices("agentComment", "comment")
    )
    calendar_ids: tuple[str, ...] | None = None
    service_id: str | None = None
    user_group_id: str | None = None
    organization_id: str | None = None
    origin: str | None = None
    origin_url: str | None = Field(default=None, repr=False)
    external_id: str | None = None
    interaction_id: str | None = None
    blocked: bool | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    deleted_at: Moment | None = None
    cancelled_at: Moment | None = None
    cancellation_origin: str | None = None
    cancellation_token: str | None = Field(default=None, repr=False)


class DeletedAppointment(_Answered):
    """What is left of an appointment: v1 shows the id and the moment, v2 the rest as well."""

    model_config = ConfigDict(extra="ignore")

    deleted_at: Moment


class Calendar(_Answered):
    """Whose time it is: an ``agent``'s, or an ``asset``'s such as a room."""

    name: str | None = None
    type: str | None = None
    timezone: str | None = None
    external_id: str | None = None
    email: str | None = Field(default=None, repr=False)
    tags: tuple[JsonValue, ...] | None = None


class Service(_Answered):
    """What is booked; an appointment of a service lasts as long as that says, in minutes."""

    name: str | None = None
    duration: int | None = None
    time_between: int | None = None
    increment_time: int | None = None
    min_time_to_schedule: int | None = None
    max_time_to_schedule: int | None = None
    allow_overlapping: bool | None = None
    denied_multiple_appointment: bool | None = None
