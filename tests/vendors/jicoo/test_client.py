"""docs/vendors/jicoo.md, "Calls": the vendor's booking calls, through our client."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    AccessDenied,
    BookingNotFound,
    CredentialRejected,
    InvalidInput,
    OutcomeUnknown,
    Refused,
    VendorUnavailable,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from airflow_provider_booking.vendors.jicoo.models import BookingChange
from tests.vendors.jicoo.conftest import Settings
from tests.wire import reads, writes

SAMPLE = "sandboxVb7RE"
CANCELLED = "cancelled001"
UNKNOWN = "nobodyVb7RE"
SLOT_TAKER = "requested001"  # has the sample's host, an hour later


def moments(booking: dict[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(booking["startedAt"]), datetime.fromisoformat(booking["endedAt"])


def shown(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class TestGet:
    async def test_shows_the_booking(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        booking = await jicoo.get_booking(SAMPLE)
        start, end = moments(sandbox.booking("jicoo", SAMPLE))
        assert booking.ref.model_dump() == {
            "vendor": "jicoo",
            "conn_id": "jicoo_default",
            "booking_id": SAMPLE,
        }
        assert (booking.start, booking.end) == (start, end)
        assert (booking.title, booking.description) == ("Consultation", "First talk")
        assert booking.time_zone == "Asia/Tokyo"

    async def test_keeps_the_vendors_record_and_the_description_out_of_repr(self, jicoo: JicooClient) -> None:
        booking = await jicoo.get_booking(SAMPLE)
        assert booking.raw["status"] == "open"
        assert "First talk" not in repr(booking)
        assert "zoom.us" not in repr(booking)

    async def test_of_an_unknown_booking_says_so(self, jicoo: JicooClient) -> None:
        with pytest.raises(BookingNotFound):
            await jicoo.get_booking(UNKNOWN)

    async def test_takes_no_options(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        with pytest.raises(InvalidInput, match="page: no such option"):
            await jicoo.get_booking(SAMPLE, page=1)
        assert sandbox.requests("jicoo") == []

    @pytest.mark.parametrize(
        "body", [[], "ok", {}, {"data": None}, {"data": []}, {"data": {"uid": SAMPLE}}], ids=str
    )
    async def test_without_a_booking_in_the_answer_is_no_reading(
        self, sandbox: Sandbox, jicoo: JicooClient, body: Any
    ) -> None:
        sandbox.fault("jicoo", {"status": 200, "body": body}, times=None)
        with pytest.raises(VendorUnavailable, match="lacks"):
            await jicoo.get_booking(SAMPLE)


class TestList:
    async def test_goes_through_all_pages(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        sandbox.seed("jicoo", 25)
        found = [booking.uid async for booking in jicoo.list_bookings(page_size=10)]
        assert sorted(found) == sorted(booking["uid"] for booking in sandbox.bookings("jicoo"))
        assert [request["query"]["page"] for request in reads(sandbox, "jicoo")] == ["1", "2", "3", "4"]

    async def test_asks_for_the_next_page_only_when_it_is_wanted(
        self, sandbox: Sandbox, jicoo: JicooClient
    ) -> None:
        sandbox.seed("jicoo", 25)
        async for _ in jicoo.list_bookings(page_size=10):
            break
        assert len(reads(sandbox, "jicoo")) == 1

    async def test_of_nothing_is_empty(self, jicoo: JicooClient) -> None:
        far = datetime(2050, 1, 1, tzinfo=UTC)
        assert [booking async for booking in jicoo.list_bookings(starts_after=far)] == []

    @pytest.mark.parametrize("status", ["open", "cancel"])
    async def test_can_be_narrowed_to_a_status(self, jicoo: JicooClient, status: Any) -> None:
        found = {booking.status async for booking in jicoo.list_bookings(status=status)}
        assert found == {status}

    async def test_without_a_status_shows_every_status(self, jicoo: JicooClient) -> None:
        found = {booking.status async for booking in jicoo.list_bookings()}
        assert found == {"open", "cancel", "request"}

    async def test_can_be_narrowed_to_a_time(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        start, end = moments(sandbox.booking("jicoo", SAMPLE))
        found = [b.uid async for b in jicoo.list_bookings(starts_after=start, ends_before=end)]
        assert found == [SAMPLE]

    async def test_takes_times_with_an_offset(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        given = "2026-12-01T10:00:00+09:00"
        _ = [booking async for booking in jicoo.list_bookings(starts_after=given)]
        assert reads(sandbox, "jicoo")[0]["query"]["startedAt"] == "2026-12-01T01:00:00.000Z"

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"starts_after": "2026-12-01T10:00:00"}, "starts_after has no time zone"),
            ({"ends_before": "tomorrow"}, "ends_before is not a time"),
            ({"status": "cancelled"}, "status must be open or cancel"),
            ({"sort": "startedAt"}, "sort must be asc or desc"),
            ({"order": "asc"}, "order must be startedAt or createdAt"),
        ],
    )
    async def test_refuses_bad_input_before_sending(
        self, sandbox: Sandbox, jicoo: JicooClient, wrong: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(InvalidInput, match=said):
            await anext(jicoo.list_bookings(**wrong))
        assert sandbox.requests("jicoo") == []

    async def test_takes_times_without_milliseconds(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        record = sandbox.booking("jicoo", SAMPLE) | {"startedAt": "2026-12-01T01:00:00Z"}
        sandbox.fault("jicoo", {"status": 200, "body": {"data": [record], "nextPage": None}})
        found = [booking.started_at async for booking in jicoo.list_bookings()]
        assert found == [datetime(2026, 12, 1, 1, tzinfo=UTC)]

    async def test_without_a_list_in_the_answer_is_no_reading(
        self, sandbox: Sandbox, jicoo: JicooClient
    ) -> None:
        sandbox.fault("jicoo", {"status": 200, "body": {"data": None}}, times=None)
        with pytest.raises(VendorUnavailable, match="lacks data"):
            await anext(jicoo.list_bookings())


class TestUpdate:
    async def test_sends_what_was_given_and_that_nobody_is_told(
        self, sandbox: Sandbox, jicoo: JicooClient
    ) -> None:
        booking = await jicoo.update(SAMPLE, {"name": "Second opinion"})
        assert booking.name == "Second opinion"
        assert [(request["method"], request["body"]) for request in sandbox.requests("jicoo")] == [
            ("PATCH", {"name": "Second opinion", "isSendUpdates": False})
        ]

    async def test_takes_a_change_as_well_as_a_mapping(self, jicoo: JicooClient) -> None:
        change = BookingChange.parse({"priority": "high"})
        assert (await jicoo.update(SAMPLE, change)).priority == "high"


class TestReschedule:
    async def test_to_a_free_slot_keeps_length_and_uid(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        start, end = moments(sandbox.booking("jicoo", SAMPLE))
        wanted = start + timedelta(days=30)
        moved = await jicoo.reschedule(SAMPLE, started_at=wanted, time_zone="Asia/Seoul")
        assert (moved.uid, moved.started_at, moved.ended_at) == (SAMPLE, wanted, wanted + (end - start))
        assert moved.time_zone == "Asia/Seoul"

    async def test_to_a_taken_slot_is_refused_and_changes_nothing(
        self, sandbox: Sandbox, jicoo: JicooClient
    ) -> None:
        before = sandbox.booking("jicoo", SAMPLE)
        taken, _ = moments(sandbox.booking("jicoo", SLOT_TAKER))
        with pytest.raises(Refused, match="slot is not free"):
            await jicoo.reschedule(SAMPLE, started_at=taken, time_zone="Asia/Tokyo")
        assert sandbox.booking("jicoo", SAMPLE) == before

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"started_at": "2026-12-01T10:00:00"}, "started_at has no time zone"),
            ({"time_zone": "Tokyo"}, "time_zone is not a time zone"),
        ],
    )
    async def test_refuses_bad_input_before_sending(
        self, sandbox: Sandbox, jicoo: JicooClient, wrong: dict[str, str], said: str
    ) -> None:
        asked = {"started_at": "2026-12-01T10:00:00+09:00", "time_zone": "Asia/Tokyo"} | wrong
        with pytest.raises(InvalidInput, match=said):
            await jicoo.reschedule(SAMPLE, **asked)
        assert sandbox.requests("jicoo") == []


class TestCancel:
    async def test_cancels_with_the_reason_given(self, jicoo: JicooClient) -> None:
        booking = await jicoo.cancel(SAMPLE, reason="The host is ill")
        assert (booking.status, booking.cancel_reason) == ("cancel", "The host is ill")
        assert booking.cancelled_by == "host"

    async def test_needs_no_reason(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        await jicoo.cancel(SAMPLE)
        assert [request["body"] for request in writes(sandbox, "jicoo")] == [{}]

    async def test_of_a_cancelled_booking_is_refused(self, jicoo: JicooClient) -> None:
        with pytest.raises(Refused, match="the booking is cancelled"):
            await jicoo.cancel(CANCELLED)

    async def test_whose_answer_is_lost_is_not_repeated(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        sandbox.fault("jicoo", {"drop": "after"}, method="POST")
        with pytest.raises(OutcomeUnknown):
            await jicoo.cancel(SAMPLE)
        assert len(writes(sandbox, "jicoo")) == 1

    async def test_does_not_show_its_reason_in_repr(self, jicoo: JicooClient) -> None:
        assert "ill" not in repr(await jicoo.cancel(SAMPLE, reason="The host is ill"))


class TestContacts:
    async def test_are_the_guests(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        assert await jicoo.get_contacts(SAMPLE) == sandbox.booking("jicoo", SAMPLE)["contacts"]

    async def test_of_an_unknown_booking_are_not_there(self, jicoo: JicooClient) -> None:
        with pytest.raises(BookingNotFound):
            await jicoo.get_contacts(UNKNOWN)

    async def test_without_a_list_in_the_answer_is_no_reading(
        self, sandbox: Sandbox, jicoo: JicooClient
    ) -> None:
        sandbox.fault("jicoo", {"status": 200, "body": {"data": {}}}, times=None)
        with pytest.raises(VendorUnavailable, match="lacks data"):
            await jicoo.get_contacts(SAMPLE)


class TestCheck:
    async def test_names_the_host(self, sandbox: Sandbox, jicoo: JicooClient) -> None:
        assert await jicoo.check() == f"Connected to {sandbox.url}/jicoo"

    async def test_asks_for_one_booking_and_changes_nothing(
        self, sandbox: Sandbox, jicoo: JicooClient
    ) -> None:
        await jicoo.check()
        assert [(request["method"], request["query"]) for request in sandbox.requests("jicoo")] == [
            ("GET", {"perPage": "1"})
        ]

    async def test_with_an_unknown_key_is_refused(self, jicoo_settings: Settings) -> None:
        async with JicooClient(jicoo_settings(password="sk_live_wrong")) as client:
            with pytest.raises(CredentialRejected):
                await client.check()

    async def test_with_a_key_that_may_not_read_is_denied(self, jicoo_settings: Settings) -> None:
        async with JicooClient(jicoo_settings(password="sk_live_no_permission")) as client:
            with pytest.raises(AccessDenied):
                await client.check()
