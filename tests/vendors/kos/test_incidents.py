"""docs/vendors/kos.md, "In change sets": a zone closes, somebody leaves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput, Outcome, Reason, UpdateResult
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.kos import incidents
from airflow_provider_booking.vendors.kos.client import KosClient
from airflow_provider_booking.vendors.kos.models import KosOptions
from airflow_provider_booking.vendors.kos.planning import KosPlanning
from airflow_provider_booking.vendors.kos.translation import Assumptions
from airflow_provider_booking.vendors.verbs import Asked, Closing, Replacing

SAMPLE = "66a000000000000000000001"  # in room 1, with counselor, doctor and assignee
BARE = "66a000000000000000000002"  # in room 1, with nobody
THREE_RESOURCES = (
    "66b000000000000000000001"  # in room 1, then laser 1, then laser 2; received at the front desk
)
ROOM_1, ROOM_2 = "65e000000000000000000001", "65e000000000000000000002"
LASER_1, LASER_2 = "65e000000000000000000003", "65e000000000000000000004"
COUNSELOR, DOCTOR = "67a000000000000000000001", "67d000000000000000000001"
ASSIGNEE = "67e000000000000000000001"
KIM = {"id": "67d000000000000000000009", "name": "Doctor Kim"}
MINUTE = timedelta(minutes=1)
EVER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)


@pytest.fixture
def planning(kos: KosClient) -> KosPlanning:
    return KosPlanning(kos)


def closing(
    resource: str = ROOM_1, move_to: str = ROOM_2, *, start: datetime = EVER[0], end: datetime = EVER[1]
) -> Closing:
    return Closing(resource=resource, start=start, end=end, move_to=move_to)


async def closed(planning: KosPlanning, schedule_id: str, closes: Closing) -> Asked:
    return planning.closing(closes, await planning.client.read(schedule_id, KosOptions()))


async def left(
    planning: KosPlanning, former: str, successor: str | None = None, schedule_id: str = SAMPLE
) -> Asked:
    replacing = Replacing(former=former, successor=successor or f"{KIM['id']}/{KIM['name']}")
    return planning.replacing(replacing, await planning.client.read(schedule_id, KosOptions()))


async def applied(planning: KosPlanning, schedule_id: str, asked: Asked) -> UpdateResult:
    return await planning.client.update_booking(schedule_id, asked.changes, **asked.options)


def zones(sandbox: Sandbox, schedule_id: str) -> list[str]:
    return [each["zoneId"] for each in sandbox.booking("kos", schedule_id)["occupiedResources"]]


def reservation(sandbox: Sandbox) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.booking("kos", SAMPLE)["reservation"]
    return found


class TestAZoneCloses:
    async def test_the_reservation_moves_to_the_other_zone_and_nothing_else_changes(
        self, sandbox: Sandbox, planning: KosPlanning
    ) -> None:
        before = sandbox.booking("kos", SAMPLE)
        await applied(planning, SAMPLE, await closed(planning, SAMPLE, closing()))
        [resource] = before["occupiedResources"]
        after = sandbox.booking("kos", SAMPLE)
        assert after["occupiedResources"] == [resource | {"zoneId": ROOM_2}]
        assert after["reservation"] == before["reservation"] | {"zoneId": ROOM_2}

    async def test_what_it_takes_is_the_other_zone_then(self, planning: KosPlanning) -> None:
        await applied(planning, SAMPLE, await closed(planning, SAMPLE, closing()))
        now = await planning.client.read(SAMPLE, KosOptions())
        [slot] = planning.slots(planning.client.fields(now))
        assert slot.resource == f"zone {ROOM_2}"

    async def test_the_second_time_nothing_is_left_to_do(self, planning: KosPlanning) -> None:
        await applied(planning, SAMPLE, await closed(planning, SAMPLE, closing()))
        assert await closed(planning, SAMPLE, closing()) == Asked(remark=incidents.NOT_IN_IT)

    async def test_a_reservation_elsewhere_stays(self, planning: KosPlanning) -> None:
        asked = await closed(planning, SAMPLE, closing(LASER_1, LASER_2))
        assert asked == Asked(remark=incidents.NOT_IN_IT)

    @pytest.mark.parametrize(
        ("first", "last", "moves"),
        [(-60, 0, False), (-60, 1, True), (29, 60, True), (30, 60, False), (10, 20, True)],
    )
    async def test_only_what_meets_the_time_moves(
        self, sandbox: Sandbox, planning: KosPlanning, first: int, last: int, moves: bool
    ) -> None:
        start = datetime.fromisoformat(reservation(sandbox)["startDateTime"])
        during = closing(start=start + first * MINUTE, end=start + last * MINUTE)
        assert bool((await closed(planning, SAMPLE, during)).changes) == moves

    async def test_of_several_resources_only_the_one_in_it_is_exchanged(
        self, sandbox: Sandbox, planning: KosPlanning
    ) -> None:
        await applied(planning, THREE_RESOURCES, await closed(planning, THREE_RESOURCES, closing()))
        assert zones(sandbox, THREE_RESOURCES) == [ROOM_2, LASER_1, LASER_2]

    async def test_it_may_be_in_the_other_zone_before_or_after(
        self, sandbox: Sandbox, planning: KosPlanning
    ) -> None:
        asked = await closed(planning, THREE_RESOURCES, closing(LASER_1, LASER_2))
        await applied(planning, THREE_RESOURCES, asked)
        assert zones(sandbox, THREE_RESOURCES) == [ROOM_1, LASER_2, LASER_2]

    async def test_one_that_is_in_the_other_zone_at_that_time_is_refused(
        self, sandbox: Sandbox, planning: KosPlanning
    ) -> None:
        [one] = sandbox.booking("kos", SAMPLE)["occupiedResources"]
        both = [{"id": one["id"]}, {name: one[name] for name in one if name != "id"} | {"zoneId": ROOM_2}]
        await planning.client.update_booking(SAMPLE, {"occupiedResources": both})
        with pytest.raises(InvalidInput) as refusal:
            await closed(planning, SAMPLE, closing())
        assert refusal.value.reason == Reason.SLOT_CONFLICT

    async def test_one_whose_times_do_not_show_is_refused_and_not_taken_for_elsewhere(
        self, planning: KosPlanning
    ) -> None:
        now = await planning.client.read(SAMPLE, KosOptions())
        [one] = now["data"]["occupiedResources"]
        del one["endDateTimeUtc"]
        with pytest.raises(InvalidInput, match="without endDateTimeUtc"):
            planning.closing(closing(), now)

    async def test_the_reception_goes_along_where_it_reads_as_the_zone(
        self, sandbox: Sandbox, planning: KosPlanning
    ) -> None:
        asked = await closed(planning, SAMPLE, closing())
        await applied(planning, SAMPLE, asked)
        assert sandbox.booking("kos", SAMPLE)["receptionZoneId"] == ROOM_2
        assert asked.warnings == (incidents.RECEPTION_GOES_ALONG,)

    async def test_it_stays_where_another_resource_than_the_first_moves(self, planning: KosPlanning) -> None:
        asked = await closed(planning, THREE_RESOURCES, closing(LASER_1, LASER_2))
        assert "zoneId" not in asked.changes

    async def test_it_stays_where_the_zone_is_not_taken_for_the_reception(
        self, planning: KosPlanning
    ) -> None:
        now = await planning.client.read(SAMPLE, KosOptions())
        asked = Asked({"occupiedResources": [{"id": "any", "zoneId": ROOM_2}]})
        known = Assumptions(zone_reads_as_reception=False)
        assert incidents.with_reception(asked, now, known) == asked


class TestSomebodyLeaves:
    @pytest.mark.parametrize(
        ("role", "former"), [("counselor", COUNSELOR), ("doctor", DOCTOR), ("reservationAssignee", ASSIGNEE)]
    )
    async def test_the_successor_takes_over_and_nothing_else_changes(
        self, sandbox: Sandbox, planning: KosPlanning, role: str, former: str
    ) -> None:
        before = reservation(sandbox)
        await applied(planning, SAMPLE, await left(planning, former))
        assert reservation(sandbox) == before | {role: KIM}

    async def test_in_every_part_that_the_person_had(self, sandbox: Sandbox, planning: KosPlanning) -> None:
        doctor = {"id": DOCTOR, "name": "Doctor 1"}
        await planning.client.update_booking(SAMPLE, {"counselor": doctor})
        await applied(planning, SAMPLE, await left(planning, DOCTOR))
        assert reservation(sandbox)["counselor"] == reservation(sandbox)["doctor"] == KIM

    async def test_only_a_doctor_goes_through_v1_with_a_warning(self, planning: KosPlanning) -> None:
        doctor, counselor = await left(planning, DOCTOR), await left(planning, COUNSELOR)
        assert (doctor.options, doctor.warnings) == ({"api_version": "v1"}, (incidents.NO_RECEPTION,))
        assert (counselor.options, counselor.warnings) == ({}, ())

    async def test_a_doctor_of_several_resources_is_refused(self, planning: KosPlanning) -> None:
        with pytest.raises(InvalidInput, match="no schedule with several resources"):
            await left(planning, DOCTOR, schedule_id=THREE_RESOURCES)

    async def test_a_counselor_of_several_resources_is_not(
        self, sandbox: Sandbox, planning: KosPlanning
    ) -> None:
        asked = await left(planning, COUNSELOR, schedule_id=THREE_RESOURCES)
        await applied(planning, THREE_RESOURCES, asked)
        assert sandbox.booking("kos", THREE_RESOURCES)["reservation"]["counselor"] == KIM

    async def test_the_second_time_nothing_is_left_to_do(self, planning: KosPlanning) -> None:
        result = await applied(planning, SAMPLE, await left(planning, DOCTOR))
        assert result.outcome == Outcome.APPLIED
        assert await left(planning, DOCTOR) == Asked(remark=incidents.NOT_THEIRS)

    async def test_a_reservation_of_nobody_stays(self, planning: KosPlanning) -> None:
        assert await left(planning, DOCTOR, schedule_id=BARE) == Asked(remark=incidents.NOT_THEIRS)

    async def test_a_name_that_the_reservation_shows_need_not_be_given(
        self, sandbox: Sandbox, planning: KosPlanning
    ) -> None:
        await applied(planning, SAMPLE, await left(planning, COUNSELOR, DOCTOR))
        assert reservation(sandbox)["counselor"] == reservation(sandbox)["doctor"]

    async def test_a_name_that_nothing_shows_has_to_be_given(self, planning: KosPlanning) -> None:
        with pytest.raises(InvalidInput, match=r"change\.replace_host\.to lacks the name"):
            await left(planning, COUNSELOR, KIM["id"])


class TestSeenByV1:
    """A reservation that goes through v1 is compared in v1's fields."""

    async def test_a_record_reads_as_if_it_had_been_read_so(self, planning: KosPlanning) -> None:
        client, v1 = planning.client, KosOptions(api_version="v1")
        seen = client.seen_with(await client.read(SAMPLE, KosOptions()), v1)
        assert seen == await client.read(SAMPLE, v1)

    async def test_it_takes_the_same_and_begins_at_the_same_time(self, planning: KosPlanning) -> None:
        client = planning.client
        read = await client.read(SAMPLE, KosOptions())
        in_v1 = client.fields(client.seen_with(read, KosOptions(api_version="v1")))
        in_v2 = client.fields(read)
        assert planning.slots(in_v1) == planning.slots(in_v2)
        assert planning.starts_at(in_v1) == planning.starts_at(in_v2)

    @pytest.mark.parametrize(
        "member", ["zoneId", "startDateTime", "endDateTime", "reservationGroupId", "status"]
    )
    async def test_state_time_and_place_are_watched(self, planning: KosPlanning, member: str) -> None:
        client = planning.client
        fields = client.fields(await client.read(SAMPLE, KosOptions(api_version="v1")))
        assert planning.watched(fields | {member: "otherwise"}) != planning.watched(fields)
