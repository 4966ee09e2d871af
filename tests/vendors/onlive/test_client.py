"""docs/vendors/onlive.md, "Calls": the vendor's calls, through our client."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    AccessDenied,
    BookingNotFound,
    InvalidInput,
    OutcomeUnknown,
    Refused,
    SlotTaken,
    VendorUnavailable,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.onlive.client import OnliveClient
from airflow_provider_booking.vendors.onlive.models import NewAppointmentV1
from tests.wire import reads, writes

SAMPLE = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
BLOCK = "b0000000-0000-4000-8000-000000000001"
LOCKED = "e0000000-0000-4000-8000-000000000002"
FOREIGN = "f0000000-0000-4000-8000-000000000001"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
FRONT_DESK = "cb000000-0000-4000-8000-000000000001"
ROOM = "cb000000-0000-4000-8000-000000000002"
SERVICE = "5e000000-0000-4000-8000-000000000030"
GUESTS = [{"email": "a@example.com"}, {"email": "b@example.com", "extraFields": {"phone": "1"}}]
FAR = {"start": "2030-05-07T08:00:00Z", "end": "2030-05-07T08:30:00Z", "calendarIds": [FRONT_DESK]}
FAR_V2 = {"startAt": FAR["start"], "endAt": FAR["end"], "calendarIds": [FRONT_DESK]}

both_versions = pytest.mark.parametrize("version", ["v1", "v2"])


def times(record: dict[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(record["start"]), datetime.fromisoformat(record["end"])


class TestGet:
    @both_versions
    async def test_shows_the_appointment(self, sandbox: Sandbox, onlive: OnliveClient, version: str) -> None:
        booking = await onlive.get_booking(SAMPLE, api_version=version)
        assert booking.ref.model_dump() == {
            "vendor": "onlive",
            "conn_id": "onlive_default",
            "booking_id": SAMPLE,
        }
        assert (booking.start, booking.end) == times(sandbox.booking("onlive", SAMPLE))
        assert booking.title == "Updated Product Demo Meeting"
        assert booking.description == "Updated demo session with new features"
        assert booking.time_zone is None

    @both_versions
    async def test_reads_either_version_into_one_model(
        self, sandbox: Sandbox, onlive: OnliveClient, version: Any
    ) -> None:
        sandbox.seed("onlive", bookings=[{"id": SAMPLE, "agentComment": "x", "state": "pending"}])
        found = await onlive.get_appointment(SAMPLE, api_version=version)
        assert (found.state, found.agent_comment) == ("pending", "x")
        assert (found.start, found.end) == times(sandbox.booking("onlive", SAMPLE))

    async def test_asks_v1_unless_told_otherwise(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        await onlive.get_booking(SAMPLE)
        await onlive.get_booking(SAMPLE, api_version="v2")
        assert [request["path"] for request in sandbox.requests("onlive")] == [
            f"/api/v1/appointments/{SAMPLE}",
            f"/api/v2/appointments/{SAMPLE}",
        ]

    @pytest.mark.parametrize(
        "hidden", ["guest@example.com", "high", "new features", "meet.example.com", "cancellation_token"]
    )
    async def test_shows_nothing_personal_in_repr(self, onlive: OnliveClient, hidden: str) -> None:
        assert hidden not in repr(await onlive.get_appointment(SAMPLE))
        assert hidden not in repr(await onlive.get_booking(SAMPLE))

    async def test_shows_neither_notes_nor_links_nor_what_it_does_not_know_in_repr(
        self, sandbox: Sandbox, onlive: OnliveClient
    ) -> None:
        whole = {"id": SAMPLE, **FAR, "agentComment": "hidden", "originUrl": "hidden", "mood": "hidden"}
        sandbox.fault("onlive", {"status": 200, "body": whole}, method="GET")
        found = await onlive.get_appointment(SAMPLE)
        assert (found.agent_comment, found.origin_url) == ("hidden", "hidden")
        assert "hidden" not in repr(found)

    async def test_takes_an_id_in_any_letters(self, onlive: OnliveClient) -> None:
        assert (await onlive.get_appointment(SAMPLE.upper())).id == SAMPLE

    async def test_of_an_unknown_appointment_says_so(self, onlive: OnliveClient) -> None:
        with pytest.raises(BookingNotFound):
            await onlive.get_booking(UNKNOWN)

    async def test_of_another_organisations_appointment_is_denied(self, onlive: OnliveClient) -> None:
        with pytest.raises(AccessDenied):
            await onlive.get_booking(FOREIGN)

    @pytest.mark.parametrize(
        "body",
        [
            [],
            "ok",
            {},
            {"id": SAMPLE},
            {"id": SAMPLE, "start": "soon", "end": "later"},
            {"id": SAMPLE, "start": "2026-12-01T10:00:00", "end": "2026-12-01T10:30:00"},
            {"id": SAMPLE, **FAR, "guests": ["jane"]},
            {"id": UNKNOWN, **FAR},
            {"id": 5, **FAR},
            {**FAR},
            {"message": "ok"},
            {"id": SAMPLE, **FAR, "statusCode": 404, "message": "Appointment not found"},
        ],
        ids=str,
    )
    async def test_without_an_appointment_in_the_answer_is_no_reading(
        self, sandbox: Sandbox, onlive: OnliveClient, body: Any
    ) -> None:
        sandbox.fault("onlive", {"status": 200, "body": body}, times=None)
        with pytest.raises(VendorUnavailable, match="lacks"):
            await onlive.get_booking(SAMPLE)

    async def test_takes_what_the_vendor_adds(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        sandbox.fault("onlive", {"status": 200, "body": {"id": SAMPLE, **FAR, "mood": "good"}})
        assert (await onlive.get_booking(SAMPLE)).raw["mood"] == "good"


class TestList:
    @both_versions
    async def test_goes_through_all_pages(self, sandbox: Sandbox, onlive: OnliveClient, version: Any) -> None:
        sandbox.seed("onlive", 15)
        found = [each.id async for each in onlive.list_appointments(api_version=version, page_size=10)]
        own = [each["id"] for each in sandbox.bookings("onlive") if not each["id"].startswith("f0")]
        assert sorted(found) == sorted(own)
        pages = [request["query"] for request in reads(sandbox, "onlive")]
        assert pages == [{"page": str(page), "limit": "10"} for page in range(1, len(pages) + 1)]

    async def test_asks_for_the_next_page_only_when_it_is_wanted(
        self, sandbox: Sandbox, onlive: OnliveClient
    ) -> None:
        async for _ in onlive.list_appointments(page_size=2):
            break
        assert len(reads(sandbox, "onlive")) == 1

    @pytest.mark.parametrize(
        ("version", "names"), [("v1", ("state", "start", "end")), ("v2", ("status", "startAt", "endAt"))]
    )
    async def test_can_be_narrowed_in_the_names_of_the_version(
        self, sandbox: Sandbox, onlive: OnliveClient, version: Any, names: tuple[str, ...]
    ) -> None:
        start, end = times(sandbox.booking("onlive", SAMPLE))
        found = onlive.list_appointments(
            api_version=version,
            state="confirmed",
            starts_after=start,
            ends_before=end,
            calendar_id=FRONT_DESK,
        )
        assert [each.id async for each in found] == [SAMPLE]
        assert set(names) < reads(sandbox, "onlive")[0]["query"].keys()

    async def test_takes_times_with_an_offset(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        given = "2026-12-01T10:00:00+09:00"
        _ = [each async for each in onlive.list_appointments(starts_after=given)]
        assert reads(sandbox, "onlive")[0]["query"]["start"] == "2026-12-01T01:00:00.000Z"

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"starts_after": "2026-12-01T10:00:00"}, "starts_after has no time zone"),
            ({"ends_before": "tomorrow"}, "ends_before is not a time"),
            ({"api_version": "v3"}, "api_version must be 'v1' or 'v2'"),
        ],
    )
    async def test_refuses_bad_input_before_sending(
        self, sandbox: Sandbox, onlive: OnliveClient, wrong: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(InvalidInput, match=said):
            await anext(onlive.list_appointments(**wrong))
        assert sandbox.requests("onlive") == []

    @pytest.mark.parametrize("body", [{"items": []}, {"pages": 1}, {"items": {}, "pages": 1}], ids=str)
    async def test_without_a_page_in_the_answer_is_no_reading(
        self, sandbox: Sandbox, onlive: OnliveClient, body: Any
    ) -> None:
        sandbox.fault("onlive", {"status": 200, "body": body}, times=None)
        with pytest.raises(VendorUnavailable, match="lacks items and pages"):
            await anext(onlive.list_appointments())


class TestCreate:
    @pytest.mark.parametrize(("version", "new"), [("v1", FAR), ("v2", FAR_V2)])
    async def test_makes_an_appointment(
        self, sandbox: Sandbox, onlive: OnliveClient, version: Any, new: dict[str, Any]
    ) -> None:
        wish = new | {"title": "New", "guests": GUESTS, "reminders": [{"time": 5, "unit": "m"}]}
        made = await onlive.create_appointment(wish, api_version=version)
        stored = sandbox.booking("onlive", made.id)
        assert (stored["title"], stored["guests"]) == ("New", GUESTS)
        assert times(stored) == times(FAR)

    async def test_takes_a_model_as_well_as_a_mapping(self, onlive: OnliveClient) -> None:
        made = await onlive.create_appointment(NewAppointmentV1.parse(FAR))
        assert made.calendar_ids == (FRONT_DESK,)

    async def test_turns_a_block_into_an_appointment(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        made = await onlive.create_appointment({"blockedAppointmentId": BLOCK}, api_version="v2")
        assert made.id == BLOCK
        assert sandbox.booking("onlive", BLOCK)["blocked"] is False

    async def test_on_a_taken_slot_is_refused(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        sample = sandbox.booking("onlive", SAMPLE)
        taken = {name: sample[name] for name in ("start", "end", "calendarIds")}
        with pytest.raises(SlotTaken):
            await onlive.create_appointment(taken)

    async def test_whose_answer_is_lost_is_not_repeated(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        sandbox.fault("onlive", {"drop": "after"}, method="POST")
        with pytest.raises(OutcomeUnknown):
            await onlive.create_appointment(FAR)
        assert len(writes(sandbox, "onlive")) == 1

    @pytest.mark.parametrize(
        ("version", "new", "said"),
        [
            ("v1", {"start": FAR["start"], "end": FAR["end"]}, "calendarIds is missing"),
            ("v1", FAR | {"calendarIds": []}, "calendarIds has fewer than 1"),
            ("v1", FAR_V2, "startAt is not a known field"),
            ("v1", FAR | {"end": FAR["start"]}, "start .* is not before end"),
            ("v1", FAR | {"guests": [{"email": "jane"}]}, "is not an e-mail address"),
            ("v2", FAR_V2 | {"endAt": FAR["start"]}, "startAt .* is not before endAt"),
            ("v1", {}, "^the appointment is empty: give its start"),
            ("v2", {}, "^the appointment is empty: give its start"),
            ("v1", [FAR], "^the appointment is a list: give a dict"),
            ("v2", NewAppointmentV1.parse(FAR), "^the appointment is a NewAppointmentV1: give a dict"),
            ("v2", {"startAt": FAR["start"]}, "endAt is missing: give it, or a blockedAppointmentId"),
        ],
    )
    async def test_refuses_bad_input_before_sending(
        self, sandbox: Sandbox, onlive: OnliveClient, version: Any, new: Any, said: str
    ) -> None:
        with pytest.raises(InvalidInput, match=said):
            await onlive.create_appointment(new, api_version=version)
        assert sandbox.requests("onlive") == []


class TestUpdate:
    async def test_sends_what_was_given_and_reads_nothing(
        self, sandbox: Sandbox, onlive: OnliveClient
    ) -> None:
        found = await onlive.update_appointment(SAMPLE, {"title": "x", "description": None})
        assert found.title == "x"
        assert [(request["method"], request["body"]) for request in sandbox.requests("onlive")] == [
            ("PUT", {"title": "x", "description": None})
        ]

    async def test_reads_a_short_answer(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        sandbox.switch("onlive", update_reply="sample")
        assert (await onlive.update_appointment(SAMPLE, {"title": "x"})).title == "x"

    async def test_refuses_an_end_before_the_start(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        with pytest.raises(InvalidInput, match="is not before end"):
            await onlive.update_appointment(SAMPLE, {"start": FAR["end"], "end": FAR["start"]})
        assert sandbox.requests("onlive") == []


class TestDelete:
    @both_versions
    async def test_is_for_good(self, onlive: OnliveClient, version: Any) -> None:
        deleted = await onlive.delete_appointment(SAMPLE, api_version=version)
        assert deleted.id == SAMPLE
        assert datetime.now(UTC) - deleted.deleted_at < timedelta(minutes=1)
        with pytest.raises(BookingNotFound):
            await onlive.get_appointment(SAMPLE)

    @pytest.mark.parametrize(("notify", "told"), [(None, 0), (False, 0), (True, 1)])
    async def test_tells_guests_if_asked_to(
        self, sandbox: Sandbox, onlive: OnliveClient, notify: bool | None, told: int
    ) -> None:
        await onlive.delete_appointment(SAMPLE, notify=notify)
        assert len(sandbox.notifications("onlive")) == told

    async def test_of_v2_cannot_be_told_whom_to_tell(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        with pytest.raises(InvalidInput, match="notify is not known to v2"):
            await onlive.delete_appointment(SAMPLE, notify=False, api_version="v2")
        assert sandbox.requests("onlive") == []

    async def test_in_a_version_that_there_is_not_blames_the_version(
        self, sandbox: Sandbox, onlive: OnliveClient
    ) -> None:
        version: Any = "v3"
        with pytest.raises(InvalidInput, match="api_version must be 'v1' or 'v2'"):
            await onlive.delete_appointment(SAMPLE, notify=True, api_version=version)
        assert sandbox.requests("onlive") == []

    async def test_of_a_locked_appointment_is_refused(self, onlive: OnliveClient) -> None:
        with pytest.raises(Refused, match="the appointment's state does not allow it") as raised:
            await onlive.delete_appointment(LOCKED)
        assert not isinstance(raised.value, SlotTaken)

    async def test_whose_answer_is_lost_is_not_repeated(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        sandbox.fault("onlive", {"drop": "after"}, method="DELETE")
        with pytest.raises(OutcomeUnknown):
            await onlive.delete_appointment(SAMPLE)
        assert len(writes(sandbox, "onlive")) == 1


class TestCancel:
    async def test_cancels(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        found = await onlive.cancel_appointment(SAMPLE)
        assert (found.state, sandbox.booking("onlive", SAMPLE)["state"]) == ("cancelled", "cancelled")
        assert found.cancelled_at is not None

    async def test_says_what_was_given(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        sandbox.seed("onlive", bookings=[{"id": SAMPLE, "guests": GUESTS}])
        left = await onlive.cancel_appointment(SAMPLE, guests=["b@example.com"], strategy="guest-only")
        assert (left.state, left.guests) == ("confirmed", ({"email": "a@example.com"},))

    async def test_gives_the_states_that_were_given(self, onlive: OnliveClient) -> None:
        found = await onlive.cancel_appointment(SAMPLE, status="cancelled", sub_status="user-request")
        assert found.sub_status == "user-request"

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"strategy": "guests"}, "strategy must be 'guest-only' or 'guest-appointment'"),
            ({"guests": ["jane"]}, r"guests\[0\] is not an e-mail address"),
            ({"guests": []}, "guests is no list of addresses: give at least one"),
            ({"guests": "a@example.com"}, "guests is no list of addresses: give at least one"),
        ],
    )
    async def test_refuses_bad_input_before_sending(
        self, sandbox: Sandbox, onlive: OnliveClient, wrong: Any, said: str
    ) -> None:
        with pytest.raises(InvalidInput, match=said):
            await onlive.cancel_appointment(SAMPLE, **wrong)
        assert sandbox.requests("onlive") == []

    async def test_whose_answer_is_lost_is_not_repeated(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        sandbox.fault("onlive", {"drop": "after"}, method="POST")
        with pytest.raises(OutcomeUnknown):
            await onlive.cancel_appointment(SAMPLE)
        assert len(writes(sandbox, "onlive")) == 1


class TestMaskGuests:
    async def test_replaces_addresses_and_numbers(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        sandbox.seed("onlive", bookings=[{"id": SAMPLE, "guests": GUESTS}])
        orders = [{"email": "a@example.com", "newEmail": "x@example.com"}, {"phone": "1", "newPhone": "0"}]
        await onlive.mask_guests(SAMPLE, orders)
        assert sandbox.booking("onlive", SAMPLE)["guests"] == [
            {"email": "x@example.com"},
            {"email": "b@example.com", "extraFields": {"phone": "0"}},
        ]

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ([], "guests has fewer than 1"),
            ("a@example.com", "guests must be a list"),
            (
                [{"email": "a@example.com", "newEmail": "x"}],
                r"guests\[0\]\.newEmail is not an e-mail address",
            ),
            ([{"mail": "a@example.com"}], r"guests\[0\]\.mail is not a known field: did you mean email"),
        ],
    )
    async def test_refuses_bad_input_before_sending(
        self, sandbox: Sandbox, onlive: OnliveClient, wrong: Any, said: str
    ) -> None:
        with pytest.raises(InvalidInput, match=said):
            await onlive.mask_guests(SAMPLE, wrong)
        assert sandbox.requests("onlive") == []
