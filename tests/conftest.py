"""Fixtures for the whole test tree."""

from collections.abc import Iterator

import pytest

from airflow_provider_booking.sandbox import Sandbox, running


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Sandbox]:
    """Serve one sandbox for the whole run; Feishu answers at `/` too, as its own SDK needs it."""
    with running(root="feishu") as server:
        yield server


@pytest.fixture
def sandbox(sandbox_server: Sandbox) -> Sandbox:
    """Give a sandbox as new: standing bookings only, documented rates, no faults, an empty log."""
    sandbox_server.reset()
    return sandbox_server
