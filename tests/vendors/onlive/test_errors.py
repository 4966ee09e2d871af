"""docs/vendors/onlive.md, "Errors": what each status and field becomes, for a write and for a read."""

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
    SlotTaken,
    Throttled,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.onlive.client import OnliveClient
from airflow_provider_booking.vendors.onlive.errors import FROZEN, MEANINGS, UNAUTHORIZED, OnliveDialect
from airflow_provider_booking.vendors.onlive.translation import Assumptions
from airflow_provider_booking.vendors.patience import Patience
from tests.vendors.onlive.conftest import Settings
from tests.wire import writes

SAMPLE = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
PAGE = Path(__file__).resolve().parents[3] / "docs" / "vendors" / "onlive.md"

# status and field: class, reason, and a word of what a person should do
ROWS: dict[tuple[int, str], tuple[type[BookingError], Reason, str]] = {
    (400, ""): (Refused, Reason.INVALID_INPUT, "values in changes"),
    (400, "end"): (Refused, Reason.INVALID_INPUT, "both start and end"),
    (400, "appointmentId"): (Refused, Reason.INVALID_INPUT, "appointment's id"),
    (401, ""): (CredentialRejected, Reason.CREDENTIAL_EXPIRED, "not verified"),
    (403, ""): (AccessDenied, Reason.FORBIDDEN, "the appointment's organisation"),
    (404, ""): (BookingNotFound, Reason.GONE, "check the id"),
    (409, ""): (SlotTaken, Reason.SLOT_CONFLICT, "another time"),
    (409, "state"): (Refused, Reason.VENDOR_ERROR, "look at the appointment"),
    (422, ""): (Refused, Reason.INVALID_INPUT, "values in changes"),
    (422, "end"): (Refused, Reason.INVALID_INPUT, "duration of the service"),
    (422, "guests"): (Refused, Reason.INVALID_INPUT, "fewer guests"),
    (429, ""): (Throttled, Reason.THROTTLED, "rate_limit"),
}


def envelope(status: int, *fields: str, message: str = "No", said: Any = "must not be so") -> dict[str, Any]:
    """Make ONLIVE's error body; `said` is what it says of each field."""
    errors = [{"field": field, "message": said} for field in fields]
    return {"statusCode": status, "message": message} | ({"errors": errors} if errors else {})


def fault(sandbox: Sandbox, status: int, *fields: str, message: str = "No") -> None:
    """Let the next update be refused."""
    action = {"status": status, "body": envelope(status, *fields, message=message)}
    sandbox.fault("onlive", action, method="PUT")


@pytest.fixture
async def once(onlive_settings: Settings) -> AsyncIterator[OnliveClient]:
    """Give a client that sends nothing a second time."""
    async with OnliveClient(onlive_settings(), patience=Patience(attempts=1)) as client:
        yield client


def test_the_page_and_the_client_know_the_same_statuses() -> None:
    _, _, errors = PAGE.read_text().partition("\n## Errors\n")
    rows = re.findall(r"^\| (\d{3}) \|", errors.partition("\n## ")[0], flags=re.MULTILINE)
    assert {int(status) for status in rows} == {status for status, _ in MEANINGS}


def test_every_row_is_tried_here() -> None:
    assert ROWS.keys() == MEANINGS.keys()


@pytest.mark.parametrize(("status", "field"), ROWS)
async def test_a_row_has_its_class_reason_and_hint(
    sandbox: Sandbox, once: OnliveClient, status: int, field: str
) -> None:
    fault(sandbox, status, *filter(None, [field]))
    error, reason, hint = ROWS[status, field]
    with pytest.raises(NotApplied) as raised:
        await once.update_appointment(SAMPLE, {"title": "x"})
    assert type(raised.value) is error
    assert (raised.value.reason, raised.value.status) == (reason, status)
    assert hint in raised.value.hint


@pytest.mark.parametrize("status", [400, 409, 422])
async def test_a_field_that_is_in_no_row_has_the_meaning_of_its_status(
    sandbox: Sandbox, once: OnliveClient, status: int
) -> None:
    fault(sandbox, status, "lang")
    with pytest.raises(ROWS[status, ""][0], match="lang: must not be so") as raised:
        await once.update_appointment(SAMPLE, {"title": "x"})
    assert raised.value.reason == ROWS[status, ""][1]


async def test_a_field_of_v2_is_in_the_same_row(sandbox: Sandbox, once: OnliveClient) -> None:
    fault(sandbox, 422, "endAt")
    with pytest.raises(Refused, match="the length does not fit the service: endAt: must not be so"):
        await once.update_appointment(SAMPLE, {"title": "x"}, api_version="v2")


