"""What the sandbox received, what that changed, and whom the vendors would have told."""

import json
import math
import re
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

_SECRET = re.compile(r"secret|token|^(key|code)$", re.IGNORECASE)
_SECRET_PAIR = re.compile(r"(\w*(?:secret|token)\w*=|\bcode=)[^&\s]+", re.IGNORECASE)
_MASK = "***"
_TOO_DEEP = "(nested too deeply to be shown)"
_KEPT = 100_000  # the newest requests; enough for a long rehearsal, bounded for a longer one


def iso(moment: float) -> str:
    """Write a unix time in seconds as UTC with milliseconds, such as `2026-11-21T01:31:59.000Z`."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(slots=True)
class Received:
    """One request as it came in, and how it was answered."""

    seq: int
    at: float
    vendor: str
    method: str
    path: str
    query: str
    body: bytes
    credential: str
    status: int | None = None
    fault: dict[str, Any] | None = None
    changed: list[str] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """As JSON, without any secret or token.

        `status` is null if nothing was answered; `changed` has the ids of bookings that are otherwise now.
        """
        query = {
            name: values if len(values) > 1 else values[0] for name, values in parse_qs(self.query).items()
        }
        return {
            "seq": self.seq,
            "at": iso(self.at),
            "vendor": self.vendor,
            "method": self.method,
            "path": self.path,
            "query": _masked({name: one[0] if len(one) == 1 else one for name, one in query.items()}),
            "body": _readable(self.body),
            "status": self.status,
            "credential": self.credential,
            "fault": self.fault,
            "changed": self.changed,
        }


@dataclass(frozen=True, slots=True)
class Told:
    """A message that a vendor would have sent: to guests by mail, or to a webhook."""

    at: float
    vendor: str
    booking_id: str
    details: dict[str, Any]

    def shown(self) -> dict[str, Any]:
        """As JSON: who, about which booking, and the vendor's details."""
        return {"at": iso(self.at), "vendor": self.vendor, "booking_id": self.booking_id, **self.details}


@dataclass(slots=True)
class Journal:
    """Everything that happened since the last reset, in order."""

    requests: deque[Received] = field(default_factory=lambda: deque(maxlen=_KEPT))
    notifications: list[Told] = field(default_factory=list)
    webhooks: list[Told] = field(default_factory=list)
    _changed: list[str] = field(default_factory=list)

    def note_change(self, booking_id: str, before: Any, after: Any) -> None:
        """Note that a call stored a booking; one that is as it was before counts as not changed.

        Args:
            booking_id: Which booking.
            before: What was stored; None if there was no such booking. Without a time of the last update.
            after: What is stored now, in the same form.
        """
        if before != after:
            self._changed.append(booking_id)

    def take_changed(self) -> list[str]:
        """Give the bookings that were changed since this was last asked."""
        changed, self._changed = self._changed, []
        return changed


def _readable(body: bytes) -> Any:
    if not body:
        return None
    try:
        return _masked(json.loads(body))
    except RecursionError:
        return _TOO_DEEP
    except ValueError:
        return _SECRET_PAIR.sub(rf"\1{_MASK}", body.decode(errors="replace"))


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            _showable(name): _MASK if _SECRET.search(name) else _masked(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_masked(inner) for inner in value]
    return _showable(value)


def _showable(value: Any) -> Any:
    """Give what Python reads and JSON cannot carry, NaN and half characters, as text that it can."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value.encode(errors="replace").decode() if isinstance(value, str) else value
