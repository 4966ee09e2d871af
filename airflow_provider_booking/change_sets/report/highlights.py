"""What a summary shows of items: a few that changed, the first that need a person, what it warns of."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pydantic import JsonValue

    from airflow_provider_booking.bookings import FieldChange
    from airflow_provider_booking.change_sets.items import Item

SAMPLES = 10
NEEDY = 20
WARNINGS = 10
CHANGING = (Outcome.APPLIED, Outcome.REVERTED, Outcome.PLANNED)
"""Outcomes of items that changed or are to change; a summary shows samples of the first that occurs."""
NEEDING_A_PERSON = (Outcome.UNKNOWN, Outcome.HELD, Outcome.REFUSED)
"""Outcomes that somebody has to look at, the most pressing first."""

_FIELDS_SHOWN = 5
_WARNINGS_KEPT = 200
"""Warnings that are told apart; a change set of a million rows may have as many."""
_VALUE_LENGTH = 60
_TEXT_LENGTH = 240


@dataclass(frozen=True)
class Highlight:
    """One item as a summary shows it, cut to a length that a table bears.

    Attributes:
        row: The row's number.
        vendor: The vendor's name.
        booking_id: The booking.
        outcome: Where it stands.
        reason: Why.
        text: What changes, or what a person should know.
    """

    row: int
    vendor: str | None
    booking_id: str
    outcome: Outcome
    reason: str | None
    text: str


def _in_full(item: Item, field: str, change: FieldChange) -> FieldChange | None:
    del item, field
    return change


@dataclass
class Highlights:
    """Picks items as they go by; does not grow with them.

    Attributes:
        shows: A field's values as a person is shown them; None: only that the field changes.
    """

    shows: Callable[[Item, str, FieldChange], FieldChange | None] = _in_full
    _changing: dict[tuple[Outcome, str | None], list[Highlight]] = field(default_factory=dict)
    _needy: dict[Outcome, list[Highlight]] = field(default_factory=dict)
    _warnings: Counter[str] = field(default_factory=Counter)

    def add(self, item: Item) -> None:
        """Look at an item, and keep of it what may be shown."""
        for warning in item.warnings:
            text = cut(warning, _TEXT_LENGTH)
            if text in self._warnings or len(self._warnings) < _WARNINGS_KEPT:
                self._warnings[text] += 1
        if item.outcome in NEEDING_A_PERSON:
            needy = self._needy.setdefault(item.outcome, [])
            if len(needy) < NEEDY:
                needy.append(_highlight(item, cut(item.message, _TEXT_LENGTH)))
        elif item.outcome in CHANGING and item.image.shown:
            changing = self._changing.setdefault((item.outcome, item.vendor), [])
            if len(changing) < SAMPLES:
                changing.append(_highlight(item, self._changes(item)))

    def samples(self, outcome: Outcome) -> list[Highlight]:
        """At most ten items of this outcome, taken from all vendors in turn, by row."""
        by_vendor = [kept for (kept_outcome, _), kept in self._changing.items() if kept_outcome == outcome]
        in_turn = (each for each in chain.from_iterable(zip_longest(*by_vendor)) if each is not None)
        return sorted(islice(in_turn, SAMPLES), key=lambda each: each.row)

    def needy(self) -> list[Highlight]:
        """At most twenty items that need a person, the most pressing first."""
        pressing_first: Iterable[Highlight] = chain.from_iterable(
            self._needy.get(outcome, []) for outcome in NEEDING_A_PERSON
        )
        return list(islice(pressing_first, NEEDY))

    def warnings(self) -> list[tuple[str, int]]:
        """At most ten warnings, each with how many rows have it, the most frequent first."""
        return self._warnings.most_common(WARNINGS)

    def _changes(self, item: Item) -> str:
        shown = item.image.shown
        told = [
            _told(name, self.shows(item, name, change))
            for name, change in islice(shown.items(), _FIELDS_SHOWN)
        ]
        if len(shown) > _FIELDS_SHOWN:
            told.append(f"and {len(shown) - _FIELDS_SHOWN} more")
        return "; ".join(told)


def _highlight(item: Item, text: str) -> Highlight:
    booking_id = cut(item.booking_id, _VALUE_LENGTH)
    return Highlight(item.row, item.vendor, booking_id, item.outcome, item.reason, text)


def _told(name: str, change: FieldChange | None) -> str:
    if change is None:
        return f"{name} changes"
    return f"{name}: {_value(change.before)} → {_value(change.after)}"


def _value(value: JsonValue) -> str:
    if value is None:
        return "nothing"
    if value == "":
        return "empty"
    return cut(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), _VALUE_LENGTH)


def cut(text: str, length: int) -> str:
    """A text of at most this many characters, with an ellipsis where it was longer."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
