"""What a vendor's simulator received from our clients."""

import asyncio
from collections.abc import Callable
from typing import Any

from airflow_provider_booking.sandbox import Sandbox

Request = dict[str, Any]


def reads(sandbox: Sandbox, vendor: str) -> list[Request]:
    """Return the requests that change nothing, in order."""
    return [request for request in sandbox.requests(vendor) if _changes_nothing(request)]


def writes(sandbox: Sandbox, vendor: str) -> list[Request]:
    """Return the requests that may change a booking, in order; those for tokens are not among them."""
    return [request for request in sandbox.requests(vendor) if may_change_a_booking(request)]


def token_fetches(sandbox: Sandbox, vendor: str) -> list[Request]:
    """Return the requests for access tokens, in order."""
    return [request for request in sandbox.requests(vendor) if _is_for_a_token(request)]


def may_change_a_booking(request: Request) -> bool:
    """Say whether a request is neither a read nor for a token."""
    return not _changes_nothing(request) and not _is_for_a_token(request)


async def until(seen: Callable[[], bool]) -> None:
    """Wait for what the simulator is about to receive, however busy the machine is."""
    async with asyncio.timeout(60):
        while not seen():  # noqa: ASYNC110  (a server sets no event of ours)
            await asyncio.sleep(0.01)


def _changes_nothing(request: Request) -> bool:
    return request["method"] == "GET" or "/queries/" in request["path"]  # KOS reads by POST, too


def _is_for_a_token(request: Request) -> bool:
    return any(part in request["path"] for part in ("/auth/", "/oauth/", "/authorization/"))
