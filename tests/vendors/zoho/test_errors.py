"""docs/vendors/zoho.md, "Errors": what each code becomes, for a write, a read and the token call."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

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
from airflow_provider_booking.vendors.patience import Patience
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from airflow_provider_booking.vendors.zoho.errors import (
    MEANINGS,
    TOKEN_MEANINGS,
    ZohoDialect,
    ZohoTokenDialect,
)
from tests.vendors.zoho.conftest import Settings
from tests.wire import reads, token_fetches, writes

SAMPLE = "1596693672887000001"
PAGE = Path(__file__).resolve().parents[3] / "docs" / "vendors" / "zoho.md"
CHANGE: dict[str, Any] = {
    "title": "Second interview",
    "dateandtime": {"start": "20271102T090000", "end": "20271102T100000", "timezone": "Asia/Kolkata"},
    "resources": [{"resource_id": "1605702686149000001", "type": 0}],
}
ON_BOOKINGS = "*/bookings/*"
AT_TOKENS = "/oauth/*"


class Expected(NamedTuple):
    """How a code that comes with `status` is reported, and a word of what a person should do."""

    status: int
    error: type[BookingError]
    reason: Reason
    hint: str


CODES = {
    "RESOURCE_NOT_AVAILABLE_FOR_BOOKING": Expected(400, SlotTaken, Reason.SLOT_CONFLICT, "time or room"),
    "BOOKING_RANGE_CANNOT_EXCEED_CONFIGURED_MONTHS": Expected(400, Refused, Reason.OUT_OF_RANGE, "earlier"),
    "RB_OPERATION_NOT_PERMITTED": Expected(403, AccessDenied, Reason.FORBIDDEN, "plan"),
    "OPERATION_NOT_PERMITTED": Expected(403, AccessDenied, Reason.FORBIDDEN, "organizer"),
    "BOOKING_NOT_FOUND": Expected(404, BookingNotFound, Reason.GONE, "host"),
    "INVALID_DATA": Expected(400, Refused, Reason.INVALID_INPUT, "changes"),
    "EXTRA_PARAM_FOUND": Expected(400, Refused, Reason.INVALID_INPUT, "send_as"),
    "LESS_THAN_MIN_OCCURANCE": Expected(400, Refused, Reason.INVALID_INPUT, "send_as"),
    "METHOD_NOT_ALLOWED": Expected(405, Refused, Reason.VENDOR_ERROR, "host"),
    "INVALID_OAUTHTOKEN": Expected(401, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "data centre"),
    "INVALID_OAUTHSCOPE": Expected(401, AccessDenied, Reason.FORBIDDEN, "ZohoCalendar.bookings.ALL"),
    "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED": Expected(429, Throttled, Reason.THROTTLED, "rate_limit"),
}
TOKEN_CODES = {
    "invalid_code": Expected(200, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "make a new one"),
    "invalid_client": Expected(200, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "accounts_url"),
    "invalid_client_secret": Expected(200, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "password"),
}


@pytest.fixture
async def once(zoho_settings: Settings) -> AsyncIterator[ZohoClient]:
    """Give a client that sends nothing a second time."""
    async with ZohoClient(zoho_settings(), patience=Patience(attempts=1)) as client:
        yield client


def codes_of_the_page() -> set[str]:
    _, _, errors = PAGE.read_text().partition("\n## Errors\n")
    table = errors.partition("\n## ")[0]
    return set(re.findall(r"^\| \d+ \| `([A-Z_]+)` \|", table, flags=re.MULTILINE))


def token_codes_of_the_page() -> set[str]:
    _, _, errors = PAGE.read_text().partition("\n## Errors\n")
    return set(re.findall(r"`(invalid_[a-z_]+)`", errors.partition("\n## ")[0]))


def test_the_page_and_the_client_know_the_same_codes() -> None:
    assert codes_of_the_page() == MEANINGS.keys()
    assert token_codes_of_the_page() == TOKEN_MEANINGS.keys()


def test_every_code_is_tried_here() -> None:
    assert CODES.keys() == MEANINGS.keys()
    assert TOKEN_CODES.keys() == TOKEN_MEANINGS.keys()


@pytest.mark.parametrize(("code", "expected"), CODES.items(), ids=CODES)
async def test_a_code_has_its_class_reason_and_hint(
    sandbox: Sandbox, once: ZohoClient, code: str, expected: Expected
) -> None:
    sandbox.fault("zoho", {"status": expected.status, "code": code}, path=ON_BOOKINGS, times=None)
    with pytest.raises(BookingError) as raised:
        await once.update_booking_data(SAMPLE, CHANGE)
    error = raised.value
    assert type(error) is expected.error
    assert (error.reason, error.code, error.status) == (expected.reason, code, expected.status)
    assert expected.hint in error.hint


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(("code", "expected"), CODES.items(), ids=CODES)
async def test_the_code_decides_under_http_200_and_400_too(
    sandbox: Sandbox, once: ZohoClient, code: str, expected: Expected, status: int
) -> None:
    sandbox.fault("zoho", {"status": status, "code": code}, path=ON_BOOKINGS, times=None)
    with pytest.raises(expected.error):
        await once.update_booking_data(SAMPLE, CHANGE)


@pytest.mark.parametrize("code", CODES)
async def test_only_the_lock_is_worth_a_retry(sandbox: Sandbox, once: ZohoClient, code: str) -> None:
    sandbox.fault("zoho", {"status": CODES[code].status, "code": code}, path=ON_BOOKINGS, times=None)
    with pytest.raises(BookingError) as raised:
        await once.update_booking_data(SAMPLE, CHANGE)
    assert raised.value.retryable == (code == "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED")


@pytest.mark.parametrize("code", CODES)
async def test_a_code_with_a_server_error_leaves_a_write_unknown(
    sandbox: Sandbox, once: ZohoClient, code: str
) -> None:
    sandbox.fault("zoho", {"status": 500, "code": code}, path=ON_BOOKINGS, times=None)
    with pytest.raises(OutcomeUnknown):
        await once.update_booking_data(SAMPLE, CHANGE)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (200, OutcomeUnknown),
        (400, Refused),
        (401, CredentialRejected),
        (403, AccessDenied),
        (404, BookingNotFound),
        (405, Refused),
        (409, SlotTaken),
        (418, Refused),
        (429, Throttled),
        (500, OutcomeUnknown),
    ],
)
@pytest.mark.parametrize("body", [{"errorcode": "NEW_ONE"}, {"status": "failure"}], ids=str)
async def test_a_failure_whose_code_is_not_listed_goes_by_the_status(
    sandbox: Sandbox, once: ZohoClient, status: int, error: type[BookingError], body: dict[str, str]
) -> None:
    sandbox.fault("zoho", {"status": status, "body": body}, path=ON_BOOKINGS, times=None)
    with pytest.raises(BookingError) as raised:
        await once.update_booking_data(SAMPLE, CHANGE)
    assert type(raised.value) is error
    assert raised.value.code == body.get("errorcode")


@pytest.mark.parametrize("status", [401, 403, 429])
async def test_a_gateways_page_is_certain_where_the_work_was_not_begun(
    sandbox: Sandbox, once: ZohoClient, status: int
) -> None:
    sandbox.fault("zoho", {"html": status}, path=ON_BOOKINGS, times=None)
    with pytest.raises(NotApplied):
        await once.update_booking_data(SAMPLE, CHANGE)


@pytest.mark.parametrize("action", [{"html": 404}, {"html": 502}, {"status": 404, "body": {"detail": "no"}}])
async def test_a_no_that_is_not_zohos_leaves_a_write_unknown(
    sandbox: Sandbox, once: ZohoClient, action: dict[str, Any]
) -> None:
    sandbox.fault("zoho", action, path=ON_BOOKINGS, times=None)
    with pytest.raises(OutcomeUnknown, match="not the vendor's own"):
        await once.update_booking_data(SAMPLE, CHANGE)


async def test_a_read_that_the_vendor_could_not_do_is_worth_a_retry(
    sandbox: Sandbox, once: ZohoClient
) -> None:
    sandbox.fault("zoho", {"status": 500}, method="GET")
    with pytest.raises(VendorUnavailable):
        await once.get_booking_info(SAMPLE)


@pytest.mark.parametrize(("code", "expected"), TOKEN_CODES.items(), ids=TOKEN_CODES)
@pytest.mark.parametrize("status", [200, 400, 401])
async def test_a_code_of_the_token_call_is_a_matter_of_the_credential(
    sandbox: Sandbox, once: ZohoClient, code: str, expected: Expected, status: int
) -> None:
    sandbox.fault("zoho", {"status": status, "body": {"error": code}}, path=AT_TOKENS, times=None)
    with pytest.raises(BookingError) as raised:
        await once.update_booking_data(SAMPLE, CHANGE)
    error = raised.value
    assert type(error) is expected.error
    assert (error.reason, error.code, error.operation) == (expected.reason, code, "fetch_token")
    assert expected.hint in error.hint
    assert writes(sandbox, "zoho") == []


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("words", ["Access Denied", "Zugriff verweigert", None])
async def test_too_many_tokens_is_known_without_reading_its_words(
    sandbox: Sandbox, once: ZohoClient, status: int, words: str | None
) -> None:
    body = {"error": words, "error_description": "Zu viele Anfragen", "status": "failure"}
    sandbox.fault("zoho", {"status": status, "body": body}, path=AT_TOKENS, times=None)
    with pytest.raises(Throttled, match="hands out no more access tokens") as raised:
        await once.get_booking_info(SAMPLE)
    assert raised.value.retry_after == 600
    assert reads(sandbox, "zoho") == []


@pytest.mark.parametrize(
    "body", [{"error": "new_one"}, {"error": "general error"}, {"error": ["x"]}, {}], ids=str
)
async def test_no_token_for_another_reason_is_a_matter_of_the_connection(
    sandbox: Sandbox, once: ZohoClient, body: dict[str, Any]
) -> None:
    sandbox.fault("zoho", {"status": 200, "body": body}, path=AT_TOKENS, times=None)
    with pytest.raises(CredentialRejected, match="check login, password, refresh_token and accounts_url"):
        await once.get_booking_info(SAMPLE)


@pytest.mark.parametrize(
    "body",
    [
        [],
        "ok",
        {"access_token": 5, "expires_in": 3600},
        {"access_token": "1000.x"},
        {"access_token": "1000.x", "expires_in": "soon"},
    ],
    ids=str,
)
async def test_an_answer_that_holds_no_usable_token_is_none(
    sandbox: Sandbox, once: ZohoClient, body: Any
) -> None:
    sandbox.fault("zoho", {"status": 200, "body": body}, path=AT_TOKENS, times=None)
    with pytest.raises(VendorUnavailable, match="the answer holds no token"):
        await once.get_booking_info(SAMPLE)
    assert len(token_fetches(sandbox, "zoho")) == 1


@pytest.mark.parametrize(
    "foreign",
    [{"html": 404}, {"html": 401}, {"html": 403}, {"html": 200}, {"html": 502}, {"status": 200, "body": []}],
    ids=str,
)
async def test_a_token_answer_that_is_not_zohos_is_a_matter_of_accounts_url(
    sandbox: Sandbox, once: ZohoClient, foreign: dict[str, Any]
) -> None:
    sandbox.fault("zoho", foreign, path=AT_TOKENS, times=None)
    with pytest.raises(NotApplied, match="check accounts_url on the connection") as raised:
        await once.get_booking_info(SAMPLE)
    assert "the connection's host" not in str(raised.value)


class TestText:
    @pytest.mark.parametrize(
        ("message", "shown"),
        [
            ("dateandtime.start", "a value is not taken: dateandtime.start ("),
            ("attendees.permission", "a value is not taken: attendees.permission ("),
            ("Layoffs", "a value is not taken ("),
            ("title Layoffs", "a value is not taken ("),
            ("cal5@example.com", "a value is not taken ("),
            ("", "a value is not taken ("),
        ],
    )
    async def test_shows_of_a_message_the_name_of_a_field_and_nothing_else(
        self, sandbox: Sandbox, once: ZohoClient, message: str, shown: str
    ) -> None:
        answer = {"error_message": message, "errorcode": "INVALID_DATA", "status": "failure"}
        sandbox.fault("zoho", {"status": 400, "body": answer}, path=ON_BOOKINGS)
        with pytest.raises(Refused) as raised:
            await once.update_booking_data(SAMPLE, CHANGE)
        assert shown in str(raised.value)

    def test_shows_of_codes_with_a_space_the_token_services_own(self) -> None:
        codes = ("Access Denied", "Jane Doe")
        failures = [ZohoTokenDialect().failure(400, {"error": code, "status": "failure"}) for code in codes]
        assert [failure and failure.code for failure in failures] == ["Access Denied", None]

    @pytest.mark.parametrize("code", ["Jane Doe's pay", "Jane Doe", "cal5@example.com", 5, ["x"], ""])
    def test_shows_no_code_that_is_none(self, code: Any) -> None:
        failure = ZohoDialect().failure(400, {"errorcode": code})
        assert failure is not None
        assert failure.code is None

    async def test_names_status_code_and_what_to_do(self, sandbox: Sandbox, once: ZohoClient) -> None:
        sandbox.fault("zoho", {"status": 403, "code": "RB_OPERATION_NOT_PERMITTED"}, path=ON_BOOKINGS)
        with pytest.raises(
            AccessDenied,
            match=r"\(HTTP 403, code RB_OPERATION_NOT_PERMITTED\): check the organisation's plan",
        ):
            await once.update_booking_data(SAMPLE, CHANGE)

    @pytest.mark.parametrize("secret", ["wrong-one", "1000.SANDBOX", "1000.sandbox.refresh"])
    async def test_shows_no_credential(self, zoho_settings: Settings, secret: str) -> None:
        async with ZohoClient(zoho_settings(password="wrong-one")) as client:
            with pytest.raises(CredentialRejected) as raised:
                await client.get_booking_info(SAMPLE)
        assert secret not in str(raised.value)
        assert secret not in repr(raised.value.__cause__)
