"""The connections of a change set, each opened once: whom it calls, through which client, planned how."""

from __future__ import annotations

import hashlib
import math
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.estimate import writes_per_second
from airflow_provider_booking.vendors.registry import planning_class

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from airflow_provider_booking.vendors.client import VendorClient
    from airflow_provider_booking.vendors.planning import VendorPlanning

    Connect = Callable[[str], Awaitable[VendorClient[Any, Any]]]
    """Gives the client of a connection, not yet entered; raises InvalidInput where there is none."""


@dataclass(frozen=True)
class Account:
    """One connection, open.

    Attributes:
        conn_id: The Airflow connection's id.
        client: Its vendor's client, entered.
        planning: What its vendor's bookings need in change sets.
    """

    conn_id: str
    client: VendorClient[Any, Any]
    planning: VendorPlanning[Any]

    @property
    def vendor(self) -> str:
        """The vendor's name."""
        return self.client.vendor

    @cached_property
    def endpoint(self) -> str:
        """A digest of whose account is called: a connection that was pointed elsewhere has another one.

        A secret that was renewed meanwhile makes no other, where the account is named by something else.
        """
        account: str = self.client.settings.account()
        return account

    @cached_property
    def place(self) -> str:
        """A digest of where its bookings are: two credentials can be one account's, and see the same ones."""
        return hashlib.sha256(f"{self.vendor}\0{self.client.settings.host}".encode()).hexdigest()

    @property
    def at_once(self) -> int:
        """How many bookings to work on at once, so that the connection is never idle for want of work.

        More than may be under way at the vendor, as some wait for the ledger; but no more than may be written
        within the time after which a booking that was read has to be looked at again.
        """
        settings = self.client.settings
        in_time = math.ceil(writes_per_second(settings) * self.client.patience.fresh_for)
        return max(1, min(2 * int(settings.max_concurrency), in_time))


class Accounts:
    """Opens connections when they are first asked for, and closes them all on leaving.

    Args:
        connect: Gives the client of a connection.
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._stack = AsyncExitStack()
        self._found: dict[str, Account | InvalidInput] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def get(self, conn_id: str) -> Account:
        """The connection of this id.

        Raises:
            InvalidInput: There is none, it is of another type than the vendors', or what it says is wrong.
        """
        if conn_id not in self._found:
            self._found[conn_id] = await self._opened(conn_id)
        found = self._found[conn_id]
        if isinstance(found, InvalidInput):
            raise InvalidInput(found.problem, hint=found.hint)
        return found

    async def _opened(self, conn_id: str) -> Account | InvalidInput:
        try:
            client = await self._stack.enter_async_context(await self._connect(conn_id))
        except InvalidInput as error:
            return error
        return Account(conn_id, client, planning_class(client.vendor)(client))
