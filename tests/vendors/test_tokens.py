"""Access tokens: fetched once, shared by all, replaced once when the vendor no longer takes them."""

import asyncio
import threading
import time
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    CredentialRejected,
    InvalidInput,
    NotApplied,
    Throttled,
    VendorNotReached,
    VendorUnavailable,
)
from airflow_provider_booking.vendors.token_fetching import TokenFetching
from airflow_provider_booking.vendors.tokens import Token, TokenBudget, TokenCache


class Vendor:
    """Gives out `t-1`, `t-2` …, each when it is let go; `fails` times it refuses."""

    def __init__(self, *, life: float = 60, fails: int = 0, failure: NotApplied | None = None) -> None:
        self._life = life
        self._fails = fails
        self._failure = failure or VendorUnavailable("no token today")
        self.asked = 0
        self.busy = asyncio.Event()
        self.go = asyncio.Event()

    async def fetch(self) -> Token:
        self.asked += 1
        number = self.asked
        self.busy.set()
        await self.go.wait()
        if number <= self._fails:
            raise self._failure
        return Token(f"t-{number}", time.monotonic() + self._life)


def cache_of(**source: Any) -> TokenCache:
    return TokenCache(TokenFetching(**source))


def at_once(**kind: Any) -> Vendor:
    vendor = Vendor(**kind)
    vendor.go.set()
    return vendor


async def test_all_who_ask_while_a_token_is_fetched_wait_for_that_one() -> None:
    cache, vendor = cache_of(), Vendor()
    waiters = [asyncio.ensure_future(cache.get(vendor.fetch)) for _ in range(50)]
    await vendor.busy.wait()
    vendor.go.set()
    assert (set(await asyncio.gather(*waiters)), vendor.asked) == ({"t-1"}, 1)


async def test_a_token_is_used_until_its_end_comes_near() -> None:
    cache, vendor = cache_of(), at_once(life=60)
    assert [await cache.get(vendor.fetch) for _ in range(3)] == ["t-1", "t-1", "t-1"]


async def test_a_token_past_its_end_is_fetched_anew() -> None:
    cache, vendor = cache_of(), at_once(life=-1)
    assert [await cache.get(vendor.fetch) for _ in range(3)] == ["t-1", "t-2", "t-3"]


async def test_a_discarded_token_is_fetched_anew() -> None:
    cache, vendor = cache_of(), at_once()
    cache.discard(await cache.get(vendor.fetch), "read")
    assert await cache.get(vendor.fetch) == "t-2"


async def test_discarding_an_old_token_leaves_the_new_one_alone() -> None:
    cache, vendor = cache_of(), at_once()
    old = await cache.get(vendor.fetch)
    cache.discard(old, "read")
    await cache.get(vendor.fetch)
    cache.discard(old, "read")
    assert await cache.get(vendor.fetch) == "t-2"


async def test_a_token_that_was_refused_when_new_is_kept_for_that_use() -> None:
    cache, vendor = cache_of(), at_once()
    token = await cache.get(vendor.fetch)
    cache.give_up(token, "write")
    assert not cache.discard(token, "write")
    assert await cache.get(vendor.fetch) == token


async def test_a_token_that_was_refused_when_new_is_still_replaced_for_another_use() -> None:
    cache, vendor = cache_of(), at_once()
    token = await cache.get(vendor.fetch)
    cache.give_up(token, "write")
    assert cache.discard(token, "read")
    assert await cache.get(vendor.fetch) == "t-2"


async def test_a_new_token_is_given_another_chance_at_every_use() -> None:
    cache, vendor = cache_of(), at_once()
    token = await cache.get(vendor.fetch)
    cache.give_up(token, "write")
    cache.discard(token, "read")
    assert cache.discard(await cache.get(vendor.fetch), "write")


async def test_giving_up_on_an_old_token_says_nothing_about_the_new_one() -> None:
    cache, vendor = cache_of(), at_once()
    old = await cache.get(vendor.fetch)
    cache.discard(old, "write")
    new = await cache.get(vendor.fetch)
    cache.give_up(old, "write")
    assert cache.discard(new, "write")


async def test_a_budget_of_tokens_is_not_exceeded() -> None:
    cache, vendor = cache_of(budget=TokenBudget(3, 600)), at_once(life=-1)
    for _ in range(3):
        await cache.get(vendor.fetch)
    with pytest.raises(Throttled, match="3 tokens in 600 s are used up") as raised:
        await cache.get(vendor.fetch)
    assert vendor.asked == 3
    assert raised.value.retry_after is not None
    assert 590 < raised.value.retry_after <= 600


async def test_a_budget_of_tokens_fills_up_again() -> None:
    cache, vendor = cache_of(budget=TokenBudget(1, 0.0)), at_once(life=-1)
    assert [await cache.get(vendor.fetch) for _ in range(3)] == ["t-1", "t-2", "t-3"]


