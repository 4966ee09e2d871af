"""Certain or unknown: what every way of failing means for a write and for a read.

A write that may have been applied is sent once and reported as unknown; what is certain not to have been
applied is tried again where that makes sense. docs/vendors/feishu.md and docs/vendors/jicoo.md, "Errors".
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    AccessDenied,
    BookingError,
    BookingNotFound,
    CredentialRejected,
    InvalidInput,
    NotApplied,
    OutcomeUnknown,
    Reason,
    Refused,
    Throttled,
    VendorNotReached,
    VendorUnavailable,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from airflow_provider_booking.vendors.patience import Patience

RESERVE = "6911188411932033028"
BOOKING = "sandboxVb7RE"
ATTEMPTS = 3  # of the clients that the fixtures make
SILENT = {"timeout": 30}
TOPIC = {"meeting_settings": {"topic": "New"}}

pytestmark = pytest.mark.usefixtures("new_process")

Count = Callable[..., int]
MakeFeishu = Callable[..., FeishuClient]
MakeJicoo = Callable[..., JicooClient]
Fault = dict[str, Any]
Expected = tuple[type[BookingError], int]  # the error, and how often the call is sent

NO_CODE = {"status": 200, "body": {"data": {}}}
NO_DATA = {"status": 200, "body": {"code": 0}}

# fault; what a write becomes and how often it is sent; the same for a read
FEISHU: list[tuple[Fault, type[BookingError], int, type[BookingError], int]] = [
    # Anybody's no, before the work was begun.
    ({"html": 401}, CredentialRejected, 1, CredentialRejected, 1),
    ({"html": 403}, AccessDenied, 1, AccessDenied, 1),
    ({"html": 429}, Throttled, ATTEMPTS, Throttled, ATTEMPTS),
    ({"status": 429, "body": {}}, Throttled, ATTEMPTS, Throttled, ATTEMPTS),
    # The vendor's own no.
    ({"throttle": {}}, Throttled, ATTEMPTS, Throttled, ATTEMPTS),
    ({"throttle": {"status": 400}}, Throttled, ATTEMPTS, Throttled, ATTEMPTS),
    ({"status": 200, "code": 99991400}, Throttled, ATTEMPTS, Throttled, ATTEMPTS),
    ({"status": 429, "code": 99991403}, Throttled, 1, Throttled, 1),
    ({"status": 400, "code": 121003}, Refused, 1, Refused, 1),
    ({"status": 404, "code": 121004}, BookingNotFound, 1, BookingNotFound, 1),
    ({"status": 403, "code": 121005}, AccessDenied, 1, AccessDenied, 1),
    ({"status": 200, "code": 121003}, Refused, 1, Refused, 1),
    ({"status": 400, "code": 424242}, Refused, 1, Refused, 1),
    ({"status": 401, "code": 424242}, CredentialRejected, 1, CredentialRejected, 1),
    ({"status": 429, "code": 424242}, Throttled, ATTEMPTS, Throttled, ATTEMPTS),
    # Somebody's no, in words that are not the vendor's.
    ({"html": 302}, OutcomeUnknown, 1, Refused, 1),
    ({"html": 400}, OutcomeUnknown, 1, Refused, 1),
    ({"html": 404}, OutcomeUnknown, 1, Refused, 1),
    ({"html": 409}, OutcomeUnknown, 1, Refused, 1),
    ({"html": 422}, OutcomeUnknown, 1, Refused, 1),
    ({"status": 404, "body": {"detail": "Not Found"}}, OutcomeUnknown, 1, Refused, 1),
    # Somebody broke off in the middle.
    ({"html": 408}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    ({"status": 408, "code": 424242}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    ({"status": 500}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    ({"status": 500, "applied": True}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    ({"status": 500, "code": 121003}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    ({"html": 502}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    ({"html": 504, "applied": True}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    ({"status": 400, "code": 2200}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    # No answer.
    ({"drop": "before"}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    ({"drop": "after"}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    (SILENT, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    # A yes that proves nothing.
    ({"cut_json": True}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    ({"html": 200}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    ({"status": 200, "code": 424242}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    (NO_CODE, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    (NO_DATA, OutcomeUnknown, 1, VendorUnavailable, 1),
]

JICOO: list[tuple[Fault, type[BookingError], int, type[BookingError], int]] = [
    ({"status": 400}, Refused, 1, Refused, 1),
    ({"status": 401}, CredentialRejected, 1, CredentialRejected, 1),
    ({"status": 402}, Refused, 1, Refused, 1),
    ({"status": 403}, AccessDenied, 1, AccessDenied, 1),
    ({"status": 404}, BookingNotFound, 1, BookingNotFound, 1),
    ({"status": 418}, Refused, 1, Refused, 1),
    ({"status": 422}, Refused, 1, Refused, 1),
    ({"status": 429}, Throttled, ATTEMPTS, Throttled, ATTEMPTS),
    ({"html": 429}, Throttled, ATTEMPTS, Throttled, ATTEMPTS),
    ({"html": 404}, OutcomeUnknown, 1, Refused, 1),
    ({"status": 408}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    ({"status": 500}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    ({"html": 502}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    ({"drop": "after"}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    ({"cut_json": True}, OutcomeUnknown, 1, VendorUnavailable, ATTEMPTS),
    ({"status": 200, "body": {"errors": {}}}, OutcomeUnknown, 1, VendorUnavailable, 1),
    ({"status": 200, "body": []}, OutcomeUnknown, 1, VendorUnavailable, 1),
]


def patience(fault: Fault) -> dict[str, float]:
    """Give up soon where no answer will come; anywhere else an answer may take its time to come."""
    return {"timeout": 0.5} if fault == SILENT else {}


def named(row: tuple[Any, ...]) -> str:
    return " ".join(f"{name}={value}" for name, value in row[0].items())


class Raw:
    """A server that gives one answer to whatever is asked, and keeps what it heard as it came."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.heard: list[bytes] = []
        self.url = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard.append(await reader.readuntil(b"\r\n\r\n"))
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(self._body)
        writer.write(head + self._body)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def raw(body: bytes) -> AsyncIterator[Raw]:
    server = Raw(body)
    async with await asyncio.start_server(server.answer, "127.0.0.1", 0) as listening:
        server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield server


