"""Threads for what blocks in the ledger, apart from all others of the process."""

from __future__ import annotations

import asyncio
import contextvars
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


async def in_thread(
    call: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """Make a call that blocks, in a thread of its own; who is cancelled while waiting cannot take it back.

    asyncio's threads are few, and looking up the name of a vendor can hold all of them: a lease would lapse
    meanwhile. A call that never returns holds up nobody, not even the end of the process.
    """
    answer: Future[Result] = Future()
    answer.set_running_or_notify_cancel()

    def run() -> None:
        try:
            result = call(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001  (whatever it is, who waits must hear of it)
            answer.set_exception(error)
        else:
            answer.set_result(result)

    context = contextvars.copy_context()
    Thread(target=context.run, args=(run,), name="booking-ledger", daemon=True).start()
    return await asyncio.wrap_future(answer)
