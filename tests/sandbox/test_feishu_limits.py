"""docs/vendors/feishu.md, "Simulator rules" 33 to 37 and 40: rates, quota, faults, the order of checks."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "6911188411932033028"
OTHERS = "6930000000000000001"
DAY = 86400
Call = Callable[..., httpx.Response]
BODY = {"meeting_settings": {"topic": "x"}}


@pytest.fixture
def put(feishu: Call, feishu_token: Callable[..., str]) -> Callable[[], httpx.Response]:
    """Update the sample reserve with one and the same token."""
    token = feishu_token()
    return lambda: feishu("PUT", f"/{SAMPLE}", token=token, json=BODY)


def test_rule_33_the_51st_update_in_a_second_is_throttled(
    sandbox: Sandbox, put: Callable[[], httpx.Response]
) -> None:
    sandbox.freeze()
    assert {put().status_code for _ in range(50)} == {200}
    answer = put()
    assert answer.status_code == 429
    assert answer.json() == {"code": 99991400, "msg": "request trigger frequency limit"}
    assert (answer.headers["x-ogw-ratelimit-limit"], answer.headers["x-ogw-ratelimit-reset"]) == ("50", "1")
    assert "Retry-After" not in answer.headers


def test_rule_33_the_1001st_update_in_a_minute_is_throttled(
    sandbox: Sandbox, put: Callable[[], httpx.Response]
) -> None:
    sandbox.limits("feishu", ["1000/minute"])
    sandbox.freeze()
    assert {put().status_code for _ in range(1000)} == {200}
    sandbox.advance(8)
    answer = put()
    assert (answer.status_code, answer.headers["x-ogw-ratelimit-reset"]) == (429, "52")


def test_rule_33_the_documented_rates_are_the_default(sandbox: Sandbox) -> None:
    limits = sandbox.control("GET", "/state")["vendors"]["feishu"]["limits"]
    assert limits == ["50/second", "1000/minute"]


def test_rule_33_after_the_wait_there_is_room_again(
    sandbox: Sandbox, put: Callable[[], httpx.Response]
) -> None:
    sandbox.limits("feishu", ["1/second"])
    sandbox.freeze()
    put()
    sandbox.advance(int(put().headers["x-ogw-ratelimit-reset"]))
    assert put().status_code == 200


def test_rule_33_reads_have_a_counter_of_their_own(
    sandbox: Sandbox, feishu: Call, put: Callable[[], httpx.Response]
) -> None:
    sandbox.limits("feishu", ["1/minute"])
    put()
    assert feishu("GET", f"/{SAMPLE}").status_code == 200


def test_rule_33_another_app_is_unaffected(sandbox: Sandbox, lark: Any, lark_app: Any) -> None:
    sandbox.limits("feishu", ["1/minute"])
    lark.update(SAMPLE, BODY)
    assert lark.update(SAMPLE, BODY).code == 99991400
    assert lark_app("cli_other").update(OTHERS, BODY).success()


def test_rule_33_another_app_of_the_same_tenant_is_unaffected(
    sandbox: Sandbox, lark: Any, lark_app: Any
) -> None:
    sandbox.limits("feishu", ["1/minute"])
    lark.update(SAMPLE, BODY)
    assert lark_app("cli_writeonly").update(SAMPLE, BODY).code == 121005


def test_rule_34_with_the_switch_throttling_comes_as_400(
    sandbox: Sandbox, put: Callable[[], httpx.Response]
) -> None:
    sandbox.limits("feishu", ["1/minute"])
    sandbox.switch("feishu", legacy_throttle=True)
    sandbox.freeze()
    put()
    answer = put()
    assert (answer.status_code, answer.json()["code"]) == (400, 99991400)
    assert answer.headers["x-ogw-ratelimit-reset"] == "60"


def test_rule_35_a_throttled_update_changes_nothing(
    sandbox: Sandbox, feishu: Call, put: Callable[[], httpx.Response]
) -> None:
    sandbox.limits("feishu", ["1/minute"])
    put()
    feishu("PUT", f"/{SAMPLE}", json={"meeting_settings": {"topic": "y"}})
    assert sandbox.booking("feishu", SAMPLE)["meeting_settings"]["topic"] == "x"


def test_rule_35_a_throttled_update_does_not_extend_the_window(
    sandbox: Sandbox, put: Callable[[], httpx.Response]
) -> None:
    sandbox.limits("feishu", ["1/minute"])
    sandbox.freeze()
    put()
    sandbox.advance(59)
    assert put().status_code == 429
    sandbox.advance(1)
    assert put().status_code == 200


def test_rule_36_beyond_the_monthly_quota_calls_are_refused(sandbox: Sandbox, lark: Any) -> None:
    sandbox.switch("feishu", monthly_quota=1)
    sandbox.freeze()  # else the month may end in between
    lark.get(SAMPLE)
    answer = lark.get(SAMPLE)
    assert (answer.raw.status_code, answer.code) == (429, 99991403)
    assert answer.msg == "This month's API call quota has been exceeded"
    assert "x-ogw-ratelimit-reset" not in {name.lower() for name in answer.raw.headers}


def test_rule_36_the_quota_is_shared_by_the_apps_of_a_tenant(
    sandbox: Sandbox, lark: Any, lark_app: Any
) -> None:
    sandbox.switch("feishu", monthly_quota=1)
    sandbox.freeze()
    lark.get(SAMPLE)
    assert lark_app("cli_readonly").get(SAMPLE).code == 99991403
    assert lark_app("cli_other").get(OTHERS).success()


def test_rule_36_failed_calls_and_token_calls_do_not_count(sandbox: Sandbox, lark: Any) -> None:
    sandbox.switch("feishu", monthly_quota=1)
    lark.get("6911188411932033029")
    assert lark.get(SAMPLE).success()


def test_rule_36_the_quota_is_new_in_the_next_month(sandbox: Sandbox, feishu: Call) -> None:
    sandbox.switch("feishu", monthly_quota=1)
    feishu("GET", f"/{SAMPLE}")
    sandbox.advance(31 * DAY)
    assert feishu("GET", f"/{SAMPLE}").json()["code"] == 0


def test_rule_37_an_injected_500_is_an_internal_error(sandbox: Sandbox, lark: Any) -> None:
    before = sandbox.booking("feishu", SAMPLE)
    sandbox.fault("feishu", {"status": 500}, method="PUT")
    answer = lark.update(SAMPLE, BODY)
    assert (answer.raw.status_code, answer.code, answer.msg) == (500, 121001, "internal error")
    assert answer.error["log_id"] == answer.get_log_id()
    assert sandbox.booking("feishu", SAMPLE) == before


def test_rule_37_an_injected_502_is_a_page_of_html(
    sandbox: Sandbox, put: Callable[[], httpx.Response]
) -> None:
    sandbox.fault("feishu", {"status": 502}, method="PUT")
    answer = put()
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")


def test_rule_37_a_write_can_be_applied_and_its_answer_lost(
    sandbox: Sandbox, put: Callable[[], httpx.Response]
) -> None:
    sandbox.fault("feishu", {"drop": "after"}, method="PUT")
    with pytest.raises(httpx.RemoteProtocolError):
        put()
    assert sandbox.booking("feishu", SAMPLE)["meeting_settings"]["topic"] == "x"


def test_an_injected_code_comes_with_the_vendors_message(sandbox: Sandbox, lark: Any) -> None:
    sandbox.fault("feishu", {"status": 401, "code": 99991663}, method="GET")
    answer = lark.get(SAMPLE)
    assert (answer.raw.status_code, answer.code) == (401, 99991663)
    assert answer.msg.startswith("Invalid access token")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"code": 99991672}, "Access denied. One of the following scopes is required: [vc:reserve]"),
        ({"code": 2200}, "error"),
        ({"code": 2200, "message": "internal error"}, "internal error"),
    ],
)
def test_an_injected_code_may_be_any_with_any_message(
    sandbox: Sandbox, put: Callable[[], httpx.Response], fault: dict[str, Any], message: str
) -> None:
    sandbox.fault("feishu", {"status": 400} | fault)
    reply = put().json()
    assert (reply["code"], reply["msg"]) == (fault["code"], message)


@pytest.mark.parametrize(("reset", "status"), [("52", 429), ("52", 400), (None, 429)])
def test_throttling_can_be_injected_with_any_wait(
    sandbox: Sandbox, put: Callable[[], httpx.Response], reset: str | None, status: int
) -> None:
    sandbox.fault("feishu", {"throttle": {"status": status, "reset": reset}})
    answer = put()
    assert (answer.status_code, answer.json()["code"]) == (status, 99991400)
    assert answer.headers.get("x-ogw-ratelimit-reset") == reset


CHECKS: list[tuple[str, dict[str, Any], int]] = [
    ("route", {"path": "/a/b/c/d"}, 99991201),
    ("method", {"method": "PATCH"}, 99991301),
    ("token", {"token": "t-nobody"}, 99991663),
    ("scope", {"app": "cli_readonly"}, 99991672),
    ("throttle", {"limit": ["1/day"]}, 99991400),
    ("schema", {"body": {"end_time": []}}, 99992402),
    ("existence", {"path": "/6911188411932033029"}, 121004),
    ("ownership", {"path": f"/{OTHERS}"}, 121005),
    ("business rules", {"body": {"end_time": "1"}}, 121003),
]


@pytest.mark.parametrize(("first", "then"), list(pairwise(CHECKS)), ids=lambda check: check[0])
def test_rule_40_of_two_things_wrong_the_earlier_check_speaks(
    sandbox: Sandbox,
    feishu: Call,
    feishu_token: Callable[..., str],
    first: tuple[str, dict[str, Any], int],
    then: tuple[str, dict[str, Any], int],
) -> None:
    wrong = {"method": "PUT", "path": f"/{SAMPLE}", "body": BODY} | then[1] | first[1]
    token = wrong.get("token") or feishu_token(wrong.get("app", "cli_sandbox"))
    if "limit" in wrong:
        sandbox.limits("feishu", wrong["limit"])
        feishu("PUT", f"/{SAMPLE}", token=token, json=BODY)
    answer = feishu(wrong["method"], wrong["path"], token=token, json=wrong["body"])
    assert answer.json()["code"] == first[2]


def test_a_path_that_does_not_exist_is_404_and_a_wrong_method_405(feishu: Call) -> None:
    assert feishu("GET", "/a/b/c").status_code == 404
    assert feishu("PATCH", f"/{SAMPLE}").status_code == 405


def test_every_answer_has_a_log_id_of_its_own_in_the_header_and_in_errors(lark: Any) -> None:
    first, second = lark.get("1"), lark.get("2")
    assert first.error["log_id"] == first.get_log_id()
    assert first.get_log_id() != second.get_log_id()


def test_answers_are_json_in_utf_8(feishu: Call) -> None:
    feishu("PUT", f"/{SAMPLE}", json={"meeting_settings": {"topic": "周会"}})
    answer = feishu("GET", f"/{SAMPLE}")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert "周会".encode() in answer.content


def test_the_user_token_call_is_limited_too(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.limits("feishu", ["1/minute"])
    form = {"grant_type": "refresh_token", "client_id": "cli_sandbox", "client_secret": "sandbox-secret"}
    codes = [http.post("/feishu/open-apis/authen/v2/oauth/token", json=form).json()["code"] for _ in range(2)]
    assert codes == [20001, 99991400]
