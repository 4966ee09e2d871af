"""The question to a person: a subject, and one page of Markdown to decide from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.change_sets.proposal.survey import Survey, expires
from airflow_provider_booking.change_sets.proposal.unusual import unusual
from airflow_provider_booking.change_sets.report.figures import by_connection, by_reason, occurring, totals
from airflow_provider_booking.change_sets.report.templates import template
from airflow_provider_booking.change_sets.report.words import TELLING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, timedelta

    from airflow_provider_booking.change_sets.items import ChangeSet, Item

REASONS = 10
CONNECTIONS = 20
_BEGINS: Mapping[frozenset[bool], tuple[str, str]] = {
    frozenset(): ("begin", "Begins"),
    frozenset({False}): ("begin", "Begins"),
    frozenset({True}): ("expire", "Expires"),
    frozenset({False, True}): ("begin or expire", "Begins or expires"),
}
"""What bookings do at the time that is shown, by whether those at each vendor expire; of many, and of one."""
_LINK = re.compile(r"https?://|www(?=\.)", re.IGNORECASE)
"""How a link begins that is not marked as one."""


class ProposedLedger(Protocol):
    """What a proposal asks of the ledger."""

    def now(self) -> datetime:
        """What its clock says; aware."""
        ...

    def items(self, change_set_id: str) -> Iterator[Item]:
        """All items, by row."""
        ...


@dataclass(frozen=True)
class Proposal:
    """What a person is asked.

    Attributes:
        digest: Of the plan that it is about.
        answer_within: How long an answer can be waited for.
        subject: The question in one line.
        body: Markdown. It shows times, states, places and ids; of other fields only that they change.
    """

    digest: str
    answer_within: timedelta
    subject: str
    body: str


def propose(ledger: ProposedLedger, change_set: ChangeSet) -> Proposal:
    """Put a change set to a person; memory does not grow with its items.

    Args:
        ledger: Where it is kept.
        change_set: The change set, planned.
    """
    now = ledger.now()
    due = _due(change_set, now)
    survey = Survey(now, due)
    for item in ledger.items(change_set.change_set_id):
        survey.add(item)
    digest = str(change_set.digest)
    count = survey.tally.open
    bookings = "1 booking" if count == 1 else f"{count} bookings"
    return Proposal(
        digest=digest,
        answer_within=due - now,
        subject=f"Change {bookings}? Plan {digest[:12]}",
        body=_body(change_set, survey),
    )


def _due(change_set: ChangeSet, now: datetime) -> datetime:
    """Until when the plan has to be begun; what was begun in time has as long once more from now on."""
    planned_at, expires_at = change_set.planned_at, change_set.expires_at
    if planned_at is None or expires_at is None:
        raise ValueError(f"change set {change_set.change_set_id} is planned, and does not say when")
    return expires_at if change_set.started_at is None else now + (expires_at - planned_at)


def _body(change_set: ChangeSet, survey: Survey) -> str:
    connections = by_connection(survey.tally)
    begin, begins = _BEGINS[frozenset(expires(vendor) for vendor, _ in survey.connections)]
    return template("proposal/proposal.md.jinja").render(
        change_set=change_set,
        # Of its own accord Airflow makes a link of what looks like one, and anybody may have chosen the key.
        key=_LINK.sub(r"\g<0> ", change_set.key),
        telling=TELLING[change_set.notify],
        totals=totals(survey.tally),
        survey=survey,
        unusual=unusual(survey, change_set),
        told=sorted(survey.told.items()),
        begin=begin,
        begins=begins,
        largest=survey.moves.largest(),
        samples=survey.samples.samples(Outcome.PLANNED),
        warnings=survey.samples.warnings(),
        outcomes=occurring(survey.tally),
        connections=connections[:CONNECTIONS],
        more_connections=len(connections[CONNECTIONS:]),
        reasons=by_reason(survey.tally)[:REASONS],
    )
