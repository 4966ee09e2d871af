"""Files by how their names end, opened and closed; and how little of them is in memory."""

import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from io import BufferedReader, BytesIO, RawIOBase
from itertools import chain, repeat
from typing import BinaryIO

import pyarrow as pa
import pytest
from pyarrow import parquet

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.sources.files import rows_of_file
from tests.change_sets.sources.reading import read_file, told

MEGABYTE = 1024 * 1024


class Generated(RawIOBase):
    """A file that is made as it is read: a head, a block again and again, and a tail."""

    def __init__(self, head: bytes, block: bytes, times: int, tail: bytes = b"") -> None:
        self._rest = memoryview(head)
        self._parts = chain(repeat(block, times), [tail])

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what BufferedReader hands in
        if not self._rest:
            self._rest = memoryview(next(self._parts, b""))
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def opens(error: OSError) -> Callable[[], BinaryIO]:
    def fail() -> BinaryIO:
        raise error

    return fail


@pytest.mark.parametrize("name", ["a.csv", "a.CSV", "/data/a.csv", "s3://bucket/day=1/a.csv", "a.b.csv"])
def test_how_a_name_ends_says_what_it_is(name: str) -> None:
    assert told(read_file(name, "booking_id,title\n6911,A\n")) == [(1, "6911", "A")]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "a.xlsx",
            r"^the source's file ends in \.xlsx: it can be \.csv, \.json, \.jsonl, \.ndjson, \.parquet$",
        ),
        ("csv", r"^the source's file has no ending: it can be \.csv"),
        ("a.csv.gz", r"^the source's file ends in \.gz"),
    ],
)
def test_a_file_of_another_kind_is_refused(name: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_file(name, b"")


@pytest.mark.parametrize("error", [FileNotFoundError, IsADirectoryError, PermissionError])
def test_a_file_that_cannot_be_opened_is_refused_without_its_address(error: type[OSError]) -> None:
    rows = rows_of_file("s3://key:secret@bucket/a.csv", opens(error("no")), None)
    with pytest.raises(InvalidInput) as refused:
        next(rows)
    assert str(refused.value) == (
        "the source's file a.csv cannot be opened: check that it is there, and that the worker may read it"
    )


def test_what_a_second_try_may_mend_is_no_fault_of_the_file() -> None:
    with pytest.raises(ConnectionError):
        next(rows_of_file("a.csv", opens(ConnectionError("reset")), None))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"booking_id\n6911\n"),
        ("a.jsonl", b'{"booking_id": "1"}\n'),
        ("a.json", b'[{"booking_id": "1"}]'),
        ("a.csv", b"wrong\n"),
    ],
)
def test_a_file_is_closed_when_it_is_read(name: str, content: bytes) -> None:
    file = BytesIO(content)
    with suppress(InvalidInput):
        list(rows_of_file(name, lambda: file, None))
    assert file.closed


def test_a_file_is_closed_when_nobody_wants_more_of_it() -> None:
    file = BytesIO(b"booking_id\n6911\n6912\n")
    rows = rows_of_file("a.csv", lambda: file, None)
    next(rows)
    rows.close()  # type: ignore[attr-defined]  # it is a generator
    assert file.closed


def peak(name: str, file: BinaryIO) -> tuple[int, int]:
    """How many rows a file has, and how many bytes were in memory at most."""
    tracemalloc.start()
    try:
        count = sum(1 for _ in rows_of_file(name, lambda: file, None))
        return count, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("name", "head", "line", "tail"),
    [
        ("a.csv", b"booking_id,title\n", b'6911,"' + b"x" * 4000 + b'"\n', b"6911,A"),
        ("a.jsonl", b"", b'{"booking_id": "1", "title": "' + b"x" * 4000 + b'"}\n', b"{}"),
        ("a.json", b"[", b'{"booking_id": "1", "title": "' + b"x" * 4000 + b'"},\n', b"{}]"),
    ],
)
def test_memory_does_not_grow_with_the_file(name: str, head: bytes, line: bytes, tail: bytes) -> None:
    count, most = peak(name, BufferedReader(Generated(head, line * 250, 200, tail)))
    assert count == 50_001  # 200 MB
    assert most < 2 * MEGABYTE


def test_a_line_without_end_is_not_read_into_memory() -> None:
    file = BufferedReader(Generated(b"booking_id,title\n6911,", b"x" * MEGABYTE, 200))
    count, most = peak("a.csv", file)
    assert count == 1
    assert most < 40 * MEGABYTE


def test_memory_does_not_grow_with_a_parquet_file() -> None:
    def size(rows: int) -> int:
        file = BytesIO()
        titles = [f"{number:0>400}" for number in range(rows)]
        parquet.write_table(pa.table({"booking_id": [*range(rows)], "title": titles}), file)
        return peak("a.parquet", file)[1]

    assert size(40_000) < 1.5 * size(10_000)
