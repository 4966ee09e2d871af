"""One connection's part of a change set: canary first, then the rest, until the end or a reason to stop."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import BookingError, Outcome, Reason
from airflow_provider_booking.change_sets.brakes import Brakes, Limits
from airflow_provider_booking.change_sets.claiming import Claiming, InHandElsewhere
from airflow_provider_booking.change_sets.hand_out import HandOut, open_pages
from airflow_provider_booking.change_sets.intent import Intent
from airflow_provider_booking.change_sets.items import ItemUpdate
from airflow_provider_booking.change_sets.judging import place_of
from airflow_provider_booking.change_sets.ledger import Journal, LeaseLost, LedgerUnavailable, StopAskedFor
from airflow_provider_booking.change_sets.parallel import for_each
from airflow_provider_booking.change_sets.progress import Progress
from airflow_provider_booking.change_sets.settling import (
    settled,
    settled_as_odd,
    settled_by,
    settled_by_stop,
)
from airflow_provider_booking.change_sets.threads import in_thread
from airflow_provider_booking.vendors.updating import Update

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from airflow_provider_booking.change_sets.accounts import Account
    from airflow_provider_booking.change_sets.items import Item
    from airflow_provider_booking.change_sets.leasing import Tenure
    from airflow_provider_booking.change_sets.ledger import Lease, Ledger

__all__ = ["SAID_ONE_BY_ONE", "Limits", "Part", "leave"]

log = logging.getLogger(__name__)

SAID_ONE_BY_ONE = 50
"""So many items that were not applied are named in the log; the report names all."""

_CONFLICT = "the slot is not free yet; it is tried again when others have moved"
_NOT_FREE = "the wanted slot is not free, and nothing else of this change set frees it: choose another"
_WAITS = (Outcome.UNKNOWN, Reason.THROTTLED)
"""It cannot be read back yet: that is a reason to wait, and no reason to call somebody."""
_BAD_CANARIES = {
    (Outcome.HELD, Reason.VENDOR_ERROR),
    *((Outcome.UNKNOWN, reason) for reason in Reason if reason is not Reason.THROTTLED),
}


class Part:
    """Applies the open items of one connection.

    Args:
        ledger: Where they are.
        change_set_id: Of which change set.
        account: The connection, open.
        limits: When to stop.
        asked_at: When this was asked for; aware. A stop that was asked for later holds.
        tenure: The lease to hold while it runs.
        say: Told how far it is.
    """

    def __init__(
        self,
        ledger: Ledger,
        change_set_id: str,
        account: Account,
        limits: Limits,
        *,
        asked_at: datetime,
        tenure: Tenure,
        say: Callable[[str], object],
    ) -> None:
        self.conn_id = account.conn_id
        self.brakes = Brakes(limits)
        """Say whether it stopped before its end, and why."""
        self._ledger = ledger
        self._id = change_set_id
        self._account = account
        self._limits = limits
        self._say = say
        self._tenure = tenure
        self._journal = Journal(ledger, change_set_id, asked_at=asked_at, lease=tenure.lease)
        self._claiming = Claiming(ledger, self._journal, account, say)
        self._refused_before = 0
        self._begun = False
        self._beginning = asyncio.Lock()
        self._ended: Counter[Outcome] = Counter()
        self._waiting = 0
        """Those of the unknown ones that cannot be read back yet."""
        self._told = 0
        self._conflicts: dict[int, int] = {}
        """Items whose slot was not free, and how many had been applied by then."""

    async def run(self) -> None:
        """Apply until nothing is open any more, or there is a reason to stop; :attr:`brakes` says which.

        Raises:
            LedgerUnavailable: The ledger cannot be reached; nothing more was sent.
            LeaseLost: Another process may have begun the same; nothing more was sent.
        """
        async with self._tenure.held():
            await self._run()

    async def _run(self) -> None:
        already = await in_thread(self._ledger.counts, self._id, self.conn_id)
        self._refused_before = already.get(Outcome.REFUSED, 0)
        total = await in_thread(self._ledger.count_open, self._id, self.conn_id)
        progress = Progress(f"{self.conn_id}: done", total, self._say, self._so_far)
        self._check_limits()
        async with self._journal:
            if self.brakes.stopped is None:
                await self._go_through(progress)
            while self.brakes.stopped is None and await self._try_conflicts_again(progress):
                pass
            if self.brakes.stopped is None:
                await self._refuse_conflicts()
        if self.brakes.stopped is not None:
            self._say(f"{self.conn_id}: stopped: {self.brakes.stopped}")
            await in_thread(self._ledger.note, self._id, "stopped", f"{self.conn_id}: {self.brakes.stopped}")
            await self._leave_the_rest()
        progress.tell()

    async def _go_through(self, progress: Progress) -> None:
        hand_out = HandOut(self._ledger, self._id, self.conn_id)
        if await self._canaries_are_well(hand_out, progress):
            await self._rest(hand_out, progress)

    async def _canaries_are_well(self, hand_out: HandOut, progress: Progress) -> bool:
        """Apply items one by one until enough were sent; one that was held or unchanged is no canary."""
        sent: list[Outcome] = []
        while len(sent) < self._limits.canary:
            item = await anext(hand_out, None)
            if item is None:
                return True
            update = await self._apply(item, hand_out, progress, canary=True)
            if self.brakes.stopped is not None:
                return False
            if update is not None and update.outcome in (Outcome.APPLIED, Outcome.REFUSED):
                sent.append(update.outcome)
        if sent and Outcome.APPLIED not in sent:
            self.brakes.stop(f"none of the {len(sent)} canaries was applied: all were refused")
        return self.brakes.stopped is None

    async def _rest(self, hand_out: HandOut, progress: Progress) -> None:
        async def work(item: Item) -> None:
            await self._apply(item, hand_out, progress)

        at_once = self._account.at_once
        await for_each(self._until_stopped(hand_out), work, at_once=at_once, cut_short_by=LeaseLost)

    async def _until_stopped(self, items: AsyncIterator[Item]) -> AsyncIterator[Item]:
        while self.brakes.stopped is None:
            item = await anext(items, None)
            if item is None:
                return
            # It may have been stopped while this one was waited for.
            if self.brakes.stopped is None:
                yield item

    async def _apply(
        self, item: Item, hand_out: HandOut, progress: Progress, *, canary: bool = False
    ) -> ItemUpdate | None:
        """Work on an item, and write what became of it; None where there is nothing to be done now."""
        try:
            in_hand = await self._claiming.take(item)
        except (InHandElsewhere, StopAskedFor) as not_now:
            if isinstance(not_now, StopAskedFor):
                self.brakes.obey(not_now.stop)
            hand_out.put_back(item)
            return None
        again = self._conflicts.pop(item.item_id, None) is not None
        self._ended[Outcome.UNPROCESSED] -= again
        update = None if in_hand is None else await self._settle(in_hand, canary=canary)
        hand_out.done(item)
        progress.add(not again)
        return update

    async def _settle(self, item: Item, *, canary: bool) -> ItemUpdate:
        # Counted before it is sent: what moves while the vendor's "no" is under way may have freed the slot.
        applied = self._ended[Outcome.APPLIED]
        update = await self._updated(item, canary=canary)
        if update.reason is Reason.SLOT_CONFLICT:
            self._conflicts[item.item_id] = applied
            update = ItemUpdate(
                item.item_id,
                "conflict",
                Outcome.UNPROCESSED,
                reason=Reason.SLOT_CONFLICT,
                message=_CONFLICT,
                request_id=update.request_id,
            )
        await self._journal.write(update)
        self._ended[update.outcome] += 1
        self._waiting += (update.outcome, update.reason) == _WAITS
        self._tell(item, update)
        if canary and (update.outcome, update.reason) in _BAD_CANARIES:
            self.brakes.stop(f"a canary, row {item.row}, is {update.outcome}: {update.message}")
        self._check_limits()
        return update

    async def _updated(self, item: Item, *, canary: bool) -> ItemUpdate:
        """Send what is planned of an item, once, and say what became of it."""
        client = self._account.client
        in_doubt = item.outcome is Outcome.UNKNOWN
        intent = Intent(
            self._journal, self._account, item, begin=self._begin, check_held=self._tenure.check_held
        )
        try:
            update = Update(
                client,
                item.booking_id,
                item.image.changes,
                item.image.options,
                guard=intent,
                in_doubt=in_doubt,
            )
            result = await update.run()
        except BookingError as error:
            self.brakes.watch(error)
            return settled_by(item, error, still_in_doubt=in_doubt and not intent.stands, shown=intent.shown)
        except StopAskedFor as asked:
            self.brakes.obey(asked.stop)
            return settled_by_stop(item, asked.stop, maybe_sent=in_doubt or intent.stands)
        except (LedgerUnavailable, LeaseLost):
            raise
        except Exception as error:  # noqa: BLE001  (one odd booking must not cost the others)
            log.warning("row %d cannot be applied: %s", item.row, place_of(error))
            return settled_as_odd(item, error, sent=in_doubt or intent.stands)
        self.brakes.answered()
        ended = settled(item, result, update, self._account)
        return await self._read_back(ended, update) if canary else ended

    async def _read_back(self, ended: ItemUpdate, update: Update[Any]) -> ItemUpdate:
        """Look at a canary once more: a booking that does not stay as it was left is a reason to stop."""
        try:
            if ended.outcome is not Outcome.APPLIED or await update.holds():
                return ended
        except BookingError as error:
            self.brakes.watch(error)
            self.brakes.stop(
                f"a canary was applied and could not be read back: {error}", go_on_in=error.retry_after
            )
            return replace(ended, warnings=(*ended.warnings, f"it could not be read back once more: {error}"))
        return replace(
            ended,
            outcome=Outcome.HELD,
            reason=Reason.VENDOR_ERROR,
            message="the vendor showed it as wanted, and a moment later it was not: look at it at the vendor",
        )

    async def _begin(self) -> None:
        """Keep that the change set was begun, before its first booking is sent."""
        async with self._beginning:  # so that nobody overtakes who comes first
            if self._begun:
                return
            try:
                await in_thread(self._ledger.start_applying, self._id)
            except ValueError:
                raise LeaseLost(
                    "The change set is being planned once more by another run: nothing more was sent. Run "
                    "the task again."
                ) from None
            self._begun = True

    def _check_limits(self) -> None:
        self.brakes.check(
            refused=self._refused_before + self._ended[Outcome.REFUSED],
            unknown=self._ended[Outcome.UNKNOWN] - self._waiting,
        )

    async def _try_conflicts_again(self, progress: Progress) -> bool:
        """Try once more what was in each other's way; tell whether there was a point in it."""
        applied = self._ended[Outcome.APPLIED]
        again = [item_id for item_id, then in self._conflicts.items() if then < applied]
        if not again:
            return False
        self._say(f"{self.conn_id}: trying {len(again)} again whose slot was not free")
        await self._rest(HandOut(self._ledger, self._id, self.conn_id, only=again), progress)
        return self.brakes.stopped is None

    async def _refuse_conflicts(self) -> None:
        """What is still in the way when nothing moves any more stays in the way."""
        for item_id in self._conflicts:
            self._ended[Outcome.UNPROCESSED] -= 1
            self._ended[Outcome.REFUSED] += 1
            update = ItemUpdate(
                item_id, "settled", Outcome.REFUSED, reason=Reason.SLOT_CONFLICT, message=_NOT_FREE
            )
            await self._journal.write(update)
        self._check_limits()

    async def _leave_the_rest(self) -> None:
        """Write of what was not reached that it was not."""
        self._ended[self.brakes.left_behind[0]] += await leave(
            self._ledger,
            self._id,
            self.conn_id,
            self.brakes.left_behind,
            f"stopped: {self.brakes.stopped}",
            lease=self._tenure.lease,
        )

    def _tell(self, item: Item, update: ItemUpdate) -> None:
        if update.outcome in (Outcome.APPLIED, Outcome.UNCHANGED):
            return
        if (update.outcome, update.reason) == (Outcome.HELD, Reason.CREDENTIAL_EXPIRED):
            return  # that it stopped says so once, and for all
        self._told += 1
        if self._told <= SAID_ONE_BY_ONE:
            self._say(
                f"row {item.row}, {item.booking_id}: {update.outcome}, {update.reason}: {update.message}"
            )
        if self._told == SAID_ONE_BY_ONE:
            self._say("Further ones are in the report only")

    def _so_far(self) -> str:
        return ", ".join(f"{outcome} {count}" for outcome, count in self._ended.most_common() if count)


async def leave(
    ledger: Ledger,
    change_set_id: str,
    conn_id: str,
    ending: tuple[Outcome, Reason],
    message: str,
    *,
    lease: Lease,
) -> int:
    """Write of the open items of a connection how they were left, but for those that may have been sent.

    Returns:
        How many there were.

    Raises:
        LeaseLost: Another process may work on them by now.
    """
    count = 0
    outcome, reason = ending
    async for page in open_pages(ledger, change_set_id, conn_id):
        left = [
            ItemUpdate(item.item_id, "left", outcome, reason=reason, message=message)
            for item in page
            if item.outcome in (Outcome.PLANNED, Outcome.UNPROCESSED)
        ]
        await in_thread(ledger.write, change_set_id, left, lease=lease)
        count += len(left)
    return count
