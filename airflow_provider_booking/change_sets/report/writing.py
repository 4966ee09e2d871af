"""Write the report of a change set: one pass over the ledger, items, a summary, books that balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from airflow_provider_booking.change_sets.report.books import Books, BooksDoNotBalance, Tally, problem_with
from airflow_provider_booking.change_sets.report.highlights import Highlights
from airflow_provider_booking.change_sets.report.item_files import item_files
from airflow_provider_booking.change_sets.report.summary import summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflow_provider_booking.change_sets.items import ChangeSet, Item
    from airflow_provider_booking.change_sets.report.folders import Folder
    from airflow_provider_booking.change_sets.report.item_files import WriteItem

SUMMARY_NAME = "summary.md"


class ReportedLedger(Protocol):
    """What a report asks of the ledger."""

    def change_set(self, change_set_id: str) -> ChangeSet:
        """The change set."""
        ...

    def counts(self, change_set_id: str, conn_id: str | None = None) -> Mapping[str, int]:
        """An integer for each outcome that occurs, and ``total``, counted by itself."""
        ...

    def items(self, change_set_id: str, conn_id: str | None = None) -> Iterator[Item]:
        """All items, by row."""
        ...


def write_report(
    ledger: ReportedLedger, change_set_id: str, folder: Folder, *, conn_id: str | None = None
) -> Books:
    """Write ``summary.md``, ``items.csv`` and ``items.jsonl``; memory does not grow with the items.

    It may be written at any time: of a plan it says what would change, of an applied change set what did.

    Args:
        ledger: Where the change set is kept.
        change_set_id: The change set.
        folder: Where to write to; files of these names are replaced.
        conn_id: Only the items of this connection.

    Raises:
        BooksDoNotBalance: A row has no outcome or more than one, or the counts do not add up. The files are
            written all the same, and the summary says so.
        InvalidInput: There is no such change set.
    """
    with item_files(folder) as write:
        books, problem = go_through(ledger, change_set_id, write, conn_id=conn_id, url=folder.url)
    with folder.open(SUMMARY_NAME) as file:
        file.write(books.summary.encode(errors="backslashreplace"))
    if problem:
        raise BooksDoNotBalance(books, problem)
    return books


def go_through(
    ledger: ReportedLedger,
    change_set_id: str,
    write: WriteItem,
    *,
    conn_id: str | None = None,
    url: str = "",
) -> tuple[Books, str]:
    """Hand on every item, by row, and say what they come to; memory does not grow with them.

    Args:
        ledger: Where the change set is kept.
        change_set_id: The change set.
        write: Takes an item.
        conn_id: Only the items of this connection.
        url: Where the files of the items lie; empty where there are none.

    Returns:
        The books, and what does not add up in them; empty where they balance.

    Raises:
        InvalidInput: There is no such change set.
    """
    change_set = ledger.change_set(change_set_id)
    tally, highlights = Tally(whole=conn_id is None), Highlights()
    counted_before = ledger.counts(change_set_id, conn_id)
    for item in ledger.items(change_set_id, conn_id):
        write(item)
        tally.add(item)
        highlights.add(item)
    counted_after = ledger.counts(change_set_id, conn_id)
    rows = change_set.rows if conn_id is None else None
    problem = problem_with(tally, counted_before, counted_after, rows=rows)
    text = summary(change_set, tally, highlights, conn_id=conn_id, problem=problem, url=url)
    return Books(counts=tally.counts(), balanced=not problem, url=url, summary=text), problem
