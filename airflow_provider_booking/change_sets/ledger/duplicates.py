"""Rows of one change set that are about the same booking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, and_, case, cast, func, insert, literal, or_, select, text, update

from airflow_provider_booking.bookings import Outcome, Reason
from airflow_provider_booking.change_sets.ledger.store import Store, store_time
from airflow_provider_booking.change_sets.ledger.tables import UNREAD, events, items

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Subquery

_CONTRADICT = " ask for different things of this booking; keep one of them"


class Duplicates(Store):
    """Settles which of several rows about one booking holds."""

    def settle_duplicates(self, change_set_id: str) -> int:
        """Settle rows about one booking that are not read yet: equal ones are merged, others refused.

        Where all of them wish the same, the first one stays and the others become ``unchanged``. Where two
        wish something different, all of them become ``refused``. The database does it by itself, so memory
        does not grow.

        Returns:
            How many items are no longer planned.
        """
        settled = _settled(change_set_id)
        reason = Reason.DUPLICATE_INPUT.value
        with self.writing() as connection:
            # Many rows came a moment ago: without figures SQLite finds bookings by their outcome, one by one.
            connection.execute(text(f"ANALYZE {items.name}"))
            now = store_time(connection)
            event = {
                "change_set_id": literal(change_set_id),
                "at": literal(now, events.c.at.type),
                "item_id": settled.c.item_id,
                "what": literal("duplicate"),
                "outcome": settled.c.outcome,
                "reason": literal(reason),
                "detail": literal(""),
            }
            connection.execute(insert(events).from_select(list(event), select(*event.values())))
            columns = {"outcome": settled.c.outcome, "message": settled.c.message}
            return connection.execute(
                update(items)
                .where(items.c.item_id == settled.c.item_id)
                .values(columns | {"reason": reason, "updated_at": now})
            ).rowcount


def _settled(change_set_id: str) -> Subquery:
    """Item id, outcome and message of those that do not stay planned."""
    mates = _mates(change_set_id)
    row: list[ColumnElement[str]] = [cast(mates.c[name], Text) for name in ("first", "second", "third")]
    contradiction: ColumnElement[str] = case(
        (mates.c.rows == len(row[:2]), "rows " + row[0] + " and " + row[1]),
        (mates.c.rows == len(row), "rows " + row[0] + ", " + row[1] + " and " + row[2]),
        else_="rows "
        + row[0]
        + ", "
        + row[1]
        + ", "
        + row[2]
        + " and "
        + cast(mates.c.rows - len(row), Text)
        + " more",
    )
    equal = mates.c.least_wish == mates.c.greatest_wish
    return (
        select(
            mates.c.item_id,
            case((equal, Outcome.UNCHANGED.value), else_=Outcome.REFUSED.value).label("outcome"),
            case(
                (equal, "row " + row[0] + " asks for the same of this booking"),
                else_=contradiction + _CONTRADICT,
            ).label("message"),
        )
        .where(or_(~equal, mates.c.place > 1))
        .subquery("settled")
    )


def _mates(change_set_id: str) -> Subquery:
    """The items that are not alone with their booking, and what must be known of the others."""
    unread = and_(items.c.change_set_id == change_set_id, UNREAD)
    booking = (items.c.account, items.c.booking_id)
    # Grouped first: only what is there several times goes through the windows.
    several = select(*booking).where(unread).group_by(*booking).having(func.count() > 1).subquery("several")
    whole: dict[str, Any] = {"partition_by": booking, "order_by": items.c.row, "rows": (None, None)}
    return (
        select(
            items.c.item_id,
            func.row_number().over(partition_by=booking, order_by=items.c.row).label("place"),
            func.count().over(**whole).label("rows"),
            func.min(items.c.wish_digest).over(**whole).label("least_wish"),
            func.max(items.c.wish_digest).over(**whole).label("greatest_wish"),
            *(
                func.nth_value(items.c.row, place).over(**whole).label(name)
                for place, name in enumerate(("first", "second", "third"), 1)
            ),
        )
        .join(several, and_(several.c.account == items.c.account, several.c.booking_id == items.c.booking_id))
        .where(unread)
        .subquery("mates")
    )
