"""A file as rows, by how its name ends."""

from __future__ import annotations

from contextlib import closing
from importlib import import_module
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.sources.records import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow_provider_booking.bookings import Outcome
    from airflow_provider_booking.change_sets.rows import BadRow, Row, Wish

_READERS = {
    ".csv": "csv_files:rows_of_csv",
    ".json": "json_lists:rows_of_json_list",
    ".jsonl": "json_lines:rows_of_json_lines",
    ".ndjson": "json_lines:rows_of_json_lines",
    ".parquet": "parquet_files:rows_of_parquet",
}
_NOT_THERE = (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)


def rows_of_file(
    name: str,
    open_binary: Callable[[], BinaryIO],
    change: Wish | None,
    outcomes: tuple[Outcome, ...] | None = None,
) -> Iterator[Row | BadRow]:
    """Go through a file; what was read is not kept, so that memory does not grow with it.

    Args:
        name: Its path or address; how it ends says what it is, in capitals or not.
        open_binary: Opens it for reading bytes. It is closed when all rows are read, or nobody wants more.
        change: What is wished of each booking, where the rows only name them.
        outcomes: Of a report, only the rows with these outcomes; None: all.

    Raises:
        InvalidInput: It is not there or may not be read, is of no kind that can be read, or its columns are
            not those of a source.
    """
    path = PurePosixPath(name)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        kind = f"ends in {path.suffix}" if path.suffix else "has no ending"
        raise InvalidInput(f"the source's file {kind}", hint=f"it can be {', '.join(_READERS)}")
    module, _, function = reader.partition(":")
    # By name, so that who reads CSV does not load pyarrow.
    rows = getattr(import_module(f"airflow_provider_booking.change_sets.sources.{module}"), function)
    try:
        file = open_binary()
    except _NOT_THERE:
        # Its name only: an address may hold a password.
        raise InvalidInput(
            f"the source's file {path.name} cannot be opened",
            hint="check that it is there, and that the worker may read it",
        ) from None
    with closing(file):
        yield from rows(file, Wanted(change, outcomes))
