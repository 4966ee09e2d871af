"""The operators of change sets, as a task runs them: connections, configuration, XCom, failures."""

from __future__ import annotations

import asyncio
import csv
import json
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from airflow_provider_booking.hooks.places import open_ledger
from airflow_provider_booking.operators.change_sets import (
    ApplyBookingChangesOperator,
    PlanBookingChangesOperator,
    ReportBookingChangesOperator,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_booking.sandbox import Sandbox

COLUMNS = ["row", "conn_id", "vendor", "booking_id", "outcome", "reason", "message", "before", "after"]
COLUMNS += ["warnings", "request_id", "updated_at"]


@pytest.fixture(autouse=True)
def _connections(own_ledger: None, connect: Callable[..., None]) -> None:
    del own_ledger
    for vendor in ("feishu", "zoho", "jicoo", "onlive", "kos"):
        connect(vendor)


def run(task: Any, run_id: str = "manual__1") -> dict[str, Any]:
    """Run a task in an event loop of its own, as a task of a DAG run."""
    with asyncio.Runner() as runner:
        runner.get_loop()
        found: dict[str, Any] = task.execute({"dag_run": SimpleNamespace(dag_id="bulk", run_id=run_id)})
    return found


def plan(source: Any, change: Any = None, run_id: str = "manual__1", **otherwise: Any) -> dict[str, Any]:
    task = PlanBookingChangesOperator(
        task_id="plan", source=source, change=change, **{"conn_id": "jicoo_default", **otherwise}
    )
    return run(task, run_id)


def apply(change_set_id: str, **otherwise: Any) -> dict[str, Any]:
    return run(ApplyBookingChangesOperator(task_id="apply", change_set_id=change_set_id, **otherwise))


def test_a_plan_hands_on_ids_counts_and_where_its_report_lies(sandbox: Sandbox) -> None:
    planned = plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})
    assert set(planned) == {"change_set_id", "digest", "conn_ids", "counts", "eta_seconds", "report"}
    assert planned["conn_ids"] == ["jicoo_default"]
    assert planned["counts"] == {"planned": 1, "total": 1}
    assert (Path(planned["report"]) / "summary.md").is_file()
    assert json.loads(json.dumps(planned)) == planned
    assert all(request["method"] == "GET" for request in sandbox.requests("jicoo"))


def test_an_apply_hands_on_counts_and_writes_every_item_of_its_report() -> None:
    planned = plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})
    applied = apply(planned["change_set_id"], digest=planned["digest"], conn_id="jicoo_default")
    assert set(applied) == {"change_set_id", "counts", "report"}
    assert applied["counts"] == {"applied": 1, "total": 1}
    with (Path(applied["report"]) / "items.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert list(row) == COLUMNS
    assert (row["row"], row["outcome"]) == ("1", "applied")
    (line,) = (Path(applied["report"]) / "items.jsonl").read_text().splitlines()
    item = json.loads(line)
    assert list(item) == COLUMNS
    assert item["before"].keys() == item["after"].keys() == {"startedAt", "endedAt"}


def test_a_report_of_the_whole_can_be_written_at_any_time() -> None:
    planned = plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})
    found = run(ReportBookingChangesOperator(task_id="report", change_set_id=planned["change_set_id"]))
    assert found["counts"] == {"planned": 1, "total": 1}
    assert (Path(found["report"]) / "items.jsonl").is_file()


@pytest.mark.parametrize("by", ["file", "report"])
def test_a_report_is_a_source_whose_rows_are_picked_by_their_outcomes(by: str) -> None:
    planned = plan({"ids": ["sandboxVb7RE", "nobody"]}, {"shift": "P1D"})
    assert planned["counts"] == {"planned": 1, "refused": 1, "total": 2}
    where = {"file": f"{planned['report']}/items.csv", "report": planned["change_set_id"]}[by]
    again = plan({by: where, "outcomes": ["planned"]}, run_id="manual__2", conn_id=None)
    assert again["counts"] == {"planned": 1, "total": 1}


