"""Every item stands in both files, as it is, and no cell of it runs in a spreadsheet."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.bookings import FieldChange, Outcome, Reason
from airflow_provider_booking.change_sets.items import Image, Item
from airflow_provider_booking.change_sets.report import Books
from airflow_provider_booking.change_sets.report.item_files import COLUMNS, cell, item_files, json_list
from tests.change_sets.report.conftest import item

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - spreadsheets take the full-width ones too
KOREAN = item(
    1,
    conn_id="kos_default",
    vendor="kos",
    booking_id="17",
    outcome=Outcome.HELD,
    reason=Reason.CHANGED_MEANWHILE,
    message='changed, by "others"',
    shown={"reservationMemo": ("진료", None), "resources": ([1, 2], [])},
    warnings=("first", "second"),
    request_id="req-1",
    updated_at=datetime(2026, 11, 21, 16, 20, 0, 250, tzinfo=timezone(timedelta(hours=9))),
)


class Kept(BytesIO):
    """A file whose content stays when it is closed."""

    content = b""

    def close(self) -> None:
        if not self.closed:
            self.content = self.getvalue()
        super().close()


class Memory:
    """A folder of files in memory."""

    url = "memory://reports"

    def __init__(self) -> None:
        self.files: dict[str, Kept] = {}

    def open(self, name: str) -> Kept:
        return self.files.setdefault(name, Kept())

    def text(self, name: str) -> str:
        return self.files[name].content.decode()


def written(*items: Item) -> Memory:
    folder = Memory()
    with item_files(folder) as write:
        for each in items:
            write(each)
    return folder


def csv_rows(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline=""), strict=True))


def test_a_json_line_has_the_twelve_members_with_before_and_after_as_objects() -> None:
    (line,) = written(KOREAN).text("items.jsonl").splitlines()
    members = json.loads(line)
    assert tuple(members) == COLUMNS
    assert members == {
        "row": 1,
        "conn_id": "kos_default",
        "vendor": "kos",
        "booking_id": "17",
        "outcome": "held",
        "reason": "drift.changed",
        "message": 'changed, by "others"',
        "before": {"reservationMemo": "진료", "resources": [1, 2]},
        "after": {"reservationMemo": None, "resources": []},
        "warnings": ["first", "second"],
        "request_id": "req-1",
        "updated_at": "2026-11-21T16:20:00.000250+09:00",
    }


def test_a_csv_row_has_the_same_with_before_after_and_warnings_as_json_text() -> None:
    header, row = csv_rows(written(KOREAN).text("items.csv"))
    assert tuple(header) == COLUMNS
    assert row == [
        "1",
        "kos_default",
        "kos",
        "17",
        "held",
        "drift.changed",
        'changed, by "others"',
        '{"reservationMemo": "진료", "resources": [1, 2]}',
        '{"reservationMemo": null, "resources": []}',
        '["first", "second"]',
        "req-1",
        "2026-11-21T16:20:00.000250+09:00",
    ]


def test_csv_lines_end_as_rfc_4180_says_and_json_lines_with_a_line_feed() -> None:
    folder = written(KOREAN, item(2))
    assert folder.text("items.csv").count("\r\n") == 3
    assert folder.text("items.jsonl").count("\n") == 2
    assert "\r" not in folder.text("items.jsonl")


def test_what_there_is_not_is_null_in_json_and_an_empty_cell_in_csv() -> None:
    folder = written(item(1, conn_id=None, vendor=None))
    members = json.loads(folder.text("items.jsonl"))
    row = dict(zip(COLUMNS, csv_rows(folder.text("items.csv"))[1], strict=True))
    for name in ("conn_id", "vendor", "reason", "request_id"):
        assert (members[name], row[name]) == (None, "")


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://127.0.0.1","click")',
        "+1",
        "-1596693000000011001",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        "  =1",
        "\u00a0=1",
        "\ufeff=1",
        '"=1',
        '" =1"',
        "＝1",  # noqa: RUF001 - full width is meant
        "'=1",
    ],
)
def test_a_cell_that_a_spreadsheet_may_take_for_a_formula_gets_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "17", "2026-12-01", "진료 -1", " a", '"a" = 1', "rsv_-1"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


def test_a_negative_row_of_numbers_inside_json_needs_no_apostrophe() -> None:
    assert cell({"=x": -1}) == '{"=x": -1}'
    assert cell(("=1",)) == '["=1"]'


def test_a_half_character_becomes_a_json_escape_that_reads_back() -> None:
    folder = written(item(1, message="a\ud800b", shown={"title": ("\ud800", "x")}))
    assert json.loads(folder.text("items.jsonl"))["before"] == {"title": "\ud800"}
    row = dict(zip(COLUMNS, csv_rows(folder.text("items.csv"))[1], strict=True))
    assert (row["message"], json.loads(row["before"])) == ("a\\ud800b", {"title": "\ud800"})


texts = st.text(st.characters(codec="utf-8")) | st.text(alphabet="=+-@'\t\r\n \"ab,;\u00a0", max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
any_item = st.builds(
    item,
    st.integers(min_value=1),
    conn_id=st.none() | texts,
    booking_id=texts,
    message=texts,
    request_id=st.none() | texts,
    outcome=st.sampled_from(Outcome),
    reason=st.none() | st.sampled_from(Reason),
    warnings=st.lists(texts, max_size=3).map(tuple),
    shown=st.dictionaries(texts, st.tuples(values, values), max_size=3),
    updated_at=st.datetimes(timezones=st.just(UTC)),
)


def undone(text: str) -> Any:
    """Take the apostrophe off, as the docstring tells readers to."""
    return text.removeprefix("'") or None


@given(st.lists(any_item, max_size=4))
def test_whatever_is_in_the_items_csv_reads_back_and_no_cell_is_a_formula(items: list[Item]) -> None:
    _, *rows = csv_rows(written(*items).text("items.csv"))
    assert len(rows) == len(items)
    for row, each in zip(rows, items, strict=True):
        assert not [value for value in row if value.strip().lstrip('"').strip().startswith(FORMULA_STARTS)]
        assert not [value for value in row if value.startswith(FORMULA_STARTS)]
        read = dict(zip(COLUMNS, row, strict=True))
        assert int(read["row"]) == each.row
        assert undone(read["conn_id"]) == (each.conn_id or None)
        assert undone(read["booking_id"]) == (each.booking_id or None)
        assert undone(read["message"]) == (each.message or None)
        assert undone(read["request_id"]) == (each.request_id or None)
        assert tuple(json.loads(read["warnings"])) == each.warnings
        before, after = json.loads(read["before"]), json.loads(read["after"])
        assert {name: (before[name], after[name]) for name in before} == {
            name: (change.before, change.after) for name, change in each.image.shown.items()
        }


@given(st.lists(any_item, max_size=4))
def test_whatever_is_in_the_items_json_lines_read_back(items: list[Item]) -> None:
    lines = written(*items).text("items.jsonl").split("\n")
    assert lines.pop() == ""
    read = [json.loads(line) for line in lines]
    assert [(each["row"], each["message"], tuple(each["warnings"])) for each in read] == [
        (each.row, each.message, each.warnings) for each in items
    ]


def test_a_field_that_the_vendor_showed_otherwise_is_reported_as_shown(
    report: Callable[..., Books], folder: Path
) -> None:
    report([item(1, image=Image(shown={"end_time": FieldChange(before="1", after="3")}))])
    members = json.loads((folder / "items.jsonl").read_text())
    assert (members["before"], members["after"]) == ({"end_time": "1"}, {"end_time": "3"})


def listed(*items: Item) -> str:
    out = StringIO()
    with json_list(out) as write:
        for each in items:
            write(each)
    return out.getvalue()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_json_list_holds_the_same_members_as_the_json_lines(count: int) -> None:
    items = [item(row) for row in range(1, count + 1)]
    lines = written(*items).text("items.jsonl").splitlines()
    assert json.loads(listed(*items)) == [json.loads(line) for line in lines]


def test_a_json_list_that_was_cut_short_is_no_json() -> None:
    out = StringIO()

    def cut_short() -> None:
        with json_list(out) as write:
            write(item(1))
            raise ConnectionError

    with pytest.raises(ConnectionError):
        cut_short()
    with pytest.raises(json.JSONDecodeError):
        json.loads(out.getvalue())
