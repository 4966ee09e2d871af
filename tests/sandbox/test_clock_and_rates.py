"""The clock and the rate windows by themselves."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.rates import Rate, RateWindows


def test_a_frozen_clock_moves_only_when_told() -> None:
    clock = Clock()
    clock.freeze()
    before = clock.now()
    clock.advance(90)
    assert clock.now() == before + 90


def test_an_advanced_clock_stays_ahead() -> None:
    clock, other = Clock(), Clock()
    clock.advance(3600)
    assert 3595 < clock.now() - other.now() < 3605


@pytest.mark.parametrize("text", ["50/second", "1000/minute", "3/hour", "1/day"])
def test_a_rate_is_read_as_it_is_written(text: str) -> None:
    assert Rate.parse(text).text == text


@pytest.mark.parametrize("text", ["50", "50/s", "0/second", "-1/second", "1.5/second", "50 / second", ""])
def test_any_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a rate"):
        Rate.parse(text)


def test_of_two_full_windows_the_longer_wait_counts() -> None:
    windows = RateWindows([Rate(2, 1), Rate(2, 60)])
    assert windows.take("key", 0.0) is None
    assert windows.take("key", 0.5) is None
    exceeded = windows.take("key", 0.75)
    assert exceeded is not None
    assert (exceeded.rate, exceeded.wait) == (Rate(2, 60), 59.25)


def test_without_rates_everything_passes() -> None:
    windows = RateWindows([])
    assert [windows.take("key", 0.0) for _ in range(100)] == [None] * 100


MOMENTS = st.lists(st.integers(min_value=0, max_value=300), min_size=1, max_size=120).map(sorted)


@given(MOMENTS, st.integers(1, 5), st.integers(1, 60))
def test_no_window_ever_lets_more_pass_than_its_rate(moments: list[int], count: int, seconds: int) -> None:
    windows = RateWindows([Rate(count, seconds), Rate(2 * count, 3 * seconds)])
    passed = [moment for moment in moments if windows.take("key", moment) is None]
    for rate in windows.rates:
        assert all(
            later - first >= rate.seconds for first, later in zip(passed, passed[rate.count :], strict=False)
        )


@given(MOMENTS, st.integers(1, 5), st.integers(1, 60))
def test_after_the_wait_that_was_told_a_request_passes(moments: list[int], count: int, seconds: int) -> None:
    windows = RateWindows([Rate(count, seconds)])
    for moment, following in pairwise([*moments, moments[-1]]):
        exceeded = windows.take("key", moment)
        if exceeded is not None and moment + exceeded.wait <= following:
            assert windows.take("key", moment + exceeded.wait) is None
