"""Where the ledger lies, and how it is opened there."""

from __future__ import annotations

import math
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.ledger.errors import LedgerUnavailable, NoLedger, told
from airflow_provider_booking.change_sets.ledger.ledger import Ledger
from airflow_provider_booking.change_sets.ledger.migrating import is_up_to_date, migrate
from airflow_provider_booking.vendors.sqlite_files import make_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import URL, Connection, Engine

    from airflow_provider_booking.change_sets.ledger.sealing import Sealer

PATIENCE = 30.0
"""Seconds that a write to SQLite waits for other writers."""
STATEMENT = "10s"
"""For how long a statement may run where one is asked in passing, as :func:`find_ledger` is for."""
_OLDEST_SQLITE = (3, 35)  # the first with "returning"

# What libpq does about a server that does not answer, where the URL does not say otherwise. Without this, who
# waits on a connection that died without a word waits for hours, by the system's own settings.
_PERSISTENT = {
    "connect_timeout": "10",  # seconds
    "tcp_user_timeout": "60000",  # milliseconds until what was sent must have arrived
    "keepalives_idle": "30",  # seconds of silence after which it is asked whether the other side still lives
    "keepalives_interval": "10",  # seconds between two such questions
    "keepalives_count": "3",  # questions without an answer after which it does not
}
_IN_PASSING = {
    "connect_timeout": "10",
    "tcp_user_timeout": "10000",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "2",
}


def open_ledger(url: str, sealer: Sealer, *, keep_days: float = 90, make: bool = True) -> Ledger:
    """Open the ledger; its tables are made where there are none, and brought up to date.

    Args:
        url: ``sqlite:////absolute/path`` or ``postgresql://user:password@host/database``.
        sealer: Encrypts what is personal.
        keep_days: For how many days change sets are kept.
        make: Whether to make a SQLite file that is not there. A new one knows of nothing: whoever wants to go
            on with a change set would take it for lost, where only a disk is away for a while.

    Raises:
        InvalidInput: The URL or ``keep_days`` cannot be used, or PostgreSQL's driver is not installed.
        NoLedger: The file is not there, and is not to be made.
        LedgerUnavailable: The database cannot be reached or written, or a newer version of this package has
            made its tables.
    """
    if not keep_days > 0:
        raise InvalidInput(
            f"the ledger cannot keep change sets for {keep_days:g} days", hint="give more than 0"
        )
    place = _place(url)
    if place.drivername == "sqlite" and make:
        _make_file(place)
    elif place.drivername == "sqlite":
        _check_file(place)
    engine = _sqlite(place) if place.drivername == "sqlite" else _postgresql(place, _PERSISTENT)
    try:
        with told(place.render_as_string(hide_password=True)):
            migrate(engine, PATIENCE)
    except BaseException:
        engine.dispose()
        raise
    return Ledger(engine, sealer, keep_days=keep_days)


def find_ledger(url: str, sealer: Sealer) -> Ledger | None:
    """Open the ledger where there is one; nothing is made and nothing is brought up to date.

    It keeps no connection open between calls, so that nobody has to close it. A call on PostgreSQL ends after
    some ten seconds, come what may: who asks in passing has better things to do.

    Args:
        url: As for :func:`open_ledger`.
        sealer: Encrypts what is personal.

    Returns:
        None where there is none, or none that this version of the package has opened before.

    Raises:
        InvalidInput: The URL cannot be used, or PostgreSQL's driver is not installed.
        LedgerUnavailable: The database cannot be reached.
    """
    place = _place(url)
    if place.drivername == "sqlite" and not Path(place.database or "").exists():
        return None
    engine = _find(place)
    with told(place.render_as_string(hide_password=True)):
        return Ledger(engine, sealer, keep_days=math.inf) if is_up_to_date(engine) else None


def _find(place: URL) -> Engine:
    if place.drivername == "sqlite":
        return _sqlite(place, poolclass=NullPool)
    engine = _postgresql(place, _IN_PASSING, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def _limit(connection: Connection) -> None:
        # For this transaction only: a pooler in between may give the session to somebody else afterwards.
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{STATEMENT}'")

    return engine


def _place(url: str) -> URL:
    try:
        place = make_url(url)
    except (ArgumentError, ValueError):
        # The error is not chained: it may show a password.
        raise InvalidInput(
            "[booking] ledger_url is no database URL",
            hint="give sqlite:////absolute/path or postgresql://user:password@host/database",
        ) from None
    backend = place.get_backend_name()
    if backend in ("postgres", "postgresql"):
        return place.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise InvalidInput(
            f"[booking] ledger_url names a database of kind {backend}",
            hint="the ledger lies in SQLite or PostgreSQL",
        )
    # Processes have different working folders: a relative path would be several ledgers.
    if not place.database or not Path(place.database).is_absolute():
        raise InvalidInput(
            "[booking] ledger_url names no absolute path",
            hint="write sqlite:////absolute/path, with four slashes",
        )
    return place.set(drivername="sqlite")


def _make_file(place: URL) -> None:
    try:
        make_file(Path(place.database or ""))
    except OSError as error:
        raise LedgerUnavailable(f"The ledger at {place} cannot be written: {error.strerror}") from error


def _check_file(place: URL) -> None:
    if not Path(place.database or "").exists():
        raise NoLedger(
            f"There is no ledger at {place}: the first plan makes it. If there was one, its disk is away: "
            "try again when it is back"
        )


def _sqlite(place: URL, **pool: Any) -> Engine:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise InvalidInput(
            f"this Python has SQLite {sqlite3.sqlite_version}, the ledger needs 3.35",
            hint="use a newer Python, or PostgreSQL",
        )
    file = Path(place.database or "")
    # SQLAlchemy says when a transaction begins, Python's driver must not.
    arguments = {"timeout": PATIENCE, "isolation_level": None}
    engine = create_engine(place, connect_args=arguments, hide_parameters=True, **pool)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, record: Any) -> None:
        record.info["inode"] = _inode(file)
        # FULL: what is committed survives a power cut, too.
        for pragma in ("synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A file that was deleted can be written to, and what is written is gone.
        if connection.info.get("inode") != _inode(file):
            connection.invalidate()
            raise LedgerUnavailable(
                f"The ledger at {place} was deleted or replaced: nothing more is kept in it"
            )
        # Who reads first and then wants to write can lose to another one who does: take the lock at once.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _inode(file: Path) -> int | None:
    try:
        return file.stat().st_ino
    except OSError:
        return None


def _postgresql(place: URL, patience: Mapping[str, str], **pool: Any) -> Engine:
    unsaid = {name: value for name, value in patience.items() if name not in place.query}
    try:
        # Asks each connection whether it still lives before it is used again.
        return create_engine(place, connect_args=unsaid, pool_pre_ping=True, hide_parameters=True, **pool)
    except ImportError:
        raise InvalidInput(
            "[booking] ledger_url names PostgreSQL, whose driver is not installed",
            hint="install airflow-provider-booking[postgres]",
        ) from None
