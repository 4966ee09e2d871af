"""Fixtures for the whole test tree."""

import json
import logging
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import pytest
from hypothesis import settings as hypothesis_settings

from airflow_provider_booking.sandbox import Sandbox, running
from airflow_provider_booking.sandbox.registry import SIMULATORS
from airflow_provider_booking.vendors import waiting
from airflow_provider_booking.vendors.sessions import forget_credentials
from dev.postgres import running_postgres, server_binaries
from dev.redis import redis_server, running_redis

# On a busy machine any example may take long; hypothesis would take that for a mistake of ours.
hypothesis_settings.register_profile("any machine", hypothesis_settings.default, deadline=None)
hypothesis_settings.load_profile("any machine")


def pytest_configure(config: pytest.Config) -> None:
    """Give Airflow a home of this run's own before a test imports it, and nothing of the user's settings."""
    for name in [name for name in os.environ if name.startswith("AIRFLOW_")]:
        del os.environ[name]
    home = TemporaryDirectory(prefix="booking-tests-")
    config.add_cleanup(home.cleanup)
    os.environ["AIRFLOW_HOME"] = home.name


@pytest.fixture(scope="session", autouse=True)
def _httpx_logs_as_ever() -> None:
    # Airflow silences it on import; tests of our logs would then prove nothing.
    logging.getLogger("httpx").setLevel(logging.NOTSET)


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Sandbox]:
    """Serve one sandbox for the whole run; Feishu answers at `/` too, as its own SDK needs it."""
    with running(root="feishu") as server:
        yield server


@pytest.fixture
def sandbox(sandbox_server: Sandbox) -> Sandbox:
    """Give a sandbox as new: standing bookings only, documented rates, no faults, an empty log."""
    sandbox_server.reset()
    return sandbox_server


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Give a port of this machine on which nobody listens, nor begins to meanwhile: it is taken."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def new_process() -> Iterator[None]:
    """Let our clients begin as in a new process, without tokens, and let none of their waits take time."""
    forget_credentials()
    with waiting.switched_off():
        yield


@pytest.fixture
def connect(
    sandbox: Sandbox, new_process: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., None]:
    """Put a vendor's connection, some parts of it otherwise, where Airflow looks up its default id."""
    del new_process
    # What one test was told to wait must not hold for the next one.
    monkeypatch.setenv("AIRFLOW__BOOKING__THROTTLE_URL", f"sqlite:///{tmp_path}/throttle.db")
    simulators = {simulator.vendor: simulator for simulator in SIMULATORS}

    def put(vendor: str, *, url: str = sandbox.url, **otherwise: Any) -> None:
        parts = simulators[vendor].connection(url)
        name = f"AIRFLOW_CONN_{parts.pop('conn_id').upper()}"
        if isinstance(extra := otherwise.get("extra"), dict):
            otherwise["extra"] = parts.get("extra", {}) | extra
        monkeypatch.setenv(name, json.dumps(parts | otherwise))

    return put


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Run a PostgreSQL of our own; skip where there is none, unless it is required."""
    binaries = server_binaries()
    if binaries is None:
        _not_installed("PostgreSQL", "postgresql", required="BOOKING_REQUIRE_POSTGRES")
    with running_postgres(binaries) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Run a Redis of our own; skip where there is none, unless it is required."""
    program = redis_server()
    if program is None:
        _not_installed("Redis", "redis-server", required="BOOKING_REQUIRE_REDIS")
    with running_redis(program) as url:
        yield url


def _not_installed(name: str, package: str, *, required: str) -> NoReturn:
    reason = f"{name}'s server is not installed (Debian and Ubuntu: apt-get install {package})"
    if os.environ.get(required) == "1":
        pytest.fail(reason)
    pytest.skip(reason)
