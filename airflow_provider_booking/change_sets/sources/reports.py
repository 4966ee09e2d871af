"""A report as a source: the rows of a change set, asked for once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import InvalidInput, Outcome
from airflow_provider_booking.change_sets.report.item_files import COLUMNS
from airflow_provider_booking.change_sets.rows import Wish
from airflow_provider_booking.change_sets.sources.asked_changes import asked_changes
from airflow_provider_booking.change_sets.sources.columns import check_text, is_blank, read_row_as

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from airflow_provider_booking.change_sets.rows import BadRow, Row

__all__ = ["COLUMNS", "NEEDED", "is_picked", "is_report", "read_row", "unguarded"]

NEEDED = ("booking_id", "outcome", "after")
"""The columns by which a report is known; a person may drop the others."""

_GUARD = "'"
"""What a report's CSV puts before a cell that a spreadsheet would take for a formula."""


def is_report(names: Collection[str]) -> bool:
    """Whether the columns are a report's."""
    return all(name in names for name in NEEDED)


def unguarded(cells: Mapping[str, str]) -> dict[str, str]:
    """The cells of a report's CSV as they were before spreadsheets were guarded against."""
    return {name: cell.removeprefix(_GUARD) for name, cell in cells.items()}


def is_picked(cells: Mapping[str, Any], outcomes: tuple[Outcome, ...] | None) -> bool:
    """Whether a row is wanted; one whose outcome cannot be told is, so that it is not lost.

    Args:
        cells: Column to value.
        outcomes: The outcomes that are wanted; None: all.
    """
    outcome = _outcome(cells["outcome"])
    return outcomes is None or outcome is None or outcome in outcomes


def read_row(number: int, cells: Mapping[str, Any], change: Wish | None) -> Row | BadRow:
    """Make a row of a report's.

    Args:
        number: Its place among the rows that are wanted; 1 is the first.
        cells: Column to value.
        change: What is wished of each booking; without it, what the report says that it should become.
    """
    return read_row_as(number, cells, lambda: _wish(cells, change))


def _wish(cells: Mapping[str, Any], change: Wish | None) -> Wish:
    if _outcome(cells["outcome"]) is None:
        raise InvalidInput("outcome is none that a report has", hint=f"one of {', '.join(Outcome)} is needed")
    if change is not None:
        return change
    values = {} if is_blank(cells["after"]) else _after(cells["after"])
    if not values:
        raise InvalidInput(
            "the report does not say what it should become",
            hint='give change, or take {"report": "…"} with the change set\'s id',
        )
    return Wish(values=values)


def _outcome(cell: Any) -> Outcome | None:
    try:
        return Outcome(cell.strip())
    except (AttributeError, ValueError):
        return None


def _after(cell: Any) -> Any:
    if isinstance(cell, str):
        check_text("after", cell)
    try:
        return asked_changes(cell, "after")
    except InvalidInput as error:
        problem = error.problem
    raise InvalidInput(problem, hint="leave the cell as the report has it, or give change")
