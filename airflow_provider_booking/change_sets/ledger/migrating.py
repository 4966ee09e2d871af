"""Bring a ledger's tables up to date, by one process at a time."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import column, func, inspect, select, table

from airflow_provider_booking.change_sets.ledger.errors import LedgerUnavailable
from airflow_provider_booking.change_sets.ledger.migrations import HEAD, VERSION_TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.config import Config
    from sqlalchemy import Connection, Engine

_LOCK = 0x626F6F6B696E6773  # "bookings"; PostgreSQL tells such locks apart by a number of 64 bits


def migrate(engine: Engine) -> None:
    """Make the tables, or bring them up to date; nothing is done where they are.

    All steps are one transaction: a process that dies on the way leaves nothing behind.

    Raises:
        LedgerUnavailable: A newer version of this package has made the tables.
    """
    if not is_up_to_date(engine):
        with _alone(engine) as connection:
            _upgrade(connection)


def is_up_to_date(engine: Engine) -> bool:
    """Whether the tables are there, as this version of the package makes them."""
    with engine.connect() as connection:
        return _version(connection) == HEAD


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction that only one process at a time is in; others wait."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            yield connection
        return
    # SQLite's own lock is not enough: two that switch to write-ahead at once fail with "database is locked".
    with Path(f"{engine.url.database}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _write_ahead(engine)
        with engine.execution_options(writes=True).begin() as connection:
            yield connection


def _write_ahead(engine: Engine) -> None:
    """Let readers and a writer not wait for each other; SQLite keeps this with the file."""
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(select(column("version_num")).select_from(table(VERSION_TABLE))).scalar()


def _upgrade(connection: Connection) -> None:
    # Loading Alembic takes longer than everything else here: only where there is something to do.
    from alembic import command  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = alembic_config(connection)
    version = _version(connection)
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        shown_url = connection.engine.url.render_as_string(hide_password=True)
        raise LedgerUnavailable(
            f"The ledger at {shown_url} was brought to version {version} by a newer version of "
            "airflow-provider-booking: install that one here, too"
        )
    command.upgrade(config, "head")


def alembic_config(connection: Connection) -> Config:
    """How Alembic is called: with our steps, on this connection."""
    from alembic.config import Config  # noqa: PLC0415

    folder = Path(__file__).parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
