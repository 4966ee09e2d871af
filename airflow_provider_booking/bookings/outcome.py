"""What became of a booking: one outcome, a stable reason, and what changed."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class Outcome(StrEnum):
    """Where a booking stands; exactly one at any time."""

    PLANNED = "planned"
    APPLIED = "applied"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    HELD = "held"
    UNKNOWN = "unknown"
    UNPROCESSED = "unprocessed"
    REVERTED = "reverted"


class Reason(StrEnum):
    """Why a booking was not applied; these strings are stable, so scripts and alerts may match on them."""

    SLOT_CONFLICT = "conflict.slot"
    CHANGED_MEANWHILE = "drift.changed"
    GONE = "drift.gone"
    OUT_OF_RANGE = "limit.range"
    IN_THE_PAST = "limit.past"
    INVALID_INPUT = "input.invalid"
    DUPLICATE_INPUT = "input.duplicate"
    TIME_GAP = "time.gap"
    TIME_FOLD = "time.fold"
    CREDENTIAL_EXPIRED = "auth.expired"
    FORBIDDEN = "auth.forbidden"
    THROTTLED = "throttle.vendor"
    VENDOR_ERROR = "vendor.error"
    NO_ANSWER = "net.timeout"
    NOTIFY_POLICY = "policy.notify"
    STOPPED = "policy.stop"
    EXPIRED = "lost.expired"


class FieldChange(BaseModel):
    """One field of one booking, before and after, as the vendor writes it."""

    model_config = ConfigDict(frozen=True)

    before: JsonValue
    after: JsonValue


class UpdateResult(BaseModel):
    """What an update did to one booking.

    Attributes:
        vendor: The vendor's name, such as ``feishu``.
        conn_id: The Airflow connection that was used.
        booking_id: The booking's id at the vendor.
        outcome: ``applied`` or ``unchanged``; everything else is raised as an error.
        changed: Field name (dotted where nested) to its values before and after. Secret values read ``***``.
        warnings: What a person should know although the update went through.
        request_id: The vendor's id for the request, for a support ticket; None where nothing was sent.
    """

    model_config = ConfigDict(frozen=True)

    vendor: str
    conn_id: str
    booking_id: str
    outcome: Outcome
    changed: dict[str, FieldChange] = Field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    request_id: str | None = None

    def as_xcom(self) -> dict[str, Any]:
        """The six members that operators hand on through XCom: JSON only, no secret in it."""
        return self.model_dump(mode="json", exclude={"request_id"})
