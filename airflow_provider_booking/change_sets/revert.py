"""Reverting: what a change set left at the vendors is taken back, by a change set of its own."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.apply import Applied, apply, apply_lease, asked_since
from airflow_provider_booking.change_sets.items import Kind, State
from airflow_provider_booking.change_sets.leasing import SECONDS, leased
from airflow_provider_booking.change_sets.plan import PlanRequest, plan
from airflow_provider_booking.change_sets.sources.undone import Undone
from airflow_provider_booking.change_sets.threads import in_thread
from airflow_provider_booking.change_sets.wall_time import OnDst

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from airflow_provider_booking.change_sets.accounts import Connect
    from airflow_provider_booking.change_sets.applying import Limits
    from airflow_provider_booking.change_sets.items import ChangeSet
    from airflow_provider_booking.change_sets.ledger import Ledger
    from airflow_provider_booking.vendors.planning import Notify

EXPIRES_IN = 86_400.0
"""Seconds within which a revert may be begun to apply, once it is planned; it is applied at once."""


@dataclass(frozen=True)
class Reverted:
    """What reverting came to.

    Attributes:
        change_set_id: The change set that takes the other one back.
        applied: What applying it came to.
    """

    change_set_id: str
    applied: Applied


async def revert(
    change_set_id: str,
    *,
    key: str | None,
    limits: Limits,
    include_past: bool,
    notify: Notify | None,
    asked_at: datetime | None,
    lease_seconds: float = SECONDS,
    ledger: Ledger,
    connect: Connect,
    say: Callable[[str], object],
) -> Reverted:
    """Take a change set back: plan the way back from the before-images, and apply it.

    Only what is still as it was left is taken back; the rest is held. What is still open of the change set is
    stopped first. Reverting again takes back what is still to be taken back, if anything is.

    Args:
        change_set_id: Which one.
        key: Names the change set that takes it back: reverting again under the same key goes on with it. None
            goes on with one that was not brought to its end, or plans a new one.
        limits: When to stop.
        include_past: Whether bookings that have begun may be changed as well, or moved into the past.
        notify: Who shall be told; None: as in the change set that is taken back.
        asked_at: When this was asked for; aware. None: now. A stop that was asked for later holds.
        lease_seconds: For how long what a killed process had in hand stays untouched.
        ledger: Where both are kept.
        connect: Gives the client of a connection.
        say: Told how far it is.

    Raises:
        InvalidInput: There is no such change set, or it is not planned to its end; or see
            :func:`~airflow_provider_booking.change_sets.apply.apply`.
        LedgerUnavailable: The ledger cannot be reached; nothing more was sent.
        LeaseLost: Another process may have begun the same; nothing more was sent.
    """
    # Before anything is read: a stop that is asked for meanwhile holds.
    since = await in_thread(asked_since, ledger, asked_at)
    original = await in_thread(ledger.change_set, change_set_id)
    if original.state is not State.PLANNED and original.started_at is None:
        raise InvalidInput(
            f"change set {change_set_id} is not planned to its end", hint="there is nothing to take back"
        )
    # Two at once would each plan what the other one is about to send.
    shown = f"the revert of {change_set_id}"
    async with leased(ledger, f"revert {change_set_id}", say, shown=shown, seconds=lease_seconds):
        await _come_to_rest(original, ledger, say, lease_seconds)
        arguments = f"revert {change_set_id} {notify} {include_past}"
        request = PlanRequest(
            key=await in_thread(_key, ledger, change_set_id, arguments) if key is None else key,
            arguments=arguments,
            source=Undone(change_set_id),
            change=None,
            conn_id=None,
            notify=notify or original.notify,
            on_dst=OnDst.REFUSE,
            include_past=include_past,
            allow_empty=True,
            expires_in=EXPIRES_IN,
            kind=Kind.REVERT,
            reverts=change_set_id,
            asks_nobody=True,
        )
        # Its rows come from the ledger.
        planned = await plan(request, ledger=ledger, connect=connect, open_rows=lambda *_: iter(()), say=say)
        applied = await apply(
            planned.change_set_id,
            digest=None,
            conn_id=None,
            limits=limits,
            asked_at=since,
            lease_seconds=lease_seconds,
            ledger=ledger,
            connect=connect,
            say=say,
        )
    return Reverted(planned.change_set_id, applied)


async def _come_to_rest(
    original: ChangeSet, ledger: Ledger, say: Callable[[str], object], lease_seconds: float
) -> None:
    """Stop what is still being applied of a change set, so that all of what it leaves is seen."""
    if not await in_thread(ledger.conn_ids, original.change_set_id):
        return
    await in_thread(ledger.ask_to_stop, original.change_set_id, "a revert")
    endpoints = await in_thread(ledger.endpoints, original.change_set_id)
    for conn_id, endpoint in endpoints.items():
        name, shown = apply_lease(original.change_set_id, conn_id, endpoint)
        async with leased(ledger, name, say, shown=shown, seconds=lease_seconds):
            pass  # whoever applied it through this account is done


def _key(ledger: Ledger, change_set_id: str, arguments: str) -> str:
    """That of the last revert, where it asked for the same and can be brought to its end; else a new one."""
    earlier = ledger.reverts_of(change_set_id)
    if earlier and earlier[-1].arguments == arguments and _goes_on(ledger, earlier[-1]):
        return earlier[-1].key
    return f"revert {change_set_id} {secrets.token_hex(4)}"


def _goes_on(ledger: Ledger, revert: ChangeSet) -> bool:
    expired = revert.expires_at is not None and revert.expires_at < ledger.now()
    if revert.state is State.PLANNED and revert.started_at is None and expired:
        return False
    return revert.state is State.PLANNING or bool(ledger.conn_ids(revert.change_set_id))
