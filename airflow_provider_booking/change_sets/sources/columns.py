"""Named cells as a row: what every source has in common, be it a file, a query or a list."""

from __future__ import annotations

import difflib
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.bookings.booking import checked_id
from airflow_provider_booking.bookings.time import zone_name
from airflow_provider_booking.bookings.wording import shown_name
from airflow_provider_booking.change_sets.rows import NEUTRAL_FIELDS, BadRow, Row, Wish
from airflow_provider_booking.change_sets.sources.asked_changes import asked_changes
from airflow_provider_booking.change_sets.wall_time import given_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

COLUMNS = ("booking_id", "conn_id", *NEUTRAL_FIELDS, "changes")
"""What a source may say of a booking; only the first must be there."""
CLEARS = r"\N"
"""A cell that clears its field; an empty one leaves it as it is."""
LONGEST_CELL = 100_000
"""Characters of one cell."""
UNREADABLE = object()
"""A cell whose value cannot be told."""

_LONGEST_CONN_ID = 250  # what Airflow's own table of connections takes
_LONGEST_SHOWN = 100
_TOO_LARGE = 10**_LONGEST_SHOWN
_TIMES = ("start", "end")
_UTC = "+00:00"  # what a moment in UTC ends in, and a naive time does not


def check_columns(names: Sequence[str], known: Sequence[str] = COLUMNS) -> None:
    """Refuse a source whose columns are not ours.

    Args:
        names: The columns that it has.
        known: Those that it may have.

    Raises:
        InvalidInput: A column is unknown, has no name or comes twice, or ``booking_id`` is not there.
    """
    for place, name in enumerate(names, start=1):
        if not name:
            raise InvalidInput(
                f"column {place} of the source has no name", hint=f"name it or drop it; {_list(known)}"
            )
        if name not in known:
            raise unknown_column(name, known)
        if names.index(name) < place - 1:
            raise InvalidInput(f"the source has the column {name} twice", hint="drop one of them")
    if "booking_id" not in names:
        raise InvalidInput("the source has no column booking_id", hint=f"add it; {_list(known)}")


def unknown_column(name: str, known: Sequence[str]) -> InvalidInput:
    """What is wrong with a column that is none of those that are known."""
    close = difflib.get_close_matches(name[:_LONGEST_SHOWN].lower(), known, n=1)
    hint = f"did you mean {close[0]}? {_list(known)}" if close else _list(known)
    return InvalidInput(f"{shown_name(name)} is not a known column", hint=hint)


def _list(known: Sequence[str]) -> str:
    return f"the columns are {', '.join(known)}"


def read_row(number: int, cells: Mapping[str, Any], change: Wish | None) -> Row | BadRow:
    """Make a row of its cells.

    Args:
        number: Its place among the data rows; 1 is the first.
        cells: Column to value, as the source has it; an empty text and None leave a field as it is.
        change: What is wished of every booking of the source, where the rows only name them.
    """
    return read_row_as(number, cells, lambda: _wish(cells, change))


def read_row_as(number: int, cells: Mapping[str, Any], wish: Callable[[], Wish]) -> Row | BadRow:
    """Make a row of its cells.

    Args:
        number: Its place among the data rows; 1 is the first.
        cells: Column to value, as the source has it.
        wish: Says what is wished of the booking, or raises InvalidInput.
    """
    try:
        return Row(number, _conn_id(cells.get("conn_id")), _booking_id(cells.get("booking_id")), wish())
    except InvalidInput as problem:
        return bad_row(number, cells, problem)


def bad_row(number: int, cells: Mapping[str, Any], problem: InvalidInput) -> BadRow:
    """A row that costs itself only, shown as far as it can be."""
    try:
        conn_id = _conn_id(cells.get("conn_id"))
    except InvalidInput:
        conn_id = None
    # Without its traceback, which would keep the whole row in memory.
    return BadRow(number, conn_id, shown(cells.get("booking_id")), problem.with_traceback(None))


