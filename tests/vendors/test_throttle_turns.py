"""A turn to call does not keep; and still everybody gets one, and nobody more than the rate."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from airflow_provider_booking.bookings import Throttled
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings
from airflow_provider_booking.vendors.throttle import MemoryStore, Throttle
from airflow_provider_booking.vendors.throttle.budget import Budget, Verdict

RESERVE = "6911188411932033028"
TOPIC = {"meeting_settings": {"topic": "New"}}
Make = Callable[..., FeishuClient]
Settings = Callable[..., FeishuSettings]


class FarStore(MemoryStore):
    """Counts in memory, and answers so many seconds late."""

    shared = True

    def __init__(self, late: float = 0) -> None:
        super().__init__()
        self._late = late

    def take(self, budget: Budget, wanted: int) -> Verdict:
        verdict = super().take(budget, wanted)
        time.sleep(self._late)
        return verdict

    def take_now(self, budget: Budget, wanted: int) -> None:
        """Who asks from afar has to wait."""


async def seconds_for(calls: int, throttle: Throttle) -> float:
    began = time.monotonic()
    async with asyncio.timeout(20):
        await asyncio.gather(
            *(throttle.pass_through(writes=True, longest_wait=60) for _ in range(calls)),
        )
    return time.monotonic() - began


@asynccontextmanager
async def busy(seconds: float) -> AsyncIterator[None]:
    """Keep the event loop busy for so long at a time."""

    async def work() -> None:
        while True:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                pass
            await asyncio.sleep(0)

    working = asyncio.create_task(work())
    try:
        yield
    finally:
        working.cancel()


async def test_a_store_that_answers_late_costs_little_of_the_rate(feishu_settings: Settings) -> None:
    throttle = Throttle(feishu_settings(rate_limit="20/second"), FarStore(0.03))
    assert await seconds_for(40, throttle) < 3


async def test_a_store_that_answers_very_late_lets_everybody_go_in_the_end(feishu_settings: Settings) -> None:
    throttle = Throttle(feishu_settings(rate_limit="20/second"), FarStore(0.2))
    assert await seconds_for(40, throttle) < 10


async def test_an_event_loop_that_is_always_busy_costs_little_of_the_rate(feishu_settings: Settings) -> None:
    throttle = Throttle(feishu_settings(rate_limit="20/second"), FarStore())
    async with busy(0.02):
        assert await seconds_for(60, throttle) < 6


async def test_a_turn_that_comes_after_a_busy_moment_has_lapsed(feishu_settings: Settings) -> None:
    store = FarStore()
    throttle = Throttle(feishu_settings(rate_limit="9/second"), store)
    one = asyncio.ensure_future(throttle.pass_through(writes=True, longest_wait=60))
    await asyncio.sleep(0)  # it stands in line
    await asyncio.sleep(0)  # the store is asked
    time.sleep(0.2)  # noqa: ASYNC251  (the busy moment)
    await one
    budget = Budget.of(feishu_settings().credential(), "writes", ("9/second",))
    assert store._bucket(budget).count() == 2


def most_in_a_second(sandbox: Sandbox, method: str) -> int:
    """How many requests came within less than a second, at the most."""
    came = sorted(
        datetime.fromisoformat(each["at"]).timestamp()
        for each in sandbox.requests("feishu")
        if each["method"] == method
    )
    return max(sum(first <= each < first + 1 for each in came) for first in came)


async def test_calls_that_wait_for_a_token_do_not_go_out_all_at_once(sandbox: Sandbox, feishu: Make) -> None:
    sandbox.fault("feishu", {"delay_ms": 900}, method="POST")
    async with feishu(read_rate_limit="10/second", max_concurrency=30) as client:
        await asyncio.gather(*(client.get_reserve(RESERVE) for _ in range(25)))
    assert most_in_a_second(sandbox, "GET") <= 10


async def test_calls_that_are_sent_once_more_with_a_new_token_wait_for_another_turn(
    sandbox: Sandbox, feishu: Make
) -> None:
    async with feishu(read_rate_limit="10/second", max_concurrency=30) as client:
        calls = [asyncio.ensure_future(client.get_reserve(RESERVE)) for _ in range(25)]
        await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        sandbox.fault("feishu", {"delay_ms": 900}, method="POST")
        sandbox.revoke_tokens("feishu")
        await asyncio.gather(*calls)
    assert most_in_a_second(sandbox, "GET") <= 10


@asynccontextmanager
async def saturated(throttle: Throttle) -> AsyncIterator[None]:
    """Let others use up all that a throttle gives."""

    async def call() -> None:
        while True:
            await throttle.pass_through(writes=True, longest_wait=60)
            await asyncio.sleep(0.001)

    others = [asyncio.create_task(call()) for _ in range(9)]
    try:
        yield
    finally:
        for each in others:
            each.cancel()


async def test_whom_others_leave_no_turn_is_told_when_he_waited_in_vain(feishu_settings: Settings) -> None:
    store = MemoryStore()
    slower = Throttle(feishu_settings(rate_limit="5/second"), store)
    async with saturated(Throttle(feishu_settings(rate_limit="40/second"), store)), asyncio.timeout(9):
        await asyncio.sleep(0.3)
        with pytest.raises(Throttled, match=r"own rate_limit \(5/second\) is used up") as told:
            await slower.pass_through(writes=True, longest_wait=0.8)  # each wait is about a second
    assert (told.value.retry_after or 0) > 0.8


async def test_who_waited_for_a_vendors_pauses_did_not_wait_in_vain(feishu_settings: Settings) -> None:
    throttle = Throttle(feishu_settings(), MemoryStore())
    throttle.pause(0.5)
    waiting = asyncio.ensure_future(throttle.pass_through(writes=True, longest_wait=0.2))
    for _ in range(4):
        await asyncio.sleep(0.3)
        throttle.pause(0.5)
    await asyncio.wait_for(waiting, 5)


async def test_whatever_goes_wrong_with_the_store_is_worth_a_retry_and_told_without_its_text(
    feishu_settings: Settings,
) -> None:
    class Odd(MemoryStore):
        def _take(self, budget: Budget, wanted: int) -> Verdict:
            del budget, wanted
            raise TypeError("secret-word")

    with pytest.raises(Throttled, match=r"throttle_url") as odd:
        await Throttle(feishu_settings(), Odd()).pass_through(writes=True, longest_wait=60)
    assert (odd.value.retryable, odd.value.__context__) == (True, None)
    assert "secret-word" not in str(odd.value)
