"""An Airflow that says all that it can say, and runs in which something could slip out."""

import json
import re
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_booking.sandbox import Sandbox
from dev.airflow_api import AirflowApi
from dev.local_airflow import LocalAirflow, free_port, scrubbed_environment
from dev.local_sandbox import sandbox_connections
from dev.processes import Programs
from tests.system.leaks import planting
from tests.system.leaks.needles import Needle, of_records, on_the_wire
from tests.system.leaks.packets import LOOPBACK, metrics_server
from tests.system.leaks.searching import (
    NOT_MISPLACED,
    SECRETS,
    Hit,
    Place,
    files,
    hits,
    only_lines,
    tables,
    without_lines,
)
from tests.system.leaks.tape import Tape, recorded_sandbox
from tests.system.stage import VENDORS

DAG_IDS = (
    "leaks_updates",
    "leaks_bad_input",
    "leaks_connections",
    "leaks_places",
    "leaks_in_one_task",
    "leaks_moves",
    "leaks_search",
    "leaks_renewal",
)

# At DEBUG, Airflow's supervisor logs a task's rendered fields as it takes them in: what a DAG's author wrote.
RENDERED = re.compile(rb"\[supervisor\] .*\bmsg=SetRenderedFields\(")


@dataclass(frozen=True)
class Scene:
    """Airflow, the vendors and all that is kept of what they do."""

    api: AirflowApi
    airflow: LocalAirflow
    vendors: Sandbox
    tape: Tape
    packets: list[bytes]
    home: Path


@dataclass(frozen=True)
class Searched:
    """What is looked for, and where."""

    needles: frozenset[Needle]
    places: Mapping[str, Place]
    states: Mapping[str, Mapping[str, list[str]]]
    found: Mapping[str, list[Hit]]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    home = tmp_path_factory.mktemp("leaks")
    folders = {"leaks": Path(__file__).parent / "dags"}
    usual = signal.signal(signal.SIGTERM, lambda *_: pytest.exit("SIGTERM"))  # so that Airflow is stopped too
    with (
        metrics_server() as (port, packets),
        recorded_sandbox(bookings=200) as (vendors, tape),
        Programs(home / "logs") as programs,
    ):
        airflow = LocalAirflow(
            home / "airflow", folders, programs, free_port(), log_level="DEBUG", more=_settings(port)
        )
        airflow.start(say=len)
        planting.plant(vendors, home / "airflow")
        with airflow.api() as api:
            connections = sandbox_connections(vendors.port, scrubbed_environment(home))
            for conn_id, fields in planting.connections(connections).items():
                api.put_connection(conn_id, fields)
            for dag_id in DAG_IDS:
                api.unpause(dag_id, parsed_after=airflow.started)
            yield Scene(api, airflow, vendors, tape, packets, home)
    signal.signal(signal.SIGTERM, usual)


@pytest.fixture(scope="module")
def searched(scene: Scene) -> Searched:
    """All runs, ended, and where is looked then."""
    runs = _all_runs(scene)
    states = {dag_id: _states(scene, dag_id, run_ids) for dag_id, run_ids in runs.items()}
    said = {" ".join(words): _said(scene, *words) for words in _commands(scene)}
    needles = frozenset(_needles(scene))
    places = {each.name: each for each in _places(scene, said)}
    return Searched(needles, places, states, {name: hits(place, needles) for name, place in places.items()})


def _all_runs(scene: Scene) -> dict[str, list[str]]:
    """Have everything run, as much as goes side by side, and return the runs' ids by DAG."""
    api, vendors, home = scene.api, scene.vendors, scene.home
    planting.spoil(vendors)
    at_once = {
        "leaks_updates": planting.TRIED,
        "leaks_bad_input": {},
        "leaks_connections": {"conn_ids": list(planting.BAD_CONNECTIONS)},
        "leaks_places": {},
        "leaks_search": {},
        "leaks_renewal": {},
    }
    runs = {dag_id: [api.trigger(dag_id, params)] for dag_id, params in at_once.items()}
    good = planting.write_file(home / "good.csv", planting.MOVED, bad=False)
    runs["leaks_moves"] = [_approved(scene, good, touched=planting.DRIFTED["planned"])]
    for dag_id, run_ids in runs.items():
        api.wait_for_run(dag_id, run_ids[0])
    vendors.clear_faults()
    vendors.advance(601)  # Zoho gives ten tokens in ten minutes
    runs["leaks_in_one_task"] = [api.trigger("leaks_in_one_task", {})]
    api.wait_for_run("leaks_in_one_task", runs["leaks_in_one_task"][0])
    vendors.clear_faults()
    vendors.advance(601)
    bad = planting.write_file(home / "bad.csv", planting.MOVED_BADLY, bad=True)
    for vendor in VENDORS:
        for action in planting.IN_A_SET:
            vendors.fault(vendor, action, method=planting.WRITES[vendor], path=planting.WRITE_PATHS[vendor])
    runs["leaks_moves"].append(_approved(scene, bad))
    api.wait_for_run("leaks_moves", runs["leaks_moves"][1])
    vendors.clear_faults()
    return runs


