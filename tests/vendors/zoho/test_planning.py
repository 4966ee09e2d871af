"""docs/vendors/zoho.md, "In change sets"."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from airflow_provider_booking.bookings import InvalidInput, Outcome, Reason, Refused
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.planning import Notify
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from airflow_provider_booking.vendors.zoho.planning import ZohoPlanning
from tests.vendors.planned import an_hour_later, calls_of_a_move, drifts, fields_of, update
from tests.vendors.zoho.conftest import sent
from tests.wire import reads

SAMPLE = "1596693672887000001"
NEXT_TO_IT = "1598000000000000001"
WEEKLY = "1598000000000000002"
PENDING = "1598000000000000004"
FREE = "1597000000000000001"  # made up, with nothing near it
IN_TWO_ROOMS = "1598000000000000009"
STRANGERS = "1598000000000000007"
ROOM, OTHER_ROOM = "1605702686149000001", "1605702686149000002"
CAL5 = {"email": "cal5@example.com", "zid": "61298182"}
DAY = timedelta(days=1)


@pytest.fixture
def planning(zoho: ZohoClient) -> ZohoPlanning:
    return ZohoPlanning(zoho)


def start_of(sandbox: Sandbox, booking_id: str = SAMPLE) -> datetime:
    span = sandbox.booking("zoho", booking_id)["dateandtime"]
    return datetime.fromisoformat(span["start"]).replace(tzinfo=ZoneInfo(span["timezone"]))


def around(moment: datetime, by: timedelta = DAY) -> dict[str, Any]:
    """Give the terms for what starts up to so long before or after a moment."""
    return {"starts_after": moment - by, "starts_before": moment + by}


async def found(planning: ZohoPlanning, **terms: Any) -> list[str]:
    return [booking_id async for booking_id in planning.search(terms)]


class TestNeutralFields:
    async def test_start_and_end_move_the_booking_in_its_zone(
        self, sandbox: Sandbox, planning: ZohoPlanning
    ) -> None:
        sandbox.seed("zoho", 1)
        before, zone = start_of(sandbox, FREE), sandbox.booking("zoho", FREE)["dateandtime"]["timezone"]
        await update(planning, FREE, await an_hour_later(planning, FREE))
        assert start_of(sandbox, FREE) == before + timedelta(hours=1)
        assert sandbox.booking("zoho", FREE)["dateandtime"]["timezone"] == zone

    async def test_another_zone_alone_keeps_the_wall_clock(
        self, sandbox: Sandbox, planning: ZohoPlanning
    ) -> None:
        sandbox.seed("zoho", 1)
        before = sandbox.booking("zoho", FREE)["dateandtime"]
        await update(planning, FREE, {"time_zone": "Asia/Tokyo"})
        assert sandbox.booking("zoho", FREE)["dateandtime"] == before | {"timezone": "Asia/Tokyo"}

    async def test_another_zone_with_times_is_the_zone_of_these(
        self, sandbox: Sandbox, planning: ZohoPlanning
    ) -> None:
        sandbox.seed("zoho", 1)
        wanted = await an_hour_later(planning, FREE)
        await update(planning, FREE, {**wanted, "time_zone": "Asia/Tokyo"})
        assert start_of(sandbox, FREE) == wanted["start"]

    @pytest.mark.parametrize("description", ["Bring the papers", None])
    async def test_texts_are_called_the_same(
        self, sandbox: Sandbox, planning: ZohoPlanning, description: str | None
    ) -> None:
        await update(planning, SAMPLE, {"title": "Interview", "description": description})
        booking = sandbox.booking("zoho", SAMPLE)
        assert (booking["title"], booking["description"]) == ("Interview", description or "")

    async def test_the_second_time_nothing_is_left_to_do(
        self, sandbox: Sandbox, planning: ZohoPlanning
    ) -> None:
        sandbox.seed("zoho", 1)
        wanted = {**await an_hour_later(planning, FREE), "title": "Interview"}
        assert (await update(planning, FREE, wanted)).outcome == Outcome.APPLIED
        assert (await update(planning, FREE, wanted)).outcome == Outcome.UNCHANGED

    async def test_an_hour_that_comes_twice_is_refused(self, planning: ZohoPlanning) -> None:
        twice = datetime(2027, 10, 31, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
        wanted = {"start": twice, "end": twice + DAY, "time_zone": "Europe/Berlin"}
        with pytest.raises(InvalidInput) as refused:
            await update(planning, SAMPLE, wanted)
        assert refused.value.reason == Reason.TIME_FOLD


class TestTelling:
    @pytest.mark.parametrize(
        ("notify", "options"),
        [
            (Notify.VENDOR_DEFAULT, {}),
            (Notify.NONE, {"notify_attendee": 0}),
            (Notify.ONCE, {"notify_attendee": 1}),
        ],
    )
    def test_an_option_says_it(self, planning: ZohoPlanning, notify: Notify, options: dict[str, int]) -> None:
        telling = planning.telling(notify, {"title": "x"})
        assert (telling.changes, telling.options, telling.warnings) == ({}, options, ())

    @pytest.mark.parametrize(
        ("notify", "flag"), [(Notify.VENDOR_DEFAULT, 0), (Notify.NONE, 0), (Notify.ONCE, 1)]
    )
    async def test_an_update_sends_it(
        self, sandbox: Sandbox, planning: ZohoPlanning, notify: Notify, flag: int
    ) -> None:
        changes = {"title": "Interview"}
        await planning.client.update_booking(SAMPLE, changes, **planning.telling(notify, changes).options)
        assert sent(sandbox)[-1]["notify_attendee"] == flag


class TestDrift:
    @pytest.mark.parametrize(
        "changes",
        [
            {"attendees": [CAL5]},
            {"group_attendees": None},
            {"resources": [{"resource_id": OTHER_ROOM}]},
            {"dateandtime": {"timezone": "Asia/Dhaka"}},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    async def test_other_people_another_room_or_time_is_drift(
        self, planning: ZohoPlanning, changes: dict[str, Any]
    ) -> None:
        assert await drifts(planning, SAMPLE, changes)

    async def test_an_approval_is_drift(self, planning: ZohoPlanning) -> None:
        fields = await fields_of(planning, PENDING)
        assert fields["booking_approved"] is False
        assert planning.watched(fields | {"booking_approved": True}) != planning.watched(fields)

    @pytest.mark.parametrize("changes", [{"title": "x"}, {"description": "x"}, {"isprivate": True}], ids=str)
    async def test_what_concerns_nobody_else_is_none(
        self, planning: ZohoPlanning, changes: dict[str, Any]
    ) -> None:
        assert not await drifts(planning, SAMPLE, changes)


class TestPlace:
    async def test_a_booking_takes_its_rooms(self, planning: ZohoPlanning) -> None:
        slots = planning.slots(await fields_of(planning, IN_TWO_ROOMS))
        assert {slot.resource for slot in slots} == {f"room {ROOM}", f"room {OTHER_ROOM}"}

    async def test_it_takes_them_by_the_clock_of_its_zone(
        self, sandbox: Sandbox, planning: ZohoPlanning
    ) -> None:
        [slot] = planning.slots(await fields_of(planning, SAMPLE))
        booking = sandbox.booking("zoho", SAMPLE)
        assert (slot.start, slot.end) == (booking["start"] / 1000, booking["end"] / 1000)

    async def test_the_next_one_in_the_room_does_not_overlap(self, planning: ZohoPlanning) -> None:
        [one] = planning.slots(await fields_of(planning, SAMPLE))
        [other] = planning.slots(await fields_of(planning, NEXT_TO_IT))
        assert (one.resource, one.end) == (other.resource, other.start)

    async def test_after_a_move_it_takes_another_room_at_another_time(self, planning: ZohoPlanning) -> None:
        after = {
            "dateandtime.start": "20300101T100000",
            "dateandtime.end": "20300101T110000",
            "dateandtime.timezone": "Asia/Tokyo",
            "resources": [{"resource_id": OTHER_ROOM, "type": 0, "count": 0}],
        }
        [slot] = planning.slots(await fields_of(planning, SAMPLE) | after)
        start = int(datetime.fromisoformat("2030-01-01T10:00:00+09:00").timestamp())
        assert (slot.resource, slot.start, slot.end) == (f"room {OTHER_ROOM}", start, start + 3600)

    async def test_in_a_zone_that_nobody_knows_it_tells_no_time(self, planning: ZohoPlanning) -> None:
        fields = await fields_of(planning, SAMPLE) | {"dateandtime.timezone": "Mars/Olympus"}
        assert (planning.slots(fields), planning.starts_at(fields)) == ((), None)

    async def test_a_booking_tells_when_it_begins(self, sandbox: Sandbox, planning: ZohoPlanning) -> None:
        assert planning.starts_at(await fields_of(planning, SAMPLE)) == start_of(sandbox).timestamp()

    async def test_the_zone_is_the_bookings(self, planning: ZohoPlanning) -> None:
        assert await planning.zone(await planning.client.get_booking(SAMPLE)) == "Asia/Kolkata"

    async def test_the_list_is_not_used_as_it_wants_rooms(self, planning: ZohoPlanning) -> None:
        assert await planning.listing() is None


class TestIds:
    def test_digits_are_an_id(self, planning: ZohoPlanning) -> None:
        assert planning.canonical_id(SAMPLE) == SAMPLE

    @pytest.mark.parametrize("odd", ["1.59669E+18", f"0{SAMPLE}", "sandboxVb7RE", ""])
    def test_anything_else_is_none(self, planning: ZohoPlanning, odd: str) -> None:
        with pytest.raises(InvalidInput, match="booking_id"):
            planning.canonical_id(odd)


class TestSearch:
    async def test_finds_what_the_caller_booked(self, sandbox: Sandbox, planning: ZohoPlanning) -> None:
        assert SAMPLE in await found(planning, **around(start_of(sandbox)))
        assert STRANGERS not in await found(planning, **around(start_of(sandbox, STRANGERS)))

    async def test_finds_in_a_room_what_anybody_booked(
        self, sandbox: Sandbox, planning: ZohoPlanning
    ) -> None:
        booking = sandbox.booking("zoho", STRANGERS)
        room = booking["resources"][0]["resource_id"]
        terms = around(start_of(sandbox, STRANGERS))
        assert STRANGERS in await found(planning, resource_id=room, **terms)

    async def test_finds_nothing_of_another_room(self, sandbox: Sandbox, planning: ZohoPlanning) -> None:
        terms = around(start_of(sandbox))
        assert SAMPLE not in await found(planning, resource_id=OTHER_ROOM, **terms)

    async def test_a_booking_at_the_first_moment_is_in_and_at_the_last_is_not(
        self, sandbox: Sandbox, planning: ZohoPlanning
    ) -> None:
        start, second = start_of(sandbox), timedelta(seconds=1)
        assert await found(planning, starts_after=start, starts_before=start + second) == [SAMPLE]
        assert await found(planning, starts_after=start - second, starts_before=start) == []

    @pytest.mark.parametrize("room", [None, OTHER_ROOM])
    async def test_a_recurring_booking_comes_once(
        self, sandbox: Sandbox, planning: ZohoPlanning, room: str | None
    ) -> None:
        terms = around(start_of(sandbox, WEEKLY), 50 * DAY)
        assert (await found(planning, resource_id=room, **terms)).count(WEEKLY) == 1

    async def test_a_long_time_is_asked_for_in_parts(self, sandbox: Sandbox, planning: ZohoPlanning) -> None:
        ids = sandbox.seed("zoho", 300)
        terms = around(start_of(sandbox), 200 * DAY)
        assert set(ids) <= set(await found(planning, **terms))
        assert len(reads(sandbox, "zoho")) == 5  # of 89 days each, for 400 days and one on either side

    async def test_of_an_unknown_room_is_refused(self, sandbox: Sandbox, planning: ZohoPlanning) -> None:
        with pytest.raises(Refused, match="no such room"):
            await found(planning, resource_id="1", **around(start_of(sandbox)))

    @pytest.mark.parametrize(
        ("terms", "said"),
        [
            ({}, "search: starts_after is missing"),
            ({"starts_after": "2026-12-01T00:00:00Z"}, "search: starts_before is missing"),
            (
                {"starts_after": "2026-12-01T10:00:00", "starts_before": "2026-12-02T00:00:00Z"},
                "search: starts_after has no time zone",
            ),
            (
                {"starts_after": "0001-01-01T00:00:00Z", "starts_before": "2026-12-02T00:00:00Z"},
                "search: starts_after is outside the calendar",
            ),
        ],
        ids=str,
    )
    def test_bad_terms_are_refused_at_once(
        self, planning: ZohoPlanning, terms: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(InvalidInput, match=said):
            planning.search(terms)

    def test_the_terms_are_known(self, planning: ZohoPlanning) -> None:
        assert planning.search_terms == {"starts_after", "starts_before", "resource_id"}


async def test_an_update_makes_as_many_calls_as_it_says(sandbox: Sandbox, planning: ZohoPlanning) -> None:
    sandbox.seed("zoho", 1)
    assert await calls_of_a_move(sandbox, planning, FREE) == (planning.reads_per_update, 1)
