"""When KOS no longer takes a token: docs/vendors/kos.md, "Tokens"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from airflow_provider_booking.vendors.kos.errors import is_refusal, said_status

if TYPE_CHECKING:
    from collections.abc import Mapping


async def token_refused(response: httpx.Response) -> bool:
    """Whether an answer says 401, be it as its HTTP status or, under another one, in its envelope."""
    if response.status_code == httpx.codes.UNAUTHORIZED:
        return True
    # A "yes" costs no parsing here.
    content = await response.aread()
    if b'"className"' not in content:
        return False
    try:
        body: Mapping[str, object] = response.json()
    except (ValueError, RecursionError):
        return False
    return is_refusal(body) and said_status(body) == httpx.codes.UNAUTHORIZED
