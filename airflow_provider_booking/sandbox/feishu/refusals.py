"""Feishu's answers when something is wrong: docs/vendors/feishu.md, "Errors"."""

from dataclasses import dataclass, field
from typing import Any

_INVALID_TOKEN = "Invalid access token for authorization. Please make a request with token attached."  # noqa: S105 - a vendor's message

# code: (HTTP status, message). None: a gateway code, whose status is assumed and switchable.
CODES: dict[int, tuple[int | None, str]] = {
    121001: (500, "internal error"),
    121002: (400, "not support"),
    121003: (400, "param error"),
    121004: (404, "data not exist"),
    121005: (403, "no permission"),
    123002: (400, "record param error"),
    123003: (400, "assign host exceed max limit 10"),
    123004: (400, "assign host error"),
    123006: (400, "invalid password"),
    99991201: (404, "resource not find"),
    99991301: (405, "request method doesn't match"),
    99991400: (429, "request trigger frequency limit"),
    99991403: (429, "This month's API call quota has been exceeded"),
    99991661: (None, "Need a token"),
    99991663: (None, _INVALID_TOKEN),
    99991664: (None, "invalid app token"),
    99991668: (None, _INVALID_TOKEN),
    99991671: (None, "Invalid token: must start with t-/u-"),
    99991672: (None, "Access denied. One of the following scopes is required: [{scope}]"),
    99991677: (None, "token expire"),
    99991679: (
        None,
        "Unauthorized. You do not have permission for this: [{scope}]. Please re-authorize.",
    ),
    99992402: (None, "field validation failed"),
}
_OTHER = (None, "error")  # for codes that only a fault brings


@dataclass(eq=False)
class Refused(Exception):
    """A call that Feishu refuses; nothing has been stored.

    Attributes:
        code: Feishu's code.
        headers: Headers beside the usual ones.
        error: Members of `error` beside `log_id`; None leaves `error` out.
        scope: The missing scope, for the codes whose message names it.
        http_status: The HTTP status, if it is not that of `CODES`.
    """

    code: int
    headers: dict[str, str] = field(default_factory=dict)
    error: dict[str, Any] | None = field(default_factory=dict)
    scope: str = ""
    http_status: int | None = None

    def status(self, gateway_status: int) -> int:
        """Give the HTTP status; gateway codes have the one that is assumed."""
        return self.http_status or CODES.get(self.code, _OTHER)[0] or gateway_status

    def envelope(self, log_id: str) -> dict[str, Any]:
        """Give the body."""
        message = CODES.get(self.code, _OTHER)[1].format(scope=self.scope)
        body: dict[str, Any] = {"code": self.code, "msg": message}
        return body if self.error is None else body | {"error": {"log_id": log_id, **self.error}}


def missing_scope(code: int, scope: str) -> Refused:
    """Refuse for want of a scope: of the app (99991672) or of the user's consent (99991679)."""
    kind = "action_scope_required" if code == 99991672 else "action_privilege_required"  # noqa: PLR2004 - a code
    return Refused(code, error={"permission_violations": [{"type": kind, "subject": scope}]}, scope=scope)


def invalid_fields(violations: list[tuple[str, Any, str]]) -> Refused:
    """Refuse in the gateway's schema check; each violation is a field, its value, and what is wrong."""
    members = [
        {"field": name, "value": str(value), "description": wrong} for name, value, wrong in violations
    ]
    return Refused(99992402, error={"field_violations": members})


@dataclass(eq=False)
class OAuthRefused(Exception):
    """A refusal of the OAuth endpoint, which has a form of its own and HTTP 400."""

    code: int
    description: str

    def envelope(self) -> dict[str, Any]:
        """Give the body."""
        return {"code": self.code, "error": "invalid_request", "error_description": self.description}
