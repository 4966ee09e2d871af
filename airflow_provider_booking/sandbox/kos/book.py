"""The schedules of all hospitals, and the commands that change them."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from airflow_provider_booking.sandbox.journal import Journal
from airflow_provider_booking.sandbox.kos import commands
from airflow_provider_booking.sandbox.kos.clinic import Hospital
from airflow_provider_booking.sandbox.kos.refusals import (
    NOT_AVAILABLE,
    NOT_FOUND,
    REQUIRED,
    invalid_command,
    invalid_request,
)
from airflow_provider_booking.sandbox.kos.schedules import RESERVED, Resource, Schedule, resource_ids
from airflow_provider_booking.sandbox.switches import Switchboard

Body = dict[str, Any]


class ScheduleBook:
    """Schedules by id; each hospital sees its own only."""

    def __init__(self, journal: Journal, switchboard: Switchboard) -> None:
        self._journal = journal
        self._switchboard = switchboard
        self._schedules: dict[str, Schedule] = {}
        self._visits: dict[str, dict[str, None]] = {}  # the ids of a visitor's schedules, in order

    def __iter__(self) -> Iterator[Schedule]:
        return iter(self._schedules.values())

    def __len__(self) -> int:
        return len(self._schedules)

    def keep(self, made: Iterable[Schedule]) -> list[str]:
        """Store schedules, in place of those with the same id, and give the ids."""
        ids = []
        for schedule in made:
            if (old := self._schedules.get(schedule.id)) is not None:
                del self._visits[old.visitor["id"]][old.id]
            self._schedules[schedule.id] = schedule
            self._visits.setdefault(schedule.visitor["id"], {})[schedule.id] = None
            ids.append(schedule.id)
        return ids

    def visits(self, hospital: Hospital, visitor_id: str) -> list[Schedule]:
        """Give the schedules of a visitor."""
        found = (self._schedules[one] for one in self._visits.get(visitor_id, {}))
        return [schedule for schedule in found if schedule.hospital == hospital.name]

    def find(self, hospital: Hospital, schedule_id: Any) -> Schedule:
        """Give a schedule.

        Raises:
            Refused: If the hospital has none with that id.
        """
        schedule = self._schedules.get(schedule_id) if isinstance(schedule_id, str) else None
        if schedule is None or schedule.hospital != hospital.name:
            raise invalid_request(("scheduleId", NOT_FOUND))
        return schedule

    def occupied(self) -> Iterator[Resource]:
        """Give every resource of every reservation that counts."""
        for schedule in self:
            if schedule.takes_up_room:
                yield from schedule.resources

    # The calls

    def detail(self, hospital: Hospital, body: Body) -> Body:
        """Answer get-schedule-detail."""
        if body.get("scheduleId") is None:
            raise invalid_request(("scheduleId", REQUIRED))
        return {"data": self.find(hospital, body["scheduleId"]).view()}

    def update_v1(self, hospital: Hospital, body: Body) -> Body:
        """Answer update-reservation V1: what is not sent is gone (docs/vendors/kos.md, rules 4 to 10)."""
        asked = commands.update_v1(body)
        schedule = self.find(hospital, asked.schedule_id)
        group = hospital.groups.get(body["reservationGroupId"])
        if group is None:
            raise invalid_command(("reservationGroupId", NOT_FOUND))
        if asked.zone_id not in group.zones:
            raise invalid_command(("zoneId", NOT_FOUND))
        if len(schedule.resources) > 1:
            raise invalid_request(("occupiedResources", NOT_AVAILABLE))
        self._refuse_unless_reserved(schedule)
        moved = replace(
            schedule,
            reception_zone_id=asked.zone_id,
            resources=(Resource.of(schedule.resources[0].id, asked.resources[0]),),
            details=_details(schedule, asked, commands.V1_DETAILS, keeps=False),
        )
        if any(moved.clashes_with(other) for other in self.visits(hospital, moved.visitor["id"])):
            raise invalid_request(("startDateTime", NOT_AVAILABLE))
        self._change(schedule, moved)
        return {}

    def update_v2(self, hospital: Hospital, body: Body) -> Body:
        """Answer update-reservation V2 (docs/vendors/kos.md, rules 11 to 16)."""
        asked = commands.update_v2(body, ZoneInfo(self._switchboard["time_zone"]))
        schedule = self.find(hospital, asked.schedule_id)
        if asked.zone_id not in hospital.zones:
            raise invalid_request(("zoneId", NOT_FOUND))
        wrong = [
            (f"occupiedResources[{at}].zoneId", NOT_FOUND)
            for at, one in enumerate(asked.resources)
            if not hospital.has(one["reservationGroup"]["reservationGroupId"], one["zoneId"])
        ]
        if wrong:
            raise invalid_request(*wrong)
        self._refuse_unless_reserved(schedule)
        keeps = self._switchboard["v2_left_out"] == "keep"  # what V2 does to fields left out is not known
        known = {resource.id for resource in schedule.resources}
        ids = resource_ids(schedule.id, [one.get("id") for one in asked.resources], known)
        resources = tuple(Resource.of(*pair) for pair in zip(ids, asked.resources, strict=True))
        moved = replace(
            schedule,
            reception_zone_id=asked.zone_id,
            resources=resources,
            details=_details(schedule, asked, commands.V2_DETAILS, keeps=keeps),
        )
        self._change(schedule, moved)
        return {}

    def cancel(self, hospital: Hospital, body: Body) -> Body:
        """Answer cancel-reservation (docs/vendors/kos.md, rule 18)."""
        schedule_id, status = commands.cancel(body)
        schedule = self.find(hospital, schedule_id)
        if schedule.status != RESERVED:
            raise invalid_request(("status", NOT_AVAILABLE))
        self._change(schedule, replace(schedule, status=status))
        return {}

    def _change(self, before: Schedule, after: Schedule) -> None:
        self._journal.note_change(after.id, before, after)
        self.keep([after])

    def _refuse_unless_reserved(self, schedule: Schedule) -> None:
        if schedule.status != RESERVED and self._switchboard["not_reserved"] == "refuse":
            raise invalid_request(("status", NOT_AVAILABLE))  # docs/vendors/kos.md, rule 19


def _details(
    schedule: Schedule, asked: commands.Update, fields: Collection[str], *, keeps: bool
) -> dict[str, Any]:
    untouched = {
        name: value
        for name, value in schedule.details.items()
        if name not in fields or (keeps and name not in asked.emptied)
    }
    return untouched | asked.details
