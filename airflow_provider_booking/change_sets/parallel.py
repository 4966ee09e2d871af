"""Working on a stream of things, so many at once."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator

Thing = TypeVar("Thing")


async def for_each(
    things: AsyncIterator[Thing], work: Callable[[Thing], Awaitable[None]], *, at_once: int
) -> None:
    """Do the work for each thing; the next one is taken when a worker is free.

    Raises:
        Exception: What the first failing work raised; the others were cancelled.
    """
    turn = asyncio.Lock()

    async def worker() -> None:
        while True:
            async with turn:
                try:
                    thing = await anext(things)
                except StopAsyncIteration:
                    return
            await work(thing)

    workers = [asyncio.create_task(worker()) for _ in range(at_once)]
    try:
        await asyncio.gather(*workers)
    finally:
        for each in workers:
            each.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def side_by_side(*works: Coroutine[Any, Any, None]) -> None:
    """Do several works at once, each to its own end: one that fails does not take the others down.

    Raises:
        Exception: What the first of those that failed raised.
    """
    for ended in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(ended, BaseException):
            raise ended


async def in_chunks(things: Iterator[Thing], size: int) -> AsyncIterator[list[Thing]]:
    """Read a plain iterator, which may block, without blocking the event loop.

    One thread reads all of it: a database cursor may not change threads.
    """

    def chunk() -> list[Thing]:
        return list(islice(things, size))

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, thread_name_prefix="booking-source") as thread:
        while found := await loop.run_in_executor(thread, chunk):
            yield found
