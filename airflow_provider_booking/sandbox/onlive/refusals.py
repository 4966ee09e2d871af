"""ONLIVE's answers when something is wrong: docs/vendors/onlive.md, "Errors"."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FieldError = tuple[str, str]  # the field as the API version names it, and what is wrong with it

# Status: the message and the errors that the vendor's pages show for it.
SHOWN: dict[int, tuple[str, tuple[FieldError, ...]]] = {
    400: ("Invalid input data", (("end", "End time must be after start time"),)),
    401: ("Unauthorized", ()),
    403: ("Insufficient permissions to update this appointment", ()),
    404: ("Appointment not found", ()),
    409: ("Scheduling conflict", (("time", "Selected time slot is no longer available"),)),
    422: ("Validation failed", (("guests", "Maximum number of guests exceeded"),)),
    429: ("Too Many Requests", ()),
}


@dataclass(eq=False)
class Refused(Exception):
    """A call that ONLIVE refuses; nothing has been stored."""

    status: int
    message: str
    errors: tuple[FieldError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def envelope(self) -> dict[str, Any]:
        """Give the body; without field errors it has no `errors` (docs/vendors/onlive.md, rule 5)."""
        body: dict[str, Any] = {"statusCode": self.status, "message": self.message}
        if self.errors:
            body["errors"] = [{"field": name, "message": wrong} for name, wrong in self.errors]
        return body


def as_shown(status: int, message: str | None = None) -> Refused:
    """Refuse with the body that the vendor's pages show for a status, or with `message` alone."""
    shown, errors = SHOWN.get(status, ("Internal Server Error", ()))
    return Refused(status, message) if message else Refused(status, shown, errors)


def invalid(*errors: FieldError) -> Refused:
    """Refuse values that cannot be read or make no sense."""
    return Refused(400, "Invalid input data", errors)


def unprocessable(name: str, wrong: str) -> Refused:
    """Refuse a value that breaks a rule of the business."""
    return Refused(422, "Validation failed", ((name, wrong),))
