"""A file of JSON lines as rows: an object a line, its members the columns."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, BinaryIO

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.sources.asked_changes import read_json
from airflow_provider_booking.change_sets.sources.columns import COLUMNS, bad_row, read_row, shown, suggestion
from airflow_provider_booking.change_sets.sources.lines import LONGEST_LINE, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_provider_booking.change_sets.rows import BadRow, Row, Wish


def rows_of_json_lines(file: BinaryIO, change: Wish | None) -> Iterator[Row | BadRow]:
    """Go through JSON lines; there is no header, so that a member that is not known costs its row only.

    Args:
        file: Open for reading; UTF-8.
        change: What is wished of each booking, where the lines only name them.

    Raises:
        InvalidInput: The file is UTF-16.
    """
    number = 0
    with closing(lines_of(file)) as lines:
        for line in lines:
            if line is None or not line.isspace():
                number += 1
                yield _row(number, line, change)


def _row(number: int, line: str | None, change: Wish | None) -> Row | BadRow:
    if line is None:
        problem = InvalidInput(f"the line is longer than {LONGEST_LINE:,} characters", hint="shorten it")
        return bad_row(number, {}, problem)
    try:
        cells = read_json(line)
    except ValueError:
        cells = None
    if not isinstance(cells, dict):
        problem = InvalidInput(
            "the line is no JSON object", hint='write one object a line, such as {"booking_id": "…"}'
        )
        return bad_row(number, {}, problem)
    unknown = next((name for name in cells if name not in COLUMNS), None)
    if unknown is not None:
        problem = InvalidInput(f"{shown(unknown)} is not a known column", hint=suggestion(unknown))
        return bad_row(number, cells, problem)
    return read_row(number, cells, change)
