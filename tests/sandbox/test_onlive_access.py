"""docs/vendors/onlive.md, "Simulator rules" 1 to 6, 17 and 22: signature, ids, permissions, order, rates."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.onlive.signature import sign

SAMPLE = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
FOREIGN = "f0000000-0000-4000-8000-000000000001"
UNKNOWN = "1610c525-f19a-40d0-8cd1-03daba3d2d99"
PATH = f"/v1/appointments/{SAMPLE}"
Call = Callable[..., httpx.Response]
UNAUTHORIZED = 401, {"statusCode": 401, "message": "Unauthorized"}


def outcome(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()


@pytest.fixture
def signed(onlive: Call) -> dict[str, str]:
    """The two headers of a call that is signed as it should be."""
    headers = onlive("GET", PATH).request.headers
    return {name: headers[name] for name in ("x-onlive-site-date", "Authorization")}


@pytest.fixture
def get(http: httpx.Client) -> Callable[[dict[str, str]], httpx.Response]:
    """Read the sample with these headers."""
    return lambda headers: http.get(f"/onlive/api{PATH}", headers=headers)


# The date


def test_rule_1_without_the_date_header_a_call_is_unauthorized(get: Call, signed: dict[str, str]) -> None:
    assert outcome(get({"Authorization": signed["Authorization"]})) == UNAUTHORIZED


@pytest.mark.parametrize(("skew", "status"), [(901, 401), (900, 200), (0, 200), (-900, 200), (-901, 401)])
def test_rule_1_a_date_may_be_off_by_900_seconds(
    sandbox: Sandbox, onlive: Call, skew: int, status: int
) -> None:
    sandbox.switch("onlive", date_clock="sandbox")
    now = int(sandbox.freeze())
    assert onlive("GET", PATH, at=now + skew).status_code == status


@pytest.mark.parametrize("date", ["", "2025-05-26T14:30:22Z", "20250526T143022", "20250231T143022Z", "now"])
def test_rule_1_a_date_of_another_form_is_unauthorized(
    sandbox: Sandbox, get: Call, signed: dict[str, str], date: str
) -> None:
    sandbox.switch("onlive", any_signature=True)
    assert get(signed | {"x-onlive-site-date": date}).status_code == 401


def test_rule_1_moving_the_clock_of_the_sandbox_locks_nobody_out(sandbox: Sandbox, onlive: Call) -> None:
    sandbox.advance(86400)
    assert onlive("GET", PATH).status_code == 200


# The signature


@pytest.mark.parametrize(
    "change",
    [
        ("ONLIVESITE Credential:", "ONLIVESITE Credential="),
        ("ONLIVESITE ", "AWS4-HMAC-SHA256 "),
        (", Signature=", ",Signature="),
        (", Signature=", " Signature="),
        (", Signature=", ", Signature:"),
        ("Credential:SANDBOXKEY", "Credential:NOBODY"),
        ("Credential:SANDBOXKEY", "Credential:SANDBOXOTHER"),
        ("Signature=", "Signature=0"),
    ],
)
def test_rule_2_any_other_authorization_is_unauthorized(
    get: Call, signed: dict[str, str], change: tuple[str, str]
) -> None:
    assert outcome(get(signed | {"Authorization": signed["Authorization"].replace(*change)})) == UNAUTHORIZED


@pytest.mark.parametrize("authorization", ["", "Bearer sandbox-secret", "ONLIVESITE Credential:SANDBOXKEY"])
def test_rule_2_without_a_signature_a_call_is_unauthorized(
    get: Call, signed: dict[str, str], authorization: str
) -> None:
    assert outcome(get(signed | {"Authorization": authorization})) == UNAUTHORIZED


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "signature"),
    [
        (
            "PUT",
            f"/api/v1/appointments/{SAMPLE}",
            "",
            b'{"title":"Updated Product Demo"}',
            "5afaed2e658887afff80d1b4a3778771943437bf21b71b8bc5ab784b8d613dd7",
        ),
        (
            "GET",
            "/api/v2/appointments",
            "page=1&limit=20",
            b"",
            "e501c21a661eeea5c0c20f6f83d4864f5c69768fc6ef36fb5ace612ae3520449",
        ),
    ],
)
def test_rule_3_the_assumed_scheme_gives_the_known_signatures(
    method: str, path: str, query: str, body: bytes, signature: str
) -> None:
    date = "20250526T143022Z"
    signed = sign("sim-secret-key", method=method, path=path, query=query, date=date, body=body)
    assert signed == signature


def test_rule_3_a_query_is_signed_sorted_and_as_it_was_encoded(onlive: Call) -> None:
    query = {"search": "a b/ü", "page": "1", "limit": "20"}
    assert onlive("GET", "/v2/appointments", params=query).status_code == 200


def test_rule_3_a_path_is_signed_as_it_was_encoded(onlive: Call) -> None:
    answer = onlive("GET", "/v1/appointments/a%2Fb")
    assert answer.status_code != 401


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", f"/v1/appointments/{UNKNOWN}", b"{}"),
        ("PUT", f"/v1/appointments/{SAMPLE}?page=1", b"{}"),
        ("PUT", f"/v1/appointments/{SAMPLE}", b"{ }"),
        ("POST", f"/v1/appointments/{SAMPLE}", b"{}"),
    ],
)
def test_rule_3_a_signature_holds_for_one_method_path_query_and_body(
    http: httpx.Client, onlive: Call, method: str, path: str, body: bytes
) -> None:
    headers = onlive("PUT", PATH, content=b"{}").request.headers
    mine = {name: headers[name] for name in ("x-onlive-site-date", "Authorization")}
    answer = http.request(method, f"/onlive/api{path}", content=body, headers=mine)
    assert answer.status_code == (404 if method == "POST" else 401)


def test_rule_3_with_the_switch_any_signature_will_do(
    sandbox: Sandbox, get: Call, signed: dict[str, str]
) -> None:
    sandbox.switch("onlive", any_signature=True)
    assert get(signed | {"Authorization": "ONLIVESITE Credential:SANDBOXKEY, Signature=x"}).status_code == 200
    assert get(signed | {"Authorization": "ONLIVESITE Credential:SANDBOXKEY, Signature="}).status_code == 401


# Ids and permissions

CALLS = [
    ("GET", "", "v1"),
    ("PUT", "", "v1"),
    ("DELETE", "", "v1"),
    ("PUT", "/mask-guests", "v1"),
    ("GET", "", "v2"),
    ("PUT", "", "v2"),
    ("DELETE", "", "v2"),
    ("POST", "/cancel", "v2"),
]


@pytest.mark.parametrize(("method", "path", "version"), CALLS)
@pytest.mark.parametrize("wrong_id", ["1", "1610c525f19a40d08cd103daba3d2d98", f"{{{SAMPLE}}}", "sample"])
def test_rule_4_an_id_that_is_no_uuid_is_refused(
    onlive: Call, method: str, path: str, version: str, wrong_id: str
) -> None:
    assert outcome(onlive(method, f"/{version}/appointments/{wrong_id}{path}")) == (
        400,
        {
            "statusCode": 400,
            "message": "Invalid appointment ID format",
            "errors": [{"field": "appointmentId", "message": "Must be a valid UUID"}],
        },
    )


@pytest.mark.parametrize(("method", "path", "version"), CALLS)
def test_rule_5_an_unknown_id_is_not_found(onlive: Call, method: str, path: str, version: str) -> None:
    answer = onlive(method, f"/{version}/appointments/{UNKNOWN}{path}")
    assert outcome(answer) == (404, {"statusCode": 404, "message": "Appointment not found"})


FORBIDDEN = {
    "GET": "Insufficient permissions to access the appointment",
    "DELETE": "Insufficient permissions to delete this appointment",
}


@pytest.mark.parametrize(("method", "path", "version"), CALLS)
def test_rule_6_an_appointment_of_another_organisation_is_forbidden(
    sandbox: Sandbox, onlive: Call, method: str, path: str, version: str
) -> None:
    before = sandbox.bookings("onlive")
    message = FORBIDDEN.get(method, "Insufficient permissions to update this appointment")
    answer = onlive(method, f"/{version}/appointments/{FOREIGN}{path}", json={"title": "x"})
    assert outcome(answer) == (403, {"statusCode": 403, "message": message})
    assert sandbox.bookings("onlive") == before


def test_rule_6_to_its_own_organisation_it_is_open(onlive: Call) -> None:
    answer = onlive("PUT", f"/v1/appointments/{FOREIGN}", key="SANDBOXOTHER", json={"title": "x"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "version"), [call for call in CALLS if call[0] != "GET"] + [("POST", "", "v1")]
)
def test_rule_6_a_key_that_may_only_read_is_forbidden_to_write(
    sandbox: Sandbox, onlive: Call, method: str, path: str, version: str
) -> None:
    before = sandbox.bookings("onlive")
    where = "" if (method, path) == ("POST", "") else f"/{SAMPLE}{path}"
    answer = onlive(method, f"/{version}/appointments{where}", key="SANDBOXREADONLY", json={})
    assert answer.status_code == 403
    assert sandbox.bookings("onlive") == before


def test_rule_6_a_key_that_may_only_read_can_read(onlive: Call) -> None:
    assert onlive("GET", PATH, key="SANDBOXREADONLY").status_code == 200
    assert onlive("GET", "/v2/appointments", key="SANDBOXREADONLY").json()["total"] > 0


# The order of checks: each call is wrong from one point of the list on

OLD = "d0000000-0000-4000-8000-000000000001"
SERVICE = "40000000-0000-4000-8000-000000000001"
STAGES: list[tuple[dict[str, Any], int]] = [
    ({"key": "unsigned", "id": "x"}, 401),
    ({"id": "x"}, 400),
    ({"id": UNKNOWN, "key": "SANDBOXREADONLY", "body": {"start": 1}}, 404),
    ({"id": FOREIGN, "body": {"start": 1}}, 403),
    ({"id": SAMPLE, "body": {"lang": 1, "guests": [{"email": "x"}]}}, 400),
    ({"id": OLD, "body": {"guests": [{"email": "x"}]}}, 400),
    ({"id": SAMPLE, "body": {"guests": [{"email": "x"}]}, "move": True}, 422),
    ({"id": SAMPLE, "body": {}, "move": True}, 409),
]


@pytest.mark.parametrize(("wrong", "status"), STAGES)
def test_rule_17_checks_come_in_the_order_key_id_existence_permission_values_rules_conflict(
    sandbox: Sandbox, http: httpx.Client, onlive: Call, wrong: dict[str, Any], status: int
) -> None:
    taken = sandbox.booking("onlive", SERVICE)
    times = {"start": taken["start"], "end": taken["end"]} if "move" in wrong else {}
    path, key = f"/v1/appointments/{wrong['id']}", wrong.get("key", "SANDBOXKEY")
    if key == "unsigned":
        answer = http.put(f"/onlive/api{path}")
    else:
        answer = onlive("PUT", path, key=key, json=wrong["body"] | times if "body" in wrong else None)
    assert answer.status_code == status


def test_rule_17_the_rate_is_checked_after_the_key_and_before_the_id(
    sandbox: Sandbox, http: httpx.Client, onlive: Call
) -> None:
    sandbox.limits("onlive", ["1/minute"])
    assert http.get("/onlive/api/v1/appointments/x").status_code == 401
    assert onlive("GET", "/v1/appointments/x").status_code == 400
    assert onlive("GET", "/v1/appointments/x").status_code == 429


# Rates


def test_rule_22_reads_and_writes_have_rates_of_their_own(sandbox: Sandbox) -> None:
    limits = sandbox.control("GET", "/state")["vendors"]["onlive"]["limits"]
    assert limits == {"read": ["1000/minute"], "write": ["100/minute"]}


def test_rule_22_the_101st_write_in_a_minute_is_too_many_and_reads_go_on(
    sandbox: Sandbox, onlive: Call
) -> None:
    sandbox.freeze()
    answers = [onlive("PUT", PATH, json={}) for _ in range(101)]
    assert {answer.status_code for answer in answers[:100]} == {200}
    assert outcome(answers[100]) == (429, {"statusCode": 429, "message": "Too Many Requests"})
    assert "Retry-After" not in answers[100].headers
    assert onlive("GET", PATH).status_code == 200


def test_rule_22_a_read_too_many_is_refused_and_writes_go_on(sandbox: Sandbox, onlive: Call) -> None:
    sandbox.limits("onlive", {"read": ["2/minute"], "write": ["100/minute"]})
    assert [onlive("GET", PATH).status_code for _ in range(3)] == [200, 200, 429]
    assert onlive("PUT", PATH, json={}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("PUT", PATH, 200), ("DELETE", PATH, 200), ("POST", f"/v2/appointments/{SAMPLE}/cancel", 200)],
)
def test_rule_22_all_that_is_no_get_counts_as_a_write(
    sandbox: Sandbox, onlive: Call, method: str, path: str, status: int
) -> None:
    sandbox.limits("onlive", {"read": ["1000/minute"], "write": ["1/minute"]})
    assert onlive(method, path, json={}).status_code == status
    assert onlive("PUT", PATH, json={}).status_code == 429


def test_rule_22_a_list_is_for_reads_and_for_writes(sandbox: Sandbox, onlive: Call) -> None:
    sandbox.limits("onlive", ["1/minute"])
    for method in ("GET", "PUT"):
        assert [onlive(method, PATH).status_code for _ in range(2)] == [200, 429]


def test_rule_22_another_key_has_rates_of_its_own(sandbox: Sandbox, onlive: Call) -> None:
    sandbox.limits("onlive", ["1/minute"])
    onlive("GET", PATH)
    assert onlive("GET", PATH, key="SANDBOXREADONLY").status_code == 200


def test_rule_22_the_rate_is_shared_by_all_resources(sandbox: Sandbox, onlive: Call) -> None:
    sandbox.limits("onlive", ["1/minute"])
    onlive("GET", PATH)
    assert onlive("GET", "/v2/calendars").status_code == 429


def test_rule_22_the_window_slides(sandbox: Sandbox, onlive: Call) -> None:
    sandbox.limits("onlive", ["1/minute"])
    sandbox.freeze()
    onlive("GET", PATH)
    sandbox.advance(59)
    assert onlive("GET", PATH).status_code == 429
    sandbox.advance(1)
    assert onlive("GET", PATH).status_code == 200


def test_rule_22_with_the_switch_a_429_says_how_long(sandbox: Sandbox, onlive: Call) -> None:
    sandbox.limits("onlive", ["1/minute"])
    sandbox.switch("onlive", retry_after=3)
    onlive("GET", PATH)
    assert onlive("GET", PATH).headers["Retry-After"] == "3"


# The log


@pytest.mark.parametrize(
    ("authorization", "label"),
    [
        ("ONLIVESITE Credential:SANDBOXKEY, Signature=wrong", "key:SANDBOXKEY"),
        ("ONLIVESITE Credential:NOBODY, Signature=wrong", "unknown"),
        ("Bearer x", "unknown"),
        ("", "none"),
    ],
)
def test_the_log_names_the_key(sandbox: Sandbox, get: Call, authorization: str, label: str) -> None:
    get({"Authorization": authorization})
    assert sandbox.requests("onlive")[-1]["credential"] == label


def test_no_secret_and_no_signature_is_in_the_log(sandbox: Sandbox, onlive: Call) -> None:
    sent = onlive("PUT", PATH, json={"title": "x", "cancellationToken": "abc123"}).request
    log = str(sandbox.requests("onlive"))
    assert "title" in log
    signature = sent.headers["Authorization"].rpartition("=")[2]
    assert not [secret for secret in ("sandbox-secret", signature, "abc123") if secret in log]


@pytest.mark.parametrize(
    "path", ["/v3/appointments", "/v1/events", f"/v2/appointments/{SAMPLE}/votes", "/v1/availabilities"]
)
def test_a_path_that_is_not_simulated_is_not_found(onlive: Call, path: str) -> None:
    assert outcome(onlive("GET", path)) == (404, {"statusCode": 404, "message": "Not Found"})
