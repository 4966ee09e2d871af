"""The slot queries: docs/vendors/kos.md, "Simulator rules" 20 to 22, and 24.

A slot counts the reservations that overlap it. No command checks it: an update may overfill a slot.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from airflow_provider_booking.sandbox.kos import shapes
from airflow_provider_booking.sandbox.kos.book import Body, ScheduleBook
from airflow_provider_booking.sandbox.kos.clinic import INTERVAL, Group, Hospital, is_open
from airflow_provider_booking.sandbox.kos.refusals import (
    INVALID_TIME_RANGE,
    NOT_AVAILABLE,
    NOT_FOUND,
    REQUIRED,
    Refused,
    invalid_command,
    invalid_request,
)
from airflow_provider_booking.sandbox.kos.schedules import Resource
from airflow_provider_booking.sandbox.kos.shapes import timestamp
from airflow_provider_booking.sandbox.switches import Switchboard

Range = tuple[datetime, datetime]
_LENGTH = timedelta(minutes=INTERVAL)
_DAY = timedelta(days=1)
_FARTHEST = timedelta(days=366)  # no answer reaches farther than this from its first moment
_ZONES = available_timezones()


class SlotQueries:
    """The slot queries over one book of schedules; what a group offers stands in `clinic`."""

    def __init__(self, book: ScheduleBook, switchboard: Switchboard) -> None:
        self._book = book
        self._switchboard = switchboard

    def by_schedule_v1(self, hospital: Hospital, body: Body) -> Body:
        """Give the slots of the group of a schedule's first resource (rule 20)."""
        within = _schedule_range(body)
        first = self._book.find(hospital, body["scheduleId"]).resources[0]
        return {"data": self._slots(hospital.groups[first.group_id], within)}

    def by_schedule_v2(self, hospital: Hospital, body: Body) -> Body:
        """Give the slots of the group of each of a schedule's resources."""
        within = _schedule_range(body)
        return {
            "data": [
                {
                    "occupiedResourceId": resource.id,
                    "reservationGroupId": resource.group_id,
                    "zoneId": resource.zone_id,
                    "slots": self._slots(hospital.groups[resource.group_id], within),
                }
                for resource in self._book.find(hospital, body["scheduleId"]).resources
            ]
        }

    def by_group(self, hospital: Hospital, body: Body) -> Body:
        """Give the slots of a group from one date to another, both included, in a time zone (rule 22)."""
        name: Any = body.get("timezone")
        group_id: Any = body.get("reservationGroupId")
        if not (isinstance(name, str) and name in _ZONES):
            raise invalid_request(("timezone", NOT_AVAILABLE))
        if not shapes.is_object_id(group_id):
            raise invalid_request(("id", NOT_AVAILABLE))
        first, last = _times(body, "startDate", "endDate", invalid_request)
        if group_id not in hospital.groups:
            raise Refused(400, "NotFoundException", (("id", NOT_FOUND),))
        zone = ZoneInfo(name)
        days = first.astimezone(zone).date(), last.astimezone(zone).date() + _DAY
        start, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in days)
        return {"data": self._slots(hospital.groups[group_id], (start, end))}

    def by_groups(self, hospital: Hospital, body: Body) -> Body:
        """Give the slots of several groups (rule 21); what the vendor's answer looks like is assumed."""
        ids = _ids(body, "reservationGroupIds")
        if not ids:
            raise invalid_request(("reservationGroupIds", REQUIRED))
        within = _times(body, "startDateTimeUtc", "endDateTimeUtc", invalid_request)
        if within[0] > within[1]:
            raise invalid_command(("endDateTimeUtc", INVALID_TIME_RANGE))
        groups = [hospital.groups[one] for one in ids if one in hospital.groups]
        return {"data": [slot for group in groups for slot in self._slots(group, within)]}

    def by_product(self, hospital: Hospital, body: Body) -> Body:
        """Give the slots of the groups that carry out any of these product options."""
        options = {
            *_ids(body, "requestedProductOptionIds"),
            *_ids(body, "requestedProductOptionIdsOfPromotion"),
        }
        within = _times(body, "startDateUtc", "endDateUtc", invalid_request)
        if within[0] > within[1]:
            raise invalid_request(("endDateUtc", INVALID_TIME_RANGE))
        groups = [group for group in hospital.groups.values() if group.options & options]
        return {"data": [slot for group in groups for slot in self._slots(group, within)]}

    def _slots(self, group: Group, within: Range) -> list[dict[str, Any]]:
        clinic_zone = ZoneInfo(self._switchboard["time_zone"])
        within = within[0], min(within[1], within[0] + _FARTHEST)
        taken = self._taken(within, clinic_zone)
        return [
            {
                "reservationGroupId": group.id,
                "zone": {"id": zone.id, "name": zone.name},
                "startDateTimeUtc": timestamp(begin),
                "endDateTimeUtc": timestamp(begin + _LENGTH),
                "capacity": zone.capacity,
                "reservationCount": sum(
                    resource.start < begin + _LENGTH and begin < resource.end
                    for resource in taken.get((zone.id, day), ())
                ),
            }
            for day, begin in _beginnings(within, clinic_zone)
            for zone in group.zones.values()
        ]

    def _taken(self, within: Range, clinic_zone: ZoneInfo) -> dict[tuple[str, date], list[Resource]]:
        """Give what occupies zones, by zone (it is in one group only) and by each day on which it does."""
        taken = defaultdict[tuple[str, date], list[Resource]](list)
        for resource in self._book.occupied():
            if resource.start >= within[1] or resource.end <= within[0]:
                continue
            day = resource.start.astimezone(clinic_zone).date()
            while day <= resource.end.astimezone(clinic_zone).date():
                taken[resource.zone_id, day].append(resource)
                day += _DAY
        return taken


def _beginnings(within: Range, clinic_zone: ZoneInfo) -> Iterator[tuple[date, datetime]]:
    day = within[0].astimezone(clinic_zone).date()
    while day <= within[1].astimezone(clinic_zone).date():
        for number in range(_DAY // _LENGTH):
            wall = datetime.combine(day, time()) + number * _LENGTH
            begin = wall.replace(tzinfo=clinic_zone).astimezone(UTC)
            if is_open(day.weekday(), wall.time()) and within[0] <= begin <= within[1] - _LENGTH:
                yield day, begin
        day += _DAY


def _schedule_range(body: Body) -> Range:
    """Read a query about a schedule; what is missing is as malformed as anything else (rule 20)."""
    if not shapes.is_object_id(body.get("scheduleId")):
        raise invalid_command(("scheduleId", NOT_AVAILABLE))
    return _times(body, "startDateTimeUtc", "endDateTimeUtc", invalid_command)


def _times(body: Body, first: str, last: str, refuse: Callable[..., Refused]) -> Range:
    both = {name: body.get(name) or "" for name in (first, last)}  # a missing one is malformed, too
    read, wrong = shapes.read(shapes.members(dict.fromkeys(both, shapes.moment)), both)
    if wrong:
        raise refuse(*wrong)
    return read[first], read[last]


def _ids(body: Body, name: str) -> list[str]:
    sent = body.get(name)
    if sent is None:
        raise invalid_request((name, REQUIRED))
    if not isinstance(sent, list) or not all(isinstance(one, str) for one in sent):
        raise invalid_request((name, NOT_AVAILABLE))
    return sent
