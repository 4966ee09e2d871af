"""A ledger on each kind of database: the same tests run on both."""

from __future__ import annotations

import os
import uuid
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg
import pytest
from cryptography.fernet import Fernet

from airflow_provider_booking.change_sets.ledger import Sealer, open_ledger
from dev.postgres import running_postgres, server_binaries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from airflow_provider_booking.change_sets.ledger import Ledger


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Run a PostgreSQL of our own; skip where there is none, unless it is required."""
    binaries = server_binaries()
    if binaries is None:
        reason = "PostgreSQL's server is not installed (Debian and Ubuntu: apt-get install postgresql)"
        if os.environ.get("BOOKING_REQUIRE_POSTGRES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with running_postgres(binaries) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Name an empty database: a new file, or a new schema, which is there faster than a new database."""
    with ExitStack() as afterwards:
        if request.param == "sqlite":
            yield f"sqlite:///{tmp_path}/ledger/ledger.db"
            return
        server: str = request.getfixturevalue("postgres_server")
        schema = f"ledger_{uuid.uuid4().hex}"
        admin = afterwards.enter_context(psycopg.connect(server, autocommit=True))
        admin.execute(f"CREATE SCHEMA {schema}".encode())
        yield f"{server}?options=-csearch_path%3D{schema}"
        admin.execute(f"DROP SCHEMA {schema} CASCADE".encode())


@pytest.fixture
def sealer() -> Sealer:
    """Encrypt with a key of this test's own."""
    return Sealer(Fernet.generate_key().decode())


@pytest.fixture
def ledger(ledger_url: str, sealer: Sealer) -> Iterator[Ledger]:
    """Open an empty ledger."""
    with open_ledger(ledger_url, sealer) as opened:
        yield opened
