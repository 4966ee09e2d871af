"""Our ONLIVE client, on the simulator."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from airflow_provider_booking.vendors.onlive.auth import SignedRequest
from airflow_provider_booking.vendors.onlive.client import OnliveClient
from airflow_provider_booking.vendors.onlive.settings import OnliveSettings
from tests.vendors.onlive import signers

Settings = Callable[..., OnliveSettings]


@pytest.fixture(autouse=True)
def _no_waits(new_process: None) -> None:
    del new_process


@pytest.fixture
async def onlive(onlive_settings: Settings) -> AsyncIterator[OnliveClient]:
    """Give the client with the key that may do everything in its organisation."""
    async with OnliveClient(onlive_settings()) as client:
        yield client


@pytest.fixture
def signed() -> Iterator[list[SignedRequest]]:
    """Give the requests that the signer `watched` signs during a test."""
    signers.seen.clear()
    yield signers.seen
    signers.seen.clear()
