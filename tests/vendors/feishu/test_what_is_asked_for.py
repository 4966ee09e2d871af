"""docs/vendors/feishu.md, "Update": what `changes` may say, and what is refused before anything is sent."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from airflow_provider_booking.bookings import BookingRef, InvalidInput
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu import translation
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.models import ReserveChange
from airflow_provider_booking.vendors.feishu.translation import Assumptions

SAMPLE = "6911188411932033028"
SEOUL = timezone(timedelta(hours=9))
MEETING = "meeting_settings"


def host(number: int) -> dict[str, Any]:
    return {"user_type": 1, "id": f"ou_{number:032d}"}


def permission(**members: Any) -> dict[str, Any]:
    checker = {"check_field": 2, "check_mode": 1, "check_list": ["1"]}
    return {"permission": 1, "permission_checkers": [checker], **members}


def checker(**members: Any) -> dict[str, Any]:
    return permission(
        permission_checkers=[{"check_field": 2, "check_mode": 1, "check_list": ["1"], **members}]
    )


def body(changes: dict[str, Any]) -> dict[str, Any]:
    return translation.request_body(ReserveChange.parse(changes), {})


@pytest.mark.parametrize(
    "given",
    [
        datetime(2026, 12, 1, 1, 0, tzinfo=UTC),
        datetime(2026, 12, 1, 10, 0, tzinfo=SEOUL),
        "2026-12-01T10:00:00+09:00",
        "2026-12-01T01:00:00Z",
        "1796086800",
        1796086800,
    ],
    ids=["aware, UTC", "aware, Seoul", "ISO, offset", "ISO, Z", "unix seconds, text", "unix seconds, number"],
)
def test_a_time_is_sent_as_unix_seconds_in_a_string(given: Any) -> None:
    assert body({"end_time": given}) == {"end_time": "1796086800"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("1796086800000", "milliseconds"),
        (1796086800000, "milliseconds"),
        (datetime(2026, 12, 1, 10, 0), "no time zone"),  # noqa: DTZ001  (naive is the point)
        ("2026-12-01T10:00:00", "no time zone"),
        ("2026-12-01", "no time zone"),
        ("next Tuesday", "not a time"),
        (1796086800.5, "not a time"),
        (True, "not a time"),
        ("", "not a time"),
        ("-5", "not a time"),
    ],
)
async def test_no_time_or_a_naive_one_is_refused_before_sending(
    sandbox: Sandbox, feishu: FeishuClient, given: Any, said: str
) -> None:
    with pytest.raises(InvalidInput, match=f"end_time .*{said}"):
        await feishu.update_booking(SAMPLE, {"end_time": given})
    assert sandbox.requests("feishu") == []


@pytest.mark.parametrize(
    ("field", "empty"),
    [("topic", ""), ("password", ""), ("assign_host_list", []), ("action_permissions", [])],
)
def test_none_is_sent_as_the_fields_empty_value(field: str, empty: Any) -> None:
    assert body({MEETING: {field: None}}) == {MEETING: {field: empty}}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"end_time": None}, "end_time"),
        ({MEETING: None}, "meeting_settings"),
        ({MEETING: {"auto_record": None}}, r"meeting_settings\.auto_record"),
        ({MEETING: {"meeting_initial_type": None}}, r"meeting_settings\.meeting_initial_type"),
        ({MEETING: {"meeting_connect": None}}, r"meeting_settings\.meeting_connect"),
        ({MEETING: {"call_setting": None}}, r"meeting_settings\.call_setting"),
        (
            {MEETING: {"call_setting": {"callee": {"user_type": 6, "pstn_sip_info": None}}}},
            r"meeting_settings\.call_setting\.callee\.pstn_sip_info",
        ),
    ],
)
async def test_none_is_refused_where_feishu_cannot_clear(
    sandbox: Sandbox, feishu: FeishuClient, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput, match=f"{field} cannot be cleared"):
        await feishu.update_booking(SAMPLE, changes)
    assert sandbox.requests("feishu") == []


@pytest.mark.parametrize(
    ("meeting", "field"),
    [
        ({"topik": "x"}, r"meeting_settings\.topik"),
        ({"assign_host_list": [{"user_type": 1, "id": "ou_1", "name": "x"}]}, r"assign_host_list\[0\]\.name"),
        ({"call_setting": {"callee": {"user_type": 6, "nickname": "x"}}}, r"call_setting\.callee\.nickname"),
        ({"action_permissions": [permission(role=1)]}, r"action_permissions\[0\]\.role"),
        ({"action_permissions": [checker(check="x")]}, r"permission_checkers\[0\]\.check"),
    ],
)
async def test_an_unknown_field_at_any_depth_is_refused_before_sending(
    sandbox: Sandbox, feishu: FeishuClient, meeting: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput, match=f"{field} is not a known field"):
        await feishu.update_booking(SAMPLE, {MEETING: meeting})
    assert sandbox.requests("feishu") == []


def test_a_slip_in_a_name_is_answered_with_the_right_one() -> None:
    with pytest.raises(InvalidInput, match="did you mean assign_host_list"):
        ReserveChange.parse({MEETING: {"assign_hosts_list": []}})


@pytest.mark.parametrize(
    ("meeting", "said"),
    [
        ({"assign_host_list": [host(n) for n in range(1, 12)]}, "names 11 hosts: Feishu takes at most 10"),
        ({"assign_host_list": {"set": [host(n) for n in range(1, 12)]}}, "names 11 hosts"),
        ({"assign_host_list": [{"user_type": 2, "id": "ou_1"}]}, "user_type must be 1"),
        ({"assign_host_list": [{"user_type": 1, "id": " "}]}, r"assign_host_list\[0\]\.id is empty"),
        ({"assign_host_list": [{"user_type": 1}]}, r"assign_host_list\[0\]\.id is missing"),
        ({"assign_host_list": "ou_1"}, "assign_host_list must be a list"),
        ({"password": "123"}, "password is not 4 to 9 digits"),
        ({"password": "1234567890"}, "password is not 4 to 9 digits"),
        ({"password": "12ab"}, "password is not 4 to 9 digits"),
        ({"password": "１２３４"}, "password is not 4 to 9 digits"),  # noqa: RUF001  (digits, but not ASCII)
        ({"password": 1234}, "password must be text"),
        ({"meeting_initial_type": 3}, "meeting_initial_type must be 1, 2"),
        ({"call_setting": {"callee": {"user_type": 8}}}, "user_type must be 1, 2, 3, 4, 5, 6, 7"),
        ({"call_setting": {}}, r"call_setting\.callee is missing"),
        ({"call_setting": {"callee": {"id": "ou_1"}}}, r"callee\.user_type is missing"),
        (
            {"call_setting": {"callee": {"user_type": 6, "pstn_sip_info": {"nickname": "x"}}}},
            r"pstn_sip_info\.main_address is missing",
        ),
        ({"action_permissions": [permission(permission=4)]}, "permission must be 1, 2, 3"),
        ({"action_permissions": [{"permission": 1}]}, "permission_checkers is missing"),
        ({"action_permissions": [checker(check_field=4)]}, "check_field must be 1, 2, 3"),
        ({"action_permissions": [checker(check_mode=3)]}, "check_mode must be 1, 2"),
        ({"action_permissions": [checker(check_list=[1])]}, r"check_list\[0\] must be text"),
        ({"action_permissions": [checker(check_list=None)]}, "check_list must be a list"),
        ({"auto_record": "perhaps"}, "auto_record must be true or false"),
        ("my topic", "meeting_settings must be an object"),
    ],
)
async def test_a_wrong_value_is_refused_before_sending(
    sandbox: Sandbox, feishu: FeishuClient, meeting: Any, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        await feishu.update_booking(SAMPLE, {MEETING: meeting})
    assert sandbox.requests("feishu") == []


@pytest.mark.parametrize("password", ["1234", "123456789", ""])
def test_a_password_of_four_to_nine_digits_or_none_is_taken(password: str) -> None:
    assert body({MEETING: {"password": password}}) == {MEETING: {"password": password}}


def test_ten_hosts_are_taken() -> None:
    hosts = [host(n) for n in range(1, 11)]
    assert body({MEETING: {"assign_host_list": hosts}}) == {MEETING: {"assign_host_list": hosts}}


def test_set_means_exactly_these_at_any_depth() -> None:
    checkers = [{"check_field": 2, "check_mode": 1, "check_list": {"set": ["1"]}}]
    given = {"set": [permission(permission_checkers={"set": checkers})]}
    assert body({MEETING: {"action_permissions": given}}) == {MEETING: {"action_permissions": [permission()]}}


@pytest.mark.parametrize("password", ["12", "hunter2", "12345678901"])
def test_a_refused_password_is_not_quoted(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ReserveChange.parse({MEETING: {"password": password}})
    assert password not in str(refused.value)


def test_a_change_does_not_show_its_password_in_repr() -> None:
    assert "971024" not in repr(ReserveChange.parse({MEETING: {"password": "971024"}}))


@pytest.mark.parametrize("changes", [{}, "end_time=1796086800", None, ["end_time"]])
async def test_changes_that_name_no_field_are_refused_before_sending(
    sandbox: Sandbox, feishu: FeishuClient, changes: Any
) -> None:
    with pytest.raises(InvalidInput, match="changes is"):
        await feishu.update_booking(SAMPLE, changes)
    assert sandbox.requests("feishu") == []


@pytest.mark.parametrize("reserve_id", ["", " ", "6.911188411932E+18", "69 11", "..", None])
async def test_what_is_no_id_is_refused_before_sending(
    sandbox: Sandbox, feishu: FeishuClient, reserve_id: Any
) -> None:
    with pytest.raises(InvalidInput, match="reserve_id"):
        await feishu.update_booking(reserve_id, {"end_time": "1796086800"})
    assert sandbox.requests("feishu") == []


class TestAssumptions:
    """Each is one switch: docs/vendors/feishu.md, "Assumed"."""

    def test_if_an_update_were_not_partial_all_settings_are_sent(self) -> None:
        record = {
            "password": "971024",
            "meeting_settings": {
                "topic": "old",
                "assign_host_list": [host(1)],
                "call_setting": {"callee": {"id": "ou_1", "user_type": 6}},
            },
        }
        change = ReserveChange.parse({MEETING: {"call_setting": {"callee": {"user_type": 7}}}})
        whole = translation.request_body(change, record, Assumptions(settings_are_partial=False))
        assert whole == {
            "meeting_settings": {
                "topic": "old",
                "assign_host_list": [host(1)],
                "call_setting": {"callee": {"id": "ou_1", "user_type": 7}},
                "auto_record": False,
                "password": "971024",
            }
        }

    def test_if_empty_did_not_clear_clearing_is_refused(self) -> None:
        change = ReserveChange.parse({MEETING: {"topic": None}})
        with pytest.raises(InvalidInput, match="cannot be cleared"):
            translation.check_clearing(change, Assumptions(empty_clears=False))

    def test_if_meeting_connect_could_be_changed_it_is_wanted_like_the_rest(self) -> None:
        change = ReserveChange.parse({MEETING: {"meeting_connect": True}})
        wanted = translation.wanted_fields(change, {}, Assumptions(connect_is_fixed=False))
        assert wanted == {"meeting_settings.meeting_connect": True}


@pytest.mark.parametrize("record", [{}, {"end_time": "", "meeting_settings": None}])
def test_a_reserve_of_which_little_is_shown_is_still_a_booking(record: dict[str, Any]) -> None:
    ref = BookingRef(vendor="feishu", conn_id="feishu_default", booking_id=SAMPLE)
    booking = translation.as_booking(ref, record)
    assert (booking.end, booking.title) == (None, None)
