"""Runs the async clients for plain (sync) calls, in one background event loop for the process.

The loop lives as long as the process, so that plain calls one after another reuse connections and tokens.
"""

from __future__ import annotations

import asyncio
import os
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

Result = TypeVar("Result")


def run(call: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end, from any thread, whether or not that thread has a running loop.

    An interrupt of the waiting thread cancels the coroutine.
    """
    # A forked worker has no copy of its parent's threads: the pid gives it a loop of its own.
    future = asyncio.run_coroutine_threadsafe(call, _loop(os.getpid()))
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


@cache
def _loop(pid: int) -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name=f"booking-calls-{pid}", daemon=True).start()
    return loop
