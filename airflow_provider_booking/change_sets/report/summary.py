"""The summary of a change set: one page of Markdown, for a person who has little time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.change_sets.items import HELD_FOR_NOW
from airflow_provider_booking.change_sets.report.figures import by_connection, by_reason, occurring, totals
from airflow_provider_booking.change_sets.report.highlights import CHANGING, NEEDING_A_PERSON
from airflow_provider_booking.change_sets.report.templates import template
from airflow_provider_booking.change_sets.report.words import SAMPLES_HEADING, TELLING

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.items import ChangeSet
    from airflow_provider_booking.change_sets.report.books import Tally
    from airflow_provider_booking.change_sets.report.highlights import Highlight, Highlights


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
    needy = highlights.needy()
    return template("report/summary.md.jinja").render(
        change_set=change_set,
        telling=TELLING[change_set.notify],
        conn_id=conn_id,
        totals=totals(tally),
        problem=problem,
        with_warnings=tally.with_warnings,
        warnings=highlights.warnings(),
        counted={outcome.value: counted.get(outcome, 0) for outcome in Outcome},
        # A set that was never begun is applied, not applied again.
        open=tally.open,
        unread=tally.unread,
        settled=_settled(tally),
        url=url,
        outcomes=occurring(tally),
        connections=by_connection(tally),
        reasons=by_reason(tally),
        needy=needy,
        more_needy=sum(counted.get(outcome, 0) for outcome in NEEDING_A_PERSON) - len(needy),
        samples=_samples(highlights),
    )


def _settled(tally: Tally) -> list[Outcome]:
    """Those of refused and held that occur among what no apply of the same change set takes up."""
    found = {
        group.outcome
        for group in tally.groups
        if group.outcome is Outcome.REFUSED or group.reason not in HELD_FOR_NOW
    }
    return [outcome for outcome in (Outcome.HELD, Outcome.REFUSED) if outcome in found]


def _samples(highlights: Highlights) -> list[tuple[str, list[Highlight]]]:
    """Samples of the first kind that there is, under its heading; none where nothing changes."""
    kinds = ((SAMPLES_HEADING[outcome], highlights.samples(outcome)) for outcome in CHANGING)
    return [kind for kind in kinds if kind[1]][:1]
