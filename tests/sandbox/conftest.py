"""Clients of the simulators that are not ours: Feishu's own SDK, and plain HTTP for what it cannot say."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SECRETS = {
    "cli_sandbox": "sandbox-secret",
    "cli_readonly": "readonly-secret",
    "cli_writeonly": "writeonly-secret",
    "cli_other": "other-secret",
}


class Lark:
    """The reserve calls of `lark-oapi`, with settings as plain dicts."""

    def __init__(self, url: str, app_id: str) -> None:
        import lark_oapi
        from lark_oapi.core.cache import LocalCache

        self._client = (
            lark_oapi.Client.builder()
            .app_id(app_id)
            .app_secret(SECRETS[app_id])
            .domain(url)
            .enable_set_token(True)
            .cache(LocalCache())  # else tokens of an earlier test are used
            .log_level(lark_oapi.LogLevel.CRITICAL)
            .build()
        )

    def apply(self, body: dict[str, Any], *, user_token: str | None = None, **query: Any) -> Any:
        from lark_oapi.api.vc.v1 import ApplyReserveRequest, ApplyReserveRequestBody

        request = ApplyReserveRequest.builder().request_body(ApplyReserveRequestBody(body))
        return self._send(self._client.vc.v1.reserve.apply, request, user_token, query)

    def get(self, reserve_id: str, *, user_token: str | None = None, **query: Any) -> Any:
        from lark_oapi.api.vc.v1 import GetReserveRequest

        request = GetReserveRequest.builder().reserve_id(reserve_id)
        return self._send(self._client.vc.v1.reserve.get, request, user_token, query)

    def update(
        self, reserve_id: str, body: dict[str, Any], *, user_token: str | None = None, **query: Any
    ) -> Any:
        from lark_oapi.api.vc.v1 import UpdateReserveRequest, UpdateReserveRequestBody

        request = (
            UpdateReserveRequest.builder().reserve_id(reserve_id).request_body(UpdateReserveRequestBody(body))
        )
        return self._send(self._client.vc.v1.reserve.update, request, user_token, query)

    def delete(self, reserve_id: str, *, user_token: str | None = None) -> Any:
        from lark_oapi.api.vc.v1 import DeleteReserveRequest

        request = DeleteReserveRequest.builder().reserve_id(reserve_id)
        return self._send(self._client.vc.v1.reserve.delete, request, user_token, {})

    def active_meeting(self, reserve_id: str, *, user_token: str | None = None, **query: Any) -> Any:
        from lark_oapi.api.vc.v1 import GetActiveMeetingReserveRequest

        request = GetActiveMeetingReserveRequest.builder().reserve_id(reserve_id)
        return self._send(self._client.vc.v1.reserve.get_active_meeting, request, user_token, query)

    def _send(self, call: Any, request: Any, user_token: str | None, query: dict[str, Any]) -> Any:
        import lark_oapi

        for name, value in query.items():
            getattr(request, name)(value)
        option = lark_oapi.RequestOption.builder()
        if user_token is not None:
            option.user_access_token(user_token)
        return call(request.build(), option.build())


@pytest.fixture(scope="session")
def sdk() -> Iterator[None]:
    """Close the event loop that the SDK opens when it is imported and never uses here."""
    yield
    from lark_oapi.ws import client

    client.loop.close()


@pytest.fixture
def lark_app(sandbox: Sandbox, sdk: None) -> Callable[[str], Lark]:
    """Give the SDK as one of the published apps."""
    del sdk
    return lambda app_id: Lark(sandbox.url, app_id)


@pytest.fixture
def lark(lark_app: Callable[[str], Lark]) -> Lark:
    """Give the SDK as `cli_sandbox`."""
    return lark_app("cli_sandbox")


@pytest.fixture(scope="session")
def http_client(sandbox_server: Sandbox) -> Iterator[httpx.Client]:
    """Give one plain HTTP client for the whole run: making one takes longer than most tests."""
    with httpx.Client(base_url=sandbox_server.url, timeout=5) as client:
        yield client


@pytest.fixture
def http(sandbox: Sandbox, http_client: httpx.Client) -> httpx.Client:
    """Give a plain HTTP client on the address of a sandbox as new."""
    assert str(http_client.base_url) == sandbox.url
    return http_client


@pytest.fixture
def feishu_token(http: httpx.Client) -> Callable[..., str]:
    """Fetch a tenant token of one of the published apps."""

    def fetch(app_id: str = "cli_sandbox") -> str:
        credentials = {"app_id": app_id, "app_secret": SECRETS[app_id]}
        answer = http.post("/feishu/open-apis/auth/v3/tenant_access_token/internal", json=credentials)
        token: str = answer.json()["tenant_access_token"]
        return token

    return fetch


@pytest.fixture
def feishu(http: httpx.Client, feishu_token: Callable[..., str]) -> Callable[..., httpx.Response]:
    """Call a path below `/reserves`, by default with a tenant token of `cli_sandbox`."""

    def call(method: str, path: str, *, token: str | None = None, **options: Any) -> httpx.Response:
        bearer = feishu_token() if token is None else token
        headers = {"Authorization": f"Bearer {bearer}"}
        return http.request(method, f"/feishu/open-apis/vc/v1/reserves{path}", headers=headers, **options)

    return call


@pytest.fixture
def jicoo(http: httpx.Client) -> Callable[..., httpx.Response]:
    """Call a path below `/v1/bookings`, with the key that may do everything."""

    def call(method: str, path: str = "", **options: Any) -> httpx.Response:
        headers = {"X-Jicoo-Api-Key": "sk_live_sandbox"}
        return http.request(method, f"/jicoo/v1/bookings{path}", headers=headers, **options)

    return call
