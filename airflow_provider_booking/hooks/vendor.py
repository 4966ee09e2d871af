"""What all five hooks do: look a connection up, hand out the vendor's client, make plain calls."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from airflow.sdk import BaseHook

from airflow_provider_booking.hooks import numbers, places, plain_calls

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from airflow.sdk import Connection

    from airflow_provider_booking.bookings import Booking, UpdateResult
    from airflow_provider_booking.vendors.client import VendorClient
    from airflow_provider_booking.vendors.settings import VendorSettings

Result = TypeVar("Result")


class VendorHook(BaseHook):
    """A connection to one vendor. Making a hook looks nothing up and sends nothing."""

    conn_name_attr: ClassVar[str]
    default_conn_name: ClassVar[str]
    conn_type: ClassVar[str]
    hook_name: ClassVar[str]
    vendor: ClassVar[str]

    @property
    def conn_id(self) -> str:
        """The id of the connection in use."""
        found: str = getattr(self, self.conn_name_attr)
        return found

    def get_conn(self) -> Any:
        """Return the vendor's async client, to be entered with ``async with``.

        The connection is looked up on entering, without blocking the event loop.

        Raises:
            InvalidInput: A number of section ``[booking]`` cannot be used.
        """
        return self._client(self._look_up, _mask_from_loop)

    def get_booking(self, booking_id: str) -> Booking:
        """Read one booking. A plain call.

        Args:
            booking_id: The vendor's id.

        Raises:
            BookingNotFound: The vendor knows no such booking.
            NotApplied: It could not be read; subclasses say why.
        """

        async def call(client: VendorClient[Any, Any]) -> Booking:
            return await client.get_booking(booking_id)

        return self._run(call)

    def update_booking(self, booking_id: str, changes: Mapping[str, Any], **options: Any) -> UpdateResult:
        """Read a booking, send what differs, check that it was taken. A plain call.

        Args:
            booking_id: The vendor's id.
            changes: Vendor field names to values. Absent: left as it is. None: cleared. Else: set.
            **options: The vendor's options, as its update operator has them.

        Raises:
            InvalidInput: The id, ``changes``, an option or the connection is wrong; nothing was sent.
            NotApplied: It is certain that nothing changed.
            OutcomeUnknown: It cannot be told whether the update was applied.
            Held: The booking is neither as it was nor as wanted.
        """

        async def call(client: VendorClient[Any, Any]) -> UpdateResult:
            return await client.update_booking(booking_id, changes, **options)

        return self._run(call)

    def test_connection(self) -> tuple[bool, str]:
        """Make a cheap authenticated read.

        Returns:
            Whether it worked, and a sentence without any secret. Never raises.
        """

        async def call(client: VendorClient[Any, Any]) -> str:
            return await client.check()

        try:
            return True, self._run(call, attempts=1)
        except Exception as error:  # noqa: BLE001  (a button in a form gets a sentence, whatever went wrong)
            return False, str(error)

    def _run(
        self, call: Callable[[VendorClient[Any, Any]], Awaitable[Result]], *, attempts: int | None = None
    ) -> Result:
        # Looked up here and not in the background loop: Airflow answers a look-up in the calling thread.
        connection = self.get_connection(self.conn_id)
        settings = self._settings(connection, connection.extra_dejson)

        async def in_loop() -> Result:
            async with self._client(settings, _mask_from_thread, attempts) as client:
                return await call(client)

        return plain_calls.run(in_loop(), settings, places.sharing())

    async def _look_up(self) -> VendorSettings:
        connection = await self.aget_connection(self.conn_id)
        # Outside of a task, as on the command line, it may come right out of Airflow's own database: then it
        # has the plain call only, which waits for nobody there.
        extra = getattr(connection, "aextra_dejson", None)
        return self._settings(connection, connection.extra_dejson if extra is None else await extra())

    def _settings(self, connection: Connection, extra: Mapping[str, Any]) -> VendorSettings:
        settings: VendorSettings = self._client_class().settings_model.from_connection(
            self.conn_id,
            login=connection.login,
            password=connection.password,
            host=connection.host,
            port=connection.port,
            schema=connection.schema,
            extra=extra,
        )
        return settings

    def _client(
        self,
        settings: VendorSettings | Callable[[], Awaitable[VendorSettings]],
        on_token: Callable[[str], Awaitable[None]],
        attempts: int | None = None,
    ) -> VendorClient[Any, Any]:
        client: VendorClient[Any, Any] = self._client_class()(
            settings, on_token=on_token, patience=numbers.patience(attempts), sharing=places.sharing()
        )
        return client

    def _client_class(self) -> Any:
        from airflow_provider_booking.vendors.registry import client_class  # noqa: PLC0415  (loads httpx)

        return client_class(self.vendor)


async def _mask_from_loop(token: str) -> None:
    from airflow.sdk.log import amask_secret  # noqa: PLC0415  (loads Airflow's logging)

    await amask_secret(token)


async def _mask_from_thread(token: str) -> None:
    from airflow.sdk.log import mask_secret  # noqa: PLC0415  (loads Airflow's logging)

    # The task's own thread waits for the call, so this thread may speak to Airflow in its place.
    await asyncio.to_thread(mask_secret, token)
