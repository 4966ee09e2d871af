"""docs/vendors/kos.md, "In change sets"."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput, Outcome
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.kos.client import KosClient
from airflow_provider_booking.vendors.kos.planning import PERHAPS_NOT_TOLD, PERHAPS_TOLD, KosPlanning
from airflow_provider_booking.vendors.planning import Notify
from tests.vendors.kos.conftest import Settings
from tests.vendors.planned import an_hour_later, calls_of_a_move, drifts, fields_of, update

SAMPLE = "66a000000000000000000001"
THREE_RESOURCES = "66b000000000000000000001"
GROUP, LASER = "65f000000000000000000001", "65f000000000000000000002"
ROOM_2, LASER_1 = "65e000000000000000000002", "65e000000000000000000003"


@pytest.fixture
def planning(kos: KosClient) -> KosPlanning:
    return KosPlanning(kos)


def resources(sandbox: Sandbox, schedule_id: str = SAMPLE) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.booking("kos", schedule_id)["occupiedResources"]
    return found


def unix(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


class TestNeutralFields:
    async def test_start_and_end_are_those_of_the_one_resource(
        self, sandbox: Sandbox, planning: KosPlanning
    ) -> None:
        [before] = resources(sandbox)
        await update(planning, SAMPLE, await an_hour_later(planning, SAMPLE))
        [after] = resources(sandbox)
        assert unix(after["startDateTimeUtc"]) == unix(before["startDateTimeUtc"]) + 3600

    async def test_start_and_end_of_several_resources_are_refused(self, planning: KosPlanning) -> None:
        with pytest.raises(InvalidInput, match="the schedule has 3"):
            await update(planning, THREE_RESOURCES, await an_hour_later(planning, THREE_RESOURCES))

    @pytest.mark.parametrize("memo", ["Window seat", None])
    async def test_the_description_is_the_memo(
        self, sandbox: Sandbox, planning: KosPlanning, memo: str | None
    ) -> None:
        await update(planning, SAMPLE, {"description": memo})
        assert sandbox.booking("kos", SAMPLE)["reservation"].get("reservationMemo") == memo

    async def test_the_second_time_nothing_is_left_to_do(self, planning: KosPlanning) -> None:
        wanted = {**await an_hour_later(planning, SAMPLE), "description": "Window seat"}
        assert (await update(planning, SAMPLE, wanted)).outcome == Outcome.APPLIED
        assert (await update(planning, SAMPLE, wanted)).outcome == Outcome.UNCHANGED

    def test_a_reservation_has_no_other(self, planning: KosPlanning) -> None:
        assert planning.neutral_fields.keys() == {"start", "end", "description"}


class TestTelling:
    @pytest.mark.parametrize(
        ("notify", "warnings"),
        [
            (Notify.VENDOR_DEFAULT, ()),
            (Notify.NONE, (PERHAPS_TOLD,)),
            (Notify.ONCE, (PERHAPS_NOT_TOLD,)),
        ],
    )
    def test_nothing_can_be_said_and_a_warning_says_so(
        self, planning: KosPlanning, notify: Notify, warnings: tuple[str, ...]
    ) -> None:
        telling = planning.telling(notify, {})
        assert (telling.changes, telling.options, telling.warnings) == ({}, {}, warnings)


class TestDrift:
    async def test_another_zone_is_drift(self, sandbox: Sandbox, planning: KosPlanning) -> None:
        [resource] = resources(sandbox)
        elsewhere = {"zoneId": LASER_1, "reservationGroup": {"reservationGroupId": LASER}}
        assert await drifts(planning, SAMPLE, {"occupiedResources": [{"id": resource["id"]} | elsewhere]})

    async def test_another_time_is_drift(self, sandbox: Sandbox, planning: KosPlanning) -> None:
        end = datetime.fromisoformat(resources(sandbox)[0]["endDateTimeUtc"]) + timedelta(minutes=5)
        assert await drifts(planning, SAMPLE, {"endDateTime": end})

    @pytest.mark.parametrize("who", ["counselor", "reservationAssignee"])
    async def test_another_person_is_drift(self, planning: KosPlanning, who: str) -> None:
        assert await drifts(planning, SAMPLE, {who: {"id": "65d000000000000000000009", "name": "Kim"}})

    async def test_another_doctor_is_drift(self, planning: KosPlanning) -> None:
        fields = await fields_of(planning, SAMPLE)
        assert planning.watched(fields | {"doctor.id": "another"}) != planning.watched(fields)

    async def test_a_cancellation_is_drift(self, planning: KosPlanning) -> None:
        before = planning.watched(await fields_of(planning, SAMPLE))
        await planning.client.cancel_reservation(SAMPLE)
        assert planning.watched(await fields_of(planning, SAMPLE)) != before

    @pytest.mark.parametrize(
        "changes",
        [{"reservationMemo": "x"}, {"sedationRequired": True}, {"funnel": None}],
        ids=lambda changes: next(iter(changes)),
    )
    async def test_what_concerns_nobody_else_is_none(
        self, planning: KosPlanning, changes: dict[str, Any]
    ) -> None:
        assert not await drifts(planning, SAMPLE, changes)

    async def test_no_name_of_a_person_is_kept_for_it(self, planning: KosPlanning) -> None:
        watched = planning.watched(await fields_of(planning, SAMPLE))
        assert not [name for name in watched if name.endswith(".name")]


class TestPlace:
    async def test_a_reservation_takes_the_zone_of_each_resource(
        self, sandbox: Sandbox, planning: KosPlanning
    ) -> None:
        slots = planning.slots(await fields_of(planning, THREE_RESOURCES))
        assert [(slot.resource, slot.start, slot.end) for slot in slots] == [
            (f"zone {each['zoneId']}", unix(each["startDateTimeUtc"]), unix(each["endDateTimeUtc"]))
            for each in resources(sandbox, THREE_RESOURCES)
        ]

    async def test_after_a_move_it_takes_another_time(self, sandbox: Sandbox, planning: KosPlanning) -> None:
        [resource] = resources(sandbox)
        later = {
            "occupiedResources[0].startDateTimeUtc": resource["endDateTimeUtc"],
            "occupiedResources[0].endDateTimeUtc": "2040-01-01T00:00:00Z",
        }
        fields = await fields_of(planning, SAMPLE)
        [now], [then] = planning.slots(fields), planning.slots(fields | later)
        assert then.start == now.end

    async def test_a_resource_that_is_dropped_is_not_taken(self, planning: KosPlanning) -> None:
        fields = await fields_of(planning, THREE_RESOURCES)
        gone = dict.fromkeys(name for name in fields if name.startswith("occupiedResources[2]"))
        assert planning.slots(fields | gone) == planning.slots(fields)[:2]

    async def test_a_reservation_begins_with_its_first_resource(
        self, sandbox: Sandbox, planning: KosPlanning
    ) -> None:
        first = min(unix(each["startDateTimeUtc"]) for each in resources(sandbox, THREE_RESOURCES))
        assert planning.starts_at(await fields_of(planning, THREE_RESOURCES)) == first

    async def test_a_reservation_ends_with_its_last_resource(
        self, sandbox: Sandbox, planning: KosPlanning
    ) -> None:
        last = max(unix(each["endDateTimeUtc"]) for each in resources(sandbox, THREE_RESOURCES))
        assert planning.ends_at(await fields_of(planning, THREE_RESOURCES)) == last

    async def test_without_resources_it_does_not_tell(self, planning: KosPlanning) -> None:
        assert planning.starts_at({"status": "RESERVED"}) is None
        assert planning.ends_at({"status": "RESERVED"}) is None

    async def test_the_zone_is_the_clinics(self, kos_settings: Settings) -> None:
        async with KosClient(kos_settings(time_zone="Asia/Tokyo")) as client:
            assert await KosPlanning(client).zone(await client.get_booking(SAMPLE)) == "Asia/Tokyo"


class TestFinding:
    async def test_there_is_no_list(self, planning: KosPlanning) -> None:
        assert await planning.listing() is None

    def test_so_there_is_no_search(self, planning: KosPlanning) -> None:
        with pytest.raises(InvalidInput, match="kos has no call that lists bookings"):
            planning.search({})

    def test_an_id_with_a_blank_is_refused(self, planning: KosPlanning) -> None:
        with pytest.raises(InvalidInput, match="white space"):
            planning.canonical_id(f"{SAMPLE} ")


async def test_an_update_makes_as_many_calls_as_it_says(sandbox: Sandbox, planning: KosPlanning) -> None:
    assert await calls_of_a_move(sandbox, planning, SAMPLE) == (planning.reads_per_update, 1)
