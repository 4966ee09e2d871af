"""docs/vendors/feishu.md, "Errors": what each code becomes, for a write and for a read."""

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
    Throttled,
    VendorUnavailable,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.errors import MEANINGS
from airflow_provider_booking.vendors.patience import Patience
from tests.vendors.feishu.conftest import Settings
from tests.wire import writes

SAMPLE = "6911188411932033028"
PAGE = Path(__file__).resolve().parents[3] / "docs" / "vendors" / "feishu.md"
CHANGE = {"meeting_settings": {"topic": "Handover"}}


class Expected(NamedTuple):
    """How a code that comes with `status` is reported, and a word of what a person should do."""

    status: int
    error: type[BookingError]
    reason: Reason
    hint: str


CODES = {
    121001: Expected(500, OutcomeUnknown, Reason.VENDOR_ERROR, "read the booking"),
    121002: Expected(400, Refused, Reason.INVALID_INPUT, "drop the setting"),
    121003: Expected(400, Refused, Reason.OUT_OF_RANGE, "30 days"),
    121004: Expected(404, BookingNotFound, Reason.GONE, "Feishu or Lark"),
    121005: Expected(403, AccessDenied, Reason.FORBIDDEN, "applied for it"),
    123002: Expected(400, Refused, Reason.INVALID_INPUT, "auto_record"),
    123003: Expected(400, Refused, Reason.INVALID_INPUT, "assign_host_list"),
    123004: Expected(400, Refused, Reason.INVALID_INPUT, "user_id_type"),
    123006: Expected(400, Refused, Reason.INVALID_INPUT, "4 to 9 digits"),
    2200: Expected(400, OutcomeUnknown, Reason.VENDOR_ERROR, "read the booking"),
    99991661: Expected(400, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "user_access_token"),
    99991662: Expected(400, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "administrator"),
    99991663: Expected(400, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "enabled in the tenant"),
    99991664: Expected(400, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "login and password"),
    99991665: Expected(400, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "installed"),
    99991668: Expected(400, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "new user_access_token"),
    99991671: Expected(400, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "user_access_token"),
    99991672: Expected(400, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "grant vc:reserve"),
    99991673: Expected(400, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "administrator"),
    99991676: Expected(400, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "consent"),
    99991677: Expected(400, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "new user_access_token"),
    99991679: Expected(400, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "consent"),
    99991401: Expected(400, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "worker's address"),
    99991201: Expected(404, Refused, Reason.VENDOR_ERROR, "host"),
    99991301: Expected(405, Refused, Reason.VENDOR_ERROR, "host"),
    99992402: Expected(400, Refused, Reason.INVALID_INPUT, "type"),
    99992351: Expected(400, Refused, Reason.INVALID_INPUT, "user_id_type"),
    99992361: Expected(400, Refused, Reason.INVALID_INPUT, "union_id"),
    99991400: Expected(429, Throttled, Reason.THROTTLED, "rate_limit"),
    99991403: Expected(429, Throttled, Reason.THROTTLED, "plan"),
}
# These answer the token call.
TOKEN_CODES = {
    10003: Expected(200, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "login"),
    10014: Expected(200, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "login and password"),
    10015: Expected(200, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "password"),
    99991543: Expected(200, CredentialRejected, Reason.CREDENTIAL_EXPIRED, "login and password"),
}
RETRYABLE = {99991400}
CERTAIN = [code for code, expected in CODES.items() if issubclass(expected.error, NotApplied)]


@pytest.fixture
async def once(feishu_settings: Settings) -> AsyncIterator[FeishuClient]:
    """Give a client that sends nothing a second time."""
    async with FeishuClient(feishu_settings(), patience=Patience(attempts=1)) as client:
        yield client


def codes_of_the_page() -> set[int]:
    """Read the second column of the page's table of codes."""
    _, _, errors = PAGE.read_text().partition("\n## Errors\n")
    rows = re.findall(r"^\| [^|]+ \| ([0-9, ]+) \|", errors.partition("\n## ")[0], flags=re.MULTILINE)
    return {int(code) for row in rows for code in row.split(",")}


def test_the_page_and_the_client_know_the_same_codes() -> None:
    assert codes_of_the_page() == MEANINGS.keys()


def test_every_code_is_tried_here() -> None:
    assert CODES.keys() | TOKEN_CODES.keys() == MEANINGS.keys()


@pytest.mark.parametrize(("code", "expected"), CODES.items(), ids=map(str, CODES))
async def test_a_code_has_its_class_reason_and_hint(
    sandbox: Sandbox, once: FeishuClient, code: int, expected: Expected
) -> None:
    sandbox.fault("feishu", {"status": expected.status, "code": code}, method="PUT", times=None)
    with pytest.raises(BookingError) as raised:
        await once.update_reserve(SAMPLE, CHANGE)
    error = raised.value
    assert type(error) is expected.error
    assert (error.reason, error.code, error.status) == (expected.reason, code, expected.status)
    assert expected.hint in error.hint


@pytest.mark.parametrize(("code", "expected"), TOKEN_CODES.items(), ids=map(str, TOKEN_CODES))
async def test_a_code_of_the_token_call_is_a_matter_of_the_credential(
    sandbox: Sandbox, once: FeishuClient, code: int, expected: Expected
) -> None:
    sandbox.fault("feishu", {"status": expected.status, "code": code}, path="*/auth/*", times=None)
    with pytest.raises(BookingError) as raised:
        await once.update_reserve(SAMPLE, CHANGE)
    error = raised.value
    assert type(error) is expected.error
    assert (error.reason, error.code, error.operation) == (expected.reason, code, "fetch_tenant_token")
    assert expected.hint in error.hint
    assert writes(sandbox, "feishu") == []


