"""Holding a lease of the ledger for as long as some work takes: two processes never do the same at once."""

from __future__ import annotations

import asyncio
import os
import socket
import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from airflow_provider_booking.change_sets.ledger import Ledger

SECONDS = 30.0
"""For how long a lease holds if its holder dies."""
_RENEWED = 3
"""How often it is renewed within that time."""
_LOOK = 1.0
"""Seconds between two tries to get it."""


class LeaseLost(Exception):
    """Somebody else may have begun the same work: nothing more may be sent."""


@asynccontextmanager
async def leased(
    ledger: Ledger, name: str, say: Callable[[str], object], *, shown: str
) -> AsyncIterator[None]:
    """Hold a lease until the block ends; wait for it while another process has it.

    Args:
        ledger: Where the lease is kept.
        name: What must not be done twice at once.
        say: Told once if there is a wait.
        shown: What is held, for a reader.

    Raises:
        LeaseLost: It could not be renewed in time; the block was cancelled.
    """
    holder = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    told = False
    while not await asyncio.to_thread(ledger.take_lease, name, holder, SECONDS):
        if not told:
            told = True
            say(f"Another run has {shown} in hand: waiting for it, or for {SECONDS:.0f} s if it died")
        await asyncio.sleep(_LOOK)
    try:
        async with _renewing(ledger, name, holder, shown):
            yield
    finally:
        await asyncio.to_thread(ledger.drop_lease, name, holder)


@asynccontextmanager
async def _renewing(ledger: Ledger, name: str, holder: str, shown: str) -> AsyncIterator[None]:
    work = asyncio.current_task()
    lost = False

    async def renew() -> None:
        nonlocal lost
        while True:
            await asyncio.sleep(SECONDS / _RENEWED)
            try:
                lost = not await asyncio.to_thread(ledger.renew_lease, name, holder, SECONDS)
            except Exception:  # noqa: BLE001  (whatever keeps it from being renewed, it is not ours for certain)
                lost = True
            if lost and work is not None:
                work.cancel()
                return

    renewing = asyncio.create_task(renew())
    try:
        yield
    except asyncio.CancelledError:
        if lost:
            raise LeaseLost(
                f"The lease on {shown} could not be renewed, so that another run may have taken it up: "
                "nothing more was sent. Run the task again."
            ) from None
        raise
    finally:
        renewing.cancel()
