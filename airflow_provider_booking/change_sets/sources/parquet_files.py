"""A Parquet file as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
from pyarrow import parquet

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.sources.columns import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_provider_booking.change_sets.rows import BadRow, Row
    from airflow_provider_booking.change_sets.sources.records import Wanted

_BATCH = 1000
"""Rows that are in memory at once."""
_BUFFER = 1024 * 1024
"""Bytes that are read of a column at once, rather than all of a row group."""


def rows_of_parquet(file: BinaryIO, wanted: Wanted) -> Iterator[Row | BadRow]:
    """Go through a Parquet file.

    Args:
        file: Open for reading; one that can be gone about in.
        wanted: What is wanted of the rows.

    Raises:
        InvalidInput: It is no Parquet file or is damaged, or its columns are not those of a source.
    """
    yield from wanted.rows(_records(file, wanted))


def _records(file: BinaryIO, wanted: Wanted) -> Iterator[dict[str, Any]]:
    for batch in _batches(file, wanted):
        columns = {name: _values(batch.column(name)) for name in batch.schema.names}
        for cells in zip(*columns.values(), strict=True):
            yield dict(zip(columns, cells, strict=True))


def _batches(file: BinaryIO, wanted: Wanted) -> Iterator[pa.RecordBatch]:
    try:
        # Where the writer left checksums, a changed byte is seen; it could be one of an id.
        opened = parquet.ParquetFile(
            file, buffer_size=_BUFFER, pre_buffer=False, page_checksum_verification=True
        )
        wanted.check_columns(opened.schema_arrow.names)
        _check_objects_are_text(opened.schema_arrow)
        missing = opened.metadata.num_rows
        for batch in opened.iter_batches(batch_size=_BATCH):
            missing -= batch.num_rows
            yield batch
    except (pa.ArrowException, ValueError):
        raise _damaged() from None
    except OSError as error:
        if error.errno is not None:
            raise  # the disk's or the network's: trying again may help
        raise _damaged() from None
    if missing:
        raise _damaged()  # a part of the file says that it has fewer rows, or more, than the whole


def _damaged() -> InvalidInput:
    return InvalidInput(
        "the file is no Parquet file, or it is damaged", hint="write it again, or give CSV or JSON lines"
    )


def _check_objects_are_text(schema: pa.Schema) -> None:
    """Refuse columns within a column: there, each row would have all of them, and what it lacks as null.

    Raises:
        InvalidInput: One that is to be read has columns within.
    """
    for name in ("changes", "after"):
        if name in schema.names and pa.types.is_nested(schema.field(name).type):
            raise InvalidInput(f"the column {name} has columns within", hint="write it as JSON text")


def _values(column: pa.Array) -> list[Any]:
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        # Python's times have microseconds; what is finer is cut off.
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError):
        return [_value(cell) for cell in column]
    return values


def _value(cell: pa.Scalar) -> Any:
    try:
        return cell.as_py()
    except (ValueError, OverflowError):
        return UNREADABLE
