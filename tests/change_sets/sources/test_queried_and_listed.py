"""Queries and lists of ids."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.rows import BadRow, Row, Wish
from airflow_provider_booking.change_sets.sources.ids import rows_of_ids
from airflow_provider_booking.change_sets.sources.queried import rows_of_query
from tests.change_sets.sources.reading import told

SHIFT = Wish(shift=timedelta(hours=2))


def test_each_record_is_a_row() -> None:
    records = [("6911", "A"), (6912, "B"), (Decimal(6913), "C")]
    rows = list(rows_of_query(["booking_id", "title"], records, None))
    assert told(rows) == [(1, "6911", "A"), (2, "6912", "B"), (3, "6913", "C")]


def test_what_a_database_types_is_read_by_its_type() -> None:
    columns = ["booking_id", "conn_id", "start", "title", "changes"]
    record = (6911, "rooms", datetime(2026, 12, 1, 10, tzinfo=UTC), None, {"a": 1})
    wish = Wish(fields={"start": "2026-12-01T10:00:00+00:00"}, changes={"a": 1})
    assert list(rows_of_query(columns, [record], None)) == [Row(1, "rooms", "6911", wish)]


def test_names_in_capitals_are_the_same_columns() -> None:
    assert told([*rows_of_query(["BOOKING_ID", "TITLE"], [("6911", "A")], None)]) == [(1, "6911", "A")]


@pytest.mark.parametrize("columns", [["id"], ["booking_id", "booking_id"], ["title"], []])
def test_other_columns_are_refused(columns: list[str]) -> None:
    with pytest.raises(InvalidInput, match=r"column"):
        list(rows_of_query(columns, [], None))


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ((6911.0, "A", None), "booking_id is a float"),
        ((6911, 5, None), "title is a int: give text"),
        ((6911, "A", datetime(2026, 12, 1)), "start has no time zone"),  # noqa: DTZ001  (naive is what is refused)
        ((6911, memoryview(b"A"), None), "title is a memoryview: give text"),
    ],
)
def test_a_bad_record_costs_itself_only(record: tuple[Any, ...], said: str) -> None:
    records = [record, (6912, "B", None)]
    bad, good = rows_of_query(["booking_id", "title", "start"], records, None)
    assert (type(bad), type(good)) == (BadRow, Row)
    assert told([bad])[0][2] is not None
    assert str(told([bad])[0][2]).startswith(said)


def test_records_are_fetched_only_as_they_are_wanted() -> None:
    fetched = []

    def cursor() -> Iterator[tuple[str]]:
        for booking_id in ("6911", "6912"):
            fetched.append(booking_id)
            yield (booking_id,)

    next(rows_of_query(["booking_id"], cursor(), SHIFT))
    assert fetched == ["6911"]


def test_each_id_is_a_row_with_the_change_of_all() -> None:
    assert list(rows_of_ids(["a", 12], SHIFT)) == [Row(1, None, "a", SHIFT), Row(2, None, "12", SHIFT)]


def test_a_bad_id_costs_itself_only() -> None:
    rows = list(rows_of_ids(["a", None, 1.5, "c"], SHIFT))
    assert [type(row) for row in rows] == [Row, BadRow, BadRow, Row]


def test_ids_without_a_change_do_not_say_what_to_change() -> None:
    [row] = rows_of_ids(["a"], None)
    assert isinstance(row, BadRow)
    assert str(row.problem) == (
        "the row does not say what to change: fill a cell, or give change to the operator"
    )
