"""docs/vendors/zoho.md, "Calls": the vendor's calls, through our client."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    BookingNotFound,
    InvalidInput,
    OutcomeUnknown,
    Reason,
    Refused,
    SlotTaken,
    VendorUnavailable,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.zoho import parameters
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from airflow_provider_booking.vendors.zoho.errors import ZohoDialect, ZohoTokenDialect
from airflow_provider_booking.vendors.zoho.models import BookingData
from airflow_provider_booking.vendors.zoho.translation import Assumptions
from tests.vendors.zoho.conftest import sent
from tests.wire import reads, writes

SAMPLE = "1596693672887000001"
WEEKLY = "1598000000000000002"
IN_THE_WAY = "1598000000000000001"
UNKNOWN = "1500000000000000000"
ROOM, OTHER_ROOM = "1605702686149000001", "1605702686149000002"
BRANCH = "1604000000000000011"
CAL5 = {"email": "cal5@example.com", "zid": 61298182}
DAY = timedelta(days=1)


def times(sandbox: Sandbox, *, days: int = 0) -> dict[str, str]:
    """Give the sample's times, so many days later."""
    found = sandbox.booking("zoho", SAMPLE)["dateandtime"]
    moved = {
        name: f"{datetime.fromisoformat(found[name]) + timedelta(days=days):%Y%m%dT%H%M%S}"
        for name in ("start", "end")
    }
    return {**moved, "timezone": found["timezone"]}


def first_day(sandbox: Sandbox, booking_id: str = SAMPLE) -> date:
    return date.fromisoformat(sandbox.booking("zoho", booking_id)["start_date"])


def whole(sandbox: Sandbox, *, days: int = 0, **otherwise: Any) -> dict[str, Any]:
    rooms = [{"resource_id": ROOM, "type": 0}]
    return {"title": "Talk", "dateandtime": times(sandbox, days=days), "resources": rooms, **otherwise}


