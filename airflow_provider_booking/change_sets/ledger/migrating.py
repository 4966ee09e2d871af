"""Bring a ledger's tables up to date, by one process at a time."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import column, func, inspect, select, table

from airflow_provider_booking.change_sets.ledger.errors import LedgerUnavailable
from airflow_provider_booking.change_sets.ledger.migrations import HEAD, VERSION_TABLE
from airflow_provider_booking.vendors.sqlite_files import write_ahead

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from alembic.config import Config
    from sqlalchemy import Connection, Engine

_LOCK = 0x626F6F6B696E6773  # "bookings"; PostgreSQL tells such locks apart by a number of 64 bits


def migrate(engine: Engine, patience: float) -> None:
    """Make the tables, or bring them up to date; nothing is done where they are.

    All steps are one transaction: a process that dies on the way leaves nothing behind.

    Args:
        engine: Where the ledger lies.
        patience: Seconds to wait for others who have a file of SQLite in hand.

    Raises:
        LedgerUnavailable: A newer version of this package has made the tables.
    """
    if not is_up_to_date(engine):
        if engine.dialect.name == "sqlite":
            _write_ahead(engine, patience)
        with _alone(engine) as connection:
            _upgrade(connection)


def is_up_to_date(engine: Engine) -> bool:
    """Whether the tables are there, as this version of the package makes them."""
    with engine.connect() as connection:
        return _version(connection) == HEAD


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction that only one process at a time is in; others wait."""
    with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        yield connection


def _write_ahead(engine: Engine, patience: float) -> None:
    # Not in a transaction, as SQLAlchemy would begin one.
    connection = engine.raw_connection()
    try:
        write_ahead(cast("sqlite3.Connection", connection.driver_connection), patience)
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