async def failure(call: Any) -> BookingError:
    with pytest.raises(BookingError) as failed:
        await call
    return failed.value


@pytest.mark.parametrize(
    ("fault", "expected"), [(row[0], row[1:3]) for row in FEISHU], ids=map(named, FEISHU)
)
async def test_a_failed_write_at_feishu_is_certain_or_unknown_and_only_a_certain_one_is_sent_again(
    sandbox: Sandbox, feishu: MakeFeishu, received: Count, fault: Fault, expected: Expected
) -> None:
    sandbox.fault("feishu", fault, method="PUT", times=None)
    async with feishu(**patience(fault)) as client:
        error = await failure(client.update_reserve(RESERVE, TOPIC))
    assert (type(error), received("PUT")) == expected


@pytest.mark.parametrize(("fault", "expected"), [(row[0], row[3:]) for row in FEISHU], ids=map(named, FEISHU))
async def test_a_failed_read_at_feishu_has_changed_nothing(
    sandbox: Sandbox, feishu: MakeFeishu, received: Count, fault: Fault, expected: Expected
) -> None:
    sandbox.fault("feishu", fault, method="GET", times=None)
    async with feishu(**patience(fault)) as client:
        error = await failure(client.get_reserve(RESERVE))
    assert (type(error), received("GET")) == expected


@pytest.mark.parametrize(("fault", "expected"), [(row[0], row[1:3]) for row in JICOO], ids=map(named, JICOO))
async def test_a_failed_write_at_jicoo_is_certain_or_unknown_and_only_a_certain_one_is_sent_again(
    sandbox: Sandbox, jicoo: MakeJicoo, received: Count, fault: Fault, expected: Expected
) -> None:
    sandbox.fault("jicoo", fault, method="PATCH", times=None)
    async with jicoo() as client:
        error = await failure(client.update(BOOKING, {"name": "New"}))
    assert (type(error), received("PATCH")) == expected


@pytest.mark.parametrize(("fault", "expected"), [(row[0], row[3:]) for row in JICOO], ids=map(named, JICOO))
async def test_a_failed_read_at_jicoo_has_changed_nothing(
    sandbox: Sandbox, jicoo: MakeJicoo, received: Count, fault: Fault, expected: Expected
) -> None:
    sandbox.fault("jicoo", fault, method="GET", times=None)
    async with jicoo() as client:
        error = await failure(client.get_booking(BOOKING))
    assert (type(error), received("GET")) == expected


@pytest.mark.parametrize(
    "fault",
    [{"html": 401}, {"html": 404}, {"status": 500}, {"drop": "after"}, SILENT, {"cut_json": True}],
    ids=str,
)
async def test_a_token_that_cannot_be_had_means_that_the_write_was_never_sent(
    sandbox: Sandbox, feishu: MakeFeishu, received: Count, fault: Fault
) -> None:
    sandbox.fault("feishu", fault, method="POST", times=None)
    async with feishu(**patience(fault)) as client:
        error = await failure(client.update_reserve(RESERVE, TOPIC))
    assert (isinstance(error, NotApplied), received("PUT")) == (True, 0)


