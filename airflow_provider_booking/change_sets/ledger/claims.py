"""Bookings in hand: whoever reads a booking to change it claims it first, across change sets and accounts.

A claim holds as long as the lease of who made it does, and is given back with the item's result. One whose
lease is gone can be taken over by anybody.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from airflow_provider_booking.change_sets.ledger.columns import StoreSeconds
from airflow_provider_booking.change_sets.ledger.store import Store
from airflow_provider_booking.change_sets.ledger.tables import TO_APPLY, claims, items, leases

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Exists

    from airflow_provider_booking.change_sets.items import ItemUpdate
    from airflow_provider_booking.change_sets.ledger.leases import Lease


@dataclass(frozen=True)
class Claim:
    """A booking that somebody wants to have in hand.

    Attributes:
        place: A digest of the vendor and its address.
        booking_id: The booking.
        item_id: The item that it is wanted for.
    """

    place: str
    booking_id: str
    item_id: int


class Standing(Enum):
    """What came of a claim."""

    OURS = "nobody had it in hand"
    INHERITED = "somebody had it in hand, and was gone before it was known what became of it"
    ELSEWHERE = "somebody has it in hand"
    CLOSED = "there is nothing left to do: it was not claimed"


@dataclass(frozen=True)
class Claimed:
    """What came of a claim, and when the ledger last heard of its item."""

    standing: Standing
    updated_at: datetime | None = None


class Claims(Store):
    """Claims on bookings."""

    def claim(self, lease: Lease, wanted: Sequence[Claim]) -> dict[int, Claimed]:
        """Claim bookings, in one transaction.

        Args:
            lease: Under which lease.
            wanted: The bookings.

        Returns:
            Item id to what came of it.
        """
        with self.writing() as connection:
            for place in sorted({each.place for each in wanted}):
                self._one_at_a_time(connection, place)
            # Whoever locks several rows does so in this order: two that do so cannot wait for each other.
            wanted = sorted(wanted, key=_key)
            found = _holders(connection, wanted)
            busy = _live(connection, set(found.values()) - {lease.holder})
            free = [each for each in wanted if found.get(_key(each)) not in busy]
            self._take(connection, lease, free)
            open_ = _open(connection, free)
            _give_back(connection, lease, [each.item_id for each in free if each.item_id not in open_])
        standing = {each.item_id: Claimed(Standing.ELSEWHERE) for each in wanted}
        for each in free:
            inherited = found.get(_key(each), lease.holder) != lease.holder
            ours = Standing.INHERITED if inherited else Standing.OURS
            standing[each.item_id] = (
                Claimed(ours, open_[each.item_id]) if each.item_id in open_ else Claimed(Standing.CLOSED)
            )
        return standing

    def holds_claim(self, lease: Lease, item_id: int) -> bool:
        """Whether a lease holds, and the claim for an item under it."""
        with self.reading() as connection:
            held = select(claims.c.item_id).where(
                claims.c.holder == lease.holder, claims.c.item_id == item_id, _holds(lease)
            )
            return connection.execute(held).first() is not None

    def _one_at_a_time(self, connection: Connection, place: str) -> None:
        """Wait until nobody else claims at this place; SQLite has one writer anyway."""
        if self._engine.dialect.name == "postgresql":
            number = func.hashtextextended(f"booking claims {place}", 0)
            connection.execute(select(func.pg_advisory_xact_lock(number)))

    def _take(self, connection: Connection, lease: Lease, free: Sequence[Claim]) -> None:
        if not free:
            return
        taken = self._insert(claims)
        taken = taken.on_conflict_do_update(
            index_elements=["place", "booking_id"],
            set_={"holder": taken.excluded.holder, "item_id": taken.excluded.item_id},
        )
        connection.execute(taken, [asdict(each) | {"holder": lease.holder} for each in free])


def fence(connection: Connection, lease: Lease, updates: Sequence[ItemUpdate]) -> frozenset[int]:
    """Tell which items must not be written of any more, and give back the claims on those that are done.

    An attempt is made under a lease that holds, and with the booking in hand. What became of it is certain
    as long as nobody else took the booking over, even if the lease has lapsed. Of what was not in hand,
    nothing is certain once it has.

    Args:
        connection: The transaction that writes the updates.
        lease: Under which lease they were made.
        updates: What is about to be written.
    """
    item_ids = [each.item_id for each in updates]
    of_them = select(claims.c.item_id).where(claims.c.holder == lease.holder, claims.c.item_id.in_(item_ids))
    in_order = of_them.order_by(claims.c.place, claims.c.booking_id).with_for_update()
    held = set(connection.execute(in_order).scalars())
    holds = connection.execute(select(_holds(lease))).scalar_one()
    unwritten = frozenset(
        each.item_id
        for each in updates
        if not (holds and each.item_id in held if each.attempt else holds or each.item_id in held)
    )
    done = {each.item_id for each in updates if not each.attempt} & held
    _give_back(connection, lease, done)
    return unwritten


def _key(claim: Claim) -> tuple[str, str]:
    return claim.place, claim.booking_id


def _live(connection: Connection, holders: Collection[str]) -> set[str]:
    """Those of the holders whose leases hold."""
    if not holders:
        return set()
    live = select(leases.c.holder).where(leases.c.holder.in_(holders), leases.c.until > StoreSeconds())
    return set(connection.execute(live).scalars())


def _holds(lease: Lease) -> Exists:
    mine = (leases.c.name == lease.name) & (leases.c.holder == lease.holder)
    return select(leases.c.name).where(mine, leases.c.until > StoreSeconds()).exists()


def _holders(connection: Connection, wanted: Sequence[Claim]) -> dict[tuple[str, str], str]:
    of_them = claims.c.booking_id.in_([each.booking_id for each in wanted])
    found = select(claims).where(claims.c.place.in_({each.place for each in wanted}), of_them)
    return {(row.place, row.booking_id): row.holder for row in connection.execute(found)}


def _open(connection: Connection, free: Sequence[Claim]) -> dict[int, datetime]:
    """The items of claims that an apply still takes up, and when the ledger last heard of each."""
    of_them = items.c.item_id.in_([each.item_id for each in free])
    found = connection.execute(select(items.c.item_id, items.c.updated_at).where(of_them, TO_APPLY))
    return {row.item_id: row.updated_at for row in found}


def _give_back(connection: Connection, lease: Lease, item_ids: Collection[int]) -> None:
    if item_ids:
        of_them = claims.c.item_id.in_(list(item_ids))
        connection.execute(delete(claims).where(claims.c.holder == lease.holder, of_them))
