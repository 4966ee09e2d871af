"""KOS's answers when something is wrong: docs/vendors/kos.md, "Errors"."""

from dataclasses import dataclass
from typing import Any

REQUIRED = "Required"
NOT_FOUND = "NotFound"
NOT_AVAILABLE = "NotAvailable"
INVALID_TIME_RANGE = "InvalidTimeRange"

_BY_STATUS = {  # only 400 is documented
    400: "InvalidRequestException",
    401: "UnauthorizedException",
    403: "ForbiddenException",
    404: "NotFoundException",
    405: "MethodNotAllowedException",
    409: "ConflictException",
    429: "TooManyRequestsException",
}

Wrong = tuple[str, str]  # the path of a field, and a reason


@dataclass(eq=False)
class Refused(Exception):
    """A call that KOS refuses; nothing has been stored."""

    status: int
    class_name: str
    wrong: tuple[Wrong, ...] = ()

    def envelope(self) -> dict[str, Any]:
        """Give the body. There is no text for a person in it: `message` is the class again."""
        return {
            "status": self.status,
            "message": self.class_name,
            "className": self.class_name,
            "errorProperties": [{"key": key, "reason": reason} for key, reason in self.wrong],
        }


def refused(status: int) -> Refused:
    """Refuse a call for what its HTTP status says, whatever is in it."""
    return Refused(status, _BY_STATUS.get(status, "InternalServerErrorException"))


def invalid_command(*wrong: Wrong) -> Refused:
    """Refuse what a command's body says."""
    return Refused(400, "InvalidCommandException", wrong)


def invalid_request(*wrong: Wrong) -> Refused:
    """Refuse because of what is stored, or what a query's body says."""
    return Refused(400, "InvalidRequestException", wrong)
