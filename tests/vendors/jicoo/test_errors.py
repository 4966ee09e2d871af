"""docs/vendors/jicoo.md, "Errors": what each status becomes, for a write and for a read."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    AccessDenied,
    BookingError,
    BookingNotFound,
    CredentialRejected,
    NotApplied,
    OutcomeUnknown,
    Reason,
    Refused,
    Throttled,
    VendorUnavailable,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from airflow_provider_booking.vendors.jicoo.errors import MEANINGS
from airflow_provider_booking.vendors.patience import Patience
from tests.vendors.jicoo.conftest import Settings
from tests.wire import writes

SAMPLE = "sandboxVb7RE"
PAGE = Path(__file__).resolve().parents[3] / "docs" / "vendors" / "jicoo.md"

# status: class, reason, and a word of what a person should do
STATUSES: dict[int, tuple[type[BookingError], Reason, str]] = {
    400: (Refused, Reason.INVALID_INPUT, "changes"),
    401: (CredentialRejected, Reason.CREDENTIAL_EXPIRED, "connection's password"),
    402: (Refused, Reason.VENDOR_ERROR, "Jicoo's own dashboard"),
    403: (AccessDenied, Reason.FORBIDDEN, "somebody with rights"),
    404: (BookingNotFound, Reason.GONE, "check the uid"),
    422: (Refused, Reason.VENDOR_ERROR, "check the times"),
    429: (Throttled, Reason.THROTTLED, "rate_limit"),
}
SERVER_ERRORS = (500, 502, 503, 504)


@pytest.fixture
async def once(jicoo_settings: Settings) -> AsyncIterator[JicooClient]:
    """Give a client that sends nothing a second time."""
    async with JicooClient(jicoo_settings(), patience=Patience(attempts=1)) as client:
        yield client


def test_the_page_and_the_client_know_the_same_statuses() -> None:
    _, _, errors = PAGE.read_text().partition("\n## Errors\n")
    rows = re.findall(r"^\| ([0-9, ]+) \| - \|", errors.partition("\n## ")[0], flags=re.MULTILINE)
    statuses = {int(status) for row in rows for status in row.split(",")}
    assert statuses == MEANINGS.keys() | set(SERVER_ERRORS)


def test_every_status_is_tried_here() -> None:
    assert STATUSES.keys() == MEANINGS.keys()


@pytest.mark.parametrize("status", STATUSES)
async def test_a_status_has_its_class_reason_and_hint(
    sandbox: Sandbox, once: JicooClient, status: int
) -> None:
    sandbox.fault("jicoo", {"status": status}, method="PATCH")
    error, reason, hint = STATUSES[status]
    with pytest.raises(NotApplied) as raised:
        await once.update(SAMPLE, {"name": "x"})
    assert type(raised.value) is error
    assert (raised.value.reason, raised.value.status) == (reason, status)
    assert hint in raised.value.hint


@pytest.mark.parametrize("status", STATUSES)
async def test_only_the_throttle_is_worth_a_retry_of_a_write(
    sandbox: Sandbox, jicoo: JicooClient, status: int
) -> None:
    sandbox.fault("jicoo", {"status": status}, method="PATCH")
    if status == 429:
        await jicoo.update(SAMPLE, {"name": "x"})
    else:
        with pytest.raises(NotApplied):
            await jicoo.update(SAMPLE, {"name": "x"})
    assert len(writes(sandbox, "jicoo")) == (2 if status == 429 else 1)


@pytest.mark.parametrize("status", SERVER_ERRORS)
async def test_a_server_error_leaves_a_write_unknown(
    sandbox: Sandbox, jicoo: JicooClient, status: int
) -> None:
    sandbox.fault("jicoo", {"status": status}, method="PATCH")
    with pytest.raises(OutcomeUnknown, match=f"HTTP {status}"):
        await jicoo.update(SAMPLE, {"name": "x"})
    assert len(writes(sandbox, "jicoo")) == 1


@pytest.mark.parametrize("status", SERVER_ERRORS)
async def test_a_server_error_of_a_read_is_tried_again(
    sandbox: Sandbox, jicoo: JicooClient, status: int
) -> None:
    sandbox.fault("jicoo", {"status": status}, method="GET")
    assert (await jicoo.get_booking(SAMPLE)).title == "Consultation"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, OutcomeUnknown),
        (401, CredentialRejected),
        (403, AccessDenied),
        (404, OutcomeUnknown),
        (408, OutcomeUnknown),
        (422, OutcomeUnknown),
        (429, Throttled),
        (500, OutcomeUnknown),
        (200, OutcomeUnknown),
    ],
)
async def test_a_page_instead_of_json_is_certain_only_where_any_gateway_would_be(
    sandbox: Sandbox, once: JicooClient, status: int, error: type[BookingError]
) -> None:
    sandbox.fault("jicoo", {"html": status}, method="PATCH")
    with pytest.raises(error):
        await once.update(SAMPLE, {"name": "x"})


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"errors": {}},
        {"errors": []},
        {"errors": "no"},
        {"errors": {"message": {"deep": ["er"]}}},
        {"message": "no"},
        {"detail": None},
    ],
    ids=str,
)
async def test_any_json_object_will_do_as_an_error_body(
    sandbox: Sandbox, once: JicooClient, body: Any
) -> None:
    sandbox.fault("jicoo", {"status": 422, "body": body}, method="PATCH")
    with pytest.raises(Refused):
        await once.update(SAMPLE, {"name": "x"})


@pytest.mark.parametrize("body", ["no", [], 5, True], ids=str)
async def test_json_that_is_no_object_proves_nothing(sandbox: Sandbox, once: JicooClient, body: Any) -> None:
    sandbox.fault("jicoo", {"status": 422, "body": body}, method="PATCH")
    with pytest.raises(OutcomeUnknown):
        await once.update(SAMPLE, {"name": "x"})


@pytest.mark.parametrize("status", [405, 409, 418, 451])
async def test_another_status_with_json_is_a_refusal(
    sandbox: Sandbox, once: JicooClient, status: int
) -> None:
    sandbox.fault("jicoo", {"status": status}, method="PATCH")
    with pytest.raises(Refused):
        await once.update(SAMPLE, {"name": "x"})


@pytest.mark.parametrize("action", [{"drop": "before"}, {"drop": "after"}, {"cut_json": True}], ids=str)
async def test_a_broken_answer_leaves_a_write_unknown_and_unrepeated(
    sandbox: Sandbox, jicoo: JicooClient, action: dict[str, Any]
) -> None:
    sandbox.fault("jicoo", action, method="PATCH")
    with pytest.raises(OutcomeUnknown):
        await jicoo.update(SAMPLE, {"name": "x"})
    assert len(writes(sandbox, "jicoo")) == 1


@pytest.mark.parametrize("action", [{"drop": "before"}, {"cut_json": True}, {"html": 502}], ids=str)
async def test_a_read_that_fails_again_and_again_ends_as_not_available(
    sandbox: Sandbox, jicoo: JicooClient, action: dict[str, Any]
) -> None:
    sandbox.fault("jicoo", action, method="GET", times=None)
    with pytest.raises(VendorUnavailable):
        await jicoo.get_booking(SAMPLE)


async def test_an_error_carries_the_request_id_where_the_vendor_sends_one(
    sandbox: Sandbox, once: JicooClient
) -> None:
    sandbox.fault("jicoo", {"status": 422, "headers": {"X-Request-Id": "req-7"}}, method="PATCH")
    with pytest.raises(Refused, match=r"^\[req-7\] jicoo update_booking: "):
        await once.update(SAMPLE, {"name": "x"})


async def test_an_error_does_not_repeat_the_vendors_message(sandbox: Sandbox, once: JicooClient) -> None:
    sandbox.fault("jicoo", {"status": 422, "message": "jane@example.com"}, method="PATCH")
    with pytest.raises(Refused) as raised:
        await once.update(SAMPLE, {"name": "x"})
    assert "jane" not in str(raised.value)
