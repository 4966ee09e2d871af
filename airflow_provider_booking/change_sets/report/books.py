"""The books of a change set: every input row has exactly one outcome, and the counts add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from airflow_provider_booking.bookings import Outcome, Reason
from airflow_provider_booking.change_sets.items import HELD_FOR_NOW, is_open

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_booking.change_sets.items import Item


class Group(NamedTuple):
    """Items that are counted together.

    Attributes:
        vendor: The vendor; None where none was asked, as the row was bad.
        conn_id: The connection; None where no vendor was asked, whatever the row names.
        outcome: Where the items stand.
        reason: Why.
    """

    vendor: str | None
    conn_id: str | None
    outcome: Outcome
    reason: Reason | None


@dataclass
class Tally:
    """Counts items as they go by, in the order of their rows; does not grow with them.

    Attributes:
        whole: Whether it is all of the change set, so that every row from 1 on must come.
        groups: How many there are of each kind.
        with_warnings: How many have warnings.
        open: How many an apply takes up.
        unread: How many could not be read when they were planned.
        out_of_order: The first place where a row is missing or comes twice; empty where there is none.
    """

    whole: bool
    groups: Counter[Group] = field(default_factory=Counter)
    with_warnings: int = 0
    open: int = 0
    unread: int = 0
    out_of_order: str = ""
    _last_row: int = 0

    def add(self, item: Item) -> None:
        """Count an item."""
        if item.vendor is None:
            # A source may name a million connections that do not exist.
            group = Group(None, None, item.outcome, item.reason)
        else:
            group = Group(item.vendor, item.conn_id, item.outcome, item.reason)
        self.groups[group] += 1
        self.with_warnings += bool(item.warnings)
        self.open += is_open(item)
        self.unread += item.digest is None and item.outcome is Outcome.HELD and item.reason in HELD_FOR_NOW
        if not self.out_of_order:
            if item.row <= self._last_row:
                self.out_of_order = f"row {item.row} comes twice or out of order"
            elif self.whole and item.row != self._last_row + 1:
                self.out_of_order = f"row {self._last_row + 1} has no outcome"
        self._last_row = item.row

    def outcomes(self) -> dict[Outcome, int]:
        """How many items have each outcome that occurs, in the order of :class:`Outcome`."""
        counted: Counter[Outcome] = Counter()
        for group, count in self.groups.items():
            counted[group.outcome] += count
        return {outcome: counted[outcome] for outcome in Outcome if outcome in counted}

    def counts(self) -> dict[str, int]:
        """An integer for each outcome that occurs, and ``total``."""
        outcomes = {outcome.value: count for outcome, count in self.outcomes().items()}
        return {**outcomes, "total": self.groups.total()}


@dataclass(frozen=True)
class Books:
    """What a report comes to.

    Attributes:
        counts: An integer for each outcome that occurs, and ``total``.
        balanced: Whether every row has exactly one outcome and the counts add up.
        url: The folder of the report.
        summary: The summary, as Markdown.
    """

    counts: dict[str, int]
    balanced: bool
    url: str
    summary: str


class BooksDoNotBalance(Exception):
    """The report is written and must not be relied upon; a retry fails the same way.

    Args:
        books: What was written.
        problem: What does not add up.
    """

    def __init__(self, books: Books, problem: str) -> None:
        super().__init__(
            f"the books do not balance: {problem}: do not rely on the report at {books.url}, and look at the "
            "ledger"
        )
        self.books = books


def problem_with(
    tally: Tally, before: Mapping[str, int], after: Mapping[str, int], *, rows: int | None
) -> str:
    """What does not add up between the items that were written and the ledger; empty where all does.

    Args:
        tally: The items that were written.
        before: The ledger's counts from before they were read.
        after: The same from afterwards. Where the two differ, items were settled meanwhile, and only the
            total can be compared.
        rows: How many rows the source had; None where that is not known, or it is a part that is reported.
    """
    written = tally.counts()
    total = after["total"]
    added_up = sum(after.values()) - total
    if tally.out_of_order:
        return tally.out_of_order
    if rows is not None and written["total"] != rows:
        return f"the source had {rows} rows, and {written['total']} have an outcome"
    if written["total"] != total:
        return f"the ledger has {total} rows and {written['total']} were written"
    if added_up != total:
        return f"the ledger has {total} rows and its outcomes add up to {added_up}"
    if before == after:
        for outcome in Outcome:
            if written.get(outcome, 0) != after.get(outcome, 0):
                return (
                    f"{after.get(outcome, 0)} rows are {outcome} in the ledger "
                    f"and {written.get(outcome, 0)} were written as such"
                )
    return ""