def shown(value: Any) -> str:
    """A value that nobody has checked, fit for a report: short, and printable."""
    if not isinstance(value, str | int):
        return ""
    if isinstance(value, int):
        value = str(value) if abs(value) < _TOO_LARGE else ""
    text = value[:_LONGEST_SHOWN]
    return (
        text
        if text.isprintable()
        else "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    )


def _booking_id(cell: Any) -> str:
    if isinstance(cell, Decimal) and cell.is_finite() and cell.as_tuple().exponent == 0:
        cell = int(cell)  # a database's exact number
    if isinstance(cell, UUID):
        cell = str(cell)
    if isinstance(cell, int) and abs(cell) >= _TOO_LARGE:
        raise InvalidInput("booking_id is a number too long for an id", hint="check the column")
    if cell is None or cell == CLEARS:
        raise InvalidInput("booking_id is empty", hint="give the id that the vendor shows for the booking")
    if isinstance(cell, str) or cell is UNREADABLE:
        _text("booking_id", cell)
    return checked_id(cell, field="booking_id")


def _conn_id(cell: Any) -> str | None:
    if cell is None:
        return None
    name = cell.strip() if isinstance(cell, str) else ""
    if not name and isinstance(cell, str):
        return None
    if not name or name == CLEARS or len(name) > _LONGEST_CONN_ID or not name.isprintable():
        raise InvalidInput(
            "conn_id is no connection id", hint="give the id of an Airflow connection, or leave it empty"
        )
    return name


def _wish(cells: Mapping[str, Any], change: Wish | None) -> Wish:
    fields = read_fields({name: cells[name] for name in NEUTRAL_FIELDS if not is_blank(cells.get(name))})
    changes = {} if is_blank(cells.get("changes")) else _changes(cells["changes"])
    if not fields and not changes:
        if change is None:
            raise InvalidInput(
                "the row does not say what to change", hint="fill a cell, or give change to the operator"
            )
        return change
    if change is not None:
        raise InvalidInput(
            "both the row and change say what to change", hint="empty the row's cells, or give no change"
        )
    return Wish(fields=fields, changes=changes)


def is_blank(cell: Any) -> bool:
    """Whether a cell says nothing."""
    return cell is None or cell == ""


def _changes(cell: Any) -> Any:
    if isinstance(cell, str):
        check_text("changes", cell)
    return asked_changes(cell, "changes")


def read_fields(given: Mapping[str, Any]) -> dict[str, str | None]:
    r"""Read neutral fields, each with a value: a text, a ``datetime`` for a time, ``\N`` or None to clear.

    Args:
        given: Neutral field to value.

    Returns:
        Neutral field to text, or to None where it is cleared. Times are ISO 8601: in UTC, or naive where a
        zone is given beside them.

    Raises:
        InvalidInput: A value is wrong; the text names the field and never quotes the value.
    """
    fields = {
        name: None if value is None or value == CLEARS else _READ[name](name, value)
        for name, value in given.items()
    }
    for name in _TIMES:
        time = fields.get(name)
        if time is not None and fields.get("time_zone") is None and not time.endswith(_UTC):
            raise InvalidInput(
                f"{name} has no time zone",
                hint="add an offset, such as 2026-12-01T10:00:00+09:00, or give time_zone beside it",
            )
    return fields


def _text(name: str, value: Any) -> str:
    if value is UNREADABLE:
        raise InvalidInput(f"{name} cannot be read", hint="write the value as text in UTF-8")
    if not isinstance(value, str):
        raise InvalidInput(f"{name} is a {type(value).__name__}", hint="give text")
    check_text(name, value)
    return value


def check_text(name: str, text: str) -> None:
    """Refuse a text that is too long for a cell, or that UTF-8 cannot hold.

    Raises:
        InvalidInput: It is one; the text of the error names the column and never quotes the cell.
    """
    if len(text) > LONGEST_CELL:
        raise InvalidInput(f"{name} is longer than {LONGEST_CELL:,} characters", hint="shorten it")
    try:
        text.encode()
    except UnicodeEncodeError:
        pass
    else:
        return
    raise InvalidInput(f"{name} holds bytes that are no UTF-8", hint="save the source as UTF-8")


def _time(name: str, value: Any) -> str:
    if not isinstance(value, datetime):
        value = _text(name, value).strip()
    try:
        return given_time(value).isoformat()
    except ValueError as error:
        problem = str(error)
    raise InvalidInput(f"{name} {problem}")


def _zone(name: str, value: Any) -> str:
    try:
        return zone_name(_text(name, value).strip())
    except ValueError as error:
        problem = str(error)
    raise InvalidInput(f"{name} {problem}")


_READ = {"start": _time, "end": _time, "time_zone": _zone, "title": _text, "description": _text}
