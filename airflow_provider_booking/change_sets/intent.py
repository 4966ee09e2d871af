"""Between reading a booking and sending its change: drift is judged, and the intent is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import Held, Outcome, Reason
from airflow_provider_booking.change_sets.items import ItemUpdate
from airflow_provider_booking.change_sets.judging import planned_from
from airflow_provider_booking.vendors.updating import differing_fields

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from airflow_provider_booking.change_sets.accounts import Account
    from airflow_provider_booking.change_sets.items import Item
    from airflow_provider_booking.change_sets.ledger import Journal
    from airflow_provider_booking.vendors.updating import Fields

_SENT = "it was sent, and what became of it is not known yet"


class Intent:
    """Stands between reading a booking and sending its change: judges drift, and writes the intent down.

    The intent is an outcome ``unknown``, durable before anything is sent: if the process dies now, that is
    what the ledger says, and the next apply reads the booking before it sends anything.

    Args:
        journal: Where the intent is written.
        account: The connection.
        item: Whose booking it is.
        begin: Awaited before the intent is written.
    """

    def __init__(
        self, journal: Journal, account: Account, item: Item, begin: Callable[[], Awaitable[None]]
    ) -> None:
        self._journal = journal
        self._account = account
        self._item = item
        self._begin = begin
        self.written = False

    async def about_to_send(self, now: Fields, wanted: Fields) -> None:
        """See :meth:`airflow_provider_booking.vendors.updating.Guard.about_to_send`.

        Raises:
            Held: The booking is no longer as it was planned from (reason ``drift.changed``).
            LedgerUnavailable: The intent could not be written.
        """
        planned = planned_from(self._account, self._item.image, wanted)
        watched = self._account.planning.watched(now)
        reads = now | watched
        drifted = differing_fields(reads, planned)
        drifted |= differing_fields(planned, watched)
        if drifted:
            raise Held(
                f"{', '.join(sorted(drifted))} changed after it was planned",
                vendor=self._account.vendor,
                reason=Reason.CHANGED_MEANWHILE,
                hint="look at the booking; plan it anew if it shall still be changed",
            )
        await self._begin()
        await self._journal.write(
            ItemUpdate(
                self._item.item_id,
                "sending",
                Outcome.UNKNOWN,
                reason=Reason.NO_ANSWER,
                message=_SENT,
                warnings=self._item.warnings,
                attempt=True,
            )
        )
        self.written = True
