"""What a SQL cursor gives, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_booking.change_sets.sources.records import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from airflow_provider_booking.change_sets.rows import BadRow, Row, Wish


def rows_of_query(
    columns: Sequence[str], records: Iterable[Sequence[Any]], change: Wish | None
) -> Iterator[Row | BadRow]:
    """Go through the result of a query.

    Args:
        columns: The names of the cursor's columns, in their order.
        records: Its records, as they come: texts, numbers, aware or naive ``datetime``, None; a dict where
            the database has JSON.
        change: What is wished of each booking, where the records only name them.

    Raises:
        InvalidInput: The columns are not those of a source.
    """
    # Some databases, Oracle among them, give the names in capitals whatever the statement says.
    names = [name.lower() for name in columns]
    wanted = Wanted(change)
    wanted.check_columns(names)
    yield from wanted.rows(dict(zip(names, record, strict=True)) for record in records)
