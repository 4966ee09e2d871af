"""docs/vendors/jicoo.md, "Update": what an update does to a booking, whom it tells, and what it says."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    BookingNotFound,
    Held,
    InvalidInput,
    Outcome,
    OutcomeUnknown,
    Refused,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from tests.wire import writes

SAMPLE = "sandboxVb7RE"
CANCELLED = "cancelled001"
FINISHED = "finished0001"
HOUR = timedelta(hours=1)


def bodies(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [request["body"] for request in writes(sandbox, "jicoo")]


def moment(sandbox: Sandbox, field: str, uid: str = SAMPLE) -> datetime:
    return datetime.fromisoformat(sandbox.booking("jicoo", uid)[field])


def shown(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class TestApplied:
    async def test_changes_the_booking_at_the_vendor(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        result = await jicoo.update_booking(SAMPLE, {"name": "Second opinion"})
        assert result.outcome == Outcome.APPLIED
        assert sandbox.booking("jicoo", SAMPLE)["name"] == "Second opinion"

    async def test_says_what_changed_from_what_to_what(self, jicoo: JicooClient) -> None:
        result = await jicoo.update_booking(SAMPLE, {"name": "Second opinion", "priority": "low"})
        assert result.as_xcom() == {
            "vendor": "jicoo",
            "conn_id": "jicoo_default",
            "booking_id": SAMPLE,
            "outcome": "applied",
            "changed": {"name": {"before": "Consultation", "after": "Second opinion"}},
            "warnings": [],
        }

    async def test_needs_no_reading_back(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        await jicoo.update_booking(SAMPLE, {"name": "Second opinion"})
        assert [request["method"] for request in sandbox.requests("jicoo")] == ["GET", "PATCH"]

    async def test_with_hosts_replaces_the_hosts(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        hosts = [{"userId": "user0002", "role": "editor"}, {"userId": "user0001", "role": "admin"}]
        result = await jicoo.update_booking(SAMPLE, {"hosts": {"set": hosts}})
        assert result.changed["hosts"].after == hosts
        assert sandbox.booking("jicoo", SAMPLE)["hosts"] == hosts

    async def test_clears_the_description(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        result = await jicoo.update_booking(SAMPLE, {"description": None})
        assert result.changed["description"].model_dump() == {"before": "***", "after": None}
        assert sandbox.booking("jicoo", SAMPLE)["description"] is None

    async def test_tells_an_empty_description_from_none(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        await jicoo.update_booking(SAMPLE, {"description": None})
        await jicoo.update_booking(SAMPLE, {"description": ""})
        assert sandbox.booking("jicoo", SAMPLE)["description"] == ""

    async def test_masks_addresses_in_a_text(self, jicoo: JicooClient) -> None:
        result = await jicoo.update_booking(SAMPLE, {"name": "Ask jane@example.com"})
        assert result.changed["name"].after == "Ask ***"

    async def test_masks_a_description(self, jicoo: JicooClient) -> None:
        result = await jicoo.update_booking(SAMPLE, {"description": "Knee, left"})
        assert result.changed["description"].model_dump() == {"before": "***", "after": "***"}

    async def test_may_change_what_is_over(self, jicoo: JicooClient) -> None:
        result = await jicoo.update_booking(FINISHED, {"name": "Was long"})
        assert result.outcome == Outcome.APPLIED


class TestTimes:
    @pytest.mark.parametrize(("field", "other"), [("startedAt", "endedAt"), ("endedAt", "startedAt")])
    async def test_are_always_sent_both(
        self, sandbox: Sandbox, jicoo: JicooClient, field: str, other: str
    ) -> None:
        step = -HOUR if field == "startedAt" else HOUR
        moved, kept = shown(moment(sandbox, field) + step), shown(moment(sandbox, other))
        await jicoo.update_booking(SAMPLE, {field: moved})
        assert bodies(sandbox) == [{field: moved, other: kept, "isSendUpdates": False}]

    async def test_are_not_sent_where_none_moves(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        await jicoo.update_booking(SAMPLE, {"timeZone": "Asia/Seoul"})
        assert bodies(sandbox) == [{"timeZone": "Asia/Seoul", "isSendUpdates": False}]

    @pytest.mark.parametrize("late", [timedelta(0), HOUR])
    async def test_that_start_at_or_after_the_end_as_it_is_are_refused_before_a_write(
        self, sandbox: Sandbox, jicoo: JicooClient, late: timedelta
    ) -> None:
        start = moment(sandbox, "endedAt") + late
        with pytest.raises(InvalidInput, match=r"startedAt .* is not before endedAt .*: give both"):
            await jicoo.update_booking(SAMPLE, {"startedAt": start})
        assert writes(sandbox, "jicoo") == []

    async def test_that_are_given_both_may_move_as_far_as_wanted(
        self, sandbox: Sandbox, jicoo: JicooClient
    ) -> None:
        start = moment(sandbox, "startedAt") + timedelta(days=30)
        await jicoo.update_booking(SAMPLE, {"startedAt": start, "endedAt": start + HOUR})
        assert moment(sandbox, "endedAt") == start + HOUR

    async def test_are_sent_to_the_second(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        start, end = "2027-05-03T10:00:30.000Z", "2027-05-03T10:45:15.000Z"
        await jicoo.update_booking(SAMPLE, {"startedAt": "2027-05-03T10:00:30Z", "endedAt": end})
        assert bodies(sandbox) == [{"startedAt": start, "endedAt": end, "isSendUpdates": False}]

    async def test_that_the_vendor_writes_without_milliseconds_are_the_same_moment(
        self, sandbox: Sandbox, jicoo: JicooClient
    ) -> None:
        record = sandbox.booking("jicoo", SAMPLE)
        short = {name: record[name].replace(".000Z", "Z") for name in ("startedAt", "endedAt")}
        sandbox.fault("jicoo", {"status": 200, "body": {"data": record | short}}, method="GET")
        result = await jicoo.update_booking(SAMPLE, {"startedAt": record["startedAt"]})
        assert result.outcome == Outcome.UNCHANGED


class TestUnchanged:
    async def test_sends_nothing(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        result = await jicoo.update_booking(SAMPLE, {"name": "Consultation", "description": "First talk"})
        assert result.outcome == Outcome.UNCHANGED
        assert writes(sandbox, "jicoo") == []

    async def test_tells_nobody_though_asked_to(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        changes = {"name": "Consultation", "isSendUpdates": True, "updateMessage": "We moved"}
        await jicoo.update_booking(SAMPLE, changes)
        assert sandbox.notifications("jicoo") == []

    async def test_is_what_a_second_run_finds(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        changes = {"name": "Second opinion", "isSendUpdates": True}
        await jicoo.update_booking(SAMPLE, changes)
        assert (await jicoo.update_booking(SAMPLE, changes)).outcome == Outcome.UNCHANGED
        assert len(sandbox.notifications("jicoo")) == 1


class TestTelling:
    async def test_nobody_is_told_unless_asked(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        await jicoo.update_booking(SAMPLE, {"name": "Second opinion"})
        assert bodies(sandbox)[0]["isSendUpdates"] is False
        assert sandbox.notifications("jicoo") == []

    async def test_guests_are_told_once_if_asked(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        changes = {"name": "Second opinion", "isSendUpdates": True, "updateMessage": "We moved"}
        result = await jicoo.update_booking(SAMPLE, changes)
        assert [told["message"] for told in sandbox.notifications("jicoo")] == ["We moved"]
        assert result.warnings == ()

    async def test_what_is_said_and_not_stored_is_no_change(self, jicoo: JicooClient) -> None:
        changes = {"name": "Second opinion", "isSendUpdates": True, "updateMessage": "We moved"}
        result = await jicoo.update_booking(SAMPLE, changes)
        assert result.changed.keys() == {"name"}

    @pytest.mark.parametrize("flag", [{}, {"isSendUpdates": False}], ids=["left out", "false"])
    async def test_a_message_that_nobody_gets_is_remarked_on(
        self, jicoo: JicooClient, flag: dict[str, bool]
    ) -> None:
        result = await jicoo.update_booking(SAMPLE, {"name": "x", "updateMessage": "We moved", **flag})
        assert result.warnings == ("updateMessage is given but isSendUpdates is not true: nobody is told",)


class TestRefused:
    async def test_a_cancelled_booking_is_refused_by_the_vendor(
        self, sandbox: Sandbox, jicoo: JicooClient
    ) -> None:
        before = sandbox.booking("jicoo", CANCELLED)
        with pytest.raises(Refused, match="the booking is cancelled"):
            await jicoo.update_booking(CANCELLED, {"name": "x"})
        assert sandbox.booking("jicoo", CANCELLED) == before

    async def test_an_unknown_booking_is_not_written_to(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        with pytest.raises(BookingNotFound):
            await jicoo.update_booking("nobodyVb7RE", {"name": "x"})
        assert writes(sandbox, "jicoo") == []


async def test_a_yes_after_which_the_booking_reads_otherwise_is_held_for_a_person(
    sandbox: Sandbox, jicoo: JicooClient
) -> None:
    before = sandbox.booking("jicoo", SAMPLE)
    sandbox.fault("jicoo", {"status": 200, "body": {"data": before}}, method="PATCH")
    with pytest.raises(Held, match="name of the booking is not as wanted"):
        await jicoo.update_booking(SAMPLE, {"name": "Second opinion"})
    assert len(writes(sandbox, "jicoo")) == 1


async def test_a_lost_answer_is_told_without_the_url_that_was_called(
    sandbox: Sandbox, jicoo: JicooClient
) -> None:
    sandbox.fault("jicoo", {"drop": "before"}, method="PATCH", times=None)
    with pytest.raises(OutcomeUnknown) as lost:
        await jicoo.update_booking(SAMPLE, {"name": "Second opinion"})
    assert "://" not in f"{lost.value} {lost.value!r} {vars(lost.value)}"


async def test_a_field_that_changed_unasked_is_a_warning(sandbox: Sandbox, jicoo: JicooClient) -> None:
    after = (await jicoo.get_booking(SAMPLE)).raw | {"name": "Second opinion", "locationId": "phone"}
    sandbox.fault("jicoo", {"status": 200, "body": {"data": after}}, method="PATCH")
    result = await jicoo.update_booking(SAMPLE, {"name": "Second opinion"})
    assert result.warnings == ("also changed, without being asked for: locationId",)


async def test_the_time_of_the_update_itself_is_no_change_worth_a_word(
    sandbox: Sandbox, jicoo: JicooClient
) -> None:
    before = sandbox.booking("jicoo", SAMPLE)["updatedAt"]
    result = await jicoo.update_booking(SAMPLE, {"name": "Second opinion"})
    assert sandbox.booking("jicoo", SAMPLE)["updatedAt"] != before
    assert result.warnings == ()
