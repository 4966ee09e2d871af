"""A wrong ``[booking] throttle_url`` is no booking's fault: the task says so, and no row is touched."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from airflow_provider_booking.hooks.places import open_ledger
from airflow_provider_booking.operators.change_sets import (
    ApplyBookingChangesOperator,
    PlanBookingChangesOperator,
)
from airflow_provider_booking.operators.jicoo import JicooUpdateBookingOperator

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_booking.sandbox import Sandbox

WRONG = [
    "redis://:secret-word@127.0.0.1:6379/0?no_such_option=1",
    "postgresql://booking:secret-word@127.0.0.1/throttle?sslmodee=require",
    "secret-word",
]


@pytest.fixture(autouse=True)
def _connections(own_ledger: None, connect: Callable[..., None]) -> None:
    del own_ledger
    connect("jicoo")


def run(task: Any) -> Any:
    with asyncio.Runner() as runner:
        runner.get_loop()
        return task.execute({"dag_run": SimpleNamespace(dag_id="bulk", run_id="manual__1")})


def plan() -> Any:
    source = {"ids": ["sandboxVb7RE"]}
    task = PlanBookingChangesOperator(
        task_id="plan", source=source, change={"shift": "P1D"}, conn_id="jicoo_default"
    )
    return run(task)


@pytest.mark.parametrize("wrong", WRONG)
def test_a_plan_fails_in_a_sentence_and_plans_once_it_is_mended(
    wrong: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as for_now:
        for_now.setenv("AIRFLOW__BOOKING__THROTTLE_URL", wrong)
        with pytest.raises(AirflowFailException, match=r"\[booking\] throttle_url") as failed:
            plan()
    assert "secret-word" not in str(failed.value)
    assert sandbox.requests("jicoo") == []
    assert plan()["counts"] == {"planned": 1, "total": 1}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_apply_fails_in_a_sentence_and_leaves_the_rows_as_they_were(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = plan()["change_set_id"]
    with monkeypatch.context() as for_now:
        for_now.setenv("AIRFLOW__BOOKING__THROTTLE_URL", wrong)
        with pytest.raises(AirflowFailException, match=r"\[booking\] throttle_url"):
            run(ApplyBookingChangesOperator(task_id="apply", change_set_id=planned))
    with open_ledger() as ledger:
        assert ledger.counts(planned) == {"planned": 1, "total": 1}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_update_fails_in_a_sentence(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__BOOKING__THROTTLE_URL", wrong)
    task = JicooUpdateBookingOperator(task_id="update", uid="sandboxVb7RE", changes={"name": "New"})
    with pytest.raises(AirflowFailException, match=r"\[booking\] throttle_url"):
        run(task)
