"""What a call has to have in the moment in which it is sent: a token, its turn, and ground to write on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from airflow_provider_booking.vendors.freshness import ensure_fresh
from airflow_provider_booking.vendors.token_auth import TokenAuth

if TYPE_CHECKING:
    import httpx

    from airflow_provider_booking.vendors.patience import Patience
    from airflow_provider_booking.vendors.throttle import Throttle

MOST_TURNS_AGAIN = 2
"""How often a call takes another turn because the one that it had lapsed before it could be sent."""


async def ready_to_send(
    throttle: Throttle, auth: httpx.Auth | None, patience: Patience, *, writes: bool
) -> None:
    """Return once a call may be sent.

    A turn does not keep for as long as a token is fetched, or a booking looked at once more; and while a call
    waits for its turn, its token may end and its booking be changed. So what took long is followed by another
    turn. Where that does not end, the turn is what is late: the booking was looked at.

    Args:
        throttle: Gives the turns.
        auth: How the vendor is shown who calls.
        patience: How long to wait for a turn.
        writes: Whether the call writes.

    Raises:
        Throttled: The wait for a turn would be too long, or its store cannot be used; nothing was sent.
        Stale: The booking was changed meanwhile; nothing was sent.
        BookingError: There is no token, or the booking could not be looked at; nothing was sent.
    """
    # Before the turn: all who wait for the same token would be sent at once when it comes.
    await _prepare(auth)
    for again in [False] + [True] * MOST_TURNS_AGAIN:
        holds_until = await throttle.pass_through(
            writes=writes, longest_wait=patience.longest_wait, again=again
        )
        await _prepare(auth)
        if writes:
            await ensure_fresh(same_attempt=again)
        if time.monotonic() <= holds_until:
            return


async def _prepare(auth: httpx.Auth | None) -> None:
    if isinstance(auth, TokenAuth):
        await auth.prepare()
