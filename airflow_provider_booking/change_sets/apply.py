"""Applying: each item is sent once, or it is known why not. Running it again goes on where it stopped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import InvalidInput, Outcome, Reason
from airflow_provider_booking.change_sets.accounts import Accounts
from airflow_provider_booking.change_sets.applying import Limits, Part, leave
from airflow_provider_booking.change_sets.items import State
from airflow_provider_booking.change_sets.leasing import SECONDS, Tenure, leased
from airflow_provider_booking.change_sets.parallel import side_by_side
from airflow_provider_booking.change_sets.plan import whole_digest
from airflow_provider_booking.change_sets.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from airflow_provider_booking.change_sets.accounts import Account, Connect
    from airflow_provider_booking.change_sets.items import ChangeSet, Stop
    from airflow_provider_booking.change_sets.ledger import Ledger


@dataclass(frozen=True)
class Applied:
    """What applying came to.

    Attributes:
        counts: Items by outcome, and ``total``.
        by_connection: The same by connection; an empty name is for rows that name none.
        stopped: Connection to why it was stopped before its end, as a sentence.
        by_hand: The stop that somebody asked for, where that is why.
        go_on_in: Seconds after which applying can go on, where a connection was stopped as its vendor asked
            for a wait; None where nothing waits, or somebody asked for a stop.
    """

    counts: dict[str, int]
    by_connection: dict[str, dict[str, int]]
    stopped: dict[str, str]
    by_hand: Stop | None
    go_on_in: float | None = None


async def apply(
    change_set_id: str,
    *,
    digest: str | None,
    conn_id: str | None,
    limits: Limits,
    asked_at: datetime | None = None,
    lease_seconds: float = SECONDS,
    ledger: Ledger,
    connect: Connect,
    say: Callable[[str], object],
) -> Applied:
    """Apply a change set, or one connection's part of it.

    Args:
        change_set_id: Which one.
        digest: What an approver saw; None where nobody was asked.
        conn_id: The connection; None applies all of them, side by side.
        limits: When to stop; each connection is judged by itself.
        asked_at: When this was asked for; aware. None: now. A stop that was asked for later holds.
        lease_seconds: For how long what a killed process had in hand stays untouched.
        ledger: Where it is kept.
        connect: Gives the client of a connection.
        say: Told how far it is.

    Raises:
        InvalidInput: There is no such change set, it is not planned to its end, it has expired, it is not
            the one that was approved, somebody asked for it to be stopped, or a connection now calls somebody
            else. Nothing was sent.
        LedgerUnavailable: The ledger cannot be reached; nothing more was sent.
        LeaseLost: Another process may have begun the same; nothing more was sent.
    """
    since = await in_thread(asked_since, ledger, asked_at)
    found = await in_thread(ledger.change_set, change_set_id)
    if (stop := found.stop_after(since)) is not None:
        await _leave_stopped(ledger, change_set_id, conn_id, stop, say=say, lease_seconds=lease_seconds)
    check_not_stopped(found, since)
    await in_thread(check_as_approved, ledger, found, digest)
    counts = await in_thread(ledger.counts, change_set_id, conn_id)
    if conn_id is not None and not counts["total"]:
        raise InvalidInput(
            f"change set {change_set_id} has no row of connection {conn_id}",
            hint="take conn_id from conn_ids in the result of the plan",
        )
    planned = await in_thread(ledger.endpoints, change_set_id)
    with_work = await in_thread(ledger.conn_ids, change_set_id)
    conn_ids: Sequence[str] = (
        with_work if conn_id is None else [each for each in with_work if each == conn_id]
    )
    async with Accounts(connect) as accounts:
        parts = []
        for each in conn_ids:
            account = await accounts.get(each)
            _check_endpoint(account, planned.get(each))
            name, shown = apply_lease(change_set_id, each, account.endpoint)
            tenure = Tenure(ledger, name, say, shown=shown, seconds=lease_seconds)
            parts.append(Part(ledger, change_set_id, account, limits, asked_at=since, tenure=tenure, say=say))
        await side_by_side(*(part.run() for part in parts))
    return Applied(
        counts=await in_thread(ledger.counts, change_set_id, conn_id),
        by_connection=await in_thread(_by_connection, ledger, change_set_id, conn_id),
        stopped={part.conn_id: part.brakes.stopped for part in parts if part.brakes.stopped is not None},
        by_hand=next((part.brakes.by_hand for part in parts if part.brakes.by_hand is not None), None),
        go_on_in=_go_on_in(parts),
    )


def _go_on_in(parts: Sequence[Part]) -> float | None:
    # Whatever else was stopped: it is tried once more with those that wait, and fails the task then.
    waits = [part.brakes.go_on_in for part in parts if part.brakes.go_on_in is not None]
    return min(waits) if waits and not any(part.brakes.by_hand for part in parts) else None


def _by_connection(ledger: Ledger, change_set_id: str, conn_id: str | None) -> dict[str, dict[str, int]]:
    counted: dict[str, Counter[str]] = {}
    for of, outcome, _, count in ledger.reasons(change_set_id, conn_id):
        counted.setdefault(of or "", Counter())[outcome.value] += count
    return {of: dict(counts) for of, counts in counted.items()}


async def _leave_stopped(
    ledger: Ledger,
    change_set_id: str,
    conn_id: str | None,
    stop: Stop,
    *,
    say: Callable[[str], object],
    lease_seconds: float,
) -> None:
    """Write of what was not reached before a stop that it was not."""
    endpoints = await in_thread(ledger.endpoints, change_set_id)
    for each in await in_thread(ledger.conn_ids, change_set_id):
        if conn_id in (None, each):
            name, shown = apply_lease(change_set_id, each, endpoints[each])
            async with leased(ledger, name, say, shown=shown, seconds=lease_seconds) as lease:
                stopped = (Outcome.UNPROCESSED, Reason.STOPPED)
                await leave(ledger, change_set_id, each, stopped, f"stopped: {stop}", lease=lease)


def apply_lease(change_set_id: str, conn_id: str, endpoint: str) -> tuple[str, str]:
    """What whoever applies a change set through an account holds: the lease's name, and for a reader."""
    return f"apply {change_set_id} {conn_id} {endpoint[:16]}", f"change set {change_set_id} at {conn_id}"


