"""Where this Airflow keeps what outlives a task: the ledger, and what a credential's users share."""

from __future__ import annotations

import math
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowConfigException

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.sharing import Sharing

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.ledger import Ledger

LONGEST_KEPT = 36_500
"""Days: a hundred years."""


def airflow_home() -> Path:
    """Airflow's own folder, as an absolute path."""
    return Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser().absolute()


def open_ledger() -> Ledger:
    """The ledger that ``[booking] ledger_url`` names, or the one under AIRFLOW_HOME.

    Raises:
        InvalidInput: The URL is wrong, or Airflow has no Fernet key.
        LedgerUnavailable: It cannot be reached.
    """
    from airflow_provider_booking.change_sets import ledger  # noqa: PLC0415  (loads SQLAlchemy)

    url = conf.get("booking", "ledger_url") or f"sqlite:///{airflow_home() / 'booking_ledger.db'}"
    return ledger.open_ledger(
        url,
        ledger.Sealer(conf.get("core", "fernet_key", fallback="")),
        keep_days=_keep_days(),
    )


def _keep_days() -> float:
    try:
        days: float = conf.getfloat("booking", "keep_days")
    except (AirflowConfigException, ValueError):
        days = math.nan
    if not 0 < days <= LONGEST_KEPT:
        raise InvalidInput(
            "[booking] keep_days is no number of days", hint=f"give one from 1 to {LONGEST_KEPT}"
        )
    return days


def sharing() -> Sharing:
    """Where pace and token of a credential are shared, as section ``[booking]`` says."""
    url = conf.get("booking", "throttle_url") or f"sqlite:///{airflow_home() / 'booking_throttle.db'}"
    # One for the process: what is shared is found by it.
    return _sharing(os.getpid(), url)


@cache
def _sharing(pid: int, throttle_url: str) -> Sharing:
    del pid
    return Sharing(throttle_url)
