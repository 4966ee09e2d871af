"""A turn to call does not keep; and still everybody gets one, and nobody more than the rate.

By a clock that leaps: how busy the machine is that the tests run on makes no turn older.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from airflow_provider_booking.bookings import Throttled
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors import sessions
from airflow_provider_booking.vendors.feishu.client import RENEW_TOKEN_EARLY, FeishuClient
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings
from airflow_provider_booking.vendors.throttle import MemoryStore, Throttle
from airflow_provider_booking.vendors.throttle.budget import Budget, Verdict
from tests.vendors.leaping import AtOnce, LeapingClock

RESERVE = "6911188411932033028"
Make = Callable[..., FeishuClient]
Settings = Callable[..., FeishuSettings]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> LeapingClock:
    return LeapingClock(monkeypatch)


class FarStore(MemoryStore):
    """Counts in memory, and answers so many seconds late."""

    shared = True

    def __init__(self, clock: LeapingClock, late: float = 0) -> None:
        super().__init__()
        self.threads = AtOnce()
        self._clock = clock
        self._late = late

    def take(self, budget: Budget, wanted: int) -> Verdict:
        verdict = super().take(budget, wanted)
        self._clock.sleep(self._late)
        return verdict

    def take_now(self, budget: Budget, wanted: int) -> None:
        """Who asks from afar has to wait."""


async def seconds_for(calls: int, throttle: Throttle, clock: LeapingClock) -> float:
    began = clock.monotonic()
    async with asyncio.timeout(20):
        await asyncio.gather(
            *(throttle.pass_through(writes=True, longest_wait=60) for _ in range(calls)),
        )
    return clock.monotonic() - began


@asynccontextmanager
async def busy(seconds: float, clock: LeapingClock) -> AsyncIterator[None]:
    """Keep the event loop busy for so long at a time."""

    async def work() -> None:
        while True:
            clock.sleep(seconds)
            await asyncio.sleep(0)

    working = asyncio.create_task(work())
    try:
        yield
    finally:
        working.cancel()


def test_a_store_that_answers_late_costs_little_of_the_rate(
    clock: LeapingClock, feishu_settings: Settings
) -> None:
    throttle = Throttle(feishu_settings(rate_limit="20/second"), FarStore(clock, 0.03))
    assert clock.run(seconds_for(40, throttle, clock)) < 3


def test_a_store_that_answers_very_late_lets_everybody_go_in_the_end(
    clock: LeapingClock, feishu_settings: Settings
) -> None:
    throttle = Throttle(feishu_settings(rate_limit="20/second"), FarStore(clock, 0.2))
    assert clock.run(seconds_for(40, throttle, clock)) < 5


def test_whose_turn_lapsed_goes_before_who_came_later(clock: LeapingClock, feishu_settings: Settings) -> None:
    throttle, gone = Throttle(feishu_settings(rate_limit="20/second"), FarStore(clock, 0.2)), list[int]()

    async def call(number: int) -> None:
        await throttle.pass_through(writes=True, longest_wait=60)
        gone.append(number)

    async def calls() -> None:
        await asyncio.gather(*(call(number) for number in range(18)))

    clock.run(calls())
    assert gone == list(range(18))


def test_an_event_loop_that_is_always_busy_costs_little_of_the_rate(
    clock: LeapingClock, feishu_settings: Settings
) -> None:
    throttle = Throttle(feishu_settings(rate_limit="20/second"), FarStore(clock))

    async def seconds() -> float:
        async with busy(0.022, clock):
            return await seconds_for(60, throttle, clock)

    assert clock.run(seconds()) < 6.5


@pytest.mark.parametrize(("late", "turns"), [(0.2, 2), (0.02, 1)])
def test_a_turn_that_comes_late_has_lapsed(
    clock: LeapingClock, feishu_settings: Settings, late: float, turns: int
) -> None:
    store = FarStore(clock, late)
    throttle = Throttle(feishu_settings(rate_limit="9/second"), store)
    clock.run(throttle.pass_through(writes=True, longest_wait=60))
    budget = Budget.of(feishu_settings().credential(), "writes", ("9/second",))
    assert store._bucket(budget).count() == turns


class Vendor:
    """Is in Feishu's place: notes when it is asked for a reserve, and takes its time to give a token."""

    def __init__(self, clock: LeapingClock, reserve: dict[str, Any]) -> None:
        self.came: list[float] = []
        self.tokens = 0
        self.refused = 0
        self.lasts = 7200
        self._clock = clock
        self._reserve = reserve
        self._taken = ""

    def revoke_token(self) -> None:
        self._taken = ""

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            await asyncio.sleep(0.9)
            self.tokens += 1
            self._taken = f"t-{self.tokens}"
            return httpx.Response(
                200, json={"code": 0, "tenant_access_token": self._taken, "expire": self.lasts}
            )
        self.came.append(self._clock.monotonic())
        await asyncio.sleep(0.002)
        if request.headers["Authorization"] != f"Bearer {self._taken}":
            self.refused += 1
            return httpx.Response(400, json={"code": 99991663})
        return httpx.Response(200, json={"code": 0, "data": {"reserve": self._reserve}})

    def most_in_a_second(self) -> int:
        """How many requests came within less than a second, at the most."""
        return max(sum(first <= each < first + 1 for each in self.came) for first in self.came)


