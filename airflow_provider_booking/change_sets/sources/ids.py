"""A list of ids as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_booking.change_sets.sources.columns import read_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow_provider_booking.change_sets.rows import BadRow, Row, Wish


def rows_of_ids(ids: Sequence[Any], change: Wish | None) -> Iterator[Row | BadRow]:
    """Go through a list of ids.

    Args:
        ids: Texts, or whole numbers.
        change: What is wished of each booking; without it, every row is bad.
    """
    for number, booking_id in enumerate(ids, start=1):
        yield read_row(number, {"booking_id": booking_id}, change)
