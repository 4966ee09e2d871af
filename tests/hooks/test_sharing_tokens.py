"""Hooks share access tokens in the ledger where there is one, and never make one."""

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from airflow_provider_booking.change_sets.ledger import Sealer, open_ledger
from airflow_provider_booking.hooks import places
from airflow_provider_booking.hooks.feishu import FeishuHook
from airflow_provider_booking.hooks.jicoo import JicooHook
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.sessions import forget_credentials
from tests.hooks.conftest import FEISHU, JICOO, Connect
from tests.wire import token_fetches

KEYS = Fernet.generate_key().decode()

# In an interpreter of its own, so that what it loads is seen.
LOADED = """
import json, sys
from airflow_provider_booking.hooks.feishu import FeishuHook

FeishuHook().get_booking(sys.argv[1])
print(json.dumps([name for name in sys.modules if name.startswith("airflow_provider_booking.change_sets")]))
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give Airflow a home of this test's own, and a key."""
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", KEYS)
    return tmp_path


@pytest.fixture
def ledger_file(home: Path) -> Path:
    """Make a ledger, as planning does."""
    file = home / "booking_ledger.db"
    open_ledger(f"sqlite:///{file}", Sealer(KEYS)).close()
    return file


@pytest.fixture
def read_as_new_processes(sandbox: Sandbox, connect: Connect) -> Callable[[], int]:
    """Read a booking twice, each time as a new process would, and count the tokens that were fetched."""
    connect("feishu")

    def read() -> int:
        for _ in range(2):
            forget_credentials()
            FeishuHook().get_booking(FEISHU.booking_id)
        return len(token_fetches(sandbox, "feishu"))

    return read


@pytest.mark.usefixtures("ledger_file")
def test_with_a_ledger_processes_share_a_token(read_as_new_processes: Callable[[], int]) -> None:
    assert read_as_new_processes() == 1


def test_with_a_ledger_that_the_configuration_names_processes_share_a_token(
    read_as_new_processes: Callable[[], int], ledger_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = ledger_file.rename(ledger_file.with_name("elsewhere.db"))
    monkeypatch.setenv("AIRFLOW__BOOKING__LEDGER_URL", f"sqlite:///{elsewhere}")
    assert read_as_new_processes() == 1


def test_without_a_ledger_each_process_fetches_and_no_ledger_is_made(
    read_as_new_processes: Callable[[], int], home: Path
) -> None:
    assert read_as_new_processes() == 2
    assert not (home / "booking_ledger.db").exists()


def test_a_ledger_that_is_configured_and_was_never_used_is_not_made(
    read_as_new_processes: Callable[[], int], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__BOOKING__LEDGER_URL", f"sqlite:///{home}/elsewhere.db")
    assert read_as_new_processes() == 2
    assert not (home / "elsewhere.db").exists()


@pytest.mark.usefixtures("ledger_file")
def test_without_a_key_each_process_fetches_and_says_nothing_of_it(
    read_as_new_processes: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "")
    assert read_as_new_processes() == 2
    assert "Access tokens" not in caplog.text


def test_with_a_ledger_that_cannot_be_opened_each_process_fetches_and_says_so_once(
    read_as_new_processes: Callable[[], int], ledger_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ledger_file.write_bytes(b"no database at all" * 100)
    caplog.set_level(logging.WARNING)
    assert read_as_new_processes() == 2
    assert caplog.text.count("Access tokens are shared within this process only") == 1


def test_a_vendor_without_tokens_never_opens_the_ledger(
    ledger_file: Path, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    ledger_file.write_bytes(b"no database at all" * 100)
    connect("jicoo")
    assert JicooHook().get_booking(JICOO.booking_id).title == "Consultation"
    assert "Access tokens" not in caplog.text


def test_without_a_ledger_nothing_of_change_sets_is_loaded(connect: Connect) -> None:
    connect("feishu")
    ran = subprocess.run(  # noqa: S603  (our own interpreter, our own text)
        [sys.executable, "-c", LOADED, FEISHU.booking_id],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert json.loads(ran.stdout.splitlines()[-1]) == []


@pytest.mark.usefixtures("ledger_file")
def test_all_clients_of_a_process_share_by_the_same_place() -> None:
    assert places.sharing() is places.sharing()
