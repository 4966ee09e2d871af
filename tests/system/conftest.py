"""A real Airflow and a sandbox, started once for all tests here."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from airflow_provider_booking.sandbox import running
from dev import demo_report
from dev.local_airflow import LocalAirflow, free_port, scrubbed_environment
from dev.local_sandbox import sandbox_connections
from dev.processes import Programs
from tests.system.stage import TITLE, VENDORS, Run, Stage, finished_run

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    home = tmp_path_factory.mktemp("system")
    folders = {"dags": ROOT / "dags", "system": Path(__file__).parent / "dags"}
    usual = signal.signal(signal.SIGTERM, lambda *_: pytest.exit("SIGTERM"))  # so that Airflow is stopped too
    with running(bookings=70, seed=7) as vendors, Programs(home / "logs") as programs:
        airflow = LocalAirflow(home / "airflow", folders, programs, free_port(), log_level="DEBUG")
        airflow.start(say=len)
        connections = sandbox_connections(vendors.port, scrubbed_environment(home))
        with airflow.api() as api:
            for conn_id, fields in connections.items():
                api.put_connection(conn_id, fields)
            for dag_id in ("update_one_booking", "mapped_updates", "refused_updates", "password_update"):
                api.unpause(dag_id, parsed_after=airflow.started)
            before = {vendor: vendors.bookings(vendor) for vendor in VENDORS}
            params = demo_report.params(datetime.now(UTC)) | {"title": TITLE}
            yield Stage(api, vendors, home, connections, before, params)
    signal.signal(signal.SIGTERM, usual)


@pytest.fixture(scope="session")
def one_run(stage: Stage) -> Run:
    """A run of the sample DAG."""
    return finished_run(stage, "update_one_booking", stage.params)


@pytest.fixture(scope="session")
def form_run(stage: Stage, one_run: Run) -> Run:
    """A run of the sample DAG with its form as it is."""
    assert one_run.state == "success"
    return finished_run(stage, "update_one_booking", {})


@pytest.fixture(scope="session")
def mapped_run(stage: Stage) -> Run:
    """A run with mapped tasks for every vendor."""
    return finished_run(stage, "mapped_updates", {"title": "Room 4"})


@pytest.fixture(scope="session")
def repeated_run(stage: Stage, mapped_run: Run) -> Run:
    """The mapped run, once more with the same values."""
    assert mapped_run.state == "success"
    return finished_run(stage, "mapped_updates", {"title": "Room 4"})


@pytest.fixture(scope="session")
def password_run(stage: Stage) -> Run:
    """A run that gives a reserve a new meeting password."""
    return finished_run(stage, "password_update", {})


@pytest.fixture(scope="session")
def refused_run(stage: Stage) -> Run:
    """A run whose every task was asked for something that cannot be."""
    return finished_run(stage, "refused_updates", {})
