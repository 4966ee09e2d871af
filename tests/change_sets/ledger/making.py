"""What the tests of the ledger put into it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import update

from airflow_provider_booking.bookings import Outcome, Reason
from airflow_provider_booking.change_sets.items import Image, ItemUpdate, NewItem, Target
from airflow_provider_booking.change_sets.ledger.tables import change_sets

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.items import Item
    from airflow_provider_booking.change_sets.ledger import Ledger
    from airflow_provider_booking.vendors.planning import Slot


def new_item(row: int, booking_id: str | None = None, **otherwise: str | None) -> NewItem:
    """An item whose booking is still to be read; without an id, it is the only one about its booking."""
    return NewItem(
        row=row,
        conn_id=otherwise.get("conn_id", "kos_default"),
        vendor="kos",
        account=otherwise.get("account") or "kos at example",
        booking_id=booking_id or f"booking {row}",
        wish_digest=otherwise.get("wish") or "a wish",
        image=Image(wish={"fields": {"title": f"title {row}"}}),
    )


def bad_item(row: int, booking_id: str = "") -> NewItem:
    """An item of a row that cannot be read."""
    return NewItem(
        row=row,
        conn_id=None,
        vendor=None,
        account="",
        booking_id=booking_id,
        wish_digest="",
        image=Image(),
        outcome=Outcome.REFUSED,
        reason=Reason.INVALID_INPUT,
        message="the row is bad",
    )


def target(starts_at: float | None = 1_800_000_000.0, *, before: list[Slot] | None = None) -> Target:
    """What planning found of a booking."""
    return Target(
        image=Image(record={"memo": "old"}, changes={"memo": "new"}),
        digest="a digest",
        starts_at=starts_at,
        slots_before=tuple(before or ()),
    )


def make_older(ledger: Ledger, days: float) -> None:
    """Let all change sets have been begun so many days ago."""
    with ledger.writing() as connection:
        connection.execute(update(change_sets).values(created_at=ledger.now() - timedelta(days=days)))


def planned_item(ledger: Ledger, change_set_id: str, row: int = 1, *, starts_at: float | None = 0.0) -> Item:
    """An item that is ready to be applied."""
    ledger.add(change_set_id, [new_item(row)])
    (added,) = ledger.find_unread(change_set_id, "kos_default", [f"booking {row}"])
    ledger.write(
        change_set_id, [ItemUpdate(added.item_id, "read", Outcome.PLANNED, target=target(starts_at))]
    )
    return ledger.item(added.item_id)
