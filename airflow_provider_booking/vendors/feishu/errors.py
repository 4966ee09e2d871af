"""What Feishu's codes mean. The number decides, not the HTTP status: docs/vendors/feishu.md, "Errors"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import (
    AccessDenied,
    BookingNotFound,
    CredentialRejected,
    OutcomeUnknown,
    Reason,
    Refused,
    Throttled,
)
from airflow_provider_booking.vendors.meanings import FROM_ANYBODY, Failure, Meaning

if TYPE_CHECKING:
    from collections.abc import Mapping

STALE_TENANT_TOKEN = 99991663

_PERSON = "put a new user_access_token into the connection"
_INVALID = Reason.INVALID_INPUT

MEANINGS: Mapping[int, Meaning] = {
    121001: Meaning(OutcomeUnknown, "internal error", "try again later"),
    121002: Meaning(Refused, "not supported", "drop the setting that this tenant does not have", _INVALID),
    121003: Meaning(
        Refused,
        "a value is out of range",
        "check end_time: in the future, at most 30 days",
        Reason.OUT_OF_RANGE,
    ),
    121004: Meaning(BookingNotFound, "no such reserve", "check the id, and Feishu or Lark as host"),
    121005: Meaning(AccessDenied, "not this app's or user's own reserve", "use the one that applied for it"),
    123002: Meaning(Refused, "recording with a one-to-one call", "set auto_record to false", _INVALID),
    123003: Meaning(Refused, "more than 10 hosts", "shorten assign_host_list", _INVALID),
    123004: Meaning(Refused, "a host id is wrong", "check the ids and user_id_type", _INVALID),
    123006: Meaning(Refused, "the password is not taken", "use 4 to 9 digits", _INVALID),
    10003: Meaning(CredentialRejected, "the app id is missing", "fill in the connection's login"),
    10014: Meaning(
        CredentialRejected, "the app secret is wrong or the app is stopped", "check login and password"
    ),
    10015: Meaning(CredentialRejected, "the app secret is wrong", "check the connection's password"),
    99991543: Meaning(CredentialRejected, "the app id or secret does not exist", "check login and password"),
    99991661: Meaning(CredentialRejected, "no token was sent", "check user_access_token in the connection"),
    STALE_TENANT_TOKEN: Meaning(
        CredentialRejected, "the tenant token is not accepted", "check that the app is enabled in the tenant"
    ),
    99991664: Meaning(CredentialRejected, "the app token is not accepted", "check login and password"),
    99991665: Meaning(
        CredentialRejected, "the tenant is not accepted", "check that the app is installed there"
    ),
    99991668: Meaning(CredentialRejected, "the user token is not accepted", _PERSON),
    99991671: Meaning(CredentialRejected, "the token has the wrong shape", _PERSON),
    99991677: Meaning(CredentialRejected, "the user token has expired", _PERSON),
    # What app or user may not do holds for every reserve: unlike 121005, which is about one.
    99991672: Meaning(
        CredentialRejected,
        "the app lacks a scope",
        "grant vc:reserve and vc:reserve:readonly and publish the app",
    ),
    99991676: Meaning(CredentialRejected, "the token may not do this", "let the user consent again"),
    99991679: Meaning(CredentialRejected, "the user did not grant the scope", "let the user consent again"),
    99991662: Meaning(CredentialRejected, "the app is disabled", "ask the tenant's administrator"),
    99991673: Meaning(CredentialRejected, "the app is not installed", "ask the tenant's administrator"),
    99991401: Meaning(
        CredentialRejected, "this address is not on the app's allow-list", "add the worker's address"
    ),
    99991201: Meaning(Refused, "no such path", "check the connection's host"),
    99991301: Meaning(Refused, "wrong method", "check the connection's host"),
    99992402: Meaning(Refused, "a field breaks the gateway's schema", "check the field's type", _INVALID),
    99992351: Meaning(Refused, "a user id does not exist", "check the ids and user_id_type", _INVALID),
    99992361: Meaning(Refused, "a user id is another app's", "use this app's ids, or union_id", _INVALID),
    99991400: Meaning(Throttled, "too many requests", "lower rate_limit if this goes on"),
    # Lasts until the 1st of the next month: trying again is of no use (pitfall 5).
    99991403: Meaning(
        Throttled, "this month's API quota is used up", "raise the tenant's plan, or wait", retryable=False
    ),
    2200: Meaning(OutcomeUnknown, "the vendor is overloaded", "try again later"),
}

_UNLISTED = Meaning(Refused, "the vendor refused with a code that is not listed", "look the code up")
_UNLISTED_SUCCESS = Meaning(OutcomeUnknown, "HTTP success with a code that is not listed", "look the code up")

_UNLISTED_AT_TOKEN = Meaning(
    CredentialRejected, "the app was refused with a code that is not listed", "check login and password"
)


class FeishuDialect:
    """How Feishu says "no": a ``code`` that is not 0, under any HTTP status."""

    def failure(self, status: int, body: Any) -> Failure | None:
        """See :class:`airflow_provider_booking.vendors.transport.Dialect`."""
        code = code_of(body)
        if code == 0 and status < 400:  # noqa: PLR2004
            return None
        if code is None:
            # A success without a code is no word of Feishu's gateway.
            return Failure(_UNLISTED_SUCCESS) if status < 400 else None  # noqa: PLR2004
        return Failure(MEANINGS.get(code) or _meaning_of_unlisted(status), code)

    def request_id(self, headers: Mapping[str, str], body: Any) -> str | None:
        """The log id, which stands in a header and mostly in the body too."""
        log_id = headers.get("x-tt-logid") or headers.get("x-request-id")
        error = body.get("error") if isinstance(body, dict) else None
        if not log_id and isinstance(error, dict):
            log_id = error.get("log_id") or error.get("logid")
        return str(log_id) if log_id else None

    def wait(self, headers: Mapping[str, str]) -> float | None:
        """Feishu's own header (pitfall 6), in seconds."""
        reset = headers.get("x-ogw-ratelimit-reset", "").strip()
        return (float(reset) or None) if reset.isdecimal() else None


class FeishuTokenDialect(FeishuDialect):
    """How Feishu refuses a token: any code is about the app (docs/vendors/feishu.md, "Tokens")."""

    def failure(self, status: int, body: Any) -> Failure | None:
        """See :class:`airflow_provider_booking.vendors.transport.Dialect`."""
        failure = super().failure(status, body)
        if failure is None or failure.code is None or failure.meaning not in (_UNLISTED, _UNLISTED_SUCCESS):
            return failure
        return Failure(_UNLISTED_AT_TOKEN, failure.code)


def _meaning_of_unlisted(status: int) -> Meaning:
    if status < 400:  # noqa: PLR2004
        return _UNLISTED_SUCCESS
    return FROM_ANYBODY.get(status, _UNLISTED)


def code_of(body: Any) -> int | None:
    """The number in ``code``, or None where the body has none."""
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None
