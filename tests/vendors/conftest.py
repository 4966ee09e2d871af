"""Our own clients against the sandbox, each test as in a process of its own."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.registry import SIMULATORS
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from airflow_provider_booking.vendors.jicoo.settings import JicooSettings
from airflow_provider_booking.vendors.kos.settings import KosSettings
from airflow_provider_booking.vendors.onlive.client import OnliveClient
from airflow_provider_booking.vendors.onlive.settings import OnliveSettings
from airflow_provider_booking.vendors.patience import Patience
from airflow_provider_booking.vendors.sessions import forget_credentials
from airflow_provider_booking.vendors.settings import VendorSettings
from airflow_provider_booking.vendors.zoho.settings import ZohoSettings

Settings = TypeVar("Settings", bound=VendorSettings)

THREE_TIMES = Patience(attempts=3)
QUICK = {"verify": False}  # the sandbox speaks plain http, and loading the CA file takes longer than a test


@pytest.fixture(autouse=True)
def _new_process() -> None:
    forget_credentials()


def _settings(sandbox: Sandbox, model: type[Settings]) -> Callable[..., Settings]:
    """Make settings for a simulated vendor; keywords are parts of the connection or extras."""
    simulator = next(each for each in SIMULATORS if each.vendor == model.vendor)

    def make(conn_id: str | None = None, **parts: Any) -> Settings:
        usual = simulator.connection(sandbox.url)
        usual_id, _, extra = usual.pop("conn_id"), usual.pop("conn_type"), usual.pop("extra", {})
        given = usual | {name: parts.pop(name) for name in usual if name in parts}
        return model.from_connection(conn_id or usual_id, **given, extra=QUICK | extra | parts)

    return make


@pytest.fixture
def feishu_settings(sandbox: Sandbox) -> Callable[..., FeishuSettings]:
    """Make settings for the simulated Feishu."""
    return _settings(sandbox, FeishuSettings)


@pytest.fixture
def zoho_settings(sandbox: Sandbox) -> Callable[..., ZohoSettings]:
    """Make settings for the simulated Zoho."""
    return _settings(sandbox, ZohoSettings)


@pytest.fixture
def jicoo_settings(sandbox: Sandbox) -> Callable[..., JicooSettings]:
    """Make settings for the simulated Jicoo."""
    return _settings(sandbox, JicooSettings)


@pytest.fixture
def onlive_settings(sandbox: Sandbox) -> Callable[..., OnliveSettings]:
    """Make settings for the simulated ONLIVE."""
    return _settings(sandbox, OnliveSettings)


@pytest.fixture
def kos_settings(sandbox: Sandbox) -> Callable[..., KosSettings]:
    """Make settings for the simulated KOS."""
    return _settings(sandbox, KosSettings)


@pytest.fixture
def feishu(feishu_settings: Callable[..., FeishuSettings]) -> Callable[..., FeishuClient]:
    """Make a client of the simulated Feishu that sends a call three times at most."""

    def make(*, patience: Patience = THREE_TIMES, on_token: Any = None, **parts: Any) -> FeishuClient:
        return FeishuClient(feishu_settings(**parts), patience=patience, on_token=on_token)

    return make


@pytest.fixture
def jicoo(jicoo_settings: Callable[..., JicooSettings]) -> Callable[..., JicooClient]:
    """Make a client of the simulated Jicoo that sends a call three times at most."""

    def make(*, patience: Patience = THREE_TIMES, **parts: Any) -> JicooClient:
        return JicooClient(jicoo_settings(**parts), patience=patience)

    return make


@pytest.fixture
def onlive(onlive_settings: Callable[..., OnliveSettings]) -> Callable[..., OnliveClient]:
    """Make a client of the simulated ONLIVE that sends a call three times at most."""

    def make(*, patience: Patience = THREE_TIMES, **parts: Any) -> OnliveClient:
        return OnliveClient(onlive_settings(**parts), patience=patience)

    return make


@pytest.fixture
def received(sandbox: Sandbox) -> Callable[..., int]:
    """Count the requests that the sandbox received: of a method, or with a word in the path."""

    def count(method: str = "", word: str = "") -> int:
        return sum(
            request["method"].startswith(method) and word in request["path"] for request in sandbox.requests()
        )

    return count
