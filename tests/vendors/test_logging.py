"""No secret, token, password or address is in any log, at any level; what others log stays as it is."""

import contextlib
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
import pytest

from airflow_provider_booking.bookings import BookingError, CredentialRejected, Refused
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.jicoo.client import JicooClient

RESERVE = "6911188411932033028"
BOOKING = "sandboxVb7RE"
# Of the reserve's meeting, before and after; long, as a log holds six digits of a shorter one by chance.
PASSWORDS = ("753108642", "864209753")
Make = Callable[..., FeishuClient]
LiveBusyDay = Callable[[], Awaitable["BusyDay"]]
MakeJicoo = Callable[..., JicooClient]

pytestmark = pytest.mark.usefixtures("new_process")


@dataclass
class BusyDay:
    """All that was logged while a client met a dead token, a throttle, a lost answer and a refusal."""

    records: list[logging.LogRecord]
    text: str
    tokens: list[str]


@pytest.fixture
def busy_day(
    sandbox: Sandbox, feishu: Make, caplog: pytest.LogCaptureFixture
) -> Callable[[], Awaitable[BusyDay]]:
    """Give the day to live through; what a fixture itself logs is not kept for the test."""

    async def live() -> BusyDay:
        caplog.set_level(logging.DEBUG)
        tokens: list[str] = []

        async def keep(token: str) -> None:
            tokens.append(token)

        sandbox.seed("feishu", bookings=[{**sandbox.booking("feishu", RESERVE), "password": PASSWORDS[0]}])
        async with feishu(on_token=keep) as client:
            before = await client.get_reserve(RESERVE)
            assert before.password == PASSWORDS[0]
            sandbox.expire_tokens("feishu")
            sandbox.fault("feishu", {"throttle": {}}, method="PUT")
            sandbox.fault("feishu", {"drop": "after"}, method="PUT")
            await client.update_booking(RESERVE, {"meeting_settings": {"password": PASSWORDS[1]}})
            sandbox.fault("feishu", {"status": 400, "code": 121003}, method="PUT")
            with contextlib.suppress(Refused):
                await client.update_booking(RESERVE, {"meeting_settings": {"topic": "With aoi@example.com"}})
        return BusyDay(list(caplog.records), caplog.text, tokens)

    return live


async def test_no_log_shows_a_token(busy_day: LiveBusyDay) -> None:
    day = await busy_day()
    assert (len(day.tokens), [token for token in day.tokens if token in day.text]) == (2, [])


@pytest.mark.parametrize("secret", ["sandbox-secret", *PASSWORDS, "aoi@example.com", "my meeting"])
async def test_no_log_shows_what_is_nobodys_business(busy_day: LiveBusyDay, secret: str) -> None:
    assert secret not in (await busy_day()).text


async def test_our_own_line_says_what_was_called_and_how_it_went(busy_day: LiveBusyDay) -> None:
    lines = [
        each.getMessage() for each in (await busy_day()).records if each.name.endswith("vendors.transport")
    ]
    assert re.fullmatch(r"feishu get_reserve: HTTP 200 in \d+ ms, request id \w+", lines[1])


async def test_a_call_that_is_tried_again_says_why_and_when(busy_day: LiveBusyDay) -> None:
    [line] = [each.getMessage() for each in (await busy_day()).records if each.levelno == logging.WARNING]
    assert re.fullmatch(
        r"\[\w+\] feishu update_reserve: too many requests .*; trying again in [\d.]+ s \(attempt 1\)", line
    )


async def test_the_http_library_says_nothing_about_our_requests(busy_day: LiveBusyDay) -> None:
    theirs = [each for each in (await busy_day()).records if each.name.startswith(("httpx", "httpcore"))]
    # Connections are closed after the last request; there is nothing in these lines but that.
    assert [each.getMessage() for each in theirs if not each.getMessage().startswith("close.")] == []


async def test_the_http_library_still_logs_what_others_send(
    sandbox: Sandbox, jicoo: MakeJicoo, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with jicoo() as client, httpx.AsyncClient(trust_env=False) as others:
        await client.get_booking(BOOKING)
        await others.get(f"{sandbox.url}/_control/health")
        await client.get_booking(BOOKING)
    lines = [record.getMessage() for record in caplog.records if record.name == "httpx"]
    assert lines == [f'HTTP Request: GET {sandbox.url}/_control/health "HTTP/1.1 200 OK"']


async def test_a_key_that_is_refused_is_not_in_the_error(
    jicoo: MakeJicoo, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with jicoo(password="sk_live_mistyped") as client:
        with pytest.raises(CredentialRejected) as refused:
            await client.get_booking(BOOKING)
    assert "sk_live_mistyped" not in f"{refused.value} {refused.value!r} {vars(refused.value)} {caplog.text}"


async def test_an_app_secret_that_is_refused_is_not_in_the_error(
    feishu: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with feishu(password="mistyped-secret") as client:
        with pytest.raises(CredentialRejected) as refused:
            await client.get_reserve(RESERVE)
    assert "mistyped-secret" not in f"{refused.value} {refused.value!r} {vars(refused.value)} {caplog.text}"


async def test_an_error_does_not_show_the_http_librarys_own_which_knows_the_request(
    sandbox: Sandbox, jicoo: MakeJicoo
) -> None:
    sandbox.fault("jicoo", {"drop": "before"})
    async with jicoo() as client:
        with pytest.raises(BookingError) as lost:
            await client.update(BOOKING, {"name": "New"})
    assert (lost.value.__cause__, lost.value.__context__) == (None, None)


async def test_a_client_does_not_show_its_secret(feishu: Make) -> None:
    async with feishu(user_access_token="u-sandbox") as client:
        shown = f"{client!r} {client.settings!r} {vars(client)!r}"
    assert [secret for secret in ("sandbox-secret", "u-sandbox") if secret in shown] == []
