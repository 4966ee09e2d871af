"""Files of JSON lines."""

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


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.ndjson", "ROWS.JSONL"])
def test_each_line_is_a_row(name: str) -> None:
    assert told(read_file(name, f"{GOOD}\n{GOOD}\n")) == [(1, "6911", "A"), (2, "6911", "A")]


@pytest.mark.parametrize("content", [f"\ufeff{GOOD}", f"{GOOD}\r\n", f"\n  \n{GOOD}\n\n", f" {GOOD} \r"])
def test_marks_line_ends_and_blank_lines_are_no_rows(content: str) -> None:
    assert told(read_file("rows.jsonl", content)) == [(1, "6911", "A")]


def test_members_are_columns_and_null_leaves_a_field_as_it_is() -> None:
    line = {
        "booking_id": 1596693000000011001,
        "conn_id": "rooms",
        "start": "2026-12-01T10:00",
        "time_zone": "Asia/Tokyo",
        "title": None,
        "description": r"\N",
        "changes": {"hosts": [1, None]},
    }
    fields = {"start": "2026-12-01T10:00:00", "time_zone": "Asia/Tokyo", "description": None}
    wish = Wish(fields=fields, changes={"hosts": [1, None]})
    assert read_file("rows.jsonl", json.dumps(line)) == [Row(1, "rooms", "1596693000000011001", wish)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"[]", "the line is no JSON object: write one object a line"),
        (b"6911", "the line is no JSON object"),
        (b"{", "the line is no JSON object"),
        (GOOD.encode() * 2, "the line is no JSON object"),
        (b'{"booking_id": "1", "title": NaN}', "the line is no JSON object"),
        (b'{"booking_id": ' + b"9" * 5000 + b"}", "the line is no JSON object"),
        (b"[" * 100_000, "the line is no JSON object"),
        (b'{"booking_id": "1", "titel": "A"}', "titel is not a known column: did you mean title?"),
        (b'{"booking_id": "1", "title": "A", "title": "B"}', "the line has title twice in one object: drop"),
        (b'{"booking_id": "1", "booking_id": "2"}', "the line has booking_id twice in one object"),
        (b'{"booking_id": "1", "changes": {"a": [{"b": 1, "b": 1}]}}', "the line has b twice in one object"),
        (b'[{"a": 1, "a": 2}]', "the line has a twice in one object"),
        (b'{"title": "A"}', "booking_id is empty"),
        (b'{"booking_id": 1.59669E+18, "title": "A"}', "booking_id is a float"),
        (b'{"booking_id": 1596693000000011001.0, "title": "A"}', "booking_id is a float"),
        (b'{"booking_id": "1", "title": "\xff"}', "title holds bytes that are no UTF-8"),
        (b'{"booking_id": "1", "title": "\\ud800"}', "title holds bytes that are no UTF-8"),
        (b'{"booking_id": "1", "changes": {"a": "\\ud800"}}', "changes.a has half a character"),
        (b'{"booking_id": "1", "changes": {"a": 1e999}}', "changes.a is not a finite number"),
        (b'{"booking_id": "1", "title": "' + b"x" * 5_000_000 + b'"}', "title is longer than 100,000"),
        (b'{"booking_id": "1", "title": "' + b"x" * LONGEST_LINE, "the line is longer than 8,388,608 char"),
        (b"x" * 30_000_000, "the line is longer than 8,388,608 char"),
    ],
)
def test_a_bad_line_costs_itself_only(line: bytes, said: str) -> None:
    before, bad, after = told(read_file("rows.jsonl", b"\n".join((GOOD.encode(), line, GOOD.encode()))))
    assert (before, after) == ((1, "6911", "A"), (3, "6911", "A"))
    assert str(bad[2]).startswith(said)


@pytest.mark.parametrize(
    ("line", "booking_id"),
    [
        ('{"booking_id": "6911", "title": "A", "title": "B"}', "6911"),
        ('{"booking_id": "6911", "title": "A", "booking_id": "6912"}', ""),
    ],
)
def test_a_line_with_a_name_twice_is_shown_by_its_id_unless_there_are_two(line: str, booking_id: str) -> None:
    ((_, shown, _),) = told(read_file("rows.jsonl", line))
    assert shown == booking_id


def test_a_name_may_stand_in_several_objects() -> None:
    line = '{"booking_id": "6911", "changes": {"a": {"b": 1}, "b": [{"b": 1}, {"b": 2}]}}'
    (row,) = read_file("rows.jsonl", line)
    assert isinstance(row, Row)


def test_a_file_without_lines_has_no_rows() -> None:
    assert read_file("rows.jsonl", b"") == []


def test_utf_16_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^the file is UTF-16: save it as UTF-8"):
        read_file("rows.jsonl", GOOD.encode("utf-16"))


PIECES = st.sampled_from(
    [b'{"booking_id":', b'"69"', b"69", b"}", b",", b'"title":', b"\n", b"\r", b"\xff", b"NaN"]
)


@given(st.binary() | st.lists(PIECES).map(b"".join))
def test_any_bytes_give_rows_with_consecutive_numbers_or_one_refusal(content: bytes) -> None:
    numbers = numbers_or_none("any.jsonl", content)
    assert numbers is None or numbers == list(range(1, len(numbers) + 1))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.lists(JSON | st.fixed_dictionaries({"booking_id": JSON, "title": JSON, "changes": JSON})))
def test_each_value_is_one_row_whatever_it_is(values: list[Any]) -> None:
    content = "\n".join(map(json.dumps, values)).encode()
    assert numbers_or_none("any.jsonl", content) == list(range(1, len(values) + 1))
