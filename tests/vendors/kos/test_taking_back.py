"""docs/vendors/kos.md, "In change sets": a reservation is brought back to how its fields read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.kos import incidents
from airflow_provider_booking.vendors.kos.client import KosClient
from airflow_provider_booking.vendors.kos.planning import KosPlanning
from airflow_provider_booking.vendors.verbs import Asked
from tests.vendors.kos.test_update_properties import (
    ASKED_RESOURCES,
    SCHEDULES,
    SCHEDULES_OF_ONE,
    V1_ASKED,
    V2_ASKED,
    V2_ASKED_OF_ONE,
    Json,
    asked_resources,
    on_the_wire,
    seeded,
)
from tests.vendors.planned import fields_of, take_back

SAMPLE = "66a000000000000000000001"
THREE_RESOURCES = "66b000000000000000000001"
ROOM_2 = "65e000000000000000000002"
KIM = {"id": "67d000000000000000000009", "name": "Doctor Kim"}


@pytest.fixture
def planning(kos: KosClient) -> KosPlanning:
    return KosPlanning(kos)


async def asking(kos: KosClient, schedule_id: str, values: Json, **options: Any) -> Asked:
    return KosPlanning(kos).asking(values, await kos.read(schedule_id, kos.parse_options(options)), options)


async def applied(kos: KosClient, schedule_id: str, asked: Asked) -> None:
    """Update through JSON, as a ledger keeps it."""
    if asked.changes:
        await kos.update_booking(schedule_id, json.loads(json.dumps(asked.changes)), **asked.options)


@on_the_wire
@given(stored=SCHEDULES_OF_ONE, changes=V2_ASKED_OF_ONE)
async def test_whatever_was_changed_through_v2_reads_as_before(
    sandbox: Sandbox, planning: KosPlanning, stored: Json, changes: Json
) -> None:
    schedule_id, _ = seeded(sandbox, stored)
    differing, _ = await take_back(planning, schedule_id, changes)
    assert differing == set()


@on_the_wire
@given(stored=SCHEDULES, asked=st.tuples(st.just({}) | V2_ASKED, ASKED_RESOURCES))
async def test_whatever_resources_became_they_read_as_before(
    sandbox: Sandbox, planning: KosPlanning, stored: Json, asked: tuple[Json, Any]
) -> None:
    schedule_id, before = seeded(sandbox, stored)
    resources = asked_resources(before["occupiedResources"], asked[1])
    differing, _ = await take_back(planning, schedule_id, asked[0] | {"occupiedResources": resources})
    assert differing == set()


@on_the_wire
@given(stored=SCHEDULES, asked=ASKED_RESOURCES)
async def test_the_reception_is_as_before_where_it_reads(
    sandbox: Sandbox, planning: KosPlanning, stored: Json, asked: Any
) -> None:
    where_it_reads = {name: value for name, value in stored.items() if name != "receptionZoneId"}
    schedule_id, before = seeded(sandbox, where_it_reads)
    resources = asked_resources(before["occupiedResources"], asked)
    await take_back(planning, schedule_id, {"occupiedResources": resources})
    assert sandbox.booking("kos", schedule_id)["receptionZoneId"] == before["receptionZoneId"]


@on_the_wire
@given(stored=SCHEDULES_OF_ONE, changes=V1_ASKED.filter(bool))
async def test_whatever_was_changed_through_v1_reads_as_before(
    sandbox: Sandbox, planning: KosPlanning, stored: Json, changes: Json
) -> None:
    schedule_id, _ = seeded(sandbox, stored)
    differing, warnings = await take_back(planning, schedule_id, changes, api_version="v1")
    assert differing == set()
    assert warnings in ((incidents.NO_RECEPTION,), ())


async def test_what_v1_changed_goes_back_through_v1(kos: KosClient) -> None:
    asked = await asking(kos, SAMPLE, {"reservationMemo": "As before"}, api_version="v1")
    assert asked.options == {"api_version": "v1"}
    assert asked.warnings == (incidents.NO_RECEPTION,)


async def test_a_resource_that_was_dropped_comes_back_and_the_others_keep_their_ids(
    sandbox: Sandbox, planning: KosPlanning
) -> None:
    ids = [each["id"] for each in sandbox.booking("kos", THREE_RESOURCES)["occupiedResources"]]
    first, _, last = ids
    await take_back(planning, THREE_RESOURCES, {"occupiedResources": [{"id": first}, {"id": last}]})
    after = [each["id"] for each in sandbox.booking("kos", THREE_RESOURCES)["occupiedResources"]]
    assert (after[0], after[2]) == (first, last)


async def test_a_time_may_be_named_as_the_report_names_it(kos: KosClient) -> None:
    before = await kos.get_booking(SAMPLE)
    assert before.start is not None
    assert before.end is not None
    values = {"startDateTime": before.start.isoformat(), "endDateTime": before.end.isoformat()}
    await kos.update_booking(SAMPLE, {"startDateTime": before.end, "endDateTime": before.end.replace(hour=9)})
    await applied(kos, SAMPLE, await asking(kos, SAMPLE, values))
    assert (await kos.get_booking(SAMPLE)).start == before.start


async def test_of_several_resources_such_a_time_is_refused(kos: KosClient) -> None:
    with pytest.raises(InvalidInput, match="the schedule has 3"):
        await asking(kos, THREE_RESOURCES, {"startDateTime": "2030-01-01T00:00:00Z"})


async def test_a_doctor_goes_through_v1_though_the_reservation_was_read_for_v2(
    sandbox: Sandbox, kos: KosClient
) -> None:
    values = {"doctor.id": KIM["id"], "doctor.name": KIM["name"], "reservationMemo": "Call her"}
    asked = await asking(kos, SAMPLE, values)
    await applied(kos, SAMPLE, asked)
    assert asked.options == {"api_version": "v1"}
    assert sandbox.booking("kos", SAMPLE)["reservation"]["doctor"] == KIM


async def test_a_doctor_beside_what_only_v2_changes_stays_and_is_named(kos: KosClient) -> None:
    values = {"doctor.id": KIM["id"], "doctor.name": KIM["name"], "requestedProcedures": None}
    asked = await asking(kos, SAMPLE, values)
    assert asked.changes == {"requestedProcedures": None}
    assert asked.warnings == ("doctor is not a field of v2; it stays as it is",)


async def test_the_doctor_of_several_resources_stays_and_is_named(kos: KosClient) -> None:
    asked = await asking(kos, THREE_RESOURCES, {"doctor.id": KIM["id"], "doctor.name": KIM["name"]})
    assert asked.changes == {}
    assert asked.warnings == ("doctor is not a field of v2; it stays as it is",)


async def test_the_state_stays_and_is_named(kos: KosClient) -> None:
    asked = await asking(kos, SAMPLE, {"status": "CANCELED", "reservationMemo": None})
    assert asked.changes == {"reservationMemo": None}
    assert asked.warnings == ("no update of KOS sets status; it stays as it is",)


async def test_a_reception_that_is_known_is_asked_for(sandbox: Sandbox, kos: KosClient) -> None:
    asked = await asking(kos, SAMPLE, {"zoneId": ROOM_2})
    await applied(kos, SAMPLE, asked)
    assert sandbox.booking("kos", SAMPLE)["receptionZoneId"] == ROOM_2


async def test_one_that_is_not_known_is_named(kos: KosClient) -> None:
    asked = await asking(kos, SAMPLE, {"zoneId": None, "reservationMemo": None})
    assert asked.changes == {"reservationMemo": None}
    assert asked.warnings == ("what zoneId shall read is not known; it stays as it is",)


async def test_nothing_is_asked_for_where_all_is_so_already(planning: KosPlanning) -> None:
    asked = await asking(planning.client, SAMPLE, await fields_of(planning, SAMPLE))
    assert asked.changes == {}
    assert asked.remark
