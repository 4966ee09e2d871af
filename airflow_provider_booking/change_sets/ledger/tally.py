"""What a change set adds up to: counts, reasons, the digests of its items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from airflow_provider_booking.bookings import Outcome, Reason
from airflow_provider_booking.change_sets.ledger.store import PAGE, Store
from airflow_provider_booking.change_sets.ledger.tables import PLANNED, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement

Tally = list[tuple[str | None, Outcome, Reason | None, int]]


class Tallies(Store):
    """Counts items."""

    def counts(self, change_set_id: str, conn_id: str | None = None) -> dict[str, int]:
        """How many items have each outcome that occurs, and ``total``, which is counted by itself.

        Args:
            change_set_id: The change set.
            conn_id: Only items of this connection; None for all.
        """
        wanted = _of(change_set_id, conn_id)
        by_outcome = select(items.c.outcome, func.count()).where(*wanted).group_by(items.c.outcome)
        with self.reading() as connection:
            counted: dict[str, int] = dict(connection.execute(by_outcome.order_by(items.c.outcome)).all())
            total = connection.execute(select(func.count()).select_from(items).where(*wanted)).scalar_one()
        return counted | {"total": total}

    def reasons(self, change_set_id: str, conn_id: str | None = None) -> Tally:
        """How many items have each connection, outcome and reason that occur together.

        Args:
            change_set_id: The change set.
            conn_id: Only items of this connection; None for all.
        """
        columns = (items.c.conn_id, items.c.outcome, items.c.reason)
        wanted = select(*columns, func.count()).where(*_of(change_set_id, conn_id))
        with self.reading() as connection:
            rows = connection.execute(wanted.group_by(*columns)).all()
        # Sorted here: where null and capital letters go, databases do not agree on.
        return sorted(
            ((of, Outcome(outcome), reason and Reason(reason), count) for of, outcome, reason, count in rows),
            key=lambda row: (row[0] or "", row[1], row[2] or ""),
        )

    def digests(self, change_set_id: str) -> Iterator[str]:
        """The digests of all items that are planned, by account, booking and item; memory does not grow."""
        order = (items.c.account, items.c.booking_id, items.c.item_id)
        wanted = select(items.c.digest).where(*_of(change_set_id, None), PLANNED).order_by(*order)
        with self.reading() as connection:
            # One statement, not pages: right after planning, PostgreSQL would sort all items for each page.
            yield from connection.execution_options(yield_per=PAGE).execute(wanted).scalars()


def _of(change_set_id: str, conn_id: str | None) -> list[ColumnElement[bool]]:
    of_change_set = items.c.change_set_id == change_set_id
    return [of_change_set] if conn_id is None else [of_change_set, items.c.conn_id == conn_id]
