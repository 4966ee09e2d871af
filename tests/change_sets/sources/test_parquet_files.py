"""Parquet files."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.rows import BadRow, Row, Wish
from tests.change_sets.sources.reading import numbers_or_none, read_file, told

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def written(**columns: Any) -> bytes:
    file = BytesIO()
    parquet.write_table(pa.table(columns), file)
    return file.getvalue()


def wishes(**columns: Any) -> list[Wish | str]:
    rows = read_file("rows.parquet", written(**columns))
    return [row.wish if isinstance(row, Row) else str(row.problem) for row in rows]


@pytest.mark.parametrize(
    "titles",
    [
        pa.array(["A", None]),
        pa.array(["A", ""], pa.large_string()),
        pa.array(["A", None]).dictionary_encode(),
        pa.chunked_array([["A"], [""]]),
    ],
)
def test_every_kind_of_text_column_is_text(titles: Any) -> None:
    assert wishes(booking_id=["1", "2"], title=titles, description=[None, "B"]) == [
        Wish(fields={"title": "A"}),
        Wish(fields={"description": "B"}),
    ]


def test_whole_numbers_are_ids() -> None:
    rows = read_file("rows.parquet", written(booking_id=[1596693000000011001], title=["A"]))
    assert told(rows) == [(1, "1596693000000011001", "A")]


def test_fractions_are_no_ids() -> None:
    assert str(wishes(booking_id=[1.59669e18], title=["A"])[0]).startswith("booking_id is a float")


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_time_with_a_zone_is_a_moment(unit: str) -> None:
    column = pa.array([NOON], pa.timestamp(unit, "Asia/Tokyo"))
    assert wishes(booking_id=["1"], start=column) == [Wish(fields={"start": "2026-12-01T12:00:00+00:00"})]


def test_what_is_finer_than_a_microsecond_is_cut_off() -> None:
    column = pa.array([1_700_000_000_000_000_999], pa.timestamp("ns", "UTC"))
    assert wishes(booking_id=["1"], end=column) == [Wish(fields={"end": "2023-11-14T22:13:20+00:00"})]


def test_a_time_without_a_zone_needs_the_rows_own() -> None:
    column = pa.array([NOON.replace(tzinfo=None)] * 2, pa.timestamp("us"))
    good, bad = wishes(booking_id=["1", "2"], start=column, time_zone=["Asia/Tokyo", None])
    assert good == Wish(fields={"start": "2026-12-01T12:00:00", "time_zone": "Asia/Tokyo"})
    assert str(bad).startswith("start has no time zone")


@pytest.mark.parametrize("unit", ["ms", "us"])
def test_a_time_that_no_calendar_has_costs_its_row_only(unit: str) -> None:
    column = pa.array([2**62, 0], pa.timestamp(unit, "UTC"))
    bad, good = wishes(booking_id=["1", "2"], start=column)
    assert bad == "start cannot be read: write the value as text in UTF-8"
    assert good == Wish(fields={"start": "1970-01-01T00:00:00+00:00"})


def test_bytes_that_are_no_utf_8_cost_their_row_only() -> None:
    column = pa.array([b"\xff", b"B"], pa.binary()).view(pa.string())
    bad, good = wishes(booking_id=["1", "2"], title=column)
    assert bad == "title cannot be read: write the value as text in UTF-8"
    assert good == Wish(fields={"title": "B"})


def test_changes_are_json_text() -> None:
    assert wishes(booking_id=["1"], changes=['{"a": null}']) == [Wish(changes={"a": None})]


@pytest.mark.parametrize("changes", [[{"a": 1}], [[1]]])
def test_changes_in_columns_of_their_own_are_refused(changes: list[Any]) -> None:
    with pytest.raises(InvalidInput, match=r"^the column changes has columns within: write it as JSON text"):
        wishes(booking_id=["1"], changes=changes)


def test_rows_are_numbered_through_all_batches_and_row_groups() -> None:
    file = BytesIO()
    table = pa.table({"booking_id": [*range(2500)], "title": ["A"] * 2500})
    parquet.write_table(table, file, row_group_size=700)
    rows = read_file("rows.parquet", file.getvalue())
    assert [(row.number, row.booking_id) for row in rows] == [(n + 1, str(n)) for n in range(2500)]


def test_a_column_that_is_not_known_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^titel is not a known column: did you mean title\?"):
        wishes(booking_id=["1"], titel=["A"])


WHOLE = written(booking_id=["1", "2"], title=["A", "B"])


@pytest.mark.parametrize("content", [b"", b"booking_id,title\n", WHOLE[:-9], b"PAR1" + WHOLE[20:]])
def test_a_damaged_file_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"^the file is no Parquet file, or it is damaged"):
        read_file("rows.parquet", content)


@given(st.binary(max_size=40) | st.integers(0, len(WHOLE)).map(lambda cut: WHOLE[:cut] + WHOLE[cut + 1 :]))
def test_any_bytes_give_rows_with_consecutive_numbers_or_one_refusal(content: bytes) -> None:
    numbers = numbers_or_none("any.parquet", content)
    assert numbers is None or numbers == list(range(1, len(numbers) + 1))


def test_a_bad_row_costs_itself_only() -> None:
    rows = read_file("rows.parquet", written(booking_id=["1", "1E+18", "3"], title=["A"] * 3))
    assert [type(row) for row in rows] == [Row, BadRow, Row]
