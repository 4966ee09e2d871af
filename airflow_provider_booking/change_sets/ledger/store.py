"""What every part of the ledger stands on: transactions, the store's clock, encryption."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from airflow_provider_booking.change_sets.ledger.columns import StoreSeconds
from airflow_provider_booking.change_sets.ledger.errors import told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine, Table

    from airflow_provider_booking.change_sets.ledger.sealing import Sealer

PAGE = 500
"""Rows that are read at a time where all are gone through."""

_INSERTS: dict[str, Callable[[Table], Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


class Store:
    """A part of the ledger.

    Args:
        engine: The database, migrated.
        sealer: Encrypts what is personal.
        keep_days: For how long change sets are kept.
    """

    def __init__(self, engine: Engine, sealer: Sealer, *, keep_days: float) -> None:
        self._engine = engine
        self._sealer = sealer
        self._keep_days = keep_days
        self._shown_url = engine.url.render_as_string(hide_password=True)
        self._for_writing = engine.execution_options(writes=True)
        # One moment for all that one call reads; SQLite gives that anyway.
        self._for_reading = (
            engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            if engine.dialect.name == "postgresql"
            else engine
        )
        # Has what only these two dialects have: "on conflict".
        self._insert = _INSERTS[engine.dialect.name]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads; it sees one moment.

        Raises:
            LedgerUnavailable: The database could not be reached or read.
        """
        with told(self._shown_url), self._for_reading.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes: on leaving, all of it is on the disk, or nothing is.

        Raises:
            LedgerUnavailable: The database could not be reached or written.
        """
        with told(self._shown_url), self._for_writing.begin() as connection:
            yield connection

    def now(self) -> datetime:
        """What the database's own clock says, in UTC: the one clock that all processes share."""
        with self.reading() as connection:
            return store_time(connection)


def store_time(connection: Connection) -> datetime:
    """What the database's own clock says, in UTC."""
    return datetime.fromtimestamp(connection.execute(select(StoreSeconds())).scalar_one(), UTC)
