"""docs/vendors/feishu.md, "Simulator rules" 11 to 13, 28 to 32 and 38: apply, get, delete, meetings, ids."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "6911188411932033028"
OTHERS = "6930000000000000001"
USERS_OWN = "6940000000000000001"
SAMPLE_USER = "ou_3ec3f6a28a0d08c45d895276e8e5e19b"
TOKEN_USER = "ou_00000000000000000000000000000001"
DAY = 86400
Call = Callable[..., httpx.Response]


def wanted(sandbox: Sandbox, **other: Any) -> dict[str, Any]:
    return {
        "end_time": str(int(sandbox.now()) + DAY),
        "meeting_settings": {},
        "owner_id": SAMPLE_USER,
    } | other


def refusal(answer: Any) -> tuple[int, int, str]:
    return answer.raw.status_code, answer.code, answer.msg


def test_rule_11_apply_gives_a_reserve_with_its_number_and_links(sandbox: Sandbox, feishu: Call) -> None:
    body = wanted(sandbox)
    answer = feishu("POST", "/apply", json=body)
    reserve = answer.json()["data"]["reserve"]
    assert answer.status_code == 200
    assert reserve.keys() == {
        "id",
        "meeting_no",
        "password",
        "url",
        "app_link",
        "live_link",
        "end_time",
    }
    assert (len(reserve["id"]), len(reserve["meeting_no"])) == (19, 9)
    assert reserve["end_time"] == body["end_time"]


def test_rule_11_what_was_applied_for_can_be_read(sandbox: Sandbox, lark: Any) -> None:
    settings = {"topic": "New", "auto_record": True, "password": "1234"}
    reserve = lark.apply(wanted(sandbox, meeting_settings=settings)).data.reserve
    read = lark.get(reserve.id).data.reserve
    assert (read.meeting_settings.topic, read.meeting_settings.auto_record) == ("New", True)
    assert (read.password, read.reserve_user_id, read.expire_status) == ("1234", SAMPLE_USER, 1)


def test_rule_11_applying_twice_gives_two_reserves(sandbox: Sandbox, lark: Any) -> None:
    first, second = (lark.apply(wanted(sandbox)).data.reserve.id for _ in range(2))
    assert first != second


@pytest.mark.parametrize("missing", ["owner_id", "end_time", "meeting_settings"])
def test_rule_12_apply_without_a_required_member_is_refused(
    sandbox: Sandbox, lark: Any, missing: str
) -> None:
    body = {name: value for name, value in wanted(sandbox).items() if name != missing}
    assert refusal(lark.apply(body)) == (400, 121003, "param error")


def test_apply_for_an_owner_of_another_tenant_is_refused(sandbox: Sandbox, lark: Any) -> None:
    stranger = "ou_00000000000000000000000000000901"
    assert lark.apply(wanted(sandbox, owner_id=stranger)).code == 121003


def test_apply_names_hosts_that_were_left_out(sandbox: Sandbox, lark: Any) -> None:
    stranger = "ou_00000000000000000000000000000901"
    settings = {"assign_host_list": [{"user_type": 1, "id": stranger}]}
    data = lark.apply(wanted(sandbox, meeting_settings=settings)).data
    assert data.reserve_correction_check_info.invalid_host_id_list == [stranger]


def test_a_one_to_one_call_needs_no_end_time(sandbox: Sandbox, lark: Any) -> None:
    body = wanted(sandbox, meeting_settings={"meeting_initial_type": 2})
    del body["end_time"]
    assert lark.apply(body).success()


def test_rule_13_with_a_user_token_the_owner_is_that_user(sandbox: Sandbox, lark: Any) -> None:
    reserve = lark.apply(wanted(sandbox), user_token="u-sandbox").data.reserve
    assert lark.get(reserve.id, user_token="u-sandbox").data.reserve.reserve_user_id == TOKEN_USER


def test_a_reserve_that_a_user_applied_for_is_not_the_apps(sandbox: Sandbox, lark: Any) -> None:
    reserve = lark.apply(wanted(sandbox), user_token="u-sandbox").data.reserve
    assert lark.get(reserve.id).code == 121005


def test_get_shows_all_that_update_does_not(feishu: Call) -> None:
    reserve = feishu("GET", f"/{SAMPLE}").json()["data"]["reserve"]
    assert reserve.keys() == {
        "id",
        "meeting_no",
        "password",
        "url",
        "live_link",
        "end_time",
        "app_link",
        "expire_status",
        "reserve_user_id",
        "meeting_settings",
    }
    assert "{?}" in reserve["app_link"]


@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
@pytest.mark.parametrize("reserve_id", ["6911188411932033029", "nothing"])
def test_rule_28_an_unknown_reserve_does_not_exist(feishu: Call, method: str, reserve_id: str) -> None:
    answer = feishu(method, f"/{reserve_id}")
    reply = answer.json()
    assert (answer.status_code, reply["code"], reply["msg"]) == (404, 121004, "data not exist")


@pytest.mark.parametrize("call", ["PUT", "GET", "DELETE", "GET /get_active_meeting"])
@pytest.mark.parametrize(
    ("reserve_id", "token"), [(OTHERS, None), (USERS_OWN, None), (OTHERS, "u-sandbox"), (SAMPLE, "u-sandbox")]
)
def test_rule_29_anothers_reserve_is_refused_and_left_alone(
    sandbox: Sandbox, feishu: Call, reserve_id: str, token: str | None, call: str
) -> None:
    before = sandbox.booking("feishu", reserve_id)
    method, _, path = call.partition(" ")
    body = {"meeting_settings": {"topic": "mine"}} if method == "PUT" else None
    answer = feishu(method, f"/{reserve_id}{path}", token=token, json=body)
    reply = answer.json()
    assert (answer.status_code, reply["code"], reply["msg"]) == (403, 121005, "no permission")
    assert sandbox.booking("feishu", reserve_id) == before


def test_rule_29_another_app_of_the_same_tenant_is_another_owner(lark_app: Any) -> None:
    assert lark_app("cli_readonly").get(SAMPLE).code == 121005


def test_rule_29_the_same_app_in_another_tenant_is_another_owner(sandbox: Sandbox, lark: Any) -> None:
    [elsewhere] = sandbox.seed("feishu", bookings=[{"owner_app": "cli_sandbox", "tenant": "tenant_other"}])
    assert lark.get(elsewhere).code == 121005


def test_rule_29_the_other_app_has_its_own(lark_app: Any) -> None:
    assert lark_app("cli_other").update(OTHERS, {"meeting_settings": {"topic": "mine"}}).success()


def test_rule_30_a_deleted_reserve_is_gone(lark: Any) -> None:
    assert refusal(lark.delete(SAMPLE)) == (200, 0, "success")
    assert refusal(lark.delete(SAMPLE)) == (404, 121004, "data not exist")


def test_rule_30_delete_answers_with_empty_data(feishu: Call) -> None:
    assert feishu("DELETE", f"/{SAMPLE}").json() == {"code": 0, "msg": "success", "data": {}}


def test_rule_31_a_running_meeting_is_shown_without_participants(sandbox: Sandbox, lark: Any) -> None:
    sandbox.start_meeting("feishu", SAMPLE)
    meeting = lark.active_meeting(SAMPLE).data.meeting
    assert (meeting.meeting_no, meeting.status, meeting.participants) == ("112000358", 2, None)
    assert meeting.id != SAMPLE


def test_rule_31_the_sdk_asks_for_participants_with_a_capital_true(sandbox: Sandbox, lark: Any) -> None:
    sandbox.start_meeting("feishu", SAMPLE)
    meeting = lark.active_meeting(SAMPLE, with_participants=True).data.meeting
    assert [one.id for one in meeting.participants] == [SAMPLE_USER]
    assert sandbox.requests("feishu")[-1]["query"]["with_participants"] == "True"


@pytest.mark.parametrize(("value", "is_shown"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_rule_31_participants_come_only_when_asked_for(
    sandbox: Sandbox, feishu: Call, value: str, is_shown: bool
) -> None:
    sandbox.start_meeting("feishu", SAMPLE)
    reply = feishu("GET", f"/{SAMPLE}/get_active_meeting", params={"with_participants": value}).json()
    assert ("participants" in reply["data"]["meeting"]) is is_shown


def test_rule_32_without_a_running_meeting_there_is_nothing_to_show(lark: Any) -> None:
    assert refusal(lark.active_meeting(SAMPLE)) == (404, 121004, "data not exist")


def test_rule_32_an_ended_meeting_is_not_shown(sandbox: Sandbox, lark: Any) -> None:
    sandbox.start_meeting("feishu", SAMPLE)
    sandbox.end_meeting("feishu", SAMPLE)
    assert lark.active_meeting(SAMPLE).code == 121004


@pytest.mark.parametrize(
    ("kind", "host"),
    [("union_id", "on_00000000000000000000000000000002"), ("user_id", "staff0002")],
)
def test_rule_38_ids_of_the_kind_asked_for_go_in_and_come_out(
    sandbox: Sandbox, lark: Any, kind: str, host: str
) -> None:
    checker = {"check_field": 1, "check_mode": 1, "check_list": [host]}
    settings = {
        "assign_host_list": [{"user_type": 1, "id": host}],
        "action_permissions": [{"permission": 1, "permission_checkers": [checker]}],
    }
    assert lark.update(SAMPLE, {"meeting_settings": settings}, user_id_type=kind).success()
    stored = sandbox.booking("feishu", SAMPLE)["meeting_settings"]
    assert stored["assign_host_list"][0]["id"] == "ou_00000000000000000000000000000002"
    shown = lark.get(SAMPLE, user_id_type=kind).data.reserve.meeting_settings
    assert shown.assign_host_list[0].id == host
    assert shown.action_permissions[0].permission_checkers[0].check_list == [host]


def test_rule_38_an_owner_can_be_given_by_union_id(sandbox: Sandbox, lark: Any) -> None:
    owner = "on_3ec3f6a28a0d08c45d895276e8e5e19b"
    reserve = lark.apply(wanted(sandbox, owner_id=owner), user_id_type="union_id").data.reserve
    assert sandbox.booking("feishu", reserve.id)["reserve_user_id"] == SAMPLE_USER


def test_rule_38_a_left_out_host_is_named_as_it_was_sent(lark: Any) -> None:
    settings = {"assign_host_list": [{"user_type": 1, "id": "staff0901"}]}
    data = lark.update(SAMPLE, {"meeting_settings": settings}, user_id_type="user_id").data
    assert data.reserve_correction_check_info.invalid_host_id_list == ["staff0901"]


def test_rule_38_user_ids_need_the_contact_scope(lark_app: Any) -> None:
    answer = lark_app("cli_readonly").get(SAMPLE, user_id_type="user_id")
    assert answer.code == 99991672
    assert answer.error["permission_violations"][0]["subject"] == "contact:user.employee_id:readonly"


def test_a_kind_of_id_that_does_not_exist_fails_the_schema(lark: Any) -> None:
    assert lark.get(SAMPLE, user_id_type="nickname").code == 99992402
