"""Writes to the ledger that arrive at the same time go to the disk together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType

    from airflow_provider_booking.change_sets.items import ItemUpdate, Stop
    from airflow_provider_booking.change_sets.ledger.ledger import Ledger


class StopAskedFor(Exception):
    """Somebody asked for the change set to be stopped: the attempt must not be made, and was not kept."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(str(stop))
        self.stop = stop


class Journal:
    """Keeps what happens to the items of one change set, durably and fast.

    A commit waits for the disk. What arrives while one is under way goes together into the next one, so that
    many bookings share the wait, and a single one never waits for others. Leaving the context commits what is
    still queued.

    Args:
        ledger: The ledger.
        change_set_id: The change set.
        asked_at: When who writes was asked to apply the change set; aware. None: no stop holds for it.
    """

    def __init__(self, ledger: Ledger, change_set_id: str, *, asked_at: datetime | None = None) -> None:
        self._asked_at = asked_at
        self._ledger = ledger
        self._change_set_id = change_set_id
        self._queue: list[tuple[ItemUpdate, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def write(self, update: ItemUpdate) -> None:
        """Keep what happened to an item; on return it is on the disk.

        Who is cancelled while waiting cannot take the update back: it is written.

        Raises:
            StopAskedFor: The update is of an attempt about to be made, and a stop holds for who writes.
            LedgerUnavailable: It could not be written, and neither could what was committed with it.
        """
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append((update, written))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_queue())
        await written

    async def check_not_stopped(self) -> None:
        """Return where no stop holds for who writes.

        Raises:
            StopAskedFor: One does.
            LedgerUnavailable: The ledger could not be read.
        """
        if self._asked_at is None:
            return
        found = await asyncio.to_thread(self._ledger.change_set, self._change_set_id)
        if (stop := found.stop_after(self._asked_at)) is not None:
            raise StopAskedFor(stop)

    async def _write_queue(self) -> None:
        while self._queue:
            group, self._queue = self._queue, []
            try:
                updates = [update for update, _ in group]
                stop = await asyncio.to_thread(
                    self._ledger.write, self._change_set_id, updates, asked_at=self._asked_at
                )
            except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
                _settle(group, error)
            else:
                if stop is not None:
                    _settle([each for each in group if each[0].attempt], StopAskedFor(stop))
                _settle([each for each in group if stop is None or not each[0].attempt], None)
        self._writer = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            await self._writer


def _settle(group: list[tuple[ItemUpdate, asyncio.Future[None]]], error: Exception | None) -> None:
    for _, written in group:
        if written.done():  # who waited was cancelled
            continue
        if error is None:
            written.set_result(None)
        else:
            written.set_exception(error)
