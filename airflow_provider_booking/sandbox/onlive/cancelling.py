"""What a v2 cancel call does to an appointment: docs/vendors/onlive.md, rule 21."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from airflow_provider_booking.sandbox.onlive import rules
from airflow_provider_booking.sandbox.onlive.appointments import CANCELLED, Record
from airflow_provider_booking.sandbox.onlive.refusals import invalid

_GUEST_ONLY, _GUEST_APPOINTMENT = "guest-only", "guest-appointment"
_STATES = {"status": "state", "subStatus": "subStatus"}


def with_state(record: Mapping[str, Any], state: str, now: datetime) -> Record:
    """Give what an update of the state sets: a cancelled appointment has a time, any other has none."""
    if state != CANCELLED:
        return {"state": state, "cancelledAt": None, "cancellationOrigin": None}
    return {
        "state": state,
        "cancelledAt": record["cancelledAt"] or now,
        "cancellationOrigin": record["cancellationOrigin"] or "api",
    }


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A cancel call.

    Attributes:
        states: The `status` and `subStatus` that were sent, by stored name.
        addresses: The guests it is about, in lower case; none means all.
        is_guest_only: Whether the appointment stays even if nobody is left.
    """

    states: Record
    addresses: frozenset[str]
    is_guest_only: bool

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Cancellation":
        """Read the body, in which all is optional.

        Raises:
            Refused: 400 if a value makes no sense.
        """
        strategy, guests = body.get("strategy", _GUEST_APPOINTMENT), body.get("guests", [])
        if strategy not in (_GUEST_ONLY, _GUEST_APPOINTMENT):
            raise invalid(("strategy", f"Must be {_GUEST_ONLY} or {_GUEST_APPOINTMENT}"))
        if not isinstance(guests, list) or not all(isinstance(one, str) for one in guests):
            raise invalid(("guests", "Must be an array of email addresses"))
        if strategy == _GUEST_ONLY and not guests:
            raise invalid(("guests", "Must name the guests to cancel"))
        return cls(
            rules.read(body, _STATES, strict=False),
            frozenset(one.lower() for one in guests),
            strategy == _GUEST_ONLY,
        )

    def targets(self, record: Mapping[str, Any]) -> list[Record]:
        """Give the guests of an appointment that this is about."""
        return [
            guest
            for guest in record["guests"]
            if not self.addresses or guest["email"].lower() in self.addresses
        ]

    def applied_to(self, record: Record, now: datetime) -> Record:
        """Give the appointment without the guests that were named, and cancelled if nobody is left."""
        left = [guest for guest in record["guests"] if guest not in self.targets(record)]
        result = record | ({"guests": left} if self.addresses else {})
        if self.is_guest_only or (self.addresses and left):
            return result
        return result | with_state(record, CANCELLED, now) | self.states
