"""Where a change set stands as a whole, what needs a person, and what to do next."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import Outcome, Reason
from airflow_provider_booking.change_sets.items import Kind, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from airflow_provider_booking.change_sets.items import ChangeSet
    from airflow_provider_booking.change_sets.ledger import Ledger

NEEDING_A_PERSON = (Outcome.UNKNOWN, Outcome.HELD, Outcome.REFUSED, Outcome.UNPROCESSED)
"""Outcomes that somebody has to do something about, the most pressing first."""
_PASSING = (Reason.NO_ANSWER, Reason.THROTTLED)
"""Reasons that nobody has to mend: trying again later may help."""


class Standing(StrEnum):
    """Where a change set stands; whether somebody applies it at this moment, the ledger does not say."""

    PLANNING = "planning"
    PLANNED = "planned"
    EXPIRED = "expired"
    BEGUN = "begun"
    STOPPED = "stopped"
    DONE = "done"


@dataclass(frozen=True)
class Overview:
    """A change set and what its items come to.

    Attributes:
        change_set: The change set.
        tally: How many items have each connection, outcome and reason that occur together.
        has_work: Whether there is something for an apply to take up.
        now: The time by the ledger's clock; aware.
        unfinished_revert: The change set that is to take it back and is not at its end, if any.
    """

    change_set: ChangeSet
    tally: Sequence[tuple[str | None, Outcome, Reason | None, int]]
    has_work: bool
    now: datetime
    unfinished_revert: str | None = None

    @property
    def standing(self) -> Standing:
        """Where it stands."""
        return next(standing for standing, holds in _STANDINGS if holds(self))

    @property
    def counts(self) -> dict[str, int]:
        """An integer for each outcome that occurs, and ``total``."""
        return _counts((outcome, count) for _, outcome, _, count in self.tally)

    def by_connection(self) -> list[tuple[str, dict[str, int]]]:
        """Connection to its counts, the largest first; an empty name is for rows that name none."""
        found: dict[str, list[tuple[Outcome, int]]] = {}
        for conn_id, outcome, _, count in self.tally:
            found.setdefault(conn_id or "", []).append((outcome, count))
        counted = [(conn_id, _counts(outcomes)) for conn_id, outcomes in found.items()]
        return sorted(counted, key=lambda each: (-each[1]["total"], each[0]))

    def by_reason(self) -> list[tuple[Outcome, Reason, int]]:
        """Outcome and reason to how many items have them, the most frequent first."""
        found: Counter[tuple[Outcome, Reason]] = Counter()
        for _, outcome, reason, count in self.tally:
            if reason is not None:
                found[outcome, reason] += count
        return [(outcome, reason, count) for (outcome, reason), count in found.most_common()]

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody has to do something about an item."""
        return not self.counts.keys().isdisjoint(NEEDING_A_PERSON)

    @property
    def trying_again_may_help(self) -> bool:
        """Whether all that needs somebody waits for a vendor that gave no answer or asked to slow down."""
        return all(
            outcome is not Outcome.REFUSED and reason in _PASSING
            for _, outcome, reason, _ in self.tally
            if outcome in NEEDING_A_PERSON
        )

    @property
    def next_step(self) -> str:
        """What a person does next, in a sentence or a few."""
        found = self.change_set
        needy = [outcome for outcome in (Outcome.HELD, Outcome.REFUSED) if outcome in self.counts]
        told = [_UNFINISHED_REVERT if self.unfinished_revert else _NEXT_STEP[self.standing]]
        if needy and found.kind is Kind.REVERT and self.standing is Standing.DONE:
            told.append(_REVERT_ONCE_MORE)
        if needy:
            told.append(_LOOK)
        return " ".join(told).format(
            id=found.change_set_id,
            until=f" until {utc(found.expires_at)}" if found.expires_at else "",
            revert=self.unfinished_revert,
            plan=_PLAN[found.kind].format(reverts=found.reverts),
            plan_anew=_PLAN_ANEW[found.kind].format(reverts=found.reverts),
            apply=_APPLY[found.kind].format(reverts=found.reverts),
            needy=" or ".join(needy),
            only="".join(f" --outcome {outcome}" for outcome in needy),
        )


