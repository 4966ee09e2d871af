"""Every code block of the README runs, as it stands there."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.definitions.mappedoperator import MappedOperator
from cryptography.fernet import Fernet

from airflow_provider_booking.operators.change_sets import PlanBookingChangesOperator
from airflow_provider_booking.sandbox import running
from airflow_provider_booking.sandbox.registry import SIMULATORS
from dev.local_airflow import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow.sdk import DAG

    from airflow_provider_booking.sandbox import Sandbox

ROOT = Path(__file__).resolve().parent.parent
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
DAGS = [text for language, text in BLOCKS if language == "python" and "with DAG" in text]
SCRIPTS = [text for language, text in BLOCKS if language == "python" and "with DAG" not in text]
SHELL = [text.strip() for language, text in BLOCKS if language == "bash"]
FILES = [text for language, text in BLOCKS if language == "csv"]
MAKE, SANDBOX, AIRFLOW = (
    [line for line in SHELL if line.startswith(start)] for start in ("make ", "python -m ", "airflow ")
)


@pytest.fixture
def vendors(tmp_path: Path) -> Iterator[Sandbox]:
    with running(bookings=20) as vendors, pytest.MonkeyPatch.context() as patch:
        for simulator in SIMULATORS:
            connection = simulator.connection(vendors.url)
            patch.setenv(f"AIRFLOW_CONN_{connection.pop('conn_id').upper()}", json.dumps(connection))
        patch.setenv("AIRFLOW__BOOKING__LEDGER_URL", f"sqlite:///{tmp_path / 'ledger.db'}")
        patch.setenv("AIRFLOW__BOOKING__REPORT_URL", str(tmp_path / "reports"))
        patch.setenv("AIRFLOW__CORE__FERNET_KEY", Fernet.generate_key().decode())
        yield vendors


def run(code: str) -> dict[str, Any]:
    scope: dict[str, Any] = {"__name__": "readme"}
    exec(compile(code, "README.md", "exec"), scope)  # noqa: S102  (to run what the README says is the point)
    return scope


def outcomes(dag: DAG) -> set[str]:
    """Run a DAG's tasks and return the outcomes of all bookings."""
    with asyncio.Runner() as runner:
        runner.get_loop()  # else Airflow takes the one that Python makes, and leaves it open
        if dag.has_task("plan"):
            return change_set(dag)
        (task,) = dag.tasks
        only: Any = task
        if task.task_id == "renew":
            return changed(only.execute({}))
        tasks: list[Any] = [only]
        if isinstance(task, MappedOperator):
            given: Any = task.expand_input.value
            tasks = [task.unmap({"uid": uid}) for uid in given["uid"]]
        return {each.execute({})["outcome"] for each in tasks}


def change_set(dag: DAG) -> set[str]:
    plan: Any = dag.get_task("plan")
    approve: Any = dag.get_task("approve")
    apply: Any = dag.get_task("apply")
    planned = plan.execute({"dag_run": SimpleNamespace(dag_id=dag.dag_id, run_id="manual")})
    approve.change_set_id = apply.change_set_id = planned["change_set_id"]
    approve.ask = False  # there is nobody here to answer
    apply.digest = approve.execute({})["digest"]
    return changed(apply.execute({}))


def changed(result: dict[str, Any]) -> set[str]:
    return set(result["counts"]) - {"total"}


def test_all_blocks_are_of_a_kind_that_is_run_here() -> None:
    assert len(DAGS) + len(SCRIPTS) + len(SHELL) + len(FILES) == len(BLOCKS)
    assert len(MAKE) + len(SANDBOX) + len(AIRFLOW) == len(SHELL)
    assert all("airflow_provider_booking.sandbox" in line for line in SANDBOX)


@pytest.mark.usefixtures("vendors")
@pytest.mark.parametrize("code", DAGS, ids=range(len(DAGS)))
def test_each_dag_updates_its_bookings(code: str) -> None:
    assert outcomes(run(code)["dag"]) == {"applied"}


@pytest.mark.usefixtures("vendors")
@pytest.mark.parametrize("text", FILES, ids=range(len(FILES)))
def test_each_file_can_be_planned_row_by_row(text: str, tmp_path: Path) -> None:
    file = tmp_path / "moves.csv"
    # Some day, the day that the README names will be over, and nothing can be moved there any more.
    coming = datetime.now(UTC) + timedelta(days=28)
    text, dated = re.subn(r"\d{4}-\d\d-\d\d(?=T)", f"{coming:%Y-%m-%d}", text)
    assert dated
    file.write_text(text)
    plan: Any = PlanBookingChangesOperator(task_id="plan", source={"file": str(file)}, key="readme")
    with asyncio.Runner() as runner:
        runner.get_loop()
        planned = plan.execute({})
    rows = len(text.splitlines()) - 1
    assert planned["counts"] == {"planned": rows, "total": rows}


@pytest.mark.parametrize("code", SCRIPTS, ids=range(len(SCRIPTS)))
def test_each_script_runs_and_prints_what_it_found(
    vendors: Sandbox, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(code)
    assert capsys.readouterr().out.strip()
    assert vendors.requests()


@pytest.mark.parametrize("line", SANDBOX)
def test_the_sandbox_answers_as_the_readme_calls_it(line: str) -> None:
    python, *arguments = line.replace("8765", str(free_port())).split()
    assert python == "python"
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True) as sandbox:  # noqa: S603  (the README's own line)
        assert sandbox.stdout is not None
        first = sandbox.stdout.readline()
        sandbox.terminate()
    assert first.startswith(("sandbox ready at http://127.0.0.1:", "AIRFLOW_CONN_FEISHU_DEFAULT="))


@pytest.mark.usefixtures("vendors")
@pytest.mark.parametrize("line", AIRFLOW)
def test_airflow_knows_the_command(line: str, tmp_path: Path) -> None:
    env = {**os.environ, "AIRFLOW_HOME": str(tmp_path)}
    command = [sys.executable, "-m", *line.split()]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603  (the README's own line)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("line", MAKE)
def test_make_knows_the_targets(line: str) -> None:
    shown = subprocess.run(["make", "-n", *line.split()[1:]], cwd=ROOT, capture_output=True, check=True)  # noqa: S603, S607  (the README's own line)
    assert b"dev/bootstrap.py" in shown.stdout


@pytest.mark.system
def test_make_demo_moves_500_bookings_and_the_vendors_agree(tmp_path: Path) -> None:
    env = {**os.environ, "ONCE": "1", "DEMO_HOME": str(tmp_path)}
    demo = subprocess.run([*MAKE[0].split()], cwd=ROOT, env=env, capture_output=True, text=True, check=False)  # noqa: S603  (the README's own line)
    assert demo.returncode == 0, demo.stdout + demo.stderr
    (total,) = re.findall(r"^ *total +(.*?) *$", demo.stdout, re.MULTILINE)
    assert total.split() == ["494", "1", "5", "-", "-", "-", "500", "500", "of", "500"]
    moves, renewal = re.findall(r"^Report +(.*summary\.md)$", demo.stdout, re.MULTILINE)
    assert "500 rows: 494 applied" in Path(moves).read_text()
    # How many are due depends on the hour; three have expired, and three are another app's.
    kept = re.search(r"207 rows: (\d+) applied, (\d+) unchanged, 6 refused", Path(renewal).read_text())
    assert kept is not None
    assert sum(map(int, kept.groups())) == 201
    assert "Approved, through Airflow's API" in demo.stdout
    assert "apply: jicoo_default: done 99 of 99, " in demo.stdout
    assert "http://127.0.0.1:" in demo.stdout
