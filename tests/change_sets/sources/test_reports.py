"""A report as a source: its rows are asked for once more."""

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from airflow_provider_booking.bookings import InvalidInput, Outcome
from airflow_provider_booking.change_sets.report.item_files import COLUMNS, cell
from airflow_provider_booking.change_sets.rows import BadRow, Row, Wish
from airflow_provider_booking.change_sets.sources.files import rows_of_file
from airflow_provider_booking.change_sets.sources.queried import rows_of_query

SHIFT = Wish(shift=timedelta(hours=2))
HELD = {
    "row": 7,
    "conn_id": "rooms",
    "vendor": "zoho",
    "booking_id": "6911",
    "outcome": "held",
    "reason": "drift.changed",
    "message": "title changed",
    "before": {"title": "Old", "room": "1"},
    "after": {"title": "New", "room": None},
    "warnings": ["look"],
    "request_id": "r-1",
    "updated_at": "2026-11-21T16:20:00+00:00",
}
REFUSED = HELD | {"row": 8, "booking_id": "6912", "outcome": "refused"}
ASKED = Wish(values={"title": "New", "room": None})

Members = dict[str, Any]
Write = Callable[[list[Members]], bytes]


def as_csv(rows: list[Members]) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(rows[0])
    writer.writerows([cell(value) for value in row.values()] for row in rows)
    return text.getvalue().encode()


def as_json_lines(rows: list[Members]) -> bytes:
    return "\n".join(map(json.dumps, rows)).encode()


def as_json_list(rows: list[Members]) -> bytes:
    return json.dumps(rows).encode()


def as_parquet(rows: list[Members]) -> bytes:
    texts = [
        {name: json.dumps(held) if isinstance(held, dict | list) else held for name, held in row.items()}
        for row in rows
    ]
    file = BytesIO()
    parquet.write_table(pa.Table.from_pylist(texts), file)
    return file.getvalue()


def read(
    name: str, content: bytes, change: Wish | None = None, outcomes: tuple[Outcome, ...] | None = None
) -> list[Row | BadRow]:
    return list(rows_of_file(name, lambda: BytesIO(content), change, outcomes))


def problem(rows: list[Row | BadRow]) -> str:
    [row] = rows
    assert isinstance(row, BadRow)
    return str(row.problem)


every_kind = pytest.mark.parametrize(
    ("name", "write"),
    [
        ("items.csv", as_csv),
        ("items.jsonl", as_json_lines),
        ("items.json", as_json_list),
        ("items.parquet", as_parquet),
    ],
)


@every_kind
def test_each_row_asks_for_what_it_should_have_become(name: str, write: Write) -> None:
    assert read(name, write([HELD, REFUSED])) == [
        Row(1, "rooms", "6911", ASKED),
        Row(2, "rooms", "6912", ASKED),
    ]


@every_kind
def test_only_the_outcomes_that_are_asked_for_count_and_are_numbered_afresh(name: str, write: Write) -> None:
    rows = read(name, write([HELD, REFUSED, HELD]), outcomes=(Outcome.REFUSED, Outcome.UNKNOWN))
    assert rows == [Row(1, "rooms", "6912", ASKED)]


@every_kind
def test_a_change_is_asked_for_instead(name: str, write: Write) -> None:
    assert read(name, write([HELD]), SHIFT) == [Row(1, "rooms", "6911", SHIFT)]


@every_kind
def test_of_the_columns_a_person_may_drop_all_but_three(name: str, write: Write) -> None:
    kept = {column: HELD[column] for column in ("outcome", "after", "booking_id")}
    assert read(name, write([kept])) == [Row(1, None, "6911", ASKED)]


def test_a_query_on_a_table_of_a_report_is_a_report() -> None:
    record = ["6911", "held", '{"title": "New"}']
    assert list(rows_of_query(["booking_id", "outcome", "after"], [record], None)) == [
        Row(1, None, "6911", Wish(values={"title": "New"}))
    ]


@pytest.mark.parametrize("booking_id", ["-1596693000000011001", "=1", "'a", "@b", "ab'"])
def test_the_guard_against_formulas_is_taken_off(booking_id: str) -> None:
    rows = read("items.csv", as_csv([HELD | {"booking_id": booking_id}]))
    assert rows == [Row(1, "rooms", booking_id, ASKED)]


