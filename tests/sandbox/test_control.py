"""The control interface: look, seed, move the clock, set limits, switches and latency."""

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.running import ControlError

FEISHU, JICOO = "6911188411932033028", "sandboxVb7RE"
Call = Callable[..., httpx.Response]


def test_health_says_ok_and_the_time(sandbox: Sandbox) -> None:
    health = sandbox.control("GET", "/health")
    assert health["status"] == "ok"
    assert abs(health["now"] - time.time()) < 60


def test_reset_forgets_all_that_happened(sandbox: Sandbox, jicoo: Call) -> None:
    fresh = sandbox.control("GET", "/state")
    jicoo("PATCH", f"/{JICOO}", json={"name": "x", "isSendUpdates": True})
    sandbox.seed("jicoo", 3)
    sandbox.fault("jicoo", {"status": 500})
    sandbox.limits("feishu", None)
    sandbox.switch("feishu", legacy_throttle=True)
    sandbox.latency(1)
    sandbox.advance(5000)
    sandbox.freeze()
    sandbox.reset()
    state = sandbox.control("GET", "/state")
    assert sandbox.requests() == sandbox.notifications() == []
    assert sandbox.booking("jicoo", JICOO)["name"] == "Consultation"
    assert {name: state[name] for name in state if not name.startswith("now")} == {
        name: fresh[name] for name in fresh if not name.startswith("now")
    }
    assert abs(state["now"] - time.time()) < 60


def test_requests_are_logged_in_order_with_all_that_a_test_wants_to_know(
    sandbox: Sandbox, jicoo: Call, feishu: Call
) -> None:
    jicoo("PATCH", f"/{JICOO}", json={"name": "x"})
    feishu("GET", f"/{FEISHU}", params={"user_id_type": "open_id"})
    patch, token, get = sandbox.requests()
    assert patch == {
        "seq": 1,
        "at": patch["at"],
        "vendor": "jicoo",
        "method": "PATCH",
        "path": f"/v1/bookings/{JICOO}",
        "query": {},
        "body": {"name": "x"},
        "status": 200,
        "credential": "key:sandbox",
        "fault": None,
        "changed": [JICOO],
    }
    assert (token["seq"], token["credential"], token["body"]["app_id"]) == (2, "none", "cli_sandbox")
    assert (get["seq"], get["credential"], get["query"]) == (
        3,
        "app:cli_sandbox",
        {"user_id_type": "open_id"},
    )


def test_requests_of_one_vendor_leave_out_the_others(sandbox: Sandbox, jicoo: Call, feishu: Call) -> None:
    jicoo("GET", f"/{JICOO}")
    feishu("GET", f"/{FEISHU}")
    assert [entry["vendor"] for entry in sandbox.requests("jicoo")] == ["jicoo"]


def test_no_secret_and_no_token_is_in_the_log(sandbox: Sandbox, http: httpx.Client, feishu: Call) -> None:
    feishu("GET", f"/{FEISHU}")
    feishu("GET", f"/{FEISHU}", token="u-sandbox")
    oauth = "/feishu/open-apis/authen/v2/oauth/token"
    form = {"client_id": "cli_sandbox", "client_secret": "sandbox-secret", "refresh_token": "ur-sandbox"}
    http.post(oauth, json=form)
    http.post(oauth, params=form, data=form)
    http.post(oauth, json=[{"deep": form}])
    log = str(sandbox.requests())
    assert "cli_sandbox" in log
    assert not [secret for secret in ("sandbox-secret", "ur-sandbox", "u-sandbox", "t-") if secret in log]


@pytest.mark.parametrize(
    ("token", "label"),
    [("u-sandbox", "user:ou_00000000000000000000000000000001"), ("t-nobody", "unknown")],
)
def test_the_log_names_the_caller(sandbox: Sandbox, feishu: Call, token: str, label: str) -> None:
    feishu("GET", f"/{FEISHU}", token=token)
    assert sandbox.requests("feishu")[-1]["credential"] == label


def test_a_body_that_is_no_json_is_logged_as_text(sandbox: Sandbox, jicoo: Call) -> None:
    jicoo("PATCH", f"/{JICOO}", content=b"\xffhello")
    assert sandbox.requests("jicoo")[0]["body"] == "\ufffdhello"


def test_bookings_are_shown_raw_with_what_the_vendor_keeps_to_itself(sandbox: Sandbox) -> None:
    assert sandbox.booking("feishu", FEISHU)["owner_app"] == "cli_sandbox"
    assert sandbox.booking("jicoo", JICOO)["contacts"]


def test_feishu_never_tells_anybody(sandbox: Sandbox, feishu: Call) -> None:
    feishu("PUT", f"/{FEISHU}", json={"meeting_settings": {"topic": "x"}})
    assert sandbox.notifications("feishu") == []


def test_moving_the_clock_moves_the_date_of_every_answer(sandbox: Sandbox, jicoo: Call) -> None:
    sandbox.freeze()
    now = sandbox.advance(86400)
    date = parsedate_to_datetime(jicoo("GET", f"/{JICOO}").headers["Date"])
    assert date.timestamp() == int(now)


