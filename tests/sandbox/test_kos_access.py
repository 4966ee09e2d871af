"""docs/vendors/kos.md, "Simulator rules" 1 to 3: keys, tokens, methods; and what faults look like."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.running import ControlError

SAMPLE = "66a000000000000000000001"
EVERYTHING = "00000000-0000-4000-8000-000000000000"
QUERIES_ONLY = "00000000-0000-4000-8000-000000000001"
OTHER_HOSPITAL = "00000000-0000-4000-8000-000000000002"
EXCHANGE = "/kos/open/authorization/commands/exchange-token"
DETAIL = "v1/queries/get-schedule-detail"
DETAIL_PATH = f"/kos/schedule/open/{DETAIL}"
UPDATE_PATH = "/kos/schedule/open/v2/commands/update-reservation"
NO_JSON = [b"NaN", b"-Infinity", b"1e999", b'"\\ud800"', b'{"\\udfff": 1}', b'"\xed\xa0\x80"']
Call = Callable[..., httpx.Response]
Token = Callable[..., str]


def refusal(status: int, class_name: str, *wrong: tuple[str, str]) -> tuple[int, dict[str, Any]]:
    properties = [{"key": key, "reason": reason} for key, reason in wrong]
    body = {"status": status, "message": class_name, "className": class_name}
    return status, body | {"errorProperties": properties}


UNAUTHORIZED = refusal(401, "UnauthorizedException")


def outcome(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()


def ask(http: httpx.Client, **headers: str) -> httpx.Response:
    return http.post(DETAIL_PATH, json={"scheduleId": SAMPLE}, headers=headers)


def test_rule_1_a_known_key_is_exchanged_for_a_token(http: httpx.Client) -> None:
    status, reply = outcome(http.post(EXCHANGE, json={"key": EVERYTHING}))
    assert (status, reply.keys()) == (200, {"token"})
    assert str(uuid.UUID(reply["token"])) == reply["token"]


@pytest.mark.parametrize("key", ["00000000-0000-4000-8000-00000000000f", "", 7])
def test_rule_1_an_unknown_key_is_unauthorized(http: httpx.Client, key: Any) -> None:
    assert outcome(http.post(EXCHANGE, json={"key": key})) == UNAUTHORIZED


@pytest.mark.parametrize("body", [{}, {"key": None}])
def test_rule_1_a_missing_key_is_required(http: httpx.Client, body: dict[str, Any]) -> None:
    answer = http.post(EXCHANGE, json=body)
    assert outcome(answer) == refusal(400, "InvalidCommandException", ("key", "Required"))


def test_an_exchange_leaves_the_tokens_before_it_good(http: httpx.Client, kos_token: Token) -> None:
    first, second = kos_token(), kos_token()
    assert first != second
    assert {ask(http, Authorization=f"Bearer {one}").status_code for one in (first, second)} == {200}


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer nobody"}, {"Authorization": f"Bearer {EVERYTHING}"}]
)
def test_rule_2_without_a_valid_token_a_call_is_unauthorized(
    http: httpx.Client, headers: dict[str, str]
) -> None:
    assert outcome(ask(http, **headers)) == UNAUTHORIZED


@pytest.mark.parametrize("prefix", ["", "bearer ", "Token "])
def test_rule_2_a_token_without_its_prefix_is_unauthorized(
    http: httpx.Client, kos_token: Token, prefix: str
) -> None:
    assert outcome(ask(http, Authorization=prefix + kos_token())) == UNAUTHORIZED


@pytest.mark.parametrize(("seconds", "status"), [(3599, 200), (3600, 401)])
def test_rule_2_a_token_is_good_for_an_hour(
    sandbox: Sandbox, http: httpx.Client, kos_token: Token, seconds: int, status: int
) -> None:
    sandbox.freeze()
    token = kos_token()
    sandbox.advance(seconds)
    assert ask(http, Authorization=f"Bearer {token}").status_code == status


def test_rule_2_an_expired_token_is_unauthorized_like_an_unknown_one(
    sandbox: Sandbox, http: httpx.Client, kos_token: Token
) -> None:
    token = kos_token()
    sandbox.advance(3600)
    assert outcome(ask(http, Authorization=f"Bearer {token}")) == UNAUTHORIZED


@pytest.mark.parametrize(("seconds", "status"), [(9, 200), (10, 401)])
def test_rule_2_the_switch_token_seconds_sets_the_life_of_new_tokens(
    sandbox: Sandbox, http: httpx.Client, kos_token: Token, seconds: int, status: int
) -> None:
    sandbox.freeze()
    sandbox.switch("kos", token_seconds=10)
    token = kos_token()
    sandbox.advance(seconds)
    assert ask(http, Authorization=f"Bearer {token}").status_code == status


@pytest.mark.parametrize("action", ["expire", "revoke"])
def test_tokens_can_be_ended_and_the_key_gives_another(
    sandbox: Sandbox, http: httpx.Client, kos_token: Token, action: str
) -> None:
    token = kos_token()
    assert sandbox.control("POST", "/tokens", {"vendor": "kos", "action": action}) == {"tokens": 1}
    assert ask(http, Authorization=f"Bearer {token}").status_code == 401
    assert ask(http, Authorization=f"Bearer {kos_token()}").status_code == 200


def test_the_switches_auth_header_and_auth_prefix_say_where_the_token_goes(
    sandbox: Sandbox, http: httpx.Client, kos_token: Token
) -> None:
    sandbox.switch("kos", auth_header="X-Kos-Token", auth_prefix="")
    token = kos_token()
    assert ask(http, Authorization=f"Bearer {token}").status_code == 401
    assert ask(http, **{"X-Kos-Token": token}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [EXCHANGE, DETAIL_PATH])
def test_rule_3_every_operation_is_a_post(http: httpx.Client, method: str, path: str) -> None:
    assert outcome(http.request(method, path)) == refusal(405, "MethodNotAllowedException")


@pytest.mark.parametrize(
    "path",
    [
        "/kos/",
        "/kos/open/v1/authorization/commands/exchange-token",
        "/kos/schedule/open/v3/commands/update-reservation",
        "/kos/schedule/open/v2/commands/cancel-reservation",
        "/kos/schedule/open/v1/queries/get-schedules-summarized-by-task",
    ],
)
def test_rule_3_an_unknown_path_is_not_found(http: httpx.Client, path: str) -> None:
    assert outcome(http.post(path, json={})) == refusal(404, "NotFoundException")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b'"x"'])
def test_a_body_that_is_no_json_object_is_refused(
    http: httpx.Client, kos_token: Token, content: bytes
) -> None:
    headers = {"Authorization": f"Bearer {kos_token()}"}
    answer = http.post(DETAIL_PATH, content=content, headers=headers)
    assert outcome(answer) == refusal(400, "InvalidCommandException")


@pytest.mark.parametrize("content", NO_JSON)
def test_a_body_that_no_json_could_carry_is_refused_and_stores_nothing(
    sandbox: Sandbox, kos_body: Call, http: httpx.Client, kos_token: Token, content: bytes
) -> None:
    before = sandbox.bookings("kos")
    whole = json.dumps(kos_body("v2", SAMPLE, requestedProcedures=[{"type": "HERE"}])).encode()
    headers = {"Authorization": f"Bearer {kos_token()}"}
    answer = http.post(UPDATE_PATH, content=whole.replace(b'"HERE"', content), headers=headers)
    assert outcome(answer) == refusal(400, "InvalidCommandException")
    assert sandbox.bookings("kos") == before


@pytest.mark.parametrize("depth", [101, 400, 100_000])
def test_a_body_that_is_nested_too_deeply_is_refused(
    http: httpx.Client, kos_token: Token, depth: int
) -> None:
    headers = {"Authorization": f"Bearer {kos_token()}"}
    content = b'{"scheduleId": ' + b"[" * depth + b"]" * depth + b"}"
    answer = http.post(DETAIL_PATH, content=content, headers=headers)
    assert outcome(answer) == refusal(400, "InvalidCommandException")


@pytest.mark.parametrize(
    ("value", "logged"),
    [
        (b"NaN", "nan"),
        (b"-1e999", "-inf"),
        (b'"\\ud800!"', "?!"),
        (b'{"\\udc00": 1}', {"?": 1}),
        (b'{"token": NaN}', {"token": "***"}),
    ],
)
def test_what_no_json_can_carry_is_logged_as_text_that_it_can(
    sandbox: Sandbox, http: httpx.Client, value: bytes, logged: Any
) -> None:
    http.post(DETAIL_PATH, content=b'{"x": ' + value + b"}")
    assert sandbox.requests("kos")[0]["body"] == {"x": logged}


def test_a_body_that_is_nested_too_deeply_to_be_logged_says_so(sandbox: Sandbox, http: httpx.Client) -> None:
    http.post(DETAIL_PATH, content=b"[" * 100_000)
    http.post(DETAIL_PATH, content=b"[" * 100_000 + b"]" * 100_000)
    assert [entry["body"] for entry in sandbox.requests("kos")] == ["(nested too deeply to be shown)"] * 2


def test_a_key_for_queries_only_may_read(kos: Call) -> None:
    assert kos(DETAIL, {"scheduleId": SAMPLE}, key=QUERIES_ONLY).status_code == 200


@pytest.mark.parametrize(
    "command",
    ["v1/commands/update-reservation", "v2/commands/update-reservation", "v1/commands/cancel-reservation"],
)
def test_a_key_for_queries_only_may_not_command(kos: Call, command: str) -> None:
    assert outcome(kos(command, {}, key=QUERIES_ONLY)) == refusal(403, "ForbiddenException")


@pytest.mark.parametrize(
    ("key", "schedule_id"), [(OTHER_HOSPITAL, SAMPLE), (EVERYTHING, "66d000000000000000000001")]
)
def test_a_schedule_of_another_hospital_is_not_found(kos: Call, key: str, schedule_id: str) -> None:
    answer = kos(DETAIL, {"scheduleId": schedule_id}, key=key)
    assert outcome(answer) == refusal(400, "InvalidRequestException", ("scheduleId", "NotFound"))


def test_no_key_and_no_token_is_in_the_log(sandbox: Sandbox, http: httpx.Client, kos_token: Token) -> None:
    token = kos_token()
    ask(http, Authorization=f"Bearer {token}")
    http.post(EXCHANGE, params={"key": EVERYTHING, "token": token}, json={"key": EVERYTHING})
    log = str(sandbox.requests("kos"))
    assert EVERYTHING not in log
    assert token not in log


@pytest.mark.parametrize(
    ("key", "label"),
    [
        (EVERYTHING, "key:sandbox"),
        (QUERIES_ONLY, "key:queries_only"),
        (OTHER_HOSPITAL, "key:other_hospital"),
    ],
)
def test_the_log_names_the_key(sandbox: Sandbox, kos: Call, key: str, label: str) -> None:
    kos(DETAIL, {"scheduleId": SAMPLE}, key=key)
    assert [entry["credential"] for entry in sandbox.requests("kos")] == ["none", label]


def test_the_log_says_unknown_of_a_token_that_was_never_given(sandbox: Sandbox, http: httpx.Client) -> None:
    ask(http, Authorization="Bearer nobody")
    assert sandbox.requests("kos")[0]["credential"] == "unknown"


def test_without_a_limit_nothing_is_throttled(sandbox: Sandbox) -> None:
    assert sandbox.control("GET", "/state")["vendors"]["kos"]["limits"] == []


def test_a_limit_of_ones_own_gives_429_without_a_wait(
    sandbox: Sandbox, http: httpx.Client, kos_token: Token
) -> None:
    sandbox.limits("kos", ["1/minute"])
    headers = {"Authorization": f"Bearer {kos_token()}"}
    ask(http, **headers)
    answer = ask(http, **headers)
    assert outcome(answer) == refusal(429, "TooManyRequestsException")
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize("wait", ["3", None])
def test_throttling_can_be_injected_with_any_wait(
    sandbox: Sandbox, http: httpx.Client, wait: str | None
) -> None:
    sandbox.fault("kos", {"throttle": {"retry_after": wait}})
    answer = ask(http)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, wait)


@pytest.mark.parametrize(
    ("fault", "class_name", "wrong"),
    [
        ({"status": 500}, "InternalServerErrorException", ()),
        ({"status": 409}, "ConflictException", ()),
        (
            {"status": 400, "code": "startDateTime/NotAvailable"},
            "InvalidRequestException",
            (("startDateTime", "NotAvailable"),),
        ),
        (
            {"status": 400, "code": "zoneId/NotFound", "message": "InvalidCommandException"},
            "InvalidCommandException",
            (("zoneId", "NotFound"),),
        ),
    ],
)
def test_a_fault_is_answered_in_the_vendors_envelope(
    sandbox: Sandbox,
    http: httpx.Client,
    fault: dict[str, Any],
    class_name: str,
    wrong: tuple[tuple[str, str], ...],
) -> None:
    sandbox.fault("kos", fault)
    assert outcome(ask(http)) == refusal(fault["status"], class_name, *wrong)


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateways_fault_is_a_page(sandbox: Sandbox, http: httpx.Client, status: int) -> None:
    sandbox.fault("kos", {"status": status})
    answer = ask(http)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html")


@pytest.mark.parametrize(
    ("switch", "value"),
    [
        ("token_seconds", -1),
        ("auth_header", ""),
        ("auth_prefix", None),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", ["Asia/Seoul"]),
        ("not_reserved", "ignore"),
        ("v2_left_out", "forget"),
    ],
)
def test_a_switch_takes_no_other_value(sandbox: Sandbox, switch: str, value: Any) -> None:
    with pytest.raises(ControlError, match=f"Switch {switch} takes "):
        sandbox.switch("kos", **{switch: value})
