"""What Zoho's codes mean. The body decides, under any HTTP status: docs/vendors/zoho.md, "Errors"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import (
    AccessDenied,
    BookingNotFound,
    CredentialRejected,
    OutcomeUnknown,
    Reason,
    Refused,
    SlotTaken,
    Throttled,
)
from airflow_provider_booking.vendors.meanings import BY_STATUS, UNEXPECTED, Failure, Meaning
from airflow_provider_booking.vendors.wait_headers import retry_after
from airflow_provider_booking.vendors.zoho.models import BookingData
from airflow_provider_booking.vendors.zoho.translation import ASSUMPTIONS, Assumptions

if TYPE_CHECKING:
    from collections.abc import Mapping

_INVALID = Reason.INVALID_INPUT
_SCOPES = "a refresh token with ZohoCalendar.bookings.ALL and ZohoCalendar.resources.READ"

MEANINGS: Mapping[str, Meaning] = {
    "RESOURCE_NOT_AVAILABLE_FOR_BOOKING": Meaning(
        SlotTaken, "the room is not free at the wanted time", "choose another time or room"
    ),
    "BOOKING_RANGE_CANNOT_EXCEED_CONFIGURED_MONTHS": Meaning(
        Refused,
        "the booking is further ahead than the organisation allows",
        "choose an earlier time, or have the range raised in Zoho's admin console",
        Reason.OUT_OF_RANGE,
    ),
    "RB_OPERATION_NOT_PERMITTED": Meaning(
        AccessDenied, "Resource Booking is not open to this user", "check the organisation's plan"
    ),
    "OPERATION_NOT_PERMITTED": Meaning(
        AccessDenied,
        "this user may not do this to the booking",
        "use the organizer's refresh token or a resource administrator's",
    ),
    "BOOKING_NOT_FOUND": Meaning(
        BookingNotFound, "there is no such booking or occurrence", "check the ids and the connection's host"
    ),
    "INVALID_DATA": Meaning(Refused, "a value is not taken", "check the value in changes", _INVALID),
    "EXTRA_PARAM_FOUND": Meaning(Refused, "a parameter is not known", "try the other send_as", _INVALID),
    "LESS_THAN_MIN_OCCURANCE": Meaning(
        Refused, "a parameter did not arrive", "set send_as to query on the connection", _INVALID
    ),
    "METHOD_NOT_ALLOWED": Meaning(Refused, "the call is not known", "check the connection's host"),
    "INVALID_OAUTHTOKEN": Meaning(
        CredentialRejected,
        "a new access token is not accepted either, or lacks a scope",
        f"check the data centre in host and accounts_url, and make {_SCOPES}",
    ),
    "INVALID_OAUTHSCOPE": Meaning(AccessDenied, "the access token lacks a scope", f"make {_SCOPES}"),
    # Other Zoho products say so under HTTP 400.
    "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED": Meaning(
        Throttled, "too many requests, and Zoho has locked the API", "lower rate_limit if this goes on"
    ),
}

_BY_STATUS: Mapping[int, Meaning] = {
    **BY_STATUS,
    401: MEANINGS["INVALID_OAUTHTOKEN"],
    404: MEANINGS["BOOKING_NOT_FOUND"],
    405: MEANINGS["METHOD_NOT_ALLOWED"],
    429: MEANINGS["URL_ROLLING_THROTTLES_LIMIT_EXCEEDED"],
}
_UNLISTED_SUCCESS = Meaning(OutcomeUnknown, "HTTP success with a code that is not listed", "look the code up")

TOKEN_MEANINGS: Mapping[str, Meaning] = {
    "invalid_code": Meaning(
        CredentialRejected,
        "the refresh token is revoked or of another client or data centre",
        "make a new one and put it into refresh_token",
    ),
    "invalid_client": Meaning(
        CredentialRejected,
        "the client id is not known",
        "check login, and that accounts_url is of the client's data centre",
    ),
    "invalid_client_secret": Meaning(
        CredentialRejected,
        "the client secret is wrong",
        "check the password; it may differ from data centre to data centre",
    ),
}
_TOO_MANY_TOKENS = Meaning(
    Throttled,
    "Zoho hands out no more access tokens for now",
    "find out who else fetches tokens with this refresh token",
)
_UNLISTED_AT_TOKEN = Meaning(
    CredentialRejected,
    "Zoho gave no token, with a code that is not listed",
    "check login, password, refresh_token and accounts_url",
)

_NO_SUCH_ROOM = Meaning(
    Refused, "there is no such room", "check the room's id or name and the connection's host", Reason.GONE
)

# The token service's own "Access Denied" is the only code with a space in it.
_CODE = re.compile(r"\w+|Access Denied", re.ASCII)
_MONTHS = re.compile(r"\b\d{1,3} months?\b")
_MEMBERS = frozenset(
    {"bookingData", "start", "end", "timezone", "resource_id", "type", "count", "email", "zid", "permission"}
    | {"deleted", "freq", "interval", "until", "byday", "bymonthday", "recurrence_id"}
    | BookingData.model_fields.keys()
)


class ZohoDialect:
    """How Zoho Calendar says "no": ``status`` "failure" or an ``errorcode``, under any HTTP status.

    Args:
        assumptions: How long locks last, which the vendor announces by nothing.
        about_a_room: Whether what is not found is a room.
    """

    def __init__(self, assumptions: Assumptions = ASSUMPTIONS, *, about_a_room: bool = False) -> None:
        self._assumptions = assumptions
        self._about_a_room = about_a_room

    def failure(self, status: int, body: Any) -> Failure | None:
        """See :class:`airflow_provider_booking.vendors.transport.Dialect`."""
        # The status member is true in an answer to delete, and absent elsewhere (pitfall 8).
        if not isinstance(body, dict) or not (body.get("status") == "failure" or "errorcode" in body):
            return None
        code = _code(body.get("errorcode"))
        meaning = MEANINGS.get(code or "") or _meaning_of_unlisted(status)
        if self._about_a_room and meaning is MEANINGS["BOOKING_NOT_FOUND"]:
            meaning = _NO_SUCH_ROOM
        return Failure(meaning, code, _detail(body.get("error_message")))

    def request_id(self, headers: Mapping[str, str], body: Any) -> str | None:
        """Zoho documents none."""
        del headers, body
        return None

    def wait(self, headers: Mapping[str, str]) -> float | None:
        """How long the API stays locked: trying again in the lock is pointless (pitfall 17)."""
        return retry_after(headers) or self._assumptions.lock_seconds


class ZohoTokenDialect(ZohoDialect):
    """How Zoho refuses a token: there is none in the answer, whatever its HTTP status (pitfall 9)."""

    def failure(self, status: int, body: Any) -> Failure | None:
        """See :class:`airflow_provider_booking.vendors.transport.Dialect`."""
        del status
        if not isinstance(body, dict) or body.get("access_token"):
            return None
        code = _code(body.get("error"))
        # The text may be translated: it is not looked at.
        unlisted = _TOO_MANY_TOKENS if body.get("status") == "failure" else _UNLISTED_AT_TOKEN
        return Failure(TOKEN_MEANINGS.get(code or "", unlisted), code)

    def wait(self, headers: Mapping[str, str]) -> float | None:
        """How long no tokens are handed out."""
        return retry_after(headers) or self._assumptions.token_lock_seconds


def _meaning_of_unlisted(status: int) -> Meaning:
    return _UNLISTED_SUCCESS if status < 400 else _BY_STATUS.get(status, UNEXPECTED)  # noqa: PLR2004


def _code(value: Any) -> str | None:
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def _detail(message: Any) -> str:
    """What a message says beyond its code: a member's name or a number of months. More might be personal."""
    text = message if isinstance(message, str) else ""
    if months := _MONTHS.search(text):
        return months[0]
    names = re.findall(r"\w+", text)
    return text if names and _MEMBERS.issuperset(names) else ""
