"""What only one process may do at a time. A lease that is not renewed lapses, by the database's own clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, literal, or_, update

from airflow_provider_booking.change_sets.ledger.columns import StoreSeconds
from airflow_provider_booking.change_sets.ledger.errors import LeaseLost
from airflow_provider_booking.change_sets.ledger.store import Store
from airflow_provider_booking.change_sets.ledger.tables import leases

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True)
class Lease:
    """A lease, as one of those who may hold it names it.

    Attributes:
        name: What only one may do at a time.
        holder: Who does it; no other lease is held by this name.
        shown: What is held, for a reader.
    """

    name: str
    holder: str
    shown: str

    def lost(self, unwritten: Collection[int] = ()) -> LeaseLost:
        """The error for who goes on although it may have lapsed.

        Args:
            unwritten: The items of which nothing was written, for that reason.
        """
        return LeaseLost(
            f"The lease on {self.shown} could not be renewed, so that another run may have taken it up: "
            "nothing more was sent. Run the task again.",
            unwritten,
        )


class Leases(Store):
    """Leases by name."""

    def take_lease(self, name: str, holder: str, seconds: float) -> bool:
        """Take a lease that is free, lapsed, or the holder's own already.

        Args:
            name: What only one may do at a time.
            holder: Who asks.
            seconds: For how long, from now.

        Returns:
            Whether it is the holder's now.
        """
        until = StoreSeconds() + literal(seconds)
        taken = self._insert(leases).values(name=name, holder=holder, until=until)
        taken = taken.on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": holder, "until": until},
            where=or_(leases.c.until <= StoreSeconds(), leases.c.holder == holder),
        )
        with self.writing() as connection:
            return connection.execute(taken.returning(leases.c.name)).one_or_none() is not None

    def renew_lease(self, name: str, holder: str, seconds: float) -> bool:
        """Keep a lease for longer.

        Args:
            name: The lease.
            holder: Who holds it.
            seconds: For how long, from now.

        Returns:
            Whether it is still the holder's; False where it has lapsed, even if nobody else took it.
        """
        mine = (leases.c.name == name) & (leases.c.holder == holder) & (leases.c.until > StoreSeconds())
        with self.writing() as connection:
            renewed = update(leases).where(mine).values(until=StoreSeconds() + literal(seconds))
            return connection.execute(renewed).rowcount == 1

    def drop_lease(self, name: str, holder: str) -> None:
        """Give a lease back; one that is somebody else's by now is left alone."""
        with self.writing() as connection:
            connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
