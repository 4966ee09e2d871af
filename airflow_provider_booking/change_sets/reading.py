"""Reading what a connection's bookings are now, to judge each: by the list where that takes fewer calls."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import (
    BookingError,
    CredentialRejected,
    Throttled,
    VendorUnavailable,
)
from airflow_provider_booking.change_sets.judging import failed
from airflow_provider_booking.change_sets.parallel import for_each
from airflow_provider_booking.change_sets.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from airflow_provider_booking.change_sets.items import Item, ItemUpdate
    from airflow_provider_booking.change_sets.judging import Judge
    from airflow_provider_booking.change_sets.ledger import Journal, Ledger
    from airflow_provider_booking.change_sets.progress import Progress
    from airflow_provider_booking.vendors.updating import Record

PAGE = 500
"""Items that are read from the ledger at once."""
WORTH_A_LIST = 5
"""Of fewer bookings the list is not asked how long it is: that takes a call as well."""
OUTAGE = 5
"""After so many bookings in a row that got no answer, the vendor is taken to be down."""


class Reading:
    """Reads and judges the bookings of one connection.

    Args:
        ledger: Where the items are.
        change_set_id: Of which change set.
        judge: Says what is planned for a booking of the connection.
        journal: Where that is written.
        progress: Told how far it is.
    """

    def __init__(
        self,
        ledger: Ledger,
        change_set_id: str,
        judge: Judge,
        journal: Journal,
        progress: Progress,
    ) -> None:
        self.conn_id = judge.account.conn_id
        self._ledger = ledger
        self._id = change_set_id
        self._account = judge.account
        self._judge = judge
        self._journal = journal
        self._progress = progress
        self._unanswered = 0
        self._hopeless: BookingError | None = None
        """What the next booking would meet as well: nobody is asked ten thousand times."""

    async def run(self, count: int) -> None:
        """Read all that is unread.

        Args:
            count: How many that are.

        Raises:
            Throttled: The vendor asks to slow down. What is unread stays so, and is read by going on.
        """
        if count >= WORTH_A_LIST:
            await self._read_list(count)
        await for_each(self._unread(), self._read, at_once=self._account.at_once)

    async def _read(self, item: Item) -> None:
        await self._journal.write(await self._judged(item))
        self._progress.add(1)

    async def _judged(self, item: Item) -> ItemUpdate:
        if self._hopeless is not None:
            return failed(item, self._hopeless)
        client = self._account.client
        try:
            record = await client.read(item.booking_id, client.parse_options({}))
        except BookingError as error:
            if isinstance(error, Throttled) and error.retryable:
                raise  # a plan that lacks rows because the vendor was busy would be a loss
            self._unanswered = self._unanswered + 1 if isinstance(error, VendorUnavailable) else 0
            if isinstance(error, CredentialRejected | Throttled) or self._unanswered >= OUTAGE:
                self._hopeless = error
            return failed(item, error)
        self._unanswered = 0
        return await self._judge.judge(item, record)

    async def _read_list(self, count: int) -> None:
        try:
            listing = await self._account.planning.listing()
            if listing is None or listing.calls >= count:
                return
            records: dict[str, Record] = {}
            async with aclosing(listing.pages) as pages:
                async for page in pages:
                    records.update(page)
                    if len(records) >= PAGE:
                        count -= await self._judge_all(records)
                        if count <= 0:
                            return  # what follows in the list is about other bookings
                        records = {}
                await self._judge_all(records)
        except BookingError as error:
            # What the list did not give is read one by one, and says then what is wrong.
            self._progress.say(f"{self.conn_id}: reading one by one, as the list cannot be read: {error}")

    async def _judge_all(self, records: Mapping[str, Record]) -> int:
        """Judge those of the bookings that are items, several pages at once: fewer trips to the ledger."""
        items = await in_thread(self._ledger.find_unread, self._id, self.conn_id, list(records))
        updates = [await self._judge.judge(item, records[item.booking_id]) for item in items]
        await in_thread(self._ledger.write, self._id, updates)
        self._progress.add(len(updates))
        return len(updates)

    async def _unread(self) -> AsyncIterator[Item]:
        after = 0
        while page := await in_thread(self._ledger.unread, self._id, self.conn_id, after=after, limit=PAGE):
            for item in page:
                yield item
            after = page[-1].item_id
