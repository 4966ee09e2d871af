"""Our own clients against the sandbox, each test as in a process of its own."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from airflow_provider_booking.vendors.jicoo.settings import JicooSettings
from airflow_provider_booking.vendors.kos.settings import KosSettings
from airflow_provider_booking.vendors.onlive.settings import OnliveSettings
from airflow_provider_booking.vendors.patience import Patience
from airflow_provider_booking.vendors.sessions import forget_credentials
from airflow_provider_booking.vendors.zoho.settings import ZohoSettings

THREE_TIMES = Patience(attempts=3)
QUICK = {"verify": False}  # the sandbox speaks plain http, and loading the CA file takes longer than a test


@pytest.fixture(autouse=True)
def _new_process() -> None:
    forget_credentials()


@pytest.fixture
def feishu_settings(sandbox: Sandbox) -> Callable[..., FeishuSettings]:
    """Make settings for the simulated Feishu; keywords are parts of the connection or extras."""

    def make(conn_id: str = "feishu_default", **parts: Any) -> FeishuSettings:
        known = {"login": "cli_sandbox", "password": "sandbox-secret", "host": f"{sandbox.url}/feishu"}
        given = known | {name: parts.pop(name) for name in known if name in parts}
        return FeishuSettings.from_connection(conn_id, **given, extra=QUICK | parts)

    return make


@pytest.fixture
def jicoo_settings(sandbox: Sandbox) -> Callable[..., JicooSettings]:
    """Make settings for the simulated Jicoo; keywords are parts of the connection or extras."""

    def make(conn_id: str = "jicoo_default", **parts: Any) -> JicooSettings:
        known = {"password": "sk_live_sandbox", "host": f"{sandbox.url}/jicoo"}
        given = known | {name: parts.pop(name) for name in known if name in parts}
        return JicooSettings.from_connection(conn_id, **given, extra=QUICK | parts)

    return make


@pytest.fixture
def zoho_settings(sandbox: Sandbox) -> Callable[..., ZohoSettings]:
    """Make settings for the simulated Zoho; keywords are parts of the connection or extras."""

    def make(conn_id: str = "zoho_calendar_default", **parts: Any) -> ZohoSettings:
        known = {"login": "1000.SANDBOX", "password": "sandbox-secret", "host": f"{sandbox.url}/zoho"}
        given = known | {name: parts.pop(name) for name in known if name in parts}
        user = {
            "refresh_token": "1000.sandbox.refresh",
            "accounts_url": f"{sandbox.url}/zoho-accounts",
        }
        return ZohoSettings.from_connection(conn_id, **given, extra=QUICK | user | parts)

    return make


@pytest.fixture
def onlive_settings(sandbox: Sandbox) -> Callable[..., OnliveSettings]:
    """Make settings for the simulated ONLIVE; keywords are parts of the connection or extras."""

    def make(conn_id: str = "onlive_default", **parts: Any) -> OnliveSettings:
        known = {"login": "SANDBOXKEY", "password": "sandbox-secret", "host": f"{sandbox.url}/onlive"}
        given = known | {name: parts.pop(name) for name in known if name in parts}
        return OnliveSettings.from_connection(conn_id, **given, extra=QUICK | parts)

    return make


@pytest.fixture
def kos_settings(sandbox: Sandbox) -> Callable[..., KosSettings]:
    """Make settings for the simulated KOS; keywords are parts of the connection or extras."""

    def make(conn_id: str = "kos_default", **parts: Any) -> KosSettings:
        known = {"password": "00000000-0000-4000-8000-000000000000", "host": f"{sandbox.url}/kos"}
        given = known | {name: parts.pop(name) for name in known if name in parts}
        return KosSettings.from_connection(conn_id, **given, extra=QUICK | parts)

    return make


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
def received(sandbox: Sandbox) -> Callable[..., int]:
    """Count the requests that the sandbox received: of a method, or with a word in the path."""

    def count(method: str = "", word: str = "") -> int:
        return sum(
            request["method"].startswith(method) and word in request["path"] for request in sandbox.requests()
        )

    return count


@pytest.fixture
def closed_port() -> int:
    """Give a port of this machine on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port
