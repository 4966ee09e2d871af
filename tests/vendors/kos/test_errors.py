"""docs/vendors/kos.md, "Errors": what each refusal becomes, for a write and for a read."""

import itertools
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
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
    SlotTaken,
    Throttled,
    VendorUnavailable,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.kos.auth import token_refused
from airflow_provider_booking.vendors.kos.client import KosClient
from airflow_provider_booking.vendors.kos.errors import MEANINGS
from airflow_provider_booking.vendors.patience import Patience
from tests.vendors.kos.conftest import Settings
from tests.wire import token_fetches, writes

SAMPLE = "66a000000000000000000001"
ZONE = "65e000000000000000000001"
GROUP = "65f000000000000000000001"
WHOLE = {
    "reservationGroupId": GROUP,
    "zoneId": ZONE,
    "startDateTime": "2027-03-10T01:00:00Z",
    "endDateTime": "2027-03-10T01:30:00Z",
    "consultationRequired": False,
    "sedationRequired": False,
}
UPDATE = "*/commands/update-reservation"
EXCHANGE = "/open/authorization/*"
PAGE = Path(__file__).resolve().parents[3] / "docs" / "vendors" / "kos.md"
INVALID = Reason.INVALID_INPUT

# field and reason: class, reason, and a word of what a person should do
REFUSALS: dict[tuple[str, str], tuple[type[BookingError], Reason, str]] = {
    ("scheduleId", "NotFound"): (BookingNotFound, Reason.GONE, "check the id"),
    ("scheduleId", "NotAvailable"): (Refused, INVALID, "check the id"),
    ("startDateTime", "NotAvailable"): (SlotTaken, Reason.SLOT_CONFLICT, "another time"),
    ("status", "NotAvailable"): (Refused, Reason.VENDOR_ERROR, "look at the reservation"),
    ("occupiedResources", "NotAvailable"): (Refused, INVALID, "use api_version v2"),
    ("occupiedResources[].startDateTimeUtc", "NotAvailable"): (Refused, INVALID, "check the time, and put"),
    ("occupiedResources[].zoneId", "NotFound"): (Refused, INVALID, "both ids"),
    ("zoneId", "NotFound"): (Refused, INVALID, "zoneId"),
    ("reservationGroupId", "NotFound"): (Refused, INVALID, "reservationGroupId"),
    ("*", "Required"): (Refused, INVALID, "give the field"),
    ("*", "InvalidTimeRange"): (Refused, INVALID, "both times"),
    ("*", "NotFound"): (Refused, INVALID, "check the id"),
    ("*", "NotAvailable"): (Refused, Reason.VENDOR_ERROR, "check the value"),
}
STATUSES: dict[int, tuple[type[BookingError], Reason, str]] = {
    400: (Refused, INVALID, "values"),
    401: (CredentialRejected, Reason.CREDENTIAL_EXPIRED, "auth_header"),
    403: (AccessDenied, Reason.FORBIDDEN, "permission"),
    404: (Refused, Reason.VENDOR_ERROR, "connection's host"),
    405: (Refused, Reason.VENDOR_ERROR, "connection's host"),
    409: (SlotTaken, Reason.SLOT_CONFLICT, "another time"),
    418: (Refused, Reason.VENDOR_ERROR, "look up the status"),
    429: (Throttled, Reason.THROTTLED, "rate_limit"),
}
SERVER_ERRORS = (500, 502, 503, 504)


@pytest.fixture
async def once(kos_settings: Settings) -> AsyncIterator[KosClient]:
    """Give a client that sends nothing a second time."""
    async with KosClient(kos_settings(), patience=Patience(attempts=1)) as client:
        yield client


def envelope(*complaints: tuple[str, str], status: int = 400, name: str = "SomeException") -> dict[str, Any]:
    return {
        "status": status,
        "message": name,
        "className": name,
        "errorProperties": [{"key": key, "reason": reason} for key, reason in complaints],
    }


def on_the_wire(field: str) -> str:
    """Give a field that a row of the table is about."""
    return "somethingNew" if field == "*" else field.replace("[]", "[1]")


async def refusal(sandbox: Sandbox, client: KosClient, body: Any, status: int = 400) -> BookingError:
    """Give what an update becomes that is answered so."""
    sandbox.fault("kos", {"status": status, "body": body}, path=UPDATE, times=2)
    with pytest.raises(BookingError) as raised:
        await client.update_reservation_v1(SAMPLE, WHOLE)
    return raised.value


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell) or ["*"]


def test_the_page_and_the_client_know_the_same_refusals() -> None:
    _, _, errors = PAGE.read_text().partition("\n## Errors\n")
    rows = re.findall(r"^\| 400 \|([^|]+)\|([^|]+)\|", errors.partition("\n## ")[0], flags=re.MULTILINE)
    on_the_page = {pair for keys, reasons in rows for pair in itertools.product(words(keys), words(reasons))}
    assert on_the_page == MEANINGS.keys()


