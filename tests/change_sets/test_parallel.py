"""Working on a stream of things, and what an error does to those that have begun."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from airflow_provider_booking.change_sets.parallel import for_each

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FAILS = 1


class Failed(Exception):
    """An error of one work."""


class OutOfHand(Exception):
    """An error after which nothing may go on."""


async def numbers(count: int) -> AsyncIterator[int]:
    for number in range(1, count + 1):
        yield number


class Work:
    """Notes what has begun and what has ended; the first one fails, and the others need a moment more."""

    def __init__(self, error: type[Exception] = Failed, pause: float = 0.01) -> None:
        self.begun: list[int] = []
        self.ended: list[int] = []
        self.is_begun = asyncio.Event()
        self._error = error
        self._pause = pause

    async def __call__(self, number: int) -> None:
        self.begun.append(number)
        self.is_begun.set()
        await asyncio.sleep(0)
        if number == FAILS:
            raise self._error
        await asyncio.sleep(self._pause)
        self.ended.append(number)


async def test_what_has_begun_when_one_fails_comes_to_its_end() -> None:
    work = Work()
    with pytest.raises(Failed):
        await for_each(numbers(3), work, at_once=3)
    assert work.ended == [2, 3]


async def test_nothing_is_begun_after_one_has_failed() -> None:
    work = Work()
    with pytest.raises(Failed):
        await for_each(numbers(10), work, at_once=3)
    assert work.begun == [1, 2, 3]


async def test_nobody_waits_for_a_thing_that_comes_no_more() -> None:
    async def one_and_no_other() -> AsyncIterator[int]:
        yield FAILS
        await asyncio.Event().wait()

    async with asyncio.timeout(10):
        with pytest.raises(Failed):
            await for_each(one_and_no_other(), Work(), at_once=3)


async def test_an_error_that_cuts_it_short_waits_for_nobody() -> None:
    work = Work(OutOfHand)
    with pytest.raises(OutOfHand):
        await for_each(numbers(3), work, at_once=3, cut_short_by=OutOfHand)
    assert work.begun == [1, 2, 3]
    assert work.ended == []


async def test_an_error_that_cuts_it_short_comes_before_the_first_one() -> None:
    async def work(number: int) -> None:
        await asyncio.sleep(number * 0.01)
        raise OutOfHand if number != FAILS else Failed

    with pytest.raises(OutOfHand):
        await for_each(numbers(2), work, at_once=2, cut_short_by=OutOfHand)


async def test_who_is_cancelled_leaves_nothing_at_work() -> None:
    work = Work(pause=60)
    working = asyncio.create_task(for_each(numbers(5), lambda number: work(number + FAILS), at_once=2))
    await work.is_begun.wait()
    working.cancel()
    await asyncio.wait({working})
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert work.ended == []
