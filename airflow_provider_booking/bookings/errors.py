"""The errors of this package, as a tree.

::

    BookingError
    ├── NotApplied                  certain: nothing changed at the vendor
    │   ├── InvalidInput            what was asked for is wrong; nothing was sent
    │   ├── VendorUnavailable       no answer could be had, and nothing was changed; try again
    │   │   └── VendorNotReached    there was no connection at all, so that nothing was sent
    │   ├── Throttled               the vendor asks us to wait
    │   └── Refused                 the vendor said no
    │       ├── BookingNotFound     no such booking
    │       ├── SlotTaken           the wanted time is not free
    │       ├── AccessDenied        the credential may not do this
    │       └── CredentialRejected  the credential itself is not accepted
    ├── OutcomeUnknown              a write left us and no answer tells what became of it
    └── Held                        the booking is neither as it was nor as wanted: a person must look

Every error says three things: whether it is certain that nothing changed (``NotApplied``), whether trying
again makes sense and when (``retryable``, ``retry_after``), and what a person should do (``hint``).
"""

from __future__ import annotations

from typing import ClassVar

from airflow_provider_booking.bookings.outcome import Outcome, Reason


class BookingError(Exception):
    """A booking could not be read or updated.

    Args:
        problem: What is wrong, in a few words, without any personal data.
        hint: What a person should do about it, as a sentence.
        vendor: The vendor's name; None where no vendor was involved.
        operation: The client call, such as ``update_reserve``.
        status: The HTTP status of the vendor's answer.
        code: The vendor's own error code.
        request_id: The vendor's id for the request (Feishu: the log id).
        reason: A stable reason string; each class has a default.
        retryable: Whether the same call may succeed later; each class has a default.
        retry_after: Seconds that the vendor asks us to wait.
    """

    default_reason: ClassVar[Reason] = Reason.VENDOR_ERROR
    default_retryable: ClassVar[bool] = False
    outcome: ClassVar[Outcome] = Outcome.REFUSED

    def __init__(
        self,
        problem: str,
        *,
        hint: str = "",
        vendor: str | None = None,
        operation: str | None = None,
        status: int | None = None,
        code: int | str | None = None,
        request_id: str | None = None,
        reason: Reason | None = None,
        retryable: bool | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint
        self.vendor = vendor
        self.operation = operation
        self.status = status
        self.code = code
        self.request_id = request_id
        self.reason = reason or self.default_reason
        self.retryable = self.default_retryable if retryable is None else retryable
        self.retry_after = retry_after

    def __str__(self) -> str:
        # The request id comes first, so that a line pasted into a support ticket starts with it.
        request_id = f"[{self.request_id}] " if self.request_id else ""
        where = " ".join(part for part in (self.vendor, self.operation) if part)
        answer = ", ".join(
            part
            for part in (
                f"HTTP {self.status}" if self.status is not None else "",
                f"code {self.code}" if self.code is not None else "",
                f"wait {self.retry_after:g} s" if self.retry_after else "",
            )
            if part
        )
        text = f"{request_id}{where}{': ' if where else ''}{self.problem}"
        if answer:
            text += f" ({answer})"
        return f"{text}: {self.hint}" if self.hint else text


class NotApplied(BookingError):
    """It is certain that nothing changed at the vendor."""


class InvalidInput(NotApplied):
    """What was asked for is wrong and was not sent; a retry of the same call fails the same way."""

    default_reason = Reason.INVALID_INPUT


class VendorUnavailable(NotApplied):
    """No usable answer could be had and nothing was changed; a retry may succeed."""

    default_reason = Reason.NO_ANSWER
    default_retryable = True
    outcome = Outcome.HELD


class VendorNotReached(VendorUnavailable):
    """There was no connection to the vendor, and so nothing was sent; a retry may succeed."""


class Throttled(NotApplied):
    """The vendor asks us to slow down; a retry after ``retry_after`` seconds may succeed."""

    default_reason = Reason.THROTTLED
    default_retryable = True
    outcome = Outcome.HELD


class Refused(NotApplied):
    """The vendor said no; a retry of the same call fails the same way."""


class BookingNotFound(Refused):
    """The vendor knows no such booking; a retry fails the same way."""

    default_reason = Reason.GONE


class SlotTaken(Refused):
    """The wanted time or resource is not free; a retry helps only once it is."""

    default_reason = Reason.SLOT_CONFLICT


class AccessDenied(Refused):
    """The credential is valid and may not do this; a retry fails until somebody grants it."""

    default_reason = Reason.FORBIDDEN


class CredentialRejected(Refused):
    """The vendor does not accept the credential, whatever the booking; a retry fails until that is mended."""

    default_reason = Reason.CREDENTIAL_EXPIRED
    outcome = Outcome.HELD


class OutcomeUnknown(BookingError):
    """A write was sent and it cannot be told whether it was applied: read back before sending again."""

    default_reason = Reason.NO_ANSWER
    outcome = Outcome.UNKNOWN


class Held(BookingError):
    """The booking is neither as it was nor as wanted; a person must look before anything is sent again."""

    default_reason = Reason.CHANGED_MEANWHILE
    outcome = Outcome.HELD
