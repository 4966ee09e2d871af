"""Items of a change set, one after the other: as CSV, as JSON lines, as a JSON list."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow_provider_booking.change_sets.items import Item
    from airflow_provider_booking.change_sets.report.folders import Folder

    WriteItem = Callable[[Item], None]
    """Writes an item."""

CSV_NAME = "items.csv"
JSON_LINES_NAME = "items.jsonl"
COLUMNS = (
    "row",
    "conn_id",
    "vendor",
    "booking_id",
    "outcome",
    "reason",
    "message",
    "before",
    "after",
    "warnings",
    "request_id",
    "updated_at",
)

# Spreadsheets take what begins like this for a formula, some also behind blanks, invisible characters or
# quotes, and some in full width. The apostrophe is here so that taking one off always gives the text back.
_FORMULA = re.compile("[\\s\\x00-\\x1f\"\\ufeff\\u200b-\\u200f]*['=+\\-@\\t\\r\\n\uff1d\uff0b\uff0d\uff20]")

_as_json = json.JSONEncoder(ensure_ascii=False).encode


class Text(Protocol):
    """What items are written into; it must leave the ends of lines as they are."""

    def write(self, text: str, /) -> object:
        """Write a text behind what is there."""
        ...


@contextmanager
def item_files(folder: Folder) -> Iterator[WriteItem]:
    """Open ``items.csv`` and ``items.jsonl``, and give what writes an item into both.

    Both are UTF-8. Half characters, which UTF-8 cannot hold, are written as JSON escapes.
    """
    with ExitStack() as opened:

        def text(name: str) -> io.TextIOWrapper:
            binary = opened.enter_context(folder.open(name))
            wrapper = io.TextIOWrapper(binary, encoding="utf-8", errors="backslashreplace", newline="")
            return opened.enter_context(wrapper)

        writers = (csv_rows(text(CSV_NAME)), json_lines(text(JSON_LINES_NAME)))

        def write(item: Item) -> None:
            for each in writers:
                each(item)

        yield write


def csv_rows(text: Text) -> WriteItem:
    """Write the header of a CSV (RFC 4180), and give what writes an item as a row.

    It has the columns :data:`COLUMNS`; ``before``, ``after`` and ``warnings`` hold JSON text.

    A cell that a spreadsheet could take for a formula begins with one apostrophe more. A program that reads
    it takes one apostrophe off each cell that begins with one, and has the text as it was:
    ``cell.removeprefix("'")``.
    """
    rows = csv.writer(text)
    rows.writerow(COLUMNS)

    def write(item: Item) -> None:
        rows.writerow([cell(value) for value in as_members(item).values()])

    return write


def json_lines(text: Text) -> WriteItem:
    """Give what writes an item as a line of JSON, with the members :data:`COLUMNS`."""

    def write(item: Item) -> None:
        text.write(_as_json(as_members(item)) + "\n")

    return write


@contextmanager
def json_list(text: Text) -> Iterator[WriteItem]:
    """Write a JSON list, an item a line, and give what writes an item into it.

    Where the block is left by an exception, the list stays open: what was cut short is no JSON.
    """
    before = "["

    def write(item: Item) -> None:
        nonlocal before
        text.write(f"{before}\n{_as_json(as_members(item))}")
        before = ","

    yield write
    text.write("[]\n" if before == "[" else "\n]\n")


def as_members(item: Item) -> dict[str, Any]:
    """An item as a report shows it: JSON only, in the order of :data:`COLUMNS`.

    ``before`` and ``after`` map a field to its value, ``warnings`` is a list.
    ``before`` and ``after`` are what the vendor showed where the update was sent and answered, and else what
    is planned. ``updated_at`` is ISO 8601 with an offset.
    """
    shown = item.image.shown
    return {
        "row": item.row,
        "conn_id": item.conn_id,
        "vendor": item.vendor,
        "booking_id": item.booking_id,
        "outcome": item.outcome,
        "reason": item.reason,
        "message": item.message,
        "before": {name: change.before for name, change in shown.items()},
        "after": {name: change.after for name, change in shown.items()},
        "warnings": item.warnings,
        "request_id": item.request_id,
        "updated_at": item.updated_at.isoformat(),
    }


def cell(value: Any) -> str | int | None:
    """A member of an item as a CSV cell: numbers and nothing stay, lists and objects become JSON text."""
    if value is None or isinstance(value, int):
        return value
    if not isinstance(value, str):
        return _as_json(value)
    return f"'{value}" if _FORMULA.match(value) else value
