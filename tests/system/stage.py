"""What the system tests look at: a running Airflow with the vendors beside it, and finished DAG runs."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_provider_booking.sandbox import Sandbox
from dev.airflow_api import AirflowApi, TaskInstance
from tests.wire import may_change_a_booking

VENDORS = ("feishu", "zoho", "jicoo", "onlive", "kos")
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
    """

    api: AirflowApi
    vendors: Sandbox
    home: Path
    connections: dict[str, dict[str, Any]]
    before: dict[str, list[dict[str, Any]]]
    params: dict[str, Any]


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


def finished_run(stage: Stage, dag_id: str, params: dict[str, Any]) -> Run:
    """Trigger a DAG and wait for its end."""
    vendors, earlier = stage.vendors, len(stage.vendors.requests())
    run_id = stage.api.trigger(dag_id, params)
    state = stage.api.wait_for_run(dag_id, run_id)
    return Run(
        stage,
        dag_id,
        run_id,
        state,
        tasks=stage.api.task_instances(dag_id, run_id),
        requests=vendors.requests()[earlier:],
        held={vendor: vendors.bookings(vendor) for vendor in VENDORS},
    )
