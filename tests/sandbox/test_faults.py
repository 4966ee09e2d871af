"""Faults on demand, the same for every vendor."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

PATH = "/sandboxVb7RE"
Call = Callable[..., httpx.Response]


@pytest.fixture
def rename(jicoo: Call) -> Callable[[], httpx.Response]:
    return lambda: jicoo("PATCH", PATH, json={"name": "renamed"})


def name(sandbox: Sandbox) -> str:
    return str(sandbox.booking("jicoo", "sandboxVb7RE")["name"])


@pytest.mark.parametrize(
    ("action", "is_applied"),
    [
        ({"status": 500}, False),
        ({"status": 500, "applied": True}, True),
        ({"html": 502}, False),
        ({"html": 502, "applied": True}, True),
        ({"throttle": {}}, False),
        ({"cut_json": True}, True),
        ({"delay_ms": 1}, True),
    ],
)
def test_a_fault_says_whether_the_write_is_done(
    sandbox: Sandbox, rename: Callable[[], httpx.Response], action: dict[str, Any], is_applied: bool
) -> None:
    sandbox.fault("jicoo", action)
    rename()
    assert (name(sandbox) == "renamed") is is_applied


@pytest.mark.parametrize(
    ("action", "is_applied"),
    [
        ({"drop": "before"}, False),
        ({"drop": "after"}, True),
        ({"timeout": 0.01}, False),
        ({"timeout": 0.01, "applied": True}, True),
    ],
)
def test_a_dropped_connection_gives_not_one_byte_and_the_fault_says_whether_the_write_is_done(
    sandbox: Sandbox, rename: Callable[[], httpx.Response], action: dict[str, Any], is_applied: bool
) -> None:
    sandbox.fault("jicoo", action)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        rename()
    assert (name(sandbox) == "renamed") is is_applied


def test_after_a_dropped_connection_the_next_one_works(
    sandbox: Sandbox, rename: Callable[[], httpx.Response]
) -> None:
    sandbox.fault("jicoo", {"drop": "before"})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        rename()
    assert rename().status_code == 200


def test_a_client_that_gives_up_first_meets_silence(sandbox: Sandbox, jicoo: Call) -> None:
    sandbox.fault("jicoo", {"timeout": 60, "applied": True})
    with pytest.raises(httpx.ReadTimeout):
        # Long enough for the request to arrive on a busy machine: one that is given up before does nothing.
        jicoo("PATCH", PATH, json={"name": "renamed"}, timeout=httpx.Timeout(30, read=2))
    assert name(sandbox) == "renamed"


def test_a_cut_answer_is_200_with_half_its_json(
    sandbox: Sandbox, rename: Callable[[], httpx.Response]
) -> None:
    whole = rename().content
    sandbox.fault("jicoo", {"cut_json": True})
    answer = rename()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert answer.content == whole[: len(whole) // 2]


def test_a_delay_is_at_least_as_long_as_asked(sandbox: Sandbox, rename: Callable[[], httpx.Response]) -> None:
    sandbox.fault("jicoo", {"delay_ms": 30})
    began = time.monotonic()
    assert rename().status_code == 200
    assert time.monotonic() - began >= 0.03


def test_a_body_and_headers_of_ones_own_are_sent_as_they_are(
    sandbox: Sandbox, rename: Callable[[], httpx.Response]
) -> None:
    sandbox.fault("jicoo", {"status": 402, "body": ["no"], "headers": {"X-Own": "yes"}})
    answer = rename()
    assert (answer.status_code, answer.json(), answer.headers["X-Own"]) == (402, ["no"], "yes")


def test_of_matching_requests_some_pass_then_some_are_spoilt_then_all_pass(
    sandbox: Sandbox, rename: Callable[[], httpx.Response]
) -> None:
    sandbox.fault("jicoo", {"status": 503}, skip=1, times=2)
    assert [rename().status_code for _ in range(4)] == [200, 503, 503, 200]


def test_without_an_end_a_fault_lasts_until_it_is_deleted(
    sandbox: Sandbox, rename: Callable[[], httpx.Response]
) -> None:
    sandbox.fault("jicoo", {"status": 503}, times=None)
    assert {rename().status_code for _ in range(5)} == {503}
    sandbox.clear_faults()
    assert rename().status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PATCH", "*", 503),
        ("GET", "*", 200),
        ("*", "/v1/bookings/*", 503),
        ("*", "*/sandboxVb7RE", 503),
        ("*", "/bookings/*", 200),
    ],
)
def test_a_fault_hits_only_what_it_names(
    sandbox: Sandbox, rename: Callable[[], httpx.Response], method: str, path: str, status: int
) -> None:
    sandbox.fault("jicoo", {"status": 503}, method=method, path=path)
    assert rename().status_code == status


def test_a_fault_of_one_vendor_spares_the_others(
    sandbox: Sandbox, rename: Callable[[], httpx.Response]
) -> None:
    sandbox.fault("feishu", {"status": 503}, times=None)
    assert rename().status_code == 200


def test_the_first_rule_that_bites_wins(sandbox: Sandbox, rename: Callable[[], httpx.Response]) -> None:
    sandbox.fault("jicoo", {"status": 500})
    sandbox.fault("jicoo", {"status": 503})
    assert [rename().status_code for _ in range(3)] == [500, 503, 200]


def test_the_log_shows_which_requests_were_spoilt_and_how(
    sandbox: Sandbox, rename: Callable[[], httpx.Response]
) -> None:
    sandbox.fault("jicoo", {"status": 503, "applied": True})
    rename()
    rename()
    spoilt, whole = sandbox.requests("jicoo")
    assert (spoilt["status"], spoilt["fault"]) == (503, {"status": 503, "applied": True})
    assert (whole["status"], whole["fault"]) == (200, None)


def test_the_log_shows_no_status_for_a_dropped_connection(
    sandbox: Sandbox, rename: Callable[[], httpx.Response]
) -> None:
    sandbox.fault("jicoo", {"drop": "after"})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        rename()
    assert sandbox.requests("jicoo")[0]["status"] is None