def test_the_key_is_that_of_the_run_by_default(sandbox: Sandbox) -> None:
    first = plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})
    apply(first["change_set_id"])
    again = plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})
    assert again["change_set_id"] == first["change_set_id"]
    another = plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"}, run_id="manual__2")
    assert another["change_set_id"] != first["change_set_id"]
    assert sum(request["method"] == "PATCH" for request in sandbox.requests("jicoo")) == 1


@pytest.mark.parametrize(
    ("otherwise", "sentence"),
    [
        ({"source": {"file": "/nowhere/rows.csv"}}, "rows.csv"),
        ({"source": {"ids": []}}, "names no booking"),
        ({"source": "{}"}, "source is a str.*render_template_as_native_obj"),
        ({"source": {"idz": []}}, "idz"),
        ({"conn_id": "nowhere"}, "connection nowhere does not exist"),
        ({"change": {"shift": "P1M"}}, "month"),
        ({"notify": "all"}, "notify must be vendor_default or none or once"),
        ({"on_dst": "never"}, "on_dst must be"),
    ],
)
def test_a_wrong_argument_is_one_sentence_and_no_retry_helps(
    sandbox: Sandbox, otherwise: dict[str, Any], sentence: str
) -> None:
    asked: dict[str, Any] = {"source": {"ids": ["sandboxVb7RE"]}, "change": {"shift": "P1D"}}
    with pytest.raises(AirflowFailException, match=sentence) as raised:
        plan(**(asked | otherwise))
    assert "\n" not in str(raised.value)
    assert sandbox.requests("jicoo") == []


def test_an_unknown_outcome_fails_the_task_so_that_a_retry_settles_it(sandbox: Sandbox) -> None:
    planned = plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})
    sandbox.fault("jicoo", {"drop": "after"}, method="PATCH")
    sandbox.fault("jicoo", {"status": 500}, method="GET", skip=1, times=None)
    with pytest.raises(AirflowException, match="not known") as raised:
        apply(planned["change_set_id"])
    assert not isinstance(raised.value, AirflowFailException)
    sandbox.clear_faults()
    assert apply(planned["change_set_id"])["counts"] == {"applied": 1, "total": 1}
    assert sum(request["method"] == "PATCH" for request in sandbox.requests("jicoo")) == 1


def test_more_refused_than_allowed_fails_the_task(sandbox: Sandbox) -> None:
    planned = plan({"ids": ["sandboxVb7RE", "nobody"]}, {"shift": "P1D"})
    assert planned["counts"] == {"planned": 1, "refused": 1, "total": 2}
    with pytest.raises(AirflowFailException, match="max_refused"):
        apply(planned["change_set_id"], max_refused=0)
    assert all(request["method"] == "GET" for request in sandbox.requests("jicoo"))
    assert apply(planned["change_set_id"])["counts"] == {"applied": 1, "refused": 1, "total": 2}


def test_held_and_refused_items_do_not_fail_the_task() -> None:
    planned = plan({"ids": ["sandboxVb7RE", "nobody"]}, {"shift": "P1D"})
    assert apply(planned["change_set_id"])["counts"] == {"applied": 1, "refused": 1, "total": 2}


def test_without_a_fernet_key_nothing_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "")
    with pytest.raises(AirflowFailException, match="fernet_key"):
        plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})


def test_an_unknown_change_set_is_one_sentence() -> None:
    open_ledger(make=True).close()
    with pytest.raises(AirflowFailException, match="20200101"):
        apply("20200101-000000-abcdef")


def test_a_digest_that_nobody_gave_is_no_approval(sandbox: Sandbox) -> None:
    planned = plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})
    task = ApplyBookingChangesOperator(
        task_id="apply", change_set_id=planned["change_set_id"], digest="{{ of the approval }}"
    )
    task.digest = None  # as a template that found nothing leaves it
    with pytest.raises(AirflowFailException, match="digest is empty: nobody approved"):
        run(task)
    assert not [request for request in sandbox.requests("jicoo") if request["method"] == "PATCH"]
