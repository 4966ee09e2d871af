"""Writes to the ledger that arrive at the same time go to the disk together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

    from airflow_provider_booking.change_sets.items import ItemUpdate
    from airflow_provider_booking.change_sets.ledger.ledger import Ledger


class Journal:
    """Keeps what happens to the items of one change set, durably and fast.

    A commit waits for the disk. What arrives while one is under way goes together into the next one, so that
    many bookings share the wait, and a single one never waits for others. Leaving the context commits what is
    still queued.

    Args:
        ledger: The ledger.
        change_set_id: The change set.
    """

    def __init__(self, ledger: Ledger, change_set_id: str) -> None:
        self._ledger = ledger
        self._change_set_id = change_set_id
        self._queue: list[tuple[ItemUpdate, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def write(self, update: ItemUpdate) -> None:
        """Keep what happened to an item; on return it is on the disk.

        Who is cancelled while waiting cannot take the update back: it is written.

        Raises:
            LedgerUnavailable: It could not be written, and neither could what was committed with it.
        """
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append((update, written))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_queue())
        await written

    async def _write_queue(self) -> None:
        while self._queue:
            group, self._queue = self._queue, []
            try:
                updates = [update for update, _ in group]
                await asyncio.to_thread(self._ledger.write, self._change_set_id, updates)
            except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
                _settle(group, error)
            else:
                _settle(group, None)
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
