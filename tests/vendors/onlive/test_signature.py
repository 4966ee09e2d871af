"""docs/vendors/onlive.md, "Signature": what is signed, how it is shown, and what another signer may do."""

import re
import traceback
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import SecretStr

from airflow_provider_booking.bookings import CredentialRejected, InvalidInput
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.onlive.auth import (
    SignatureAuth,
    SignedRequest,
    Signer,
    sign_assumed_1,
)
from airflow_provider_booking.vendors.onlive.client import OnliveClient
from tests.vendors.onlive.conftest import Settings

SAMPLE = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
SECRET = "sim-secret-key"
DATE = "20250526T143022Z"
SIGNERS = "tests.vendors.onlive.signers"


def shown(request: httpx.Request, signer: Signer = sign_assumed_1) -> httpx.Headers:
    """Sign a request and give the headers that would be sent."""
    return next(SignatureAuth("AK1", SecretStr(SECRET), signer).auth_flow(request)).headers


@pytest.mark.parametrize(
    ("request_", "signature"),
    [
        (
            SignedRequest(
                "PUT", f"/api/v1/appointments/{SAMPLE}", "", DATE, b'{"title":"Updated Product Demo"}'
            ),
            "5afaed2e658887afff80d1b4a3778771943437bf21b71b8bc5ab784b8d613dd7",
        ),
        (
            SignedRequest("GET", "/api/v2/appointments", "limit=20&page=1", DATE, b""),
            "e501c21a661eeea5c0c20f6f83d4864f5c69768fc6ef36fb5ace612ae3520449",
        ),
    ],
    ids=["first vector", "second vector"],
)
def test_the_assumed_scheme_gives_the_vectors_of_the_page(request_: SignedRequest, signature: str) -> None:
    assert sign_assumed_1(request_, SECRET) == signature


def test_the_date_is_now_in_utc_to_the_second() -> None:
    text = shown(httpx.Request("GET", "https://x.example/"))["x-onlive-site-date"]
    assert re.fullmatch(r"\d{8}T\d{6}Z", text)
    then = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - then).total_seconds()) < 60


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_the_content_type_is_shown_with_and_without_a_body(method: str) -> None:
    assert shown(httpx.Request(method, "https://x.example/"))["content-type"] == "application/json"


def test_what_is_signed_is_the_request_as_it_is_on_the_wire() -> None:
    given: list[SignedRequest] = []

    def sign(request: SignedRequest, secret: str) -> str:
        given.append(request)
        return secret

    request = httpx.Request("PUT", "https://x.example/on%20site/é?a=1%2B1&b=%C3%A9", json={"title": "é"})
    headers = shown(request, sign)
    assert given == [
        SignedRequest(
            method="PUT",
            path="/on%20site/%C3%A9",
            query="a=1%2B1&b=%C3%A9",
            date=headers["x-onlive-site-date"],
            body='{"title":"é"}'.encode(),
        )
    ]


def test_a_signed_request_shows_neither_query_nor_body_in_repr() -> None:
    text = repr(SignedRequest("PUT", "/", "search=jane", DATE, b"jane"))
    assert "jane" not in text


async def test_a_query_is_sent_sorted_by_name(onlive_settings: Settings, signed: list[SignedRequest]) -> None:
    async with OnliveClient(onlive_settings(signer=f"{SIGNERS}.watched")) as client:
        _ = [each async for each in client.list_appointments(search="a b", state="pending", page_size=5)]
    assert [request.query for request in signed] == ["limit=5&page=1&search=a+b&state=pending"]


@pytest.mark.parametrize("title", ["Déjà vu", "日程", 'a "quoted" title', "a/b?c=d&e"])
async def test_a_body_of_any_letters_is_signed_as_it_is_sent(onlive: OnliveClient, title: str) -> None:
    assert (await onlive.update_appointment(SAMPLE, {"title": title})).title == title


async def test_a_signer_of_ones_own_is_used(sandbox: Sandbox, onlive_settings: Settings) -> None:
    own = onlive_settings(signer=f"{SIGNERS}.own_scheme")
    async with OnliveClient(own) as client:
        with pytest.raises(CredentialRejected):
            await client.get_appointment(SAMPLE)
        sandbox.switch("onlive", any_signature=True)
        assert (await client.get_appointment(SAMPLE)).id == SAMPLE


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("telling", r"the connection's signer failed \(KeyError\)"),
        ("silent", "the connection's signer returned no text"),
        ("broken", "the connection's signer returned text that a header cannot carry"),
        ("wordy", "the connection's signer returned text that a header cannot carry"),
    ],
)
async def test_a_signer_that_fails_stops_the_call_before_anything_is_sent(
    sandbox: Sandbox, onlive_settings: Settings, name: str, said: str
) -> None:
    async with OnliveClient(onlive_settings(signer=f"{SIGNERS}.{name}")) as client:
        with pytest.raises(InvalidInput, match=said) as refused:
            await client.update_appointment(SAMPLE, {"title": "x"})
    assert sandbox.requests("onlive") == []
    assert "sandbox-secret" not in "".join(traceback.format_exception(refused.value))
    assert refused.value.__context__ is None
