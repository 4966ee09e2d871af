"""What an operator wishes of every booking that its source names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.rows import NEUTRAL_FIELDS, Wish
from airflow_provider_booking.change_sets.sources.asked_changes import asked_changes
from airflow_provider_booking.change_sets.sources.columns import read_fields, shown

_DURATION = re.compile(
    r"(?P<sign>[+-]?)P(?=.)(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.ASCII,
)
_MONTHS = re.compile(r"[+-]?P[^T]*[YM]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def parse_change(value: Any | None) -> Wish | None:
    """Read an operator's ``change``.

    Args:
        value: A mapping of one of the forms ``{"shift": "PT2H"}``, ``{"move_to_date": "2026-12-01"}``,
            ``{"set": {neutral fields}}`` and ``{"changes": {vendor field names}}``; or None.

    Returns:
        The wish; None where there is none.

    Raises:
        InvalidInput: It is none of these forms, or two at once, or what it says is wrong.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise InvalidInput(
            f"change is a {type(value).__name__}",
            hint=f"{_HINT} (templated as a whole, it needs render_template_as_native_obj=True on the DAG)",
        )
    unknown = [name for name in value if name not in _FORMS]
    if unknown:
        raise InvalidInput(
            f"change.{_named(unknown[0])} is not a known field", hint=_near(unknown[0], _FORMS)
        )
    if len(value) != 1:
        said = " and ".join(value) or "nothing"
        raise InvalidInput(f"change says {said}", hint=f"one is needed: {_HINT}")
    [(form, given)] = value.items()
    return _FORMS[form](given)


def _shift(given: Any) -> Wish:
    if not isinstance(given, str):
        raise InvalidInput(f"change.shift is a {type(given).__name__}", hint=_DURATION_HINT)
    if _MONTHS.match(given):
        raise InvalidInput(
            "change.shift has years or months, which are not of one length", hint="write weeks or days"
        )
    found = _DURATION.fullmatch(given)
    if found is None:
        raise InvalidInput("change.shift is not a duration", hint=_DURATION_HINT)
    try:
        parts = {name: int(part) for name, part in found.groupdict().items() if name != "sign" and part}
        shift = timedelta(**parts)
    except (OverflowError, ValueError):  # the latter of a number with thousands of digits
        raise InvalidInput("change.shift is longer than the calendar", hint="shorten it") from None
    if not shift:
        raise InvalidInput("change.shift is zero", hint="say by how much to move")
    return Wish(shift=-shift if found["sign"] == "-" else shift)


def _move_to_date(given: Any) -> Wish:
    day = None
    if isinstance(given, str) and _DAY.fullmatch(given):
        try:
            day = date.fromisoformat(given)
        except ValueError:
            day = None
    if day is None:
        raise InvalidInput("change.move_to_date is not a date", hint='write it as "2026-12-01"')
    return Wish(move_to_date=day)


def _set(given: Any) -> Wish:
    if not isinstance(given, Mapping) or not given:
        raise InvalidInput("change.set names no field", hint=f"give some of {', '.join(NEUTRAL_FIELDS)}")
    unknown = [name for name in given if name not in NEUTRAL_FIELDS]
    if unknown:
        raise InvalidInput(
            f"change.set.{_named(unknown[0])} is not a known field", hint=_near(unknown[0], NEUTRAL_FIELDS)
        )
    try:
        return Wish(fields=read_fields(given))
    except InvalidInput as error:
        problem, hint = error.problem, error.hint
    raise InvalidInput(f"change.set.{problem}", hint=hint)


def _changes(given: Any) -> Wish:
    changes = asked_changes(given, "change.changes")
    if not changes:
        raise InvalidInput("change.changes names no field", hint="give at least one")
    return Wish(changes=changes)


def _near(name: Any, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    close = difflib.get_close_matches(_named(name), list(known), n=1)
    return f"did you mean {close[0]}?" if close else f"give one of {', '.join(known)}"


def _named(name: Any) -> str:
    return shown(name) or type(name).__name__


_FORMS: Mapping[str, Callable[[Any], Wish]] = {
    "shift": _shift,
    "move_to_date": _move_to_date,
    "set": _set,
    "changes": _changes,
}
_HINT = (
    'give {"shift": "PT2H"}, {"move_to_date": "2026-12-01"}, {"set": {"title": "..."}} or {"changes": {...}}'
)
_DURATION_HINT = "write ISO 8601 in weeks, days, hours, minutes and seconds, such as PT2H, -P1D or PT90M"
