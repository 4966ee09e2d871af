"""Moments as several vendors write them: ISO 8601 in UTC with milliseconds and ``Z``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.bookings.time import moment

if TYPE_CHECKING:
    from datetime import datetime


def written_time(value: datetime) -> str:
    """Write a moment in UTC as ``2026-12-01T01:00:00.000Z``."""
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _written(value: Any) -> Any:
    return None if value is None else written_time(moment(value))


WrittenTime = Annotated[str, BeforeValidator(_written)]
"""What a user gives as a time, in the vendor's form; a naive time, or what is no time, is a field's error."""


def time_argument(name: str, value: datetime | str | None) -> str | None:
    """Write a time that a caller gave; None stays None.

    Raises:
        InvalidInput: It is naive or no time; the text names the argument.
    """
    if value is None:
        return None
    try:
        return written_time(moment(value))
    except ValueError as error:
        raise InvalidInput(f"{name} {error}") from None