def overview(ledger: Ledger, change_set: ChangeSet) -> Overview:
    """Look up in the ledger what a change set comes to."""
    found = change_set.change_set_id
    return Overview(
        change_set,
        ledger.reasons(found),
        bool(ledger.conn_ids(found)),
        ledger.now(),
        _unfinished_revert(ledger, found),
    )


def listed(counts: Mapping[str, int]) -> str:
    """Counts as a person reads them."""
    outcomes = [f"{count} {outcome}" for outcome, count in counts.items() if outcome != "total"]
    return ", ".join(outcomes) or "no rows"


def utc(moment: datetime) -> str:
    """A time to the second, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M:%S}Z"


def _unfinished_revert(ledger: Ledger, change_set_id: str) -> str | None:
    """The last revert of a change set, where something of it is left to do."""
    reverts = ledger.reverts_of(change_set_id)
    if not reverts:
        return None
    last = reverts[-1]
    open_ = last.state is State.PLANNING or bool(ledger.conn_ids(last.change_set_id))
    # One that was itself taken back is not to be gone on with.
    return last.change_set_id if open_ and not ledger.reverts_of(last.change_set_id) else None


def _expired(seen: Overview) -> bool:
    expires_at = seen.change_set.expires_at
    return expires_at is not None and expires_at < seen.now


# The first that holds.
_STANDINGS: tuple[tuple[Standing, Callable[[Overview], bool]], ...] = (
    (Standing.PLANNING, lambda seen: seen.change_set.state is State.PLANNING),
    (Standing.DONE, lambda seen: not seen.has_work),
    (Standing.EXPIRED, lambda seen: seen.change_set.started_at is None and _expired(seen)),
    (Standing.STOPPED, lambda seen: seen.change_set.stopped_at is not None),
    (Standing.BEGUN, lambda seen: seen.change_set.started_at is not None),
    (Standing.PLANNED, lambda _: True),
)

_NEXT_STEP: Mapping[Standing, str] = {
    Standing.PLANNING: "Let the planning end; if nobody plans it at this moment, {plan}.",
    Standing.PLANNED: "To apply it, {apply}{until}; what would change: airflow booking report {id}.",
    Standing.EXPIRED: "It may no longer be begun to apply: {plan_anew}.",
    Standing.BEGUN: "If nobody applies it at this moment, {apply} again, which goes on from here; to stop "
    "who does: airflow booking stop {id}.",
    Standing.STOPPED: "To go on, {apply} again when the run that was stopped has ended; to take back what "
    "was applied: airflow booking revert {id}.",
    Standing.DONE: "Nothing is left to apply.",
}
_UNFINISHED_REVERT = (
    "Its revert {revert} is not finished: if nobody is at it at this moment, run airflow booking revert {id} "
    "again."
)
_REVERT_ONCE_MORE = "When what is in the way is mended, {apply} again."
_LOOK = "Look at what is {needy}: airflow booking report {id} --format csv{only}"
_PLAN: Mapping[Kind, str] = {
    Kind.CHANGES: "run the plan task again",
    Kind.RENEWAL: "run the renewal task again",
    Kind.REVERT: "run airflow booking revert {reverts} again",
}
_PLAN_ANEW: Mapping[Kind, str] = {
    Kind.CHANGES: "plan it in a new run",
    Kind.RENEWAL: "let a new run renew",
    Kind.REVERT: "run airflow booking revert {reverts} again, which plans it anew",
}
_APPLY: Mapping[Kind, str] = {
    Kind.CHANGES: "run the apply task",
    Kind.RENEWAL: "run the renewal task",
    Kind.REVERT: "run airflow booking revert {reverts}",
}


def _counts(outcomes: Iterable[tuple[Outcome, int]]) -> dict[str, int]:
    counted: Counter[Outcome] = Counter()
    for outcome, count in outcomes:
        counted[outcome] += count
    in_order = {outcome.value: counted[outcome] for outcome in Outcome if outcome in counted}
    return {**in_order, "total": counted.total()}
