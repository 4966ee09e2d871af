"""Writes to the ledger that arrive at the same time go to the disk together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

from airflow_provider_booking.change_sets.ledger.claims import Claim, Claimed
from airflow_provider_booking.change_sets.ledger.errors import LeaseLost
from airflow_provider_booking.change_sets.threads import in_thread

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType

    from airflow_provider_booking.change_sets.items import ItemUpdate, Stop
    from airflow_provider_booking.change_sets.ledger.leases import Lease
    from airflow_provider_booking.change_sets.ledger.ledger import Ledger

    Queued = tuple[ItemUpdate | Claim, asyncio.Future[Any]]


GATHER = 0.005
"""Seconds between two commits, so that more goes into each: ten writes cost as much as one."""
FAREWELL = 5.0
"""Seconds that what is still queued may take to be committed, where the work ended by an error."""


class StopAskedFor(Exception):
    """Somebody asked for the change set to be stopped: the attempt must not be made, and was not kept."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(str(stop))
        self.stop = stop


class Journal:
    """Keeps what happens to the items of one change set, durably and fast.

    A commit waits for the disk. What arrives while one is under way, or within :data:`GATHER` after it, goes
    together into the next one, so that many bookings share the wait; what comes alone is written at once.
    Leaving the context commits what is still queued; if that is by an error, as far as it takes no longer
    than :data:`FAREWELL`.

    Args:
        ledger: The ledger.
        change_set_id: The change set.
        asked_at: When who writes was asked to apply the change set; aware. None: no stop holds for it.
        lease: Under which lease the items are worked on. None: nobody else works on them.
    """

    def __init__(
        self,
        ledger: Ledger,
        change_set_id: str,
        *,
        asked_at: datetime | None = None,
        lease: Lease | None = None,
    ) -> None:
        self._asked_at = asked_at
        self._lease = lease
        self._ledger = ledger
        self._change_set_id = change_set_id
        self._queue: list[Queued] = []
        self._writer: asyncio.Task[None] | None = None

    async def write(self, update: ItemUpdate) -> None:
        """Keep what happened to an item; on return it is on the disk, and the claim on a done one given back.

        Who is cancelled while waiting cannot take the update back: it is written.

        Raises:
            StopAskedFor: The update is of an attempt about to be made, and a stop holds for who writes.
            LeaseLost: Somebody else may work on the item by now; nothing was written of it.
            LedgerUnavailable: It could not be written, and neither could what was committed with it.
        """
        await self._queued(update)

    async def claim(self, claim: Claim) -> Claimed:
        """Claim a booking, under the lease.

        Raises:
            LedgerUnavailable: The ledger could not be written.
        """
        claimed: Claimed = await self._queued(claim)
        return claimed

    async def check_not_stopped(self) -> None:
        """Return where no stop holds for who writes, as far as the ledger knows.

        Raises:
            StopAskedFor: One does.
            LedgerUnavailable: The ledger could not be read.
        """
        await in_thread(self._check_not_stopped)

    async def check_may_send(self, item_id: int) -> None:
        """Return where an attempt on an item that is in hand may be made, as far as the ledger knows.

        Raises:
            StopAskedFor: A stop holds for who writes.
            LeaseLost: Somebody else may work on the item by now.
            LedgerUnavailable: The ledger could not be read.
        """
        await in_thread(self._check_may_send, item_id)

    def _check_may_send(self, item_id: int) -> None:
        if self._lease is not None and not self._ledger.holds_claim(self._lease, item_id):
            raise self._lease.lost()
        self._check_not_stopped()

    def _check_not_stopped(self) -> None:
        if self._asked_at is not None:
            found = self._ledger.change_set(self._change_set_id)
            if (stop := found.stop_after(self._asked_at)) is not None:
                raise StopAskedFor(stop)

    async def _queued(self, what: ItemUpdate | Claim) -> Any:
        kept: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._queue.append((what, kept))
        if self._writer is None:
            self._writer = asyncio.create_task(self._keep_queue())
        return await kept

    async def _keep_queue(self) -> None:
        while self._queue:
            group, self._queue = self._queue, []
            updates = [(update, kept) for update, kept in group if not isinstance(update, Claim)]
            # Results first: they give bookings back.
            if updates:
                await self._write(updates)
            claims = [(claim, kept) for claim, kept in group if isinstance(claim, Claim)]
            if claims and self._lease is not None:
                await self._claim(self._lease, claims)
            await asyncio.sleep(GATHER)
        self._writer = None

    async def _write(self, group: list[tuple[ItemUpdate, asyncio.Future[Any]]]) -> None:
        updates = [update for update, _ in group]
        errors: dict[int, Exception] = {}
        try:
            stop = await in_thread(
                self._ledger.write,
                self._change_set_id,
                updates,
                asked_at=self._asked_at,
                lease=self._lease,
            )
        except LeaseLost as error:
            errors = dict.fromkeys(error.unwritten, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            errors = {update.item_id: error for update in updates}
        else:
            if stop is not None:
                errors = {update.item_id: StopAskedFor(stop) for update in updates if update.attempt}
        for update, kept in group:
            _settle(kept, errors.get(update.item_id))

    async def _claim(self, lease: Lease, group: list[tuple[Claim, asyncio.Future[Any]]]) -> None:
        try:
            claimed = await in_thread(self._ledger.claim, lease, [claim for claim, _ in group])
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            for _, kept in group:
                _settle(kept, error)
        else:
            for claim, kept in group:
                _settle(kept, None, claimed[claim.item_id])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            # Who leaves by an error is not kept by a database that gives no answer.
            await asyncio.wait({self._writer}, timeout=None if error is None else FAREWELL)


def _settle(kept: asyncio.Future[Any], error: Exception | None, result: Any = None) -> None:
    if kept.done():  # who waited was cancelled
        return
    if error is None:
        kept.set_result(result)
    else:
        kept.set_exception(error)
