"""docs/vendors/feishu.md, "Simulator rules" 1 to 10 and 39: tokens and scopes."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "6911188411932033028"
USERS_OWN = "6940000000000000001"
TOKEN_PATH = "/feishu/open-apis/auth/v3/tenant_access_token/internal"
OAUTH_PATH = "/feishu/open-apis/authen/v2/oauth/token"
CREDENTIALS = {"app_id": "cli_sandbox", "app_secret": "sandbox-secret"}
INVALID = "Invalid access token for authorization. Please make a request with token attached."
Call = Callable[..., httpx.Response]


def refresh(http: httpx.Client, refresh_token: str = "ur-sandbox", **other: str) -> httpx.Response:
    form = {
        "grant_type": "refresh_token",
        "client_id": "cli_sandbox",
        "client_secret": "sandbox-secret",
        "refresh_token": refresh_token,
    }
    return http.post(OAUTH_PATH, json={name: value for name, value in (form | other).items() if value})


@pytest.mark.parametrize("slash", ["", "/"])
def test_rule_1_the_right_secret_gives_a_tenant_token_for_two_hours(http: httpx.Client, slash: str) -> None:
    answer = http.post(TOKEN_PATH + slash, json=CREDENTIALS)
    assert answer.status_code == 200
    token = answer.json().pop("tenant_access_token")
    assert answer.json() == {"code": 0, "msg": "ok", "tenant_access_token": token, "expire": 7200}
    assert token.startswith("t-")


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "application/json"}])
def test_rule_2_the_content_type_of_the_token_call_does_not_matter(
    http: httpx.Client, headers: dict[str, str]
) -> None:
    body = b'{"app_id": "cli_sandbox", "app_secret": "sandbox-secret"}'
    assert http.post(TOKEN_PATH, content=body, headers=headers).json()["code"] == 0


def test_rule_3_with_1800_s_left_the_same_token_comes_back_with_what_remains(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    sandbox.freeze()
    first = http.post(TOKEN_PATH, json=CREDENTIALS).json()
    sandbox.advance(5400)
    assert http.post(TOKEN_PATH, json=CREDENTIALS).json() == first | {"expire": 1800}


def test_rule_4_with_less_than_1800_s_left_another_token_comes_and_the_old_one_lives_out_its_time(
    sandbox: Sandbox, http: httpx.Client, feishu: Call
) -> None:
    sandbox.freeze()
    old = http.post(TOKEN_PATH, json=CREDENTIALS).json()["tenant_access_token"]
    sandbox.advance(5401)
    new = http.post(TOKEN_PATH, json=CREDENTIALS).json()
    assert new["expire"] == 7200
    assert new["tenant_access_token"] != old
    assert feishu("GET", f"/{SAMPLE}", token=old).json()["code"] == 0
    sandbox.advance(1799)
    assert feishu("GET", f"/{SAMPLE}", token=old).json()["code"] == 99991663


@pytest.mark.parametrize(
    ("credentials", "reply"),
    [
        (CREDENTIALS | {"app_secret": "wrong"}, {"code": 10014, "msg": "app secret invalid"}),
        ({"app_secret": "sandbox-secret"}, {"code": 10003, "msg": "invalid param"}),
        ({"app_id": 7, "app_secret": "sandbox-secret"}, {"code": 10003, "msg": "invalid param"}),
    ],
)
def test_rule_5_bad_credentials_are_refused_with_http_200(
    http: httpx.Client, credentials: dict[str, Any], reply: dict[str, Any]
) -> None:
    answer = http.post(TOKEN_PATH, json=credentials)
    assert (answer.status_code, answer.json()) == (200, reply)


def test_an_unknown_app_is_refused_with_http_200_and_99991543(http: httpx.Client) -> None:
    answer = http.post(TOKEN_PATH, json=CREDENTIALS | {"app_id": "cli_nobody"})
    assert (answer.status_code, answer.json()["code"]) == (200, 99991543)


@pytest.mark.parametrize("headers", [{}, {"Authorization": ""}, {"Authorization": "Basic x"}])
def test_rule_6_without_a_bearer_token_the_call_needs_one(
    http: httpx.Client, headers: dict[str, str]
) -> None:
    answer = http.get(f"/feishu/open-apis/vc/v1/reserves/{SAMPLE}", headers=headers)
    log_id = answer.headers["X-Tt-Logid"]
    assert answer.status_code == 400
    assert answer.json() == {"code": 99991661, "msg": "Need a token", "error": {"log_id": log_id}}


def test_rule_7_an_expired_tenant_token_is_invalid(
    sandbox: Sandbox, feishu: Call, feishu_token: Callable[..., str]
) -> None:
    token = feishu_token()
    sandbox.advance(7200)
    answer = feishu("GET", f"/{SAMPLE}", token=token)
    assert (answer.status_code, answer.json()["code"], answer.json()["msg"]) == (400, 99991663, INVALID)


@pytest.mark.parametrize(
    ("bearer", "code"),
    [("t-nobody", 99991663), ("u-nobody", 99991668), ("eyJnobody", 99991668), ("nobody", 99991671)],
)
def test_rule_7_a_token_that_was_never_issued_is_refused_by_its_shape(
    feishu: Call, bearer: str, code: int
) -> None:
    assert feishu("GET", f"/{SAMPLE}", token=bearer).json()["code"] == code


def test_rule_7_the_sdk_keeps_using_a_revoked_tenant_token(sandbox: Sandbox, lark: Any) -> None:
    assert lark.get(SAMPLE).success()
    sandbox.revoke_tokens("feishu")
    assert lark.get(SAMPLE).code == 99991663


def test_after_revoking_the_token_call_gives_a_new_token(
    sandbox: Sandbox, feishu: Call, feishu_token: Callable[..., str]
) -> None:
    old = feishu_token()
    sandbox.revoke_tokens("feishu")
    new = feishu_token()
    assert new != old
    assert feishu("GET", f"/{SAMPLE}", token=new).json()["code"] == 0


def test_after_expiring_the_token_call_gives_a_new_token(
    sandbox: Sandbox, feishu: Call, feishu_token: Callable[..., str]
) -> None:
    old = feishu_token()
    sandbox.expire_tokens("feishu")
    assert feishu("GET", f"/{SAMPLE}", token=old).json()["code"] == 99991663
    assert feishu("GET", f"/{SAMPLE}", token=feishu_token()).json()["code"] == 0


def test_rule_8_an_expired_user_token_says_so(sandbox: Sandbox, lark: Any) -> None:
    sandbox.expire_tokens("feishu")
    answer = lark.get(USERS_OWN, user_token="u-sandbox")
    assert (answer.raw.status_code, answer.code, answer.msg) == (400, 99991677, "token expire")


def test_rule_8_a_revoked_user_token_is_invalid(sandbox: Sandbox, lark: Any) -> None:
    sandbox.revoke_tokens("feishu")
    answer = lark.get(USERS_OWN, user_token="u-sandbox")
    assert (answer.raw.status_code, answer.code, answer.msg) == (400, 99991668, INVALID)


def test_rule_9_an_app_without_vc_reserve_may_not_update(lark_app: Any) -> None:
    answer = lark_app("cli_readonly").update(SAMPLE, {"meeting_settings": {"topic": "x"}})
    assert (answer.raw.status_code, answer.code) == (400, 99991672)
    assert answer.msg == "Access denied. One of the following scopes is required: [vc:reserve]"
    violation = {"type": "action_scope_required", "subject": "vc:reserve"}
    assert answer.error["permission_violations"] == [violation]


def test_an_app_with_vc_reserve_alone_may_not_read(lark_app: Any) -> None:
    answer = lark_app("cli_writeonly").get(SAMPLE)
    assert answer.code == 99991672
    assert answer.error["permission_violations"][0]["subject"] == "vc:reserve:readonly"


def test_rule_10_a_user_who_did_not_grant_the_scope_may_not_update(lark: Any) -> None:
    answer = lark.update(USERS_OWN, {"meeting_settings": {"topic": "x"}}, user_token="u-sandbox-no-grant")
    assert (answer.raw.status_code, answer.code) == (400, 99991679)
    assert answer.error["permission_violations"][0]["type"] == "action_privilege_required"


def test_rule_39_a_refresh_gives_a_new_pair_in_a_flat_reply(http: httpx.Client, feishu: Call) -> None:
    answer = refresh(http)
    reply = answer.json()
    assert answer.status_code == 200
    assert reply.keys() == {
        "code",
        "access_token",
        "expires_in",
        "refresh_token",
        "refresh_token_expires_in",
        "scope",
        "token_type",
    }
    assert (reply["code"], reply["expires_in"], reply["refresh_token_expires_in"]) == (0, 7200, 604800)
    assert feishu("GET", f"/{USERS_OWN}", token=reply["access_token"]).json()["code"] == 0
    assert refresh(http, reply["refresh_token"]).json()["code"] == 0


def test_rule_39_a_used_refresh_token_is_refused(http: httpx.Client) -> None:
    refresh(http)
    answer = refresh(http)
    assert (answer.status_code, answer.json()["code"]) == (400, 20073)
    assert "msg" not in answer.json()


def test_rule_39_the_old_access_token_works_for_60_s_more(
    sandbox: Sandbox, http: httpx.Client, feishu: Call
) -> None:
    sandbox.freeze()
    refresh(http)
    sandbox.advance(59)
    assert feishu("GET", f"/{USERS_OWN}", token="u-sandbox").json()["code"] == 0
    sandbox.advance(1)
    assert feishu("GET", f"/{USERS_OWN}", token="u-sandbox").json()["code"] == 99991677


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"client_id": ""}, 20001),
        ({"refresh_token": ""}, 20001),
        ({"client_secret": "wrong"}, 20002),
        ({"client_id": "cli_other", "client_secret": "other-secret"}, 20024),
        ({"refresh_token": "ur-nobody"}, 20026),
        ({"grant_type": "authorization_code"}, 20036),
        ({"client_id": "cli_nobody"}, 20048),
    ],
)
def test_a_refresh_with_a_bad_form_is_refused_with_400(
    http: httpx.Client, other: dict[str, str], code: int
) -> None:
    answer = refresh(http, **other)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_refresh_without_json_is_malformed(http: httpx.Client) -> None:
    assert http.post(OAUTH_PATH, content=b"grant_type=refresh_token").json()["code"] == 20063


def test_a_refresh_token_ends_after_a_week(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.advance(604_800)
    assert refresh(http).json()["code"] == 20037


def test_consent_ends_after_365_days_however_often_it_was_refreshed(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    token = "ur-sandbox"
    for _ in range(73):
        token = refresh(http, token).json()["refresh_token"]
        sandbox.advance(5 * 86400)
    assert refresh(http, token).json()["code"] == 20037


def test_a_revoked_refresh_token_is_refused(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.revoke_tokens("feishu")
    assert refresh(http).json()["code"] == 20064


@pytest.mark.parametrize("status", [200, 401])
def test_the_http_status_of_token_errors_can_be_switched(sandbox: Sandbox, feishu: Call, status: int) -> None:
    sandbox.switch("feishu", gateway_status=status)
    answer = feishu("GET", f"/{SAMPLE}", token="t-nobody")
    assert (answer.status_code, answer.json()["code"]) == (status, 99991663)
