"""What a call has to have in the moment in which it is sent: a token, its turn, and ground to write on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.vendors.freshness import ensure_fresh, ensure_may_go_out
from airflow_provider_booking.vendors.token_auth import TokenAuth

if TYPE_CHECKING:
    import httpx

    from airflow_provider_booking.vendors.patience import Patience
    from airflow_provider_booking.vendors.throttle import Throttle

MOST_TURNS_AGAIN = 2
"""How often a call takes another turn because the one that it had lapsed before it could be sent."""
# What httpx's "trace" extension is told, less the protocol's name before it.
_CONNECTING = "connect_tcp.started"
_HEADERS, _BODY = "send_request_headers.started", "send_request_body.started"


class Departure:
    """Holds one attempt of a call back until all is well for it to be sent.

    A turn does not keep for as long as a token is fetched, a booking looked at once more, or a connection
    opened; and while a call waits for its turn, its token may end and its booking be changed. So what took
    long is followed by another turn. Where that does not end, the turn is what is late: the booking was
    looked at.

    Args:
        throttle: Gives the turns.
        auth: How the vendor is shown who calls.
        patience: How long to wait for a turn.
        writes: Whether the call writes.
    """

    def __init__(
        self, throttle: Throttle, auth: httpx.Auth | None, patience: Patience, *, writes: bool
    ) -> None:
        self._throttle = throttle
        self._auth = auth
        self._longest_wait = patience.longest_wait
        self._writes = writes
        self._holds_until = 0.0
        self._connects = False

    async def prepare(self) -> None:
        """Return once the call may be sent; again before it is sent once more, with another token.

        Raises:
            Throttled: The wait for a turn would be too long, or its store cannot be used; nothing was sent.
            Stale: The booking was changed meanwhile; nothing was sent.
            BookingError: There is no token, or the booking could not be looked at; nothing was sent.
        """
        self._connects = False
        # Before the turn: all who wait for the same token would be sent at once when it comes.
        await self._have_token()
        for again in [False] + [True] * MOST_TURNS_AGAIN:
            await self._take_turn(again=again)
            await self._have_token()
            await self._have_ground(same_attempt=again)
            if not self._is_late():
                return

    async def on_the_way(self, event: str, info: dict[str, Any]) -> None:
        """Look once more when the call's headers, and its body, are about to go out; a "trace" of httpx.

        The vendor's name may have been looked up and a connection opened since, or this process have stood
        still. Raising closes the connection, so that the vendor has the beginning of a request at the most.

        Raises:
            Throttled: As :meth:`prepare` does.
            Stale: As :meth:`prepare` does.
            BookingError: The booking could not be looked at.
        """
        del info
        if event.endswith(_CONNECTING):
            self._connects = True
        elif event.endswith(_HEADERS) and self._connects:
            await self._make_up_for_connecting()
        if self._writes and event.endswith((_HEADERS, _BODY)):
            ensure_may_go_out()

    async def _make_up_for_connecting(self) -> None:
        await self._have_ground(same_attempt=True)
        for _ in range(MOST_TURNS_AGAIN):
            if not self._is_late():
                return
            await self._take_turn(again=True)
            await self._have_ground(same_attempt=True)

    def _is_late(self) -> bool:
        return time.monotonic() > self._holds_until

    async def _take_turn(self, *, again: bool) -> None:
        self._holds_until = await self._throttle.pass_through(
            writes=self._writes, longest_wait=self._longest_wait, again=again
        )

    async def _have_token(self) -> None:
        if isinstance(self._auth, TokenAuth):
            await self._auth.prepare()

    async def _have_ground(self, *, same_attempt: bool) -> None:
        if self._writes:
            await ensure_fresh(same_attempt=same_attempt)
