"""How long a change set takes at least, by the rates of its connection."""

import pytest

from airflow_provider_booking.change_sets.estimate import estimated_seconds
from airflow_provider_booking.vendors.jicoo.settings import JicooSettings


def settings(writes: str, reads: str = "1000/second") -> JicooSettings:
    return JicooSettings.from_connection(
        "c", password="key", extra={"rate_limit": writes, "read_rate_limit": reads}
    )


@pytest.mark.parametrize(
    ("writes", "updates", "seconds"),
    [
        ("20/minute", 0, 0),
        ("20/minute", 20, 0),
        ("20/minute", 21, 60),
        ("20/minute", 100, 240),
        ("50/second, 1000/minute", 1000, 19),
        ("50/second, 1000/minute", 1001, 60),
    ],
)
def test_each_window_lets_its_first_calls_pass_at_once(writes: str, updates: int, seconds: float) -> None:
    assert estimated_seconds(settings(writes), updates, 1) == seconds


def test_reads_count_by_their_own_budget() -> None:
    assert estimated_seconds(settings("1000/second", "10/minute"), 20, 2) == 180
