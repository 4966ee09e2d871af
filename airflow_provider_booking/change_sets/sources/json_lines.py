"""A file of JSON lines as rows: an object a line, its members the columns."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, BinaryIO

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.sources.lines import LONGEST_LINE, lines_of
from airflow_provider_booking.change_sets.sources.records import Spoiled
from airflow_provider_booking.change_sets.sources.strict_json import Found, read_json, twice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflow_provider_booking.change_sets.rows import BadRow, Row
    from airflow_provider_booking.change_sets.sources.records import Wanted


def rows_of_json_lines(file: BinaryIO, wanted: Wanted) -> Iterator[Row | BadRow]:
    """Go through JSON lines; there is no header, so that a member that is not known costs its row only.

    Args:
        file: Open for reading; UTF-8.
        wanted: What is wanted of the rows.

    Raises:
        InvalidInput: The file is UTF-16.
    """
    with closing(lines_of(file)) as lines:
        yield from wanted.rows(_record(line, wanted) for line in lines if line is None or not line.isspace())


def _record(line: str | None, wanted: Wanted) -> Mapping[str, Any] | Spoiled:
    if line is None:
        return Spoiled(
            {}, InvalidInput(f"the line is longer than {LONGEST_LINE:,} characters", hint="shorten it")
        )
    try:
        found = read_json(line)
    except ValueError:
        found = Found(None)
    return record_of(found, wanted, "the line", hint="write one object a line")


def record_of(
    found: Found, wanted: Wanted, what: str, *, hint: str = "write an object"
) -> Mapping[str, Any] | Spoiled:
    """What JSON has for a row, as a record.

    Args:
        found: The value.
        wanted: What is wanted of the rows.
        what: What the value is called.
        hint: What it should have been.
    """
    if found.twice is not None:
        members = found.value if isinstance(found.value, dict) else {}
        told = {name: cell for name, cell in members.items() if name != found.twice}
        return Spoiled(told, twice(found.twice, what))
    if isinstance(found.value, dict):
        return wanted.member_records(found.value)
    return Spoiled(
        {}, InvalidInput(f"{what} is no JSON object", hint=f'{hint}, such as {{"booking_id": "…"}}')
    )