def test_latency_holds_every_vendor_call_up(sandbox: Sandbox, jicoo: Call) -> None:
    sandbox.latency(30)
    began = time.monotonic()
    jicoo("GET", f"/{JICOO}")
    assert time.monotonic() - began >= 0.03


def test_null_limits_are_unlimited(sandbox: Sandbox, feishu: Call, feishu_token: Callable[..., str]) -> None:
    token = feishu_token()
    sandbox.limits("feishu", None)
    answers = {feishu("GET", f"/{FEISHU}", token=token).status_code for _ in range(60)}
    assert answers == {200}


@pytest.mark.parametrize(
    ("method", "path", "body", "sentence"),
    [
        (
            "POST",
            "/seed",
            {"vendor": "kayak", "count": 1},
            "There is no vendor 'kayak'; there are: feishu, ",
        ),
        ("POST", "/seed", {"vendor": "jicoo"}, 'Give either "count" or "bookings".'),
        (
            "POST",
            "/seed",
            {"vendor": "jicoo", "count": 0},
            "count: Input should be greater than or equal to 1.",
        ),
        ("POST", "/clock", {"advance": -1}, "advance: Input should be greater than or equal to 0."),
        ("POST", "/clock", {"rewind": 1}, "rewind: Extra inputs are not permitted."),
        ("POST", "/clock", None, "the body: Invalid JSON: EOF while parsing a value at line 1 column 0."),
        (
            "POST",
            "/limits",
            {"vendor": "jicoo", "limits": ["5/fortnight"]},
            '\'5/fortnight\' is not a rate: write it like "50/second" or "1000/minute".',
        ),
        (
            "POST",
            "/limits",
            {"vendor": "jicoo", "limits": {"read": [], "write": []}},
            "jicoo counts reads and writes together: give one list.",
        ),
        (
            "POST",
            "/limits",
            {"vendor": "onlive", "limits": {"read": ["5/second"]}},
            "Give the limits for read and write, or one list for both.",
        ),
        (
            "POST",
            "/limits",
            {"vendor": "onlive", "limits": {"read": ["5/second"], "write": ["5"]}},
            "'5' is not a rate",
        ),
        (
            "POST",
            "/switches",
            {"vendor": "onlive", "guest_limit": None},
            "Switch guest_limit takes a number of guests, not None.",
        ),
        (
            "POST",
            "/switches",
            {"vendor": "jicoo", "speed": 1},
            "There is no switch 'speed'; there are: retry_after, require_https.",
        ),
        (
            "POST",
            "/switches",
            {"vendor": "feishu", "empty_means": "keep"},
            "Switch empty_means takes 'clear' or 'ignore', not 'keep'.",
        ),
        ("POST", "/switches", {"vendor": "feishu", "monthly_quota": -1}, "Switch monthly_quota takes"),
        (
            "POST",
            "/switches",
            {"vendor": "feishu", "legacy_throttle": 1},
            "Switch legacy_throttle takes true or false",
        ),
        ("POST", "/switches", {"vendor": ["feishu"]}, "There is no vendor ['feishu']"),
        ("POST", "/switches", {}, "There is no vendor None"),
        ("POST", "/faults", {"vendor": "jicoo"}, "the body: Input should be a valid array."),
        (
            "POST",
            "/faults",
            [{"vendor": "jicoo", "action": {"status": 500, "drop": "after"}}],
            "0.action: name exactly one of status, html, drop, timeout, cut_json, throttle, delay_ms.",
        ),
        ("POST", "/faults", [{"vendor": "kayak", "action": {"status": 500}}], "There is no vendor 'kayak'"),
        ("POST", "/faults", [{"vendor": "jicoo", "action": {"status": 99}}], "0.action.status.status: Input"),
        (
            "POST",
            "/faults",
            [{"vendor": "jicoo", "action": {"html": 502, "body": ""}}],
            "0.action.html.body: Extra",
        ),
        ("POST", "/tokens", {"vendor": "jicoo", "action": "expire"}, "jicoo has no tokens to expire."),
        (
            "POST",
            "/tokens",
            {"vendor": "feishu", "action": "eat"},
            "action: Input should be 'expire' or 'revoke'.",
        ),
        (
            "POST",
            "/meetings",
            {"vendor": "jicoo", "booking_id": JICOO, "running": True},
            "jicoo has no meetings, so sandboxVb7RE has none to start.",
        ),
        (
            "POST",
            "/meetings",
            {"vendor": "feishu", "booking_id": "1", "running": True},
            "There is no Feishu reserve 1.",
        ),
        ("GET", "/bookings", None, "Say which vendor: ?vendor=…"),
        ("GET", "/requests?vendor=kayak", None, "There is no vendor 'kayak'"),
        ("GET", "/nothing", None, "Not Found"),
    ],
)
def test_bad_input_is_refused_in_a_sentence_and_changes_nothing(
    sandbox: Sandbox, method: str, path: str, body: Any, sentence: str
) -> None:
    sandbox.freeze()
    before = sandbox.control("GET", "/state")
    with pytest.raises(ControlError) as refused:
        sandbox.control(method, path, body)
    assert str(refused.value).startswith(sentence)
    assert sandbox.control("GET", "/state") == before
