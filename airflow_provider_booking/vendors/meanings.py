"""What a vendor's "no" means: one row a code, and the statuses that mean the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import (
    AccessDenied,
    BookingError,
    BookingNotFound,
    CredentialRejected,
    Reason,
    Refused,
    SlotTaken,
    Throttled,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Meaning:
    """How one code or status is reported.

    Attributes:
        error: The class that is raised. :class:`~airflow_provider_booking.bookings.OutcomeUnknown` marks a
            code that leaves it open whether a write was applied.
        problem: What the vendor says, in our words.
        hint: What a person should do.
        reason: Overrides the reason of ``error``.
        retryable: Overrides whether trying again makes sense.
    """

    error: type[BookingError]
    problem: str
    hint: str = ""
    reason: Reason | None = None
    retryable: bool | None = None


@dataclass(frozen=True)
class Failure:
    """A vendor's "no".

    Attributes:
        meaning: What it means.
        code: The code it came with, if the vendor has codes.
        detail: What the vendor adds, such as the field that it complains of; without any personal data.
    """

    meaning: Meaning
    code: int | str | None = None
    detail: str = ""


BY_STATUS: Mapping[int, Meaning] = {
    400: Meaning(Refused, "the request was refused as wrong", "check the values", Reason.INVALID_INPUT),
    401: Meaning(CredentialRejected, "the credential is not accepted", "mend the connection's secret"),
    402: Meaning(Refused, "the request could not be carried out", "look at the booking at the vendor"),
    403: Meaning(AccessDenied, "the credential may not do this", "have the permission granted"),
    404: Meaning(BookingNotFound, "there is no such booking", "check the id and the connection"),
    409: Meaning(SlotTaken, "the wanted time is not free", "choose another time"),
    410: Meaning(BookingNotFound, "the booking is gone", "check the id and the connection"),
    422: Meaning(Refused, "the values cannot be taken", "check the values", Reason.INVALID_INPUT),
    429: Meaning(Throttled, "too many requests", "lower rate_limit on the connection if this goes on"),
}
"""For a vendor that has no codes of its own, and for answers that are not the vendor's own words."""

FROM_ANYBODY: Mapping[int, Meaning] = {
    401: BY_STATUS[401],
    # Not the vendor's word about one booking: a proxy on the way forbids every call alike.
    403: Meaning(
        AccessDenied,
        "access is forbidden, in words that are not the vendor's",
        "check the connection's host, and what stands on the way to it",
        Reason.VENDOR_ERROR,
    ),
    429: BY_STATUS[429],
}
"""Statuses that are certain whoever sends them, the vendor or something before it: the work was not begun."""

UNEXPECTED = Meaning(Refused, "the request was refused", "look up the status at the vendor")


class UsualHeaders:
    """For the dialect of a vendor that documents no headers of its own."""

    def request_id(self, headers: Mapping[str, str], body: Any) -> str | None:
        """The usual header of servers, where it is there."""
        del body
        return headers.get("x-request-id")

    def wait(self, headers: Mapping[str, str]) -> float | None:
        """No wait but that of ``Retry-After``, which is obeyed for every vendor."""
        del headers
        return None
