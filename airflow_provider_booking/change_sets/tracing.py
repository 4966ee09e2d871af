"""How an applied item left its booking: what taking it back compares with, and goes back to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_booking.change_sets.items import Trace
from airflow_provider_booking.vendors.updating import differing_fields

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.accounts import Account
    from airflow_provider_booking.change_sets.items import Item
    from airflow_provider_booking.vendors.updating import Update


def trace(item: Item, update: Update[Any], account: Account) -> Trace:
    """What an item changed, and how the booking reads since.

    Args:
        item: The item, with the record that it was planned from.
        update: Its update, run.
        account: Its connection.
    """
    fields, record = account.client.fields, item.image.record
    before, left = fields(record), fields(update.found if update.found is not None else record)
    asked, unseen = update.asked_for(record)
    asked_for = {_whole(name) for name in asked}
    changed = differing_fields(left, before).keys() | differing_fields(before, left).keys()
    # Of a list, whatever of it changed belongs to what was asked for.
    ours = {name for name in changed if _whole(name) in asked_for}
    return Trace(
        before={name: before.get(name) for name in sorted(ours)},
        left=account.planning.watched(left) | {name: left.get(name) for name in sorted(ours)},
        hidden=tuple(sorted(name for name in unseen if name in asked and name not in ours)),
    )


def _whole(name: str) -> str:
    """The field that a flat name is a part of, where that is a list."""
    return name.partition("[")[0]
