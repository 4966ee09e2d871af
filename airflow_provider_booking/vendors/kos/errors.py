"""What KOS's refusals mean: docs/vendors/kos.md, "Errors". Field and reason decide, the class once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import (
    BookingNotFound,
    CredentialRejected,
    OutcomeUnknown,
    Reason,
    Refused,
    SlotTaken,
    Throttled,
)
from airflow_provider_booking.vendors.meanings import BY_STATUS, UNEXPECTED, Failure, Meaning, UsualHeaders
from airflow_provider_booking.vendors.redaction import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ANY_FIELD = "*"
_INVALID = Reason.INVALID_INPUT
_RESOURCES = "occupiedResources"
_NAME = re.compile(r"[\w.\[\]/-]{1,80}", re.ASCII)
_INDEX = re.compile(r"\[\d+\]")

ONE_RESOURCE_ONLY = Meaning(
    Refused, "the schedule has several resources, which v1 cannot update", "use api_version v2", _INVALID
)

MEANINGS: Mapping[tuple[str, str], Meaning] = {
    ("scheduleId", "NotFound"): Meaning(
        BookingNotFound, "there is no such schedule", "check the id, and which clinic the API key is for"
    ),
    ("scheduleId", "NotAvailable"): Meaning(
        Refused, "the schedule's id has the wrong form", "check the id", _INVALID
    ),
    # An overlap with another reservation of the same visitor; v2 names the field so, too (pitfall 5).
    ("startDateTime", "NotAvailable"): Meaning(
        SlotTaken, "the visitor has another reservation at that time", "choose another time"
    ),
    ("status", "NotAvailable"): Meaning(
        Refused, "the reservation is no longer in the state RESERVED", "look at the reservation at KOS"
    ),
    (_RESOURCES, "NotAvailable"): ONE_RESOURCE_ONLY,
    (f"{_RESOURCES}[].startDateTimeUtc", "NotAvailable"): Meaning(
        Refused,
        "a time is not taken: malformed, or the resources are not all on one date",
        "check the time, and put all on the same date in the clinic",
        _INVALID,
    ),
    (f"{_RESOURCES}[].zoneId", "NotFound"): Meaning(
        Refused, "the zone is not one of its reservation group", "check both ids", _INVALID
    ),
    ("zoneId", "NotFound"): Meaning(
        Refused, "there is no such zone", "check zoneId: the group's in v1, a reception zone in v2", _INVALID
    ),
    ("reservationGroupId", "NotFound"): Meaning(
        Refused, "there is no such reservation group", "check reservationGroupId", _INVALID
    ),
    (ANY_FIELD, "Required"): Meaning(Refused, "a field is missing", "give the field", _INVALID),
    (ANY_FIELD, "InvalidTimeRange"): Meaning(
        Refused, "the end does not come after the start", "check both times", _INVALID
    ),
    (ANY_FIELD, "NotFound"): Meaning(Refused, "an id names nothing at KOS", "check the id", _INVALID),
    # The vendor says this of values and of states alike (pitfall 7): of a field not listed, it can be either.
    (ANY_FIELD, "NotAvailable"): Meaning(
        Refused, "a value is malformed, or not possible now", "check the value, and the reservation at KOS"
    ),
}

MALFORMED: Mapping[tuple[str, str, str], Meaning] = {
    # The class is that of a bad value; an overlap, which has to be looked up, has InvalidRequestException.
    ("InvalidCommandException", "startDateTime", "NotAvailable"): Meaning(
        Refused, "the start is malformed", "check the time", _INVALID
    ),
}
"""The one row in which the class decides as well; it comes before :data:`MEANINGS`."""

OF_STATUS: Mapping[int, Meaning] = {
    **BY_STATUS,
    # How the token has to be shown is not published, so a valid one may go unseen (pitfall 14).
    401: Meaning(
        CredentialRejected,
        "the token is not accepted",
        "check password, auth_header and auth_prefix in the connection",
    ),
    # Not-found is a 400 here (pitfall 6): a 404 is about the path.
    404: Meaning(Refused, "there is no such call", "check the connection's host"),
    405: Meaning(Refused, "there is no such call", "check the connection's host"),
}
"""For a refusal that names no field; only 400 is documented."""

_KEY_REJECTED = Meaning(
    CredentialRejected, "the API key is not accepted", "put a valid key into the connection's password"
)
_ITS_OWN_FAULT = Meaning(OutcomeUnknown, "KOS reports a failure of its own", "try again later")


class KosDialect(UsualHeaders):
    """How KOS says "no": an envelope with a class name, and fields with reasons."""

    def failure(self, status: int, body: Any) -> Failure | None:
        """See :class:`airflow_provider_booking.vendors.transport.Dialect`."""
        if not is_refusal(body):
            return None
        complaints = list(_complaints(body))
        meaning = next(_meanings(body["className"], complaints), None) or _of_status(
            said_status(body) or status
        )
        detail = ", ".join(f"{_name(key)} {_name(reason)}" for key, reason in complaints)
        return Failure(meaning, _name(body["className"]), detail)


class KosTokenDialect(KosDialect):
    """How KOS refuses to exchange the API key: whatever it complains of, the key is all that was sent."""

    def failure(self, status: int, body: Any) -> Failure | None:
        """See :class:`airflow_provider_booking.vendors.transport.Dialect`."""
        failure = super().failure(status, body)
        if failure is None or issubclass(failure.meaning.error, Throttled | OutcomeUnknown):
            return failure
        if failure.meaning in (OF_STATUS[404], OF_STATUS[405]):
            return failure
        return Failure(_KEY_REJECTED, failure.code, failure.detail)


def is_refusal(body: Any) -> bool:
    """Whether a body is KOS's error envelope, under whatever HTTP status."""
    return isinstance(body, dict) and isinstance(body.get("className"), str)


def said_status(body: Mapping[str, Any]) -> int | None:
    """The status in an envelope. That the answer's own is the same is assumed, and not relied on."""
    status = body.get("status")
    return status if isinstance(status, int) and not isinstance(status, bool) else None


def _name(text: str) -> str:
    """What is a name of the vendor's; other words might quote somebody."""
    return text if _NAME.fullmatch(text) else MASK


def _complaints(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    properties = body.get("errorProperties")
    for each in properties if isinstance(properties, list) else ():
        key, reason = (each.get("key"), each.get("reason")) if isinstance(each, dict) else (None, None)
        if isinstance(key, str) and isinstance(reason, str):
            yield key, reason


def _meanings(class_name: str, complaints: list[tuple[str, str]]) -> Iterator[Meaning]:
    """Those of fields that are listed first, then those of reasons alone."""
    listed = [(_INDEX.sub("[]", key), reason) for key, reason in complaints]
    for key, reason in listed:
        if (class_name, key, reason) in MALFORMED:
            yield MALFORMED[class_name, key, reason]
    for row in [*listed, *((ANY_FIELD, reason) for _, reason in complaints)]:
        if row in MEANINGS:
            yield MEANINGS[row]


def _of_status(status: int) -> Meaning:
    # An envelope without an error's status says that something failed, and not what.
    return OF_STATUS.get(status, UNEXPECTED) if 400 <= status < 500 else _ITS_OWN_FAULT  # noqa: PLR2004
