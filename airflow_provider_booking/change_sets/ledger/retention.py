"""What the ledger forgets, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.change_sets.ledger.columns import StoreSeconds
from airflow_provider_booking.change_sets.ledger.store import Store, store_time
from airflow_provider_booking.change_sets.ledger.tables import (
    change_sets,
    claims,
    events,
    items,
    leases,
    tokens,
)

if TYPE_CHECKING:
    from sqlalchemy import Column, Table

SLICE = 5_000
"""Rows that one transaction deletes: others wait for no more than that."""
_A_DAY = 86400.0


class Retention(Store):
    """Forgets what is old."""

    def forget_old(self) -> int:
        """Forget change sets that are older than ``keep_days``, with all that is theirs, and what has lapsed.

        A change set with an item of outcome ``unknown`` is kept: somebody still has to find out.

        Returns:
            How many change sets were forgotten.
        """
        of_it = items.c.change_set_id == change_sets.c.change_set_id
        unknown = exists().where(of_it, items.c.outcome == Outcome.UNKNOWN.value)
        with self.writing() as connection:
            connection.execute(delete(leases).where(leases.c.until <= StoreSeconds()))
            connection.execute(delete(tokens).where(tokens.c.use_until <= StoreSeconds() - _A_DAY))
            connection.execute(delete(claims).where(claims.c.holder.not_in(select(leases.c.holder))))
            oldest = store_time(connection) - timedelta(days=self._keep_days)
            old = select(change_sets.c.change_set_id).where(change_sets.c.created_at < oldest, ~unknown)
            forgotten = list(connection.execute(old).scalars())
        for change_set_id in forgotten:
            self._delete_slices(events, events.c.event_id, change_set_id)
            self._delete_slices(items, items.c.item_id, change_set_id)
            with self.writing() as connection:
                connection.execute(delete(change_sets).where(change_sets.c.change_set_id == change_set_id))
        return len(forgotten)

    def _delete_slices(self, table: Table, number: Column[int], change_set_id: str) -> None:
        some = select(number).where(table.c.change_set_id == change_set_id).limit(SLICE)
        deleted = SLICE
        while deleted == SLICE:
            with self.writing() as connection:
                deleted = connection.execute(delete(table).where(number.in_(some.scalar_subquery()))).rowcount
