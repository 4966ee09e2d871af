"""Our KOS client, on the simulator."""

from collections.abc import AsyncIterator, Callable

import pytest

from airflow_provider_booking.vendors.kos.client import KosClient
from airflow_provider_booking.vendors.kos.settings import KosSettings

Settings = Callable[..., KosSettings]


@pytest.fixture(autouse=True)
def _no_waits(new_process: None) -> None:
    del new_process


@pytest.fixture
async def kos(kos_settings: Settings) -> AsyncIterator[KosClient]:
    """Give the client with the key that may do everything."""
    async with KosClient(kos_settings()) as client:
        yield client