class TestGet:
    async def test_shows_the_whole_booking(self, zoho: ZohoClient) -> None:
        booking = await zoho.get_booking_info(SAMPLE)
        assert (booking.booking_id, booking.title, booking.description) == (
            SAMPLE,
            "Booking",
            "Attendee booking",
        )
        assert [room.resource_id for room in booking.resources] == [ROOM]
        assert [person.zid for person in booking.attendees or ()] == ["61130357", "61130359"]
        assert booking.booking_approved is True

    async def test_shows_an_occurrence(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        first = sandbox.booking("zoho", WEEKLY)["start"]
        booking = await zoho.get_booking_info(WEEKLY, recurrence_id=str(first + 7 * 86_400_000))
        assert booking.dateandtime.start[:8] == f"{first_day(sandbox, WEEKLY) + 7 * DAY:%Y%m%d}"

    async def test_keeps_members_that_the_vendor_adds_one_day(
        self, sandbox: Sandbox, zoho: ZohoClient
    ) -> None:
        record = (await zoho.get_booking(SAMPLE)).raw | {"mood": "good", "attendees": None}
        sandbox.fault("zoho", {"status": 200, "body": record}, method="GET")
        assert (await zoho.get_booking_info(SAMPLE)).model_dump()["mood"] == "good"

    @pytest.mark.parametrize("missing", ["title", "dateandtime", "resources", "booking_id"])
    async def test_without_what_a_booking_has_is_no_reading(
        self, sandbox: Sandbox, zoho: ZohoClient, missing: str
    ) -> None:
        record = {
            name: value for name, value in (await zoho.get_booking(SAMPLE)).raw.items() if name != missing
        }
        sandbox.fault("zoho", {"status": 200, "body": record}, method="GET", times=None)
        with pytest.raises(VendorUnavailable, match=f"lacks what was asked for: {missing} is missing"):
            await zoho.get_booking_info(SAMPLE)

    async def test_of_another_booking_is_no_reading(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        record = (await zoho.get_booking(SAMPLE)).raw | {"booking_id": IN_THE_WAY}
        sandbox.fault("zoho", {"status": 200, "body": record}, method="GET", times=None)
        for read in (zoho.get_booking_info, zoho.get_booking):
            with pytest.raises(VendorUnavailable, match="lacks the booking that was asked for"):
                await read(SAMPLE)

    @pytest.mark.parametrize("start", ["20271302T090000", "20270229", "2027-11-02"])
    async def test_at_a_time_that_is_none_is_no_reading(
        self, sandbox: Sandbox, zoho: ZohoClient, start: str
    ) -> None:
        raw = (await zoho.get_booking(SAMPLE)).raw
        record = raw | {"dateandtime": raw["dateandtime"] | {"start": start}}  # type: ignore[operator]  # JSON
        sandbox.fault("zoho", {"status": 200, "body": record}, method="GET", times=None)
        with pytest.raises(VendorUnavailable, match=r"lacks what was asked for: dateandtime\.start is not"):
            await zoho.get_booking(SAMPLE)

    async def test_of_an_unknown_booking_says_so(self, zoho: ZohoClient) -> None:
        with pytest.raises(BookingNotFound):
            await zoho.get_booking_info(UNKNOWN)

    async def test_shows_no_address_and_no_description_in_repr(self, zoho: ZohoClient) -> None:
        shown = repr(await zoho.get_booking_info(SAMPLE))
        assert "@example.com" not in shown
        assert "Attendee booking" not in shown


class TestGetBooking:
    async def test_gives_the_booking_in_neutral_fields(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        booking = await zoho.get_booking(SAMPLE)
        assert booking.ref.model_dump() == {
            "vendor": "zoho",
            "conn_id": "zoho_calendar_default",
            "booking_id": SAMPLE,
        }
        stored = sandbox.booking("zoho", SAMPLE)
        assert booking.start == datetime.fromtimestamp(stored["start"] / 1000, UTC)
        assert booking.end == datetime.fromtimestamp(stored["end"] / 1000, UTC)
        assert (booking.title, booking.time_zone) == ("Booking", "Asia/Kolkata")
        assert booking.description == "Attendee booking"

    async def test_keeps_the_vendors_record_out_of_repr(self, zoho: ZohoClient) -> None:
        booking = await zoho.get_booking(SAMPLE)
        assert booking.raw["bookedby_email"] == "cal1@example.com"
        assert "cal1" not in repr(booking)

    async def test_leaves_open_what_the_vendor_does_not_say(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        raw = (await zoho.get_booking(SAMPLE)).raw
        record = {name: raw[name] for name in ("booking_id", "title", "dateandtime", "resources")}
        sandbox.fault("zoho", {"status": 200, "body": record}, method="GET")
        booking = await zoho.get_booking(SAMPLE)
        assert (booking.start, booking.end, booking.description) == (None, None, None)


class TestUpdate:
    async def test_sends_what_was_given_and_reads_nothing(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        data = whole(sandbox, attendees=[CAL5 | {"permission": 2}], isprivate=True)
        shown = await zoho.update_booking_data(SAMPLE, data)
        assert [booking.title for booking in shown.values()] == ["Talk"]
        assert sent(sandbox) == [
            data
            | {
                "resources": [{"resource_id": ROOM, "type": 0}],
                "attendees": [{"email": "cal5@example.com", "zid": "61298182", "permission": 2}],
                "notify_attendee": 0,
            }
        ]
        assert reads(sandbox, "zoho") == []

    async def test_names_the_booking_by_its_date(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        shown = await zoho.update_booking_data(SAMPLE, BookingData.parse(whole(sandbox)))
        assert list(shown) == [f"{first_day(sandbox):%Y%m%d}"]

    async def test_shows_every_occurrence_of_a_recurring_booking(
        self, sandbox: Sandbox, zoho: ZohoClient
    ) -> None:
        data = whole(sandbox, recurrence_edittype="only") | {
            "dateandtime": sandbox.booking("zoho", WEEKLY)["dateandtime"],
            "recurrenceid_in_millis": str(sandbox.booking("zoho", WEEKLY)["start"]),
            "resources": [{"resource_id": OTHER_ROOM}],
        }
        await zoho.update_booking_data(WEEKLY, data)
        assert sent(sandbox)[0]["recurrenceid_in_millis"] == sandbox.booking("zoho", WEEKLY)["start"]
        shown = await zoho.update_booking_data(
            WEEKLY,
            {
                name: "all" if name == "recurrence_edittype" else value
                for name, value in data.items()
                if name != "recurrenceid_in_millis"
            },
        )
        assert len(shown) == 6

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"title": " "}, "title is empty"),
            ({"dateandtime": {"start": "20271102T090000"}}, r"dateandtime\.end is missing"),
            ({"resources": []}, "resources has fewer than 1"),
            ({"attendees": [{"email": "cal5@example.com"}]}, r"attendees\[0\]\.zid is missing"),
            ({"attendees": {"set": []}}, "attendees must be a list"),
            ({"notify_attendee": 3}, "notify_attendee must be at most 2"),
            ({"notify_attendee": True}, "notify_attendee must be a whole number"),
            ({"repeat": {"freq": "daily"}}, r"repeat\.interval is missing"),
            (
                {"repeat": {"freq": "daily", "interval": 1, "until": "20200101"}},
                r"repeat\.until is before the booking",
            ),
            ({"recurrence_edittype": "only"}, "recurrenceid_in_millis is missing: name the occurrence"),
            ({"recurrence_edittype": "following"}, "recurrenceid_in_millis is missing"),
            ({"room": ROOM}, "room is not a known field"),
            (
                {
                    "dateandtime": {
                        "start": "20270314T023000",
                        "end": "20270314T040000",
                        "timezone": "America/New_York",
                    }
                },
                "does not exist in America/New_York",
            ),
            (
                {
                    "dateandtime": {
                        "start": "20271102T090000",
                        "end": "20271102T090000",
                        "timezone": "Asia/Kolkata",
                    }
                },
                r"dateandtime\.end 20271102T090000 is not after",
            ),
        ],
    )
    @pytest.mark.parametrize("call", ["update", "book"])
    async def test_refuses_bad_input_before_sending(
        self, sandbox: Sandbox, zoho: ZohoClient, wrong: dict[str, Any], said: str, call: str
    ) -> None:
        data = whole(sandbox) | wrong
        with pytest.raises(InvalidInput, match=said):
            await (zoho.update_booking_data(SAMPLE, data) if call == "update" else zoho.book_resource(data))
        assert sandbox.requests("zoho") == []

    async def test_writes_moments_in_the_zone_that_is_given(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        start = datetime.fromtimestamp(sandbox.now(), UTC).replace(hour=12, minute=0, second=0) + 9 * DAY
        asked = {"start": start, "end": start + timedelta(hours=1), "timezone": "Asia/Kolkata"}
        await zoho.update_booking_data(SAMPLE, whole(sandbox) | {"dateandtime": asked})
        assert sent(sandbox)[0]["dateandtime"]["start"][8:] == "T173000"

    async def test_whose_answer_shows_no_booking_is_unknown(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        sandbox.fault(
            "zoho", {"status": 200, "body": {"start_date": "x"}}, method="POST", path="*/bookings/*"
        )
        with pytest.raises(OutcomeUnknown, match="lacks a booking"):
            await zoho.update_booking_data(SAMPLE, whole(sandbox))


class TestBook:
    async def test_books_a_room(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        shown = await zoho.book_resource(whole(sandbox, days=1, attendees=[CAL5]))
        (booking,) = shown.values()
        assert sandbox.booking("zoho", booking.booking_id)["title"] == "Talk"
        assert sandbox.notifications("zoho") == []

    async def test_of_a_taken_room_is_refused(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        with pytest.raises(SlotTaken):
            await zoho.book_resource(whole(sandbox))

    @pytest.mark.parametrize("lost", [{"drop": "after"}, {"drop": "before"}, {"cut_json": True}], ids=str)
    async def test_whose_answer_is_lost_is_not_repeated(
        self, sandbox: Sandbox, zoho: ZohoClient, lost: dict[str, Any]
    ) -> None:
        sandbox.fault("zoho", lost, method="POST", path="*/bookings")
        with pytest.raises(OutcomeUnknown):
            await zoho.book_resource(whole(sandbox, days=1))
        assert len(writes(sandbox, "zoho")) == 1


class TestDelete:
    async def test_forgets_the_booking_and_tells_nobody(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        await zoho.delete_booking(SAMPLE)
        assert SAMPLE not in [booking["booking_id"] for booking in sandbox.bookings("zoho")]
        assert sandbox.notifications("zoho") == []

    async def test_tells_whom_it_is_asked_to(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        await zoho.delete_booking(SAMPLE, ntfy=1)
        assert len(sandbox.notifications("zoho")) == 1

    async def test_twice_says_that_it_is_gone(self, zoho: ZohoClient) -> None:
        await zoho.delete_booking(SAMPLE)
        with pytest.raises(BookingNotFound):
            await zoho.delete_booking(SAMPLE)

    async def test_may_take_one_occurrence(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        first = str(sandbox.booking("zoho", WEEKLY)["start"])
        await zoho.delete_booking(WEEKLY, recurrence_deletetype="only", recurrenceid_in_millis=first)
        day = first_day(sandbox, WEEKLY)
        left = await zoho.room_bookings(OTHER_ROOM, BRANCH, day, day + 60 * DAY)
        assert first not in [booking.recurrence_id for booking in left]

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"ntfy": 3}, "ntfy must be at most 2"),
            ({"recurrence_deletetype": "this"}, "recurrence_deletetype must be 'all', 'following' or 'only'"),
            ({"recurrence_deletetype": "only"}, "recurrenceid_in_millis is missing"),
            ({"ntfy": True}, "ntfy must be a whole number"),
            ({"recurrenceid_in_millis": "soon"}, "recurrenceid_in_millis is not an id"),
            ({"recurrenceid_in_millis": "1"}, "recurrenceid_in_millis names one occurrence, and .* does not"),
        ],
    )
    async def test_refuses_bad_input_before_sending(
        self, sandbox: Sandbox, zoho: ZohoClient, wrong: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(InvalidInput, match=said):
            await zoho.delete_booking(WEEKLY, **wrong)
        assert sandbox.requests("zoho") == []

    @pytest.mark.parametrize("body", [{"status": "deleted"}, {}, [], {"status": 1}], ids=str)
    async def test_that_is_not_confirmed_is_unknown(
        self, sandbox: Sandbox, zoho: ZohoClient, body: Any
    ) -> None:
        sandbox.fault("zoho", {"status": 200, "body": body}, method="DELETE")
        with pytest.raises(OutcomeUnknown):
            await zoho.delete_booking(SAMPLE)


class TestLists:
    async def test_my_bookings_come_with_their_rooms(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        day = first_day(sandbox)
        mine = await zoho.my_bookings(day, day, timezone="Asia/Kolkata")
        assert SAMPLE in [booking.booking_id for booking in mine.bookings]
        assert {room.resource_id for room in mine.resources} >= {ROOM}

    async def test_a_rooms_bookings_show_each_occurrence(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        day = first_day(sandbox, WEEKLY)
        found = await zoho.room_bookings(OTHER_ROOM, BRANCH, day, day + 13 * DAY)
        weekly = [booking.recurrence_id for booking in found if booking.booking_id == WEEKLY]
        first = sandbox.booking("zoho", WEEKLY)["start"]
        assert weekly == [str(first), str(first + 7 * 86_400_000)]

    async def test_a_rooms_bookings_may_be_of_one_day(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        found = await zoho.room_bookings(ROOM, BRANCH, first_day(sandbox))
        assert SAMPLE in [booking.booking_id for booking in found]
        assert "endDate" not in reads(sandbox, "zoho")[0]["query"]

    async def test_rooms_may_be_those_of_a_branch(self, zoho: ZohoClient) -> None:
        assert {room.resource_id for room in await zoho.get_rooms(branch_id=BRANCH)} >= {ROOM, OTHER_ROOM}
        assert await zoho.get_rooms(branch_id="1") == []

    @pytest.mark.parametrize("day", ["2027-11-02", None, 20271102])
    @pytest.mark.parametrize("call", ["my_bookings", "room_bookings", "room_free_busy", "free_rooms"])
    async def test_what_is_no_day_is_refused_before_sending(
        self, sandbox: Sandbox, zoho: ZohoClient, call: str, day: Any
    ) -> None:
        about = {"my_bookings": [], "room_bookings": [ROOM, BRANCH]}.get(call, ["x"])
        with pytest.raises(InvalidInput, match=r"start_date is a \w+: give a datetime.date"):
            await getattr(zoho, call)(*about, day, day)
        assert sandbox.requests("zoho") == []

    @pytest.mark.parametrize("call", ["get_room", "room_free_busy"])
    async def test_a_room_that_is_not_there_is_no_missing_booking(
        self, sandbox: Sandbox, zoho: ZohoClient, call: str
    ) -> None:
        days = [] if call == "get_room" else [first_day(sandbox)] * 2
        with pytest.raises(Refused, match=r"there is no such room .*: check the room's id") as refused:
            await getattr(zoho, call)("1605702686149000099", *days)
        assert (type(refused.value), refused.value.reason) == (Refused, Reason.GONE)

    async def test_a_room_is_shown_by_its_id(self, zoho: ZohoClient) -> None:
        room = await zoho.get_room(ROOM)
        assert (room.resource_id, room.branch_id) == (ROOM, BRANCH)
        assert "@" not in repr(room)


class TestFreeAndBusy:
    async def test_a_room_is_busy_when_it_is_booked(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        name = (await zoho.get_room(ROOM)).auto_gen_name
        assert name is not None
        day = first_day(sandbox)
        busy = await zoho.room_free_busy(name, day, day, timezone="Asia/Kolkata")
        assert ("0100", "0130") in [(each.start_time, each.end_time) for each in busy]

    async def test_a_room_is_free_when_it_is_not(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        day = first_day(sandbox)
        free = await zoho.free_rooms(
            BRANCH, day, day, start_time=time(1, 0), end_time=time(2, 0), timezone="Asia/Kolkata"
        )
        assert {room.resource_id: room.is_available for room in free}[ROOM] is False
        assert {room.resource_id: room.is_available for room in free}[OTHER_ROOM] is True

    async def test_a_person_is_busy_in_utc(self, zoho: ZohoClient) -> None:
        start = (await zoho.get_booking(SAMPLE)).start
        assert start is not None
        busy = await zoho.user_free_busy("cal2@example.com", start, start + DAY)
        assert [period.start_time for period in busy] == [start]

    async def test_a_zone_that_is_none_is_refused_before_sending(
        self, sandbox: Sandbox, zoho: ZohoClient
    ) -> None:
        day = first_day(sandbox)
        with pytest.raises(InvalidInput, match="timezone is not a time zone"):
            await zoho.my_bookings(day, day, timezone="Berlin")
        assert sandbox.requests("zoho") == []

    async def test_a_naive_time_is_refused_before_sending(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        with pytest.raises(InvalidInput, match="start has no time zone"):
            await zoho.user_free_busy("cal2@example.com", "2027-11-02T09:00:00", "2027-11-02T10:00:00Z")
        assert sandbox.requests("zoho") == []


class TestAssumptions:
    """Each is one switch: docs/vendors/zoho.md, "Assumed"."""

    @pytest.mark.parametrize(("quoted", "shown"), [(False, ROOM), (True, f'"{ROOM}"')])
    def test_the_values_of_the_room_call_may_be_quoted(self, *, quoted: bool, shown: str) -> None:
        query = parameters.room_query(
            ROOM, BRANCH, date(2027, 11, 2), None, Assumptions(quoted_values=quoted)
        )
        assert query["resource_id"] == shown

    @pytest.mark.parametrize(("longest", "fits"), [(18, True), (17, False)])
    def test_a_query_fits_up_to_its_longest(self, *, longest: int, fits: bool) -> None:
        assert parameters.fits_query({"bookingData": "ü"}, Assumptions(longest_query=longest)) == fits

    @pytest.mark.parametrize(("horizon", "length", "lists"), [(0, 30, 2), (30, 30, 3), (400, 89, 6)])
    def test_occurrences_are_looked_for_without_a_gap_as_far_as_the_horizon(
        self, horizon: int, length: int, lists: int
    ) -> None:
        assumptions = Assumptions(horizon_days=horizon, list_days=length)
        periods = list(parameters.periods_around(date(2027, 1, 31), assumptions))
        assert len(periods) == lists
        assert periods[0][0] == date(2027, 1, 31) - length * DAY
        assert periods[-1][1] >= date(2027, 1, 31) + horizon * DAY
        assert all(first - last == DAY for (_, last), (first, _) in itertools.pairwise(periods))

    def test_a_lock_lasts_as_long_as_assumed(self) -> None:
        assumptions = Assumptions(lock_seconds=7, token_lock_seconds=8)
        assert ZohoDialect(assumptions).wait({}) == 7
        assert ZohoTokenDialect(assumptions).wait({}) == 8

    def test_a_lock_that_is_announced_lasts_as_announced(self) -> None:
        assert ZohoDialect().wait({"retry-after": "5"}) == 5
