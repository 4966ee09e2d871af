"""Where a ledger lies, and how it is opened."""

from __future__ import annotations

import os
import socket
import sqlite3
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from cryptography.fernet import Fernet
from sqlalchemy import text

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.ledger import (
    LedgerUnavailable,
    NoLedger,
    Sealer,
    database,
    find_ledger,
    open_ledger,
)
from airflow_provider_booking.change_sets.ledger.migrating import alembic_config
from airflow_provider_booking.change_sets.ledger.migrations import HEAD, VERSION_TABLE
from airflow_provider_booking.change_sets.ledger.tables import metadata
from tests.change_sets.ledger.processes import at_once, open_and_count

if TYPE_CHECKING:
    from pathlib import Path

    from airflow_provider_booking.change_sets.ledger import Ledger


def test_an_open_ledger_can_be_opened_again(ledger: Ledger, ledger_url: str, change_set_id: str) -> None:
    with open_ledger(ledger_url, Sealer(Fernet.generate_key().decode())) as again:
        assert again.change_set(change_set_id) == ledger.change_set(change_set_id)


def test_several_processes_may_open_it_first(ledger_url: str) -> None:
    counted = at_once(8, open_and_count, ledger_url, Fernet.generate_key().decode())

    assert counted == [{"total": 0}] * 8


def test_the_steps_lead_to_the_tables_as_they_are(ledger: Ledger) -> None:
    with ledger.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})

        assert compare_metadata(context, metadata) == []


def test_the_newest_step_is_known_without_looking(ledger: Ledger) -> None:
    with ledger.reading() as connection:
        steps = ScriptDirectory.from_config(alembic_config(connection))

    assert steps.get_heads() == [HEAD]


def test_every_table_and_column_says_what_it_is_for() -> None:
    for table in metadata.sorted_tables:
        assert table.comment
        assert [column.name for column in table.columns if not column.comment] == []


def test_a_ledger_of_a_newer_version_is_left_alone(ledger: Ledger, ledger_url: str, sealer: Sealer) -> None:
    with ledger.writing() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))  # noqa: S608 - our own name

    with pytest.raises(LedgerUnavailable, match="brought to version 9999 by a newer version"):
        open_ledger(ledger_url, sealer)


def test_a_file_is_made_with_its_folders_and_for_its_owner_only(tmp_path: Path, sealer: Sealer) -> None:
    file = tmp_path / "new" / "100%" / "ledger.db"

    with open_ledger(f"sqlite:///{file}", sealer) as ledger:
        ledger.take_lease("a", "b", 1)
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in file.parent.glob("ledger.db*")}

    assert modes["ledger.db"] == modes["ledger.db-wal"] == 0o600


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "is no database URL"),
        ("not a url", "is no database URL"),
        ("postgresql://host:port/db", "is no database URL"),
        ("mysql://user:pass-word@host/db", "names a database of kind mysql"),
        ("sqlite://", "names no absolute path"),
        ("sqlite:///ledger.db", "names no absolute path"),
        ("sqlite:///:memory:", "names no absolute path"),
    ],
)
def test_a_bad_url_is_refused_in_a_sentence(sealer: Sealer, url: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence) as raised:
        open_ledger(url, sealer)

    assert "pass-word" not in str(raised.value)


@pytest.mark.parametrize("ledger_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_spelling_of_postgresql_is_understood(ledger_url: str, sealer: Sealer, scheme: str) -> None:
    with open_ledger(f"{scheme}{ledger_url.removeprefix('postgresql')}", sealer) as ledger:
        assert ledger.count_unread("none") == {}


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no such limit")
@pytest.mark.parametrize("ledger_url", ["postgresql"], indirect=True)
class TestAServerThatDiesWithoutAWord:
    @pytest.mark.parametrize(("asked", "seconds"), [("", 60), ("&tcp_user_timeout=5000", 5)])
    def test_is_given_up_after_a_minute_unless_the_url_says_otherwise(
        self, ledger_url: str, sealer: Sealer, asked: str, seconds: int
    ) -> None:
        with open_ledger(ledger_url + asked, sealer) as ledger:
            assert _limits(ledger) == (seconds * 1000, 30, "0")

    def test_is_given_up_after_ten_seconds_where_it_is_asked_in_passing(
        self, ledger: Ledger, ledger_url: str, sealer: Sealer
    ) -> None:
        del ledger
        found = find_ledger(ledger_url, sealer)
        assert found
        assert _limits(found) == (10_000, 5, "10s")


def _limits(ledger: Ledger) -> tuple[int, int, str]:
    """What holds for a connection: milliseconds for what is sent, seconds of silence, a statement's time."""
    with ledger.reading() as connection:
        driver: Any = connection.connection.driver_connection
        with socket.socket(fileno=os.dup(driver.fileno())) as wire:
            sent = wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
            silent = wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
        return sent, silent, connection.execute(text("SHOW statement_timeout")).scalar_one()


def test_a_missing_driver_is_named(sealer: Sealer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(InvalidInput, match=r"install airflow-provider-booking\[postgres\]"):
        open_ledger("postgresql://127.0.0.1:1/none", sealer)


def test_a_server_that_is_not_there_is_unavailable_and_no_password_is_shown(sealer: Sealer) -> None:
    with pytest.raises(LedgerUnavailable, match=r"user:\*\*\*@127\.0\.0\.1:1/none") as raised:
        open_ledger("postgresql://user:pass-word@127.0.0.1:1/none", sealer)

    assert "pass-word" not in str(raised.value)


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path, sealer: Sealer) -> None:
    file = tmp_path / "ledger.db"
    file.write_text("no database, but more text than the header of one takes" * 20)

    with pytest.raises(LedgerUnavailable, match="could not be read or written: file is not a database"):
        open_ledger(f"sqlite:///{file}", sealer)


def test_a_new_file_that_somebody_writes_to_is_waited_for(tmp_path: Path, sealer: Sealer) -> None:
    file = tmp_path / "ledger.db"
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("begin immediate")
        with ThreadPoolExecutor() as threads:
            opening = threads.submit(open_ledger, f"sqlite:///{file}", sealer)
            with pytest.raises(TimeoutError):
                opening.result(timeout=0.5)
            other.execute("rollback")
            with opening.result() as ledger:
                assert ledger.counts("none") == {"total": 0}


def test_a_new_file_that_somebody_goes_on_writing_to_is_unavailable(
    tmp_path: Path, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.1)
    file = tmp_path / "ledger.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(LedgerUnavailable, match=r"could not be read or written: database is locked$"):
            open_ledger(f"sqlite:///{file}", sealer)


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path, sealer: Sealer) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(LedgerUnavailable, match="cannot be written: "):
        open_ledger(f"sqlite:///{tmp_path}/file/ledger.db", sealer)


def test_what_fails_later_is_unavailable_too(ledger: Ledger, change_set_id: str) -> None:
    with ledger.writing() as connection:
        connection.execute(text("DROP TABLE booking_waits"))

    with pytest.raises(LedgerUnavailable, match="could not be read or written"):
        ledger.add_waits(change_set_id, [(1, 2)])


@pytest.mark.parametrize("ledger_url", ["sqlite"], indirect=True)
def test_who_does_not_plan_makes_no_file_where_there_is_none(
    ledger_url: str, sealer: Sealer, tmp_path: Path
) -> None:
    with pytest.raises(NoLedger, match=r"There is no ledger at sqlite:///.*: the first plan makes it"):
        open_ledger(ledger_url, sealer, make=False)
    assert not (tmp_path / "ledger").exists()
    open_ledger(ledger_url, sealer).close()
    open_ledger(ledger_url, sealer, make=False).close()
