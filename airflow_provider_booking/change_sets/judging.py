"""What a booking as it is and a wish make together: an absolute target, or why there is none."""

from __future__ import annotations

import hashlib
import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import (
    BookingError,
    BookingRef,
    InvalidInput,
    Outcome,
    Reason,
    VendorUnavailable,
)
from airflow_provider_booking.change_sets.items import Image, ItemUpdate, Target
from airflow_provider_booking.change_sets.rows import Wish
from airflow_provider_booking.change_sets.targets import target
from airflow_provider_booking.vendors.updating import Update

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_booking.bookings import Booking
    from airflow_provider_booking.change_sets.accounts import Account
    from airflow_provider_booking.change_sets.items import Item
    from airflow_provider_booking.change_sets.wall_time import OnDst
    from airflow_provider_booking.vendors.planning import Notify
    from airflow_provider_booking.vendors.updating import Fields, Preview, Record

log = logging.getLogger(__name__)


class Judge:
    """Judges the bookings of one connection.

    Args:
        account: The connection.
        notify: Who shall be told.
        on_dst: What to do with wall-clock times that do not exist, or exist twice.
        include_past: Whether bookings that have begun may be changed as well.
    """

    def __init__(self, account: Account, *, notify: Notify, on_dst: OnDst, include_past: bool) -> None:
        self.account = account
        self._notify = notify
        self._on_dst = on_dst
        self._include_past = include_past

    async def judge(self, item: Item, record: Record) -> ItemUpdate:
        """What is planned for a booking.

        Args:
            item: The item, with its wish.
            record: The booking, as the client's ``read`` gives it.

        Returns:
            Outcome ``planned`` with the target, ``unchanged`` where all is as wished, or ``refused``.
        """
        try:
            return await self._planned(item, record)
        except BookingError as error:
            return failed(item, error)
        except Exception as error:  # noqa: BLE001  (one odd booking must not cost the others)
            log.warning("row %d cannot be planned: %s", item.row, place_of(error))
            return failed(
                item,
                InvalidInput(
                    f"the booking cannot be planned ({type(error).__name__})",
                    hint="report this, with the vendor's name",
                    reason=Reason.VENDOR_ERROR,
                ),
            )

    async def _planned(self, item: Item, record: Record) -> ItemUpdate:
        account, wish = self.account, Wish.model_validate(item.image.wish)
        ref = BookingRef(vendor=account.vendor, conn_id=account.conn_id, booking_id=item.booking_id)
        booking = account.client.as_booking(ref, record)
        if not self._include_past:
            check_not_past(booking)
        zone = await account.planning.zone(booking) if wish.needs_zone else booking.time_zone
        changes = target(wish, booking, account.planning, zone=zone, on_dst=self._on_dst)
        telling = account.planning.telling(self._notify, changes)
        changes |= telling.changes
        update = Update(account.client, item.booking_id, changes, telling.options)
        preview = update.preview(record)
        warnings = (*telling.warnings, *preview.warnings)
        if not preview.wanted:
            return ItemUpdate(item.item_id, "read", Outcome.UNCHANGED, warnings=warnings)
        image = Image(
            wish=item.image.wish,
            record=record,
            changes=changes,
            options=dict(telling.options),
            shown=preview.in_full,
        )
        return ItemUpdate(
            item.item_id,
            "planned",
            Outcome.PLANNED,
            warnings=warnings,
            target=self._target(item, booking, image, preview),
        )

    def _target(self, item: Item, booking: Booking, image: Image, preview: Preview) -> Target:
        slots = self.account.planning.slots
        after = preview.now | preview.wanted
        if not self._include_past:
            check_not_past(booking, self.account.planning.starts_at(after))
        now, then = slots(preview.now), slots(after)
        moves = now != then
        time = booking.start or booking.end
        return Target(
            image=image,
            digest=digest_of(item, image, planned_from(self.account, image, preview.wanted)),
            starts_at=time.timestamp() if time else None,
            slots_before=now if moves else (),
            slots_after=then if moves else (),
        )


def planned_from(account: Account, image: Image, wanted: Fields) -> Fields:
    """The fields that must still read so when it is applied: what matters to others, and what it alters."""
    fields = account.client.fields(image.record)
    return account.planning.watched(fields) | {name: fields.get(name) for name in wanted}


def digest_of(item: Item, image: Image, before: Mapping[str, Any]) -> str:
    """The same only where the same booking is to be changed in the same way from the same state."""
    whole = [item.conn_id, item.booking_id, image.changes, image.options, before]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def failed(item: Item, error: BookingError) -> ItemUpdate:
    """What the ledger is told of a booking that could not be read, or has no target."""
    return ItemUpdate(
        item.item_id,
        "read",
        error.outcome,
        reason=reason_of(error),
        message=str(error),
        request_id=error.request_id,
    )


def reason_of(error: BookingError) -> Reason:
    """Why, as the ledger keeps it: what got no usable answer is tried again, whatever stood in its place."""
    return Reason.NO_ANSWER if isinstance(error, VendorUnavailable) else error.reason


def place_of(error: Exception) -> str:
    """Where an error was raised. Its text may hold what the vendor knows about people, and is left out."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def check_not_past(booking: Booking, starts_at: float | None = None) -> None:
    """Refuse a booking that has begun, or would have.

    Args:
        booking: The booking as it is.
        starts_at: When it would begin: unix seconds. None: judge it as it is.

    Raises:
        InvalidInput: It has (reason ``limit.past``).
    """
    now = datetime.now(UTC)
    if starts_at is None:
        time = booking.start or booking.end
        if time is not None and time < now:
            what = "began" if booking.start else "ended"
            raise InvalidInput(
                f"the booking {what} at {time:%Y-%m-%d %H:%M}Z, which is past",
                hint="give include_past=True to change it all the same",
                reason=Reason.IN_THE_PAST,
            )
    elif starts_at < now.timestamp():
        raise InvalidInput(
            f"it would move to {datetime.fromtimestamp(starts_at, UTC):%Y-%m-%d %H:%M}Z, which is past",
            hint="check the date; give include_past=True to move it there all the same",
            reason=Reason.IN_THE_PAST,
        )
