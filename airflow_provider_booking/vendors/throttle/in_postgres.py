"""Counts calls in PostgreSQL, for many machines. The clock is the server's."""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pyrate_limiter import PostgresBucket

from airflow_provider_booking.vendors.throttle.store import PATIENCE, Situation, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_provider_booking.vendors.throttle.budget import Budget

_LOCKS = zlib.crc32(b"airflow-provider-booking") - 2**31
"""Sets our advisory locks apart from those of others who use the database."""
_CREDENTIALS = """
    create table if not exists booking_throttle (
        credential text primary key, paused_until bigint not null default 0, longest bigint not null default 0
    )
"""
_CLOCK = "(extract(epoch from clock_timestamp()) * 1000)::bigint"
_WIDEN = """
    insert into booking_throttle (credential, longest) values (%s, %s)
    on conflict (credential) do update set longest = greatest(booking_throttle.longest, excluded.longest)
"""
_PAUSE = f"""
    insert into booking_throttle (credential, paused_until) values (%s, {_CLOCK} + %s)
    on conflict (credential)
    do update set paused_until = greatest(booking_throttle.paused_until, excluded.paused_until)
"""  # noqa: S608  (the clock is a constant)
_LOOK = f"""
    select {_CLOCK}, coalesce(max(paused_until), 0), coalesce(max(longest), 0)
    from booking_throttle where credential = %s
"""  # noqa: S608  (the clock is a constant)
_SETTINGS = (
    # The bucket writes moments without a zone.
    "set time zone 'UTC'",
    # Who is frozen while everybody waits for him is cut off, before they are.
    f"set statement_timeout = '{PATIENCE}s'",
    f"set idle_in_transaction_session_timeout = '{PATIENCE // 2}s'",
    # A count that a server's crash loses is of a window that is over when it is back.
    "set synchronous_commit = off",
)


class PostgresStore(Store):
    """Counts in tables of a database.

    Args:
        url: As ``libpq`` reads it.

    Raises:
        ProgrammingError: It cannot be read, or names an unknown option.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        conninfo_to_dict(url)
        self._url = url
        self._open: psycopg.Connection | None = None
        self._buckets: dict[Budget, PostgresBucket] = {}

    @contextmanager
    def _transaction(self) -> Iterator[psycopg.Connection]:
        connection = self._connection()
        try:
            yield connection
            connection.commit()
        except BaseException:
            self._disconnect()
            raise

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        """The one connection, as if from a pool: the bucket counts within our transaction."""
        yield self._connection()

    def _connection(self) -> psycopg.Connection:
        if self._open is None:
            patience: dict[str, Any] = {"connect_timeout": PATIENCE, "tcp_user_timeout": PATIENCE * 1000}
            self._open = psycopg.connect(self._url, **patience)
            for setting in _SETTINGS:
                self._open.execute(setting.encode())
            self._lock_out_others("booking_throttle")
            self._open.execute(_CREDENTIALS)
            self._open.commit()
        return self._open

    def _look(self, budget: Budget) -> Situation:
        # In turn: the clock is looked at by one after another, and the bucket's table is free.
        self._lock_out_others(budget.credential)
        row = self._connection().execute(_LOOK.encode(), (budget.credential,)).fetchone()
        now, paused_until, longest = row or (0, 0, 0)
        if longest < budget.longest:
            self._connection().execute(_WIDEN, (budget.credential, budget.longest))
        return Situation(now, paused_until, longest)

    def _bucket(self, budget: Budget) -> PostgresBucket:
        if budget not in self._buckets:
            self._buckets[budget] = PostgresBucket(cast("Any", self), budget.key, budget.rates)
        return self._buckets[budget]

    def _keep_pause(self, credential: str, seconds: float) -> None:
        with self._transaction() as connection:
            connection.execute(_PAUSE.encode(), (credential, int(seconds * 1000)))

    def _lock_out_others(self, what: str) -> None:
        """Until the transaction ends."""
        self._connection().execute(
            "select pg_advisory_xact_lock(%s, %s)", (_LOCKS, zlib.crc32(what.encode()) - 2**31)
        )

    def _disconnect(self) -> None:
        self._buckets.clear()
        if self._open is not None:
            self._open.close()
            self._open = None
