"""Our Zoho client, on the simulator."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qs

import pytest

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from airflow_provider_booking.vendors.zoho.settings import ZohoSettings
from tests.wire import writes

Settings = Callable[..., ZohoSettings]


@pytest.fixture(autouse=True)
def _no_waits(new_process: None) -> None:
    del new_process


@pytest.fixture
async def zoho(zoho_settings: Settings) -> AsyncIterator[ZohoClient]:
    """Give the client of the user who may do everything."""
    async with ZohoClient(zoho_settings()) as client:
        yield client


def sent(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Return every ``bookingData`` that the simulator received, in order, from query or form."""
    return [
        json.loads(request["query"].get("bookingData") or parse_qs(request["body"])["bookingData"][0])
        for request in writes(sandbox, "zoho")
        if request["method"] == "POST"
    ]