def test_an_apostrophe_in_json_stays() -> None:
    rows = read("items.jsonl", as_json_lines([HELD | {"booking_id": "'a"}]))
    assert rows == [Row(1, "rooms", "'a", ASKED)]


def test_what_a_spreadsheet_makes_of_it_is_read_the_same() -> None:
    table = list(csv.reader(StringIO(as_csv([HELD]).decode(), newline="")))
    text = StringIO(newline="")
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL).writerows([*row[3:9], ""] for row in table)
    assert read("items.csv", text.getvalue().encode("utf-8-sig")) == [Row(1, None, "6911", ASKED)]


@pytest.mark.parametrize("after", [{}, "", None])
def test_a_row_that_does_not_say_what_it_should_become_is_bad(after: Any) -> None:
    said = problem(read("items.jsonl", as_json_lines([HELD | {"after": after}])))
    assert said == (
        "the report does not say what it should become: "
        'give change, or take {"report": "…"} with the change set\'s id'
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"after": '{"title": "New'}, "after is no JSON object: leave the cell as the report has it"),
        ({"after": "New"}, "after is no JSON object: leave the cell as the report has it"),
        ({"after": "x" * 100_001}, "after is longer than 100,000 characters: shorten it"),
        ({"outcome": "on hold"}, "outcome is none that a report has: one of planned, applied"),
        ({"outcome": ""}, "outcome is none that a report has"),
        ({"booking_id": "1.59669E+18"}, "booking_id looks like a number that a spreadsheet has rounded"),
        ({"booking_id": ""}, "booking_id is empty"),
    ],
)
def test_a_bad_row_says_what_is_wrong_with_it(wrong: Members, said: str) -> None:
    assert problem(read("items.csv", as_csv([HELD | wrong]))).startswith(said)


def test_a_row_whose_outcome_cannot_be_told_is_not_lost() -> None:
    rows = read("items.csv", as_csv([HELD | {"outcome": "HOLD"}, HELD]), outcomes=(Outcome.REFUSED,))
    assert problem(rows).startswith("outcome is none that a report has")


def test_a_row_that_cannot_be_read_is_not_lost() -> None:
    rows = read("items.csv", as_csv([HELD]) + b"6911,held\r\n", outcomes=(Outcome.REFUSED,))
    assert problem(rows).startswith("the row has 2 cells, and the first line 12")


@pytest.mark.parametrize("drop", ["outcome", "after"])
def test_without_one_of_the_three_it_is_no_report(drop: str) -> None:
    kept = {name: held for name, held in HELD.items() if name != drop}
    with pytest.raises(InvalidInput, match=r" is not a known column: .*the columns are booking_id, conn_id"):
        read("items.csv", as_csv([kept]), SHIFT)


def test_a_column_that_no_report_has_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^remark is not a known column: the columns are row, conn_id"):
        read("items.csv", as_csv([HELD | {"remark": "call them"}]))


def test_a_member_that_no_report_has_costs_its_line_only() -> None:
    bad, good = read("items.jsonl", as_json_lines([HELD | {"title": "x"}, HELD]))
    assert (type(bad), good) == (BadRow, Row(2, "rooms", "6911", ASKED))


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_outcomes_of_what_is_no_report_are_refused(name: str) -> None:
    write = as_csv if name == "rows.csv" else as_parquet
    content = write([{"booking_id": "6911", "title": "A"}])
    with pytest.raises(InvalidInput, match=r"^source\.outcomes picks rows of a report, and this is none"):
        read(name, content, outcomes=(Outcome.HELD,))


def test_outcomes_of_a_line_that_is_no_reports_are_refused() -> None:
    content = as_json_lines([{"booking_id": "6911", "title": "A"}])
    said = problem(read("rows.jsonl", content, outcomes=(Outcome.HELD,)))
    assert said.startswith("source.outcomes picks rows of a report, and this is none")


def test_after_in_columns_of_its_own_is_refused() -> None:
    file = BytesIO()
    parquet.write_table(pa.Table.from_pylist([HELD]), file)
    with pytest.raises(InvalidInput, match=r"^the column after has columns within: write it as JSON text"):
        read("items.parquet", file.getvalue())


def test_the_columns_are_those_that_a_report_is_written_with() -> None:
    assert tuple(HELD) == COLUMNS
