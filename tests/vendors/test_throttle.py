"""The pace of a credential: its budgets, and the vendor's "wait". Here waits are real, and short."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

import pytest

from airflow_provider_booking.bookings import OutcomeUnknown, Throttled, VendorUnavailable
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings
from airflow_provider_booking.vendors.patience import Patience
from airflow_provider_booking.vendors.sessions import credential_of
from airflow_provider_booking.vendors.throttle import MemoryStore, Throttle
from tests.vendors.leaping import LeapingClock

RESERVE = "6911188411932033028"
TOPIC = {"meeting_settings": {"topic": "New"}}
Make = Callable[..., FeishuClient]
Settings = Callable[..., FeishuSettings]
Count = Callable[..., int]


def throttle_of(settings: FeishuSettings) -> Throttle:
    return credential_of(settings).throttle(settings)


async def is_held_back(throttle: Throttle, *, writes: bool = True) -> bool:
    try:
        await asyncio.wait_for(throttle.pass_through(writes=writes, longest_wait=60), 0.03)
    except (TimeoutError, Throttled):
        return True
    return False


async def test_at_twenty_a_second_the_twenty_first_write_comes_after_a_second(
    sandbox: Sandbox, feishu: Make
) -> None:
    async with feishu(rate_limit="20/second", max_concurrency=30) as client:
        await client.get_reserve(RESERVE)  # so that no write waits for a token
        begun = sandbox.now()
        await asyncio.gather(*(client.update_reserve(RESERVE, TOPIC) for _ in range(30)))
    came = [datetime.fromisoformat(each["at"]) for each in sandbox.requests() if each["method"] == "PUT"]
    # The log has whole milliseconds.
    assert (len(came), came[20].timestamp() - begun > 0.99) == (30, True)


def test_every_window_of_a_rate_holds(feishu_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = LeapingClock(monkeypatch)
    throttle = Throttle(feishu_settings(rate_limit=["3/second", "4/minute"]), MemoryStore())

    async def when_all_went() -> list[float]:
        gone = []
        for _ in range(5):
            await throttle.pass_through(writes=True, longest_wait=60)
            gone.append(clock.monotonic())
        return gone

    first, _, third, fourth, fifth = clock.run(when_all_went())
    assert (third - first < 1, 1 <= fourth - first < 2, 60 <= fifth - first < 62) == (True, True, True)


@pytest.mark.parametrize("writes", [True, False])
async def test_reads_and_writes_have_budgets_of_their_own(feishu_settings: Settings, writes: bool) -> None:
    throttle = Throttle(feishu_settings(rate_limit="1/hour", read_rate_limit="1/hour"), MemoryStore())
    await throttle.pass_through(writes=writes, longest_wait=60)
    assert [await is_held_back(throttle, writes=which) for which in (not writes, writes)] == [False, True]


async def test_a_write_of_the_client_takes_from_the_budget_of_writes(
    feishu: Make, feishu_settings: Settings
) -> None:
    rates = {"rate_limit": "1/hour", "read_rate_limit": "2/hour"}
    async with feishu(**rates) as client:
        await client.update_reserve(RESERVE, TOPIC)
        await client.get_reserve(RESERVE)
    throttle = throttle_of(feishu_settings(**rates))
    assert [await is_held_back(throttle, writes=which) for which in (True, False)] == [True, False]


async def test_a_token_takes_from_no_budget(feishu: Make, received: Count) -> None:
    async with feishu(rate_limit="1/hour", read_rate_limit="1/hour") as client:
        await asyncio.wait_for(client.get_reserve(RESERVE), 60)
        await asyncio.wait_for(client.update_reserve(RESERVE, TOPIC), 60)
    assert received() == 3


async def test_each_attempt_takes_from_the_budget(
    sandbox: Sandbox, feishu: Make, feishu_settings: Settings
) -> None:
    sandbox.fault("feishu", {"drop": "before"}, method="GET")
    async with feishu(read_rate_limit="2/hour") as client:
        await client.get_reserve(RESERVE)
    assert await is_held_back(throttle_of(feishu_settings(read_rate_limit="2/hour")), writes=False)


@pytest.mark.parametrize("writes", [True, False])
async def test_a_pause_holds_back_every_call_until_it_is_over(
    feishu_settings: Settings, writes: bool
) -> None:
    throttle = Throttle(feishu_settings(), MemoryStore())
    until = time.monotonic() + 0.1
    throttle.pause(0.1)
    await throttle.pass_through(writes=writes, longest_wait=60)
    assert time.monotonic() >= until


async def test_a_pause_that_comes_while_a_call_queues_holds_it_back_too(feishu_settings: Settings) -> None:
    throttle = Throttle(feishu_settings(rate_limit="1/minute"), MemoryStore())
    await throttle.pass_through(writes=True, longest_wait=60)
    queued = asyncio.ensure_future(throttle.pass_through(writes=True, longest_wait=60))
    await asyncio.sleep(0)
    throttle.pause(600)
    with pytest.raises(Throttled, match="the vendor asked this credential to wait"):
        await asyncio.wait_for(queued, 30)


async def test_the_longer_of_two_pauses_holds(feishu_settings: Settings) -> None:
    throttle = Throttle(feishu_settings(), MemoryStore())
    throttle.pause(60)
    throttle.pause(0.001)
    assert await is_held_back(throttle)


async def test_a_pause_longer_than_patience_is_raised_at_once_with_what_is_left_of_it(
    feishu_settings: Settings,
) -> None:
    throttle = Throttle(feishu_settings(), MemoryStore())
    began = time.monotonic()
    throttle.pause(100)
    with pytest.raises(Throttled) as throttled:
        await throttle.pass_through(writes=True, longest_wait=60)
    assert 100 - (time.monotonic() - began) <= (throttled.value.retry_after or 0) <= 100


async def test_a_wait_that_one_client_was_told_holds_back_the_others_of_its_credential(
    sandbox: Sandbox, feishu: Make, received: Count
) -> None:
    sandbox.fault("feishu", {"throttle": {"retry_after": "50"}}, method="GET")
    patience = Patience(longest_wait=1)
    async with feishu(patience=patience) as one, feishu(conn_id="other", patience=patience) as other:
        for call in (one.get_reserve(RESERVE), other.update_reserve(RESERVE, TOPIC)):
            with pytest.raises(Throttled):
                await call
    assert (received("GET"), received("PUT")) == (1, 0)


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_so_does_that_of_a_vendor_that_is_down(
    sandbox: Sandbox, feishu: Make, received: Count, method: str
) -> None:
    sandbox.fault("feishu", {"status": 503, "headers": {"Retry-After": "50"}}, method=method)
    patience = Patience(longest_wait=1)
    async with feishu(patience=patience) as one, feishu(conn_id="other", patience=patience) as other:
        with pytest.raises(VendorUnavailable if method == "GET" else OutcomeUnknown):
            await (one.get_reserve(RESERVE) if method == "GET" else one.update_reserve(RESERVE, TOPIC))
        with pytest.raises(Throttled, match="the vendor asked this credential to wait"):
            await other.get_reserve(RESERVE)
    assert received("GET") + received("PUT") == 1


async def test_a_wait_of_one_credential_leaves_another_alone(
    sandbox: Sandbox, feishu: Make, received: Count
) -> None:
    sandbox.fault("feishu", {"throttle": {"retry_after": "50"}}, method="GET")
    patience = Patience(longest_wait=1)
    async with feishu(patience=patience) as one, feishu(user_access_token="u-sandbox") as other:
        with pytest.raises(Throttled):
            await one.get_reserve(RESERVE)
        await other.get_reserve("6940000000000000001")  # reserved by the user of u-sandbox
    assert received("GET") == 2


async def test_a_quota_that_is_used_up_pauses_nobody(sandbox: Sandbox, feishu: Make, received: Count) -> None:
    sandbox.fault("feishu", {"status": 429, "code": 99991403, "headers": {"Retry-After": "50"}}, method="GET")
    async with feishu(patience=Patience(longest_wait=1)) as client:
        with pytest.raises(Throttled):
            await client.get_reserve(RESERVE)
        await client.get_reserve(RESERVE)
    assert received("GET") == 2


async def test_a_pause_holds_for_all_connections_of_the_credential(feishu_settings: Settings) -> None:
    throttle_of(feishu_settings()).pause(30)
    assert await is_held_back(throttle_of(feishu_settings(rate_limit="9/second")))
