"""The numbers of section ``[booking]`` in Airflow's configuration, each checked before it is used."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowConfigException

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Mapping


class Range(NamedTuple):
    """From where to where a number may be, and what it counts."""

    lowest: int
    highest: int
    unit: str = "seconds"


RANGES: Mapping[str, Range] = {
    "request_attempts": Range(1, 100, "attempts"),
    "request_seconds": Range(0, 86_400),
    "longest_wait": Range(0, 86_400),
    "settle_delay": Range(0, 3_600),
    "fresh_for": Range(0, 3_600),
    "lease_seconds": Range(1, 3_600),
    "keep_days": Range(1, 36_500, "days"),
}
"""By option; a hundred years will do for ``keep_days``."""
_WHOLE = ("request_attempts",)


def number(option: str) -> float:
    """What an option says.

    Args:
        option: One of ``RANGES``.

    Raises:
        InvalidInput: It is no number, or none that can be meant.
    """
    lowest, highest, unit = RANGES[option]
    try:
        found: float = conf.getfloat("booking", option)
    except (AirflowConfigException, ValueError):
        found = math.nan
    if not lowest <= found <= highest or (option in _WHOLE and not found.is_integer()):
        a = "a whole one" if option in _WHOLE else "one"
        raise InvalidInput(
            f"[booking] {option} is no number of {unit}", hint=f"give {a} from {lowest} to {highest}"
        )
    return found


def patience(attempts: int | None = None) -> Patience:
    """How long calls go on trying, and how long they wait.

    Args:
        attempts: How often a call is sent in all; None: as the section says.

    Raises:
        InvalidInput: A number of the section cannot be used.
    """
    configured = int(number("request_attempts"))
    return Patience(
        attempts=attempts or configured,
        seconds=number("request_seconds"),
        longest_wait=number("longest_wait"),
        settle_delay=number("settle_delay"),
        fresh_for=number("fresh_for"),
    )
