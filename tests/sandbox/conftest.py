"""Clients of the simulators that are not ours: Feishu's own SDK, and plain HTTP for what it cannot say."""

import hashlib
import hmac
import json
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
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
    with httpx.Client(base_url=sandbox_server.url, timeout=30) as client:
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


ONLIVE_SECRETS = {
    "SANDBOXKEY": "sandbox-secret",
    "SANDBOXREADONLY": "readonly-secret",
    "SANDBOXOTHER": "other-secret",
}


class OnliveSigned(httpx.Auth):
    """The assumed scheme, written anew: what the simulator expects of any client."""

    requires_request_body = True

    def __init__(self, key: str, at: float | None = None) -> None:
        self._key = key
        self._at = at

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        now = datetime.now(UTC) if self._at is None else datetime.fromtimestamp(self._at, UTC)
        request.headers["x-onlive-site-date"] = date = now.strftime("%Y%m%dT%H%M%SZ")
        path, _, query = request.url.raw_path.decode().partition("?")
        sorted_query = "&".join(sorted(query.split("&")))
        body = hashlib.sha256(request.content).hexdigest()
        text = f"{request.method}\n{path}\n{sorted_query}\nx-onlive-site-date:{date}\n{body}"
        secret = ONLIVE_SECRETS[self._key].encode()
        signature = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
        request.headers["Authorization"] = f"ONLIVESITE Credential:{self._key}, Signature={signature}"
        yield request


@pytest.fixture
def onlive(http: httpx.Client) -> Callable[..., httpx.Response]:
    """Call a path below `/api`, signed now with the key that may do everything, or otherwise."""

    def call(
        method: str, path: str, *, key: str = "SANDBOXKEY", at: float | None = None, **options: Any
    ) -> httpx.Response:
        return http.request(method, f"/onlive/api{path}", auth=OnliveSigned(key, at), **options)

    return call


@pytest.fixture
def onlive_put(onlive: Callable[..., httpx.Response]) -> Callable[..., httpx.Response]:
    """Update an appointment, by default the vendor's sample in v1."""
    sample = "1610c525-f19a-40d0-8cd1-03daba3d2d98"

    def call(body: Any, appointment_id: str = sample, version: str = "v1") -> httpx.Response:
        return onlive("PUT", f"/{version}/appointments/{appointment_id}", json=body)

    return call


@pytest.fixture
def zoho_token(http: httpx.Client) -> Callable[..., str]:
    """Give an access token for one of the published refresh tokens; one for each in a test."""
    held: dict[str, str] = {}

    def fetch(refresh_token: str = "1000.sandbox.refresh") -> str:
        if refresh_token not in held:
            form = {
                "client_id": "1000.SANDBOX",
                "client_secret": "sandbox-secret",
                "grant_type": "refresh_token",
                "refresh_token": refresh_token,
            }
            held[refresh_token] = http.post("/zoho-accounts/oauth/v2/token", data=form).json()["access_token"]
        return held[refresh_token]

    return fetch


@pytest.fixture
def zoho(http: httpx.Client, zoho_token: Callable[..., str]) -> Callable[..., httpx.Response]:
    """Call a path below `/api/v1`, by default as the user who may do everything."""

    def call(
        method: str, path: str, *, as_user: str = "refresh", booking: Any = None, **options: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Zoho-oauthtoken {zoho_token(f'1000.sandbox.{as_user}')}"}
        if booking is not None:
            options["params"] = {"bookingData": json.dumps(booking)}
        return http.request(method, f"/zoho/api/v1{path}", headers=headers, **options)

    return call


@pytest.fixture
def zoho_update(
    sandbox: Sandbox, zoho: Callable[..., httpx.Response]
) -> Callable[[str, dict[str, Any]], httpx.Response]:
    """Update a booking: what Zoho wants every time, as it is stored, and the changes laid over it."""

    def update(booking_id: str, changes: dict[str, Any], **options: Any) -> httpx.Response:
        stored = sandbox.booking("zoho", booking_id)
        always = {name: stored[name] for name in ("title", "dateandtime", "resources")}
        return zoho("POST", f"/bookings/{booking_id}", booking=always | changes, **options)

    return update


KOS_KEY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def kos_token(http: httpx.Client) -> Callable[..., str]:
    """Exchange one of the published keys for a token."""

    def fetch(key: str = KOS_KEY) -> str:
        answer = http.post("/kos/open/authorization/commands/exchange-token", json={"key": key})
        token: str = answer.json()["token"]
        return token

    return fetch


@pytest.fixture
def kos(http: httpx.Client, kos_token: Callable[..., str]) -> Callable[..., httpx.Response]:
    """Call such as `v1/commands/update-reservation` of the schedules, by default with the first key."""

    def call(operation: str, body: Any, *, key: str = KOS_KEY) -> httpx.Response:
        headers = {"Authorization": f"Bearer {kos_token(key)}"}
        return http.post(f"/kos/schedule/open/{operation}", json=body, headers=headers)

    return call


@pytest.fixture
def kos_body(sandbox: Sandbox) -> Callable[..., dict[str, Any]]:
    """Give the body of an update (`v1` or `v2`) that leaves a schedule as it is, some members otherwise."""

    def body(version: str, schedule_id: str, **otherwise: Any) -> dict[str, Any]:
        record = sandbox.booking("kos", schedule_id)
        details = {name: value for name, value in record["reservation"].items() if name != "status"}
        if version == "v2":
            times_and_places = ("reservationGroupId", "startDateTime", "endDateTime", "zoneId", "doctor")
            details = {name: value for name, value in details.items() if name not in times_and_places}
            details |= {
                "zoneId": record["receptionZoneId"],
                "occupiedResources": record["occupiedResources"],
            }
        else:
            details.pop("requestedProcedures")
            details = {"consultationRequired": False, "sedationRequired": False} | details
        return {"scheduleId": schedule_id} | details | otherwise

    return body


@pytest.fixture
def kos_refused(kos: Callable[..., httpx.Response]) -> Callable[..., tuple[str, list[tuple[str, str]]]]:
    """Call as `kos`, check that the answer is KOS's 400, and give its class and each key with its reason."""

    def call(operation: str, body: Any) -> tuple[str, list[tuple[str, str]]]:
        answer = kos(operation, body)
        reply = answer.json()
        assert (answer.status_code, reply["status"], reply["message"]) == (400, 400, reply["className"])
        return reply["className"], [(one["key"], one["reason"]) for one in reply["errorProperties"]]

    return call
