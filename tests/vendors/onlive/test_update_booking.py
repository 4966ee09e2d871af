"""docs/vendors/onlive.md, "Update": what an update does to an appointment, whom it tells, what it says."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    AccessDenied,
    BookingNotFound,
    Held,
    InvalidInput,
    NotApplied,
    Outcome,
    OutcomeUnknown,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.onlive.client import OnliveClient
from tests.vendors.onlive.conftest import Settings
from tests.wire import writes

SAMPLE = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
FOREIGN = "f0000000-0000-4000-8000-000000000001"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
TITLE = "Updated Product Demo Meeting"
A = {"email": "a@example.com"}
B = {"email": "b@example.com", "extraFields": {"firstName": "Bea", "phone": "+34 600 000 000"}}
LATER = timedelta(days=30)

both_versions = pytest.mark.parametrize("version", ["v1", "v2"])


def stored(sandbox: Sandbox) -> dict[str, Any]:
    return sandbox.booking("onlive", SAMPLE)


def bodies(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [request["body"] for request in writes(sandbox, "onlive")]


def written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class TestApplied:
    @both_versions
    async def test_changes_the_appointment_at_the_vendor(
        self, sandbox: Sandbox, onlive: OnliveClient, version: str
    ) -> None:
        result = await onlive.update_booking(SAMPLE, {"title": "x"}, api_version=version)
        assert result.outcome == Outcome.APPLIED
        assert stored(sandbox)["title"] == "x"

    async def test_says_what_changed_from_what_to_what(self, onlive: OnliveClient) -> None:
        result = await onlive.update_booking(SAMPLE, {"title": "x", "state": "confirmed"})
        assert result.as_xcom() == {
            "vendor": "onlive",
            "conn_id": "onlive_default",
            "booking_id": SAMPLE,
            "outcome": "applied",
            "changed": {"title": {"before": TITLE, "after": "x"}},
            "warnings": [],
        }

    async def test_needs_no_reading_back(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        await onlive.update_booking(SAMPLE, {"title": "x"})
        assert [request["method"] for request in sandbox.requests("onlive")] == ["GET", "PUT"]

    @pytest.mark.parametrize(("version", "names"), [("v1", ("start", "end")), ("v2", ("startAt", "endAt"))])
    async def test_moves_in_either_version(
        self, sandbox: Sandbox, onlive: OnliveClient, version: str, names: tuple[str, str]
    ) -> None:
        before = stored(sandbox)
        moved = {name: datetime.fromisoformat(before[name.removesuffix("At")]) + LATER for name in names}
        result = await onlive.update_booking(SAMPLE, moved, api_version=version)
        after = stored(sandbox)
        assert [after["start"], after["end"]] == [written(moment) for moment in moved.values()]
        assert result.changed[names[0]].model_dump() == {"before": before["start"], "after": after["start"]}

    @pytest.mark.parametrize(
        ("field", "cleared"),
        [
            ("title", None),
            ("description", None),
            ("guests", []),
            ("reminders", []),
            ("extraFields", {}),
            ("event", None),
        ],
    )
    async def test_clears_a_field_that_is_none(
        self, sandbox: Sandbox, onlive: OnliveClient, field: str, cleared: Any
    ) -> None:
        result = await onlive.update_booking(SAMPLE, {field: None})
        assert stored(sandbox)[field] == cleared
        assert result.changed[field].after is None

    @pytest.mark.parametrize("given", [{"guests": []}, {"reminders": {"set": []}}, {"extraFields": {}}])
    async def test_takes_an_empty_list_or_object_for_none(
        self, onlive: OnliveClient, given: dict[str, Any]
    ) -> None:
        assert (await onlive.update_booking(SAMPLE, given)).outcome == Outcome.APPLIED
        cleared = dict.fromkeys(given)
        assert (await onlive.update_booking(SAMPLE, cleared)).outcome == Outcome.UNCHANGED

    async def test_tells_an_empty_description_from_none(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        await onlive.update_booking(SAMPLE, {"description": None})
        await onlive.update_booking(SAMPLE, {"description": ""})
        assert stored(sandbox)["description"] == ""

    async def test_replaces_an_object_as_a_whole(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        await onlive.update_booking(SAMPLE, {"extraFields": {"priority": "low"}, "event": {"room": "1"}})
        assert stored(sandbox)["extraFields"] == {"priority": "low"}
        assert stored(sandbox)["event"] == {"room": "1"}

    async def test_that_cancels_says_what_else_changed(self, onlive: OnliveClient) -> None:
        result = await onlive.update_booking(SAMPLE, {"state": "cancelled"})
        assert result.warnings == ("also changed, without being asked for: cancellationOrigin, cancelledAt",)

    async def test_moves_to_the_second(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        await onlive.update_booking(
            SAMPLE, {"start": "2040-05-03T10:00:30Z", "end": "2040-05-03T10:45:15.000Z"}
        )
        assert bodies(sandbox) == [{"start": "2040-05-03T10:00:30.000Z", "end": "2040-05-03T10:45:15.000Z"}]


class TestUnchanged:
    @both_versions
    async def test_sends_nothing(self, sandbox: Sandbox, onlive: OnliveClient, version: str) -> None:
        changes = {"title": TITLE, "reminders": [{"time": 15, "unit": "m"}]}
        result = await onlive.update_booking(SAMPLE, changes, api_version=version)
        assert (result.outcome, result.changed) == (Outcome.UNCHANGED, {})
        assert writes(sandbox, "onlive") == []

    async def test_is_a_time_written_otherwise(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        start = stored(sandbox)["start"].replace(".000Z", "+00:00")
        assert (await onlive.update_booking(SAMPLE, {"start": start})).outcome == Outcome.UNCHANGED

    async def test_is_a_time_that_the_vendor_writes_without_milliseconds(
        self, sandbox: Sandbox, onlive: OnliveClient
    ) -> None:
        record = stored(sandbox)
        short = {name: record[name].replace(".000Z", "Z") for name in ("start", "end")}
        sandbox.fault("onlive", {"status": 200, "body": record | short}, method="GET")
        result = await onlive.update_booking(SAMPLE, {"start": record["start"]})
        assert result.outcome == Outcome.UNCHANGED

    @pytest.mark.parametrize(
        "guests",
        [[B, A], [A, {**B, "email": "B@Example.com"}], [{**A, "extraFields": None}, B]],
        ids=["another order", "other letters", "null for nothing"],
    )
    async def test_is_a_list_that_names_the_same_guests(
        self, sandbox: Sandbox, onlive: OnliveClient, guests: list[Any]
    ) -> None:
        sandbox.seed("onlive", bookings=[{"id": SAMPLE, "guests": [A, B]}])
        assert (await onlive.update_booking(SAMPLE, {"guests": guests})).outcome == Outcome.UNCHANGED

    @pytest.mark.parametrize(
        "guests", [[A], [A, {"email": B["email"]}], [A, {**B, "extraFields": {"firstName": "Bea"}}]]
    )
    async def test_is_not_a_list_that_lacks_something(
        self, sandbox: Sandbox, onlive: OnliveClient, guests: list[Any]
    ) -> None:
        sandbox.seed("onlive", bookings=[{"id": SAMPLE, "guests": [A, B]}])
        await onlive.update_booking(SAMPLE, {"guests": guests})
        assert stored(sandbox)["guests"] == guests


class TestTelling:
    async def test_guests_and_providers_hear_of_an_update_once(
        self, sandbox: Sandbox, onlive: OnliveClient
    ) -> None:
        await onlive.update_booking(SAMPLE, {"title": "x", "lang": "es"})
        assert [told["to"] for told in sandbox.notifications("onlive")] == [
            ["guest@example.com", "front.desk@example.com"]
        ]


class TestNothingPersonal:
    CHANGES: dict[str, Any] = {  # noqa: RUF012  (nobody changes it)
        "guests": [{"email": "jane.doe@example.com", "extraFields": {"phone": "+34 600 111 222"}}],
        "extraFields": {"note": "Jane Doe"},
        "agentComment": "Jane Doe will be late",
        "description": "Jane Doe, +34 600 111 222",
        "event": {"iCallUrl": "https://meet.example.com/?pw=jane-doe"},
        "title": "For jane.doe@example.com",
    }

    async def test_is_in_a_result(self, onlive: OnliveClient) -> None:
        result = await onlive.update_booking(SAMPLE, self.CHANGES)
        assert {name: change.after for name, change in result.changed.items()} == {
            **dict.fromkeys(("guests", "extraFields", "agentComment", "description", "event"), "***"),
            "title": "For ***",
        }

    async def test_is_in_a_result_of_v2(self, onlive: OnliveClient) -> None:
        changes = {"comment": "Jane Doe", "originUrl": "https://example.com/?mail=jane.doe%40example.com"}
        result = await onlive.update_booking(SAMPLE, changes, api_version="v2")
        assert {change.after for change in result.changed.values()} == {"***"}

    @pytest.mark.parametrize(
        "action",
        [
            {"throttle": {}},
            {
                "status": 422,
                "body": {
                    "statusCode": 422,
                    "message": "jane.doe@example.com",
                    "errors": [{"field": "guests", "message": "+34 600 111 222"}],
                },
            },
            {"drop": "before"},
        ],
        ids=str,
    )
    async def test_is_in_an_error_or_a_log(
        self,
        sandbox: Sandbox,
        onlive: OnliveClient,
        caplog: pytest.LogCaptureFixture,
        action: dict[str, Any],
    ) -> None:
        caplog.set_level(logging.DEBUG)
        sandbox.fault("onlive", action, method="PUT", times=None)
        with pytest.raises((NotApplied, OutcomeUnknown)) as raised:
            await onlive.update_booking(SAMPLE, self.CHANGES)
        shown = f"{raised.value} {raised.value!r} {caplog.text}".lower()
        words = ("jane", "600 111", "sandbox-secret", "signature=")
        assert not [word for word in words if word in shown]
        assert "://" not in f"{raised.value} {raised.value!r} {vars(raised.value)}"

    async def test_of_a_search_is_in_a_log(
        self, onlive: OnliveClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        _ = [each async for each in onlive.list_appointments(search="jane.doe")]
        assert "jane" not in caplog.text


class TestRefused:
    async def test_an_unknown_appointment_is_not_written_to(
        self, sandbox: Sandbox, onlive: OnliveClient
    ) -> None:
        with pytest.raises(BookingNotFound):
            await onlive.update_booking(UNKNOWN, {"title": "x"})
        assert writes(sandbox, "onlive") == []

    async def test_another_organisations_appointment_is_not_written_to(
        self, sandbox: Sandbox, onlive: OnliveClient
    ) -> None:
        with pytest.raises(AccessDenied):
            await onlive.update_booking(FOREIGN, {"title": "x"})
        assert writes(sandbox, "onlive") == []

    async def test_a_key_that_may_only_read_is_denied(
        self, sandbox: Sandbox, onlive_settings: Settings
    ) -> None:
        before = stored(sandbox)
        reader = onlive_settings(login="SANDBOXREADONLY", password="readonly-secret")
        async with OnliveClient(reader) as client:
            with pytest.raises(AccessDenied, match="use a key of the appointment's organisation"):
                await client.update_booking(SAMPLE, {"title": "x"})
        assert stored(sandbox) == before

    async def test_an_end_before_the_stored_start_is_not_sent(
        self, sandbox: Sandbox, onlive: OnliveClient
    ) -> None:
        with pytest.raises(InvalidInput, match="is not before end"):
            await onlive.update_booking(SAMPLE, {"end": "2020-01-01T00:00:00Z"})
        assert writes(sandbox, "onlive") == []


class TestUnseen:
    """A field that no page shows in an answer, where the vendor really leaves it out."""

    @pytest.fixture(autouse=True)
    def _hidden(self, sandbox: Sandbox) -> None:
        sandbox.fault("onlive", {"status": 200, "body": without_comment(sandbox)}, method="GET")

    async def test_is_sent_and_said_to_be_unchecked(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        hide_after_update(sandbox)
        result = await onlive.update_booking(SAMPLE, {"agentComment": "x"})
        assert bodies(sandbox) == [{"agentComment": "x"}]
        assert (result.outcome, result.changed) == (Outcome.APPLIED, {})
        assert result.warnings == ("the vendor does not show agentComment: sent, and not checked",)

    async def test_is_sent_to_clear_it(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        await onlive.update_booking(SAMPLE, {"agentComment": None})
        assert bodies(sandbox) == [{"agentComment": None}]

    async def test_does_not_hide_what_else_is_not_as_wanted(
        self, sandbox: Sandbox, onlive: OnliveClient
    ) -> None:
        hide_after_update(sandbox)
        with pytest.raises(Held, match="the vendor answered success, and title of the booking is not as"):
            await onlive.update_booking(SAMPLE, {"agentComment": "x", "title": "x"})

    async def test_that_shows_after_all_is_checked(self, onlive: OnliveClient) -> None:
        result = await onlive.update_booking(SAMPLE, {"agentComment": "x"})
        assert result.changed["agentComment"].after == "***"
        assert result.warnings == ()

    async def test_is_not_sent_again_where_reading_back_cannot_tell(
        self, sandbox: Sandbox, onlive: OnliveClient
    ) -> None:
        hide_after_update(sandbox, action={"drop": "after"})
        with pytest.raises(OutcomeUnknown, match="the vendor does not show what was sent"):
            await onlive.update_booking(SAMPLE, {"agentComment": "x"})
        assert len(writes(sandbox, "onlive")) == 1

    async def test_is_settled_by_what_else_was_sent_with_it(
        self, sandbox: Sandbox, onlive: OnliveClient
    ) -> None:
        hide_after_update(sandbox, {"title": "x"}, action={"drop": "after"})
        result = await onlive.update_booking(SAMPLE, {"agentComment": "x", "title": "x"})
        assert (result.outcome, set(result.changed)) == (Outcome.APPLIED, {"title"})
        assert len(writes(sandbox, "onlive")) == 1


def without_comment(sandbox: Sandbox) -> dict[str, Any]:
    """Give the sample as v1 shows it, but for the comment."""
    hidden = ("agentComment", "allowOverlapping", "locked", "subStatus", "originUrl", "interactionId")
    return {name: value for name, value in stored(sandbox).items() if name not in hidden}


def hide_after_update(
    sandbox: Sandbox, changed: dict[str, Any] | None = None, *, action: dict[str, Any] | None = None
) -> None:
    """Let the update meet `action`, and every later read show no comment and these changes."""
    shown = {"status": 200, "body": without_comment(sandbox) | (changed or {})}
    sandbox.fault("onlive", action or {**shown, "applied": True}, method="PUT")
    sandbox.fault("onlive", shown, method="GET", times=None)


async def test_a_yes_after_which_the_appointment_reads_otherwise_is_held_for_a_person(
    sandbox: Sandbox, onlive: OnliveClient
) -> None:
    sandbox.fault("onlive", {"status": 200, "body": stored(sandbox)}, method="PUT")
    with pytest.raises(Held, match="title of the booking is not as wanted"):
        await onlive.update_booking(SAMPLE, {"title": "x"})
    assert len(writes(sandbox, "onlive")) == 1


async def test_a_lost_answer_after_which_somebody_else_wrote_is_held_for_a_person(
    sandbox: Sandbox, onlive: OnliveClient
) -> None:
    other = stored(sandbox) | {"title": "somebody else's"}
    sandbox.fault("onlive", {"drop": "before"}, method="PUT")
    sandbox.fault("onlive", {"status": 200, "body": other}, method="GET", skip=1)
    with pytest.raises(Held, match="an answer was lost, and title of the booking is not as wanted"):
        await onlive.update_booking(SAMPLE, {"title": "x"})


async def test_the_time_of_the_update_itself_is_no_change_worth_a_word(
    sandbox: Sandbox, onlive: OnliveClient
) -> None:
    before = stored(sandbox)["updatedAt"]
    result = await onlive.update_booking(SAMPLE, {"title": "x"})
    assert stored(sandbox)["updatedAt"] != before
    assert result.warnings == ()
