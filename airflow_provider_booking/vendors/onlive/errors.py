"""How ONLIVE says "no": a status, and often the fields it is about (docs/vendors/onlive.md, "Errors")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import (
    AccessDenied,
    BookingNotFound,
    CredentialRejected,
    Reason,
    Refused,
    SlotTaken,
    Throttled,
)
from airflow_provider_booking.vendors.meanings import UNEXPECTED, Failure, Meaning, UsualHeaders
from airflow_provider_booking.vendors.onlive.translation import ASSUMPTIONS, Assumptions

if TYPE_CHECKING:
    from collections.abc import Mapping

_INVALID = Reason.INVALID_INPUT

UNAUTHORIZED = Meaning(
    CredentialRejected,
    "the access key, the date or the signature is not accepted",
    "check login and password, and this machine's clock (15 minutes off at most); if these are right, the "
    'scheme that extra signer names may be wrong: it is not verified (docs/vendors/onlive.md, "Signature")',
)

MEANINGS: Mapping[tuple[int, str], Meaning] = {
    (400, ""): Meaning(Refused, "the values are not acceptable", "check the values in changes", _INVALID),
    (400, "end"): Meaning(Refused, "the times are not acceptable", "give both start and end", _INVALID),
    (400, "appointmentId"): Meaning(Refused, "the id is no UUID", "check the appointment's id", _INVALID),
    (401, ""): UNAUTHORIZED,
    (403, ""): Meaning(
        AccessDenied,
        "the access key may not do this",
        "use a key of the appointment's organisation that may; if every call is answered so, check what a "
        '401 would mean (docs/vendors/onlive.md, "Signature")',
    ),
    (404, ""): Meaning(
        BookingNotFound, "nothing has this id", "check the id, and the connection's key and host"
    ),
    (409, ""): Meaning(SlotTaken, "the wanted time is not free", "choose another time"),
    (409, "state"): Meaning(
        Refused, "the appointment's state does not allow it", "look at the appointment at ONLIVE"
    ),
    (422, ""): Meaning(Refused, "the values break a rule", "check the values in changes", _INVALID),
    (422, "end"): Meaning(
        Refused, "the length does not fit the service", "keep the duration of the service", _INVALID
    ),
    (422, "guests"): Meaning(
        Refused, "the guests cannot be taken", "name fewer guests, each by one valid address", _INVALID
    ),
    (429, ""): Meaning(Throttled, "too many requests", "lower rate_limit on the connection if this goes on"),
}
"""By status and the field that the vendor complains of first, in the names of v1; "" is for any field."""

FROZEN = Meaning(
    Refused,
    "the appointment has begun or is over, and ONLIVE changes no such appointment",
    "leave it as it is",
    Reason.IN_THE_PAST,
)

_NAMES_OF_V1 = {"startAt": "start", "endAt": "end", "status": "state"}
_MOST_SHOWN = 300
# So that nothing of a person is shown: no digit, no @ and no quote, and no field's name with a number in it.
_HARMLESS = re.compile(r"(?:[^\W\d_]|[ .,:;!?()/-]){1,120}")
_NAME = re.compile(r"(?!.*\d{3})[A-Za-z][\w.\[\]]{0,59}", re.ASCII)


def is_envelope(body: Any) -> bool:
    """Whether this is the object in which ONLIVE says "no"; of other JSON nobody knows who says it."""
    if not isinstance(body, dict) or not isinstance(body.get("message"), str):
        return False
    status = body.get("statusCode")
    return isinstance(status, int) and status >= 400  # noqa: PLR2004


def unauthorized(error: CredentialRejected) -> CredentialRejected:
    """The same 401, in our words only, whoever said it and whatever it said (pitfall 1)."""
    return CredentialRejected(
        UNAUTHORIZED.problem,
        hint=UNAUTHORIZED.hint,
        vendor=error.vendor,
        operation=error.operation,
        status=error.status,
        request_id=error.request_id,
    )


class OnliveDialect(UsualHeaders):
    """A status of 400 or more with the vendor's envelope is a "no"; its field errors say more.

    Args:
        assumptions: How a past appointment is told from other refusals.
    """

    def __init__(self, assumptions: Assumptions = ASSUMPTIONS) -> None:
        self._frozen_says = assumptions.frozen_says

    def failure(self, status: int, body: Any) -> Failure | None:
        """See :class:`airflow_provider_booking.vendors.transport.Dialect`."""
        if status < 400 or not is_envelope(body):  # noqa: PLR2004
            return None
        errors = _field_errors(body)
        return Failure(self._meaning(status, body, errors), detail=_detail(errors))

    def _meaning(self, status: int, body: Mapping[str, Any], errors: list[tuple[str, str]]) -> Meaning:
        words = " ".join([body["message"], *(message for _, message in errors)])
        if status in (400, 409, 422) and self._frozen_says in words.lower():
            return FROZEN
        first = _NAMES_OF_V1.get(errors[0][0], errors[0][0]) if errors else ""
        return MEANINGS.get((status, first)) or MEANINGS.get((status, "")) or UNEXPECTED


def _field_errors(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Field and message of each element of ``errors``; what is otherwise is left out."""
    errors = body.get("errors")
    return [
        (str(each.get("field") or ""), str(each.get("message") or ""))
        for each in (errors if isinstance(errors, list) else ())
        if isinstance(each, dict)
    ]


def _detail(errors: list[tuple[str, str]]) -> str:
    # The envelope's own message is left out: it says no more than the status.
    return "; ".join(filter(None, (_shown(*each) for each in errors)))[:_MOST_SHOWN]


def _shown(field: str, message: str) -> str:
    name = "a field" if field and not _NAME.fullmatch(field) else field
    return ": ".join(filter(None, [name, message if _HARMLESS.fullmatch(message) else ""]))
