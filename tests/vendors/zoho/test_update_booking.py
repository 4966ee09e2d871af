"""docs/vendors/zoho.md, "Update": what an update does to a booking, whom it tells, and what it says."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    AccessDenied,
    BookingNotFound,
    Held,
    InvalidInput,
    Outcome,
    Reason,
    Refused,
    SlotTaken,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from tests.vendors.zoho.conftest import Settings, sent
from tests.wire import writes

SAMPLE = "1596693672887000001"
IN_THE_WAY = "1598000000000000001"
PENDING = "1598000000000000004"
ANOTHERS = "1598000000000000007"
IN_TWO_ROOMS = "1598000000000000009"
ROOM, OTHER_ROOM, APPROVAL_ROOM = (f"160570268614900000{number}" for number in (1, 2, 3))
CAL5 = {"email": "cal5@example.com", "zid": "61298182"}
CAL2, CAL3 = 61130357, 61130359
WAITS = "the booking waits for approval: the room is held, and not yet confirmed"


def span(sandbox: Sandbox, *, hours: int, booking_id: str = SAMPLE) -> dict[str, str]:
    """Give a booking's times, so many hours later."""
    times = sandbox.booking("zoho", booking_id)["dateandtime"]
    moved = {
        name: f"{datetime.fromisoformat(times[name]) + timedelta(hours=hours):%Y%m%dT%H%M%S}"
        for name in ("start", "end")
    }
    return {**moved, "timezone": times["timezone"]}


def zids(sandbox: Sandbox, members: str = "attendees", booking_id: str = SAMPLE) -> list[int]:
    return sorted(person["zid"] for person in sandbox.booking("zoho", booking_id)[members])


