"""A file of one JSON list as rows: an object a row, its members the columns."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.sources.json_lines import record_of
from airflow_provider_booking.change_sets.sources.lines import LONGEST_LINE, checked_beginning, text_of
from airflow_provider_booking.change_sets.sources.strict_json import BLANKS, next_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import TextIOWrapper

    from airflow_provider_booking.change_sets.rows import BadRow, Row
    from airflow_provider_booking.change_sets.sources.records import Wanted
    from airflow_provider_booking.change_sets.sources.strict_json import Found

_STEP = 64 * 1024
"""Characters that are read at once."""


def rows_of_json_list(file: BinaryIO, wanted: Wanted) -> Iterator[Row | BadRow]:
    """Go through a JSON list; one row of it is in memory at a time.

    Args:
        file: Open for reading; UTF-8.
        wanted: What is wanted of the rows.

    Raises:
        InvalidInput: The file is UTF-16 or no list, or from a row on it is no JSON: where a row would end
            that cannot be read, nobody can tell.
    """
    with text_of(file) as text:
        yield from wanted.rows(record_of(found, wanted, "the row") for found in _values(_Window(text)))


def _values(window: _Window) -> Iterator[Found]:
    if window.take() != "[":
        raise InvalidInput(
            "the file is no JSON list",
            hint="write a list of objects; one with an object a line is to be named .jsonl",
        )
    number = 0
    mark = window.take() if window.peek() == "]" else ","
    while mark == ",":
        number += 1
        yield window.value(number)
        mark = window.take()
    if mark != "]" or window.take():
        raise _broken(number + 1)


def _broken(number: int) -> InvalidInput:
    return InvalidInput(
        f"the file's list is broken at its row {number}", hint="write it again, or give CSV or JSON lines"
    )


class _Window:
    """The part of a text that is looked at."""

    def __init__(self, text: TextIOWrapper) -> None:
        self._text = text
        self._held = checked_beginning(text.read(_STEP))
        self._at = 0

    def peek(self) -> str:
        """The next character that is no blank; empty at the end."""
        while self._at < len(self._held) or self._more():
            found = self._held[self._at]
            if found not in BLANKS:
                return found
            self._at += 1
        return ""

    def take(self) -> str:
        """The same, and go past it."""
        found = self.peek()
        self._at += len(found)
        return found

    def value(self, number: int) -> Found:
        """Take the next value.

        Raises:
            InvalidInput: There is none, or it is longer than memory should bear.
        """
        self.peek()
        while True:
            with suppress(ValueError, RecursionError):
                found = next_json(self._held, self._at)
                if found.end < len(self._held):  # one at the very end may go on in what is not read yet
                    self._at = found.end
                    return found
            if len(self._held) - self._at > LONGEST_LINE or not self._more():
                raise _broken(number)

    def _more(self) -> bool:
        """Read on, always more at once, so that a long value is not looked at too often."""
        kept = self._held[self._at :]
        found = self._text.read(max(_STEP, len(kept)))
        self._held, self._at = kept + found, 0
        return bool(found)
