"""What may be asked of a KOS reservation, in the vendor's own names, for each version of the command.

Field rules: docs/vendors/kos.md, "Update".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator
from pydantic.alias_generators import to_camel

from airflow_provider_booking.bookings import Change, InvalidInput
from airflow_provider_booking.bookings.change import ReplacedList
from airflow_provider_booking.bookings.time import moment

if TYPE_CHECKING:
    from datetime import datetime

Version = Literal["v1", "v2"]
_MILLISECOND = 1000  # microseconds
_INT32 = 2**31
CodeCategory = Literal[
    "CODE_CATEGORY_UNSPECIFIED",
    "FUNNEL",
    "EXPOSURE_CHANNEL",
    "ETCETRA_PRODUCT_CATEGORY",  # as the vendor spells it
    "IMAGE_EQUIPMENT",
    "CALL_CONSULTATION_RESULT",
    "IMAGE_CATEGORY",
    "FUNNEL_CATEGORY",
    "VISITOR_CATEGORY",
    "ACCOUNT_STATUS",
]
CodeColor = Literal[
    "CodeColor_UNSPECIFIED",
    "RED",
    "LAVA",
    "ORANGE",
    "GREEN",
    "CYAN",
    "BLUE",
    "PURPLE",
    "MAGENTA",
    "GRAY",
]


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; give it")
    return value


Filled = Annotated[str, AfterValidator(_filled)]
"""An id or a name, which has to say something."""


def written_time(value: datetime) -> str:
    """The form of a moment that KOS is known to take: UTC with ``Z``, milliseconds only where there are any.

    Below a millisecond it is cut off, so that what is written is what is read back.
    """
    precision = "milliseconds" if value.microsecond >= _MILLISECOND else "seconds"
    return value.isoformat(timespec=precision).replace("+00:00", "Z")


def _in_vendors_form(value: Any) -> Any:
    return None if value is None else written_time(moment(value))


WrittenTime = Annotated[str, BeforeValidator(_in_vendors_form)]


class KosOptions(BaseModel):
    """Which version of the update command is sent; ``v1`` is deprecated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_version: Version = "v2"


class _Asked(Change):
    model_config = ConfigDict(alias_generator=to_camel, hide_input_in_errors=True)


class Person(_Asked):
    """A counselor, doctor or assignee. KOS stores the name that it is given with the id."""

    id: Filled
    name: Filled


class Code(_Asked):
    """An entry of one of the clinic's lists, such as the ways in which visitors found it."""

    id: str | None = None
    category: CodeCategory | None = None
    name: str | None = None
    order: Annotated[int, Field(strict=True, ge=-_INT32, le=_INT32 - 1)] | None = None
    closed: bool | None = None
    color: CodeColor | None = None
    default: bool | None = None


class Funnel(_Asked):
    """How the visitor found the clinic: a member that is absent stays, None clears it, a code is replaced."""

    funnel: Code | None = None
    funnel_detail: str | None = None
    funnel_category: Code | None = None


class GroupConfiguration(_Asked):
    """That a resource is occupied on behalf of a reservation group."""

    reservation_group_id: Filled


class ResourceChange(_Asked):
    """One occupied resource. With the ``id`` of one that is there, absent members stay as they are."""

    id: Filled | None = None
    zone_id: Filled | None = None
    start_date_time_utc: WrittenTime | None = None
    end_date_time_utc: WrittenTime | None = None
    reservation_group: GroupConfiguration | None = None

    @model_validator(mode="after")
    def _can_be_completed(self) -> Self:
        for name, field in type(self).model_fields.items():
            if name != "id" and getattr(self, name) is None and (self.id is None or self.given(name)):
                raise ValueError(f"lacks {field.alias}; give it, or only the id of one that is there")
        return self


class ReservationChange(_Asked):
    """What both versions of the command know."""

    start_date_time: WrittenTime | None = None
    end_date_time: WrittenTime | None = None
    consultation_required: bool | None = None
    sedation_required: bool | None = None
    zone_id: Filled | None = None
    counselor: Person | None = None
    funnel: Funnel | None = None
    reservation_memo: str | None = None
    reservation_assignee: Person | None = None


class ReservationChangeV1(ReservationChange):
    """What is wanted of a reservation through v1; ``zoneId`` is where it takes place."""

    reservation_group_id: Filled | None = None
    doctor: Person | None = None


class ReservationChangeV2(ReservationChange):
    """What is wanted of a reservation through v2; ``zoneId`` is where the visitor checks in.

    ``startDateTime`` and ``endDateTime`` are those of a schedule's one resource; the command itself has them
    in ``occupiedResources`` only.
    """

    occupied_resources: Annotated[ReplacedList[ResourceChange], Field(min_length=1)] | None = None
    requested_procedures: ReplacedList[dict[str, JsonValue]] | None = None

    @model_validator(mode="after")
    def _one_way_to_say_when(self) -> Self:
        if self.given("occupied_resources") and (
            self.given("start_date_time") or self.given("end_date_time")
        ):
            raise ValueError(
                "occupiedResources is given with startDateTime or endDateTime; give one of the two"
            )
        ids = [each.id for each in self.occupied_resources or () if each.id is not None]
        if len(set(ids)) < len(ids):
            raise ValueError("occupiedResources names one id twice; name each once")
        return self


CHANGES: Mapping[Version, type[ReservationChange]] = {"v1": ReservationChangeV1, "v2": ReservationChangeV2}

_ELSEWHERE: Mapping[Version, Mapping[str, str]] = {
    "v1": {
        "scheduleId": "give it as schedule_id, outside of changes",
        "occupiedResources": "use api_version v2, or give zoneId, startDateTime and endDateTime",
        "requestedProcedures": "use api_version v2; v1 leaves them as they are",
    },
    "v2": {
        "scheduleId": "give it as schedule_id, outside of changes",
        "reservationGroupId": "did you mean occupiedResources[n].reservationGroup.reservationGroupId?",
        "doctor": "use api_version v1; v2 is not known to change the doctor",
    },
}
"""Fields that one version does not have, and where they are."""


def field_names(version: Version) -> frozenset[str]:
    """The fields that a change through a version takes, in the vendor's names."""
    return frozenset(str(field.alias) for field in CHANGES[version].model_fields.values())


def parse_change(changes: Any, version: Version) -> ReservationChange:
    """Check what a user asked for.

    Raises:
        InvalidInput: It is no mapping, is empty, a field is not one of this version, or a value is wrong.
    """
    elsewhere = _ELSEWHERE[version]
    if isinstance(changes, Mapping) and (misplaced := [name for name in changes if name in elsewhere]):
        raise InvalidInput(f"{misplaced[0]} is not a field of {version}", hint=elsewhere[misplaced[0]])
    return CHANGES[version].parse(changes)
