"""docs/vendors/kos.md, "Tokens" and "Calls": the vendor's calls, through our client."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from airflow_provider_booking.bookings import (
    BookingNotFound,
    CredentialRejected,
    InvalidInput,
    Refused,
    VendorUnavailable,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.kos.answers import ScheduleDetail
from airflow_provider_booking.vendors.kos.client import KosClient
from tests.vendors.kos.conftest import Settings
from tests.wire import reads, token_fetches, writes

SAMPLE = "66a000000000000000000001"
SECOND = "66a000000000000000000002"
THREE_RESOURCES = "66b000000000000000000001"
CANCELED = "66c000000000000000000001"
OF_ANOTHER_CLINIC = "66d000000000000000000001"
UNKNOWN = "66f000000000000000000001"
GROUP, LASER = "65f000000000000000000001", "65f000000000000000000002"
ZONE, ROOM_2 = "65e000000000000000000001", "65e000000000000000000002"
OPTION = "65d000000000000000000002"
QUERIES_ONLY = "00000000-0000-4000-8000-000000000001"
UPDATE, CANCEL = "*/commands/update-reservation", "*/commands/cancel-reservation"
HALF_AN_HOUR = timedelta(minutes=30)


def start_of(sandbox: Sandbox, schedule_id: str = SAMPLE) -> datetime:
    return datetime.fromisoformat(sandbox.booking("kos", schedule_id)["reservation"]["startDateTime"])


def chain(error: BaseException | None) -> list[BaseException]:
    """Give an error and all that it came from, whether a traceback would show that or not."""
    return [] if error is None else [error, *chain(error.__cause__ or error.__context__)]


class TestTokens:
    async def test_one_is_exchanged_for_all_calls(self, sandbox: Sandbox, kos: KosClient) -> None:
        for _ in range(3):
            await kos.get_booking(SAMPLE)
        assert len(token_fetches(sandbox, "kos")) == 1

    async def test_the_key_is_exchanged_without_a_token(self, sandbox: Sandbox, kos: KosClient) -> None:
        await kos.check()
        [exchange] = token_fetches(sandbox, "kos")
        assert (exchange["method"], exchange["path"]) == (
            "POST",
            "/open/authorization/commands/exchange-token",
        )
        assert exchange["credential"] == "none"

    async def test_one_that_is_no_longer_taken_is_replaced_once(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        await kos.get_booking(SAMPLE)
        sandbox.expire_tokens("kos")
        await kos.get_booking(SAMPLE)
        assert [request["status"] for request in reads(sandbox, "kos")] == [200, 401, 200]
        assert len(token_fetches(sandbox, "kos")) == 2

    async def test_a_write_that_met_a_dead_one_is_sent_again(self, sandbox: Sandbox, kos: KosClient) -> None:
        sandbox.fault("kos", {"status": 401}, path=UPDATE)
        await kos.update_booking(SAMPLE, {"sedationRequired": True})
        assert [request["status"] for request in writes(sandbox, "kos")] == [401, 200]

    async def test_one_that_is_refused_under_another_status_is_replaced_too(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        refusal = {"status": 401, "className": "UnauthorizedException", "errorProperties": []}
        sandbox.fault("kos", {"status": 200, "body": refusal}, path="*/queries/*")
        assert (await kos.get_booking(SAMPLE)).start
        assert len(token_fetches(sandbox, "kos")) == 2

    @pytest.mark.parametrize("action", [{"html": 400}, {"status": 400, "body": {"className": 5}}], ids=str)
    async def test_what_is_no_envelope_refuses_no_token(
        self, sandbox: Sandbox, kos: KosClient, action: dict[str, Any]
    ) -> None:
        sandbox.fault("kos", action, path="*/queries/*", times=None)
        with pytest.raises(Refused):
            await kos.get_booking(SAMPLE)
        assert len(token_fetches(sandbox, "kos")) == 1

    async def test_a_new_one_that_is_refused_as_well_ends_it(self, sandbox: Sandbox, kos: KosClient) -> None:
        sandbox.fault("kos", {"status": 401}, path="*/queries/*", times=None)
        for _ in range(3):
            with pytest.raises(CredentialRejected, match="auth_header and auth_prefix"):
                await kos.get_booking(SAMPLE)
        assert len(token_fetches(sandbox, "kos")) == 2

    @pytest.mark.parametrize(
        ("header", "prefix", "given"),
        [
            ("Authorization", "", "none"),
            ("X-Auth-Token", "", "none"),
            ("X-Auth-Token", "Token ", "Token"),
            ("Authorization", "key=", "key="),
        ],
    )
    async def test_the_connection_says_how_one_is_shown(
        self, sandbox: Sandbox, kos_settings: Settings, header: str, prefix: str, given: str
    ) -> None:
        sandbox.switch("kos", auth_header=header, auth_prefix=prefix)
        async with KosClient(kos_settings(auth_header=header, auth_prefix=given)) as client:
            assert (await client.get_booking(SAMPLE)).start

    async def test_one_is_used_for_a_little_less_than_an_hour(self, kos: KosClient) -> None:
        earliest = time.monotonic()
        token = await kos._exchange_token()
        assert earliest + 3300 <= token.use_until <= time.monotonic() + 3300

    async def test_one_is_handed_on_to_be_masked_in_logs(self, kos_settings: Settings) -> None:
        seen: list[str] = []

        async def mask(token: str) -> None:
            seen.append(token)

        async with KosClient(kos_settings(), on_token=mask) as client:
            await client.get_booking(SAMPLE)
        assert len(seen) == 1


class TestDetail:
    async def test_shows_the_schedule(self, sandbox: Sandbox, kos: KosClient) -> None:
        detail = await kos.get_schedule_detail(SAMPLE)
        assert detail.id == SAMPLE
        assert detail.reservation.start_date_time == start_of(sandbox)
        assert detail.reservation.status == "RESERVED"
        assert [each.zone_id for each in detail.occupied_resources] == [ZONE]

    async def test_keeps_visitor_staff_and_memo_out_of_repr(self, kos: KosClient) -> None:
        shown = repr(await kos.get_schedule_detail(SAMPLE))
        assert not [word for word in ("Sample Kim", "Counselor 1", "First visit", "Spring") if word in shown]

    async def test_keeps_members_that_the_vendor_adds_one_day(self, sandbox: Sandbox, kos: KosClient) -> None:
        data = (await kos.get_booking(SAMPLE)).raw | {"mood": "good"}
        sandbox.fault("kos", {"status": 200, "body": {"data": data}}, path="*/queries/*")
        assert (await kos.get_schedule_detail(SAMPLE)).model_dump()["mood"] == "good"

    async def test_keeps_members_that_the_vendor_adds_one_day_out_of_repr(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        data: Any = (await kos.get_booking(SAMPLE)).raw
        added = {"guardian": "Jane Doe"}
        odd = data | added | {"reservation": data["reservation"] | added}
        sandbox.fault("kos", {"status": 200, "body": {"data": odd}}, path="*/queries/*")
        assert "Jane" not in repr(await kos.get_schedule_detail(SAMPLE))

    def test_that_cannot_be_read_is_quoted_in_no_text_of_the_failed_check(self) -> None:
        with pytest.raises(ValidationError) as raised:
            ScheduleDetail.model_validate({"visitor": "Jane Doe"})
        assert "Jane" not in str(raised.value)

    async def test_that_cannot_be_read_leaves_no_word_of_it_in_the_chain(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        data: Any = (await kos.get_booking(SAMPLE)).raw
        odd = data | {"visitor": "Jane Doe"}
        sandbox.fault("kos", {"status": 200, "body": {"data": odd}}, path="*/queries/*", times=None)
        with pytest.raises(VendorUnavailable, match=r"visitor must be an object") as raised:
            await kos.get_schedule_detail(SAMPLE)
        assert not [error for error in chain(raised.value) if "Jane" in str(error)]

    @pytest.mark.parametrize("schedule_id", [UNKNOWN, OF_ANOTHER_CLINIC])
    async def test_of_an_unknown_schedule_says_so(self, kos: KosClient, schedule_id: str) -> None:
        with pytest.raises(BookingNotFound, match="check the id, and which clinic"):
            await kos.get_schedule_detail(schedule_id)

    @pytest.mark.parametrize(
        "body",
        [[], "ok", {}, {"data": None}, {"data": []}, {"data": {"id": SAMPLE}}],
        ids=str,
    )
    async def test_without_a_schedule_in_the_answer_is_no_reading(
        self, sandbox: Sandbox, kos: KosClient, body: Any
    ) -> None:
        sandbox.fault("kos", {"status": 200, "body": body}, path="*/queries/*", times=None)
        with pytest.raises(VendorUnavailable, match="lacks"):
            await kos.get_schedule_detail(SAMPLE)

    async def test_with_a_naive_time_is_no_reading(self, sandbox: Sandbox, kos: KosClient) -> None:
        data: Any = (await kos.get_booking(SAMPLE)).raw
        data["reservation"]["startDateTime"] = "2027-03-10T10:00:00"
        sandbox.fault("kos", {"status": 200, "body": {"data": data}}, path="*/queries/*", times=None)
        with pytest.raises(VendorUnavailable, match=r"reservation\.startDateTime has no time zone"):
            await kos.get_booking(SAMPLE)


class TestGetBooking:
    async def test_gives_the_reservation_in_neutral_fields(self, sandbox: Sandbox, kos: KosClient) -> None:
        booking = await kos.get_booking(SAMPLE)
        assert booking.ref.model_dump() == {
            "vendor": "kos",
            "conn_id": "kos_default",
            "booking_id": SAMPLE,
        }
        assert (booking.start, booking.end) == (start_of(sandbox), start_of(sandbox) + HALF_AN_HOUR)
        assert (booking.title, booking.description) == (None, "First visit")
        assert booking.time_zone == "Asia/Seoul"

    async def test_of_several_resources_lasts_from_the_first_to_the_last(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        booking = await kos.get_booking(THREE_RESOURCES)
        start = start_of(sandbox, THREE_RESOURCES)
        assert (booking.start, booking.end) == (start, start + 3 * HALF_AN_HOUR)

    async def test_of_resources_in_any_order_lasts_from_the_earliest_start_to_the_latest_end(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        at = [f"2027-05-03T0{hour}:00:00Z" for hour in range(6)]
        room = {"zoneId": ZONE, "reservationGroup": {"reservationGroupId": GROUP}}
        spans = [(at[2], at[3]), (at[0], at[5]), (at[1], at[4])]
        several = [room | {"startDateTimeUtc": start, "endDateTimeUtc": end} for start, end in spans]
        [schedule_id] = sandbox.seed("kos", bookings=[{"occupiedResources": several}])
        booking = await kos.get_booking(schedule_id)
        assert (booking.start, booking.end) == tuple(map(datetime.fromisoformat, (at[0], at[5])))

    async def test_keeps_the_vendors_record_out_of_repr(self, kos: KosClient) -> None:
        booking = await kos.get_booking(SAMPLE)
        assert booking.raw["id"] == SAMPLE
        assert not [word for word in ("Sample Kim", "First visit") if word in repr(booking)]


class TestCancel:
    @pytest.mark.parametrize("reason", ["CANCELED", "NO_SHOW"])
    async def test_gives_the_reservation_the_status_of_the_reason(
        self, sandbox: Sandbox, kos: KosClient, reason: Any
    ) -> None:
        await kos.cancel_reservation(SAMPLE, reason=reason)
        assert sandbox.booking("kos", SAMPLE)["reservation"]["status"] == reason

    async def test_of_one_that_is_not_reserved_is_refused(self, kos: KosClient) -> None:
        with pytest.raises(Refused, match="no longer in the state RESERVED"):
            await kos.cancel_reservation(CANCELED)

    @pytest.mark.parametrize("reason", ["CANCELLED", "", None])
    async def test_for_another_reason_is_refused_before_sending(
        self, sandbox: Sandbox, kos: KosClient, reason: Any
    ) -> None:
        with pytest.raises(InvalidInput, match="reason must be CANCELED or NO_SHOW"):
            await kos.cancel_reservation(SAMPLE, reason=reason)
        assert sandbox.requests("kos") == []


class TestSlots:
    async def test_of_a_schedule_are_those_of_its_group(self, sandbox: Sandbox, kos: KosClient) -> None:
        start = start_of(sandbox)
        slots = await kos.get_reservation_slots_by_schedule_id_v1(SAMPLE, start, start + HALF_AN_HOUR)
        assert {(slot.reservation_group_id, slot.zone.id) for slot in slots} == {
            (GROUP, ZONE),
            (GROUP, ROOM_2),
        }
        assert {slot.zone.id: slot.is_free for slot in slots} == {ZONE: False, ROOM_2: True}

    async def test_of_a_schedule_are_given_for_each_of_its_resources(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        start = start_of(sandbox, THREE_RESOURCES)
        found = await kos.get_reservation_slots_by_schedule_id_v2(
            THREE_RESOURCES, start, start + HALF_AN_HOUR
        )
        resources = sandbox.booking("kos", THREE_RESOURCES)["occupiedResources"]
        assert [each.occupied_resource_id for each in found] == [each["id"] for each in resources]
        assert [each.zone_id for each in found] == [each["zoneId"] for each in resources]
        assert all(each.slots for each in found)

    async def test_of_a_group_are_asked_for_in_the_connections_zone(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        start = start_of(sandbox)
        slots = await kos.get_reservation_slots_by_group(GROUP, start, start)
        assert {slot.reservation_group_id for slot in slots} == {GROUP}
        assert reads(sandbox, "kos")[0]["body"]["timezone"] == "Asia/Seoul"

    async def test_of_a_group_can_be_asked_for_in_another_zone(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        await kos.get_reservation_slots_by_group(GROUP, start_of(sandbox), start_of(sandbox), time_zone="UTC")
        assert reads(sandbox, "kos")[0]["body"]["timezone"] == "UTC"

    async def test_of_groups_are_one_list(self, sandbox: Sandbox, kos: KosClient) -> None:
        start = start_of(sandbox)
        slots = await kos.get_reservation_slots_by_groups([GROUP, LASER], start, start + HALF_AN_HOUR)
        assert {slot.reservation_group_id for slot in slots} == {GROUP, LASER}

    async def test_of_a_product_are_one_list(self, sandbox: Sandbox, kos: KosClient) -> None:
        start = start_of(sandbox)
        slots = await kos.get_reservation_slots_by_product([OPTION], start, start + HALF_AN_HOUR)
        assert {slot.reservation_group_id for slot in slots} == {LASER}

    async def test_are_asked_for_in_utc_with_z(self, sandbox: Sandbox, kos: KosClient) -> None:
        await kos.get_reservation_slots_by_schedule_id_v2(
            SAMPLE, "2027-03-10T10:00:00+09:00", datetime(2027, 3, 11, tzinfo=UTC)
        )
        assert reads(sandbox, "kos")[0]["body"] == {
            "scheduleId": SAMPLE,
            "startDateTimeUtc": "2027-03-10T01:00:00Z",
            "endDateTimeUtc": "2027-03-11T00:00:00Z",
        }

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"start": "2027-03-10T10:00:00"}, "start has no time zone: add an offset"),
            ({"end": "tomorrow"}, "end is not a time: write ISO 8601"),
            ({"time_zone": "Seoul"}, "time_zone is not a time zone: give an IANA name"),
            ({"reservation_group_id": ""}, "reservation_group_id is empty"),
        ],
    )
    async def test_are_not_asked_for_with_bad_input(
        self, sandbox: Sandbox, kos: KosClient, wrong: dict[str, Any], said: str
    ) -> None:
        known: dict[str, Any] = {
            "reservation_group_id": GROUP,
            "start": "2027-03-10T01:00:00Z",
            "end": "2027-03-10T02:00:00Z",
        }
        with pytest.raises(InvalidInput, match=said):
            await kos.get_reservation_slots_by_group(**known | wrong)
        assert sandbox.requests("kos") == []

    @pytest.mark.parametrize(
        ("ids", "said"),
        [
            (GROUP, "_ids is a str: give a list of ids"),
            ({GROUP}, "_ids is a set: give a list of ids"),
            (None, "_ids is a NoneType: give a list of ids"),
            ([GROUP, " "], r"_ids\[1\] is empty"),
            ([5.0], r"_ids\[0\] is a float"),
        ],
    )
    async def test_are_not_asked_for_with_what_is_no_list_of_ids(
        self, sandbox: Sandbox, kos: KosClient, ids: Any, said: str
    ) -> None:
        start = start_of(sandbox)
        for ask in (kos.get_reservation_slots_by_groups, kos.get_reservation_slots_by_product):
            with pytest.raises(InvalidInput, match=said):
                await ask(ids, start, start)
        assert sandbox.requests("kos") == []

    async def test_refused_for_a_time_quote_it_nowhere(self, kos: KosClient) -> None:
        with pytest.raises(InvalidInput) as raised:
            await kos.get_reservation_slots_by_schedule_id_v2(SAMPLE, "after Jane", "after Jane")
        assert not [error for error in chain(raised.value) if "Jane" in str(error)]

    async def test_without_a_list_in_the_answer_are_no_reading(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        sandbox.fault("kos", {"status": 200, "body": {"data": {}}}, path="*/queries/*", times=None)
        with pytest.raises(VendorUnavailable, match="lacks data"):
            await kos.get_reservation_slots_by_product([OPTION], start_of(sandbox), start_of(sandbox))


class TestWhatElseIsRead:
    async def test_the_groups_of_the_clinic(self, kos: KosClient) -> None:
        groups = await kos.get_reservation_groups()
        assert [group.title for group in groups] == ["Dermatology", "Laser treatment", "Recovery"]
        assert {group.interval_minutes for group in groups} == {30}

    async def test_the_schedules_of_a_visitor(self, sandbox: Sandbox, kos: KosClient) -> None:
        visitor_id = sandbox.booking("kos", SECOND)["visitor"]["id"]
        found = await kos.get_schedules_summarized_by_tasks(visitor_id)
        assert [each.schedule_id for each in found] == [SECOND, "66a000000000000000000003"]
        assert found[0].start_date_time_utc == start_of(sandbox, SECOND)

    async def test_the_schedules_that_were_deleted(self, sandbox: Sandbox, kos: KosClient) -> None:
        visitor_id = sandbox.booking("kos", SECOND)["visitor"]["id"]
        assert await kos.get_schedules_summarized_by_tasks(visitor_id, deleted=True) == []
        assert reads(sandbox, "kos")[0]["body"] == {"visitorId": visitor_id, "deleted": True}

    async def test_visitors_by_what_is_known_of_them(self, sandbox: Sandbox, kos: KosClient) -> None:
        visitor = sandbox.booking("kos", SAMPLE)["visitor"]
        [found] = await kos.search_visitors(
            part_of_visitor_name="Sample", chart_number=visitor["chartNumber"], limit=5
        )
        assert (found.id, found.name) == (visitor["id"], "Sample Kim")
        assert reads(sandbox, "kos")[0]["body"] == {
            "partOfVisitorName": "Sample",
            "chartNumber": visitor["chartNumber"],
            "limit": 5,
        }

    async def test_a_visitor_is_not_shown_in_repr(self, kos: KosClient) -> None:
        [found] = await kos.search_visitors(part_of_visitor_name="Sample", limit=1)
        assert not [word for word in (found.name, found.chart_number) if word in repr(found)]


class TestCheck:
    async def test_says_what_was_reached(self, sandbox: Sandbox, kos: KosClient) -> None:
        assert await kos.check() == f"Connected to {sandbox.url}/kos: a clinic with 3 reservation groups"

    async def test_changes_nothing(self, sandbox: Sandbox, kos: KosClient) -> None:
        await kos.check()
        assert writes(sandbox, "kos") == []

    async def test_of_a_key_that_is_not_known_says_so(self, kos_settings: Settings) -> None:
        async with KosClient(kos_settings(password="nobody")) as client:
            with pytest.raises(CredentialRejected):
                await client.check()