@pytest.mark.parametrize("status", sorted({status for status, _ in ROWS}))
async def test_only_the_throttle_is_worth_a_retry_of_a_write(
    sandbox: Sandbox, onlive: OnliveClient, status: int
) -> None:
    fault(sandbox, status)
    if status == 429:
        await onlive.update_appointment(SAMPLE, {"title": "x"})
    else:
        with pytest.raises(NotApplied):
            await onlive.update_appointment(SAMPLE, {"title": "x"})
    assert len(writes(sandbox, "onlive")) == (2 if status == 429 else 1)


class TestUnauthorized:
    async def test_names_key_clock_and_scheme(self, sandbox: Sandbox, once: OnliveClient) -> None:
        fault(sandbox, 401)
        with pytest.raises(CredentialRejected, match=r"login and password.*clock \(15 minutes.*signer"):
            await once.update_appointment(SAMPLE, {"title": "x"})

    @pytest.mark.parametrize(
        "action", [{"html": 401}, {"status": 401, "body": []}, {"status": 401, "body": "no"}], ids=str
    )
    async def test_says_the_same_where_it_is_not_in_the_vendors_own_words(
        self, sandbox: Sandbox, once: OnliveClient, action: dict[str, Any]
    ) -> None:
        sandbox.fault("onlive", action, method="PUT")
        with pytest.raises(CredentialRejected, match="scheme that extra signer names may be wrong"):
            await once.update_appointment(SAMPLE, {"title": "x"})

    async def test_says_nothing_in_the_vendors_words_wherever_one_looks(
        self, sandbox: Sandbox, once: OnliveClient
    ) -> None:
        fault(sandbox, 401, "jane", message="jane")
        with pytest.raises(CredentialRejected) as raised:
            await once.update_appointment(SAMPLE, {"title": "x"})
        error = raised.value
        assert error.args == (error.problem,) == (UNAUTHORIZED.problem,)
        assert error.__context__ is None
        assert "jane" not in f"{error!r} {error}"

    async def test_keeps_what_the_vendors_support_asks_for(
        self, sandbox: Sandbox, once: OnliveClient
    ) -> None:
        sandbox.fault("onlive", {"status": 401, "headers": {"X-Request-Id": "req-7"}}, method="PUT")
        with pytest.raises(CredentialRejected, match=r"^\[req-7\] onlive update_appointment: .*HTTP 401"):
            await once.update_appointment(SAMPLE, {"title": "x"})


class TestPast:
    @pytest.mark.parametrize("status", [400, 409, 422])
    async def test_is_known_by_its_words_whatever_the_status(
        self, sandbox: Sandbox, once: OnliveClient, status: int
    ) -> None:
        fault(sandbox, status, message="Cannot modify past appointments")
        with pytest.raises(Refused, match="has begun or is over") as raised:
            await once.update_appointment(SAMPLE, {"title": "x"})
        assert raised.value.reason == Reason.IN_THE_PAST

    @pytest.mark.parametrize("status", [401, 403, 404, 429])
    async def test_is_not_what_a_status_of_a_clear_meaning_says(
        self, sandbox: Sandbox, once: OnliveClient, status: int
    ) -> None:
        fault(sandbox, status, message="Cannot modify past appointments")
        with pytest.raises(ROWS[status, ""][0]):
            await once.update_appointment(SAMPLE, {"title": "x"})

    def test_could_be_told_in_other_words(self) -> None:
        dialect = OnliveDialect(Assumptions(frozen_says="too late"))
        failure = dialect.failure(400, envelope(400, "start", said="Too late"))
        assert failure
        assert failure.meaning == FROZEN

    def test_other_words_are_not_taken_for_it(self) -> None:
        failure = OnliveDialect().failure(400, envelope(400, "start", said="Too late"))
        assert failure
        assert failure.meaning == MEANINGS[400, ""]