async def test_a_vendor_that_cannot_be_reached_changed_nothing_and_is_called_again(
    jicoo: MakeJicoo, closed_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with jicoo(host=f"http://127.0.0.1:{closed_port}") as client:
        error = await failure(client.update(BOOKING, {"name": "New"}))
    again = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert (type(error), len(again)) == (VendorNotReached, ATTEMPTS - 1)


async def test_a_page_of_somebody_else_does_not_prove_a_connection(
    sandbox: Sandbox, feishu: MakeFeishu
) -> None:
    async with feishu(host=f"{sandbox.url}/_control") as client:
        error = await failure(client.check())
    assert error.hint == "check the connection's host"


async def test_json_too_deep_to_be_read_is_an_unreadable_answer(jicoo: MakeJicoo) -> None:
    body = b"[" * 100_000 + b"]" * 100_000
    async with raw(body) as server, jicoo(host=server.url) as client:
        assert isinstance(await failure(client.update(BOOKING, {"name": "New"})), OutcomeUnknown)


async def test_an_error_carries_what_the_vendors_support_asks_for(
    sandbox: Sandbox, feishu: MakeFeishu
) -> None:
    sandbox.fault("feishu", {"status": 400, "code": 121003, "headers": {"X-Tt-Logid": "log-1"}}, method="PUT")
    async with feishu() as client:
        error = await failure(client.update_reserve(RESERVE, TOPIC))
    assert str(error) == (
        "[log-1] feishu update_reserve: a value is out of range (HTTP 400, code 121003): "
        "check end_time: in the future, at most 30 days"
    )


async def test_an_unknown_outcome_says_what_the_vendor_said_and_to_read_first(
    sandbox: Sandbox, feishu: MakeFeishu
) -> None:
    sandbox.fault("feishu", {"status": 500, "headers": {"X-Tt-Logid": "log-1"}}, method="PUT")
    async with feishu() as client:
        error = await failure(client.update_reserve(RESERVE, TOPIC))
    assert str(error) == (
        "[log-1] feishu update_reserve: internal error (HTTP 500, code 121001): "
        "read the booking before sending it again"
    )


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"drop": "after"}, Reason.NO_ANSWER),
        ({"status": 500}, Reason.VENDOR_ERROR),
        ({"cut_json": True}, Reason.VENDOR_ERROR),
    ],
    ids=str,
)
async def test_no_answer_and_a_bad_answer_have_different_reasons(
    sandbox: Sandbox, feishu: MakeFeishu, fault: Fault, reason: Reason
) -> None:
    sandbox.fault("feishu", fault, method="PUT")
    async with feishu() as client:
        assert (await failure(client.update_reserve(RESERVE, TOPIC))).reason == reason


async def test_a_bad_body_of_the_vendor_never_reaches_the_text(sandbox: Sandbox, feishu: MakeFeishu) -> None:
    sandbox.fault(
        "feishu", {"status": 400, "code": 121003, "message": "aoi@example.com is busy"}, method="PUT"
    )
    async with feishu() as client:
        assert "aoi" not in str(await failure(client.update_reserve(RESERVE, TOPIC)))


@pytest.mark.parametrize("fault", [{"throttle": {}}, {"html": 429}], ids=str)
async def test_a_write_that_was_certainly_not_applied_goes_through_in_the_end(
    sandbox: Sandbox, feishu: MakeFeishu, fault: Fault
) -> None:
    sandbox.fault("feishu", fault, method="PUT", times=ATTEMPTS - 1)
    async with feishu() as client:
        await client.update_reserve(RESERVE, TOPIC)
    assert sandbox.booking("feishu", RESERVE)["meeting_settings"]["topic"] == "New"


async def test_a_read_goes_through_in_the_end(sandbox: Sandbox, feishu: MakeFeishu) -> None:
    sandbox.fault("feishu", {"drop": "before"}, method="GET", times=ATTEMPTS - 1)
    async with feishu() as client:
        assert (await client.get_reserve(RESERVE)).id == RESERVE


async def test_after_the_last_second_of_patience_nothing_is_sent_again(
    sandbox: Sandbox, feishu: MakeFeishu, received: Count
) -> None:
    sandbox.fault("feishu", {"status": 500}, method="GET", times=None)
    async with feishu(patience=Patience(seconds=0)) as client:
        await failure(client.get_reserve(RESERVE))
    assert received("GET") == 1


@pytest.mark.parametrize(
    ("uid", "part"),
    [
        ("a/b", b"a%2Fb"),
        ("../b", b"..%2Fb"),
        ("a?b=c", b"a%3Fb%3Dc"),
        ("a#b", b"a%23b"),
        ("a%2Fb", b"a%252Fb"),
        ("ü", b"%C3%BC"),
        ("{uid}", b"%7Buid%7D"),
    ],
)
async def test_an_id_stays_one_part_of_the_path_whatever_is_in_it(
    jicoo: MakeJicoo, uid: str, part: bytes
) -> None:
    async with raw(b"{}") as server, jicoo(host=server.url) as client:
        await failure(client.get_booking(uid))
    assert server.heard[0].startswith(b"GET /v1/bookings/" + part + b" HTTP/1.1\r\n")


async def test_a_path_prefix_of_the_host_is_kept(sandbox: Sandbox, jicoo: MakeJicoo, received: Count) -> None:
    async with jicoo(host=f"{sandbox.url}/jicoo/") as client:
        await client.get_booking(BOOKING)
    assert received("GET", f"/v1/bookings/{BOOKING}") == 1


async def test_bad_input_is_refused_before_anything_is_sent(feishu: MakeFeishu, received: Count) -> None:
    async with feishu() as client:
        with pytest.raises(InvalidInput):
            await client.update_reserve(RESERVE, {"end_time": "2026-12-01T10:00:00"})
    assert received() == 0
