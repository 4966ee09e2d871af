"""Taking one booking after another in hand, each as the only one who works on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.change_sets.ledger import Claim, Standing
from airflow_provider_booking.change_sets.threads import in_thread
from airflow_provider_booking.vendors import waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_booking.change_sets.accounts import Account
    from airflow_provider_booking.change_sets.items import Item
    from airflow_provider_booking.change_sets.ledger import Journal, Ledger


class InHandElsewhere(Exception):
    """Another run has the booking in hand; nothing was claimed."""


class Claiming:
    """Claims the bookings of one connection, each before it is read.

    So a run reads a booking only when no other one is about to change it, and then judges what that one left.
    Who claims has one booking in hand at a time, so nobody waits in a circle.

    Args:
        ledger: Where the items are.
        journal: Where claims are made; the result of an item, written there, gives its booking back.
        account: The connection.
        say: Told once if another run has a booking in hand.
    """

    def __init__(
        self, ledger: Ledger, journal: Journal, account: Account, say: Callable[[str], object]
    ) -> None:
        self._ledger = ledger
        self._journal = journal
        self._account = account
        self._say = say
        self._told = False

    async def take(self, item: Item) -> Item | None:
        """Take the booking of an item in hand.

        Args:
            item: The item, as it was handed out.

        Returns:
            The item as it is now; None where nothing of it is left to do.

        Raises:
            InHandElsewhere: Another run has it.
            StopAskedFor: The same, and somebody asked for a stop, which holds for who asks.
            LedgerUnavailable: The ledger could not be written.
        """
        claimed = await self._journal.claim(Claim(self._account.place, item.booking_id, item.item_id))
        if claimed.standing is Standing.ELSEWHERE:
            self._tell()
            await self._journal.check_not_stopped()
            raise InHandElsewhere
        if claimed.standing is Standing.CLOSED:
            return None
        if claimed.updated_at != item.updated_at:
            # Whoever worked on it before was late to write what came of it.
            item = await in_thread(self._ledger.item, item.item_id)
        if claimed.standing is Standing.INHERITED or item.outcome is Outcome.UNKNOWN:
            # What was sent last may still be under way at the vendor.
            await waiting.sleep(self._account.client.patience.settle_delay)
        return item

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            self._say(
                f"{self._account.conn_id}: another run has some of the bookings in hand; each of them waits "
                "until that one is done with it"
            )
