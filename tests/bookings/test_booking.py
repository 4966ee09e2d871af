"""Booking ids, and what a booking shows of itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.bookings import Booking, BookingRef, InvalidInput
from airflow_provider_booking.bookings.booking import checked_id


@pytest.mark.parametrize(
    "value", ["6911188411932033028", "sandboxVb7RE", "a/b?c", "0", "1e", "E5", "1.2.3", "66e000000001"]
)
def test_an_id_is_taken_as_the_vendor_shows_it(value: str) -> None:
    assert checked_id(value, field="uid") == value


@given(st.integers(min_value=0, max_value=10**19))
def test_a_whole_number_is_the_id_of_its_digits(number: int) -> None:
    assert checked_id(number, field="reserve_id") == str(number)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("", "reserve_id is empty"),
        ("  ", "reserve_id is empty"),
        (None, "reserve_id is a NoneType"),
        (True, "reserve_id is a bool"),
        (6.9e18, "reserve_id is a float"),
        ("69 11", "reserve_id holds white space or control characters"),
        ("6911\n", "reserve_id holds white space or control characters"),
        ("69\x0011", "reserve_id holds white space or control characters"),
        ("6.91119E+18", "reserve_id looks like a number that a spreadsheet has rounded"),
        ("6,9e18", "reserve_id looks like a number that a spreadsheet has rounded"),
        ("6911188411932033028.0", "reserve_id looks like a number that a spreadsheet has rounded"),
        ("9" * 501, "reserve_id has 501 characters"),
        pytest.param(10**5000, "reserve_id is too long a number", id="a number of 5001 digits"),
        (".", "reserve_id is no id"),
        ("..", "reserve_id is no id"),
    ],
)
def test_what_cannot_be_an_id_is_refused_by_the_name_that_the_caller_uses(value: Any, problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_id(value, field="reserve_id")
    assert refused.value.problem == problem


@pytest.mark.parametrize("value", ["", None, "6 9", "6.9E18", ".."])
def test_a_refused_id_comes_with_what_to_do(value: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_id(value, field="uid")
    assert refused.value.hint


def test_a_booking_does_not_show_personal_data_in_its_repr() -> None:
    ref = BookingRef(vendor="jicoo", conn_id="c", booking_id="b")
    booking = Booking(ref=ref, title="Check-up", description="allergic", raw={"email": "aoi@example.com"})
    assert "allergic" not in repr(booking)
    assert "aoi@example.com" not in repr(booking)
