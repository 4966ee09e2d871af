"""How long what a killed worker had in hand stays untouched, from Airflow's configuration."""

from __future__ import annotations

import pytest

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.hooks.places import lease_seconds


@pytest.mark.parametrize("seconds", ["1", "30", "3600"])
def test_what_the_configuration_says_is_taken(monkeypatch: pytest.MonkeyPatch, seconds: str) -> None:
    monkeypatch.setenv("AIRFLOW__BOOKING__LEASE_SECONDS", seconds)

    assert lease_seconds() == float(seconds)


@pytest.mark.parametrize("seconds", ["0", "0.9", "-1", "3601", "nan", "inf", "soon", ""])
def test_what_is_no_such_time_is_refused(monkeypatch: pytest.MonkeyPatch, seconds: str) -> None:
    monkeypatch.setenv("AIRFLOW__BOOKING__LEASE_SECONDS", seconds)

    with pytest.raises(InvalidInput, match=r"\[booking\] lease_seconds is no number of seconds"):
        lease_seconds()
