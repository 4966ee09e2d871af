"""What every source has in common: named cells become a row, good or bad."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.rows import BadRow, Row, Wish
from airflow_provider_booking.change_sets.sources.columns import (
    COLUMNS,
    LONGEST_CELL,
    UNREADABLE,
    check_columns,
    read_row,
)

SHIFT = Wish(shift=timedelta(hours=2))


def good(change: Wish | None = None, **cells: Any) -> Row:
    row = read_row(7, {"booking_id": "6911"} | cells, change)
    assert isinstance(row, Row)
    return row


def fields(**cells: Any) -> dict[str, str | None]:
    return good(**cells).wish.fields


def bad(change: Wish | None = None, **cells: Any) -> BadRow:
    row = read_row(7, {"booking_id": "6911"} | cells, change)
    assert isinstance(row, BadRow)
    return row


def test_a_row_has_its_number_its_booking_and_its_wish() -> None:
    assert good(title="Consultation") == Row(7, None, "6911", Wish(fields={"title": "Consultation"}))


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_cell_leaves_its_field_as_it_is(empty: str | None) -> None:
    assert fields(title="A", start=empty, time_zone=empty, description=empty) == {"title": "A"}


def test_a_mark_clears_a_field() -> None:
    assert fields(title=r"\N", description=r"\N") == {"title": None, "description": None}


@pytest.mark.parametrize("text", ["  two blanks before", "line\nbreak", "ends in a tab\t", " ", r"\n", "😀"])
def test_text_is_kept_exactly_as_it_is(text: str) -> None:
    assert fields(title=text) == {"title": text}


@pytest.mark.parametrize(
    "value",
    [
        "2026-12-01T10:00:00+09:00",
        " 2026-12-01T01:00Z ",
        datetime(2026, 12, 1, 1, tzinfo=UTC),
        datetime(2026, 12, 1, 10, tzinfo=timezone(timedelta(hours=9))),
    ],
)
def test_equal_moments_are_equal_wishes(value: Any) -> None:
    assert fields(start=value) == {"start": "2026-12-01T01:00:00+00:00"}


@pytest.mark.parametrize("value", ["2026-12-01T10:00", datetime(2026, 12, 1, 10)])  # noqa: DTZ001  (naive on purpose)
def test_a_wall_clock_is_taken_where_the_row_gives_its_zone(value: Any) -> None:
    given = fields(end=value, time_zone="Asia/Tokyo")
    assert given == {"end": "2026-12-01T10:00:00", "time_zone": "Asia/Tokyo"}


@pytest.mark.parametrize("zone", ["", None, r"\N"])
@pytest.mark.parametrize("value", ["2026-12-01T10:00", datetime(2026, 12, 1, 10)])  # noqa: DTZ001  (naive is what is refused)
def test_a_wall_clock_alone_makes_the_row_bad(value: Any, zone: str | None) -> None:
    assert bad(start=value, time_zone=zone).problem.problem == "start has no time zone"


@pytest.mark.parametrize("value", [{"a": [1, None]}, '{"a": [1, null]}', ' {"a": [1, null]}\n'])
def test_changes_are_an_object_or_its_json(value: Any) -> None:
    assert good(changes=value).wish == Wish(changes={"a": [1, None]})


def test_fields_and_changes_may_stand_together() -> None:
    assert good(title="A", changes='{"b": 1}').wish == Wish(fields={"title": "A"}, changes={"b": 1})


def test_a_row_that_only_names_a_booking_takes_the_change_of_all() -> None:
    assert good(SHIFT, title="", changes=None).wish is SHIFT


@pytest.mark.parametrize(
    ("given", "booking_id"),
    [
        ("6911188025", "6911188025"),
        (6911188025, "6911188025"),
        (Decimal(1596693000000011001), "1596693000000011001"),
        (UUID("66e00001-0000-4000-8000-000000000000"), "66e00001-0000-4000-8000-000000000000"),
    ],
)
def test_an_exact_id_is_kept_as_text(given: Any, booking_id: str) -> None:
    assert good(SHIFT, booking_id=given).booking_id == booking_id


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (1.59669e18, "booking_id is a float"),
        ("1.59669E+18", "booking_id looks like a number that a spreadsheet has rounded"),
        (Decimal("1.59669E+18"), "booking_id is a Decimal"),
        (Decimal("NaN"), "booking_id is a Decimal"),
        (True, "booking_id is a bool"),
        (10**1000, "booking_id is a number too long for an id"),
        (b"6911", "booking_id is a bytes"),
        (UNREADABLE, "booking_id cannot be read"),
        ("69 11", "booking_id holds white space or control characters"),
        ("6911\0", "booking_id holds white space or control characters"),
        ("6911\udc80", "booking_id holds bytes that are no UTF-8"),
        ("9" * (LONGEST_CELL + 1), "booking_id is longer than 100,000 characters"),
        ("", "booking_id is empty"),
        (None, "booking_id is empty"),
        (r"\N", "booking_id is empty"),
        ("..", "booking_id is no id"),
    ],
)
def test_any_other_id_makes_the_row_bad(given: Any, said: str) -> None:
    assert bad(SHIFT, booking_id=given).problem.problem == said


def test_a_row_without_an_id_is_bad() -> None:
    row = read_row(1, {"title": "A"}, None)
    assert isinstance(row, BadRow)
    assert str(row.problem) == "booking_id is empty: give the id that the vendor shows for the booking"


@pytest.mark.parametrize(("given", "conn_id"), [(" rooms ", "rooms"), ("", None), ("  ", None), (None, None)])
def test_a_connection_is_named_without_blanks_around_it(given: str | None, conn_id: str | None) -> None:
    assert good(SHIFT, conn_id=given).conn_id == conn_id


@pytest.mark.parametrize("given", [5, r"\N", "a\0b", "a\udc80", "x" * 251])
def test_what_names_no_connection_makes_the_row_bad(given: Any) -> None:
    row = bad(SHIFT, conn_id=given)
    assert (row.conn_id, row.problem.problem) == (None, "conn_id is no connection id")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"start": "tomorrow"}, "start is not a time; write ISO 8601 with day and hour, such as "),
        ({"start": "2026-02-30T10:00Z"}, "start is not a time; "),
        ({"start": "2026-12-01", "time_zone": "UTC"}, "start is not a time; "),
        ({"end": date(2026, 12, 1)}, "end is a date: give text"),
        ({"end": 1795000000}, "end is a int: give text"),
        ({"end": "0001-01-01T00:00+14:00"}, "end is outside the calendar; give a year between"),
        ({"end": UNREADABLE}, "end cannot be read: write the value as text in UTF-8"),
        ({"time_zone": "Tokyo"}, "time_zone is not a time zone; give an IANA name"),
        ({"time_zone": "+09:00"}, "time_zone is not a time zone; "),
        ({"title": 5}, "title is a int: give text"),
        ({"title": ["A"]}, "title is a list: give text"),
        ({"title": "a\udcffb"}, "title holds bytes that are no UTF-8: save the source as UTF-8"),
        ({"description": "x" * (LONGEST_CELL + 1)}, "description is longer than 100,000 characters: shorten"),
        ({"changes": "{"}, "changes is no JSON object: give an object"),
        ({"changes": "[1]"}, "changes is no JSON object"),
        ({"changes": r"\N"}, "changes is no JSON object"),
        ({"changes": '{"a": 1} and more'}, "changes is no JSON object"),
        ({"changes": '{"a": NaN}'}, "changes is no JSON object"),
        ({"changes": '{"a": 1, "a": 1}'}, "changes has a twice in one object: drop one of them"),
        ({"changes": '{"a": [{"b": 1, "c": 2, "b": 3}]}'}, "changes has b twice in one object"),
        ({"changes": "[" * 90_000}, "changes is no JSON object"),
        ({"changes": '{"a":' * 2000 + "1" + "}" * 2000}, "changes"),
        ({"changes": '{"a": 1e999}'}, "changes.a is not a finite number"),
        ({"changes": r'{"a": "\ud800"}'}, "changes.a has half a character"),
        ({"changes": "x" * (LONGEST_CELL + 1)}, "changes is longer than 100,000 characters"),
        ({"changes": 5}, "changes is no JSON object"),
        ({"changes": "{}"}, "the row does not say what to change: fill a cell, or give change"),
        ({}, "the row does not say what to change"),
    ],
)
def test_a_bad_cell_makes_the_row_bad_and_is_named(cells: dict[str, Any], said: str) -> None:
    row = bad(conn_id="rooms", **cells)
    assert (row.number, row.conn_id, row.booking_id) == (7, "rooms", "6911")
    assert str(row.problem).startswith(said)


@pytest.mark.parametrize("cells", [{"title": "A"}, {"title": r"\N"}, {"changes": '{"a": 1}'}])
def test_a_row_may_not_say_what_change_says_too(cells: dict[str, Any]) -> None:
    assert bad(SHIFT, **cells).problem.problem == "both the row and change say what to change"


@pytest.mark.parametrize("name", [name for name in COLUMNS if name != "booking_id"])
def test_no_message_quotes_a_cell(name: str) -> None:
    row = read_row(1, {"booking_id": "6911", name: "hunter2 \udc80 is secret"}, None)
    assert isinstance(row, BadRow)
    chain = [row.problem, row.problem.__context__, row.problem.__cause__]
    assert "hunter2" not in " ".join(map(str, chain))


@pytest.mark.parametrize(
    ("given", "shown"),
    [("69 11", "69 11"), ("69\x0011\udc80", "69\ufffd11\ufffd"), ("9" * 200 + " ", "9" * 100), (1.5, "")],
)
def test_a_bad_id_is_shown_as_far_as_it_can_be(given: Any, shown: str) -> None:
    assert bad(SHIFT, booking_id=given).booking_id == shown


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "NaN", "sNaN", "1E+1000000", "0.5"])
def test_a_number_that_json_cannot_carry_costs_its_row_only(number: str) -> None:
    row = read_row(1, {"booking_id": "1", "changes": {"duration": Decimal(number)}}, None)
    assert isinstance(row, BadRow)
    assert "changes.duration is a Decimal, which JSON cannot carry" in str(row.problem)


CELLS = st.none() | st.integers() | st.floats() | st.text() | st.binary() | st.datetimes() | st.decimals()


@given(st.dictionaries(st.sampled_from(COLUMNS), CELLS | st.dictionaries(st.text(), CELLS)))
def test_no_cells_make_anything_but_a_row_or_a_bad_row(cells: dict[str, Any]) -> None:
    assert isinstance(read_row(1, cells, None), Row | BadRow)


@given(st.dictionaries(st.sampled_from(COLUMNS), CELLS | st.dictionaries(st.text(), CELLS)))
def test_whatever_was_read_can_be_digested(cells: dict[str, Any]) -> None:
    row = read_row(1, {"booking_id": "1", "title": "A"} | cells, None)
    assert isinstance(row, BadRow) or row.wish.digest()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (
            ["booking_id", "stat"],
            r"^stat is not a known column: did you mean start\? the columns are booking_id",
        ),
        (["booking_id", "TITLE"], r"^TITLE is not a known column: did you mean title\?"),
        (["booking_id", "room"], r"^room is not a known column: the columns are booking_id, conn_id, start"),
        (["booking_id", "x" * 500], rf"^{'x' * 100} is not a known column"),
        (["booking_id", ""], r"^column 2 of the source has no name: name it or drop it"),
        (["booking_id", "title", "title"], r"^the source has the column title twice: drop one"),
        (["title"], r"^the source has no column booking_id: add it; the columns are"),
        ([], r"^the source has no column booking_id"),
    ],
)
def test_columns_that_are_not_ours_refuse_the_whole_source(names: list[str], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        check_columns(names)
