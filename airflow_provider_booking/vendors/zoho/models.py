"""What may be asked of a Zoho booking, in the vendor's own names: docs/vendors/zoho.md, "Update"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from airflow_provider_booking.bookings import Change, InvalidInput
from airflow_provider_booking.bookings.change import ReplacedList
from airflow_provider_booking.bookings.time import zone_name
from airflow_provider_booking.vendors.zoho.answers import Id
from airflow_provider_booking.vendors.zoho.wall_clock import asked_time

Item = TypeVar("Item")

_LONGEST_MOMENT = 13  # digits of milliseconds, until the year 2286
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
_DAY = re.compile(r"[0-9]{8}")
_WEEKDAY = "(?:Su|Mo|Tu|We|Th|Fr|Sa)"
# What ``byday`` looks like (docs/vendors/zoho.md, "Update"); several days are separated by commas (assumed).
_BYDAY = {
    "daily": None,
    "weekly": re.compile(rf"{_WEEKDAY}(?:,{_WEEKDAY})*"),
    "monthly": re.compile(rf"[1-5]{_WEEKDAY}"),
}
_NAMING_ONE = ("only", "following")
_ELSEWHERE = {
    "notify_attendee": "give it as an option, beside changes",
    "recurrence_edittype": "give it as an option, beside changes",
    "recurrenceid_in_millis": "give it as an option, beside changes",
    "uid": "leave it out; it is sent back as it is read",
    "is_rel_event": "leave it out; it is sent back as it is read",
}
"""Members of ``bookingData`` that ``changes`` does not take, and what to do instead."""


def _whole(value: Any) -> Any:
    # 2.0 and true are 2 and 1 to pydantic, and most likely somebody's slip.
    if isinstance(value, bool | float):
        raise ValueError("must be a whole number; give a number without a fraction")  # noqa: TRY004  (as pydantic wants)
    return value


def _truth(value: Any) -> Any:
    # Templates give text; "no" and 1 would be guesses.
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _milliseconds(value: str) -> str:
    if len(value) > _LONGEST_MOMENT:
        raise ValueError("is not a moment; give the occurrence's id, a start in milliseconds since 1970")
    return value


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError("is not an e-mail address; write it as name@example.com")
    return value


def _not_blank(value: str | None) -> str | None:
    if value is not None and not value.strip():
        raise ValueError("is empty; give a title")
    return value


def _check_named(kind: str, which: str | None, recurrence_id: str | None) -> None:
    if which in _NAMING_ONE and recurrence_id is None:
        raise ValueError(
            f"recurrenceid_in_millis is missing; name the occurrence that {kind} {which} is about"
        )


def _day(value: Any) -> Any:
    if isinstance(value, datetime):
        raise ValueError("is not a day; give a date, or write yyyyMMdd")  # noqa: TRY004  (as pydantic wants)
    if isinstance(value, date):
        return f"{value.isoformat().replace('-', '')}"
    text = value.replace("-", "") if isinstance(value, str) else ""
    try:
        date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise ValueError("is not a day; give a date, or write yyyyMMdd") from None
    return text


def _month_day(value: Any) -> Any:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"[1-9]|[12][0-9]|3[01]", text):
        raise ValueError("is not a day of the month; give 1 to 31")
    return text


class Exactly(list[Item]):
    """A list that means "these and nobody else"."""


def _these(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    if not (isinstance(value, Mapping) and set(value) == {"set"}):
        return handler(value)
    people = Exactly(handler(value["set"]))
    if any(person.deleted for person in people):
        raise ValueError('holds deleted in {"set": [...]}; leave out whoever should go')
    return people


EditType = Literal["all", "following", "only"]
Whole = Annotated[int, BeforeValidator(_whole)]
Truth = Annotated[bool, Field(strict=True), BeforeValidator(_truth)]
OccurrenceId = Annotated[Id, AfterValidator(_milliseconds)]
AskedTime = Annotated[datetime, BeforeValidator(asked_time)]
Zone = Annotated[str, AfterValidator(zone_name)]
MergedList = Annotated[list[Item], WrapValidator(_these)]
"""A list that is merged into what is there; ``{"set": [...]}`` gives an :class:`Exactly`."""


class DateAndTime(Change):
    """When a booking is; a member that is left out stays as it is."""

    start: AskedTime | None = None
    end: AskedTime | None = None
    timezone: Zone | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("is empty; give start, end or timezone")
        return self


class AskedRoom(Change):
    """A room to book; nothing but rooms can be booked."""

    resource_id: Id
    type: Literal[0] = 0
    count: Whole = Field(default=0, ge=0)


class _Asked(Change):
    """Somebody on a booking; members that the vendor only shows may be given back, and mean nothing."""

    only_shown: ClassVar[frozenset[str]] = frozenset({"type", "notify_status"})

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_only_shown(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        return {name: value for name, value in given.items() if name not in cls.only_shown}


class AskedGroup(_Asked):
    """A group of people, and what it may do; ``deleted`` takes it off the booking."""

    # A group's email is its name.
    only_shown: ClassVar[frozenset[str]] = _Asked.only_shown | {"email"}

    zid: Id
    permission: Whole = Field(default=1, ge=0, le=3)
    deleted: Truth = False


class AskedAttendee(_Asked):
    """A person, and what they may do; ``deleted`` takes them off the booking."""

    email: Annotated[str, AfterValidator(_address)] = ""
    zid: Id = ""
    permission: Whole = Field(default=1, ge=0, le=3)
    deleted: Truth = False

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        if not (self.email or self.zid):
            raise ValueError("names nobody; give email and zid")
        return self


class Repeat(Change):
    """How a booking recurs."""

    freq: Literal["daily", "weekly", "monthly"]
    interval: Whole = Field(ge=1)
    until: Annotated[str, BeforeValidator(_day)]
    byday: str = ""
    bymonthday: Annotated[str, BeforeValidator(_month_day)] = ""

    @model_validator(mode="after")
    def _days_fit(self) -> Self:
        form = _BYDAY[self.freq]
        if self.byday and (form is None or not form.fullmatch(self.byday)):
            raise ValueError(
                "has a byday that does not fit freq; weekly takes Mo or Mo,We, monthly takes 2Mo, daily none"
            )
        if self.bymonthday and self.freq != "monthly":
            raise ValueError("has a bymonthday that does not fit freq; only monthly takes one")
        if self.byday and self.bymonthday:
            raise ValueError("has both byday and bymonthday; give one of them")
        return self


class BookingChange(Change):
    """What is wanted of a booking."""

    title: Annotated[str | None, AfterValidator(_not_blank)] = None
    dateandtime: DateAndTime | None = None
    resources: Annotated[ReplacedList[AskedRoom], Field(min_length=1)] | None = None
    isprivate: Truth | None = None
    description: str | None = None
    attendees: MergedList[AskedAttendee] | None = None
    group_attendees: MergedList[AskedGroup] | None = None
    repeat: Repeat | None = None

    @classmethod
    def parse(cls, changes: Any) -> Self:
        """See :meth:`airflow_provider_booking.bookings.Change.parse`; what belongs elsewhere says where."""
        for name, instead in _ELSEWHERE.items():
            if isinstance(changes, Mapping) and name in changes:
                raise InvalidInput(f"{name} is not taken in changes", hint=instead)
        return super().parse(changes)


class NamedAttendee(AskedAttendee):
    """A person named in full, as the vendor wants it."""

    email: Annotated[str, AfterValidator(_address)]
    zid: Id


class WholeDateAndTime(Change):
    """When a booking is, in full."""

    start: AskedTime
    end: AskedTime
    timezone: Zone


class BookingData(Change):
    """All of a booking, as it is sent without being read before."""

    title: Annotated[str, AfterValidator(_not_blank)]
    dateandtime: WholeDateAndTime
    resources: Annotated[list[AskedRoom], Field(min_length=1)]
    isprivate: Truth = False
    description: str = ""
    attendees: list[NamedAttendee] = Field(default_factory=list)
    group_attendees: list[AskedGroup] = Field(default_factory=list)
    repeat: Repeat | None = None
    uid: str = ""
    is_rel_event: Truth = False
    notify_attendee: Whole = Field(default=0, ge=0, le=2)
    recurrence_edittype: EditType | None = None
    recurrenceid_in_millis: OccurrenceId | None = None

    @model_validator(mode="after")
    def _one_occurrence_is_named(self) -> Self:
        _check_named("recurrence_edittype", self.recurrence_edittype, self.recurrenceid_in_millis)
        return self


class Deletion(Change):
    """Which occurrences of a booking go, and who is told."""

    ntfy: Whole = Field(ge=0, le=2)
    recurrence_deletetype: EditType | None = None
    recurrenceid_in_millis: OccurrenceId | None = None

    @model_validator(mode="after")
    def _one_occurrence_is_named(self) -> Self:
        _check_named("recurrence_deletetype", self.recurrence_deletetype, self.recurrenceid_in_millis)
        if self.recurrenceid_in_millis is not None and self.recurrence_deletetype not in _NAMING_ONE:
            raise ValueError(
                "recurrenceid_in_millis names one occurrence, and recurrence_deletetype does not; "
                "give only or following, or leave the id out"
            )
        return self


class ZohoOptions(BaseModel):
    """What is said beside the changes; numbers may be given as text, as templates do.

    Attributes:
        recurrence_edittype: Which occurrences of a recurring booking are meant.
        recurrenceid_in_millis: The occurrence that is meant; beside ``all`` it means nothing.
        notify_attendee: Who is told: 0 nobody, 1 all but the caller, 2 all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recurrence_edittype: EditType | None = None
    recurrenceid_in_millis: OccurrenceId | None = None
    notify_attendee: Whole = Field(default=0, ge=0, le=2)

    @model_validator(mode="before")
    @classmethod
    def _none_is_not_given(cls, given: Any) -> Any:
        return {name: value for name, value in given.items() if value is not None}

    @model_validator(mode="after")
    def _one_occurrence_is_named(self) -> Self:
        _check_named("recurrence_edittype", self.recurrence_edittype, self.recurrenceid_in_millis)
        return self

    @property
    def occurrence(self) -> str | None:
        """The id of the occurrence that is meant; None where all are, or there is but one."""
        return None if self.recurrence_edittype == "all" else self.recurrenceid_in_millis
