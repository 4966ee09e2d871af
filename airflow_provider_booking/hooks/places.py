"""Where this Airflow keeps what outlives a task: the ledger, and what a credential's users share."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.sdk.configuration import conf

from airflow_provider_booking.hooks.numbers import number
from airflow_provider_booking.vendors.sharing import Sharing

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.ledger import Ledger


def airflow_home() -> Path:
    """Airflow's own folder, as an absolute path."""
    return Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser().absolute()


def open_ledger(*, make: bool = False) -> Ledger:
    """The ledger that ``[booking] ledger_url`` names, or the one under AIRFLOW_HOME.

    Args:
        make: Whether to make it where there is none: only who plans does.

    Raises:
        InvalidInput: The URL or ``keep_days`` is wrong, or Airflow has no Fernet key.
        NoLedger: There is none, and none is to be made.
        LedgerUnavailable: It cannot be reached.
    """
    from airflow_provider_booking.change_sets import ledger  # noqa: PLC0415  (loads SQLAlchemy)

    return ledger.open_ledger(
        conf.get("booking", "ledger_url") or f"sqlite:///{_ledger_file()}",
        ledger.Sealer(conf.get("core", "fernet_key", fallback="")),
        keep_days=number("keep_days"),
        make=make,
    )


def _ledger_file() -> Path:
    return airflow_home() / "booking_ledger.db"


def lease_seconds() -> float:
    """For how long what a killed process had in hand stays untouched, as section ``[booking]`` says.

    Raises:
        InvalidInput: It is no such time.
    """
    return number("lease_seconds")


def sharing() -> Sharing:
    """Where pace and token of a credential are shared, as section ``[booking]`` says."""
    url = conf.get("booking", "throttle_url") or f"sqlite:///{airflow_home() / 'booking_throttle.db'}"
    ledger_url = conf.get("booking", "ledger_url")
    if not ledger_url and _ledger_file().exists():
        ledger_url = f"sqlite:///{_ledger_file()}"
    # One for the process: what is shared is found by it.
    return _sharing(os.getpid(), url, ledger_url or None)


def check_sharing() -> None:
    """Make sure that ``throttle_url`` can be used, before any connection is blamed for it. Opens nothing.

    Raises:
        InvalidInput: It cannot be read, or names what is not installed.
    """
    from airflow_provider_booking.vendors.throttle import store_at  # noqa: PLC0415  (loads drivers)

    store_at(sharing().throttle_url)


@cache
def _sharing(pid: int, throttle_url: str, ledger_url: str | None) -> Sharing:
    del pid
    if ledger_url is None:
        return Sharing(throttle_url)  # who updates one booking needs no ledger, and makes none
    from airflow_provider_booking.change_sets.token_store import LedgerTokens  # noqa: PLC0415  (not of DAGs)

    return Sharing(throttle_url, LedgerTokens(lambda: _found_ledger(ledger_url)))


def _found_ledger(url: str) -> Ledger | None:
    """The ledger, if it has been made and there is a key to read it with."""
    from airflow_provider_booking.change_sets import ledger  # noqa: PLC0415  (loads SQLAlchemy)

    keys = conf.get("core", "fernet_key", fallback="")
    return ledger.find_ledger(url, ledger.Sealer(keys)) if keys.strip() else None
