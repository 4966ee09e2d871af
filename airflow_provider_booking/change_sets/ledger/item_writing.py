"""Items in the ledger: how they come in, and how what happens to them is kept."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from sqlalchemy import Boolean, bindparam, case, delete, func, insert, select, update

from airflow_provider_booking.bookings import FieldChange, Outcome
from airflow_provider_booking.bookings.booking import LONGEST_ID
from airflow_provider_booking.change_sets.ledger.claims import fence
from airflow_provider_booking.change_sets.ledger.set_records import find
from airflow_provider_booking.change_sets.ledger.store import Store, store_time
from airflow_provider_booking.change_sets.ledger.tables import events, items, slots
from airflow_provider_booking.change_sets.ledger.taking_back import take_back

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from airflow_provider_booking.change_sets.items import ChangeSet, Image, ItemUpdate, NewItem, Stop, Target
    from airflow_provider_booking.change_sets.ledger.leases import Lease

_TAKEN_BACK = (Outcome.APPLIED, Outcome.UNCHANGED)
SHOWN = TypeAdapter(dict[str, FieldChange])


class ItemWriting(Store):
    """Adds items and writes what happens to them."""

    def add(self, change_set_id: str, new_items: Sequence[NewItem]) -> None:
        """Add items, in one transaction.

        Args:
            change_set_id: The change set.
            new_items: The items. The id of one that is not ``planned`` is cut after 500 characters.

        Raises:
            ValueError: An item that is ``planned`` has a longer booking id.
        """
        if not new_items:
            return
        rows = [self._row(new) for new in new_items]
        with self.writing() as connection:
            constant = {"change_set_id": change_set_id, "updated_at": store_time(connection)}
            connection.execute(insert(items), [constant | row for row in rows])

    def write(
        self,
        change_set_id: str,
        updates: Sequence[ItemUpdate],
        *,
        asked_at: datetime | None = None,
        lease: Lease | None = None,
    ) -> Stop | None:
        """Write what happened to items, in one transaction and in this order; then it is on the disk.

        In a change set that takes another one back, the items that are taken back by it become ``reverted``
        in theirs.

        Args:
            change_set_id: The change set.
            updates: What happened.
            asked_at: When who writes was asked to apply the change set; aware. None: no stop holds for it.
            lease: Under which lease the items are worked on; claims on those that are done are given back.
                None: nobody else works on them.

        Returns:
            The stop that holds for who writes, if there is one: then no update of an attempt that is about to
            be made was written.

        Raises:
            LeaseLost: Somebody else may work on some of the items by now; nothing was written of these, and
                of no attempt that a stop forbids.
            ValueError: The change set does not have one of the items; nothing is written.
        """
        if not updates:
            return None
        with self.writing() as connection:
            whole = find(connection, change_set_id)
            stop = None if asked_at is None else whole.stop_after(asked_at)
            stopped = {each.item_id for each in updates if each.attempt and stop is not None}
            updates = [each for each in updates if each.item_id not in stopped]
            unwritten = frozenset() if lease is None else fence(connection, lease, updates)
            updates = [each for each in updates if each.item_id not in unwritten]
            if updates:
                self._write(connection, whole, updates)
        if lease is not None and unwritten:
            raise lease.lost(unwritten | stopped)
        return stop

    def _write(self, connection: Connection, whole: ChangeSet, updates: Sequence[ItemUpdate]) -> None:
        now = store_time(connection)
        constant = {"of_change_set": whole.change_set_id, "new_updated_at": now}
        rows = [constant | self._changes(each) for each in updates]
        if connection.execute(_UPDATE, rows).rowcount != len(updates):
            raise ValueError(f"change set {whole.change_set_id} does not have all of these items")
        connection.execute(insert(events), [_event(whole.change_set_id, now, each) for each in updates])
        targets = {each.item_id: each.target for each in updates if each.target is not None}
        if targets:
            _replace_slots(connection, whole.change_set_id, targets)
        if whole.reverts is not None:
            done = [each.item_id for each in updates if each.outcome in _TAKEN_BACK]
            take_back(connection, whole.change_set_id, done, now)

    def _row(self, new: NewItem) -> dict[str, Any]:
        if new.outcome is Outcome.PLANNED and len(new.booking_id) > LONGEST_ID:
            raise ValueError(f"the booking id of row {new.row} has more than {LONGEST_ID} characters")
        return {
            "row": new.row,
            "conn_id": new.conn_id,
            "vendor": new.vendor,
            "account": new.account,
            "booking_id": new.booking_id[:LONGEST_ID],
            "wish_digest": new.wish_digest,
            "outcome": new.outcome.value,
            "reason": new.reason and new.reason.value,
            "message": new.message,
            "warnings": "[]",
            "attempts": 0,
            "starts_at": math.inf,
            "image": self._sealed(new.image),
            "undoes": new.undoes,
        }

    def _changes(self, update_: ItemUpdate) -> dict[str, Any]:
        target, shown = update_.target, update_.shown
        return {
            "of_item": update_.item_id,
            "planned_anew": target is not None,
            "new_outcome": update_.outcome.value,
            "new_reason": update_.reason and update_.reason.value,
            "new_message": update_.message,
            "new_warnings": json.dumps(update_.warnings),
            "new_request_id": update_.request_id,
            "new_attempts": int(update_.attempt),
            "new_image": target and self._sealed(target.image),
            "new_digest": target and target.digest,
            "new_starts_at": target and (math.inf if target.starts_at is None else target.starts_at),
            "new_trace": update_.trace and self._sealer.seal(update_.trace.model_dump_json().encode()),
            "new_shown": None if shown is None else self._sealer.seal(SHOWN.dump_json(dict(shown))),
        }

    def _sealed(self, image: Image) -> bytes:
        return self._sealer.seal(image.model_dump_json(exclude_defaults=True).encode())


def _new(name: str) -> Any:
    return bindparam(f"new_{name}", type_=items.c[name].type)


def _new_or_as_it_is(name: str) -> Any:
    return func.coalesce(_new(name), items.c[name])


# One statement for all updates, so that those of one item take effect in the order that they came in.
_UPDATE = (
    update(items)
    .where(items.c.item_id == bindparam("of_item"), items.c.change_set_id == bindparam("of_change_set"))
    .values(
        outcome=_new("outcome"),
        reason=_new("reason"),
        message=_new("message"),
        warnings=_new("warnings"),
        updated_at=_new("updated_at"),
        attempts=items.c.attempts + _new("attempts"),
        request_id=_new_or_as_it_is("request_id"),
        image=_new_or_as_it_is("image"),
        digest=_new_or_as_it_is("digest"),
        starts_at=_new_or_as_it_is("starts_at"),
        trace=_new_or_as_it_is("trace"),
        # What turned out otherwise than planned is about the former target.
        shown=case(
            (bindparam("planned_anew", type_=Boolean()), _new("shown")), else_=_new_or_as_it_is("shown")
        ),
    )
)
_ADD_SLOT = insert(slots).values(
    item_id=bindparam("of_item"),
    conn_id=select(items.c.conn_id).where(items.c.item_id == bindparam("of_item")).scalar_subquery(),
)


def _event(change_set_id: str, at: datetime, update_: ItemUpdate) -> dict[str, Any]:
    return {
        "change_set_id": change_set_id,
        "at": at,
        "item_id": update_.item_id,
        "what": update_.event,
        "outcome": update_.outcome.value,
        "reason": update_.reason and update_.reason.value,
        "detail": "",
    }


def _replace_slots(connection: Connection, change_set_id: str, targets: Mapping[int, Target]) -> None:
    former = delete(slots).where(slots.c.item_id == bindparam("of_item"))
    connection.execute(former, [{"of_item": item_id} for item_id in targets])
    rows = [
        {"of_item": item_id, "change_set_id": change_set_id, "after": after}
        | {"resource": slot.resource, "start": slot.start, "end": slot.end}
        for item_id, target in targets.items()
        for after, taken in ((False, target.slots_before), (True, target.slots_after))
        for slot in dict.fromkeys(taken)
    ]
    if rows:
        connection.execute(_ADD_SLOT, rows)
