"""The ledger is asked in threads of its own."""

from __future__ import annotations

import asyncio
import threading

import pytest

from airflow_provider_booking.change_sets.threads import in_thread


async def test_other_work_that_blocks_does_not_keep_the_ledger_from_being_asked() -> None:
    over = threading.Event()
    loop = asyncio.get_running_loop()
    names = [loop.run_in_executor(None, over.wait) for _ in range(100)]
    try:
        async with asyncio.timeout(10):
            assert await in_thread(int, "7") == 7
    finally:
        over.set()
        await asyncio.gather(*names)


async def test_what_goes_wrong_in_the_thread_is_raised() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await in_thread(int, "seven")


async def test_who_is_cancelled_does_not_take_the_call_back() -> None:
    go_on, done = threading.Event(), threading.Event()

    def call() -> None:
        go_on.wait(10)
        done.set()

    calling = asyncio.create_task(in_thread(call))
    await asyncio.sleep(0)
    calling.cancel()
    await asyncio.wait({calling})
    go_on.set()
    assert done.wait(10)


def test_a_call_that_never_returns_does_not_keep_the_loop_from_ending() -> None:
    over = threading.Event()

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await in_thread(over.wait)

    asyncio.run(main())
    assert not over.is_set()
    over.set()
