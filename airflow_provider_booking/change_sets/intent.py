"""Between reading a booking and sending its change: drift is judged, and the intent is written down."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import FieldChange, Held, Outcome, Reason
from airflow_provider_booking.change_sets.items import ItemUpdate
from airflow_provider_booking.change_sets.judging import planned_from
from airflow_provider_booking.change_sets.ledger import StopAskedFor
from airflow_provider_booking.change_sets.rows import Wish
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
        check_held: Called before the change is sent; raises where the lease may have lapsed.
    """

    def __init__(
        self,
        journal: Journal,
        account: Account,
        item: Item,
        *,
        begin: Callable[[], Awaitable[None]],
        check_held: Callable[[], None],
    ) -> None:
        self._journal = journal
        self._account = account
        self._item = item
        self._begin = begin
        self._check_held = check_held
        self._asked_at = 0.0
        self._times = 0
        self.stands = False
        """Whether the item may have been sent, and nobody knows yet what became of it."""
        self.shown: dict[str, FieldChange] | None = None
        """Where a renewal is held: what it would have changed, from what it reads now."""

    async def about_to_send(self, now: Fields, wanted: Fields) -> None:
        """See :meth:`airflow_provider_booking.vendors.updating.Guard.about_to_send`.

        Raises:
            Held: The booking is no longer as it was planned from (reason ``drift.changed``).
            InvalidInput: It was to be kept alive, and has lapsed (reason ``lost.expired``).
            StopAskedFor: A stop was asked for meanwhile.
            LeaseLost: Somebody else may work on the booking by now.
            LedgerUnavailable: The intent could not be written.
        """
        if Wish.model_validate(self._item.image.wish).renew is None:
            self._check_as_planned(now, wanted)
        else:
            self._check_renewal(now, wanted)
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
        self._asked_at = time.monotonic()
        self._times += 1
        self.stands = True

    async def about_to_try(self, *, again: bool) -> None:
        """See :meth:`airflow_provider_booking.vendors.freshness.Attempts.about_to_try`.

        The ledger is asked once more where the attempt had to wait for its turn, or is not the first.

        Raises:
            StopAskedFor: A stop was asked for meanwhile.
            LeaseLost: Somebody else may work on the booking by now.
            LedgerUnavailable: The ledger could not be asked.
        """
        if again or time.monotonic() - self._asked_at > self._account.client.patience.fresh_for:
            try:
                await self._journal.check_may_send(self._item.item_id)
            except StopAskedFor:
                # No attempt of this write changed anything; the write before it, if there was one, was lost.
                self.stands = self._times > 1
                raise
            self._asked_at = time.monotonic()

    def going_out(self) -> None:
        """See :meth:`airflow_provider_booking.vendors.freshness.Attempts.going_out`.

        Raises:
            LeaseLost: Somebody else may work on the booking by now.
        """
        self._check_held()

    def _check_as_planned(self, now: Fields, wanted: Fields) -> None:
        planned = planned_from(self._account, self._item.image, wanted)
        watched = self._account.planning.watched(now)
        drifted = differing_fields(now | watched, planned)
        drifted |= differing_fields(planned, watched)
        if drifted:
            raise self._held(drifted)

    def _check_renewal(self, now: Fields, wanted: Fields) -> None:
        # Nothing but what is wanted is sent: what else somebody changed is not in its way.
        planned = planned_from(self._account, self._item.image, wanted)
        drifted = differing_fields(now, {name: planned[name] for name in wanted})
        if drifted:
            self.shown = {name: FieldChange(before=now[name], after=wanted[name]) for name in wanted}
            raise self._held(drifted)
        self._account.planning.check_still_alive(now)

    def _held(self, drifted: Fields) -> Held:
        return Held(
            f"{', '.join(sorted(drifted))} changed after it was planned",
            vendor=self._account.vendor,
            reason=Reason.CHANGED_MEANWHILE,
            hint="look at the booking; plan it anew if it shall still be changed",
        )