class TestDetail:
    async def test_has_every_field_with_its_message(self, sandbox: Sandbox, once: OnliveClient) -> None:
        fault(sandbox, 400, "lang", "title")
        with pytest.raises(Refused, match="lang: must not be so; title: must not be so"):
            await once.update_appointment(SAMPLE, {"title": "x"})

    @pytest.mark.parametrize(
        "message",
        [
            "jane.doe@example.com is taken",
            "+34 600 111 222 is no number",
            'Guest "Jane" is there twice',
            "Guest 'Jane' is there twice",
            "2026-12-01 is not free",
            "is\ntaken",
            "x" * 121,
            "",
            None,
            5,
        ],
        ids=repr,
    )
    def test_names_the_field_alone_where_its_message_may_be_personal(self, message: Any) -> None:
        failure = OnliveDialect().failure(422, envelope(422, "guests", said=message))
        assert failure
        assert failure.detail == "guests"

    @pytest.mark.parametrize("message", ["x" * 120, "Número de invitados (máximo): no es válido!"])
    def test_shows_a_message_of_plain_words(self, message: str) -> None:
        failure = OnliveDialect().failure(422, envelope(422, "guests[1].email", said=message))
        assert failure
        assert failure.detail == f"guests[1].email: {message}"

    @pytest.mark.parametrize("name", ["jane@example.com", "extraFields.600111222", "+34", "x" * 61, "a b"])
    def test_does_not_show_a_field_whose_name_may_be_personal(self, name: str) -> None:
        failure = OnliveDialect().failure(422, envelope(422, name))
        assert failure
        assert failure.detail == "a field: must not be so"

    def test_is_short_however_many_fields_there_are(self) -> None:
        failure = OnliveDialect().failure(422, envelope(422, *["title"] * 1000))
        assert failure
        assert len(failure.detail) == 300

    async def test_leaves_out_the_message_of_the_envelope(self, sandbox: Sandbox, once: OnliveClient) -> None:
        fault(sandbox, 404, message="Cannot PUT /api/v1/appointments?search=jane")
        with pytest.raises(BookingNotFound) as raised:
            await once.update_appointment(SAMPLE, {"title": "x"})
        assert "jane" not in str(raised.value)

    @pytest.mark.parametrize("errors", [None, "no", {}, ["no"], [None], [{}], 5], ids=repr)
    async def test_of_another_shape_is_no_detail(
        self, sandbox: Sandbox, once: OnliveClient, errors: Any
    ) -> None:
        body = {"statusCode": 409, "message": "No", "errors": errors}
        sandbox.fault("onlive", {"status": 409, "body": body}, method="PUT")
        with pytest.raises(SlotTaken) as raised:
            await once.update_appointment(SAMPLE, {"title": "x"})
        assert raised.value.problem == MEANINGS[409, ""].problem


UNCERTAIN: list[dict[str, Any]] = [
    {"status": 500},
    {"html": 504, "applied": True},
    {"html": 400},
    {"html": 404},
    {"html": 408},
    {"html": 200},
    {"status": 422, "body": ["no"]},
    {"drop": "before"},
    {"drop": "after"},
    {"cut_json": True},
]


@pytest.mark.parametrize("action", UNCERTAIN, ids=str)
async def test_what_is_not_the_vendors_no_leaves_an_update_unknown_and_unrepeated(
    sandbox: Sandbox, onlive: OnliveClient, action: dict[str, Any]
) -> None:
    sandbox.fault("onlive", action, method="PUT")
    with pytest.raises(OutcomeUnknown):
        await onlive.update_appointment(SAMPLE, {"title": "x"})
    assert len(writes(sandbox, "onlive")) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_read_is_tried_again_after_a_server_error(
    sandbox: Sandbox, onlive: OnliveClient, status: int
) -> None:
    sandbox.fault("onlive", {"status": status}, method="GET")
    assert (await onlive.get_appointment(SAMPLE)).id == SAMPLE


NOT_ITS_FORM: list[Any] = [
    {},
    {"message": "Not Found"},
    {"statusCode": 404},
    {"statusCode": "404", "message": "No"},
    {"statusCode": True, "message": "No"},
    {"statusCode": 200, "message": "No"},
    {"statusCode": 404, "message": ["No"]},
    {"errors": [{"field": "title", "message": "No"}]},
    ["No"],
]


@pytest.mark.parametrize("status", [400, 404, 409, 422])
@pytest.mark.parametrize("body", NOT_ITS_FORM, ids=str)
async def test_json_that_is_not_in_the_vendors_form_leaves_a_write_unknown(
    sandbox: Sandbox, once: OnliveClient, status: int, body: Any
) -> None:
    sandbox.fault("onlive", {"status": status, "body": body}, method="PUT")
    with pytest.raises(OutcomeUnknown, match="not the vendor's own"):
        await once.update_appointment(SAMPLE, {"title": "x"})


@pytest.mark.parametrize("body", NOT_ITS_FORM, ids=str)
async def test_json_that_is_not_in_the_vendors_form_does_not_say_that_an_appointment_is_gone(
    sandbox: Sandbox, once: OnliveClient, body: Any
) -> None:
    sandbox.fault("onlive", {"status": 404, "body": body}, method="GET")
    with pytest.raises(Refused, match="not the vendor's own") as raised:
        await once.get_booking(SAMPLE)
    assert not isinstance(raised.value, BookingNotFound)


@pytest.mark.parametrize("status", [405, 418, 451])
async def test_another_status_in_the_vendors_form_is_a_refusal(
    sandbox: Sandbox, once: OnliveClient, status: int
) -> None:
    fault(sandbox, status)
    with pytest.raises(Refused):
        await once.update_appointment(SAMPLE, {"title": "x"})


async def test_an_error_carries_the_request_id_where_the_vendor_sends_one(
    sandbox: Sandbox, once: OnliveClient
) -> None:
    sandbox.fault("onlive", {"status": 409, "headers": {"X-Request-Id": "req-7"}}, method="PUT")
    with pytest.raises(SlotTaken, match=r"^\[req-7\] onlive update_appointment: "):
        await once.update_appointment(SAMPLE, {"title": "x"})
