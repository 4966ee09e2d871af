"""Reservations in change sets: docs/vendors/kos.md, "In change sets". All speaks v2, but for a doctor."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_booking.bookings.time import moment
from airflow_provider_booking.vendors.kos import incidents, wholes
from airflow_provider_booking.vendors.kos.client import KosClient
from airflow_provider_booking.vendors.kos.resources import TIMES
from airflow_provider_booking.vendors.planning import Notify, Slot, Telling, VendorPlanning
from airflow_provider_booking.vendors.updating import differing_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from airflow_provider_booking.vendors.updating import Fields, Record
    from airflow_provider_booking.vendors.verbs import Asked, Closing, Replacing

PERHAPS_TOLD = "whether KOS tells anybody of an update is not known: ask KOS before relying on silence"
PERHAPS_NOT_TOLD = "no way is known to make KOS tell anybody of an update: tell people by another way"

_START, _END = TIMES.values()
_RESOURCE = re.compile(r"occupiedResources\[(\d+)\]\.(\w+)")


class KosPlanning(VendorPlanning[KosClient]):
    """How reservations are planned. No call lists them."""

    neutral_fields: ClassVar[Mapping[str, str]] = {
        "start": "startDateTime",
        "end": "endDateTime",
        "description": "reservationMemo",
    }
    watched_fields: ClassVar[frozenset[str]] = frozenset(
        {"status", "occupiedResources", "counselor.id", "doctor.id", "reservationAssignee.id"}
        | {"reservationGroupId", "zoneId", "startDateTime", "endDateTime"}  # v1's names of its one resource
    )
    plain_fields: ClassVar[frozenset[str]] = frozenset(
        {"status", "startDateTime", "endDateTime", "occupiedResources", "zoneId"}
    )
    tellings: ClassVar[Mapping[Notify, Telling]] = {
        Notify.VENDOR_DEFAULT: Telling(),
        Notify.NONE: Telling(warnings=(PERHAPS_TOLD,)),
        Notify.ONCE: Telling(warnings=(PERHAPS_NOT_TOLD,)),
    }
    # The answer shows nothing, so that it is read before and after: docs/vendors/kos.md, pitfall 3.
    reads_per_update: ClassVar[float] = 2

    @classmethod
    def told(cls, changes: Mapping[str, Any], options: Mapping[str, Any]) -> str:
        """See :meth:`airflow_provider_booking.vendors.planning.VendorPlanning.told`."""
        del changes, options
        return "nobody, as far as is known: ask KOS before relying on silence"

    def asking(self, values: Fields, record: Record, options: Mapping[str, Any]) -> Asked:
        """See :meth:`airflow_provider_booking.vendors.planning.VendorPlanning.asking`."""
        if record["api_version"] == "v2":
            values = wholes.by_resource(values, record)
            if wholes.only_through_v1(differing_fields(self.client.fields(record), values), record):
                options = {**options, "api_version": "v1"}
                record = self.client.seen_with(record, self.client.parse_options(options))
        asked = super().asking(values, record, options)
        # Members of one object are refused with the same words.
        asked = replace(asked, warnings=tuple(dict.fromkeys(asked.warnings)))
        return incidents.with_reception(asked, record)

    def part(self, name: str, values: Fields, record: Record, options: Mapping[str, Any]) -> Fields:
        """See :meth:`airflow_provider_booking.vendors.planning.VendorPlanning.part`."""
        field = wholes.field_of(name)
        then = self.client.fields(record) | values
        return super().part(field, {field: wholes.whole(field, then, record)}, record, options)

    def not_shown(self, record: Record) -> frozenset[str]:
        """The reception zone, of which only v2 speaks."""
        return frozenset({"zoneId"} if record["api_version"] == "v2" else ())

    def closing(self, closing: Closing, record: Record) -> Asked:
        """Let a reservation use another zone at the same time, where it is in the one that closes then."""
        return incidents.out_of_the_zone(closing, record)

    def replacing(self, replacing: Replacing, record: Record) -> Asked:
        """Let somebody else be counselor, doctor or assignee; a doctor is changed through v1."""
        return incidents.handed_over(replacing, record)

    def slots(self, fields: Fields) -> tuple[Slot, ...]:
        """The zones that a reservation occupies."""
        return tuple(
            Slot(
                f"zone {each['zoneId']}",
                math.floor(moment(each[_START]).timestamp()),
                math.ceil(moment(each[_END]).timestamp()),
            )
            for each in _resources(fields)
            if each.keys() >= {"zoneId", _START, _END}
        )

    def starts_at(self, fields: Fields) -> float | None:
        """When the first of a reservation's resources is occupied: unix seconds."""
        starts = [moment(each[_START]).timestamp() for each in _resources(fields) if _START in each]
        return min(starts, default=None)

    def ends_at(self, fields: Fields) -> float | None:
        """When the last of a reservation's resources is free again: unix seconds."""
        ends = [moment(each[_END]).timestamp() for each in _resources(fields) if _END in each]
        return max(ends, default=None)


def _resources(fields: Fields) -> Iterator[dict[str, JsonValue]]:
    """The occupied resources out of flat fields; a member that is None is not there."""
    found: defaultdict[int, dict[str, JsonValue]] = defaultdict(dict)
    for name, value in fields.items():
        if value is not None and (part := _RESOURCE.fullmatch(name)):
            found[int(part[1])][part[2]] = value
    if "startDateTime" in fields:  # as v1 sees its one resource
        found[0] = {"zoneId": fields["zoneId"], **{utc: fields[name] for name, utc in TIMES.items()}}
    yield from found.values()
