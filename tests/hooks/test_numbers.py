"""The numbers of section ``[booking]`` in Airflow's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.hooks.numbers import RANGES, number, patience
from airflow_provider_booking.hooks.places import lease_seconds
from airflow_provider_booking.provider_info import get_provider_info
from tests.hooks.conftest import JICOO

if TYPE_CHECKING:
    from airflow_provider_booking.sandbox import Sandbox
    from tests.hooks.conftest import Connect

OF_CALLS = ["request_attempts", "request_seconds", "longest_wait", "settle_delay", "fresh_for"]


def configure(monkeypatch: pytest.MonkeyPatch, option: str, value: str) -> None:
    monkeypatch.setenv(f"AIRFLOW__BOOKING__{option.upper()}", value)


@pytest.mark.parametrize("option", RANGES)
def test_the_ends_of_its_range_are_taken(monkeypatch: pytest.MonkeyPatch, option: str) -> None:
    for end in (RANGES[option].lowest, RANGES[option].highest):
        configure(monkeypatch, option, str(end))
        assert number(option) == end


@pytest.mark.parametrize("option", RANGES)
@pytest.mark.parametrize("value", ["abc", "", "-5", "nan", "inf", "-inf", "1e15"])
def test_what_nobody_can_mean_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, option: str, value: str
) -> None:
    configure(monkeypatch, option, value)
    with pytest.raises(InvalidInput, match=rf"^\[booking\] {option} is no number of \w+: give .* from \d"):
        number(option)


def test_attempts_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, "request_attempts", "2.5")
    with pytest.raises(InvalidInput, match=r"request_attempts is no number of attempts: give a whole one"):
        patience()


def test_every_option_that_is_a_number_has_a_range() -> None:
    (options,) = (section["options"] for section in get_provider_info()["config"].values())
    assert RANGES.keys() == {
        name for name, option in options.items() if option["type"] in ("integer", "float")
    }


@pytest.mark.parametrize("seconds", ["0", "0.9", "3601"])
def test_a_lease_is_neither_too_short_nor_too_long(monkeypatch: pytest.MonkeyPatch, seconds: str) -> None:
    configure(monkeypatch, "lease_seconds", seconds)
    with pytest.raises(InvalidInput, match=r"\[booking\] lease_seconds is no number of seconds"):
        lease_seconds()


@pytest.mark.parametrize("option", OF_CALLS)
class TestAHook:
    def test_refuses_a_plain_call_before_anything_is_sent(
        self, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, connect: Connect, option: str
    ) -> None:
        connect("jicoo")
        configure(monkeypatch, option, "nan")
        with pytest.raises(InvalidInput, match=option):
            JICOO.hook().update_booking(JICOO.booking_id, JICOO.change)
        assert sandbox.requests("jicoo") == []

    def test_says_so_where_its_connection_is_tested(
        self, monkeypatch: pytest.MonkeyPatch, connect: Connect, option: str
    ) -> None:
        connect("jicoo")
        configure(monkeypatch, option, "abc")
        works, said = JICOO.hook().test_connection()
        assert (works, said.startswith(f"[booking] {option} is no number of ")) == (False, True)
