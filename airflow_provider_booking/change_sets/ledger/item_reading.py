"""Items in the ledger, as planning, applying and reporting read them."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select, tuple_

from airflow_provider_booking.bookings import Outcome, Reason
from airflow_provider_booking.change_sets.items import HELD_FOR_NOW, Image, Item, Trace
from airflow_provider_booking.change_sets.ledger.item_writing import SHOWN
from airflow_provider_booking.change_sets.ledger.store import PAGE, Store
from airflow_provider_booking.change_sets.ledger.tables import TO_APPLY, UNREAD, items

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Row, Select


class ItemReading(Store):
    """Reads items, most of them in pages."""

    def item(self, item_id: int) -> Item:
        """Return one item.

        Raises:
            ValueError: There is none.
        """
        found = self._items(select(items).where(items.c.item_id == item_id))
        if not found:
            raise ValueError(f"the ledger has no item {item_id}")
        return found[0]

    def items(self, change_set_id: str, conn_id: str | None = None) -> Iterator[Item]:
        """All items, by row; they are read in pages.

        Args:
            change_set_id: The change set.
            conn_id: Only those of this connection; None for all.
        """
        wanted = select(items).where(_of(change_set_id, conn_id)).order_by(items.c.row).limit(PAGE)
        page = self._items(wanted)
        while page:
            yield from page
            page = self._items(wanted.where(items.c.row > page[-1].row))

    def stand(self, change_set_id: str) -> Iterator[tuple[Item, Trace | None]]:
        """The items of which something may stand at the vendor, by row, each with how it left its booking.

        These are the applied ones, those of which it is not known what became of them, and those that were
        sent and are held, but for those of which it is certain that nothing changed; they are read in pages.
        """
        stands = or_(
            items.c.outcome.in_((Outcome.APPLIED.value, Outcome.UNKNOWN.value)),
            and_(
                items.c.outcome == Outcome.HELD.value,
                items.c.attempts > 0,
                items.c.reason.not_in(sorted(reason.value for reason in HELD_FOR_NOW)),
            ),
        )
        wanted = select(items).where(_of(change_set_id), stands).order_by(items.c.row)
        after = 0
        while True:
            with self.reading() as connection:
                page = connection.execute(wanted.where(items.c.row > after).limit(PAGE)).all()
            for row in page:
                yield self._item(row), row.trace and Trace.model_validate_json(self._sealer.unseal(row.trace))
            if len(page) < PAGE:
                return
            after = page[-1].row

    def unread(self, change_set_id: str, conn_id: str, *, after: int = 0, limit: int = PAGE) -> list[Item]:
        """A page of the items whose bookings are still to be read, by item id.

        Args:
            change_set_id: The change set.
            conn_id: The connection.
            after: The last item id of the page before.
            limit: How many at most.
        """
        wanted = select(items).where(_of(change_set_id, conn_id), UNREAD, items.c.item_id > after)
        return self._items(wanted.order_by(items.c.item_id).limit(limit))

    def find_unread(self, change_set_id: str, conn_id: str, booking_ids: Sequence[str]) -> list[Item]:
        """Those of the bookings that are items of the connection and still to be read."""
        found = []
        for first in range(0, len(booking_ids), PAGE):
            some = items.c.booking_id.in_(booking_ids[first : first + PAGE])
            found += self._items(select(items).where(_of(change_set_id, conn_id), UNREAD, some))
        return found

    def count_unread(self, change_set_id: str) -> dict[str, int]:
        """Connection id to how many of its bookings are still to be read."""
        unread = select(items.c.conn_id, func.count()).where(_of(change_set_id), UNREAD)
        with self.reading() as connection:
            rows = connection.execute(unread.group_by(items.c.conn_id).order_by(items.c.conn_id))
            return dict(rows.all())

    def open_items(
        self, change_set_id: str, conn_id: str, *, after: tuple[float, int] | None = None, limit: int = PAGE
    ) -> list[Item]:
        """A page of what an apply takes up, earliest booking first; those of unknown start come last.

        Args:
            change_set_id: The change set.
            conn_id: The connection.
            after: Start and item id of the last item of the page before; a start of None is ``math.inf``.
            limit: How many at most.
        """
        wanted = select(items).where(_of(change_set_id, conn_id), TO_APPLY)
        if after is not None:
            wanted = wanted.where(tuple_(items.c.starts_at, items.c.item_id) > after)
        return self._items(wanted.order_by(items.c.starts_at, items.c.item_id).limit(limit))

    def count_open(self, change_set_id: str, conn_id: str) -> int:
        """How many items of a connection an apply takes up."""
        with self.reading() as connection:
            open_ = select(func.count()).select_from(items).where(_of(change_set_id, conn_id), TO_APPLY)
            return connection.execute(open_).scalar_one()

    def conn_ids(self, change_set_id: str) -> list[str]:
        """The connections that have something for an apply to take up, sorted."""
        with self.reading() as connection:
            found = connection.execute(select(items.c.conn_id).where(_of(change_set_id), TO_APPLY).distinct())
            return sorted(conn_id for conn_id in found.scalars() if conn_id is not None)

    def _items(self, wanted: Select[Any]) -> list[Item]:
        with self.reading() as connection:
            rows = connection.execute(wanted).all()
        return [self._item(row) for row in rows]

    def _item(self, row: Row[Any]) -> Item:
        image = Image.model_validate_json(self._sealer.unseal(row.image))
        if row.shown is not None:
            shown = SHOWN.validate_json(self._sealer.unseal(row.shown))
            image = image.model_copy(update={"shown": shown})
        return Item(
            item_id=row.item_id,
            row=row.row,
            conn_id=row.conn_id,
            vendor=row.vendor,
            booking_id=row.booking_id,
            outcome=Outcome(row.outcome),
            reason=row.reason and Reason(row.reason),
            message=row.message,
            warnings=tuple(json.loads(row.warnings)),
            attempts=row.attempts,
            starts_at=None if math.isinf(row.starts_at) else row.starts_at,
            digest=row.digest,
            request_id=row.request_id,
            updated_at=row.updated_at,
            image=image,
        )


def _of(change_set_id: str, conn_id: str | None = None) -> Any:
    of_change_set = items.c.change_set_id == change_set_id
    return of_change_set if conn_id is None else and_(of_change_set, items.c.conn_id == conn_id)
