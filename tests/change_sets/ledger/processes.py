"""What the tests of the ledger do in processes of their own."""

from __future__ import annotations

import asyncio
import os
import signal
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.change_sets.items import ItemUpdate
from airflow_provider_booking.change_sets.ledger import Claim, Journal, Lease, Sealer, Standing, open_ledger

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.synchronize import Barrier


# Forked from a process that has loaded what they need: they start fast, and really at once.
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["pytest", "alembic.command", __name__])


def at_once(count: int, call: Callable[..., Any], *arguments: Any) -> list[Any]:
    """Call a function in several new processes at the same time; it gets each one's number, too."""
    start = CONTEXT.Barrier(count)
    with CONTEXT.Pool(count, _share, (start,)) as pool:
        return pool.starmap(_when_all_are_there, [(call, number, *arguments) for number in range(count)], 1)


def _share(start: Barrier) -> None:
    globals()["_start"] = start


def _when_all_are_there(call: Callable[..., Any], *arguments: Any) -> Any:
    globals()["_start"].wait()
    return call(*arguments)


def open_and_count(_number: int, url: str, keys: str) -> dict[str, int]:
    """Open a ledger, perhaps as the first one."""
    with open_ledger(url, Sealer(keys)) as ledger:
        return ledger.counts("none")


def take_a_lease(number: int, url: str, keys: str) -> bool:
    """Try to take a lease, and end without giving it back."""
    with open_ledger(url, Sealer(keys)) as ledger:
        return ledger.take_lease("apply", f"process {number}", 600)


def die_after_intent(url: str, keys: str, change_set_id: str, item_id: int) -> None:
    """Write that an update is about to be sent, and be killed at once."""

    async def write() -> None:
        with open_ledger(url, Sealer(keys)) as ledger:
            async with Journal(ledger, change_set_id) as journal:
                await journal.write(ItemUpdate(item_id, "sending", Outcome.UNKNOWN, attempt=True))
                os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(write())


def claim_bookings(number: int, url: str, wanted: list[Claim]) -> list[int]:
    """Claim bookings one by one, each process in an order of its own; return the items that were got."""
    wanted = wanted[number * 5 :] + wanted[: number * 5]
    lease = Lease(f"apply {number}", f"process {number}", "a change set")
    with open_ledger(url, Sealer(Fernet.generate_key().decode())) as ledger:
        ledger.take_lease(lease.name, lease.holder, 600)
        got = [ledger.claim(lease, wanted[first : first + 3]) for first in range(0, len(wanted), 3)]
    return [item_id for some in got for item_id, claimed in some.items() if claimed.standing is Standing.OURS]
