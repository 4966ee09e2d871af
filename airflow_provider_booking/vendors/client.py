"""What every vendor's client can do, whatever the vendor calls it."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ValidationError

from airflow_provider_booking.bookings import Booking, BookingRef, Change, InvalidInput, VendorUnavailable
from airflow_provider_booking.bookings.booking import checked_id
from airflow_provider_booking.bookings.wording import first_problem
from airflow_provider_booking.vendors.patience import Patience
from airflow_provider_booking.vendors.sessions import Credential, credential_of, session
from airflow_provider_booking.vendors.settings import VendorSettings
from airflow_provider_booking.vendors.sharing import WITHIN_THIS_PROCESS
from airflow_provider_booking.vendors.token_auth import TokenAuth
from airflow_provider_booking.vendors.tokens import Token
from airflow_provider_booking.vendors.updating import Update

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Mapping
    from types import TracebackType

    from airflow_provider_booking.bookings import FieldChange, UpdateResult
    from airflow_provider_booking.vendors.sharing import Sharing
    from airflow_provider_booking.vendors.transport import Dialect, Operation, Transport
    from airflow_provider_booking.vendors.updating import Fields, Receipt, Record

Settings = TypeVar("Settings", bound=VendorSettings)
AChange = TypeVar("AChange", bound=Change)


@dataclass(frozen=True)
class _Entered(Generic[Settings]):
    """What a client has between entering and leaving."""

    settings: Settings
    credential: Credential
    transport: Transport


class VendorClient(ABC, Generic[Settings, AChange]):
    """An async client of one vendor, used as an async context manager.

    Args:
        settings: The connection, or a coroutine function that looks it up on entering.
        on_token: Awaited with every access token that is new to this process, before it is shown, so that
            it can be masked in logs.
        patience: How long calls go on trying, and wait.
        sharing: Where pace and token of the credential are shared with other processes.
    """

    vendor: ClassVar[str]
    id_field: ClassVar[str]
    """What the vendor calls a booking's id."""
    secret_fields: ClassVar[frozenset[str]] = frozenset()
    """Fields whose values no log and no XCom shows: they read ``***`` in results."""
    password_fields: ClassVar[frozenset[str]] = frozenset()
    """Of these, fields that not even a report shows: whoever reads them gets in."""
    volatile_fields: ClassVar[frozenset[str]] = frozenset()
    """Fields that the vendor changes by itself."""
    options_model: ClassVar[type[BaseModel] | None] = None
    """The vendor's options; None where it has none."""

    def __init__(
        self,
        settings: Settings | Callable[[], Awaitable[Settings]],
        *,
        on_token: Callable[[str], Awaitable[None]] | None = None,
        patience: Patience = Patience(),  # noqa: B008  (frozen)
        sharing: Sharing = WITHIN_THIS_PROCESS,
    ) -> None:
        self._given = settings
        self._sharing = sharing
        self._on_token = on_token
        self.patience = patience
        self._stack = AsyncExitStack()
        self._entered: _Entered[Settings] | None = None

    async def __aenter__(self) -> Self:
        settings = self._given if isinstance(self._given, VendorSettings) else await self._given()
        transport = await self._stack.enter_async_context(session(settings, self._sharing))
        self._entered = _Entered(settings, credential_of(settings, self._sharing), transport)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._entered = None
        await self._stack.aclose()

    @property
    def settings(self) -> Settings:
        """The connection in use; known while the client is entered."""
        return self._here.settings

    @property
    def _here(self) -> _Entered[Settings]:
        if self._entered is None:
            raise RuntimeError("The client is not open: use it inside `async with client:`.")
        return self._entered

    def turn(self, booking_id: str) -> asyncio.Lock:
        """Held while a booking is updated: one update of one booking at a time in this event loop."""
        return self._here.transport.turn(booking_id)

    async def get_booking(self, booking_id: str, **options: Any) -> Booking:
        """Read one booking.

        Args:
            booking_id: The vendor's id.
            **options: The vendor's options for reading.

        Raises:
            BookingNotFound: The vendor knows no such booking.
            NotApplied: It could not be read; subclasses say why.
        """
        booking_id = checked_id(booking_id, field=self.id_field)
        record = await self.read(booking_id, self.parse_options(options))
        ref = BookingRef(vendor=self.vendor, conn_id=self.settings.conn_id, booking_id=booking_id)
        return self.as_booking(ref, record)

    async def update_booking(
        self, booking_id: str, changes: Mapping[str, Any], **options: Any
    ) -> UpdateResult:
        """Read a booking, send what differs from ``changes``, and check that it was taken.

        Args:
            booking_id: The vendor's id.
            changes: Vendor field names to values. Absent: left as it is. None: cleared. Else: set.
            **options: The vendor's options; see its client.

        Returns:
            Outcome ``applied``, or ``unchanged`` where all was as wanted already and nothing was sent.

        Raises:
            InvalidInput: ``changes`` or an option is wrong; nothing was sent.
            NotApplied: It is certain that nothing changed.
            OutcomeUnknown: It cannot be told whether the update was applied.
            Held: The booking is neither as it was nor as wanted.
        """
        return await Update(self, booking_id, changes, options).run()

    def parse_options(self, options: Mapping[str, Any]) -> Any:
        """Check the vendor's options.

        Returns:
            An ``options_model``; None where the vendor has no options.

        Raises:
            InvalidInput: An option is unknown or wrong.
        """
        if self.options_model is None:
            if options:
                raise InvalidInput(
                    f"{', '.join(sorted(options))}: no such option", hint=f"{self.vendor} takes no options"
                )
            return None
        try:
            return self.options_model.model_validate(dict(options))
        except ValidationError as error:
            problem, hint = first_problem(error, self.options_model)
        raise InvalidInput(problem, hint=hint)

    @abstractmethod
    def parse_changes(self, changes: Mapping[str, Any], options: Any) -> AChange:
        """Check what a user asked for, before anything is sent.

        Args:
            changes: Vendor field names to values.
            options: What :meth:`parse_options` made of the options.

        Raises:
            InvalidInput: A field is unknown or a value is wrong.
        """

    @abstractmethod
    async def read(self, booking_id: str, options: Any) -> Record:
        """The vendor's record of one booking."""

    def seen_with(self, record: Record, options: Any) -> Record:
        """A record as a read with these options gives it, where they say how a booking is seen."""
        del options
        return record

    @abstractmethod
    def fields(self, record: Record) -> Fields:
        """The record's fields, flat, in the vendor's names, dotted where nested; what is blank reads None."""

    @abstractmethod
    def wanted(self, record: Record, change: AChange, options: Any) -> Fields:
        """The fields that the change names, as they should read afterwards.

        Raises:
            InvalidInput: The change does not fit the booking as it is.
        """

    @abstractmethod
    async def write(self, booking_id: str, record: Record, change: AChange, options: Any) -> Receipt:
        """Send the change, once."""

    @abstractmethod
    def as_booking(self, ref: BookingRef, record: Record) -> Booking:
        """The record in neutral fields."""

    def unseen(self, record: Record, change: AChange) -> frozenset[str]:
        """The fields that the change names and the vendor may never show, so that they cannot be compared."""
        del record, change
        return frozenset()

    def named_as_asked(
        self, changed: Mapping[str, FieldChange], changes: Mapping[str, Any]
    ) -> dict[str, FieldChange]:
        """The changed fields by the names under which they were asked for, where these are others."""
        del changes
        return dict(changed)

    def remarks(self, change: AChange) -> tuple[str, ...]:
        """What a person should know about a change before it is sent."""
        del change
        return ()

    def remarks_on_sending(self, change: AChange) -> tuple[str, ...]:
        """What a person should know about a change that was sent, whether its answer came or was lost."""
        del change
        return ()

    def remarks_on(self, record: Record) -> tuple[str, ...]:
        """What a person should know about a booking as it reads at the end."""
        del record
        return ()

    def _token_auth(
        self, fetch: Callable[[], Awaitable[Token]], operation: Operation, **shown: Any
    ) -> TokenAuth:
        """Shows the credential's access token.

        Args:
            fetch: Gets a new one from the vendor.
            operation: The call that it is shown for.
            **shown: How it is shown, and when it counts as refused; see :class:`TokenAuth`.
        """
        return TokenAuth(
            self._here.credential.tokens, fetch, use=operation.name, on_token=self._on_token, **shown
        )

    async def _new_token(
        self,
        operation: Operation,
        dialect: Dialect,
        *,
        token: str,
        life: Callable[[Mapping[str, Any]], Any],
        early: float = 0,
        **request: Any,
    ) -> Token:
        """Fetch an access token, once: the call that needs it tries again, and this with it.

        Args:
            operation: The call that gives a token.
            dialect: How it is refused.
            token: The member of the answer that holds it.
            life: Gives the seconds that it lives, out of the answer.
            early: Seconds of its life that are not used.
            **request: What :meth:`~airflow_provider_booking.vendors.transport.Transport.call` sends.
        """
        asked_at = time.monotonic()
        answer = await self._here.transport.call(
            operation, dialect, patience=replace(self.patience, attempts=1), **request
        )
        body = answer.body if isinstance(answer.body, dict) else {}
        value, seconds = body.get(token), life(body)
        if not (isinstance(value, str) and _fits_header(value) and isinstance(seconds, int | float)):
            raise VendorUnavailable(
                "the answer holds no token", vendor=self.vendor, operation=operation.name, hint="try again"
            )
        return Token(value, use_until=asked_at + seconds - early)

    @abstractmethod
    async def check(self) -> str:
        """Make a cheap authenticated read.

        Returns:
            What was proven, as a sentence.

        Raises:
            BookingError: The vendor cannot be reached or does not accept the credential.
        """


def _fits_header(value: str) -> bool:
    return bool(value) and value.isascii() and value.isprintable()