def test_every_refusal_is_tried_here() -> None:
    assert REFUSALS.keys() == MEANINGS.keys()


@pytest.mark.parametrize("row", REFUSALS, ids="/".join)
async def test_a_refusal_has_its_class_reason_and_hint(
    sandbox: Sandbox, once: KosClient, row: tuple[str, str]
) -> None:
    field, reason = row
    error = await refusal(sandbox, once, envelope((on_the_wire(field), reason)))
    assert (type(error), error.reason) == REFUSALS[row][:2]
    assert REFUSALS[row][2] in error.hint
    assert isinstance(error, NotApplied)


@pytest.mark.parametrize("row", REFUSALS, ids="/".join)
async def test_a_refusal_names_the_field_as_the_vendor_does(
    sandbox: Sandbox, once: KosClient, row: tuple[str, str]
) -> None:
    field, reason = row
    error = await refusal(sandbox, once, envelope((on_the_wire(field), reason)))
    assert f"{on_the_wire(field)} {reason}" in str(error)


@pytest.mark.parametrize("row", REFUSALS, ids="/".join)
async def test_no_refusal_is_worth_a_retry(sandbox: Sandbox, kos: KosClient, row: tuple[str, str]) -> None:
    field, reason = row
    await refusal(sandbox, kos, envelope((on_the_wire(field), reason)))
    assert len(writes(sandbox, "kos")) == 1


async def test_of_several_complaints_the_one_that_is_listed_decides_and_all_are_named(
    sandbox: Sandbox, once: KosClient
) -> None:
    error = await refusal(sandbox, once, envelope(("somethingNew", "Required"), ("scheduleId", "NotFound")))
    assert type(error) is BookingNotFound
    assert "somethingNew Required, scheduleId NotFound" in str(error)


async def test_an_answer_that_is_nested_too_deeply_to_be_read_refuses_no_token() -> None:
    content = b'{"className": ' + b"[" * 100_000
    assert not await token_refused(httpx.Response(400, content=content))


async def test_a_start_that_is_refused_as_a_bad_value_is_no_conflict(
    sandbox: Sandbox, once: KosClient
) -> None:
    complaint = ("startDateTime", "NotAvailable")
    error = await refusal(sandbox, once, envelope(complaint, name="InvalidCommandException"))
    assert (type(error), error.reason, error.hint) == (Refused, INVALID, "check the time")


async def test_a_reason_that_is_not_listed_is_told_by_the_status(sandbox: Sandbox, once: KosClient) -> None:
    error = await refusal(sandbox, once, envelope(("scheduleId", "Odd")))
    assert (type(error), error.reason) == (Refused, INVALID)


@pytest.mark.parametrize("status", STATUSES)
async def test_a_refusal_without_a_field_is_told_by_its_status(
    sandbox: Sandbox, once: KosClient, status: int
) -> None:
    error = await refusal(sandbox, once, envelope(status=status), status)
    assert (type(error), error.reason) == STATUSES[status][:2]
    assert STATUSES[status][2] in error.hint
    assert error.status == status


@pytest.mark.parametrize("status", [400, 401, 403, 429])
async def test_the_status_in_the_envelope_counts_where_http_says_success(
    sandbox: Sandbox, once: KosClient, status: int
) -> None:
    error = await refusal(sandbox, once, envelope(status=status), 200)
    assert (type(error), error.reason) == STATUSES[status][:2]


@pytest.mark.parametrize("status", [500, 200, 0])
async def test_an_envelope_that_tells_of_no_refusal_leaves_a_write_unknown(
    sandbox: Sandbox, once: KosClient, status: int
) -> None:
    assert isinstance(await refusal(sandbox, once, envelope(status=status), 200), OutcomeUnknown)


@pytest.mark.parametrize(
    "body",
    [
        {"className": "X"},
        {"className": "X", "errorProperties": None},
        {"className": "X", "errorProperties": [None, "x", {"key": 1, "reason": None}]},
        {"className": "X", "status": "bad"},
    ],
    ids=str,
)
async def test_an_envelope_of_an_odd_shape_is_still_a_refusal(
    sandbox: Sandbox, once: KosClient, body: Any
) -> None:
    assert type(await refusal(sandbox, once, body)) is Refused


@pytest.mark.parametrize(
    "body",
    [envelope(name="The visitor Kim is allergic"), envelope(("startDateTime", "Kim, call 010-0000-0000"))],
    ids=["class", "reason"],
)
async def test_words_that_are_no_names_are_not_quoted(
    sandbox: Sandbox, once: KosClient, body: dict[str, Any]
) -> None:
    text = str(await refusal(sandbox, once, body))
    assert "Kim" not in text
    assert "***" in text


@pytest.mark.parametrize("body", [{}, {"detail": "Not Found"}, [], "no", {"className": 5}], ids=str)
async def test_what_is_no_envelope_is_not_the_vendors_word(
    sandbox: Sandbox, once: KosClient, body: Any
) -> None:
    assert isinstance(await refusal(sandbox, once, body), OutcomeUnknown)