@pytest.fixture
def vendor(clock: LeapingClock, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Vendor:
    vendor = Vendor(clock, sandbox.booking("feishu", RESERVE))
    monkeypatch.setattr(
        sessions, "make_http", lambda _: httpx.AsyncClient(transport=httpx.MockTransport(vendor.answer))
    )
    return vendor


def test_calls_that_wait_for_a_token_do_not_go_out_all_at_once(
    clock: LeapingClock, vendor: Vendor, feishu: Make
) -> None:
    async def calls() -> None:
        async with feishu(read_rate_limit="10/second", max_concurrency=30) as client:
            await asyncio.gather(*(client.get_reserve(RESERVE) for _ in range(25)))

    clock.run(calls())
    assert (len(vendor.came), vendor.tokens) == (25, 1)
    assert vendor.most_in_a_second() <= 10


def test_a_token_that_is_old_when_a_call_has_its_turn_is_renewed_before_it_is_sent(
    clock: LeapingClock, vendor: Vendor, feishu: Make
) -> None:
    vendor.lasts = RENEW_TOKEN_EARLY + 5

    async def calls() -> None:
        async with feishu(read_rate_limit="1/second", max_concurrency=30) as client:
            await asyncio.gather(*(client.get_reserve(RESERVE) for _ in range(12)))

    clock.run(calls())
    assert (len(vendor.came), vendor.refused) == (12, 0)
    assert vendor.tokens == 3  # in twelve seconds


def test_calls_that_are_sent_once_more_with_a_new_token_wait_for_another_turn(
    clock: LeapingClock, vendor: Vendor, feishu: Make
) -> None:
    async def calls() -> None:
        async with feishu(read_rate_limit="10/second", max_concurrency=30) as client:
            calls = [asyncio.ensure_future(client.get_reserve(RESERVE)) for _ in range(25)]
            await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
            vendor.revoke_token()
            await asyncio.gather(*calls)

    clock.run(calls())
    assert (len(vendor.came), vendor.tokens) == (25 + vendor.refused, 2)
    assert vendor.refused > 1
    assert vendor.most_in_a_second() <= 10


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


def test_whom_others_leave_no_turn_is_told_when_he_waited_in_vain(
    clock: LeapingClock, feishu_settings: Settings
) -> None:
    store = MemoryStore()
    slower = Throttle(feishu_settings(rate_limit="5/second"), store)

    async def wait_in_vain() -> None:
        async with saturated(Throttle(feishu_settings(rate_limit="40/second"), store)), asyncio.timeout(9):
            await asyncio.sleep(0.3)
            await slower.pass_through(writes=True, longest_wait=0.8)  # each wait is about a second

    with pytest.raises(Throttled, match=r"own rate_limit \(5/second\) is used up") as told:
        clock.run(wait_in_vain())
    assert (told.value.retry_after or 0) > 0.8


def test_who_waited_for_a_vendors_pauses_did_not_wait_in_vain(
    clock: LeapingClock, feishu_settings: Settings
) -> None:
    throttle = Throttle(feishu_settings(), MemoryStore())

    async def wait() -> float:
        began = clock.monotonic()
        throttle.pause(0.5)
        waiting = asyncio.ensure_future(throttle.pass_through(writes=True, longest_wait=0.2))
        for _ in range(4):
            await asyncio.sleep(0.3)
            throttle.pause(0.5)
        await asyncio.wait_for(waiting, 5)
        return clock.monotonic() - began

    assert clock.run(wait()) == pytest.approx(4 * 0.3 + 0.5, abs=0.01)


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
