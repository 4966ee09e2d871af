"""Files that were good once: flipped, cut, mixed up. No row is lost without a word, and no id is changed.

The files of each kind hold the same bookings, ids of 19 digits and with leading zeros among them.
"""

import csv
import json
from io import BytesIO, StringIO
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.rows import BadRow, Row
from tests.change_sets.sources.reading import read_file
from tests.mutations import mutated

IDS = ("0069110000000000001", "1596693672887000001", "66e001", "000", "6911")
RECORDS = [
    {
        "booking_id": one,
        "start": "2027-05-03T12:00",
        "time_zone": "Asia/Seoul",
        "title": 'A "B", C',
        "changes": None,
    }
    for one in IDS
]
NAMES = list(RECORDS[0])
SHORT_OF_ALL = 200
many = settings(max_examples=120, deadline=None)


def as_csv(records: list[dict[str, Any]]) -> bytes:
    text = StringIO(newline="")
    writer = csv.DictWriter(text, NAMES)
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue().encode()


def as_parquet(**how: Any) -> bytes:
    file = BytesIO()
    parquet.write_table(pa.Table.from_pylist(RECORDS), file, **how)
    return file.getvalue()


FILES = {
    "rows.csv": as_csv(RECORDS),
    "rows.jsonl": "\n".join(map(json.dumps, RECORDS)).encode(),
    "rows.json": json.dumps(RECORDS, indent=1).encode(),
    "rows.parquet": as_parquet(compression="none", use_dictionary=False, write_page_checksum=True),
}
every_kind = pytest.mark.parametrize("name", FILES)
PIECES = st.binary(max_size=4) | st.sampled_from(
    [
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\0",
        b"\r",
        b"\n",
        b"\r\n",
        b'"',
        b"'",
        b",",
        b";",
        b"\t",
        b"{",
        b"[" * 500,
        b"\\",
        b"}",
        b"]",
        b"NaN",
        b"1e999",
        b"9" * 5000,
        b"E+18",
        b"\xed\xa0\x80",
        b"\\ud800",
        b"\xe2\x80\xa8",
    ]
)


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Draw a file in which some bits are flipped, some bytes gone or replaced, or the end is missing."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        after = at + draw(st.integers(0, 3) | st.integers(0, SHORT_OF_ALL))
        content = content[:at] + draw(PIECES) + content[after:]
        content = content[: draw(st.just(len(content)) | st.integers(0, len(content)))]
    return content


def rows_or_none(name: str, content: bytes) -> list[Row | BadRow] | None:
    try:
        return read_file(name, content)
    except InvalidInput:
        return None


def good(rows: list[Row | BadRow]) -> list[Row]:
    return [row for row in rows if isinstance(row, Row)]


@pytest.mark.parametrize("name", FILES)
def test_all_bookings_are_read_from_the_file_that_is_damaged_below(name: str) -> None:
    read = [(row.booking_id, row.wish.fields["title"]) for row in good(read_file(name, FILES[name]))]
    assert read == [(one, 'A "B", C') for one in IDS]


@every_kind
@many
@given(data=st.data())
def test_a_damaged_file_gives_numbered_rows_that_a_ledger_can_hold_or_one_refusal(
    name: str, data: st.DataObject
) -> None:
    rows = rows_or_none(name, data.draw(damaged(FILES[name]))) or []
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        assert row.booking_id.isprintable()
        assert str(row.problem).encode() if isinstance(row, BadRow) else row.wish.digest()


@many
@given(st.integers(0, len(FILES["rows.parquet"]) - 1), st.integers(0, 7))
def test_a_flipped_bit_of_a_parquet_file_changes_no_id_and_loses_no_row(at: int, bit: int) -> None:
    content = bytearray(FILES["rows.parquet"])
    content[at] ^= 1 << bit
    rows = rows_or_none("rows.parquet", bytes(content))
    assert rows is None or [row.booking_id for row in rows] in (list(IDS), [""] * len(IDS))


def test_a_parquet_file_whose_parts_have_fewer_rows_than_the_whole_is_damaged() -> None:
    # The footer says "five rows" of the file first, and of its one row group last.
    content = as_parquet(write_page_checksum=True)
    for at in (content.index(b"\x16\x0a"), content.rindex(b"\x16\x0a")):
        fewer = content[:at] + b"\x16\x08" + content[at + 2 :]
        with pytest.raises(InvalidInput, match=r"^the file is no Parquet file, or it is damaged"):
            read_file("rows.parquet", fewer)


def test_a_changed_byte_of_a_parquet_file_with_checksums_is_seen() -> None:
    content = FILES["rows.parquet"].replace(b"1596693672887000001", b"1596693672887000002", 1)
    with pytest.raises(InvalidInput, match=r"^the file is no Parquet file, or it is damaged"):
        read_file("rows.parquet", content)


def test_an_address_in_a_file_without_a_header_is_not_quoted() -> None:
    with pytest.raises(InvalidInput, match=r"^\*\*\* is not a known column: "):
        read_file("rows.csv", "jane@example.com,6911\n")


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
@many
@given(data=st.data())
def test_damage_within_one_line_loses_no_other_row(name: str, data: st.DataObject) -> None:
    line, after = FILES[name].rstrip().splitlines(keepends=True)[-2:]
    after = after.replace(b'"A ""B"", C"', b"A")  # no quote that would close one which the damage opened
    head = FILES[name][: FILES[name].index(line)]
    wrong = data.draw(damaged(line.rstrip())).replace(b"\n", b"").replace(b"\r", b"")
    rows = rows_or_none(name, head + wrong + b"\n" + after)
    assert rows is not None
    read = [row.booking_id if isinstance(row, Row) else None for row in rows]
    assert read[: len(IDS) - 2] == list(IDS[:-2])
    assert read[-1] == IDS[-1]


@pytest.mark.parametrize("title", ['"A', '"A"B'], ids=["not closed", "not the end"])
def test_a_quote_that_is_out_of_place_costs_its_own_row_only(title: str) -> None:
    rows = read_file("rows.csv", f"booking_id,title\n6911,{title}\n66e001,A\n")
    assert [type(row) for row in rows] == [BadRow, Row]


@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl"])
@many
@given(data=st.data())
def test_whatever_a_member_holds_each_object_is_one_row(name: str, data: st.DataObject) -> None:
    records = [data.draw(mutated(record)) for record in RECORDS]
    content = json.dumps(records) if name == "rows.json" else "\n".join(map(json.dumps, records))
    assert len(read_file(name, content)) == len(records)


@many
@given(st.lists(st.sampled_from(IDS) | st.from_regex(r"0*[0-9]{1,19}", fullmatch=True), min_size=1))
def test_an_id_is_read_as_it_is_written_in_every_kind_of_file(ids: list[str]) -> None:
    records = [RECORDS[0] | {"booking_id": one} for one in ids]
    written = {
        "rows.csv": as_csv(records),
        "rows.jsonl": "\n".join(map(json.dumps, records)).encode(),
        "rows.json": json.dumps(records).encode(),
    }
    for name, content in written.items():
        assert [row.booking_id for row in good(read_file(name, content))] == ids


@many
@given(st.lists(st.integers(0, 10**19 - 1), min_size=1))
def test_an_id_that_is_a_number_is_read_digit_by_digit(ids: list[int]) -> None:
    content = json.dumps([RECORDS[0] | {"booking_id": one} for one in ids])
    assert [row.booking_id for row in good(read_file("rows.json", content))] == list(map(str, ids))