@pytest.mark.parametrize("status", SERVER_ERRORS)
async def test_a_server_error_leaves_a_write_unknown(sandbox: Sandbox, kos: KosClient, status: int) -> None:
    sandbox.fault("kos", {"status": status}, path=UPDATE)
    with pytest.raises(OutcomeUnknown, match=f"HTTP {status}"):
        await kos.update_reservation_v1(SAMPLE, WHOLE)
    assert len(writes(sandbox, "kos")) == 1


@pytest.mark.parametrize("status", SERVER_ERRORS)
async def test_a_server_error_of_a_query_is_tried_again(
    sandbox: Sandbox, kos: KosClient, status: int
) -> None:
    sandbox.fault("kos", {"status": status}, path="*/queries/*")
    assert (await kos.get_booking(SAMPLE)).start


@pytest.mark.parametrize("action", [{"drop": "before"}, {"drop": "after"}, {"cut_json": True}], ids=str)
async def test_a_broken_answer_leaves_a_write_unknown_and_unrepeated(
    sandbox: Sandbox, kos: KosClient, action: dict[str, Any]
) -> None:
    sandbox.fault("kos", action, path=UPDATE)
    with pytest.raises(OutcomeUnknown):
        await kos.update_reservation_v1(SAMPLE, WHOLE)
    assert len(writes(sandbox, "kos")) == 1


@pytest.mark.parametrize("action", [{"drop": "before"}, {"cut_json": True}, {"html": 502}], ids=str)
async def test_a_query_that_fails_again_and_again_ends_as_not_available(
    sandbox: Sandbox, kos: KosClient, action: dict[str, Any]
) -> None:
    sandbox.fault("kos", action, path="*/queries/*", times=None)
    with pytest.raises(VendorUnavailable):
        await kos.get_booking(SAMPLE)


async def test_a_throttle_is_waited_out(sandbox: Sandbox, kos: KosClient) -> None:
    sandbox.fault("kos", {"throttle": {"retry_after": "30"}}, path=UPDATE)
    await kos.update_reservation_v1(SAMPLE, WHOLE)
    assert len(writes(sandbox, "kos")) == 2


async def test_an_error_carries_the_request_id_where_the_vendor_sends_one(
    sandbox: Sandbox, once: KosClient
) -> None:
    sandbox.fault("kos", {"status": 400, "headers": {"X-Request-Id": "req-7"}}, path=UPDATE)
    with pytest.raises(Refused, match=r"^\[req-7\] kos update_reservation_v1: "):
        await once.update_reservation_v1(SAMPLE, WHOLE)


async def test_an_error_shows_no_address_that_a_field_holds(sandbox: Sandbox, once: KosClient) -> None:
    error = await refusal(sandbox, once, envelope(("jane@example.com", "NotAvailable")))
    assert "jane@" not in str(error)


class TestExchange:
    async def test_of_a_key_that_is_not_known_names_the_password(self, kos_settings: Settings) -> None:
        async with KosClient(kos_settings(password="nobody")) as client:
            with pytest.raises(CredentialRejected, match="connection's password"):
                await client.get_booking(SAMPLE)

    @pytest.mark.parametrize("complaint", [("key", "NotFound"), ("key", "NotAvailable"), ("key", "Required")])
    async def test_that_complains_of_the_key_is_about_the_key(
        self, sandbox: Sandbox, once: KosClient, complaint: tuple[str, str]
    ) -> None:
        sandbox.fault("kos", {"status": 400, "body": envelope(complaint)}, path=EXCHANGE)
        with pytest.raises(CredentialRejected, match=" ".join(complaint)):
            await once.get_booking(SAMPLE)

    async def test_at_a_wrong_host_names_the_host(self, sandbox: Sandbox, once: KosClient) -> None:
        sandbox.fault("kos", {"status": 404}, path=EXCHANGE)
        with pytest.raises(Refused, match="check the connection's host"):
            await once.get_booking(SAMPLE)

    @pytest.mark.parametrize("action", [{"throttle": {}}, {"status": 500}, {"html": 502}, {"drop": "before"}])
    async def test_that_fails_in_passing_is_tried_again(
        self, sandbox: Sandbox, kos: KosClient, action: dict[str, Any]
    ) -> None:
        sandbox.fault("kos", action, path=EXCHANGE)
        assert (await kos.get_booking(SAMPLE)).start
        assert len(token_fetches(sandbox, "kos")) == 2

    @pytest.mark.parametrize("body", [{}, {"token": None}, {"token": ""}, {"token": 5}, [], "t"], ids=str)
    async def test_without_a_token_in_the_answer_gives_none(
        self, sandbox: Sandbox, once: KosClient, body: Any
    ) -> None:
        sandbox.fault("kos", {"status": 200, "body": body}, path=EXCHANGE, times=None)
        with pytest.raises(VendorUnavailable, match="holds no token"):
            await once.get_booking(SAMPLE)
