"""Runs the async clients for plain (sync) calls, in one background event loop for the process.

The loop and the sessions in it live as long as the process, so that plain calls one after another reuse
connections and tokens.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from contextlib import AsyncExitStack
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from airflow_provider_booking.vendors.settings import VendorSettings
    from airflow_provider_booking.vendors.sharing import Sharing

Result = TypeVar("Result")

CLOSING = 5.0
"""Seconds that closing the connections may take when the process ends."""


def run(call: Coroutine[Any, Any, Result], settings: VendorSettings, sharing: Sharing) -> Result:
    """Run a coroutine to its end, from any thread, whether or not that thread has a running loop.

    An interrupt of the waiting thread cancels the coroutine.

    Args:
        call: What to run.
        settings: The connection that it uses; its session is kept open for the calls to come.
        sharing: Where the client shares what is its credential's.
    """
    # A forked worker has no copy of its parent's threads: the pid gives it a loop of its own.
    background = _background(os.getpid())
    future = asyncio.run_coroutine_threadsafe(background.run(call, settings, sharing), background.loop)
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


class _Background:
    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._open = AsyncExitStack()
        self._held: set[tuple[VendorSettings, Sharing]] = set()
        self._thread = threading.Thread(target=self.loop.run_forever, name="booking-plain-calls", daemon=True)
        self._thread.start()
        self._pid = os.getpid()
        atexit.register(self._close)

    async def run(
        self, call: Coroutine[Any, Any, Result], settings: VendorSettings, sharing: Sharing
    ) -> Result:
        from airflow_provider_booking.vendors.sessions import session  # noqa: PLC0415  (loads httpx)

        try:
            if (settings, sharing) not in self._held:
                await self._open.enter_async_context(session(settings, sharing))
                self._held.add((settings, sharing))
            return await call
        finally:
            call.close()  # of no effect once it has run

    def _close(self) -> None:
        if os.getpid() != self._pid:
            return  # a forked child has no thread that could do it, and nothing to close
        asyncio.run_coroutine_threadsafe(self._open.aclose(), self.loop).result(CLOSING)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(CLOSING)
        self.loop.close()


@cache
def _background(pid: int) -> _Background:
    del pid
    return _Background()
