"""What the ledger raises when it cannot do its work."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


class LedgerUnavailable(Exception):
    """The ledger cannot be reached, read or written; what was to be written may not be there."""


class NoLedger(LedgerUnavailable):
    """There is none yet; or the disk is away on which its file is."""


class LeaseLost(Exception):
    """Somebody else may have begun the same work: nothing more may be sent.

    Args:
        problem: What happened, for a person.
        unwritten: The items of which nothing was written, for that reason.
    """

    def __init__(self, problem: str, unwritten: Collection[int] = ()) -> None:
        super().__init__(problem)
        self.unwritten = unwritten


@contextmanager
def told(shown_url: str) -> Iterator[None]:
    """Raise what goes wrong at the database as one sentence.

    Args:
        shown_url: Where the ledger lies, without a password.

    Raises:
        LedgerUnavailable: The database could not be reached, read or written.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        # Only the first line: what PostgreSQL says after it may quote a row.
        said = next(iter(str(cause).strip().splitlines()), type(cause).__name__)
        raise LedgerUnavailable(f"The ledger at {shown_url} could not be read or written: {said}") from error
    except PoolTimeoutError as error:
        raise LedgerUnavailable(
            f"The ledger at {shown_url} has no connection free: too many threads use it at once"
        ) from error
