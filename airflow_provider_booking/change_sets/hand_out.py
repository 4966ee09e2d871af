"""Hands out the open items of a connection: earliest first, each after those that must get out of its way."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict, deque
from contextlib import suppress
from typing import TYPE_CHECKING

from airflow_provider_booking.change_sets.items import is_open
from airflow_provider_booking.change_sets.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    from airflow_provider_booking.change_sets.items import Item
    from airflow_provider_booking.change_sets.ledger import Ledger

PAGE = 500
"""Items that are read from the ledger at once."""
LOOK = 0.3
"""Seconds until an item that was put back is handed out again; give or take half of it."""


class HandOut:
    """An async iterator over the open items of a connection.

    An item that stands in another one's way is handed out before it, even if it starts later; the other one
    follows when it is done. Where items wait for each other in a circle, the earliest is handed out all the
    same: the vendor has the last word.

    An item that cannot be worked on for the moment is put back, and handed out again when all others are.

    Of an item that was handed out, its number is all that stays in memory.

    Args:
        ledger: Where the items are.
        change_set_id: Of which change set.
        conn_id: Of which connection.
        only: The items, where not all that are open: these are handed out as they stand here, and none waits
            for another.
    """

    def __init__(
        self, ledger: Ledger, change_set_id: str, conn_id: str, *, only: Sequence[int] | None = None
    ) -> None:
        self._ledger = ledger
        self._id = change_set_id
        self._conn_id = conn_id
        self._stream = self._pages() if only is None else self._these(only)
        self._ready: deque[int] = deque()
        self._at_hand: dict[int, Item] = {}
        self._admitted: set[int] = set()
        self._out: set[int] = set()
        self._put_back: deque[tuple[float, int]] = deque()
        """When to hand out again which item."""
        self._done: set[int] = set()
        self._waits_for: dict[int, set[int]] = {}
        self._waited_for_by: defaultdict[int, list[int]] = defaultdict(list)
        self._somebody_is_done = asyncio.Event()

    def __aiter__(self) -> AsyncIterator[Item]:
        """Itself: it can be gone through once, by one taker at a time."""
        return self

    async def __anext__(self) -> Item:
        """The next item that may be worked on; waits where those that are out are in the way of the rest."""
        while True:
            if self._ready:
                item_id = self._ready.popleft()
                self._out.add(item_id)
                return self._at_hand.pop(item_id)
            if (streamed := await anext(self._stream, None)) is not None:
                item, waits_for = streamed
                if item.item_id not in self._admitted:
                    await self._admit(item, waits_for)
            elif self._ready:
                continue  # somebody was done while the stream was looked at
            elif self._put_back or self._out:
                await self._wait()
            elif not self._waits_for:
                raise StopAsyncIteration
            else:
                # Whoever is left goes round in a circle.
                self._release(next(iter(self._waits_for)))

    def done(self, item: Item) -> None:
        """Say that an item is settled, however it ended: those that waited for it may go."""
        self._out.discard(item.item_id)
        self._done.add(item.item_id)
        for waiter in self._waited_for_by.pop(item.item_id, ()):
            left = self._waits_for.get(waiter)
            if left is not None:
                left.discard(item.item_id)
                if not left:
                    self._release(waiter)
        self._somebody_is_done.set()

    def put_back(self, item: Item) -> None:
        """Say that an item cannot be worked on for the moment: it is handed out again, in a while."""
        self._out.discard(item.item_id)
        self._at_hand[item.item_id] = item
        pause = LOOK * random.uniform(0.5, 1.5)  # noqa: S311  (so that not all look at once)
        self._put_back.append((time.monotonic() + pause, item.item_id))
        self._somebody_is_done.set()

    async def _wait(self) -> None:
        """Return when somebody is done, or what was put back first may be handed out again."""
        self._somebody_is_done.clear()
        pause = self._put_back[0][0] - time.monotonic() if self._put_back else None
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._somebody_is_done.wait()
        if self._put_back and self._put_back[0][0] <= time.monotonic():
            self._ready.append(self._put_back.popleft()[1])

    def _release(self, item_id: int) -> None:
        del self._waits_for[item_id]
        self._ready.append(item_id)

    async def _admit(self, first: Item, waits_for: Iterable[int]) -> None:
        """Make an item ready; or let it wait and admit what is in its way, as deep as that goes."""
        to_admit: list[tuple[Item, Iterable[int]]] = [(first, waits_for)]
        self._admitted.add(first.item_id)
        while to_admit:
            item, waits_for = to_admit.pop()
            self._at_hand[item.item_id] = item
            in_the_way = set()
            for blocker in waits_for:
                if blocker not in self._admitted:
                    found = await in_thread(self._ledger.item, blocker)
                    if not is_open(found):
                        continue
                    self._admitted.add(blocker)
                    its_own = await in_thread(self._ledger.waits, [blocker])
                    to_admit.append((found, its_own.get(blocker, ())))
                if blocker not in self._done:
                    in_the_way.add(blocker)
                    self._waited_for_by[blocker].append(item.item_id)
            in_the_way -= self._done  # while the ledger was asked
            self._waits_for[item.item_id] = in_the_way
            if not in_the_way:
                self._release(item.item_id)

    async def _these(self, item_ids: Sequence[int]) -> AsyncIterator[tuple[Item, Iterable[int]]]:
        for item_id in item_ids:
            yield await in_thread(self._ledger.item, item_id), ()

    async def _pages(self) -> AsyncIterator[tuple[Item, Iterable[int]]]:
        async for page in open_pages(self._ledger, self._id, self._conn_id):
            waits = await in_thread(self._ledger.waits, [item.item_id for item in page])
            for item in page:
                yield item, waits.get(item.item_id, ())


async def open_pages(ledger: Ledger, change_set_id: str, conn_id: str) -> AsyncIterator[list[Item]]:
    """The open items of a connection, earliest first, a page at a time."""
    after: tuple[float, int] | None = None
    while page := await in_thread(ledger.open_items, change_set_id, conn_id, after=after, limit=PAGE):
        yield page
        last = page[-1]
        after = (float("inf") if last.starts_at is None else last.starts_at, last.item_id)
