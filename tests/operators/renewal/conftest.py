"""A ledger of the test's own, a connection, the reserves, and where Airflow's metrics go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.observability import stats
from airflow.sdk.observability.metrics import stats_utils

from tests.operators.renewal.renewing import LEFT, Gauges, seed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow_provider_booking.sandbox import Sandbox


@pytest.fixture(autouse=True)
def _connections(own_ledger: None, connect: Callable[..., None]) -> None:
    del own_ledger
    connect("feishu", extra={"max_concurrency": 1})
    connect("jicoo")


@pytest.fixture(autouse=True)
def _reserves(sandbox: Sandbox) -> None:
    seed(sandbox, LEFT)


class Backend:
    """Where Airflow's metrics go: keeps each gauge's last value by name and connection."""

    def __init__(self) -> None:
        self.gauges: Gauges = {}

    def gauge(self, stat: str, value: float, *, tags: dict[str, str]) -> None:
        self.gauges[stat, tags["conn_id"]] = value


@pytest.fixture
def gauges() -> Iterator[Gauges]:
    backend: Any = Backend()
    stats.initialize(factory=lambda: backend, export_legacy_names=True)
    yield backend.gauges
    stats.initialize(factory=stats_utils.get_stats_factory(), export_legacy_names=True)
