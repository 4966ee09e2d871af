"""Records as rows: of a plain source or of a report, those that are wanted, numbered from 1."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.sources import columns, reports

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from airflow_provider_booking.bookings import Outcome
    from airflow_provider_booking.change_sets.rows import BadRow, Row, Wish


@dataclass(frozen=True)
class Spoiled:
    """A record that cannot be read.

    Attributes:
        cells: What of it can be read, by column.
        problem: What is wrong with it, and what to do.
    """

    cells: Mapping[str, Any]
    problem: InvalidInput


@dataclass(frozen=True)
class Wanted:
    """What is wanted of the records of a source.

    Attributes:
        change: What is wished of each booking, where the records only name them.
        outcomes: Of a report, only the rows with these outcomes; None: all.
    """

    change: Wish | None = None
    outcomes: tuple[Outcome, ...] | None = None

    def check_columns(self, names: Sequence[str]) -> None:
        """Refuse a source whose columns are neither a plain source's nor a report's.

        Raises:
            InvalidInput: A column is unknown, has no name or comes twice, or one that is needed is not there.
        """
        if reports.is_report(names):
            columns.check_columns(names, reports.COLUMNS)
        elif self.outcomes is not None:
            raise _no_report()
        else:
            columns.check_columns(names)

    def rows(self, records: Iterable[Mapping[str, Any] | Spoiled]) -> Iterator[Row | BadRow]:
        """Make rows of records; those that are not wanted have no number.

        Args:
            records: Column to value each; what cannot be read counts, as its outcome cannot be told.
        """
        numbers = count(1)
        for record in records:
            if isinstance(record, Spoiled):
                yield columns.bad_row(next(numbers), record.cells, record.problem)
            elif not reports.is_report(record):
                yield columns.read_row(next(numbers), record, self.change)
            elif reports.is_picked(record, self.outcomes):
                yield reports.read_row(next(numbers), record, self.change)

    def member_records(self, members: Mapping[str, Any]) -> Mapping[str, Any] | Spoiled:
        """An object whose members are the columns, without a header that could have been checked before."""
        known = reports.COLUMNS if reports.is_report(members) else columns.COLUMNS
        unknown = next((name for name in members if name not in known), None)
        if unknown is not None:
            return Spoiled(members, columns.unknown_column(unknown, known))
        if self.outcomes is not None and known is columns.COLUMNS:
            return Spoiled(members, _no_report())
        return members


def _no_report() -> InvalidInput:
    return InvalidInput(
        "source.outcomes picks rows of a report, and this is none",
        hint=f"leave it out, or give a file with the columns {', '.join(reports.NEEDED)}",
    )
