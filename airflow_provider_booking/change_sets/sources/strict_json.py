"""JSON as its standard has it, and no object that gives a name twice: which of the two is meant?"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any, NoReturn

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.bookings.wording import shown_name

BLANKS = " \t\r\n"
"""What JSON allows between its parts."""


@dataclass(frozen=True)
class Found:
    """What a text holds.

    Attributes:
        value: The value; of a name that comes twice in an object, the last one counts.
        end: Where in the text it ends.
        twice: A name that comes twice in one object; None where there is none.
    """

    value: Any
    end: int = 0
    twice: str | None = None


def read_json(text: str) -> Found:
    """Read JSON: no ``NaN``, no ``Infinity``, nothing after the value.

    Raises:
        ValueError: It is none, or nested too deep. The text of the error quotes nothing.
    """
    start = len(text) - len(text.lstrip(BLANKS))
    try:
        found = next_json(text, start)
    except (ValueError, RecursionError):
        found = None
    if found is None or text[found.end :].strip(BLANKS):
        raise ValueError("is no JSON")
    return found


def next_json(text: str, at: int) -> Found:
    """Read the JSON value that begins at a place of a text.

    Raises:
        ValueError: There is none, or it is cut off.
        RecursionError: It is nested too deep.
    """
    objects = _Objects()
    decoder = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=objects.made)
    value, end = decoder.raw_decode(text, at)
    return Found(value, end, objects.twice)


def twice(name: str, where: str) -> InvalidInput:
    """What is wrong with an object that gives a name twice.

    Args:
        name: The name.
        where: What holds the object.
    """
    return InvalidInput(f"{where} has {shown_name(name)} twice in one object", hint="drop one of them")


class _Objects:
    """Makes the objects of a text, and keeps the first name that one of them gives twice."""

    def __init__(self) -> None:
        self.twice: str | None = None

    def made(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs) and self.twice is None:
            ((self.twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
