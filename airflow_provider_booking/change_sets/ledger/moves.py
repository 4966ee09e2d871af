"""What bookings take before and after, and which item must wait for which."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import select, tuple_

from airflow_provider_booking.change_sets.ledger.store import PAGE, Store
from airflow_provider_booking.change_sets.ledger.tables import slots, waits
from airflow_provider_booking.vendors.planning import Slot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement


class Moves(Store):
    """Slots and waits."""

    def slots(self, change_set_id: str, conn_id: str) -> Iterator[tuple[int, bool, Slot]]:
        """What the planned items of a connection take, by resource and start; read in pages.

        Yields:
            The item id, whether it takes the slot after the change or before it, and the slot.
        """
        order = (slots.c.resource, slots.c.start, slots.c.item_id, slots.c.after, slots.c.end)
        wanted = select(*order).where(slots.c.change_set_id == change_set_id, slots.c.conn_id == conn_id)
        wanted = wanted.order_by(*order).limit(PAGE)
        last: ColumnElement[bool] | None = None
        while True:
            with self.reading() as connection:
                rows = connection.execute(wanted if last is None else wanted.where(last)).all()
            for resource, start, item_id, after, end in rows:
                yield item_id, after, Slot(resource=resource, start=start, end=end)
            if len(rows) < PAGE:
                return
            last = tuple_(*order) > tuple(rows[-1])

    def add_waits(self, change_set_id: str, pairs: Sequence[tuple[int, int]]) -> None:
        """Keep which items must wait; what is there already is left as it is.

        Args:
            change_set_id: The change set.
            pairs: An item, and the item that must move before it.
        """
        del change_set_id  # item ids are the ledger's own, whatever the change set
        rows = [{"item_id": item_id, "before_id": before_id} for item_id, before_id in pairs]
        if not rows:
            return
        with self.writing() as connection:
            connection.execute(self._insert(waits).on_conflict_do_nothing(), rows)

    def waits(self, item_ids: Sequence[int]) -> dict[int, list[int]]:
        """For those of the items that wait: the items that must move before them."""
        found = defaultdict(list)
        with self.reading() as connection:
            for first in range(0, len(item_ids), PAGE):
                some = select(waits).where(waits.c.item_id.in_(item_ids[first : first + PAGE]))
                for item_id, before_id in connection.execute(some.order_by(waits.c.before_id)):
                    found[item_id].append(before_id)
        return dict(found)
