"""A ledger of the test's own, the two connections of its plans, and Airflow's end of the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from airflow.sdk.execution_time import task_runner

from tests.operators.approval.asking import Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(autouse=True)
def _connections(own_ledger: None, connect: Callable[..., None]) -> None:
    del own_ledger
    for vendor in ("jicoo", "onlive"):
        connect(vendor)


@pytest.fixture(autouse=True)
def supervisor(monkeypatch: pytest.MonkeyPatch) -> Supervisor:
    made = Supervisor()
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", made, raising=False)
    return made
