"""docs/vendors/zoho.md, "Simulator rules" 1 to 8, 30, 31 and 37: tokens, scopes, plans and rates."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "1596693672887000001"
TOKEN = "/zoho-accounts/oauth/v2/token"
FORM = {
    "client_id": "1000.SANDBOX",
    "client_secret": "sandbox-secret",
    "grant_type": "refresh_token",
    "refresh_token": "1000.sandbox.refresh",
}
TOO_MANY = {
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "error": "Access Denied",
    "status": "failure",
}
NO_TOKEN = {"error_message": "Invalid OAuth token", "errorcode": "INVALID_OAUTHTOKEN", "status": "failure"}
Call = Callable[..., httpx.Response]
Update = Callable[..., httpx.Response]


def mint(http: httpx.Client, **otherwise: str) -> Any:
    return http.post(TOKEN, data=FORM | otherwise).json()


def outcome(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()


def read(http: httpx.Client, authorization: str) -> httpx.Response:
    return http.get(f"/zoho/api/v1/bookings/{SAMPLE}", headers={"Authorization": authorization})


@pytest.mark.parametrize("sent", [{"data": FORM}, {"params": FORM}])
def test_rule_1_a_refresh_token_gives_an_access_token_for_an_hour_and_no_new_refresh_token(
    http: httpx.Client, sent: dict[str, Any]
) -> None:
    answer = http.post(TOKEN, **sent)
    assert answer.status_code == 200
    body = answer.json()
    assert body.keys() == {"access_token", "scope", "api_domain", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert "ZohoCalendar.bookings.ALL" in body["scope"].split(",")


def test_rule_1_the_api_domain_of_a_token_is_not_the_calendar_host(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    assert not sandbox.url.startswith(mint(http)["api_domain"])


@pytest.mark.parametrize(
    ("otherwise", "error"),
    [
        ({"refresh_token": "1000.sandbox.revoked"}, "invalid_code"),
        ({"refresh_token": "1000.nobody"}, "invalid_code"),
        ({"grant_type": "authorization_code", "code": "1000.code"}, "invalid_code"),
        ({"client_id": "1000.NOBODY"}, "invalid_client"),
        ({"client_secret": "wrong"}, "invalid_client_secret"),
    ],
)
def test_rule_2_a_bad_credential_is_refused_with_http_200(
    http: httpx.Client, otherwise: dict[str, str], error: str
) -> None:
    assert outcome(http.post(TOKEN, data=FORM | otherwise)) == (200, {"error": error})


def test_rule_2_a_refresh_token_that_was_revoked_is_a_bad_one_and_so_are_its_access_tokens(
    http: httpx.Client,
) -> None:
    token = mint(http)["access_token"]
    revoked = http.post(f"{TOKEN}/revoke", params={"token": FORM["refresh_token"]})
    assert revoked.json() == {"status": "success"}
    assert mint(http) == {"error": "invalid_code"}
    assert read(http, f"Zoho-oauthtoken {token}").status_code == 401


def test_rule_3_the_11th_refresh_within_10_minutes_is_refused(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.freeze()
    for _ in range(10):
        assert "access_token" in mint(http)
    sandbox.advance(599)
    assert outcome(http.post(TOKEN, data=FORM)) == (400, TOO_MANY)


def test_rule_3_refreshes_spread_over_more_than_10_minutes_are_not_refused(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    sandbox.freeze()
    for _ in range(25):
        assert "access_token" in mint(http)
        sandbox.advance(60)


def test_rule_3_another_refresh_token_is_not_refused(http: httpx.Client) -> None:
    for _ in range(11):
        mint(http)
    assert "access_token" in mint(http, refresh_token="1000.sandbox.admin")


def test_rule_3_it_stays_refused_until_10_minutes_without_a_call(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    sandbox.freeze()
    for _ in range(11):
        mint(http)
    sandbox.advance(599)
    assert mint(http) == TOO_MANY
    sandbox.advance(599)
    assert mint(http) == TOO_MANY
    sandbox.advance(600)
    assert "access_token" in mint(http)


def test_rule_3_with_the_switch_the_refusal_comes_with_http_200(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.switch("zoho", token_throttle_status=200)
    for _ in range(10):
        mint(http)
    assert outcome(http.post(TOKEN, data=FORM)) == (200, TOO_MANY)


def test_rule_4_the_16th_live_access_token_ends_the_first(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.freeze()
    tokens = []
    for _ in range(16):
        tokens.append(mint(http)["access_token"])
        sandbox.advance(61)
    answers = [read(http, f"Zoho-oauthtoken {token}").status_code for token in tokens]
    assert answers == [401] + 15 * [200]


def test_rule_5_an_access_token_works_for_3600_seconds(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.freeze()
    token = mint(http)["access_token"]
    sandbox.advance(3599)
    assert read(http, f"Zoho-oauthtoken {token}").status_code == 200
    sandbox.advance(1)
    assert outcome(read(http, f"Zoho-oauthtoken {token}")) == (401, NO_TOKEN)


@pytest.mark.parametrize("authorization", ["", "Zoho-oauthtoken 1000.nobody", "Basic x", "Zoho-oauthtoken"])
def test_rule_6_a_call_without_a_good_token_is_refused(http: httpx.Client, authorization: str) -> None:
    assert outcome(read(http, authorization)) == (401, NO_TOKEN)


@pytest.mark.parametrize("scheme", ["Zoho-oauthtoken", "Bearer"])
def test_rule_6_a_token_may_come_as_zoho_says_or_as_a_bearer(http: httpx.Client, scheme: str) -> None:
    assert read(http, f"{scheme} {mint(http)['access_token']}").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/bookings/{SAMPLE}"),
        ("POST", f"/bookings/{SAMPLE}"),
        ("DELETE", f"/bookings/{SAMPLE}"),
        ("POST", "/bookings"),
        ("GET", "/resources"),
        ("GET", "/branches"),
        ("GET", "/rbaccess"),
    ],
)
def test_rule_7_a_token_without_the_scope_is_refused_with_401(zoho: Call, method: str, path: str) -> None:
    answer = zoho(method, path, as_user="no_scope")
    assert (answer.status_code, answer.json()["errorcode"]) == (401, "INVALID_OAUTHSCOPE")


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("POST", 401), ("DELETE", 401)])
def test_rule_7_the_scope_to_read_is_not_the_scope_to_write(zoho: Call, method: str, status: int) -> None:
    assert zoho(method, f"/bookings/{SAMPLE}", as_user="read_only").status_code == status


def test_rule_8_a_token_of_another_data_centre_is_refused_like_an_unknown_one(http: httpx.Client) -> None:
    elsewhere = "Zoho-oauthtoken 1000.0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef"
    assert outcome(read(http, elsewhere)) == (401, NO_TOKEN)


@pytest.mark.parametrize(
    ("booking_id", "as_user", "status"),
    [
        (SAMPLE, "refresh", 200),
        (SAMPLE, "admin", 200),
        (SAMPLE, "viewer", 403),
        (SAMPLE, "stranger", 403),
        ("1598000000000000005", "editor", 200),
        ("1598000000000000006", "refresh", 403),
        ("1598000000000000007", "refresh", 403),
    ],
)
def test_rule_30_the_organizer_an_attendee_with_permission_3_and_an_admin_may_update(
    zoho_update: Update, booking_id: str, as_user: str, status: int
) -> None:
    assert zoho_update(booking_id, {"title": "x"}, as_user=as_user).status_code == status


def test_rule_30_another_may_not_delete_either(zoho: Call) -> None:
    answer = zoho("DELETE", f"/bookings/{SAMPLE}", as_user="stranger")
    assert (answer.status_code, answer.json()["errorcode"]) == (403, "OPERATION_NOT_PERMITTED")


def test_rule_31_a_user_without_a_plan_may_do_nothing(zoho: Call) -> None:
    answer = zoho("GET", f"/bookings/{SAMPLE}", as_user="no_plan")
    message = {"error_message": "RB Operation not permitted", "errorcode": "RB_OPERATION_NOT_PERMITTED"}
    assert outcome(answer) == (403, {**message, "status": "failure"})


@pytest.mark.parametrize(("as_user", "enabled"), [("refresh", True), ("no_plan", False)])
def test_rule_31_the_access_check_says_whether_there_is_a_plan(
    zoho: Call, as_user: str, enabled: bool
) -> None:
    assert outcome(zoho("GET", "/rbaccess", as_user=as_user)) == (200, {"enabled": enabled})


def test_rule_37_there_are_60_calls_a_minute_for_a_user(sandbox: Sandbox, zoho: Call) -> None:
    sandbox.freeze()
    statuses = [zoho("GET", "/rbaccess").status_code for _ in range(61)]
    assert statuses == 60 * [200] + [429]


def test_rule_37_a_throttled_user_is_locked_out_of_every_call_for_the_lock_and_no_longer(
    sandbox: Sandbox, zoho: Call
) -> None:
    sandbox.freeze()
    sandbox.limits("zoho", ["1/second"])
    zoho("GET", "/rbaccess")
    locked = zoho("GET", "/rbaccess")
    code = "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED"
    assert (locked.status_code, locked.json()["errorcode"]) == (429, code)
    assert "Retry-After" not in locked.headers
    sandbox.advance(59)
    assert zoho("GET", f"/bookings/{SAMPLE}").status_code == 429
    sandbox.advance(1)  # the call in between did not make it longer
    assert zoho("GET", f"/bookings/{SAMPLE}").status_code == 200


def test_rule_37_another_user_is_not_locked_out(sandbox: Sandbox, zoho: Call) -> None:
    sandbox.limits("zoho", ["1/minute"])
    zoho("GET", "/rbaccess")
    assert zoho("GET", "/rbaccess").status_code == 429
    assert zoho("GET", "/rbaccess", as_user="admin").status_code == 200


def test_rule_37_the_lock_can_be_set(sandbox: Sandbox, zoho: Call) -> None:
    sandbox.freeze()
    sandbox.limits("zoho", ["1/second"])
    sandbox.switch("zoho", lock_seconds=5)
    zoho("GET", "/rbaccess")
    assert zoho("GET", "/rbaccess").status_code == 429
    sandbox.advance(5)
    assert zoho("GET", "/rbaccess").status_code == 200


def test_rule_37_a_throttle_can_be_injected_with_a_wait(sandbox: Sandbox, zoho: Call) -> None:
    sandbox.fault("zoho", {"throttle": {"retry_after": "7"}}, path="/api/*")
    answer = zoho("GET", "/rbaccess")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_expired_tokens_are_refused_and_their_refresh_token_gives_another(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    token = mint(http)["access_token"]
    sandbox.expire_tokens("zoho")
    assert read(http, f"Zoho-oauthtoken {token}").status_code == 401
    assert "access_token" in mint(http)


def test_revoked_tokens_are_refused_and_their_refresh_token_too(sandbox: Sandbox, http: httpx.Client) -> None:
    token = mint(http)["access_token"]
    sandbox.revoke_tokens("zoho")
    assert read(http, f"Zoho-oauthtoken {token}").status_code == 401
    assert mint(http) == {"error": "invalid_code"}


def test_the_log_names_the_user_and_shows_no_secret_and_no_token(
    sandbox: Sandbox, http: httpx.Client, zoho: Call
) -> None:
    http.post(TOKEN, params=FORM)
    http.post(f"{TOKEN}/revoke", params={"token": "1000.sandbox.admin"})
    zoho("GET", "/rbaccess")
    assert sandbox.requests("zoho")[-1]["credential"] == "user:61130355"
    log = str(sandbox.requests("zoho"))
    assert not [secret for secret in ("sandbox-secret", "1000.sandbox.") if secret in log]


@pytest.mark.parametrize("path", ["/zoho-accounts/oauth/v2/nothing", "/zoho/api/v1/nothing", "/zoho/"])
def test_a_path_that_is_not_simulated_is_not_found(http: httpx.Client, path: str) -> None:
    assert http.post(path).status_code == 404
