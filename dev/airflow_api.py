"""What the demo and the system tests ask of a running Airflow, over its REST API."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import httpx

POLL = 0.25  # seconds between two looks at something that is awaited
FINISHED = ("success", "failed")
PATIENCE = 600.0  # seconds that something is awaited: on a busy machine, what takes seconds takes minutes
JSON = Mapping[str, Any]


class AirflowApiError(Exception):
    """Airflow refused a call, or what was awaited did not come in time."""


@dataclass(frozen=True)
class TaskInstance:
    """One task of a run; `map_index` is -1 where the task is not mapped, `ended` is when its last try did."""

    task_id: str
    map_index: int
    state: str | None
    try_number: int
    seconds: float | None
    ended: datetime | None


@dataclass(frozen=True)
class Question:
    """What a task asks a person; `form` holds the fields of its form, as they are filled in beforehand."""

    subject: str
    body: str
    form: dict[str, Any]


class AirflowApi:
    """A client for one Airflow, logged in with its simple auth manager.

    Args:
        address: where its API server is, without a path.
        user: who logs in.
        password: with what.
        alive: called while waiting; raises when waiting has become pointless.
        noticed: tells whether the scheduler knows that a try of a task has left its worker: DAG, run, task,
            number of the try.
    """

    def __init__(
        self,
        address: str,
        user: str,
        password: str,
        *,
        alive: Callable[[], None],
        noticed: Callable[[str, str, str, int], bool],
    ) -> None:
        self._alive = alive
        self._noticed = noticed
        self._http = httpx.Client(base_url=address, timeout=30, trust_env=False)
        token = self._call("POST", "/auth/token", {"username": user, "password": password})["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def unpause(self, dag_id: str, parsed_after: datetime) -> None:
        """Wait until the DAG's file was parsed after this moment, and let its runs start.

        Raises:
            AirflowApiError: when a DAG file has an import error, or it takes more than `PATIENCE` seconds.
        """

        def parsed() -> bool:
            for error in self._call("GET", "/api/v2/importErrors")["import_errors"]:
                if datetime.fromisoformat(error["timestamp"]) > parsed_after:
                    raise AirflowApiError(f"{error['filename']} does not load:\n{error['stack_trace']}")
            dags = self._call("GET", "/api/v2/dags?limit=100")["dags"]
            times = [dag["last_parsed_time"] for dag in dags if dag["dag_id"] == dag_id]
            return any(time and datetime.fromisoformat(time) > parsed_after for time in times)

        self.wait_until(parsed, f"the DAG {dag_id} to be parsed")
        self._call("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})

    def pause(self, dag_id: str) -> None:
        """Let no further run of a DAG start."""
        self._call("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": True})

    def trigger(self, dag_id: str, conf: JSON) -> str:
        """Start a run with these params and return its run id."""
        body = {"logical_date": None, "conf": conf}
        return str(self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def run_ids(self, dag_id: str) -> list[str]:
        """Return the ids of a DAG's runs, the earliest first."""
        path = f"/api/v2/dags/{dag_id}/dagRuns?limit=100&order_by=run_after"
        return [str(run["dag_run_id"]) for run in self._call("GET", path)["dag_runs"]]

    def run_state(self, dag_id: str, run_id: str) -> str:
        """Return the state of a run."""
        return str(self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def run_after(self, dag_id: str, run_id: str) -> datetime:
        """Return the moment from which on a run may start; its templates know it as `dag_run.run_after`."""
        return datetime.fromisoformat(
            self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["run_after"]
        )

    def wait_for_run(
        self,
        dag_id: str,
        run_id: str,
        timeout: float = PATIENCE,
        seen: Callable[[list[TaskInstance]], object] = len,
    ) -> str:
        """Wait for the end of a run, showing its tasks to `seen` meanwhile, and return its state."""

        def finished() -> bool:
            seen(self.task_instances(dag_id, run_id))
            return self.run_state(dag_id, run_id) in FINISHED

        self.wait_until(finished, f"the run {run_id} of {dag_id} to end", timeout)
        return self.run_state(dag_id, run_id)

    def wait_for_question(self, dag_id: str, run_id: str, task_id: str) -> Question:
        """Wait until a task of a run asks a person, and can be answered; return what it asks."""

        def asks() -> bool:
            tasks = [task for task in self.task_instances(dag_id, run_id) if task.task_id == task_id]
            return any(self.can_be_answered(dag_id, run_id, task) for task in tasks)

        self.wait_until(asks, f"{task_id} of {dag_id} to ask")
        return self.question(dag_id, run_id, task_id)

    def can_be_answered(self, dag_id: str, run_id: str, task: TaskInstance) -> bool:
        """Return whether a task asks, and the scheduler knows: what is answered sooner, Airflow may fail."""
        asks = task.state == "awaiting_input"
        return asks and self._noticed(dag_id, run_id, task.task_id, task.try_number)

    def question(self, dag_id: str, run_id: str, task_id: str) -> Question:
        """Return what Airflow shows as a task's question."""
        found = self._call("GET", self._question_path(dag_id, run_id, task_id))
        form = {name: field["value"] for name, field in found["params"].items()}
        return Question(found["subject"], found["body"], form)

    def answer(self, dag_id: str, run_id: str, task_id: str, option: str, form: JSON) -> None:
        """Answer a task's question with one of its options and with its form, which may be left out."""
        body = {"chosen_options": [option], "params_input": form}
        self._call("PATCH", self._question_path(dag_id, run_id, task_id), body)

    def _question_path(self, dag_id: str, run_id: str, task_id: str) -> str:
        return f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/-1/hitlDetails"

    def clear(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Let a task of a run, its mapped instances and all that come after it run again."""
        body = {
            "dag_run_id": run_id,
            "task_ids": [task_id],
            "dry_run": False,
            "only_failed": False,
            "include_downstream": True,
            "reset_dag_runs": True,
        }
        self._call("POST", f"/api/v2/dags/{dag_id}/clearTaskInstances", body)

    def task_instances(self, dag_id: str, run_id: str) -> list[TaskInstance]:
        """Return the tasks of a run, in the order of task and map index."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100"
        tasks = [
            TaskInstance(
                row["task_id"],
                row["map_index"],
                row["state"],
                row["try_number"],
                row["duration"],
                row["end_date"] and datetime.fromisoformat(row["end_date"]),
            )
            for row in self._call("GET", path)["task_instances"]
        ]
        return sorted(tasks, key=lambda task: (task.task_id, task.map_index))

    def xcom(self, dag_id: str, run_id: str, task: TaskInstance) -> Any:
        """Return what a task returned."""
        entries = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task.task_id}/xcomEntries"
        query = f"map_index={task.map_index}&deserialize=true"
        return self._call("GET", f"{entries}/return_value?{query}")["value"]

    def rendered_fields(self, dag_id: str, run_id: str, task: TaskInstance) -> dict[str, Any]:
        """Return a task's arguments as the UI shows them after templating."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task.task_id}"
        path += f"/{task.map_index}" if task.map_index >= 0 else ""
        return dict(self._call("GET", path)["rendered_fields"])

    def log(self, dag_id: str, run_id: str, task: TaskInstance) -> list[dict[str, Any]]:
        """Return the log of a task's last try: structured messages, each with its `event`."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task.task_id}/logs/{task.try_number}"
        return list(self._call("GET", f"{path}?map_index={task.map_index}&full_content=true")["content"])

    def failure(self, dag_id: str, run_id: str, task: TaskInstance) -> str:
        """Return the text of the exception that a task's last try ended with, or nothing if none did."""
        details = [
            line["error_detail"] for line in self.log(dag_id, run_id, task) if line.get("error_detail")
        ]
        return str(details[-1][0]["exc_value"]) if details else ""

    def put_connection(self, conn_id: str, fields: JSON) -> None:
        """Make a connection, or overwrite the one that has this id.

        Args:
            conn_id: its id.
            fields: as in the JSON form of an AIRFLOW_CONN_… variable; `extra` is an object.
        """
        action = {"action": "create", "action_on_existence": "overwrite"}
        found = self._call(
            "PATCH",
            "/api/v2/connections",
            {"actions": [{**action, "entities": [connection_body(conn_id, fields)]}]},
        )
        if found["create"]["errors"]:
            raise AirflowApiError(f"Connection {conn_id}: {found['create']['errors'][0]}")

    def put_variable(self, key: str, text: str) -> None:
        """Make a Variable that holds this text, or overwrite the one that has this key."""
        entity = {"key": key, "value": text}
        action = {"action": "create", "action_on_existence": "overwrite", "entities": [entity]}
        found = self._call("PATCH", "/api/v2/variables", {"actions": [action]})
        if found["create"]["errors"]:
            raise AirflowApiError(f"Variable {key}: {found['create']['errors'][0]}")

    def connection(self, conn_id: str) -> dict[str, Any]:
        """Return a connection as Airflow shows it: secrets as stars."""
        return dict(self._call("GET", f"/api/v2/connections/{conn_id}"))

    def test_connection(self, conn_id: str, fields: JSON) -> tuple[bool, str]:
        """Press the form's Test button: return whether it works, and the sentence shown."""
        found = self._call("POST", "/api/v2/connections/test", connection_body(conn_id, fields))
        return bool(found["status"]), str(found["message"])

    def connection_forms(self) -> dict[str, dict[str, Any]]:
        """Return the connection forms that the UI would draw, by connection type."""
        found = self._call("GET", "/ui/connections/hook_meta")
        return {form["connection_type"]: form for form in found}

    def wait_until(self, true: Callable[[], bool], what: str, timeout: float = PATIENCE) -> None:
        """Look every `POLL` seconds until it is true; raise `AirflowApiError` after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not true():
            self._alive()
            if time.monotonic() > deadline:
                raise AirflowApiError(f"Waited {timeout:.0f} s for {what}.")
            time.sleep(POLL)

    def _call(self, method: str, path: str, body: JSON | None = None) -> Any:
        reply = self._http.request(method, path, json=body)
        if reply.is_error:
            raise AirflowApiError(f"{method} {path}: {reply.status_code} {reply.text[:500]}")
        return reply.json()


def connection_body(conn_id: str, fields: JSON) -> dict[str, Any]:
    """Return the API's form of a connection."""
    extra = json.dumps(fields.get("extra") or {})
    return {**fields, "connection_id": conn_id, "extra": extra}
