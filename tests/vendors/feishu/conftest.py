"""Our Feishu client, on the simulator."""

from collections.abc import AsyncIterator, Callable

import pytest

from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings

Settings = Callable[..., FeishuSettings]


@pytest.fixture(autouse=True)
def _no_waits(new_process: None) -> None:
    del new_process


@pytest.fixture
async def feishu(feishu_settings: Settings) -> AsyncIterator[FeishuClient]:
    """Give the client of app `cli_sandbox`."""
    async with FeishuClient(feishu_settings()) as client:
        yield client
