"""A ledger of the test's own, the two connections of its plans, and Airflow's end of the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from airflow.sdk.execution_time import task_runner

from tests.operators.approval.asking import Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connect: Callable[..., None]) -> None:
    monkeypatch.setenv("AIRFLOW__BOOKING__LEDGER_URL", f"sqlite:///{tmp_path / 'ledger.db'}")
    monkeypatch.setenv("AIRFLOW__BOOKING__REPORT_URL", str(tmp_path / "reports"))
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "cGFzc3dvcmQgb2YgMzIgYnl0ZXMgZm9yIHRlc3RzLi4=")
    for vendor in ("jicoo", "onlive"):
        connect(vendor)


@pytest.fixture(autouse=True)
def supervisor(monkeypatch: pytest.MonkeyPatch) -> Supervisor:
    made = Supervisor()
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", made, raising=False)
    return made
