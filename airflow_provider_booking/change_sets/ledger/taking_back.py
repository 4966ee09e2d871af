"""What becomes of an item when another change set takes it back, or takes that back again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.change_sets.ledger.tables import events, items

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

# What was sent and then held stands at the vendor as well.
_STOOD = {
    Outcome.APPLIED: (Outcome.APPLIED.value, Outcome.HELD.value),
    Outcome.REVERTED: (Outcome.REVERTED.value,),
}
_OTHER = {Outcome.APPLIED: Outcome.REVERTED, Outcome.REVERTED: Outcome.APPLIED}


def take_back(connection: Connection, change_set_id: str, done: Sequence[int], now: datetime) -> None:
    """Turn what items take back from ``applied``, or held, into ``reverted``.

    An item that had itself taken another one back leaves that one ``applied`` again, and so on.

    Args:
        connection: The transaction.
        change_set_id: The change set that takes back.
        done: Its items that are done.
        now: The ledger's time.
    """
    taken_back = select(items.c.undoes).where(items.c.item_id.in_(done), items.c.undoes.is_not(None))
    ids = list(connection.execute(taken_back).scalars())
    stood = Outcome.APPLIED
    while ids:
        stands = _OTHER[stood]
        message = f"taken back by {change_set_id}" if stands is Outcome.REVERTED else ""
        turned = connection.execute(
            update(items)
            .where(items.c.item_id.in_(ids), items.c.outcome.in_(_STOOD[stood]))
            .values(outcome=stands.value, reason=None, message=message, updated_at=now)
            .returning(items.c.item_id, items.c.change_set_id, items.c.undoes)
        ).all()
        rows: list[dict[str, Any]] = [
            {"change_set_id": row.change_set_id, "at": now, "item_id": row.item_id}
            | {"what": "taken back" if stands is Outcome.REVERTED else "restored", "outcome": stands.value}
            | {"reason": None, "detail": change_set_id}
            for row in turned
        ]
        if rows:
            connection.execute(insert(events), rows)
        ids = [row.undoes for row in turned if row.undoes is not None]
        stood = stands
