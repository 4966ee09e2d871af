"""``items.csv`` and ``items.jsonl``: every item of a change set, one after the other."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow_provider_booking.change_sets.items import Item
    from airflow_provider_booking.change_sets.report.folders import Folder

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


@contextmanager
def item_files(folder: Folder) -> Iterator[Callable[[Item], None]]:
    """Open both files, and give what writes an item into them.

    Both are UTF-8 and have the same twelve members, :data:`COLUMNS`. In JSON lines ``before`` and ``after``
    are objects, field to value, and ``warnings`` is a list; in CSV (RFC 4180, with a header) these three
    cells hold the same as JSON text.

    A CSV cell that a spreadsheet could take for a formula begins with one apostrophe more. A program that
    reads the file takes one apostrophe off each cell that begins with one, and has the text as it was:
    ``cell.removeprefix("'")``. Half characters, which UTF-8 cannot hold, are written as JSON escapes.
    """
    with ExitStack() as opened:

        def text(name: str) -> io.TextIOWrapper:
            binary = opened.enter_context(folder.open(name))
            wrapper = io.TextIOWrapper(binary, encoding="utf-8", errors="backslashreplace", newline="")
            return opened.enter_context(wrapper)

        rows, lines = csv.writer(text(CSV_NAME)), text(JSON_LINES_NAME)
        rows.writerow(COLUMNS)

        def write(item: Item) -> None:
            members = as_members(item)
            rows.writerow([cell(value) for value in members.values()])
            lines.write(_as_json(members) + "\n")

        yield write


def as_members(item: Item) -> dict[str, Any]:
    """An item as a report shows it: JSON only, in the order of :data:`COLUMNS`.

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
