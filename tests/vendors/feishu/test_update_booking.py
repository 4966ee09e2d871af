"""docs/vendors/feishu.md, "Update": what an update does to a reserve, and what it says about it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from airflow_provider_booking.bookings import AccessDenied, BookingNotFound, Held, InvalidInput, Outcome
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from tests.wire import writes

SAMPLE = "6911188411932033028"
ANOTHER_OWNERS = "6930000000000000001"
PASSWORD = "971024"
PHONE = "+86-02187654321"
USER_1, USER_2, STRANGER = (f"ou_{number:032d}" for number in (1, 2, 901))
SETTINGS = "meeting_settings"


def hosts(*ids: str) -> list[dict[str, Any]]:
    return [{"user_type": 1, "id": one} for one in ids]


def bodies(sandbox: Sandbox) -> list[Any]:
    return [request["body"] for request in writes(sandbox, "feishu")]


class TestApplied:
    async def test_changes_the_reserve_at_the_vendor(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        result = await feishu.update_booking(SAMPLE, {SETTINGS: {"topic": "Handover"}})
        assert result.outcome == Outcome.APPLIED
        assert sandbox.booking("feishu", SAMPLE)[SETTINGS]["topic"] == "Handover"

    async def test_says_what_changed_from_what_to_what(self, feishu: FeishuClient) -> None:
        result = await feishu.update_booking(SAMPLE, {SETTINGS: {"topic": "Handover", "auto_record": True}})
        assert result.as_xcom() == {
            "vendor": "feishu",
            "conn_id": "feishu_default",
            "booking_id": SAMPLE,
            "outcome": "applied",
            "changed": {"meeting_settings.topic": {"before": "my meeting", "after": "Handover"}},
            "warnings": [],
        }

    async def test_carries_the_vendors_log_id_for_a_support_ticket(self, feishu: FeishuClient) -> None:
        result = await feishu.update_booking(SAMPLE, {SETTINGS: {"topic": "Handover"}})
        assert result.request_id

    async def test_reaches_into_the_call_setting(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        change = {"callee": {"user_type": 1, "pstn_sip_info": {"main_address": "+86-01012345678"}}}
        await feishu.update_booking(SAMPLE, {SETTINGS: {"call_setting": change}})
        assert sandbox.booking("feishu", SAMPLE)[SETTINGS]["call_setting"]["callee"] == {
            "id": "ou_3ec3f6a28a0d08c45d895276e8e5e19b",
            "user_type": 1,
            "pstn_sip_info": {"nickname": "dodo", "main_address": "+86-01012345678"},
        }

    async def test_renews_to_the_moment_given(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        end_time = int(sandbox.now()) + 29 * 86400
        before = sandbox.booking("feishu", SAMPLE)
        await feishu.update_booking(SAMPLE, {"end_time": datetime.fromtimestamp(end_time, UTC)})
        assert sandbox.booking("feishu", SAMPLE) == before | {"end_time": str(end_time)}

    async def test_with_a_list_replaces_the_list(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        await feishu.update_booking(SAMPLE, {SETTINGS: {"assign_host_list": hosts(USER_1, USER_2)}})
        await feishu.update_booking(SAMPLE, {SETTINGS: {"assign_host_list": {"set": hosts(USER_2)}}})
        assert sandbox.booking("feishu", SAMPLE)[SETTINGS]["assign_host_list"] == hosts(USER_2)


class TestCleared:
    @pytest.mark.parametrize(
        ("field", "empty"), [("topic", ""), ("assign_host_list", []), ("action_permissions", [])]
    )
    async def test_none_empties_the_setting(
        self, sandbox: Sandbox, feishu: FeishuClient, field: str, empty: Any
    ) -> None:
        result = await feishu.update_booking(SAMPLE, {SETTINGS: {field: None}})
        assert result.changed[f"meeting_settings.{field}"].after is None
        assert sandbox.booking("feishu", SAMPLE)[SETTINGS][field] == empty

    async def test_none_takes_the_password_away(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        await feishu.update_booking(SAMPLE, {SETTINGS: {"password": None}})
        assert sandbox.booking("feishu", SAMPLE)["password"] == ""

    async def test_none_for_what_is_empty_already_sends_nothing(
        self, sandbox: Sandbox, feishu: FeishuClient
    ) -> None:
        reserve_id = sandbox.seed(
            "feishu", bookings=[{"password": "", SETTINGS: {"topic": "", "auto_record": False}}]
        )[0]
        nothing: dict[str, Any] = {
            "topic": None,
            "password": None,
            "assign_host_list": None,
            "action_permissions": [],
        }
        result = await feishu.update_booking(reserve_id, {SETTINGS: nothing})
        assert result.outcome == Outcome.UNCHANGED
        assert writes(sandbox, "feishu") == []


class TestUnchanged:
    async def test_sends_nothing(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        await feishu.update_booking(SAMPLE, {SETTINGS: {"topic": "my meeting"}})
        assert writes(sandbox, "feishu") == []

    async def test_says_so(self, feishu: FeishuClient) -> None:
        result = await feishu.update_booking(SAMPLE, {SETTINGS: {"topic": "my meeting"}})
        assert (result.outcome, result.changed, result.warnings, result.request_id) == (
            Outcome.UNCHANGED,
            {},
            (),
            None,
        )

    async def test_holds_for_a_setting_that_reads_false_by_being_absent(
        self, sandbox: Sandbox, feishu: FeishuClient
    ) -> None:
        reserve_id = sandbox.seed("feishu", bookings=[{SETTINGS: {"topic": "x"}}])[0]
        result = await feishu.update_booking(reserve_id, {SETTINGS: {"auto_record": False}})
        assert result.outcome == Outcome.UNCHANGED

    async def test_holds_for_an_update_that_names_no_setting(self, feishu: FeishuClient) -> None:
        result = await feishu.update_booking(SAMPLE, {SETTINGS: {}})
        assert result.outcome == Outcome.UNCHANGED

    async def test_is_what_a_second_run_finds(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        changes = {SETTINGS: {"topic": "Handover", "password": "4711", "assign_host_list": hosts(USER_1)}}
        await feishu.update_booking(SAMPLE, changes)
        assert (await feishu.update_booking(SAMPLE, changes)).outcome == Outcome.UNCHANGED
        assert len(writes(sandbox, "feishu")) == 1


class TestMeetingConnect:
    async def test_as_it_is_goes_through(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        result = await feishu.update_booking(SAMPLE, {SETTINGS: {"meeting_connect": True, "topic": "x"}})
        assert result.changed.keys() == {"meeting_settings.topic"}
        assert sandbox.booking("feishu", SAMPLE)[SETTINGS]["meeting_connect"] is True

    async def test_otherwise_is_refused_before_a_write(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        with pytest.raises(InvalidInput, match="meeting_connect cannot be changed once a reserve is made"):
            await feishu.update_booking(SAMPLE, {SETTINGS: {"meeting_connect": False, "topic": "x"}})
        assert writes(sandbox, "feishu") == []


class TestHostsLeftOut:
    async def test_are_a_warning_and_the_update_is_applied(self, feishu: FeishuClient) -> None:
        result = await feishu.update_booking(
            SAMPLE, {SETTINGS: {"assign_host_list": hosts(USER_1, STRANGER)}}
        )
        assert result.outcome == Outcome.APPLIED
        assert result.warnings == (f"Feishu left out hosts that it cannot use: {STRANGER}",)
        assert result.changed["meeting_settings.assign_host_list"].after == hosts(USER_1)

    async def test_all_of_them_leave_no_host(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        result = await feishu.update_booking(SAMPLE, {SETTINGS: {"assign_host_list": hosts(STRANGER)}})
        assert result.changed["meeting_settings.assign_host_list"].after is None
        assert sandbox.booking("feishu", SAMPLE)[SETTINGS]["assign_host_list"] == []

    async def test_that_were_not_part_of_the_update_are_a_warning_only(
        self, sandbox: Sandbox, feishu: FeishuClient
    ) -> None:
        data = {
            "reserve": {"id": SAMPLE},
            "reserve_correction_check_info": {"invalid_host_id_list": [STRANGER]},
        }
        answer = {"status": 200, "body": {"code": 0, "data": data}, "applied": True}
        sandbox.fault("feishu", answer, method="PUT")
        result = await feishu.update_booking(SAMPLE, {SETTINGS: {"topic": "Handover"}})
        assert result.outcome == Outcome.APPLIED
        assert result.warnings == (f"Feishu left out hosts that it cannot use: {STRANGER}",)

    async def test_named_by_null_are_none(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        data = {
            "reserve": {"id": SAMPLE},
            "reserve_correction_check_info": {"invalid_host_id_list": None},
        }
        answer = {"status": 200, "body": {"code": 0, "data": data}, "applied": True}
        sandbox.fault("feishu", answer, method="PUT")
        assert (await feishu.update_booking(SAMPLE, {SETTINGS: {"topic": "Handover"}})).warnings == ()


class TestSecrets:
    async def test_a_password_reads_stars_before_and_after(self, feishu: FeishuClient) -> None:
        result = await feishu.update_booking(SAMPLE, {SETTINGS: {"password": "4711"}})
        assert result.as_xcom()["changed"] == {"meeting_settings.password": {"before": "***", "after": "***"}}

    async def test_a_password_taken_away_reads_none_after(self, feishu: FeishuClient) -> None:
        result = await feishu.update_booking(SAMPLE, {SETTINGS: {"password": None}})
        assert result.as_xcom()["changed"] == {"meeting_settings.password": {"before": "***", "after": None}}

    async def test_telephone_and_name_read_stars(self, feishu: FeishuClient) -> None:
        number = {"nickname": "Jane", "main_address": "+86-01012345678"}
        change = {"callee": {"user_type": 1, "pstn_sip_info": number}}
        result = await feishu.update_booking(SAMPLE, {SETTINGS: {"call_setting": change}})
        shown = json.dumps(result.as_xcom()) + repr(result)
        assert len(result.changed) == 2
        for secret in (*number.values(), PHONE, "dodo"):
            assert secret not in shown

    async def test_an_address_in_a_topic_is_masked(self, feishu: FeishuClient) -> None:
        result = await feishu.update_booking(SAMPLE, {SETTINGS: {"topic": "Call jane@example.com back"}})
        assert result.changed["meeting_settings.topic"].after == "Call *** back"

    async def test_no_error_shows_what_was_asked_for(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        sandbox.fault("feishu", {"status": 400, "code": 123006}, method="PUT")
        with pytest.raises(Exception, match="123006") as refused:
            await feishu.update_booking(SAMPLE, {SETTINGS: {"password": "864209", "topic": "Layoffs"}})
        # The request's id begins with the date and the time, of which these digits are never a part.
        assert "864209" not in str(refused.value)
        assert "Layoffs" not in str(refused.value)
        assert refused.value.__cause__ is None


class TestRefused:
    async def test_an_unknown_reserve_is_not_written_to(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        with pytest.raises(BookingNotFound):
            await feishu.update_booking("6900000000000000000", {SETTINGS: {"topic": "x"}})
        assert writes(sandbox, "feishu") == []

    async def test_another_owners_reserve_is_not_written_to(
        self, sandbox: Sandbox, feishu: FeishuClient
    ) -> None:
        with pytest.raises(AccessDenied):
            await feishu.update_booking(ANOTHER_OWNERS, {SETTINGS: {"topic": "x"}})
        assert writes(sandbox, "feishu") == []


async def test_a_yes_after_which_the_reserve_reads_otherwise_is_held_for_a_person(
    sandbox: Sandbox, feishu: FeishuClient
) -> None:
    data = {"reserve": {"id": SAMPLE}}
    sandbox.fault("feishu", {"status": 200, "body": {"code": 0, "data": data}}, method="PUT")
    with pytest.raises(Held, match=r"meeting_settings\.topic of the booking is not as wanted"):
        await feishu.update_booking(SAMPLE, {SETTINGS: {"topic": "Handover"}})
    assert len(bodies(sandbox)) == 1


async def test_a_setting_that_changed_unasked_is_a_warning(sandbox: Sandbox, feishu: FeishuClient) -> None:
    # The page leaves open whether an update without a password takes the old one away.
    before = sandbox.booking("feishu", SAMPLE)
    after = before | {"password": "", SETTINGS: before[SETTINGS] | {"topic": "Handover"}}
    sandbox.fault(
        "feishu", {"status": 200, "body": {"code": 0, "data": {"reserve": after}}}, method="GET", skip=1
    )
    result = await feishu.update_booking(SAMPLE, {SETTINGS: {"topic": "Handover"}})
    assert result.warnings == ("also changed, without being asked for: meeting_settings.password",)
