"""A real Airflow and a sandbox, started once for all tests here."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from airflow_provider_booking.sandbox import running
from dev.local_airflow import LocalAirflow, free_port, scrubbed_environment
from dev.local_sandbox import sandbox_connections
from dev.processes import Programs
from tests.system import moves, one_booking
from tests.system.stage import (
    BULK,
    CONN_IDS,
    RESERVE_PASSWORD,
    SAMPLE_RESERVE,
    TITLE,
    VENDORS,
    Run,
    Stage,
    finished_run,
    finished_runs,
    run_again,
)

DAG_IDS = (
    "update_one_booking",
    "mapped_updates",
    "refused_updates",
    "password_update",
    "unknown_update",
    "slow_moves",
    "take_back",
    "long_waits",
    BULK,
)
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    home = tmp_path_factory.mktemp("system")
    folders = {"dags": ROOT / "dags", "system": Path(__file__).parent / "dags"}
    usual = signal.signal(signal.SIGTERM, lambda *_: pytest.exit("SIGTERM"))  # so that Airflow is stopped too
    with running(bookings=200, seed=7) as vendors, Programs(home / "logs") as programs:
        sample = vendors.booking("feishu", SAMPLE_RESERVE)
        vendors.seed("feishu", bookings=[{**sample, "password": RESERVE_PASSWORD}])
        airflow = LocalAirflow(home / "airflow", folders, programs, free_port(), log_level="DEBUG")
        airflow.start(say=len)
        connections = sandbox_connections(vendors.port, scrubbed_environment(home))
        with airflow.api() as api:
            for conn_id, fields in connections.items():
                api.put_connection(conn_id, fields)
            for dag_id in DAG_IDS:
                api.unpause(dag_id, parsed_after=airflow.started)
            before = {vendor: vendors.bookings(vendor) for vendor in VENDORS}
            params = one_booking.params(datetime.now(UTC), TITLE)
            yield Stage(api, vendors, home, connections, before, params, airflow.command)
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


@pytest.fixture(scope="session")
def file_moves(stage: Stage) -> list[moves.Move]:
    """What the good rows of the file ask for."""
    return moves.moves(stage.before, CONN_IDS)


@pytest.fixture(scope="session")
def bulk_run(stage: Stage, file_moves: list[moves.Move]) -> Run:
    """A run of `bulk_reschedule` on a file over all vendors."""
    source = moves.write_file(stage.home / "moves.csv", file_moves)
    return finished_run(stage, BULK, {"source": source, "change": None, "conn_id": None, "approval": False})


@pytest.fixture(scope="session")
def bulk_again(bulk_run: Run) -> Run:
    """The same run, with its apply and what comes after it cleared."""
    return run_again(bulk_run, "apply")


@pytest.fixture(scope="session")
def other_runs(stage: Stage) -> dict[str, Run]:
    """Runs on a query, on a search and on nothing but bad rows, and one whose update gets no answer."""
    moves.write_table(stage.home / "moves.db")
    stage.api.put_connection("moves", {"conn_type": "sqlite", "host": str(stage.home / "moves.db")})
    stage.vendors.fault("jicoo", {"drop": "after"}, method="PATCH", path=f"*{moves.UNKNOWN}*")
    # One read when planning and one when applying; the ones that would settle it fail.
    stage.vendors.fault("jicoo", {"status": 500}, method="GET", path=f"*{moves.UNKNOWN}*", skip=2, times=None)
    asked = {
        "query": (BULK, {"source": moves.QUERY, "change": None, "conn_id": None, "approval": False}),
        "search": (BULK, {**moves.search_params(stage.before["jicoo"]), "approval": False}),
        "nothing": (BULK, {"source": {"ids": ["nobody"]}, "approval": False}),
        "unknown": ("unknown_update", {}),
    }
    found = dict(zip(asked, finished_runs(stage, list(asked.values())), strict=True))
    stage.vendors.clear_faults()
    return found


@pytest.fixture(scope="session")
def settled_run(other_runs: dict[str, Run]) -> Run:
    """The run whose update got no answer, with its apply cleared when the vendor answers again."""
    return run_again(other_runs["unknown"], "apply")


@pytest.fixture(scope="session")
def logs(request: pytest.FixtureRequest, other_runs: dict[str, Run], refused_run: Run) -> dict[Path, str]:
    """Every log of every component and task, at DEBUG level, by file."""
    good = ("one_run", "mapped_run", "password_run", "bulk_run", "settled_run")
    assert {name: request.getfixturevalue(name).state for name in good} == dict.fromkeys(good, "success")
    assert {run.state for run in (refused_run, other_runs["unknown"])} == {"failed"}
    return {path: path.read_text() for path in refused_run.stage.home.rglob("*.log")}
