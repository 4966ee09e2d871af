"""Changes in vendor field names, as a cell or an argument gives them: an object that JSON can carry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.bookings.change import check_json_can_carry
from airflow_provider_booking.bookings.time import moment
from airflow_provider_booking.bookings.wording import field_path
from airflow_provider_booking.change_sets.sources.strict_json import Found, read_json, twice

if TYPE_CHECKING:
    from pydantic import JsonValue

_OBJECT = 'give an object of vendor field names and values, such as {"title": "Consultation"}'


_LONGEST_NUMBER = 100  # digits


def asked_changes(value: Any, name: str) -> dict[str, JsonValue]:
    """Read an object of vendor field names and values.

    Args:
        value: A mapping, or the JSON text of one. Times in it may be aware datetimes.
        name: What the caller calls it, for the error.

    Raises:
        InvalidInput: It is no such object, gives a name twice, or holds what JSON cannot carry; the text
            names where.
    """
    if isinstance(value, str):
        try:
            found = read_json(value)
        except ValueError:
            found = Found(None)
        if found.twice is not None:
            raise twice(found.twice, name)
        value = found.value
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{name} is no JSON object", hint=_OBJECT)
    check_json_can_carry(value, (name,))
    return {member: _as_json(held, (name, member)) for member, held in value.items()}


def _as_json(value: Any, path: tuple[int | str, ...]) -> JsonValue:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {name: _as_json(member, (*path, name)) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(member, (*path, index)) for index, member in enumerate(value)]
    if isinstance(value, Decimal) and _is_whole(value):
        return int(value)
    if isinstance(value, datetime):
        try:
            return moment(value).isoformat()
        except ValueError as error:
            raise InvalidInput(f"{field_path(path)} {error}") from None
    raise InvalidInput(
        f"{field_path(path)} is a {type(value).__name__}, which JSON cannot carry",
        hint="give text, a number, true, false, None, a list or a dict",
    )


def _is_whole(value: Decimal) -> bool:
    """Whether a database's exact number is a whole one that somebody can have meant."""
    if not value.is_finite() or value.adjusted() > _LONGEST_NUMBER:
        return False
    return value == value.to_integral_value()
