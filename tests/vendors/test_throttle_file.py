"""A file in which calls are counted: an event loop asks it itself, as long as nobody else has it in hand."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from airflow_provider_booking.bookings import Throttled
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings
from airflow_provider_booking.vendors.sqlite_files import write_ahead
from airflow_provider_booking.vendors.throttle import Throttle
from airflow_provider_booking.vendors.throttle.budget import Budget
from airflow_provider_booking.vendors.throttle.in_sqlite import SQLiteStore

COPIED = """
import os, sys
from airflow_provider_booking.vendors.throttle import close_stores, store_at
from airflow_provider_booking.vendors.throttle.budget import Budget

def granted(most):
    count = 0
    while count < most and store_at(sys.argv[1]).take(Budget.of("digest", "writes", ("10/hour",)), 1).granted:
        count += 1
    return count

first = granted(1)
has_begun, may_go_on = os.pipe(), os.pipe()
if os.fork() == 0:
    copy = granted(1)
    os.write(has_begun[1], b".")
    os.read(may_go_on[0], 1)
    print(copy + granted(20), flush=True)
    os._exit(0)
os.read(has_begun[0], 1)
close_stores()  # as far as SQLite notes in memory, nobody else has the file open
os.write(may_go_on[1], b".")
os.wait()
print(first, granted(20))
"""
BUDGET = Budget.of("digest", "writes", ("6/hour",))  # however long a test takes, none is given back


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "throttle.db"


@pytest.fixture
def store(file: Path) -> Iterator[SQLiteStore]:
    store = SQLiteStore(file)
    yield store
    store.close()


@pytest.fixture
def in_use(store: SQLiteStore) -> SQLiteStore:
    """The same, after somebody has opened it and called."""
    store.take(BUDGET, 1)
    return store


@contextmanager
def somebody_writes(file: Path) -> Iterator[None]:
    """Have the file in hand, as another process that is in the middle of counting."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin immediate")
        yield


def test_an_event_loop_does_not_open_it(store: SQLiteStore, file: Path) -> None:
    assert store.take_now(BUDGET, 1) is None
    assert not file.exists()


def test_an_event_loop_is_answered(in_use: SQLiteStore) -> None:
    verdicts = [in_use.take_now(BUDGET, 1) for _ in range(6)]
    assert [each and each.granted for each in verdicts] == [1, 1, 1, 1, 1, 0]


def test_an_event_loop_is_told_what_a_vendor_asked_for(in_use: SQLiteStore) -> None:
    began = time.monotonic()
    in_use.keep_pause("digest", 30)
    verdict = in_use.take_now(BUDGET, 1)
    assert verdict is not None
    assert verdict.granted == 0
    assert 29.9 - (time.monotonic() - began) <= verdict.paused <= 30


def test_an_event_loop_does_not_wait_for_another_process(in_use: SQLiteStore, file: Path) -> None:
    with somebody_writes(file):
        assert in_use.take_now(BUDGET, 1) is None
    assert in_use.take_now(BUDGET, 1) is not None


def test_a_thread_waits_for_another_process_and_an_event_loop_not_for_the_thread(
    in_use: SQLiteStore, file: Path
) -> None:
    in_use.take_now(BUDGET, 1)
    with ThreadPoolExecutor() as threads:
        with somebody_writes(file):
            taking = threads.submit(in_use.take, BUDGET, 1)
            with pytest.raises(TimeoutError):
                taking.result(timeout=0.3)
            assert in_use.take_now(BUDGET, 1) is None
        assert taking.result().granted == 1


def test_a_turn_is_not_lost_where_somebody_writes_before_what_is_old_is_forgotten(
    in_use: SQLiteStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget = SQLiteStore._forget

    def forget_while_somebody_writes(store: SQLiteStore, budget: Budget) -> None:
        with somebody_writes(file):
            forget(store, budget)

    monkeypatch.setattr(SQLiteStore, "_forget", forget_while_somebody_writes)
    in_use._forgotten_at.clear()
    verdict = in_use.take_now(BUDGET, 1)
    assert verdict is not None
    assert verdict.granted == 1


def test_an_event_loop_does_not_make_a_file_anew_that_was_deleted(in_use: SQLiteStore, file: Path) -> None:
    file.unlink()
    assert in_use.take_now(BUDGET, 1) is None
    assert not file.exists()
    assert in_use.take(BUDGET, 1).granted == 1


def test_a_file_that_is_none_is_told_of(in_use: SQLiteStore, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("drop table booking_throttle")
    with pytest.raises(Throttled, match="the store of rate limits cannot be used"):
        in_use.take_now(BUDGET, 1)


async def test_a_call_waits_where_somebody_writes_to_a_new_file(store: SQLiteStore, file: Path) -> None:
    settings = FeishuSettings.from_connection("one", login="app", password="secret")
    throttle = Throttle(settings, store)
    with somebody_writes(file):
        calling = asyncio.create_task(throttle.pass_through(writes=True, longest_wait=60))
        assert not (await asyncio.wait([calling], timeout=0.5))[0]
    await calling


def test_an_error_of_pythons_own_is_not_taken_for_a_busy_file(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        write_ahead(connection, patience=1)


def test_a_copy_of_a_process_counts_with_the_others(file: Path) -> None:
    counted = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-c", COPIED, f"sqlite:///{file}"],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=True,
    )
    # Of ten an hour, the copy has nine and the first process one, and no more when it comes again.
    assert counted.stdout.split() == ["9", "1", "0"]
