"""SQLite files that several processes use at once: the ledger's, and the shared throttle's."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

if TYPE_CHECKING:
    from pathlib import Path


def make_file(file: Path) -> None:
    """Make a file where there is none, for its owner only; SQLite gives those beside it the same mode.

    Raises:
        OSError: The file or a folder above it cannot be made.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)


def write_ahead(connection: sqlite3.Connection, patience: float) -> None:
    """Let readers and a writer of a file not wait for each other; SQLite keeps that with the file.

    Args:
        connection: Not in a transaction.
        patience: Seconds to wait for others. Where somebody writes, or takes this step at the same moment,
            SQLite itself does not wait, whatever the connection's timeout is.

    Raises:
        sqlite3.OperationalError: Somebody had the file in hand for all that time.
    """
    turns = Retrying(
        retry=retry_if_exception(is_busy),
        wait=wait_random(0.005, 0.05),
        stop=stop_after_delay(patience),
        reraise=True,
    )
    turns(lambda: connection.execute("pragma journal_mode = wal").close())


def is_busy(error: BaseException) -> bool:
    """Whether an error means nothing but that somebody else has the file in hand."""
    # The lower eight bits are the kind, the others say more about it. Python's own errors have none.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
