"""docs/vendors/feishu.md, "Calls": the five reserve calls, through our client."""

from datetime import UTC, datetime
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    AccessDenied,
    BookingNotFound,
    CredentialRejected,
    InvalidInput,
    VendorUnavailable,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.models import NewReserve, ReserveChange
from tests.vendors.feishu.conftest import Settings
from tests.wire import reads, token_fetches, writes

SAMPLE = "6911188411932033028"
ANOTHER_OWNERS = "6930000000000000001"
A_USERS = "6940000000000000001"
UNKNOWN = "6900000000000000000"
PASSWORD = "971024"
SAMPLE_USER = "ou_3ec3f6a28a0d08c45d895276e8e5e19b"
USER_1 = f"ou_{1:032d}"
DAY = 86400


class TestGet:
    async def test_shows_the_whole_reserve(self, feishu: FeishuClient) -> None:
        reserve = await feishu.get_reserve(SAMPLE)
        assert reserve.id == SAMPLE
        assert reserve.meeting_no == "112000358"
        assert reserve.reserve_user_id == SAMPLE_USER
        assert reserve.meeting_settings is not None
        assert reserve.meeting_settings.topic == "my meeting"
        assert reserve.meeting_settings.call_setting is not None

    async def test_keeps_members_that_the_vendor_adds_one_day(
        self, sandbox: Sandbox, feishu: FeishuClient
    ) -> None:
        answer = {"code": 0, "data": {"reserve": {"id": SAMPLE, "mood": "good"}}}
        sandbox.fault("feishu", {"status": 200, "body": answer}, method="GET")
        assert (await feishu.get_reserve(SAMPLE)).model_dump()["mood"] == "good"

    async def test_is_not_broken_by_settings_that_the_vendor_adds_one_day(
        self, sandbox: Sandbox, feishu: FeishuClient
    ) -> None:
        settings = {"topic": "Interview", "mood": "good"}
        answer = {"code": 0, "data": {"reserve": {"id": SAMPLE, "meeting_settings": settings}}}
        sandbox.fault("feishu", {"status": 200, "body": answer}, method="GET")
        reserve = await feishu.get_reserve(SAMPLE)
        assert reserve.meeting_settings is not None
        assert reserve.meeting_settings.topic == "Interview"

    async def test_takes_an_answer_that_breaks_the_rules_for_requests(
        self, sandbox: Sandbox, feishu: FeishuClient
    ) -> None:
        host = {"user_type": 2, "id": ""}
        settings = {"assign_host_list": [host] * 11, "password": "12", "meeting_initial_type": 0}
        answer = {"code": 0, "data": {"reserve": {"id": SAMPLE, "meeting_settings": settings}}}
        sandbox.fault("feishu", {"status": 200, "body": answer}, method="GET")
        reserve = await feishu.get_reserve(SAMPLE)
        assert reserve.meeting_settings is not None
        assert reserve.meeting_settings.model_dump(exclude_unset=True) == settings

    async def test_takes_null_for_absent(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        answer = {"code": 0, "data": {"reserve": {"id": SAMPLE, "password": None, "expire_status": None}}}
        sandbox.fault("feishu", {"status": 200, "body": answer}, method="GET")
        assert (await feishu.get_reserve(SAMPLE)).expire_status is None

    async def test_without_the_reserve_in_the_answer_is_no_reading(
        self, sandbox: Sandbox, feishu: FeishuClient
    ) -> None:
        sandbox.fault("feishu", {"status": 200, "body": {"code": 0, "data": {}}}, method="GET", times=None)
        with pytest.raises(VendorUnavailable, match=r"lacks data\.reserve"):
            await feishu.get_reserve(SAMPLE)

    async def test_of_an_unknown_reserve_says_so(self, feishu: FeishuClient) -> None:
        with pytest.raises(BookingNotFound):
            await feishu.get_reserve(UNKNOWN)

    async def test_of_another_owners_reserve_is_denied(self, feishu: FeishuClient) -> None:
        with pytest.raises(AccessDenied):
            await feishu.get_reserve(ANOTHER_OWNERS)

    async def test_does_not_show_the_meeting_password_in_repr(self, feishu: FeishuClient) -> None:
        reserve = await feishu.get_reserve(SAMPLE)
        assert reserve.password == PASSWORD
        assert PASSWORD not in repr(reserve)


class TestGetBooking:
    async def test_gives_the_reserve_in_neutral_fields(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        end_time = int(sandbox.booking("feishu", SAMPLE)["end_time"])
        booking = await feishu.get_booking(SAMPLE)
        assert booking.ref.model_dump() == {
            "vendor": "feishu",
            "conn_id": "feishu_default",
            "booking_id": SAMPLE,
        }
        assert booking.title == "my meeting"
        assert booking.end == datetime.fromtimestamp(end_time, UTC)
        assert booking.start is None
        assert booking.time_zone is None

    async def test_keeps_the_vendors_record_out_of_repr(self, feishu: FeishuClient) -> None:
        booking = await feishu.get_booking(SAMPLE)
        assert booking.raw["password"] == PASSWORD
        assert PASSWORD not in repr(booking)


class TestUpdate:
    async def test_sends_what_was_given_and_reads_nothing(
        self, sandbox: Sandbox, feishu: FeishuClient
    ) -> None:
        await feishu.update_reserve(SAMPLE, {"meeting_settings": {"topic": "Handover"}})
        assert [request["body"] for request in writes(sandbox, "feishu")] == [
            {"meeting_settings": {"topic": "Handover"}}
        ]
        assert reads(sandbox, "feishu") == []

    async def test_takes_a_change_as_well_as_a_mapping(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        await feishu.update_reserve(SAMPLE, ReserveChange.parse({"meeting_settings": {"topic": None}}))
        assert sandbox.booking("feishu", SAMPLE)["meeting_settings"]["topic"] == ""

    async def test_refuses_a_change_that_clears_what_cannot_be_cleared(
        self, sandbox: Sandbox, feishu: FeishuClient
    ) -> None:
        with pytest.raises(InvalidInput, match=r"meeting_settings\.auto_record cannot be cleared"):
            await feishu.update_reserve(
                SAMPLE, ReserveChange.parse({"meeting_settings": {"auto_record": None}})
            )
        assert sandbox.requests("feishu") == []

    async def test_gives_the_vendors_answer(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        end_time = str(int(sandbox.now()) + DAY)
        written = await feishu.update_reserve(SAMPLE, {"end_time": end_time})
        assert written.reserve.end_time == end_time
        assert written.reserve.expire_status == 1
        assert written.request_id

    async def test_names_the_hosts_that_were_left_out(self, feishu: FeishuClient) -> None:
        stranger = f"ou_{901:032d}"
        hosts = [{"user_type": 1, "id": USER_1}, {"user_type": 1, "id": stranger}]
        written = await feishu.update_reserve(SAMPLE, {"meeting_settings": {"assign_host_list": hosts}})
        assert written.reserve_correction_check_info.invalid_host_id_list == (stranger,)


class TestApply:
    async def test_makes_a_reserve(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        end_time = str(int(sandbox.now()) + DAY)
        written = await feishu.apply_reserve(
            {"end_time": end_time, "owner_id": USER_1, "meeting_settings": {"topic": "Interview"}}
        )
        stored = sandbox.booking("feishu", written.reserve.id)
        assert stored["end_time"] == end_time
        assert stored["reserve_user_id"] == USER_1
        assert stored["meeting_settings"]["topic"] == "Interview"

    async def test_writes_the_end_in_the_vendors_form(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        end = datetime.fromtimestamp(int(sandbox.now()) + DAY, UTC)
        await feishu.apply_reserve({"end_time": end, "owner_id": USER_1})
        assert [request["body"] for request in writes(sandbox, "feishu")] == [
            {"end_time": str(int(end.timestamp())), "owner_id": USER_1, "meeting_settings": {}}
        ]

    async def test_takes_a_new_reserve_as_well_as_a_mapping(
        self, sandbox: Sandbox, feishu: FeishuClient
    ) -> None:
        new = NewReserve.parse({"end_time": str(int(sandbox.now()) + DAY), "owner_id": USER_1})
        assert (await feishu.apply_reserve(new)).reserve.meeting_no

    @pytest.mark.parametrize(
        ("wrong", "named"),
        [
            ({"meeting_settings": {"auto_record": None}}, r"meeting_settings\.auto_record"),
            ({"owner_id": None}, "owner_id"),
            ({"meeting_settings": {"password": "12"}}, r"meeting_settings\.password"),
            ({"owner": USER_1}, "owner"),
        ],
    )
    async def test_refuses_bad_input_before_sending(
        self, sandbox: Sandbox, feishu: FeishuClient, wrong: dict[str, Any], named: str
    ) -> None:
        with pytest.raises(InvalidInput, match=named):
            await feishu.apply_reserve({"end_time": "1900000000", **wrong})
        assert sandbox.requests("feishu") == []


class TestDelete:
    async def test_forgets_the_reserve(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        await feishu.delete_reserve(SAMPLE)
        assert SAMPLE not in [reserve["id"] for reserve in sandbox.bookings("feishu")]

    async def test_twice_says_that_it_is_gone(self, feishu: FeishuClient) -> None:
        await feishu.delete_reserve(SAMPLE)
        with pytest.raises(BookingNotFound):
            await feishu.delete_reserve(SAMPLE)

    async def test_sends_no_user_id_type(self, sandbox: Sandbox, feishu_settings: Settings) -> None:
        async with FeishuClient(feishu_settings(user_id_type="union_id")) as client:
            await client.delete_reserve(SAMPLE)
        assert [request["query"] for request in writes(sandbox, "feishu")] == [{}]


class TestActiveMeeting:
    async def test_shows_the_meeting_that_runs(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        sandbox.start_meeting("feishu", SAMPLE)
        meeting = await feishu.get_active_meeting(SAMPLE)
        assert meeting.topic == "my meeting"
        assert meeting.status == 2
        assert meeting.participants == ()

    async def test_shows_participants_if_asked(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        sandbox.start_meeting("feishu", SAMPLE)
        meeting = await feishu.get_active_meeting(SAMPLE, with_participants=True)
        assert [person["id"] for person in meeting.participants] == [SAMPLE_USER]

    async def test_without_a_meeting_says_that_there_is_none(self, feishu: FeishuClient) -> None:
        with pytest.raises(BookingNotFound):
            await feishu.get_active_meeting(SAMPLE)

    async def test_does_not_show_password_and_participants_in_repr(
        self, sandbox: Sandbox, feishu: FeishuClient
    ) -> None:
        sandbox.start_meeting("feishu", SAMPLE)
        shown = repr(await feishu.get_active_meeting(SAMPLE, with_participants=True))
        assert PASSWORD not in shown
        assert "in_meeting_duration" not in shown


class TestKindsOfIds:
    @pytest.mark.parametrize(
        ("kind", "host"),
        [("union_id", f"on_{2:032d}"), ("user_id", "staff0002"), ("open_id", f"ou_{2:032d}")],
    )
    async def test_hold_both_ways(self, sandbox: Sandbox, feishu: FeishuClient, kind: str, host: str) -> None:
        hosts = [{"user_type": 1, "id": host}]
        result = await feishu.update_booking(
            SAMPLE, {"meeting_settings": {"assign_host_list": hosts}}, user_id_type=kind
        )
        assert result.changed["meeting_settings.assign_host_list"].after == hosts
        stored = sandbox.booking("feishu", SAMPLE)["meeting_settings"]["assign_host_list"]
        assert stored == [{"user_type": 1, "id": f"ou_{2:032d}"}]

    async def test_are_those_of_the_connection_unless_the_call_says_otherwise(
        self, sandbox: Sandbox, feishu_settings: Settings
    ) -> None:
        async with FeishuClient(feishu_settings(user_id_type="union_id")) as client:
            await client.get_reserve(SAMPLE)
            await client.get_reserve(SAMPLE, user_id_type="user_id")
        kinds = [request["query"].get("user_id_type") for request in reads(sandbox, "feishu")]
        assert kinds == ["union_id", "user_id"]

    async def test_are_left_to_the_vendor_where_nobody_says(
        self, sandbox: Sandbox, feishu: FeishuClient
    ) -> None:
        await feishu.get_reserve(SAMPLE)
        assert [request["query"] for request in reads(sandbox, "feishu")] == [{}]

    async def test_other_than_the_three_are_refused_before_sending(
        self, sandbox: Sandbox, feishu: FeishuClient
    ) -> None:
        with pytest.raises(InvalidInput, match="user_id_type must be"):
            await feishu.update_booking(SAMPLE, {"end_time": "1900000000"}, user_id_type="email")
        assert sandbox.requests("feishu") == []

    async def test_are_the_only_option(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        with pytest.raises(InvalidInput, match="user_kind"):
            await feishu.update_booking(SAMPLE, {"end_time": "1900000000"}, user_kind="open_id")
        assert sandbox.requests("feishu") == []


class TestUserToken:
    async def test_lets_the_person_act(self, sandbox: Sandbox, feishu_settings: Settings) -> None:
        async with FeishuClient(feishu_settings(user_access_token="u-sandbox")) as client:
            await client.update_booking(A_USERS, {"meeting_settings": {"topic": "Mine"}})
        assert sandbox.booking("feishu", A_USERS)["meeting_settings"]["topic"] == "Mine"

    async def test_needs_neither_app_id_nor_secret(self, feishu_settings: Settings) -> None:
        async with FeishuClient(
            feishu_settings(login=None, password=None, user_access_token="u-sandbox")
        ) as client:
            assert (await client.get_reserve(A_USERS)).id == A_USERS

    async def test_that_has_expired_is_not_renewed(self, sandbox: Sandbox, feishu_settings: Settings) -> None:
        sandbox.expire_tokens("feishu")
        async with FeishuClient(feishu_settings(user_access_token="u-sandbox")) as client:
            with pytest.raises(CredentialRejected, match="user_access_token"):
                await client.get_reserve(A_USERS)
        assert len(sandbox.requests("feishu")) == 1

    async def test_without_the_users_consent_may_read_and_not_write(self, feishu_settings: Settings) -> None:
        async with FeishuClient(feishu_settings(user_access_token="u-sandbox-no-grant")) as client:
            assert (await client.get_reserve(A_USERS)).id == A_USERS
            with pytest.raises(CredentialRejected, match="consent"):
                await client.update_booking(A_USERS, {"meeting_settings": {"topic": "Mine"}})


class TestCheck:
    async def test_names_host_and_app(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        assert await feishu.check() == f"Connected to {sandbox.url}/feishu as app cli_sandbox"

    async def test_names_no_user_token(self, feishu_settings: Settings) -> None:
        async with FeishuClient(feishu_settings(user_access_token="u-sandbox")) as client:
            sentence = await client.check()
        assert sentence.endswith("as a user token")

    async def test_changes_nothing(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        await feishu.check()
        assert writes(sandbox, "feishu") == []

    async def test_with_a_wrong_secret_is_refused(self, feishu_settings: Settings) -> None:
        async with FeishuClient(feishu_settings(password="wrong-one")) as client:
            with pytest.raises(CredentialRejected, match="check login and password"):
                await client.check()

    async def test_with_an_app_that_may_not_read_is_refused(self, feishu_settings: Settings) -> None:
        async with FeishuClient(
            feishu_settings(login="cli_writeonly", password="writeonly-secret")
        ) as client:
            with pytest.raises(CredentialRejected, match="scope"):
                await client.check()


async def test_a_token_answer_without_a_token_is_no_token(sandbox: Sandbox, feishu: FeishuClient) -> None:
    sandbox.fault("feishu", {"status": 200, "body": {"code": 0}}, path="*/auth/*", times=None)
    with pytest.raises(VendorUnavailable, match="holds no token"):
        await feishu.get_reserve(SAMPLE)


async def test_every_token_that_is_fetched_is_handed_out_to_be_masked(
    sandbox: Sandbox, feishu_settings: Settings
) -> None:
    masked: list[str] = []

    async def mask(token: str) -> None:
        masked.append(token)

    async with FeishuClient(feishu_settings(), on_token=mask) as client:
        await client.get_reserve(SAMPLE)
        sandbox.expire_tokens("feishu")
        await client.get_reserve(SAMPLE)
    assert len(token_fetches(sandbox, "feishu")) == 2
    assert len(set(masked)) == 2
