"""What an operator wishes of every booking that its source names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.bookings.booking import LONGEST_ID, checked_id
from airflow_provider_booking.bookings.time import moment
from airflow_provider_booking.bookings.wording import shown_name
from airflow_provider_booking.change_sets.rows import NEUTRAL_FIELDS, Wish
from airflow_provider_booking.change_sets.sources.asked_changes import asked_changes
from airflow_provider_booking.change_sets.sources.columns import read_fields, shown
from airflow_provider_booking.vendors.verbs import Closing, Replacing

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
            ``{"set": {neutral fields}}``, ``{"changes": {vendor field names}}``,
            ``{"close": {"resource": …, "from": …, "to": …, "move_to": …}}`` and
            ``{"replace_host": {"from": …, "to": …}}``; or None. Ids are the vendor's, texts or whole numbers;
            the one of who takes over may be followed by a slash and a name or an address. The times of
            ``close`` are aware datetimes, or ISO 8601 with an offset.

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


def _close(given: Any) -> Wish:
    said = _said("close", given, ("resource", "from", "to", "move_to"))
    start, end = (_moment(f"change.close.{name}", said[name]) for name in ("from", "to"))
    if start >= end:
        raise InvalidInput("change.close.from is not before change.close.to", hint="put the earlier first")
    resource, move_to = (_id(f"change.close.{name}", said[name]) for name in ("resource", "move_to"))
    if resource.casefold() == move_to.casefold():
        raise InvalidInput("change.close.move_to is the resource that closes", hint="name another one")
    return Wish(close=Closing(resource=resource, start=start, end=end, move_to=move_to))


def _replace_host(given: Any) -> Wish:
    said = _said("replace_host", given, ("from", "to"))
    former = _id("change.replace_host.from", said["from"])
    replacing = Replacing(former=former, successor=_named_id("change.replace_host.to", said["to"]))
    if former.casefold() in (name.casefold() for name in replacing.named_successor):
        raise InvalidInput("change.replace_host.to is the person who leaves", hint="name another one")
    return Wish(replace_host=replacing)


def _said(form: str, given: Any, members: tuple[str, ...]) -> Mapping[str, Any]:
    """What a form says, once it says all of its members and nothing else."""
    if not isinstance(given, Mapping):
        raise InvalidInput(
            f"change.{form} is a {type(given).__name__}", hint=f"give a dict of {', '.join(members)}"
        )
    unknown = [name for name in given if name not in members]
    if unknown:
        raise InvalidInput(
            f"change.{form}.{_named(unknown[0])} is not a known field", hint=_near(unknown[0], members)
        )
    missing = [name for name in members if given.get(name) is None]
    if missing:
        raise InvalidInput(f"change.{form}.{missing[0]} is missing", hint="give it")
    return given


def _moment(name: str, value: Any) -> datetime:
    try:
        return moment(value)
    except ValueError as error:
        problem, _, hint = str(error).partition("; ")
    raise InvalidInput(f"{name} {problem}", hint=hint)


def _id(name: str, value: Any) -> str:
    if isinstance(value, str) and not value.strip():
        raise InvalidInput(f"{name} is empty", hint="give the id that the vendor shows")
    return checked_id(value, field=name)


def _named_id(name: str, value: Any) -> str:
    """An id, and what some vendors want beside it: the id, a slash and a name or an address."""
    if not isinstance(value, str) or "/" not in value:
        return _id(name, value)
    before, _, beside = value.partition("/")
    if not beside.strip() or not beside.isprintable() or len(beside) > LONGEST_ID:
        raise InvalidInput(
            f"{name} has no name or address after the slash", hint="give one, or the id without the slash"
        )
    return f"{_id(name, before.strip())}/{beside.strip()}"


def _near(name: Any, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    close = difflib.get_close_matches(_named(name), list(known), n=1)
    return f"did you mean {close[0]}?" if close else f"give one of {', '.join(known)}"


def _named(name: Any) -> str:
    return shown_name(shown(name)) or type(name).__name__


_FORMS: Mapping[str, Callable[[Any], Wish]] = {
    "shift": _shift,
    "move_to_date": _move_to_date,
    "set": _set,
    "changes": _changes,
    "close": _close,
    "replace_host": _replace_host,
}
_HINT = (
    'give {"shift": "PT2H"}, {"move_to_date": "2026-12-01"}, {"set": {"title": "..."}}, {"changes": {...}}, '
    '{"close": {...}} or {"replace_host": {...}}'
)
_DURATION_HINT = "write ISO 8601 in weeks, days, hours, minutes and seconds, such as PT2H, -P1D or PT90M"
