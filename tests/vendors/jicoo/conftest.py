"""Our Jicoo client, on the simulator."""

from collections.abc import AsyncIterator, Callable

import pytest

from airflow_provider_booking.vendors.jicoo.client import JicooClient
from airflow_provider_booking.vendors.jicoo.settings import JicooSettings

Settings = Callable[..., JicooSettings]


@pytest.fixture(autouse=True)
def _no_waits(new_process: None) -> None:
    del new_process


@pytest.fixture
async def jicoo(jicoo_settings: Settings) -> AsyncIterator[JicooClient]:
    """Give the client with the key that may do everything."""
    async with JicooClient(jicoo_settings()) as client:
        yield client
