"""What outcomes, reasons and policies mean, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import Outcome, Reason
from airflow_provider_booking.vendors.planning import Notify

if TYPE_CHECKING:
    from collections.abc import Mapping

MEANING: Mapping[Reason, str] = {
    Reason.SLOT_CONFLICT: "The wanted time or place is taken: choose another one, or free it first.",
    Reason.CHANGED_MEANWHILE: "The booking is no longer as it was when it was planned: look at it, and plan"
    " it again if the change is still wanted.",
    Reason.GONE: "The vendor does not have what is named: check the id and the connection.",
    Reason.OUT_OF_RANGE: "The vendor does not take a value as large, as long or as far ahead: ask for one"
    " within its limits.",
    Reason.IN_THE_PAST: "The booking lies in the past: plan with include_past to change it all the same."
    " Not every vendor allows that.",
    Reason.INVALID_INPUT: "The row asks for something that cannot be done: mend it as its message says, and"
    " plan again.",
    Reason.DUPLICATE_INPUT: "Several rows name one booking; equal ones count once, and of contradicting ones"
    " none is taken: keep one row for each booking.",
    Reason.TIME_GAP: "The wanted time is skipped where clocks go forward: choose another one, or plan with"
    " on_dst.",
    Reason.TIME_FOLD: "The wanted time comes twice where clocks go back: give it with its offset, or plan"
    " with on_dst.",
    Reason.CREDENTIAL_EXPIRED: "The vendor does not accept the credential, whatever the booking: mend it as"
    " the message says, and run the task again.",
    Reason.FORBIDDEN: "The credential may not do this: have it granted, and plan again.",
    Reason.THROTTLED: "The vendor, or the connection's own rate limit, asked for more time:"
    " run the task again later.",
    Reason.VENDOR_ERROR: "The vendor answered with an error: see the message, and name the request id when"
    " asking the vendor.",
    Reason.NO_ANSWER: "No usable answer came: run the task again. What is unknown is read back before"
    " anything is sent.",
    Reason.NOTIFY_POLICY: "The vendor cannot keep to what was said about who is told: plan these with another"
    " notify.",
    Reason.STOPPED: "Applying was stopped before these were sent: see why, and apply again.",
    Reason.EXPIRED: "The booking has expired at the vendor and cannot be brought back: make a new one.",
}

SAMPLES_HEADING: Mapping[Outcome, str] = {
    Outcome.APPLIED: "What changed",
    Outcome.REVERTED: "What had changed, and was put back",
    Outcome.PLANNED: "What would change",
}

TELLING: Mapping[Notify, str] = {
    Notify.VENDOR_DEFAULT: "nobody is told unless a row's changes say so, or the vendor cannot be silenced",
    Notify.NONE: "nobody is told",
    Notify.ONCE: "everybody concerned is told at most once, where the vendor tells people at all",
}