def asked_since(ledger: Ledger, asked_at: datetime | None) -> datetime:
    """When applying was asked for, by the ledger's clock; None: now."""
    now = ledger.now()
    return now if asked_at is None else min(asked_at, now)  # another machine's clock may be ahead


def check_not_stopped(found: ChangeSet, asked_at: datetime) -> None:
    """Make sure that nobody asked for a change set to be stopped after it was asked for.

    Args:
        found: The change set.
        asked_at: When applying it was asked for, by the ledger's clock.

    Raises:
        InvalidInput: Somebody did.
    """
    if (stop := found.stop_after(asked_at)) is not None:
        raise InvalidInput(
            f"{stop}, which holds for every run that was begun before",
            hint="to go on, start a new run, or clear the task when its run has ended",
        )


def check_as_approved(ledger: Ledger, found: ChangeSet, digest: str | None) -> None:
    """Make sure that a change set may be applied, or that somebody may be asked about it.

    Args:
        ledger: Where it is kept.
        found: The change set.
        digest: What an approver saw; None where nobody was asked yet.

    Raises:
        InvalidInput: It is not planned to its end, has expired, or is not the one that was approved.
    """
    if found.state is not State.PLANNED:
        raise InvalidInput(
            f"change set {found.change_set_id} is not planned to its end", hint="run the plan task again"
        )
    if digest is not None and digest != found.digest:
        raise InvalidInput(
            f"digest {digest[:12]}… is not that of {found.change_set_id}, {str(found.digest)[:12]}…",
            hint="what was approved is not what would be applied: plan and approve in a new run",
        )
    rows = ledger.counts(found.change_set_id)["total"]
    if rows != found.rows or whole_digest(ledger, found.change_set_id, found.notify) != found.digest:
        raise InvalidInput(
            f"the ledger's items of change set {found.change_set_id} are not those that were planned",
            hint="somebody changed the ledger: plan anew",
        )
    # What was begun in time may be brought to its end: each booking is looked at again anyway.
    if found.started_at is None and found.expires_at is not None and found.expires_at < ledger.now():
        raise InvalidInput(
            f"the plan expired at {found.expires_at:%Y-%m-%d %H:%M}Z",
            hint="plan in a new run, or under another key, with a longer expires_in if need be",
        )


def _check_endpoint(account: Account, planned: str | None) -> None:
    if planned is not None and planned != account.endpoint:
        raise InvalidInput(
            f"connection {account.conn_id} now has another address or credential than when it was planned",
            hint="put it back, or plan anew",
        )
