"""Airflow parses DAG files again and again: the samples load without error and without anything heavy."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dev.local_airflow import scrubbed_environment

DAGS = Path(__file__).resolve().parent.parent.parent / "dags"
FILES = sorted(DAGS.glob("*.py"))

# Run in a fresh interpreter. Airflow may import these modules for itself, so that looking at sys.modules
# would prove nothing: what Airflow has is put aside, and importing them anew is made impossible.
LOAD = """
import json, runpy, sys
from airflow.sdk import DAG, BaseAsyncOperator, BaseHook, BaseOperator, Param, task

heavy = ("httpx", "sqlalchemy", "lark_oapi", "tenacity", "pyrate_limiter")
for name in list(sys.modules):
    if name.partition(".")[0] in heavy:
        del sys.modules[name]
sys.modules.update(dict.fromkeys(heavy))

dags = [thing for thing in runpy.run_path(sys.argv[1]).values() if isinstance(thing, DAG)]
told = {
    dag.dag_id: {
        "tags": sorted(dag.tags),
        "tasks": sorted(dag.task_ids),
        "params": {name: dag.params.get_param(name).description for name in dag.params},
        "schedule": {"at": dag.schedule, "catchup": dag.catchup, "runs_at_once": dag.max_active_runs},
    }
    for dag in dags
}
print(json.dumps(told))
"""


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def dag_file(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture(scope="module")
def loaded(dag_file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a DAG file defines, loaded where httpx, SQLAlchemy and the vendor SDK cannot be imported."""
    home = tmp_path_factory.mktemp("airflow")
    env = {**scrubbed_environment(home), "AIRFLOW_HOME": str(home)}
    ran = subprocess.run(  # noqa: S603 - our own interpreter, our own text
        [sys.executable, "-c", LOAD, str(dag_file)], env=env, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def test_a_sample_dag_loads_without_httpx_sqlalchemy_and_the_vendor_sdk(
    dag_file: Path, loaded: dict[str, Any]
) -> None:
    assert list(loaded) == [dag_file.stem]


def test_a_sample_dag_is_tagged(dag_file: Path, loaded: dict[str, Any]) -> None:
    assert "booking" in loaded[dag_file.stem]["tags"]


def test_update_one_booking_has_a_task_for_each_vendor(dag_file: Path, loaded: dict[str, Any]) -> None:
    if dag_file.stem == "update_one_booking":
        assert loaded["update_one_booking"]["tasks"] == ["feishu", "jicoo", "kos", "onlive", "zoho"]


def test_the_form_of_bulk_reschedule_names_every_source_and_change(
    dag_file: Path, loaded: dict[str, Any]
) -> None:
    if dag_file.stem == "bulk_reschedule":
        params = loaded["bulk_reschedule"]["params"]
        forms = {name: set(re.findall(r'\{"(\w+)": ', params[name])) for name in ("source", "change")}
        assert forms == {
            "source": {"ids", "file", "sql", "search", "report", "starts_after"},
            "change": {"shift", "move_to_date", "set", "changes", "close", "replace_host"}
            | {"title", "resource", "from"},
        }


def test_bulk_reschedule_plans_asks_applies_and_reports(dag_file: Path, loaded: dict[str, Any]) -> None:
    if dag_file.stem == "bulk_reschedule":
        assert {"plan", "approve", "apply", "report", "done"} <= set(loaded["bulk_reschedule"]["tasks"])


def test_every_field_of_the_form_reaches_a_task(dag_file: Path, loaded: dict[str, Any]) -> None:
    """A param that no template names would be a field that does nothing."""
    names = set(loaded[dag_file.stem]["params"])
    assert names == set(re.findall(r"params\.(\w+)", dag_file.read_text()))


def test_feishu_reserve_renewal_runs_daily_and_makes_up_for_no_run(
    dag_file: Path, loaded: dict[str, Any]
) -> None:
    if dag_file.stem == "feishu_reserve_renewal":
        schedule = loaded["feishu_reserve_renewal"]["schedule"]
        assert schedule == {"at": "@daily", "catchup": False, "runs_at_once": 1}
