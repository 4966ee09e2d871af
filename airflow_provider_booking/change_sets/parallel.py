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
    things: AsyncIterator[Thing],
    work: Callable[[Thing], Awaitable[None]],
    *,
    at_once: int,
    cut_short_by: type[Exception] | tuple[()] = (),
) -> None:
    """Do the work for each thing; the next one is taken when a worker is free.

    When one fails nothing more is taken, and what has begun comes to its end before the error is raised.

    Args:
        things: The things; one is taken at a time.
        work: What to do.
        at_once: How many workers there are.
        cut_short_by: An error that waits for nobody: what has begun is cancelled.

    Raises:
        Exception: What the first failing work raised; one that cut the others short comes before it.
    """
    turn = asyncio.Lock()
    idle: set[asyncio.Task[Any] | None] = set()
    errors: list[Exception] = []

    async def work_on_each() -> None:
        while not errors:
            idle.add(asyncio.current_task())
            async with turn:
                try:
                    thing = await anext(things)
                except StopAsyncIteration:
                    return
            idle.discard(asyncio.current_task())
            await work(thing)

    async def worker() -> None:
        try:
            await work_on_each()
        except Exception as error:  # noqa: BLE001  (raised when the others have ended)
            errors.append(error)
            # What the idle ones wait for may never come now.
            for each in workers if isinstance(error, cut_short_by) else workers & idle:
                each.cancel()

    workers = {asyncio.create_task(worker()) for _ in range(at_once)}
    try:
        await asyncio.wait(workers)
    finally:
        for each in workers:
            each.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    if errors:
        raise min(errors, key=lambda error: not isinstance(error, cut_short_by))


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
