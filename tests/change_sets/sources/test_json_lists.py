"""Files of one JSON list."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.rows import Row, Wish
from airflow_provider_booking.change_sets.sources.lines import LONGEST_LINE
from tests.change_sets.sources.reading import numbers_or_none, read_file, told

GOOD = '{"booking_id": "6911", "title": "A"}'
TWO = [(1, "6911", "A"), (2, "6911", "A")]


@pytest.mark.parametrize(
    "content",
    [
        f"[{GOOD},{GOOD}]",
        f"[\n  {GOOD},\n  {GOOD}\n]\n",
        f"\ufeff \r\n[{GOOD}\t,\r{GOOD} ]  ",
        f"[{GOOD}{' ' * 200_000},{GOOD}]",
    ],
)
def test_each_object_of_the_list_is_a_row(content: str) -> None:
    assert told(read_file("rows.json", content)) == TWO


@pytest.mark.parametrize("content", ["[]", " [ ] \n"])
def test_an_empty_list_has_no_rows(content: str) -> None:
    assert read_file("rows.json", content) == []


def test_members_are_columns() -> None:
    line = {"booking_id": 12, "conn_id": "rooms", "changes": {"hosts": [1, None]}}
    wish = Wish(changes={"hosts": [1, None]})
    assert read_file("rows.json", json.dumps([line])) == [Row(1, "rooms", "12", wish)]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("6911", "the row is no JSON object: write an object"),
        ("[]", "the row is no JSON object"),
        ("null", "the row is no JSON object"),
        ('{"booking_id": "1", "titel": "A"}', "titel is not a known column: did you mean title?"),
        ('{"booking_id": "1", "title": "A", "title": "B"}', "the row has title twice in one object: drop"),
        ('{"booking_id": "1", "changes": {"a": {"b": 1, "b": 1}}}', "the row has b twice in one object"),
        ('{"booking_id": "1", "title": "\\ud800"}', "title holds bytes that are no UTF-8"),
        ('{"booking_id": "1", "title": "' + "x" * 3_000_000 + '"}', "title is longer than 100,000"),
    ],
)
def test_a_bad_value_costs_its_row_only(value: str, said: str) -> None:
    before, bad, after = told(read_file("rows.json", f"[{GOOD}, {value}, {GOOD}]"))
    assert (before, after) == ((1, "6911", "A"), (3, "6911", "A"))
    assert str(bad[2]).startswith(said)


@pytest.mark.parametrize("content", ["", " ", GOOD, f"{GOOD}\n{GOOD}", "6911", "\x00"])
def test_what_is_no_list_is_refused(content: str) -> None:
    with pytest.raises(InvalidInput, match=r"^the file is no JSON list: .*\.jsonl"):
        read_file("rows.json", content)


@pytest.mark.parametrize(
    "rest",
    [
        ",",
        ",]",
        f",{GOOD[:-3]}",
        f" {GOOD}]",
        ', {"booking_id": NaN}]',
        f", {'[' * 100_000}",
        ', {"booking_id": "1", "title": "' + "x" * 3 * LONGEST_LINE + '"}]',
    ],
)
def test_a_list_that_breaks_off_is_refused_with_the_row(rest: str) -> None:
    with pytest.raises(InvalidInput, match=r"^the file's list is broken at its row 2: write it again"):
        read_file("rows.json", f"[{GOOD}{rest}")


@pytest.mark.parametrize("content", [f"[{GOOD}", f"[{GOOD}]{GOOD}", f"[{GOOD}]]"])
def test_a_list_ends_with_its_bracket_and_the_file_with_it(content: str) -> None:
    with pytest.raises(InvalidInput, match=r"^the file's list is broken at its row [12]:"):
        read_file("rows.json", content)


def test_utf_16_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^the file is UTF-16: save it as UTF-8"):
        read_file("rows.json", f"[{GOOD}]".encode("utf-16"))


PIECES = st.sampled_from(
    [b"[", b"]", b'{"booking_id":', b'"69"', b"69", b"}", b",", b'"title":', b"\n", b"\xff", b"NaN"]
)


@given(st.binary() | st.lists(PIECES).map(b"".join))
def test_any_bytes_give_rows_with_consecutive_numbers_or_one_refusal(content: bytes) -> None:
    numbers = numbers_or_none("any.json", content)
    assert numbers is None or numbers == list(range(1, len(numbers) + 1))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.lists(JSON | st.fixed_dictionaries({"booking_id": JSON, "title": JSON})), st.none() | st.just(2))
def test_each_value_is_one_row_whatever_it_is(values: list[Any], indent: int | None) -> None:
    content = json.dumps(values, indent=indent).encode()
    assert numbers_or_none("any.json", content) == list(range(1, len(values) + 1))
