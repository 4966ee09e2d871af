"""docs/vendors/feishu.md, "Simulator rules" 14 to 27: what an update changes, and what it refuses."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "6911188411932033028"
EXPIRED = "6950000000000000001"
SAMPLE_USER = "ou_3ec3f6a28a0d08c45d895276e8e5e19b"
DAY = 86400
Call = Callable[..., httpx.Response]


def user(number: int) -> str:
    return f"ou_{number:032d}"


def hosts(*ids: str) -> list[dict[str, Any]]:
    return [{"user_type": 1, "id": one} for one in ids]


def settings_of(sandbox: Sandbox, reserve_id: str = SAMPLE) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.booking("feishu", reserve_id)["meeting_settings"]
    return found


def refusal(answer: Any) -> tuple[int, int, str]:
    return answer.raw.status_code, answer.code, answer.msg


def test_rule_14_an_end_time_alone_leaves_every_setting(sandbox: Sandbox, lark: Any) -> None:
    before = settings_of(sandbox)
    end_time = str(int(sandbox.now()) + DAY)
    assert lark.update(SAMPLE, {"end_time": end_time}).success()
    assert lark.get(SAMPLE).data.reserve.end_time == end_time
    assert settings_of(sandbox) == before


def test_rule_15_an_empty_topic_clears_the_topic(lark: Any) -> None:
    assert lark.update(SAMPLE, {"meeting_settings": {"topic": ""}}).success()
    assert lark.get(SAMPLE).data.reserve.meeting_settings.topic == ""


def test_rule_15_with_the_switch_an_empty_topic_is_ignored(sandbox: Sandbox, lark: Any) -> None:
    sandbox.switch("feishu", empty_means="ignore")
    empty = {"topic": "", "assign_host_list": [], "password": ""}
    before = sandbox.booking("feishu", SAMPLE)
    assert lark.update(SAMPLE, {"end_time": "", "meeting_settings": empty}).success()
    assert sandbox.booking("feishu", SAMPLE) == before


@pytest.mark.parametrize("body", [{"meeting_settings": {"topic": None}}, {"meeting_settings": None}, {}])
def test_rule_16_null_counts_as_absent(sandbox: Sandbox, feishu: Call, body: dict[str, Any]) -> None:
    before = sandbox.booking("feishu", SAMPLE)
    assert feishu("PUT", f"/{SAMPLE}", json=body).json()["code"] == 0
    assert sandbox.booking("feishu", SAMPLE) == before


def test_an_update_without_a_body_changes_nothing(sandbox: Sandbox, feishu: Call) -> None:
    before = sandbox.booking("feishu", SAMPLE)
    assert feishu("PUT", f"/{SAMPLE}").json()["code"] == 0
    assert sandbox.booking("feishu", SAMPLE) == before


def test_rule_17_the_answer_shows_neither_settings_nor_owner_nor_app_link(feishu: Call) -> None:
    reply = feishu("PUT", f"/{SAMPLE}", json={"meeting_settings": {"topic": "x"}}).json()
    assert reply.keys() == {"code", "msg", "data"}
    assert (reply["code"], reply["msg"], reply["data"].keys()) == (0, "success", {"reserve"})
    assert reply["data"]["reserve"].keys() == {
        "id",
        "meeting_no",
        "password",
        "url",
        "live_link",
        "end_time",
        "expire_status",
    }


def test_rule_18_expire_status_turns_from_1_to_2_at_the_end(sandbox: Sandbox, lark: Any) -> None:
    sandbox.freeze()
    ends_in = int(lark.get(SAMPLE).data.reserve.end_time) - sandbox.now()
    sandbox.advance(ends_in - 1)
    fresh = sandbox.booking("feishu", SAMPLE)
    sandbox.advance(1)
    assert (fresh["expire_status"], sandbox.booking("feishu", SAMPLE)["expire_status"]) == (1, 2)


def test_rule_19_exactly_30_days_ahead_is_accepted(sandbox: Sandbox, lark: Any) -> None:
    sandbox.advance(1 - sandbox.freeze() % 1)  # a whole second
    latest = str(round(sandbox.now()) + 30 * DAY)
    assert lark.update(SAMPLE, {"end_time": latest}).success()


def test_rule_19_a_second_more_is_refused_and_nothing_is_stored(sandbox: Sandbox, lark: Any) -> None:
    before = sandbox.booking("feishu", SAMPLE)
    too_late = str(int(sandbox.freeze()) + 30 * DAY + 1)
    answer = lark.update(SAMPLE, {"end_time": too_late, "meeting_settings": {"topic": "x"}})
    assert refusal(answer) == (400, 121003, "param error")
    assert sandbox.booking("feishu", SAMPLE) == before


@pytest.mark.parametrize("end_time", ["1608888867", "tomorrow", "", "-5", "1e9", "\uff12\uff10"])
def test_rule_20_a_past_or_unreadable_end_time_is_refused(lark: Any, end_time: str) -> None:
    assert refusal(lark.update(SAMPLE, {"end_time": end_time})) == (400, 121003, "param error")


def test_rule_20_an_integer_is_accepted_and_echoed_as_a_string(sandbox: Sandbox, lark: Any) -> None:
    end_time = int(sandbox.now()) + DAY
    assert lark.update(SAMPLE, {"end_time": end_time}).data.reserve.end_time == str(end_time)


def test_rule_20_in_strict_mode_an_integer_fails_the_schema(sandbox: Sandbox, lark: Any) -> None:
    sandbox.switch("feishu", strict_schema=True)
    answer = lark.update(SAMPLE, {"end_time": int(sandbox.now()) + DAY})
    assert (answer.raw.status_code, answer.code) == (400, 99992402)
    assert answer.error["field_violations"][0]["field"] == "end_time"


def test_rule_21_eleven_hosts_are_refused_and_nothing_is_stored(sandbox: Sandbox, lark: Any) -> None:
    before = sandbox.booking("feishu", SAMPLE)
    eleven = hosts(*map(user, range(1, 12)))
    answer = lark.update(SAMPLE, {"meeting_settings": {"topic": "x", "assign_host_list": eleven}})
    assert refusal(answer) == (400, 123003, "assign host exceed max limit 10")
    assert sandbox.booking("feishu", SAMPLE) == before


def test_rule_21_ten_hosts_are_accepted(sandbox: Sandbox, lark: Any) -> None:
    ten = hosts(*map(user, range(1, 11)))
    assert lark.update(SAMPLE, {"meeting_settings": {"assign_host_list": ten}}).success()
    assert settings_of(sandbox)["assign_host_list"] == ten


@pytest.mark.parametrize("password", ["123", "1234567890", "12ab", "\uff11\uff12\uff13\uff14"])
def test_rule_22_a_password_that_is_not_4_to_9_digits_is_refused(lark: Any, password: str) -> None:
    answer = lark.update(SAMPLE, {"meeting_settings": {"password": password}})
    assert refusal(answer) == (400, 123006, "invalid password")


@pytest.mark.parametrize("password", ["1234", "123456789", ""])
def test_rule_22_4_to_9_digits_or_nothing_become_the_password(lark: Any, password: str) -> None:
    assert lark.update(SAMPLE, {"meeting_settings": {"password": password}}).success()
    assert lark.get(SAMPLE).data.reserve.password == password


def test_rule_22_the_password_is_not_among_the_settings(lark: Any) -> None:
    lark.update(SAMPLE, {"meeting_settings": {"password": "4321"}})
    assert lark.get(SAMPLE).data.reserve.meeting_settings.password is None


def test_rule_22_without_a_password_in_the_request_the_old_one_stays(lark: Any) -> None:
    lark.update(SAMPLE, {"meeting_settings": {"topic": "x"}})
    assert lark.get(SAMPLE).data.reserve.password == "971024"


def test_rule_23_a_one_to_one_call_cannot_be_recorded(lark: Any) -> None:
    both = {"meeting_initial_type": 2, "auto_record": True}
    assert refusal(lark.update(SAMPLE, {"meeting_settings": both})) == (400, 123002, "record param error")


def test_rule_23_holds_for_what_is_stored_too(lark: Any) -> None:
    answer = lark.update(SAMPLE, {"meeting_settings": {"meeting_initial_type": 2}})
    assert answer.code == 123002  # the sample records


def test_rule_24_a_host_of_another_tenant_is_left_out_and_named(sandbox: Sandbox, lark: Any) -> None:
    wanted = hosts(user(1), user(901))
    answer = lark.update(SAMPLE, {"meeting_settings": {"assign_host_list": wanted}})
    assert (answer.raw.status_code, answer.code) == (200, 0)
    assert answer.data.reserve_correction_check_info.invalid_host_id_list == [user(901)]
    assert settings_of(sandbox)["assign_host_list"] == hosts(user(1))


@pytest.mark.parametrize(
    "host", [{"user_type": 1, "id": ""}, {"user_type": 1, "id": "nobody"}, {"user_type": 1}]
)
def test_rule_24_an_empty_or_malformed_host_id_is_refused(lark: Any, host: dict[str, Any]) -> None:
    answer = lark.update(SAMPLE, {"meeting_settings": {"assign_host_list": [host]}})
    assert refusal(answer) == (400, 123004, "assign host error")


def test_a_host_that_is_no_feishu_user_is_refused(lark: Any) -> None:
    room = {"user_type": 2, "id": user(1)}
    assert lark.update(SAMPLE, {"meeting_settings": {"assign_host_list": [room]}}).code == 123004


@pytest.mark.parametrize(
    "change",
    [
        {"permission": 4},
        {"permission_checkers": [{"check_field": 4, "check_mode": 1, "check_list": []}]},
        {"permission_checkers": [{"check_field": 1, "check_mode": 3, "check_list": []}]},
        {"permission_checkers": [{"check_field": 2, "check_mode": 1, "check_list": ["3"]}]},
        {"permission_checkers": [{"check_field": 1, "check_mode": 1}]},
    ],
)
def test_rule_25_values_outside_their_enums_are_refused(lark: Any, change: dict[str, Any]) -> None:
    checker = {"check_field": 1, "check_mode": 1, "check_list": [SAMPLE_USER]}
    permission = {"permission": 1, "permission_checkers": [checker]} | change
    answer = lark.update(SAMPLE, {"meeting_settings": {"action_permissions": [permission]}})
    assert refusal(answer) == (400, 121003, "param error")


def test_rule_25_permissions_within_their_enums_are_stored(sandbox: Sandbox, lark: Any) -> None:
    checker = {"check_field": 2, "check_mode": 2, "check_list": ["1", "7"]}
    permissions = [{"permission": 3, "permission_checkers": [checker]}]
    assert lark.update(SAMPLE, {"meeting_settings": {"action_permissions": permissions}}).success()
    assert settings_of(sandbox)["action_permissions"] == permissions


@pytest.mark.parametrize(
    "settings",
    [{"meeting_initial_type": 3}, {"call_setting": {}}, {"call_setting": {"callee": {"user_type": 8}}}],
)
def test_other_values_outside_their_enums_are_refused(feishu: Call, settings: dict[str, Any]) -> None:
    reply = feishu("PUT", f"/{SAMPLE}", json={"meeting_settings": settings}).json()
    assert reply["code"] == 121003


def test_rule_26_a_host_list_takes_the_place_of_the_old_one(sandbox: Sandbox, lark: Any) -> None:
    lark.update(SAMPLE, {"meeting_settings": {"assign_host_list": hosts(user(1), user(2))}})
    lark.update(SAMPLE, {"meeting_settings": {"assign_host_list": hosts(user(1))}})
    assert settings_of(sandbox)["assign_host_list"] == hosts(user(1))


def test_rule_26_an_empty_host_list_removes_all(sandbox: Sandbox, lark: Any) -> None:
    assert lark.update(SAMPLE, {"meeting_settings": {"assign_host_list": []}}).success()
    assert settings_of(sandbox)["assign_host_list"] == []


def test_rule_27_meeting_connect_cannot_be_updated(sandbox: Sandbox, lark: Any) -> None:
    assert lark.update(SAMPLE, {"meeting_settings": {"meeting_connect": False}}).success()
    assert settings_of(sandbox)["meeting_connect"] is True


def test_one_leaf_of_a_nested_object_leaves_its_neighbours(sandbox: Sandbox, feishu: Call) -> None:
    callee = {"user_type": 6, "pstn_sip_info": {"main_address": "+86-01012345678"}}
    feishu("PUT", f"/{SAMPLE}", json={"meeting_settings": {"call_setting": {"callee": callee}}})
    assert settings_of(sandbox)["call_setting"] == {
        "callee": {
            "id": SAMPLE_USER,
            "user_type": 6,
            "pstn_sip_info": {"nickname": "dodo", "main_address": "+86-01012345678"},
        }
    }


def test_an_expired_reserve_can_be_renewed_and_keeps_its_number(sandbox: Sandbox, lark: Any) -> None:
    before = lark.get(EXPIRED).data.reserve
    renewed = lark.update(EXPIRED, {"end_time": str(int(sandbox.now()) + 29 * DAY)}).data.reserve
    assert (before.expire_status, renewed.expire_status) == (2, 1)
    assert renewed.meeting_no == before.meeting_no


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"meeting_settings": {"topic": 5}}, "meeting_settings.topic"),
        ({"meeting_settings": {"auto_record": "yes"}}, "meeting_settings.auto_record"),
        ({"meeting_settings": {"assign_host_list": [{"id": 1}]}}, "meeting_settings.assign_host_list[0].id"),
        ({"meeting_settings": {"assign_host_list": {}}}, "meeting_settings.assign_host_list"),
        ({"meeting_settings": []}, "meeting_settings"),
        ({"end_time": True}, "end_time"),
        ([], ""),
    ],
)
def test_a_wrong_json_type_fails_the_schema_and_names_the_field(feishu: Call, body: Any, field: str) -> None:
    answer = feishu("PUT", f"/{SAMPLE}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 99992402)
    assert answer.json()["error"]["field_violations"][0]["field"] == field


def test_a_body_that_is_no_json_fails_the_schema(feishu: Call) -> None:
    assert feishu("PUT", f"/{SAMPLE}", content=b'{"end_time":').json()["code"] == 99992402


def test_members_that_feishu_does_not_know_are_ignored(sandbox: Sandbox, feishu: Call) -> None:
    before = settings_of(sandbox)
    assert feishu("PUT", f"/{SAMPLE}", json={"meeting_settings": {"colour": "red"}}).json()["code"] == 0
    assert settings_of(sandbox) == before


def test_the_vendors_own_sample_request_is_accepted(sandbox: Sandbox, lark: Any) -> None:
    sample = {
        "topic": "my meeting",
        "action_permissions": [
            {
                "permission": 1,
                "permission_checkers": [{"check_field": 1, "check_mode": 1, "check_list": [SAMPLE_USER]}],
            }
        ],
        "meeting_initial_type": 1,
        "meeting_connect": True,
        "call_setting": {
            "callee": {
                "id": SAMPLE_USER,
                "user_type": 1,
                "pstn_sip_info": {"nickname": "dodo", "main_address": "+86-02187654321"},
            }
        },
        "auto_record": True,
        "assign_host_list": hosts(SAMPLE_USER),
        "password": "971024",
    }
    end_time = str(int(sandbox.now()) + DAY)
    assert lark.update(SAMPLE, {"end_time": end_time, "meeting_settings": sample}).success()
    assert settings_of(sandbox) == {name: value for name, value in sample.items() if name != "password"}
