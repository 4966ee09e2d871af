"""Reservations in change sets: docs/vendors/kos.md, "In change sets". All of it speaks v2."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from typing import TYPE_CHECKING, ClassVar

from airflow_provider_booking.bookings.time import moment
from airflow_provider_booking.vendors.kos.client import KosClient
from airflow_provider_booking.vendors.kos.resources import TIMES
from airflow_provider_booking.vendors.planning import Notify, Slot, Telling, VendorPlanning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from airflow_provider_booking.vendors.updating import Fields

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
    )
    tellings: ClassVar[Mapping[Notify, Telling]] = {
        Notify.VENDOR_DEFAULT: Telling(),
        Notify.NONE: Telling(warnings=(PERHAPS_TOLD,)),
        Notify.ONCE: Telling(warnings=(PERHAPS_NOT_TOLD,)),
    }
    # The answer shows nothing, so that it is read before and after: docs/vendors/kos.md, pitfall 3.
    reads_per_update: ClassVar[float] = 2

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


def _resources(fields: Fields) -> Iterator[dict[str, JsonValue]]:
    """The occupied resources out of flat fields; a member that is None is not there."""
    found: defaultdict[int, dict[str, JsonValue]] = defaultdict(dict)
    for name, value in fields.items():
        if value is not None and (part := _RESOURCE.fullmatch(name)):
            found[int(part[1])][part[2]] = value
    yield from found.values()
