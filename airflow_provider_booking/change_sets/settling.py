"""What the ledger is told of an item once its update has ended, one way or another."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import BookingNotFound, NotApplied, Outcome, Reason
from airflow_provider_booking.change_sets.items import ItemUpdate
from airflow_provider_booking.change_sets.judging import place_of, reason_of
from airflow_provider_booking.change_sets.tracing import trace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_booking.bookings import BookingError, FieldChange, UpdateResult
    from airflow_provider_booking.change_sets.accounts import Account
    from airflow_provider_booking.change_sets.items import Item, Stop, Trace
    from airflow_provider_booking.vendors.updating import Update

log = logging.getLogger(__name__)

_FOUND = "an earlier attempt's answer was lost; reading back showed that it was applied"
_NO_TRACE = "how it left the booking could not be kept: it cannot be taken back by a revert"


def settled(item: Item, result: UpdateResult, update: Update[Any], account: Account) -> ItemUpdate:
    """It went through, or there was nothing to send."""
    outcome, warnings = result.outcome, result.warnings
    if outcome is Outcome.UNCHANGED and item.attempts:
        outcome, warnings = Outcome.APPLIED, (*warnings, _FOUND)
    kept = _trace(item, update, account) if outcome is Outcome.APPLIED else None
    if outcome is Outcome.APPLIED and kept is None:
        warnings = (*warnings, _NO_TRACE)
    changed = update.changed_in_full
    return ItemUpdate(
        item.item_id,
        "settled",
        outcome,
        warnings=tuple(dict.fromkeys((*item.image.standing, *warnings))),
        request_id=result.request_id,
        shown=changed if changed and changed != item.image.shown else None,
        trace=kept,
    )


def _trace(item: Item, update: Update[Any], account: Account) -> Trace | None:
    try:
        return trace(item, update, account)
    except Exception as error:  # noqa: BLE001  (it was applied, whatever is odd about it)
        log.warning("how row %d left its booking cannot be kept: %s", item.row, place_of(error))
        return None


def settled_by(
    item: Item,
    error: BookingError,
    *,
    still_in_doubt: bool,
    shown: Mapping[str, FieldChange] | None = None,
) -> ItemUpdate:
    """It did not go through, or it is not known whether it did.

    Args:
        item: The item.
        error: What came of it.
        still_in_doubt: Whether it may have been sent before, and nothing was sent this time.
        shown: What a report shows instead of what was planned; None: that.
    """
    outcome, message = error.outcome, str(error)
    if isinstance(error, BookingNotFound):
        outcome = Outcome.HELD  # it was there when it was planned: somebody should know
    elif still_in_doubt and isinstance(error, NotApplied) and error.reason is not Reason.EXPIRED:
        # Nothing was sent this time; that says nothing of what was sent before. But what has expired was
        # read, and as it had been planned from: what was sent before left no trace.
        outcome, message = Outcome.UNKNOWN, _lost(message)
    return ItemUpdate(
        item.item_id,
        "settled",
        outcome,
        reason=reason_of(error),
        message=message,
        warnings=item.warnings,
        request_id=error.request_id,
        shown=shown,
    )


def settled_by_stop(item: Item, stop: Stop, *, maybe_sent: bool) -> ItemUpdate:
    """Somebody asked for a stop when it was about to be sent."""
    outcome, reason = Outcome.UNPROCESSED, Reason.STOPPED
    message = f"stopped: {stop}"
    if maybe_sent:
        outcome, reason, message = Outcome.UNKNOWN, Reason.NO_ANSWER, _lost(message)
    return ItemUpdate(item.item_id, "left", outcome, reason=reason, message=message, warnings=item.warnings)


def settled_as_odd(item: Item, error: Exception, *, sent: bool) -> ItemUpdate:
    """Something about its booking is so odd that it cannot be worked on."""
    # The error's own text may hold what the vendor knows about people.
    return ItemUpdate(
        item.item_id,
        "settled",
        Outcome.UNKNOWN if sent else Outcome.REFUSED,
        reason=Reason.VENDOR_ERROR,
        message=f"the booking could not be worked on ({type(error).__name__}): report this",
        warnings=item.warnings,
    )


def _lost(message: str) -> str:
    return f"an earlier attempt's answer was lost, and now: {message}"