def _approved(scene: Scene, source: dict[str, Any], *, touched: int | None = None) -> str:
    run_id = scene.api.trigger("leaks_moves", {"source": source})
    question = scene.api.wait_for_question("leaks_moves", run_id, "approve")
    if touched is not None:
        planting.touch(scene.vendors, touched, "by hand")
    scene.api.answer("leaks_moves", run_id, "approve", "Approve", question.form)
    return run_id


def _states(scene: Scene, dag_id: str, run_ids: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for run_id in run_ids:
        for each in scene.api.task_instances(dag_id, run_id):
            found.setdefault(each.task_id, []).append(str(each.state))
    return found


def _commands(scene: Scene) -> list[list[str]]:
    sets = json.loads(scene.airflow.command("booking", "list", "--output", "json").stdout)
    shown = [each["change_set_id"] for each in sets]
    return [["booking", "list"]] + [["booking", verb, each] for verb in ("show", "report") for each in shown]


def _said(scene: Scene, *words: str) -> bytes:
    done = scene.airflow.command(*words)
    return (done.stdout + done.stderr).encode()


def _needles(scene: Scene) -> set[Needle]:
    keys = json.loads((scene.home / "airflow" / "keys.json").read_text())
    found = {Needle("secret", f"Airflow's {name}", value) for name, value in keys.items()}
    for name, connection in sandbox_connections(scene.vendors.port, scrubbed_environment(scene.home)).items():
        secrets = [connection["password"], connection.get("extra", {}).get("refresh_token", "")]
        found |= {Needle("secret", f"secret of {name}", value) for value in secrets if value}
    wire = on_the_wire(scene.tape.exchanges)
    asked = b"".join(bytes(each.asked) + each.path.encode() for each in scene.tape.exchanges)
    for vendor in VENDORS:
        touched = [
            each for each in scene.vendors.bookings(vendor) if planting.id_of(vendor, each).encode() in asked
        ]
        wire |= of_records(vendor, touched)
    return found | wire | planting.needles()


def _places(scene: Scene, said: Mapping[str, bytes]) -> Iterator[Place]:
    logs = files(scene.home, "*.log")
    tasks = {name: text for name, text in logs.items() if "task_id=" in name}
    others = {name: text for name, text in logs.items() if name not in tasks}
    yield Place("logs of tasks", tasks)
    yield Place("logs of components", {name: without_lines(text, RENDERED) for name, text in others.items()})
    yield Place(
        "lines on rendered fields",
        {name: only_lines(text, RENDERED) for name, text in others.items()},
        SECRETS,
    )
    database = tables(scene.home / "airflow" / "airflow.db")
    yield Place("XCom", {"xcom": database.pop("xcom")})
    yield Place("event log", {"log": database.pop("log")}, NOT_MISPLACED)
    yield Place("questions to people", {"hitl_detail": database.pop("hitl_detail")})
    yield Place("rendered fields", {"fields": database.pop("rendered_task_instance_fields")}, SECRETS)
    yield Place("connections", {"connection": database.pop("connection")}, NOT_MISPLACED)
    yield Place("Airflow's other tables", database)
    yield Place("ledger and throttle", files(scene.home / "airflow", "booking_*.db*"), NOT_MISPLACED)
    yield Place("reports", files(scene.home, "summary.md", "items.csv", "items.jsonl"), SECRETS)
    # With labels, Airflow drops a metric in which there is an @, a space or a +: no address can get this far.
    yield Place("metrics", {str(number): packet for number, packet in enumerate(scene.packets)})
    reports = {words: text for words, text in said.items() if " report " in words}
    yield Place(
        "command line",
        {words: text for words, text in said.items() if words not in reports},
        NOT_MISPLACED,
    )
    yield Place("command line: report", reports, SECRETS)


def _settings(port: int) -> dict[str, dict[str, str]]:
    return {
        "metrics": {
            "statsd_on": "True",
            "statsd_host": LOOPBACK,
            "statsd_port": str(port),
            "statsd_influxdb_enabled": "True",  # with labels
        },
        "booking": {
            "request_attempts": "2",
            "request_seconds": "10",
            "longest_wait": "2",
            "settle_delay": "0.1",
        },
    }
