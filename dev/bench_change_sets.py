"""Seconds a booking: a change set on a real Airflow, mapped HttpOperator tasks, and a bare httpx loop.

All update titles of the same Jicoo bookings in one sandbox, which takes 50 ms for each call
(docs/benchmarks.md, "Change sets").
"""

import shutil
import time
from pathlib import Path
from typing import Any

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.jicoo.simulator import JicooSimulator
from airflow_provider_booking.vendors.jicoo.settings import JicooSettings
from dev.airflow_api import AirflowApi, AirflowApiError, TaskInstance
from dev.bench_bare_loop import bare_loop
from dev.bench_figures import APPLY, BARE, HTTP_OPERATOR, Speed, Way, speed_table
from dev.bench_plots import plot_speed
from dev.bench_stage import HOME, ROOT, UNLIMITED, console, own_sandbox, step
from dev.local_airflow import USER, LocalAirflow, free_port
from dev.processes import Programs

BOOKINGS = 10_000
MAPPED = 100  # of them, in the DAG of HttpOperator
LATENCY = 0.05  # seconds that the sandbox takes for each call
AT_ONCE = int(JicooSettings.model_fields["max_concurrency"].default)
CHANGE_SET, HTTP = "bench_change_set", "bench_http_operator"
LOOK = 2.0  # seconds between two looks at a run: each costs the API server's time, and so the task's
LONGEST_RUN = 900.0  # seconds


class RunApi(AirflowApi):
    """Airflow's API, and what a benchmark asks of it."""

    def run(self, dag_id: str, params: dict[str, Any]) -> tuple[str, list[TaskInstance]]:
        """Let the scheduler run a DAG, and return the run's id and its tasks.

        Raises:
            AirflowApiError: It did not succeed.
        """
        run_id = self.trigger(dag_id, params)
        state = self.wait_for_run(dag_id, run_id, LONGEST_RUN, seen=lambda _: time.sleep(LOOK))
        tasks = self.task_instances(dag_id, run_id)
        if state != "success":
            failures = [self.failure(dag_id, run_id, task) for task in tasks if task.state == "failed"]
            raise AirflowApiError(f"The run of {dag_id} ended as {state}: {'; '.join(failures)}")
        return run_id, tasks

    def run_seconds(self, dag_id: str, run_id: str) -> float:
        """Return how long a run took, from its start to its end."""
        return float(self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["duration"])


def run(lock: int) -> bool:
    """Measure, and tell whether applying is fast enough.

    Args:
        lock: The benchmark's lock, which Airflow's processes inherit.
    """
    home = HOME / "airflow"
    shutil.rmtree(home, ignore_errors=True)  # neither its database nor the ledger knows an earlier run
    with own_sandbox(LATENCY) as sandbox, Programs(HOME / "logs", lock) as programs:
        uids = sandbox.seed("jicoo", BOOKINGS)
        with step("Airflow starts"):
            dags = {"bench": ROOT / "dev" / "bench_dags"}
            airflow = LocalAirflow(home, dags, programs, free_port())
            airflow.start(lambda _: None)
        with RunApi(
            airflow.address, USER, airflow.password, alive=programs.check, noticed=airflow.has_noticed
        ) as api:
            speed = measured(api, airflow, sandbox, uids)
    console.print(speed_table(speed), speed.verdict)
    plot_speed(speed)
    return speed.passed


def measured(api: RunApi, airflow: LocalAirflow, sandbox: Sandbox, uids: list[str]) -> Speed:
    """Let all of them update the bookings, the bare loop before and after the change set."""
    connection = JicooSimulator.connection(sandbox.url)
    connect(api, connection)
    file = HOME / "bookings.csv"
    file.write_text("\n".join(["booking_id", *uids]) + "\n")
    for dag_id in (CHANGE_SET, HTTP):
        api.unpause(dag_id, parsed_after=airflow.started)
    calls = Calls(sandbox)
    with step(f"Bare loop over {BOOKINGS:,} bookings"):
        before = Way(BARE, BOOKINGS, bare_loop(connection, uids, "Before", AT_ONCE), calls.new())
    plan_seconds, applied = apply_change_set(api, file, calls)
    with step(f"Bare loop over {BOOKINGS:,} bookings, again"):
        after = Way(BARE, BOOKINGS, bare_loop(connection, uids, "After", AT_ONCE), calls.new())
    with step(f"{MAPPED} mapped HttpOperator tasks"):
        run_id, tasks = api.run(HTTP, {"title": "By HttpOperator"})
        mapped = Way(HTTP_OPERATOR, len(tasks), api.run_seconds(HTTP, run_id), calls.new())
    return Speed(mapped, applied, before, after, plan_seconds, AT_ONCE, LATENCY)


def apply_change_set(api: RunApi, file: Path, calls: "Calls") -> tuple[float, Way]:
    """Plan and apply on Airflow; return the plan task's seconds, and what applying came to."""
    with step(f"Change set of {BOOKINGS:,} bookings: plan, apply"):
        run_id, tasks = api.run(CHANGE_SET, {"file": str(file), "title": "By change set"})
    counts = {task.task_id: api.xcom(CHANGE_SET, run_id, task)["counts"] for task in tasks}
    if counts["apply"] != {"applied": BOOKINGS, "total": BOOKINGS}:
        raise AirflowApiError(f"Not every booking was applied: {counts}")
    seconds = {task.task_id: task.seconds or 0.0 for task in tasks}
    return seconds["plan"], Way(APPLY, BOOKINGS, seconds["apply"], calls.new(besides_lists=True))


def connect(api: RunApi, connection: dict[str, Any]) -> None:
    """Make the connections of the two DAGs; rate limits are out of the way."""
    ours = {name: value for name, value in connection.items() if name != "conn_id"}
    extra = {"rate_limit": UNLIMITED, "read_rate_limit": UNLIMITED}
    api.put_connection(connection["conn_id"], {**ours, "extra": extra})
    key = {"X-Jicoo-Api-Key": connection["password"]}
    api.put_connection("bench_http", {"conn_type": "http", "host": connection["host"], "extra": key})


class Calls:
    """Counts what the sandbox answers."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._seen = 0

    def new(self, *, besides_lists: bool = False) -> int:
        """Return how many calls there were since the last time; those for the list may be left out."""
        requests = self._sandbox.requests("jicoo")
        new, self._seen = requests[self._seen :], len(requests)
        return sum(not (besides_lists and request["path"].endswith("/bookings")) for request in new)
