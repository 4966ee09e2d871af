"""What KOS answers, in the vendor's own names: docs/vendors/kos.md, "Calls"."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from airflow_provider_booking.bookings.time import moment
from airflow_provider_booking.vendors.reading import VendorAnswer


def _moment_if_any(value: Any) -> datetime | None:
    return None if value is None else moment(value)


Moment = Annotated[datetime, BeforeValidator(moment)]


class _Answer(VendorAnswer):
    model_config = ConfigDict(alias_generator=to_camel)


class OccupiedResource(_Answer):
    """A zone that a schedule occupies for a while. Its shape is assumed, so nothing of it is required."""

    id: str | None = None
    zone_id: str | None = None
    start_date_time_utc: Annotated[datetime | None, BeforeValidator(_moment_if_any)] = None
    end_date_time_utc: Annotated[datetime | None, BeforeValidator(_moment_if_any)] = None
    reservation_group: dict[str, Any] | None = None


class Reservation(_Answer):
    """The reservation of a schedule. Of several resources it describes one (pitfall 11)."""

    reservation_group_id: str
    zone_id: str
    start_date_time: Moment
    end_date_time: Moment
    status: str
    consultation_required: bool | None = None
    sedation_required: bool | None = None
    counselor: dict[str, Any] | None = Field(default=None, repr=False)
    doctor: dict[str, Any] | None = Field(default=None, repr=False)
    funnel: dict[str, Any] | None = Field(default=None, repr=False)
    reservation_memo: str | None = Field(default=None, repr=False)
    reservation_assignee: dict[str, Any] | None = Field(default=None, repr=False)
    requested_procedures: tuple[dict[str, Any], ...] | None = Field(default=None, repr=False)


class ScheduleDetail(_Answer):
    """A schedule: a visitor, the visit's record, and the reservation."""

    id: str
    visitor: dict[str, Any] = Field(repr=False)
    flow_step: str | None = None
    reservation: Reservation
    occupied_resources: tuple[OccupiedResource, ...] = ()
    created_date_time_utc: Moment | None = None


class SlotZone(_Answer):
    """The zone of a slot."""

    id: str
    name: str


class Slot(_Answer):
    """A stretch of time in a zone, and how often it is taken."""

    reservation_group_id: str
    zone: SlotZone
    start_date_time_utc: Moment
    end_date_time_utc: Moment
    capacity: int
    reservation_count: int

    @property
    def is_free(self) -> bool:
        """Whether another reservation fits (assumed: docs/vendors/kos.md, "Assumed")."""
        return self.reservation_count < self.capacity


class ResourceSlots(_Answer):
    """The slots to which one occupied resource of a schedule could move."""

    occupied_resource_id: str
    reservation_group_id: str
    zone_id: str
    slots: tuple[Slot, ...]


class ReservationGroup(_Answer):
    """What can be reserved at a clinic."""

    id: str
    title: str
    memo: str | None = None
    interval_minutes: int | None = None


class ScheduleSummary(_Answer):
    """A schedule of a visitor, and what is to be done in it."""

    schedule_id: str
    start_date_time_utc: Moment
    end_date_time_utc: Moment
    tasks: tuple[Any, ...] = Field(default=(), repr=False)


class Visitor(_Answer):
    """Somebody who visits the clinic. All of it is personal data."""

    id: str
    name: str = Field(repr=False)
    chart_number: str = Field(repr=False)
    phone_number: Any = Field(default=None, repr=False)
    date_of_birth: str | None = Field(default=None, repr=False)
    gender: str | None = Field(default=None, repr=False)
