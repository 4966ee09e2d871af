"""How a vendor with access tokens is shown who calls, and what happens when it no longer takes the token."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from airflow_provider_booking.vendors.tokens import Token, TokenCache


BEFORE_AGAIN = "booking_before_again"
"""Names the extension of a request that holds what is awaited before it is sent once more."""

IN_HAND = 1.0
"""Seconds for which a token is used without another look at its end: some are given for no longer."""


async def unauthorized(response: httpx.Response) -> bool:
    """Whether the answer is HTTP 401."""
    return response.status_code == httpx.codes.UNAUTHORIZED


class TokenAuth(httpx.Auth):
    """A cached token; one that the vendor no longer takes is replaced once and the request is sent again.

    Sending again is safe for a write as well: the vendor refused the token before it looked at the request.
    Where a new token is refused too, the token is not what is wrong: the vendor's "no" is the answer, and
    later calls for the same use do not fetch any more for it.

    Fetching may take long, and a turn to call does not keep: :meth:`prepare` comes before each turn, and a
    request says in its extensions what to await :data:`BEFORE_AGAIN`.

    Args:
        tokens: The credential's cache.
        fetch: Gets a new token from the vendor.
        use: What the token is shown for, such as the operation's name.
        on_token: Awaited with every token that is new to this process, before it is shown.
        is_stale: Whether an answer refuses the token.
        header: The header that carries the token.
        prefix: What stands before the token there.
    """

    def __init__(
        self,
        tokens: TokenCache,
        fetch: Callable[[], Awaitable[Token]],
        *,
        use: str,
        on_token: Callable[[str], Awaitable[None]] | None = None,
        is_stale: Callable[[httpx.Response], Awaitable[bool]] = unauthorized,
        header: str = "Authorization",
        prefix: str = "Bearer ",
    ) -> None:
        self._tokens = tokens
        self._fetch = fetch
        self._use = use
        self._on_token = on_token
        self._is_stale = is_stale
        self._header = header
        self._prefix = prefix
        self._in_hand = ""
        self._had_at = 0.0

    async def prepare(self) -> None:
        """Have a token in hand, for the requests from now on."""
        if self._in_hand and time.monotonic() < self._had_at + IN_HAND:
            return
        self._in_hand = await self._tokens.get(self._fetch, self._on_token)
        self._had_at = time.monotonic()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Show the token; where it is refused, show a new one."""
        response = yield self._shown(request)
        if not await self._is_stale(response):
            self._tokens.accept(self._use)
            return
        if not self._tokens.discard(self._in_hand, self._use):
            return
        self._in_hand = ""
        await request.extensions[BEFORE_AGAIN]()
        response = yield self._shown(request)
        if await self._is_stale(response):
            self._tokens.give_up(self._in_hand, self._use)

    def _shown(self, request: httpx.Request) -> httpx.Request:
        request.headers[self._header] = f"{self._prefix}{self._in_hand}"
        return request
