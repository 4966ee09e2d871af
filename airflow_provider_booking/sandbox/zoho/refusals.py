"""Zoho's answers when something is wrong: docs/vendors/zoho.md, "Errors"."""

from dataclasses import dataclass
from typing import Any

# code: (HTTP status, message). The vendor documents few codes, and no status but 429.
CODES: dict[str, tuple[int, str]] = {
    "BOOKING_NOT_FOUND": (404, "Booking not found"),
    "BOOKING_RANGE_CANNOT_EXCEED_CONFIGURED_MONTHS": (400, "Booking range cannot exceed {detail} months"),
    "EXTRA_PARAM_FOUND": (400, "Extra parameter found: {detail}"),
    "INVALID_DATA": (400, "{detail}"),
    "INVALID_OAUTHSCOPE": (401, "Invalid OAuth scope"),
    "INVALID_OAUTHTOKEN": (401, "Invalid OAuth token"),
    "LESS_THAN_MIN_OCCURANCE": (400, "{detail} is missing"),
    "METHOD_NOT_ALLOWED": (405, "Method not allowed"),
    "NOT_FOUND": (404, "Not found"),
    "OPERATION_NOT_PERMITTED": (403, "Operation not permitted"),
    "RB_OPERATION_NOT_PERMITTED": (403, "RB Operation not permitted"),
    "RESOURCE_NOT_AVAILABLE_FOR_BOOKING": (
        400,
        "Resource is not available for the selected time slot",
    ),
    "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED": (429, "Too many requests"),
}
SLOT_CODES = frozenset(  # those that the switch `slot_refusal_status` is about: rules 22 and 24
    {"RESOURCE_NOT_AVAILABLE_FOR_BOOKING", "BOOKING_RANGE_CANNOT_EXCEED_CONFIGURED_MONTHS"}
)


@dataclass(eq=False)
class Refused(Exception):
    """A call that Zoho refuses; nothing has been stored. `detail` goes into the message."""

    code: str
    detail: str = ""

    @property
    def status(self) -> int:
        """The HTTP status."""
        return CODES[self.code][0]

    @property
    def envelope(self) -> dict[str, Any]:
        """The body."""
        return failure_body(self.code, CODES[self.code][1].format(detail=self.detail))


def invalid(field: str) -> Refused:
    """Refuse a value; the message is the name of its field (docs/vendors/zoho.md, rule 14)."""
    return Refused("INVALID_DATA", field)


def failure_body(code: str, message: str) -> dict[str, Any]:
    """Write the body that every failure has."""
    return {"error_message": message, "errorcode": code, "status": "failure"}
