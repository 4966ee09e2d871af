"""A ledger on each kind of database: the same tests run on both."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg
import pytest
from cryptography.fernet import Fernet

from airflow_provider_booking.change_sets.ledger import Sealer, open_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from airflow_provider_booking.change_sets.ledger import Ledger


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
