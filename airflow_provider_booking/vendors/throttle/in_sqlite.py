"""Counts calls in a SQLite file, for all processes of one machine.

The clock is the machine's. A transaction takes SQLite's own lock, which the system takes back from a process
that is killed.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pyrate_limiter import SQLiteBucket

from airflow_provider_booking.vendors.sqlite_files import is_busy, make_file, write_ahead
from airflow_provider_booking.vendors.throttle.store import PATIENCE, Situation, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from airflow_provider_booking.vendors.throttle.budget import Budget, Verdict

_CREDENTIALS = """
    create table if not exists booking_throttle (
        credential text primary key,
        paused_at integer not null default 0,
        paused_until integer not null default 0,
        longest integer not null default 0
    )
"""
_WIDEN = """
    insert into booking_throttle (credential, longest) values (?, ?)
    on conflict do update set longest = max(longest, excluded.longest)
"""
_PAUSE = """
    insert into booking_throttle (credential, paused_at, paused_until) values (?, ?, ?)
    on conflict do update set paused_at = excluded.paused_at, paused_until = excluded.paused_until
    where excluded.paused_until > paused_until or paused_at > ?
"""
_LOOK = """
    select coalesce(max(paused_at), 0), coalesce(max(paused_until), 0), coalesce(max(longest), 0),
    (select coalesce(max(item_timestamp), 0) from {table}) from booking_throttle where credential = ?
"""
# What was written down later than now was so before somebody put the machine's clock back: it does not count.
_FORGET_LATER = "delete from {table} where item_timestamp > ?"
_A_SECOND = 1000  # milliseconds: by less, clocks are put back all the time


class SQLiteStore(Store):
    """Counts in a file.

    Args:
        file: An absolute path; made for its owner only where it is not there.
    """

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file
        self._open: sqlite3.Connection | None = None
        self._inode = 0
        self._buckets: dict[Budget, SQLiteBucket] = {}

    def take_now(self, budget: Budget, wanted: int) -> Verdict | None:
        """As :meth:`Store.take`, where the file is open and nobody has it in hand: a tenth of a millisecond.

        A thread for it takes its turns with the event loop's at every step, and thirty times as long.
        """
        if not self._lock.acquire(blocking=False):
            return None
        try:
            return self._told(lambda: self._take_if_free(budget, wanted)) if self._is_open() else None
        finally:
            self._lock.release()

    def _take_if_free(self, budget: Budget, wanted: int) -> Verdict | None:
        connection = self._connection()
        connection.execute("pragma busy_timeout = 0").close()
        try:
            return self._take(budget, wanted)
        except sqlite3.OperationalError as error:
            if is_busy(error):
                return None
            raise
        finally:
            connection.execute(f"pragma busy_timeout = {PATIENCE * 1000}").close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        connection.execute("begin immediate")
        try:
            yield connection
            connection.commit()  # the bucket has done so where it counted something
        finally:
            if connection.in_transaction:
                connection.rollback()

    def _connection(self) -> sqlite3.Connection:
        if not self._is_open():
            self._disconnect()
        if self._open is None:
            make_file(self._file)
            self._inode = self._file.stat().st_ino
            self._open = sqlite3.connect(
                self._file, timeout=PATIENCE, isolation_level=None, check_same_thread=False
            )
            write_ahead(self._open, PATIENCE)
            # NORMAL: a power cut may lose the last counts, and the windows are over when it is back.
            for statement in ("pragma synchronous = normal", _CREDENTIALS):
                self._open.execute(statement).close()
        return self._open

    def _is_open(self) -> bool:
        # Who went on with a file that was deleted would count by himself.
        try:
            return self._open is not None and self._file.stat().st_ino == self._inode
        except OSError:
            return False

    def _look(self, budget: Budget) -> Situation:
        table = self._bucket(budget).table
        asked = self._connection().execute(_LOOK.format(table=table), (budget.credential,))
        now, (paused_at, paused_until, longest, latest) = _now(), asked.fetchone()
        if paused_at > now + _A_SECOND:
            paused_until = 0
        if latest > now + _A_SECOND:
            self._connection().execute(_FORGET_LATER.format(table=table), (now + _A_SECOND,)).close()
        if longest < budget.longest:
            self._connection().execute(_WIDEN, (budget.credential, budget.longest)).close()
        return Situation(now, paused_until, longest)

    def _bucket(self, budget: Budget) -> SQLiteBucket:
        if budget not in self._buckets:
            table = f"calls_{budget.key}"
            for statement in (
                f"create table if not exists {table} (name varchar, item_timestamp integer)",
                f"create index if not exists at_{table} on {table} (item_timestamp)",
            ):
                self._connection().execute(statement).close()
            self._buckets[budget] = SQLiteBucket(budget.rates, self._connection(), table)
        return self._buckets[budget]

    def _keep_pause(self, credential: str, seconds: float) -> None:
        with self._transaction() as connection:
            now = _now()
            until, later = now + int(seconds * 1000), now + _A_SECOND
            connection.execute(_PAUSE, (credential, now, until, later)).close()

    def _disconnect(self) -> None:
        self._buckets.clear()
        if self._open is not None:
            self._open.close()
            self._open = None


def _now() -> int:
    """Milliseconds of the machine's clock."""
    return time.time_ns() // 1_000_000