@pytest.mark.parametrize("code", [*CODES, *TOKEN_CODES])
async def test_only_the_throttle_is_worth_a_retry_of_a_write(
    sandbox: Sandbox, once: FeishuClient, code: int
) -> None:
    path = "*/auth/*" if code in TOKEN_CODES else "*/reserves/*"
    status = (CODES | TOKEN_CODES)[code].status
    sandbox.fault("feishu", {"status": status, "code": code}, path=path, times=None)
    with pytest.raises(BookingError) as raised:
        await once.update_reserve(SAMPLE, CHANGE)
    assert raised.value.retryable == (code in RETRYABLE)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429])
@pytest.mark.parametrize("code", [121005, 99991672, 99991403])
async def test_the_code_decides_whatever_the_status(
    sandbox: Sandbox, once: FeishuClient, code: int, status: int
) -> None:
    sandbox.fault("feishu", {"status": status, "code": code}, method="PUT")
    with pytest.raises(CODES[code].error):
        await once.update_reserve(SAMPLE, CHANGE)


@pytest.mark.parametrize("code", CERTAIN)
async def test_a_code_with_a_server_error_leaves_a_write_unknown(
    sandbox: Sandbox, once: FeishuClient, code: int
) -> None:
    sandbox.fault("feishu", {"status": 500, "code": code}, method="PUT", times=None)
    with pytest.raises(OutcomeUnknown):
        await once.update_reserve(SAMPLE, CHANGE)


@pytest.mark.parametrize("action", [{"status": 400, "code": 2200}, {"status": 500, "code": 121001}])
async def test_a_read_that_the_vendor_could_not_do_is_worth_a_retry(
    sandbox: Sandbox, once: FeishuClient, action: dict[str, Any]
) -> None:
    sandbox.fault("feishu", action, method="GET")
    with pytest.raises(VendorUnavailable):
        await once.get_reserve(SAMPLE)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [(400, 4711, Refused), (404, 4711, Refused), (500, 4711, OutcomeUnknown), (200, 4711, OutcomeUnknown)],
)
async def test_a_code_that_is_not_listed_goes_by_the_status(
    sandbox: Sandbox, once: FeishuClient, status: int, code: int, error: type[BookingError]
) -> None:
    sandbox.fault("feishu", {"status": status, "code": code}, method="PUT")
    with pytest.raises(error) as raised:
        await once.update_reserve(SAMPLE, CHANGE)
    assert raised.value.code == code


@pytest.mark.parametrize(
    "body",
    [
        {"msg": "success", "data": {"reserve": {"id": SAMPLE}}},
        {"code": "0", "data": {"reserve": {"id": SAMPLE}}},
        {"code": False, "data": {"reserve": {"id": SAMPLE}}},
        {"code": 0},
        {"code": 0, "data": None},
        {"code": 0, "data": {"reserve": []}},
        {"code": 0, "data": {"reserve": {"id": 5}}},
        {"code": 0, "data": {"reserve": {}}},
        [],
        "ok",
        5,
    ],
)
async def test_a_yes_that_does_not_say_what_was_done_leaves_a_write_unknown(
    sandbox: Sandbox, once: FeishuClient, body: Any
) -> None:
    sandbox.fault("feishu", {"status": 200, "body": body}, method="PUT")
    with pytest.raises(OutcomeUnknown):
        await once.update_reserve(SAMPLE, CHANGE)


class TestText:
    async def test_starts_with_the_log_id_of_the_header(self, sandbox: Sandbox, once: FeishuClient) -> None:
        answer = {"status": 400, "code": 121003, "headers": {"X-Tt-Logid": "2026LOG"}}
        sandbox.fault("feishu", answer, method="PUT")
        with pytest.raises(Refused) as raised:
            await once.update_reserve(SAMPLE, CHANGE)
        assert str(raised.value).startswith("[2026LOG] feishu update_reserve: ")

    @pytest.mark.parametrize("member", ["log_id", "logid"])
    async def test_takes_the_log_id_of_the_body_where_there_is_no_header(
        self, sandbox: Sandbox, once: FeishuClient, member: str
    ) -> None:
        answer = {"status": 400, "body": {"code": 121003, "msg": "param error", "error": {member: "2026LOG"}}}
        sandbox.fault("feishu", answer, method="PUT")
        with pytest.raises(Refused) as raised:
            await once.update_reserve(SAMPLE, CHANGE)
        assert raised.value.request_id == "2026LOG"

    async def test_names_status_code_and_what_to_do(self, sandbox: Sandbox, once: FeishuClient) -> None:
        sandbox.fault("feishu", {"status": 400, "code": 123003}, method="PUT")
        with pytest.raises(Refused, match=r"more than 10 hosts \(HTTP 400, code 123003\): shorten"):
            await once.update_reserve(SAMPLE, CHANGE)

    async def test_does_not_repeat_the_vendors_message(self, sandbox: Sandbox, once: FeishuClient) -> None:
        sandbox.fault("feishu", {"status": 400, "code": 121003, "message": "jane@example.com"}, method="PUT")
        with pytest.raises(Refused) as raised:
            await once.update_reserve(SAMPLE, CHANGE)
        assert "jane" not in str(raised.value)

    @pytest.mark.parametrize("secret", ["wrong-one", "cli_sandbox"])
    async def test_shows_no_credential(self, feishu_settings: Settings, secret: str) -> None:
        async with FeishuClient(feishu_settings(password="wrong-one")) as client:
            with pytest.raises(CredentialRejected) as raised:
                await client.get_reserve(SAMPLE)
        assert secret not in str(raised.value)