@pytest.mark.parametrize(
    "failure", [CredentialRejected("no"), VendorNotReached("no"), Throttled("later"), InvalidInput("odd")]
)
async def test_a_fetch_that_gave_no_token_for_certain_takes_nothing_from_the_budget(
    failure: NotApplied,
) -> None:
    source = TokenFetching(budget=TokenBudget(1, 600))
    vendor = at_once(fails=5, failure=failure)
    for _ in range(5):
        with pytest.raises(type(failure)):
            await source.token(vendor.fetch)
    assert (await source.token(vendor.fetch)).value == "t-6"


async def test_a_rejected_credential_is_not_asked_about_again_at_once() -> None:
    cache, vendor = cache_of(), at_once(fails=1, failure=CredentialRejected("no", hint="mend it"))
    for _ in range(5):
        with pytest.raises(CredentialRejected, match="no: mend it"):
            await cache.get(vendor.fetch)
    assert vendor.asked == 1


async def test_a_rejected_credential_is_asked_about_again_by_a_new_process() -> None:
    vendor = at_once(fails=1, failure=CredentialRejected("no"))
    with pytest.raises(CredentialRejected):
        await cache_of().get(vendor.fetch)
    assert await cache_of().get(vendor.fetch) == "t-2"


async def test_a_fetch_whose_answer_was_lost_takes_one_from_the_budget() -> None:
    cache, vendor = cache_of(budget=TokenBudget(1, 600)), at_once(fails=1)
    with pytest.raises(VendorUnavailable):
        await cache.get(vendor.fetch)
    with pytest.raises(Throttled):
        await cache.get(vendor.fetch)
    assert vendor.asked == 1


async def test_a_fetch_that_was_cancelled_takes_one_from_the_budget() -> None:
    cache, vendor = cache_of(budget=TokenBudget(1, 600)), Vendor()
    fetcher = asyncio.ensure_future(cache.get(vendor.fetch))
    await vendor.busy.wait()
    fetcher.cancel()
    await asyncio.wait([fetcher])
    with pytest.raises(Throttled):
        await cache.get(vendor.fetch)


async def test_a_token_is_handed_on_for_masking_once_and_before_anybody_gets_it() -> None:
    cache, vendor, seen = cache_of(), at_once(), list[str]()

    async def mask(token: str) -> None:
        await asyncio.sleep(0)
        seen.append(token)

    async def use() -> bool:
        return await cache.get(vendor.fetch, mask) in seen

    assert (await asyncio.gather(*(use() for _ in range(10))), seen) == ([True] * 10, ["t-1"])


async def test_a_use_that_was_given_up_and_then_taken_is_trusted_again() -> None:
    cache, vendor = cache_of(), at_once()
    token = await cache.get(vendor.fetch)
    cache.give_up(token, "write")
    cache.accept("write")
    assert cache.discard(token, "write")


async def test_a_failure_reaches_all_who_waited_for_it() -> None:
    cache, vendor = cache_of(), Vendor(fails=1)
    waiters = [asyncio.ensure_future(cache.get(vendor.fetch)) for _ in range(10)]
    await vendor.busy.wait()
    vendor.go.set()
    failures = await asyncio.gather(*waiters, return_exceptions=True)
    assert ({str(failure) for failure in failures}, vendor.asked) == ({"no token today"}, 1)


async def test_after_a_failure_the_next_one_tries_again() -> None:
    cache, vendor = cache_of(), at_once(fails=1)
    with pytest.raises(VendorUnavailable):
        await cache.get(vendor.fetch)
    assert await cache.get(vendor.fetch) == "t-2"


async def test_a_cancelled_fetch_is_taken_over_by_one_of_those_who_waited() -> None:
    cache, vendor = cache_of(), Vendor()
    fetcher, *waiters = [asyncio.ensure_future(cache.get(vendor.fetch)) for _ in range(10)]
    await vendor.busy.wait()
    fetcher.cancel()
    vendor.go.set()
    assert (set(await asyncio.gather(*waiters)), vendor.asked) == ({"t-2"}, 2)


async def test_who_stops_waiting_does_not_stop_the_fetch() -> None:
    cache, vendor = cache_of(), Vendor()
    fetcher, leaver, waiter = [asyncio.ensure_future(cache.get(vendor.fetch)) for _ in range(3)]
    await vendor.busy.wait()
    leaver.cancel()
    await asyncio.wait([leaver])
    vendor.go.set()
    assert (await fetcher, await waiter, vendor.asked) == ("t-1", "t-1", 1)


def test_event_loops_in_different_threads_wait_for_one_fetch() -> None:
    cache, asked, tokens = cache_of(), [], []
    all_there = threading.Barrier(8)

    async def fetch() -> Token:
        asked.append(1)
        await asyncio.to_thread(waits.acquire)
        return Token("t-1", time.monotonic() + 60)

    async def ask() -> None:
        all_there.wait()
        tokens.append(await cache.get(fetch))

    waits = threading.Semaphore(0)
    threads = [threading.Thread(target=lambda: asyncio.run(ask())) for _ in range(8)]
    for thread in threads:
        thread.start()
    waits.release()
    for thread in threads:
        thread.join()
    assert (tokens, len(asked)) == (["t-1"] * 8, 1)


def test_a_token_does_not_show_itself() -> None:
    assert "t-secret" not in repr(Token("t-secret", 0))
