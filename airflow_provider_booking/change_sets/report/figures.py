"""What a tally comes to, as a person reads it: by outcome, by connection, by reason."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.change_sets.report.words import MEANING

if TYPE_CHECKING:
    from airflow_provider_booking.bookings import Reason
    from airflow_provider_booking.change_sets.report.books import Tally

_ORDER = (
    Outcome.PLANNED,
    Outcome.APPLIED,
    Outcome.REVERTED,
    Outcome.UNCHANGED,
    Outcome.REFUSED,
    Outcome.HELD,
    Outcome.UNKNOWN,
    Outcome.UNPROCESSED,
)
"""Outcomes as they are read: what went well first."""


def occurring(tally: Tally) -> list[Outcome]:
    """The outcomes that occur, in the order in which they are read."""
    counted = tally.outcomes()
    return [outcome for outcome in _ORDER if outcome in counted]


def totals(tally: Tally) -> str:
    """All outcomes in one line."""
    counted, outcomes = tally.outcomes(), occurring(tally)
    total = rows(sum(counted.values()))
    return f"{total}: {_listed(counted, outcomes)}" if counted else f"{total}: there is nothing to do"


def _listed(counted: dict[Outcome, int], outcomes: list[Outcome]) -> str:
    return ", ".join(f"{counted[outcome]} {outcome}" for outcome in outcomes if outcome in counted)


def by_connection(tally: Tally) -> list[tuple[tuple[str | None, str | None], Counter[Outcome]]]:
    """Vendor and connection to how many have each outcome; both None where no vendor was asked."""
    found: dict[tuple[str | None, str | None], Counter[Outcome]] = {}
    for group, count in tally.groups.items():
        found.setdefault((group.vendor, group.conn_id), Counter())[group.outcome] += count
    return sorted(found.items(), key=lambda each: (each[0][0] or "~", each[0][1] or "~"))


def by_reason(tally: Tally) -> list[tuple[Reason, str, str]]:
    """Each reason that occurs, how many rows it has by outcome, and what it means; the commonest first."""
    outcomes = occurring(tally)
    found: dict[Reason, Counter[Outcome]] = {}
    for group, count in tally.groups.items():
        if group.reason is not None:
            found.setdefault(group.reason, Counter())[group.outcome] += count
    most_first = sorted(found.items(), key=lambda each: (-each[1].total(), each[0]))
    return [(reason, _listed(counted, outcomes), MEANING[reason]) for reason, counted in most_first]


def rows(count: int) -> str:
    """So many rows."""
    return f"{count} row" if count == 1 else f"{count} rows"
