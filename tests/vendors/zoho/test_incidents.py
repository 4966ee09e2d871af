"""docs/vendors/zoho.md, "In change sets": a room closes, somebody leaves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput, Outcome, UpdateResult
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.verbs import Asked, Closing, Replacing
from airflow_provider_booking.vendors.zoho import incidents
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from airflow_provider_booking.vendors.zoho.models import ZohoOptions
from airflow_provider_booking.vendors.zoho.planning import ZohoPlanning
from tests.vendors.planned import fields_of
from tests.vendors.zoho.asked import record

SAMPLE = "1596693672887000001"  # cal1's, with cal2 and cal3
WEEKLY = "1598000000000000002"
IN_TWO_ROOMS = "1598000000000000009"
ROOM, OTHER_ROOM = "1605702686149000001", "1605702686149000002"
CAL2, CAL3 = ("61130357", "cal2@example.com"), ("61130359", "cal3@example.com")
CAL5 = "61298182/cal5@example.com"
MINUTE = timedelta(minutes=1)
EVER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)


@pytest.fixture
def planning(zoho: ZohoClient) -> ZohoPlanning:
    return ZohoPlanning(zoho)


def closing(
    resource: str = ROOM, move_to: str = OTHER_ROOM, *, start: datetime = EVER[0], end: datetime = EVER[1]
) -> Closing:
    return Closing(resource=resource, start=start, end=end, move_to=move_to)


async def closed(planning: ZohoPlanning, booking_id: str, closes: Closing) -> Asked:
    return planning.closing(closes, await planning.client.read(booking_id, ZohoOptions()))


async def left(planning: ZohoPlanning, former: str, successor: str, booking_id: str = SAMPLE) -> Asked:
    now = await planning.client.read(booking_id, ZohoOptions())
    return planning.replacing(Replacing(former=former, successor=successor), now)


async def applied(planning: ZohoPlanning, booking_id: str, asked: Asked) -> UpdateResult:
    return await planning.client.update_booking(booking_id, asked.changes, **asked.options)


def rooms(sandbox: Sandbox, booking_id: str) -> list[str]:
    return [room["resource_id"] for room in sandbox.booking("zoho", booking_id)["resources"]]


def attending(sandbox: Sandbox) -> dict[str, int]:
    people: list[dict[str, Any]] = sandbox.booking("zoho", SAMPLE)["attendees"]
    return {person["email"]: person["permission"] for person in people}


class TestARoomCloses:
    async def test_the_booking_moves_to_the_other_room_at_the_same_time(
        self, sandbox: Sandbox, planning: ZohoPlanning
    ) -> None:
        before = sandbox.booking("zoho", SAMPLE)["dateandtime"]
        await applied(planning, SAMPLE, await closed(planning, SAMPLE, closing()))
        assert rooms(sandbox, SAMPLE) == [OTHER_ROOM]
        assert sandbox.booking("zoho", SAMPLE)["dateandtime"] == before

    async def test_what_it_takes_is_the_other_room_then(self, planning: ZohoPlanning) -> None:
        asked = await closed(planning, SAMPLE, closing())
        now = await fields_of(planning, SAMPLE)
        [slot] = planning.slots(now | dict(asked.changes))
        assert slot.resource == f"room {OTHER_ROOM}"

    async def test_the_second_time_nothing_is_left_to_do(self, planning: ZohoPlanning) -> None:
        await applied(planning, SAMPLE, await closed(planning, SAMPLE, closing()))
        assert await closed(planning, SAMPLE, closing()) == Asked(remark=incidents.NOT_IN_IT)

    async def test_a_booking_of_another_room_stays(self, planning: ZohoPlanning) -> None:
        asked = await closed(planning, SAMPLE, closing(OTHER_ROOM, ROOM))
        assert asked == Asked(remark=incidents.NOT_IN_IT)

    @pytest.mark.parametrize(
        ("first", "last", "moves"),
        [(-60, 0, False), (-60, 1, True), (29, 60, True), (30, 60, False), (10, 20, True)],
    )
    async def test_only_what_meets_the_time_moves(
        self, sandbox: Sandbox, planning: ZohoPlanning, first: int, last: int, moves: bool
    ) -> None:
        start = datetime.fromtimestamp(sandbox.booking("zoho", SAMPLE)["start"] / 1000, UTC)
        during = closing(start=start + first * MINUTE, end=start + last * MINUTE)
        asked = await closed(planning, SAMPLE, during)
        assert bool(asked.changes) == moves
        assert asked.remark == ("" if moves else incidents.AT_ANOTHER_TIME)

    @pytest.mark.parametrize(
        ("first", "last", "moves"),
        [
            ("00:30-04:00", "01:15-04:00", False),
            ("01:00-04:00", "01:20-04:00", True),
            ("01:00-05:00", "01:20-05:00", True),
            ("01:30-05:00", "02:00-05:00", False),
        ],
        ids=["before", "the first time", "the second time", "after"],
    )
    async def test_of_a_time_that_the_clock_shows_twice_either_counts(
        self, planning: ZohoPlanning, first: str, last: str, moves: bool
    ) -> None:
        span = {"start": "20271107T011500", "end": "20271107T013000", "timezone": "America/New_York"}
        start, end = (datetime.fromisoformat(f"2027-11-07T{clock}") for clock in (first, last))
        asked = planning.closing(closing(start=start, end=end), record(dateandtime=span))
        assert bool(asked.changes) == moves

    async def test_of_several_rooms_only_the_closed_one_is_exchanged(
        self, sandbox: Sandbox, planning: ZohoPlanning
    ) -> None:
        free = "1606000000000000001"
        sandbox.seed("zoho", 1)
        await applied(planning, IN_TWO_ROOMS, await closed(planning, IN_TWO_ROOMS, closing(move_to=free)))
        assert sorted(rooms(sandbox, IN_TWO_ROOMS)) == [OTHER_ROOM, free]

    async def test_a_booking_that_is_in_both_only_leaves_the_closed_one(
        self, sandbox: Sandbox, planning: ZohoPlanning
    ) -> None:
        asked = await closed(planning, IN_TWO_ROOMS, closing())
        await applied(planning, IN_TWO_ROOMS, asked)
        assert rooms(sandbox, IN_TWO_ROOMS) == [OTHER_ROOM]
        assert asked.warnings == (incidents.IN_BOTH,)

    async def test_a_recurring_booking_is_refused_as_its_occurrences_are_not_seen(
        self, planning: ZohoPlanning
    ) -> None:
        with pytest.raises(InvalidInput, match="which of its occurrences"):
            await closed(planning, WEEKLY, closing(OTHER_ROOM, ROOM))

    async def test_a_zone_that_is_not_known_here_is_refused_and_not_taken_for_another_time(
        self, planning: ZohoPlanning
    ) -> None:
        nowhere = record()["dateandtime"] | {"timezone": "Mars/Olympus"}
        with pytest.raises(InvalidInput, match="time zone is not known"):
            planning.closing(closing(), record(dateandtime=nowhere))

    @pytest.mark.parametrize(("resource", "move_to"), [("the big one", OTHER_ROOM), (ROOM, "Room 2")])
    async def test_an_id_of_another_vendor_is_refused(
        self, planning: ZohoPlanning, resource: str, move_to: str
    ) -> None:
        with pytest.raises(InvalidInput, match=r"change\.close\."):
            planning.closing(closing(resource, move_to), record())


class TestSomebodyLeaves:
    @pytest.mark.parametrize("former", CAL2)
    async def test_the_successor_attends_instead_named_by_address_or_zid(
        self, sandbox: Sandbox, planning: ZohoPlanning, former: str
    ) -> None:
        await applied(planning, SAMPLE, await left(planning, former, CAL5))
        assert attending(sandbox).keys() == {"cal3@example.com", "cal5@example.com"}

    async def test_with_the_same_permission(self, sandbox: Sandbox, planning: ZohoPlanning) -> None:
        zid, email = CAL2
        may_edit = {"zid": zid, "email": email, "permission": 3}
        await planning.client.update_booking(SAMPLE, {"attendees": [may_edit]})
        await applied(planning, SAMPLE, await left(planning, email, CAL5))
        assert attending(sandbox)["cal5@example.com"] == 3

    async def test_one_who_attends_already_stays_as_before(
        self, sandbox: Sandbox, planning: ZohoPlanning
    ) -> None:
        permission = attending(sandbox)["cal3@example.com"]
        await applied(planning, SAMPLE, await left(planning, CAL2[0], CAL3[1]))
        assert attending(sandbox) == {"cal3@example.com": permission}

    @pytest.mark.parametrize(
        ("former", "successor"),
        [
            ("CAL2@example.com", "61130357/cal2@example.com"),
            ("61130357", "cal2@example.com"),
            ("cal2@example.com", "61130357"),
            ("61130357", "61298182/Cal2@Example.com"),
        ],
    )
    async def test_nobody_takes_over_from_themselves_in_another_spelling(
        self, planning: ZohoPlanning, former: str, successor: str
    ) -> None:
        with pytest.raises(InvalidInput, match=r"^change\.replace_host\.to is the person who leaves"):
            await left(planning, former, successor)

    @pytest.mark.parametrize("successor", ["61130359/other@example.com", "61298182/cal3@example.com"])
    async def test_one_who_attends_under_another_id_or_address_is_not_taken_for_there(
        self, planning: ZohoPlanning, successor: str
    ) -> None:
        with pytest.raises(InvalidInput, match="under another zid or address"):
            await left(planning, CAL2[0], successor)

    async def test_the_second_time_nothing_is_left_to_do(self, planning: ZohoPlanning) -> None:
        result = await applied(planning, SAMPLE, await left(planning, CAL2[0], CAL5))
        assert result.outcome == Outcome.APPLIED
        assert await left(planning, CAL2[0], CAL5) == Asked(remark=incidents.NOT_THERE)

    async def test_a_booking_without_that_person_stays(self, planning: ZohoPlanning) -> None:
        assert await left(planning, "nobody@example.com", CAL5) == Asked(remark=incidents.NOT_THERE)

    async def test_who_booked_stays_which_is_said(self, planning: ZohoPlanning) -> None:
        asked = await left(planning, "cal1@example.com", CAL5)
        assert asked == Asked(remark=incidents.NOT_THERE, warnings=(incidents.BOOKER_STAYS,))

    @pytest.mark.parametrize("successor", ["61298182", "cal5@example.com", "cal5@example.com/61298182"])
    async def test_somebody_new_has_to_be_named_by_both(self, planning: ZohoPlanning, successor: str) -> None:
        with pytest.raises(InvalidInput, match=r"change\.replace_host\.to") as refusal:
            await left(planning, CAL2[0], successor)
        assert "cal5" not in str(refusal.value)
