"""How Feishu is shown who calls: an app's tenant token, or a person's (docs/vendors/feishu.md, "Tokens")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from airflow_provider_booking.vendors.feishu.errors import STALE_TENANT_TOKEN, code_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator

    from pydantic import SecretStr


class TenantTokenAuth(httpx.Auth):
    """The app's token; one that the vendor no longer takes is replaced once and the request is sent again.

    Sending again is safe for a write as well: the gateway refused the token before it looked at the request.

    Args:
        token: Gives the token to use.
        discard: Forgets a token that was refused.
    """

    def __init__(self, token: Callable[[], Awaitable[str]], discard: Callable[[str], None]) -> None:
        self._token = token
        self._discard = discard

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Show the token; on 99991663, whatever the HTTP status, show a new one (pitfalls 4 and 8)."""
        token = await self._token()
        response = yield _shown(request, token)
        if await _code(response) == STALE_TENANT_TOKEN:
            self._discard(token)
            yield _shown(request, await self._token())


class UserTokenAuth(httpx.Auth):
    """A person's token, as the connection has it. Nothing here can renew it."""

    def __init__(self, token: SecretStr) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Show the token."""
        yield _shown(request, self._token.get_secret_value())


def _shown(request: httpx.Request, token: str) -> httpx.Request:
    request.headers["Authorization"] = f"Bearer {token}"
    return request


async def _code(response: httpx.Response) -> int | None:
    # The number is in the body, so the body has to be read; a "yes" costs no parsing here.
    content = await response.aread()
    if str(STALE_TENANT_TOKEN).encode() not in content:
        return None
    try:
        return code_of(response.json())
    except ValueError:
        return None
