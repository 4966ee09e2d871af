"""A room or zone closes, or somebody leaves: only the bookings that it is about change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from airflow_provider_booking.sandbox import Sandbox
    from tests.change_sets.engine.conftest import Desk

ZOHO, KOS = "zoho_calendar_default", "kos_default"
ROOM, OTHER_ROOM = "1605702686149000001", "1605702686149000002"
ZONE_1, ZONE_2 = "65e000000000000000000001", "65e000000000000000000002"
SAMPLE_OF_KOS = "66a000000000000000000001"
HOUR = timedelta(hours=1)


@pytest.fixture
def at(sandbox: Sandbox) -> datetime:
    """Give a noon of the coming days, on which the sandbox has no booking; the same one for all of a test."""
    today = datetime.fromtimestamp(sandbox.now(), UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=9, hours=12)


def booked(sandbox: Sandbox, room: str, *starts: datetime) -> list[str]:
    """Book a room for half an hour from each time."""
    records = [
        {
            "title": "Interview",
            "dateandtime": {
                "start": f"{start:%Y%m%dT%H%M%S}",
                "end": f"{start + HOUR / 2:%Y%m%dT%H%M%S}",
                "timezone": "UTC",
            },
            "resources": [{"resource_id": room, "type": 0}],
        }
        for start in starts
    ]
    return sandbox.seed("zoho", bookings=records)


def closed(resource: str, start: datetime, end: datetime, move_to: str) -> dict[str, Any]:
    said = {"resource": resource, "from": start.isoformat(), "to": end.isoformat(), "move_to": move_to}
    return {"close": said}


def zone_of(sandbox: Sandbox, schedule_id: str) -> str:
    zone: str = sandbox.booking("kos", schedule_id)["occupiedResources"][0]["zoneId"]
    return zone


class TestAZohoRoom:
    @pytest.fixture
    def bookings(self, desk: Desk, at: datetime) -> list[str]:
        """Book the room before, twice while, and after it is closed; the second time the other is taken."""
        booked(desk.sandbox, OTHER_ROOM, at + 2 * HOUR)
        return booked(desk.sandbox, ROOM, at - HOUR, at, at + 2 * HOUR, at + 4 * HOUR)

    async def plan(self, desk: Desk, at: datetime, key: str = "run 1") -> Any:
        terms = {"starts_after": at - 2 * HOUR, "starts_before": at + 6 * HOUR}
        return await desk.plan(
            {"search": {name: time.isoformat() for name, time in terms.items()} | {"resource_id": ROOM}},
            closed(ROOM, at, at + 3 * HOUR, OTHER_ROOM),
            conn_id=ZOHO,
            key=key,
        )

    async def test_what_is_in_it_moves_and_what_finds_the_other_taken_is_refused(
        self, desk: Desk, at: datetime, bookings: list[str]
    ) -> None:
        found = await self.plan(desk, at)
        await desk.apply(found)
        outcomes = {item.booking_id: (item.outcome.value, item.reason) for item in desk.items(found)}
        assert [outcomes[each] for each in bookings] == [
            ("unchanged", None),
            ("applied", None),
            ("refused", "conflict.slot"),
            ("unchanged", None),
        ]

    async def test_each_is_in_its_room_afterwards_at_its_time(
        self, desk: Desk, at: datetime, bookings: list[str]
    ) -> None:
        before = [desk.sandbox.booking("zoho", each)["dateandtime"] for each in bookings]
        await desk.apply(await self.plan(desk, at))
        after = [desk.sandbox.booking("zoho", each) for each in bookings]
        assert [each["resources"][0]["resource_id"] for each in after] == [ROOM, OTHER_ROOM, ROOM, ROOM]
        assert [each["dateandtime"] for each in after] == before

    async def test_planned_again_only_what_was_refused_is_left(
        self, desk: Desk, at: datetime, bookings: list[str]
    ) -> None:
        await desk.apply(await self.plan(desk, at))
        change = closed(ROOM, at, at + 3 * HOUR, OTHER_ROOM)
        again = await desk.plan({"ids": bookings}, change, conn_id=ZOHO, key="run 2")
        outcomes = [outcome for outcome, _ in desk.outcomes(again)]
        assert outcomes == ["unchanged", "unchanged", "planned", "unchanged"]

    async def test_taken_back_it_is_in_its_room_again(
        self, desk: Desk, at: datetime, bookings: list[str]
    ) -> None:
        found = await self.plan(desk, at)
        await desk.apply(found)
        await desk.revert(found)
        after = [desk.sandbox.booking("zoho", each)["resources"][0]["resource_id"] for each in bookings]
        assert after == [ROOM] * 4

    async def test_a_recurring_booking_is_refused_in_a_sentence(self, desk: Desk, at: datetime) -> None:
        change = closed(OTHER_ROOM, at, at + HOUR, ROOM)
        found = await desk.plan({"ids": ["1598000000000000002"]}, change, conn_id=ZOHO)
        assert desk.outcomes(found) == [("refused", "input.invalid")]
        assert "the booking recurs" in desk.items(found)[0].message


class TestAKosZone:
    async def test_what_is_in_it_moves_and_the_others_stay(self, desk: Desk) -> None:
        ids = ["66a000000000000000000001", "66a000000000000000000002", "66b000000000000000000001"]
        start = datetime.fromisoformat(desk.sandbox.booking("kos", ids[0])["reservation"]["startDateTime"])
        found = await desk.plan({"ids": ids}, closed(ZONE_1, start, start + HOUR, ZONE_2), conn_id=KOS)
        await desk.apply(found)
        assert desk.outcomes(found) == [("applied", None), ("unchanged", None), ("unchanged", None)]
        assert [zone_of(desk.sandbox, each) for each in ids] == [ZONE_2, ZONE_1, ZONE_1]

    async def test_planned_again_nothing_is_left_to_do(self, desk: Desk) -> None:
        start = datetime.fromisoformat(
            desk.sandbox.booking("kos", SAMPLE_OF_KOS)["reservation"]["startDateTime"]
        )
        change = closed(ZONE_1, start, start + HOUR, ZONE_2)
        await desk.apply(await desk.plan({"ids": [SAMPLE_OF_KOS]}, change, conn_id=KOS))
        again = await desk.plan({"ids": [SAMPLE_OF_KOS]}, change, conn_id=KOS, key="run 2")
        assert desk.outcomes(again) == [("unchanged", None)]

    async def test_taken_back_it_is_in_its_zone_and_received_there_again(self, desk: Desk) -> None:
        before = desk.sandbox.booking("kos", SAMPLE_OF_KOS)
        start = datetime.fromisoformat(before["reservation"]["startDateTime"])
        change = closed(ZONE_1, start, start + HOUR, ZONE_2)
        found = await desk.plan({"ids": [SAMPLE_OF_KOS]}, change, conn_id=KOS)
        await desk.apply(found)
        await desk.revert(found)
        assert desk.sandbox.booking("kos", SAMPLE_OF_KOS) == before


class TestADoctorAtKos:
    DOCTOR, SUCCESSOR = "67d000000000000000000001", "67d000000000000000000009/Kim"

    async def plan(self, desk: Desk, *ids: str, key: str = "run 1") -> Any:
        change = {"replace_host": {"from": self.DOCTOR, "to": self.SUCCESSOR}}
        return await desk.plan({"ids": list(ids)}, change, conn_id=KOS, key=key)

    async def test_only_the_reservations_of_the_one_who_leaves_change(self, desk: Desk) -> None:
        nobodys = "66a000000000000000000002"
        found = await self.plan(desk, SAMPLE_OF_KOS, nobodys)
        await desk.apply(found)
        assert desk.outcomes(found) == [("applied", None), ("unchanged", None)]
        doctor = desk.sandbox.booking("kos", SAMPLE_OF_KOS)["reservation"]["doctor"]
        assert doctor == {"id": "67d000000000000000000009", "name": "Kim"}

    async def test_planned_again_nothing_is_left_to_do(self, desk: Desk) -> None:
        await desk.apply(await self.plan(desk, SAMPLE_OF_KOS))
        assert desk.outcomes(await self.plan(desk, SAMPLE_OF_KOS, key="run 2")) == [("unchanged", None)]

    async def test_a_reservation_that_somebody_moved_meanwhile_is_held(self, desk: Desk) -> None:
        found = await self.plan(desk, SAMPLE_OF_KOS)
        async with await desk.connect(KOS) as client:
            start = datetime.fromisoformat(
                desk.sandbox.booking("kos", SAMPLE_OF_KOS)["reservation"]["startDateTime"]
            )
            await client.update_booking(SAMPLE_OF_KOS, {"endDateTime": start + 2 * HOUR})
        await desk.apply(found)
        assert desk.outcomes(found) == [("held", "drift.changed")]

    async def test_taken_back_the_doctor_is_as_before_and_taken_back_once_more_the_successor(
        self, desk: Desk
    ) -> None:
        def doctor() -> Any:
            return desk.sandbox.booking("kos", SAMPLE_OF_KOS)["reservation"]["doctor"]

        before = doctor()
        found = await self.plan(desk, SAMPLE_OF_KOS)
        await desk.apply(found)
        after = doctor()
        way_back = await desk.revert(found)
        assert doctor() == before
        await desk.revert(way_back.change_set_id)
        assert doctor() == after
