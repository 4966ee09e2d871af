"""How Jicoo says "no": by HTTP status alone (docs/vendors/jicoo.md, "Errors")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import (
    AccessDenied,
    BookingNotFound,
    CredentialRejected,
    Reason,
    Refused,
    Throttled,
)
from airflow_provider_booking.vendors.meanings import UNEXPECTED, Failure, Meaning

if TYPE_CHECKING:
    from collections.abc import Mapping

MEANINGS: Mapping[int, Meaning] = {
    400: Meaning(
        Refused, "the request is not acceptable", "check the values in changes", Reason.INVALID_INPUT
    ),
    401: Meaning(
        CredentialRejected, "the API key is not valid", "put a valid key into the connection's password"
    ),
    # Not about payment (pitfall 10).
    402: Meaning(Refused, "the vendor could not carry this out", "try the change in Jicoo's own dashboard"),
    403: Meaning(
        AccessDenied, "the API key may not do this", "use the key of somebody with rights on the booking"
    ),
    404: Meaning(
        BookingNotFound, "there is no such booking", "check the uid; a schedule's id does not work here"
    ),
    422: Meaning(
        Refused,
        "the values cannot be taken, the slot is not free or the booking is cancelled",
        "check the times and the values, and look at the booking at Jicoo",
    ),
    429: Meaning(Throttled, "too many requests", "lower rate_limit on the connection if this goes on"),
}


class JicooDialect:
    """A status of 400 or more is a "no"; the body only proves that it is the vendor who speaks."""

    def failure(self, status: int, body: Any) -> Failure | None:
        """See :class:`airflow_provider_booking.vendors.transport.Dialect`."""
        if status < 400 or not isinstance(body, dict):  # noqa: PLR2004
            return None
        return Failure(MEANINGS.get(status, UNEXPECTED))

    def request_id(self, headers: Mapping[str, str], body: Any) -> str | None:
        """Jicoo documents none; its servers' usual header is taken where it is there."""
        del body
        return headers.get("x-request-id")

    def wait(self, headers: Mapping[str, str]) -> float | None:
        """Jicoo has no header of its own for this."""
        del headers
        return None
