"""What a booking as it is and a wish make together: an absolute target, or why there is none."""

from __future__ import annotations

import hashlib
import json
import logging
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import (
    BookingError,
    BookingRef,
    FieldChange,
    Held,
    InvalidInput,
    Outcome,
    Reason,
    Throttled,
    VendorUnavailable,
)
from airflow_provider_booking.change_sets.items import Image, ItemUpdate, Move, Target
from airflow_provider_booking.change_sets.rows import Wish
from airflow_provider_booking.change_sets.targets import target
from airflow_provider_booking.change_sets.wall_time import known_zone
from airflow_provider_booking.vendors.planning import Notify
from airflow_provider_booking.vendors.updating import Update, differing_fields
from airflow_provider_booking.vendors.verbs import Asked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_booking.bookings import Booking
    from airflow_provider_booking.change_sets.accounts import Account
    from airflow_provider_booking.change_sets.items import Item
    from airflow_provider_booking.change_sets.rows import Undoing
    from airflow_provider_booking.change_sets.wall_time import OnDst
    from airflow_provider_booking.vendors.updating import Fields, Preview, Record

log = logging.getLogger(__name__)

_UNSEEN = "{} cannot be taken back: the vendor does not show it"


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

        Raises:
            Throttled: Something more had to be read, and the vendor asks to slow down.
        """
        try:
            return await self._planned(item, record)
        except BookingError as error:
            if isinstance(error, Throttled) and error.retryable:
                raise
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
        asked = await self._asked(wish, booking, record)
        if not asked.changes:
            return ItemUpdate(
                item.item_id,
                "read",
                Outcome.UNCHANGED,
                message=asked.remark,
                warnings=asked.warnings,
                shown={name: FieldChange(before=value, after=value) for name, value in asked.seen.items()}
                or None,
            )
        telling = account.planning.telling(self._notify, asked.changes)
        changes = {**asked.changes, **telling.changes}
        options = {**asked.options, **telling.options}
        update = Update(account.client, item.booking_id, changes, options)
        record = account.client.seen_with(record, account.client.parse_options(options))
        preview = update.preview(record)
        warnings = (*asked.warnings, *telling.warnings, *preview.warnings)
        if not preview.wanted:
            return ItemUpdate(item.item_id, "read", Outcome.UNCHANGED, warnings=warnings)
        image = Image(
            wish=item.image.wish,
            record=record,
            changes=changes,
            options=options,
            standing=(*asked.warnings, *telling.warnings),
            shown=preview.in_full,
            move=self._move(preview, zone=await self._zone(wish, booking)),
        )
        return ItemUpdate(
            item.item_id,
            "planned",
            Outcome.PLANNED,
            warnings=warnings,
            target=self._target(item, booking, image, preview),
        )

    async def _asked(self, wish: Wish, booking: Booking, record: Record) -> Asked:
        """What the vendor is asked for, in its own words."""
        planning = self.account.planning
        if wish.close is not None:
            return planning.closing(wish.close, record)
        if wish.replace_host is not None:
            return planning.replacing(wish.replace_host, record)
        if wish.renew is not None:
            return planning.renewing(wish.renew, record)
        if wish.undo is not None:
            return self._undone(wish.undo, record)
        if wish.values:
            return planning.asking(wish.values, record, {})
        zone = await self._zone(wish, booking)
        return Asked(target(wish, booking, planning, zone=zone, on_dst=self._on_dst))

    async def _zone(self, wish: Wish, booking: Booking) -> str | None:
        """The zone in which people think of the booking; looked up only where the wish depends on it."""
        return await self.account.planning.zone(booking) if wish.needs_zone else booking.time_zone

    def _undone(self, undoing: Undoing, record: Record) -> Asked:
        """What takes an item back, if the booking is still as the item left it.

        Raises:
            Held: It is not (reason ``drift.changed``).
            InvalidInput: Nothing of it can be taken back.
        """
        client, planning = self.account.client, self.account.planning
        record = client.seen_with(record, client.parse_options(undoing.options))
        now = client.fields(record)
        if not differing_fields(now, undoing.before):
            return Asked(
                remark="the booking is as it was before the change already",
                warnings=tuple(map(_UNSEEN.format, undoing.hidden)),
            )
        touched = differing_fields(now, undoing.left) | differing_fields(undoing.left, planning.watched(now))
        if touched:
            raise Held(
                f"{', '.join(sorted(touched))} changed after it was applied",
                vendor=self.account.vendor,
                reason=Reason.CHANGED_MEANWHILE,
                hint="look at the booking; take it back by hand if it shall still be taken back",
            )
        asked = planning.asking(undoing.before, record, undoing.options)
        unsaid = tuple(_UNSEEN.format(name) for name in undoing.hidden if not _is_in(name, asked.changes))
        if not asked.changes:
            raise InvalidInput(
                f"it cannot be taken back: {'; '.join((*asked.warnings, *unsaid)) or asked.remark}",
                hint="look at the booking at the vendor",
            )
        # Whoever was told of the change is told of its end; a policy of the revert's own has the last word.
        telling = undoing.telling if self._notify is Notify.VENDOR_DEFAULT else {}
        return replace(asked, changes={**asked.changes, **telling}, warnings=(*asked.warnings, *unsaid))

    def _move(self, preview: Preview, *, zone: str | None) -> Move | None:
        """How its begin and end move, for whoever has to agree to it; None where both stay."""
        planning, place = self.account.planning, known_zone(zone)
        times = [
            (planning.starts_at(fields), planning.ends_at(fields))
            for fields in (preview.now, preview.now | preview.wanted)
        ]
        (before, ends_before), (after, ends_after) = times
        if before is None or after is None or times[0] == times[1]:
            return None
        return Move(
            before=datetime.fromtimestamp(before, place),
            after=datetime.fromtimestamp(after, place),
            ends_before=None if ends_before is None else datetime.fromtimestamp(ends_before, place),
            ends_after=None if ends_after is None else datetime.fromtimestamp(ends_after, place),
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


def _is_in(name: str, changes: Mapping[str, Any]) -> bool:
    """Whether a flat field is among what is asked for, by itself or as a part."""
    return name in changes or name.partition(".")[0] in changes


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
