"""The vocabulary that every floor shares: bookings, changes, outcomes, errors and rules of time."""

from airflow_provider_booking.bookings.booking import Booking, BookingRef
from airflow_provider_booking.bookings.change import Change
from airflow_provider_booking.bookings.errors import (
    AccessDenied,
    BookingError,
    BookingNotFound,
    CredentialRejected,
    Held,
    InvalidInput,
    NotApplied,
    OutcomeUnknown,
    Refused,
    SlotTaken,
    Throttled,
    VendorNotReached,
    VendorUnavailable,
)
from airflow_provider_booking.bookings.outcome import FieldChange, Outcome, Reason, UpdateResult

__all__ = [
    "AccessDenied",
    "Booking",
    "BookingError",
    "BookingNotFound",
    "BookingRef",
    "Change",
    "CredentialRejected",
    "FieldChange",
    "Held",
    "InvalidInput",
    "NotApplied",
    "Outcome",
    "OutcomeUnknown",
    "Reason",
    "Refused",
    "SlotTaken",
    "Throttled",
    "UpdateResult",
    "VendorNotReached",
    "VendorUnavailable",
]
