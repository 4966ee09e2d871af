"""How Feishu is shown who calls: an app's tenant token, or a person's (docs/vendors/feishu.md, "Tokens")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from airflow_provider_booking.vendors.feishu.errors import STALE_TENANT_TOKEN, code_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from pydantic import SecretStr


class UserTokenAuth(httpx.Auth):
    """A person's token, as the connection has it. Nothing here can renew it."""

    def __init__(self, token: SecretStr) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Show the token."""
        request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        yield request


async def tenant_token_refused(response: httpx.Response) -> bool:
    """Whether an answer says 99991663, whatever its HTTP status (pitfalls 4 and 8)."""
    # The number is in the body, so the body has to be read; a "yes" costs no parsing here.
    content = await response.aread()
    if str(STALE_TENANT_TOKEN).encode() not in content:
        return False
    try:
        return code_of(response.json()) == STALE_TENANT_TOKEN
    except ValueError:
        return False