class TestApplied:
    async def test_changes_the_booking_at_the_vendor(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        result = await zoho.update_booking(SAMPLE, {"title": "Second interview"})
        assert result.outcome == Outcome.APPLIED
        assert sandbox.booking("zoho", SAMPLE)["title"] == "Second interview"

    async def test_says_what_changed_from_what_to_what(self, zoho: ZohoClient) -> None:
        result = await zoho.update_booking(SAMPLE, {"title": "Second interview", "isprivate": False})
        assert result.as_xcom() == {
            "vendor": "zoho",
            "conn_id": "zoho_calendar_default",
            "booking_id": SAMPLE,
            "outcome": "applied",
            "changed": {"title": {"before": "Booking", "after": "Second interview"}},
            "warnings": [],
        }

    async def test_needs_no_reading_back(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        await zoho.update_booking(SAMPLE, {"title": "x"})
        calls = [
            (request["method"], request["path"].rpartition("/")[2]) for request in sandbox.requests("zoho")
        ]
        assert calls == [("POST", "token"), ("GET", SAMPLE), ("POST", SAMPLE)]

    async def test_moves_the_booking(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        moved = span(sandbox, hours=5)
        result = await zoho.update_booking(
            SAMPLE, {"dateandtime": {name: moved[name] for name in ("start", "end")}}
        )
        assert sandbox.booking("zoho", SAMPLE)["dateandtime"] == moved
        assert result.changed.keys() == {"dateandtime.start", "dateandtime.end"}

    async def test_moves_the_booking_to_a_moment(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        booking = await zoho.get_booking(SAMPLE)
        assert booking.start is not None
        assert booking.end is not None
        later = {"start": booking.start + timedelta(days=1), "end": booking.end + timedelta(days=1)}
        await zoho.update_booking(SAMPLE, {"dateandtime": later})
        assert (await zoho.get_booking(SAMPLE)).start == later["start"]
        assert sandbox.booking("zoho", SAMPLE)["dateandtime"]["timezone"] == "Asia/Kolkata"

    async def test_moves_the_booking_to_another_room(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        result = await zoho.update_booking(SAMPLE, {"resources": [{"resource_id": OTHER_ROOM, "type": 0}]})
        assert result.changed["resources"].after == [{"resource_id": OTHER_ROOM, "type": 0, "count": 0}]
        assert [one["resource_id"] for one in sandbox.booking("zoho", SAMPLE)["resources"]] == [OTHER_ROOM]

    async def test_clears_the_description(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        result = await zoho.update_booking(SAMPLE, {"description": None})
        assert result.changed["description"].after is None
        assert sandbox.booking("zoho", SAMPLE)["description"] == ""

    async def test_lets_a_booking_recur_from_now_on(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        day = datetime.fromisoformat(span(sandbox, hours=0)["start"]).date()
        rule = {"freq": "weekly", "interval": 1, "until": day + timedelta(weeks=2)}
        result = await zoho.update_booking(SAMPLE, {"repeat": rule})
        assert result.changed["is_repeat"].after is True
        assert sandbox.booking("zoho", SAMPLE)["repeat"]["freq"] == "weekly"

    async def test_a_rule_that_an_earlier_run_set_says_what_to_do(
        self, sandbox: Sandbox, zoho: ZohoClient
    ) -> None:
        day = datetime.fromisoformat(span(sandbox, hours=0)["start"]).date()
        changes = {"repeat": {"freq": "weekly", "interval": 1, "until": day + timedelta(weeks=2)}}
        await zoho.update_booking(SAMPLE, changes)
        with pytest.raises(InvalidInput, match=r"perhaps by an earlier run of this task, .*: drop repeat"):
            await zoho.update_booking(SAMPLE, changes)
        assert len(writes(sandbox, "zoho")) == 1

    async def test_travels_in_a_form_if_the_connection_says_so(
        self, sandbox: Sandbox, zoho_settings: Settings
    ) -> None:
        async with ZohoClient(zoho_settings(send_as="form")) as client:
            await client.update_booking(SAMPLE, {"title": "Ünïcode & + # %"})
        assert [request["query"] for request in writes(sandbox, "zoho")] == [{}]
        assert sandbox.booking("zoho", SAMPLE)["title"] == "Ünïcode & + # %"


class TestPeople:
    async def test_a_list_is_merged_as_in_the_vendors_sample(
        self, sandbox: Sandbox, zoho: ZohoClient
    ) -> None:
        changes = {
            "attendees": [CAL5, {"email": "cal3@example.com", "zid": CAL3, "permission": 1, "deleted": True}],
            "group_attendees": [
                {"zid": "62219540", "permission": 1},
                {"zid": "61178943", "permission": 1, "deleted": True},
            ],
        }
        await zoho.update_booking(SAMPLE, changes)
        assert zids(sandbox) == [CAL2, int(CAL5["zid"])]
        assert zids(sandbox, "group_attendees") == [62219540]

    async def test_set_leaves_exactly_these(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        await zoho.update_booking(SAMPLE, {"attendees": {"set": [CAL5]}})
        assert zids(sandbox) == [int(CAL5["zid"])]

    async def test_none_leaves_nobody(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        result = await zoho.update_booking(SAMPLE, {"attendees": None, "group_attendees": None})
        assert zids(sandbox) + zids(sandbox, "group_attendees") == []
        assert result.changed["attendees"].after is None

    async def test_of_whom_nothing_is_said_stay(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        await zoho.update_booking(SAMPLE, {"title": "x"})
        assert zids(sandbox) == [CAL2, CAL3]

    async def test_who_is_there_is_named_by_the_id_alone(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        await zoho.update_booking(SAMPLE, {"attendees": [{"zid": CAL2, "permission": 3}]})
        stored = {one["zid"]: one["permission"] for one in sandbox.booking("zoho", SAMPLE)["attendees"]}
        assert stored == {CAL2: 3, CAL3: 1}

    async def test_who_is_new_must_be_named_in_full(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        with pytest.raises(InvalidInput, match=r"attendees\[0\] is not on the booking yet and lacks zid"):
            await zoho.update_booking(SAMPLE, {"attendees": [{"email": "cal5@example.com"}]})
        assert writes(sandbox, "zoho") == []


class TestUnchanged:
    @pytest.mark.parametrize(
        "changes",
        [
            {"title": "Booking"},
            {"description": "Attendee booking", "isprivate": False},
            {"attendees": []},
            {"attendees": [{"email": "CAL2@example.com"}]},
            {"attendees": {"set": [{"zid": CAL3}, {"zid": str(CAL2), "permission": 1}]}},
            {"attendees": [{"email": "nobody@example.com", "deleted": True}]},
            {"group_attendees": {"set": [{"zid": 61178943}, {"zid": 62219540}]}},
            {"resources": [{"resource_id": ROOM, "type": 0}]},
            {"dateandtime": {"timezone": "Asia/Kolkata"}},
        ],
        ids=str,
    )
    async def test_sends_nothing(self, sandbox: Sandbox, zoho: ZohoClient, changes: dict[str, Any]) -> None:
        result = await zoho.update_booking(SAMPLE, changes, notify_attendee=2)
        assert (result.outcome, result.changed, result.request_id) == (Outcome.UNCHANGED, {}, None)
        assert writes(sandbox, "zoho") == []
        assert sandbox.notifications("zoho") == []

    async def test_holds_for_a_moment_that_is_the_start_already(self, zoho: ZohoClient) -> None:
        start = (await zoho.get_booking(SAMPLE)).start
        result = await zoho.update_booking(SAMPLE, {"dateandtime": {"start": start}})
        assert result.outcome == Outcome.UNCHANGED

    async def test_is_what_a_second_run_finds(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        changes = {
            "title": "x",
            "description": None,
            "dateandtime": span(sandbox, hours=4),
            "attendees": [CAL5, {"zid": CAL3, "deleted": True}],
            "resources": [{"resource_id": OTHER_ROOM}],
        }
        await zoho.update_booking(SAMPLE, changes)
        assert (await zoho.update_booking(SAMPLE, changes)).outcome == Outcome.UNCHANGED
        assert len(writes(sandbox, "zoho")) == 1


class TestTelling:
    async def test_nobody_is_told_unless_asked(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        await zoho.update_booking(SAMPLE, {"title": "x"})
        assert sent(sandbox)[0]["notify_attendee"] == 0
        assert sandbox.notifications("zoho") == []

    @pytest.mark.parametrize(("whom", "organizer"), [(1, False), (2, True)])
    async def test_whom_the_option_names_are_told_once(
        self, sandbox: Sandbox, zoho: ZohoClient, *, whom: int, organizer: bool
    ) -> None:
        await zoho.update_booking(SAMPLE, {"title": "x"}, notify_attendee=whom)
        told = sandbox.notifications("zoho")
        assert len(told) == 1
        assert ("cal1@example.com" in told[0]["to"]) == organizer


class TestApproval:
    async def test_of_a_room_that_needs_it_is_asked_for_and_said(self, zoho: ZohoClient) -> None:
        result = await zoho.update_booking(SAMPLE, {"resources": [{"resource_id": APPROVAL_ROOM}]})
        assert (result.outcome, result.warnings) == (Outcome.APPLIED, (WAITS,))

    async def test_that_is_still_open_is_said_of_an_unchanged_booking_too(self, zoho: ZohoClient) -> None:
        result = await zoho.update_booking(PENDING, {"title": "Reception"})
        assert (result.outcome, result.warnings) == (Outcome.UNCHANGED, (WAITS,))


class TestHidden:
    async def test_a_description_reads_stars(self, zoho: ZohoClient) -> None:
        result = await zoho.update_booking(SAMPLE, {"description": "About Jane Doe's pay"})
        assert result.as_xcom()["changed"] == {"description": {"before": "***", "after": "***"}}

    async def test_addresses_read_stars(self, zoho: ZohoClient) -> None:
        result = await zoho.update_booking(SAMPLE, {"attendees": [CAL5], "title": "Ask jane@example.com"})
        shown = json.dumps(result.as_xcom()) + repr(result)
        assert "example.com" not in shown
        assert result.changed["title"].after == "Ask ***"

    @pytest.mark.parametrize("address", ["bob@intranet", "o'neil@example.com", "x(y)z@example.com"])
    async def test_odd_addresses_read_stars_too(self, zoho: ZohoClient, address: str) -> None:
        person = {"email": address, "zid": 61298182}
        result = await zoho.update_booking(SAMPLE, {"attendees": [person], "title": f"Ask {address}"})
        shown = json.dumps(result.as_xcom()) + repr(result)
        assert not [part for part in ("bob", "intranet", "neil", "x(y", "z@") if part in shown]
        assert result.changed["title"].after == "Ask ***"

    async def test_no_error_shows_what_was_asked_for(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        answer = {"status": 400, "code": "INVALID_DATA", "message": "Layoffs: cal5@example.com"}
        sandbox.fault("zoho", answer, method="POST", path="*/bookings/*")
        with pytest.raises(Refused, match="INVALID_DATA") as refused:
            await zoho.update_booking(SAMPLE, {"title": "Layoffs", "attendees": [CAL5]})
        for secret in ("Layoffs", "cal5", "bookingData"):
            assert secret not in str(refused.value)
        assert refused.value.__cause__ is None


class TestRefused:
    async def test_a_taken_slot_changes_nothing(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        before = sandbox.booking("zoho", SAMPLE)
        with pytest.raises(SlotTaken, match="the room is not free") as refused:
            await zoho.update_booking(
                SAMPLE, {"dateandtime": sandbox.booking("zoho", IN_THE_WAY)["dateandtime"]}
            )
        assert refused.value.reason == Reason.SLOT_CONFLICT
        assert sandbox.booking("zoho", SAMPLE) == before

    async def test_a_taken_slot_under_http_200_is_the_same(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        sandbox.switch("zoho", slot_refusal_status=200)
        with pytest.raises(SlotTaken):
            await zoho.update_booking(
                SAMPLE, {"dateandtime": sandbox.booking("zoho", IN_THE_WAY)["dateandtime"]}
            )
        assert len(writes(sandbox, "zoho")) == 1

    async def test_a_time_too_far_ahead_names_the_months(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        with pytest.raises(Refused, match="further ahead than the organisation allows: 3 months") as refused:
            await zoho.update_booking(SAMPLE, {"dateandtime": span(sandbox, hours=24 * 120)})
        assert refused.value.reason == Reason.OUT_OF_RANGE

    async def test_an_unknown_booking_is_not_written_to(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        with pytest.raises(BookingNotFound):
            await zoho.update_booking("1500000000000000000", {"title": "x"})
        assert writes(sandbox, "zoho") == []

    async def test_anothers_booking_is_denied(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        before = sandbox.booking("zoho", ANOTHERS)
        with pytest.raises(AccessDenied, match="organizer's refresh token"):
            await zoho.update_booking(ANOTHERS, {"title": "x"})
        assert sandbox.booking("zoho", ANOTHERS) == before

    async def test_a_query_that_is_too_long_is_not_sent(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        with pytest.raises(InvalidInput, match=r"more than the 8000 bytes of a query: set send_as to form"):
            await zoho.update_booking(SAMPLE, {"description": "x" * 8000})
        assert writes(sandbox, "zoho") == []

    async def test_what_is_too_long_for_a_query_goes_as_a_form(
        self, sandbox: Sandbox, zoho_settings: Settings
    ) -> None:
        async with ZohoClient(zoho_settings(send_as="form")) as client:
            await client.update_booking(SAMPLE, {"description": "x" * 20_000})
        assert len(sandbox.booking("zoho", SAMPLE)["description"]) == 20_000


class TestAnswers:
    async def test_a_yes_after_which_the_booking_reads_otherwise_is_held_for_a_person(
        self, sandbox: Sandbox, zoho: ZohoClient
    ) -> None:
        before = (await zoho.get_booking(SAMPLE)).raw
        answer = {"status": 200, "body": {before["start_date"]: before}}
        sandbox.fault("zoho", answer, method="POST", path="*/bookings/*")
        with pytest.raises(Held, match="title of the booking is not as wanted"):
            await zoho.update_booking(SAMPLE, {"title": "x"})
        assert len(writes(sandbox, "zoho")) == 1

    async def test_what_changed_unasked_is_a_warning(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        after = (await zoho.get_booking(SAMPLE)).raw | {"title": "x", "attendees": []}
        answer = {"status": 200, "body": {after["start_date"]: after}}
        sandbox.fault("zoho", answer, method="POST", path="*/bookings/*")
        result = await zoho.update_booking(SAMPLE, {"title": "x"})
        assert result.warnings == ("also changed, without being asked for: attendees",)

    async def test_another_who_booked_is_a_warning(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        after = (await zoho.get_booking(SAMPLE)).raw | {"title": "x", "booked_by": "61130360"}
        sandbox.fault(
            "zoho", {"status": 200, "body": {"20271102": after}}, method="POST", path="*/bookings/*"
        )
        result = await zoho.update_booking(SAMPLE, {"title": "x"})
        assert result.warnings == ("also changed, without being asked for: booked_by",)

    @pytest.mark.parametrize(
        "lost", [{"drop": "after"}, {"cut_json": True}, {"html": 502, "applied": True}], ids=str
    )
    async def test_one_that_is_lost_is_settled_by_reading(
        self, sandbox: Sandbox, zoho: ZohoClient, lost: dict[str, Any]
    ) -> None:
        sandbox.fault("zoho", lost, method="POST", path="*/bookings/*")
        result = await zoho.update_booking(
            SAMPLE, {"resources": [{"resource_id": APPROVAL_ROOM}]}, notify_attendee=1
        )
        assert result.warnings == (
            "the vendor's answer was lost; reading back showed that the update was applied",
            WAITS,
        )
        assert len(sandbox.notifications("zoho")) == 1

    async def test_one_that_never_came_is_sent_once_more(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        sandbox.fault("zoho", {"drop": "before"}, method="POST", path="*/bookings/*")
        result = await zoho.update_booking(SAMPLE, {"title": "x"}, notify_attendee=1)
        assert result.outcome == Outcome.APPLIED
        assert len(sandbox.notifications("zoho")) == 1

    @pytest.mark.parametrize("body", [{}, [], "ok", {"20271102": "x"}, {"start_date": "20271102"}], ids=str)
    async def test_one_without_a_booking_proves_nothing(
        self, sandbox: Sandbox, zoho: ZohoClient, body: Any
    ) -> None:
        answer = {"status": 200, "body": body, "applied": True}
        sandbox.fault("zoho", answer, method="POST", path="*/bookings/*")
        result = await zoho.update_booking(SAMPLE, {"title": "x"})
        assert result.warnings == (
            "the vendor's answer was lost; reading back showed that the update was applied",
        )
