"""The summary of a change set: one page of Markdown, for a person who has little time."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.change_sets.report.highlights import CHANGING, NEEDING_A_PERSON
from airflow_provider_booking.change_sets.report.markdown import escaped
from airflow_provider_booking.change_sets.report.words import MEANING, SAMPLES_HEADING, TELLING

if TYPE_CHECKING:
    from datetime import datetime

    from jinja2 import Template

    from airflow_provider_booking.bookings import Reason
    from airflow_provider_booking.change_sets.items import ChangeSet
    from airflow_provider_booking.change_sets.report.books import Tally
    from airflow_provider_booking.change_sets.report.highlights import Highlight, Highlights

_TEMPLATE = "summary.md.jinja"
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


def summary(
    change_set: ChangeSet,
    tally: Tally,
    highlights: Highlights,
    *,
    conn_id: str | None,
    problem: str,
    url: str,
) -> str:
    """The summary as Markdown.

    Args:
        change_set: Whose it is.
        tally: All of its items, counted.
        highlights: The items that are shown.
        conn_id: The connection that it is narrowed to.
        problem: What does not add up in the books; empty where they balance.
        url: The folder in which the files of the items lie.
    """
    counted = tally.outcomes()
    outcomes = [outcome for outcome in _ORDER if outcome in counted]
    needy = highlights.needy()
    return _template().render(
        change_set=change_set,
        telling=TELLING[change_set.notify],
        conn_id=conn_id,
        totals=_totals(counted, outcomes),
        problem=problem,
        with_warnings=tally.with_warnings,
        # A set that was never begun is applied, not applied again.
        open=tally.open,
        unread=tally.unread,
        url=url,
        outcomes=outcomes,
        connections=_by_connection(tally),
        reasons=_by_reason(tally, outcomes),
        needy=needy,
        more_needy=sum(counted.get(outcome, 0) for outcome in NEEDING_A_PERSON) - len(needy),
        samples=_samples(highlights),
    )


def _totals(counted: dict[Outcome, int], outcomes: list[Outcome]) -> str:
    total = _rows(sum(counted.values()))
    return f"{total}: {_listed(counted, outcomes)}" if counted else f"{total}: there is nothing to do"


def _listed(counted: dict[Outcome, int], outcomes: list[Outcome]) -> str:
    return ", ".join(f"{counted[outcome]} {outcome}" for outcome in outcomes if outcome in counted)


def _by_connection(tally: Tally) -> list[tuple[tuple[str | None, str | None], Counter[Outcome]]]:
    found: dict[tuple[str | None, str | None], Counter[Outcome]] = {}
    for group, count in tally.groups.items():
        found.setdefault((group.vendor, group.conn_id), Counter())[group.outcome] += count
    return sorted(found.items(), key=lambda each: (each[0][0] or "~", each[0][1] or "~"))


def _by_reason(tally: Tally, outcomes: list[Outcome]) -> list[tuple[Reason, str, str]]:
    found: dict[Reason, Counter[Outcome]] = {}
    for group, count in tally.groups.items():
        if group.reason is not None:
            found.setdefault(group.reason, Counter())[group.outcome] += count
    most_first = sorted(found.items(), key=lambda each: (-each[1].total(), each[0]))
    return [(reason, _listed(counted, outcomes), MEANING[reason]) for reason, counted in most_first]


def _samples(highlights: Highlights) -> list[tuple[str, list[Highlight]]]:
    """Samples of the first kind that there is, under its heading; none where nothing changes."""
    kinds = ((SAMPLES_HEADING[outcome], highlights.samples(outcome)) for outcome in CHANGING)
    return [kind for kind in kinds if kind[1]][:1]


def _rows(count: int) -> str:
    return f"{count} row" if count == 1 else f"{count} rows"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _duration(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


@cache
def _template() -> Template:
    # Markdown, not HTML: `finalize` escapes every value that is put in.
    environment = Environment(finalize=escaped, undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701 - see above
    environment.filters |= {"utc": _utc, "duration": _duration, "rows": _rows}
    return environment.from_string(files(__package__).joinpath(_TEMPLATE).read_text(encoding="utf-8"))
