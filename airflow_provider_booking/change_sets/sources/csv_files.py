"""A CSV file as rows, whatever a spreadsheet made of it: separators, quotes, line ends."""

from __future__ import annotations

import csv
from collections import deque
from contextlib import closing
from typing import TYPE_CHECKING, BinaryIO, Self

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.sources.lines import LONGEST_LINE, lines_of
from airflow_provider_booking.change_sets.sources.records import Spoiled
from airflow_provider_booking.change_sets.sources.reports import is_report, unguarded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflow_provider_booking.change_sets.rows import BadRow, Row
    from airflow_provider_booking.change_sets.sources.records import Wanted

_SEPARATORS = (",", ";", "\t")
_MOST_READ_TWICE = 16 * LONGEST_LINE
"""Characters of rows that were given up: in a file of wrong quotes only, each gives back many lines."""


def rows_of_csv(file: BinaryIO, wanted: Wanted) -> Iterator[Row | BadRow]:
    """Go through a CSV file; blank lines are no rows.

    Args:
        file: Open for reading; UTF-8. Its first line names the columns; cells stand between commas, or, where
            that line has none, between semicolons or tabs.
        wanted: What is wanted of the rows.

    Raises:
        InvalidInput: It is empty or UTF-16, or its columns are not those of a source.
    """
    # Process-wide, and therefore only ever raised: a cell as long as the longest line must not end the file.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_LINE))
    with closing(lines_of(file)) as lines:
        records = _records(_Lines(lines))
        names = _header(next(records, None))
        wanted.check_columns(names)
        yield from wanted.rows(_record(names, cells) for cells in records)


def _record(names: list[str], cells: list[str] | InvalidInput) -> Mapping[str, str] | Spoiled:
    if isinstance(cells, InvalidInput):
        return Spoiled({}, cells)
    while len(cells) > len(names) and not cells[-1].strip():
        cells.pop()  # a spreadsheet writes separators behind the last column, too
    if len(cells) != len(names):
        return Spoiled(dict(zip(names, cells, strict=False)), _uneven(cells, names))
    named = dict(zip(names, cells, strict=True))
    return unguarded(named) if is_report(names) else named


def _header(cells: list[str] | InvalidInput | None) -> list[str]:
    if cells is None:
        raise InvalidInput("the file is empty", hint="its first line must name the columns")
    if isinstance(cells, InvalidInput):
        raise InvalidInput(f"the file's first line cannot be read: {cells.problem}", hint=cells.hint)
    if any("\0" in name for name in cells):
        raise InvalidInput("the file is no text", hint="save it as CSV in UTF-8")
    names = [name.strip() for name in cells]
    while names and not names[-1]:
        names.pop()
    return names


def _uneven(cells: list[str], names: list[str]) -> InvalidInput:
    return InvalidInput(
        f"the row has {len(cells)} cells, and the first line {len(names)}",
        hint="put a cell that holds the separator or a line break in quotes",
    )


class _TooLong(Exception):
    """A row spans more text than a row may."""


class _Lines:
    """Lines for one row after the other; those of a row that went wrong can be given back."""

    def __init__(self, lines: Iterator[str | None]) -> None:
        self._lines = lines
        self._given_back: deque[str | None] = deque()
        self._of_row: list[str | None] = []
        self._length = 0
        self._read_twice = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._given_back.popleft() if self._given_back else next(self._lines)
        self._of_row.append(line)
        if line is None:
            raise _TooLong
        self._length += len(line)
        if self._length > LONGEST_LINE:
            raise _TooLong
        return line

    def separator(self) -> str:
        """What stands between cells, by the first line that is not blank."""
        line = next((line for line in self._lines if line is None or not line.isspace()), "")
        self._given_back.append(line)
        return next((each for each in _SEPARATORS if each in (line or "")), _SEPARATORS[0])

    def begin_row(self) -> None:
        """What comes next belongs to another row."""
        self._of_row = []
        self._length = 0

    def give_up_row(self) -> bool:
        """Give back all lines of the row but its first; return whether there were any.

        Raises:
            InvalidInput: It comes to that in too many rows.
        """
        others = self._of_row[1:]
        self._given_back.extendleft(reversed(others))
        self._read_twice += self._length
        if self._read_twice > _MOST_READ_TWICE:
            raise InvalidInput("the file has unclosed quotes all over", hint="write it again as CSV in UTF-8")
        return bool(others)


def _records(lines: _Lines) -> Iterator[list[str] | InvalidInput]:
    """The rows as cells. One that cannot be read costs its first line only: no quote swallows a file."""
    reader = csv.reader(lines, delimiter=lines.separator(), strict=True)
    while True:
        lines.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _TooLong) as error:
            yield _unreadable(lines.give_up_row(), too_long=isinstance(error, _TooLong))
        else:
            if cells:
                yield cells


def _unreadable(spans_lines: bool, *, too_long: bool) -> InvalidInput:
    if spans_lines:
        return InvalidInput(
            "the row opens a quote that is not closed as it should be",
            hint="close it, and write a quote within a cell twice; the next line was read as the next row",
        )
    if too_long:
        return InvalidInput(f"the row is longer than {LONGEST_LINE:,} characters", hint="shorten it")
    return InvalidInput(
        "the row has a quote that is not closed, or in the wrong place",
        hint="write a quote within a cell twice, and the cell in quotes",
    )
