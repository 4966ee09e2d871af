"""What the system tests look at: a running Airflow with the vendors beside it, and finished DAG runs."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from airflow_provider_booking.sandbox import Sandbox
from dev.airflow_api import AirflowApi, TaskInstance
from dev.vendor_forms import FORMS, flat
from tests.wire import may_change_a_booking

CONN_IDS = {
    "feishu": "feishu_default",
    "zoho": "zoho_calendar_default",
    "jicoo": "jicoo_default",
    "onlive": "onlive_default",
    "kos": "kos_default",
}
VENDORS = tuple(CONN_IDS)
BULK = "bulk_reschedule"
SAMPLE_RESERVE = "6911188411932033028"
# Of the sample reserve. Nine digits: six of a shorter one stand in some log's microseconds by chance.
RESERVE_PASSWORD = "753108642"
TITLE = "Second opinion"  # what the sample DAG is asked to call every booking


@dataclass(frozen=True)
class Stage:
    """What the tests look at.

    Attributes:
        api: Airflow's API.
        vendors: The sandbox.
        home: The folder that holds every log.
        connections: The fields of the connections to the sandbox, by id.
        before: What each vendor held before the first run.
        params: What the sample DAG is asked for.
        command: Runs one of Airflow's commands, as a person would in a shell.
    """

    api: AirflowApi
    vendors: Sandbox
    home: Path
    connections: dict[str, dict[str, Any]]
    before: dict[str, list[dict[str, Any]]]
    params: dict[str, Any]
    command: Callable[..., CompletedProcess[str]]


@dataclass(frozen=True)
class Run:
    """A finished DAG run, and what the vendors received and held meanwhile and afterwards."""

    stage: Stage
    dag_id: str
    run_id: str
    state: str
    tasks: list[TaskInstance]
    requests: list[dict[str, Any]]
    held: dict[str, list[dict[str, Any]]]

    def about(self, vendor: str, booking_id: str) -> list[dict[str, Any]]:
        """Return the requests that name a booking, in the path or, as KOS wants it, in the body."""
        return [
            request
            for request in self.requests
            if request["vendor"] == vendor
            and (booking_id in request["path"] or booking_id in json.dumps(request["body"]))
        ]

    def written(self, vendor: str, booking_id: str) -> list[dict[str, Any]]:
        """Return what was sent to change a booking."""
        return [request for request in self.about(vendor, booking_id) if may_change_a_booking(request)]

    def of(self, task_id: str) -> list[TaskInstance]:
        """Return a task's instances, in the order of their map index."""
        return [task for task in self.tasks if task.task_id == task_id]

    def xcoms(self, task_id: str) -> list[Any]:
        """Return what a task's instances returned, in the order of their map index."""
        return [self.stage.api.xcom(self.dag_id, self.run_id, task) for task in self.of(task_id)]

    def failures(self, task_id: str) -> list[str]:
        """Return the exception texts that a task's instances ended with."""
        return [self.stage.api.failure(self.dag_id, self.run_id, task) for task in self.of(task_id)]

    def events(self, task_id: str) -> list[str]:
        """Return what a task's instances logged."""
        logs = (self.stage.api.log(self.dag_id, self.run_id, task) for task in self.of(task_id))
        return [str(line.get("event")) for log in logs for line in log]

    def now(self, vendor: str, booking_id: str) -> dict[str, Any]:
        """Return what a vendor held of a booking when the run had ended, flat."""
        return flat(FORMS[vendor].find(booking_id, self.held[vendor]))


def finished_run(stage: Stage, dag_id: str, params: dict[str, Any]) -> Run:
    """Trigger a DAG and wait for its end."""
    (run,) = finished_runs(stage, [(dag_id, params)])
    return run


def finished_runs(stage: Stage, asked: Sequence[tuple[str, dict[str, Any]]]) -> list[Run]:
    """Trigger DAGs with params, all at once, and wait for the end of the last one."""
    earlier = len(stage.vendors.requests())
    runs = [(dag_id, stage.api.trigger(dag_id, params)) for dag_id, params in asked]
    for dag_id, run_id in runs:
        stage.api.wait_for_run(dag_id, run_id)
    return [seen(stage, dag_id, run_id, earlier) for dag_id, run_id in runs]


def run_again(run: Run, task_id: str) -> Run:
    """Clear a task of a finished run, with all that comes after it, and wait for the end."""
    earlier = len(run.stage.vendors.requests())
    run.stage.api.clear(run.dag_id, run.run_id, task_id)
    run.stage.api.wait_for_run(run.dag_id, run.run_id)
    return seen(run.stage, run.dag_id, run.run_id, earlier)


def seen(stage: Stage, dag_id: str, run_id: str, earlier: int) -> Run:
    """Return a run as it is, with what the vendors received after their first so many requests."""
    return Run(
        stage,
        dag_id,
        run_id,
        stage.api.run_state(dag_id, run_id),
        tasks=stage.api.task_instances(dag_id, run_id),
        requests=stage.vendors.requests()[earlier:],
        held={vendor: stage.vendors.bookings(vendor) for vendor in VENDORS},
    )
