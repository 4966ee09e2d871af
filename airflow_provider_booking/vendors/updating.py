"""Update one booking and know what happened: read, compare, send, check; settle what is unknown by reading.

This is the only place that sends a write a second time, and only after a read has shown that the first one
left no trace.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from pydantic import JsonValue

from airflow_provider_booking.bookings import (
    BookingError,
    Change,
    CredentialRejected,
    FieldChange,
    Held,
    Outcome,
    OutcomeUnknown,
    Reason,
    Throttled,
    UpdateResult,
)
from airflow_provider_booking.bookings.booking import checked_id
from airflow_provider_booking.vendors import waiting
from airflow_provider_booking.vendors.freshness import Attempts, Stale, standing_on
from airflow_provider_booking.vendors.redaction import masked, without_addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow_provider_booking.vendors.client import VendorClient

AChange = TypeVar("AChange", bound=Change)
Fields = dict[str, JsonValue]
Record = dict[str, Any]

_FOUND_APPLIED = "the vendor's answer was lost; reading back showed that the update was applied"


@dataclass(frozen=True)
class Receipt:
    """What a vendor answered to a write.

    Attributes:
        record: The booking as the answer shows it, where it shows all that was written; else None, and the
            booking is read back.
        left_out: Fields of the wanted values that the vendor said it did not take as given, with what it did
            take instead.
        warnings: What a person should know.
        request_id: The vendor's id for the request.
    """

    record: Record | None
    left_out: Mapping[str, JsonValue]
    warnings: tuple[str, ...]
    request_id: str | None


class Guard(Attempts, Protocol):
    """Watches over one update, for who keeps books of it."""

    async def about_to_send(self, now: Fields, wanted: Fields) -> None:
        """Return once the change may be sent; called each time before it is. Raising leaves it unsent.

        Args:
            now: All fields of the booking, as they were read a moment ago.
            wanted: The fields that differ, as they shall read afterwards.
        """


@dataclass(frozen=True)
class Preview:
    """What an update of a booking would do.

    Attributes:
        now: All fields of the booking.
        wanted: The fields that would be sent because they differ, as they shall read; none: nothing is sent.
        in_full: The same fields before and after, as a report may show them: all but passwords.
        warnings: What a person should know.
    """

    now: Fields
    wanted: Fields
    in_full: dict[str, FieldChange]
    warnings: tuple[str, ...]


class Update(Generic[AChange]):
    """One update of one booking, from the user's words to a result that is known to be true.

    Args:
        client: The vendor's client, entered.
        booking_id: The vendor's id.
        changes: Vendor field names to values.
        options: The vendor's options.
        guard: Asked before the change is sent.
        in_doubt: Whether it may have been sent before, and nobody knows what became of it.

    Raises:
        InvalidInput: The id, ``changes`` or an option is wrong; nothing was sent.
    """

    def __init__(
        self,
        client: VendorClient[Any, AChange],
        booking_id: str,
        changes: Mapping[str, Any],
        options: Mapping[str, Any],
        *,
        guard: Guard | None = None,
        in_doubt: bool = False,
    ) -> None:
        self._client = client
        self._guard = guard
        self._in_doubt = in_doubt
        self._changes = changes
        self._booking_id = checked_id(booking_id, field=client.id_field)
        self._options = client.parse_options(options)
        self._change = client.parse_changes(changes, self._options)
        self._warnings = client.remarks(self._change)
        self._unseen: frozenset[str] = frozenset()
        self.found: Record | None = None
        """After :meth:`run`: the booking as it was read last."""
        self.changed_in_full: dict[str, FieldChange] = {}
        """After :meth:`run`: field to its values before and after, as a report may show them."""

    async def run(self) -> UpdateResult:
        """See :meth:`airflow_provider_booking.vendors.client.VendorClient.update_booking`."""
        async with self._client.turn(self._booking_id):
            while True:
                with contextlib.suppress(Stale):
                    return await self._run()

    def preview(self, record: Record) -> Preview:
        """What :meth:`run` would do to a booking that reads so.

        Args:
            record: As the client's ``read`` gives it.

        Raises:
            InvalidInput: The change does not fit the booking.
        """
        wanted = self._wanted(record)
        now = self._client.fields(record)
        changed = {name: FieldChange(before=now.get(name), after=value) for name, value in wanted.items()}
        return Preview(now, wanted, self._in_full(changed), self._warnings + self._client.remarks_on(record))

    def asked_for(self, record: Record) -> tuple[Fields, frozenset[str]]:
        """What :meth:`run` asked for of a booking.

        Args:
            record: The booking, as the client's ``read`` gives it.

        Returns:
            The fields that were asked for, as they should read; and those of them that the vendor may never
            show.
        """
        asked = self._client.wanted(record, self._change, self._options)
        return asked, self._client.unseen(record, self._change)

    async def holds(self) -> bool:
        """Read the booking and tell whether it is as wanted, as far as the vendor shows it."""
        record = await self._read()
        return not self._missing(record, self._client.wanted(record, self._change, self._options))

    def _wanted(self, record: Record) -> Fields:
        """The fields that have to be sent: those that differ, or may and are not shown."""
        self._unseen = self._client.unseen(record, self._change)
        asked = self._client.wanted(record, self._change, self._options)
        differing = differing_fields(self._client.fields(record), asked)
        return {name: asked[name] for name in asked if name in differing or name in self._unseen}

    async def _run(self) -> UpdateResult:
        client = self._client
        self._warnings = client.remarks(self._change)
        read_at = time.monotonic()
        before = await self._read()
        wanted = self._wanted(before)
        if not wanted or (self._in_doubt and self._was_applied(before, wanted)):
            self._warn(*client.remarks_on(before))
            self.found = before
            return self._result(Outcome.UNCHANGED, {})
        receipt = await self._write(before, wanted, read_at=read_at)
        wanted |= receipt.left_out
        self._warn(*receipt.warnings, *client.remarks_on_sending(self._change))
        after = receipt.record if receipt.record is not None else await self._read_after(receipt)
        if self._missing(after, wanted):
            # Some vendors show a write a moment late.
            await waiting.sleep(self._client.patience.settle_delay)
            after = await self._read_after(receipt)
        if self._missing(after, wanted):
            raise self._held(receipt, after, wanted, Reason.VENDOR_ERROR)
        self.found = after
        return self._applied(before, after, wanted, receipt.request_id)

    def _was_applied(self, record: Record, wanted: Fields) -> bool:
        """Whether a write that may have been sent before can be seen, although not all of it is shown.

        Raises:
            OutcomeUnknown: The vendor shows nothing of what was sent.
        """
        if self._comparable(record, wanted):
            return False  # what is shown is not as wanted
        if self._comparable(record, self._client.wanted(record, self._change, self._options)):
            return True  # one write brings all of it, or nothing
        raise OutcomeUnknown(
            "it may have been sent before, and reading back cannot tell: the vendor does not show it",
            vendor=self._client.vendor,
            operation="update_booking",
            hint="look at the booking at the vendor before sending it again",
        )

    async def _read(self) -> Record:
        return await self._client.read(self._booking_id, self._options)

    async def _write(self, record: Record, wanted: Fields, *, read_at: float, again: bool = True) -> Receipt:
        """Send the change; settle a lost answer by reading, and send once more where it left no trace.

        Args:
            record: The booking as it was read.
            wanted: The fields to send.
            read_at: When that was asked for, by the monotonic clock.
            again: Whether it may be sent once more.
        """
        client = self._client
        if self._guard is not None:
            await self._guard.about_to_send(client.fields(record), wanted)
        try:
            with standing_on(
                lambda: self._look_again(record),
                read_at=read_at,
                fresh_for=client.patience.fresh_for,
                attempts=self._guard,
            ):
                return await client.write(self._booking_id, record, self._change, self._options)
        except OutcomeUnknown as lost:
            await waiting.sleep(client.patience.settle_delay)
            read_at = time.monotonic()
            found = await self._read_back(lost)
            if not self._comparable(found, wanted):
                lost.problem += ", and reading back cannot tell: the vendor does not show what was sent"
                lost.hint = "look at the booking at the vendor before sending it again"
                raise
            if not self._missing(found, wanted):
                return Receipt(found, {}, (_FOUND_APPLIED,), lost.request_id)
            if differing_fields(client.fields(found), _part(client.fields(record), wanted)):
                raise self._held(lost, found, wanted, Reason.CHANGED_MEANWHILE) from None
            if not again:
                raise
        return await self._write(found, wanted, read_at=read_at, again=False)

    async def _look_again(self, record: Record) -> None:
        """Read the booking once more.

        Raises:
            Stale: It is not as it was: what is sent has to be made anew.
        """
        before, now = self._client.fields(record), self._client.fields(await self._read())
        changed = differing_fields(now, before).keys() | differing_fields(before, now).keys()
        if changed - self._client.volatile_fields:
            raise Stale

    async def _read_back(self, lost: OutcomeUnknown) -> Record:
        try:
            return await self._read()
        except BookingError as error:
            lost.problem += f", and reading back failed ({error.problem})"
            lost.hint = "look at the booking at the vendor before sending it again"
            lost.retry_after = error.retry_after
            if isinstance(error, CredentialRejected | Throttled):
                lost.reason = error.reason
            raise lost from None

    async def _read_after(self, receipt: Receipt) -> Record:
        try:
            return await self._read()
        except BookingError as error:
            # The write is out: the read's own error would say that nothing changed.
            raise OutcomeUnknown(
                f"the vendor answered success, and reading back failed ({error.problem})",
                vendor=self._client.vendor,
                operation="update_booking",
                request_id=receipt.request_id,
                reason=error.reason,
                hint="look at the booking at the vendor before sending it again",
                retry_after=error.retry_after,
            ) from None

    def _comparable(self, record: Record, wanted: Fields) -> Fields:
        """The wanted fields but for those that the vendor does not show."""
        now = self._client.fields(record)
        return {name: value for name, value in wanted.items() if name in now or name not in self._unseen}

    def _missing(self, record: Record, wanted: Fields) -> Fields:
        """The wanted fields that the record shows otherwise."""
        return differing_fields(self._client.fields(record), self._comparable(record, wanted))

    def _held(self, cause: OutcomeUnknown | Receipt, after: Record, wanted: Fields, reason: Reason) -> Held:
        missing = ", ".join(sorted(self._missing(after, wanted)))
        what = "an answer was lost" if isinstance(cause, OutcomeUnknown) else "the vendor answered success"
        return Held(
            f"{what}, and {missing} of the booking is not as wanted",
            vendor=self._client.vendor,
            operation="update_booking",
            request_id=cause.request_id,
            reason=reason,
            hint="look at the booking at the vendor before sending anything again",
        )

    def _applied(self, before: Record, after: Record, wanted: Fields, request_id: str | None) -> UpdateResult:
        old, new = self._client.fields(before), self._client.fields(after)
        # Of both sides: what the vendor no longer shows has changed as well.
        changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        unasked = sorted(changed - wanted.keys() - self._client.volatile_fields)
        if unasked:
            self._warn(f"also changed, without being asked for: {', '.join(unasked)}")
        hidden = sorted(wanted.keys() - self._comparable(after, wanted).keys())
        if hidden:
            self._warn(f"the vendor does not show {', '.join(hidden)}: sent, and not checked")
        self._warn(*self._client.remarks_on(after))
        return self._result(
            Outcome.APPLIED,
            {
                name: FieldChange(before=old.get(name), after=new.get(name))
                for name in wanted
                if name in changed
            },
            request_id,
        )

    def _in_full(self, changed: Mapping[str, FieldChange]) -> dict[str, FieldChange]:
        """What a report may show, by the names under which it was asked for."""
        passwords = self._client.password_fields
        shown = {
            name: _through(masked, each) if name in passwords else each for name, each in changed.items()
        }
        return self._client.named_as_asked(shown, self._changes)

    def _for_a_log(self, changed: Mapping[str, FieldChange]) -> dict[str, FieldChange]:
        """What XCom and logs may show."""
        secret = self._client.secret_fields
        shown = {
            name: _through(masked if name in secret else without_addresses, each)
            for name, each in changed.items()
        }
        return self._client.named_as_asked(shown, self._changes)

    def _warn(self, *warnings: str) -> None:
        self._warnings += warnings

    def _result(
        self, outcome: Outcome, changed: dict[str, FieldChange], request_id: str | None = None
    ) -> UpdateResult:
        self.changed_in_full = self._in_full(changed)
        return UpdateResult(
            vendor=self._client.vendor,
            conn_id=self._client.settings.conn_id,
            booking_id=self._booking_id,
            outcome=outcome,
            changed=self._for_a_log(changed),
            warnings=self._warnings,
            request_id=request_id,
        )


def _through(show: Callable[[JsonValue], JsonValue], change: FieldChange) -> FieldChange:
    return FieldChange(before=show(change.before), after=show(change.after))


def differing_fields(now: Fields, wanted: Fields) -> Fields:
    """The wanted fields that do not read so now, as JSON tells values apart."""
    return {name: value for name, value in wanted.items() if not _same(now.get(name), value)}


def _same(one: JsonValue, other: JsonValue) -> bool:
    """Whether two values are the same in JSON, where ``true`` is not ``1``."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _part(fields: Fields, names: Fields) -> Fields:
    return {name: fields.get(name) for name in names}
