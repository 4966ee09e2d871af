"""Applying: each item is sent once, or it is known why not. Running it again goes on where it stopped."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import InvalidInput, Outcome
from airflow_provider_booking.change_sets.accounts import Accounts
from airflow_provider_booking.change_sets.applying import Limits, Part
from airflow_provider_booking.change_sets.items import State
from airflow_provider_booking.change_sets.leasing import leased
from airflow_provider_booking.change_sets.parallel import side_by_side
from airflow_provider_booking.change_sets.plan import whole_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow_provider_booking.change_sets.accounts import Account, Connect
    from airflow_provider_booking.change_sets.items import ChangeSet
    from airflow_provider_booking.change_sets.ledger import Ledger


@dataclass(frozen=True)
class Applied:
    """What applying came to.

    Attributes:
        counts: Items by outcome, and ``total``.
        stopped: Connection to why it was stopped before its end, as a sentence.
    """

    counts: dict[str, int]
    stopped: dict[str, str]


async def apply(
    change_set_id: str,
    *,
    digest: str | None,
    conn_id: str | None,
    limits: Limits,
    ledger: Ledger,
    connect: Connect,
    say: Callable[[str], object],
) -> Applied:
    """Apply a change set, or one connection's part of it.

    Args:
        change_set_id: Which one.
        digest: What an approver saw; None where nobody was asked.
        conn_id: The connection; None applies all of them, side by side.
        limits: When to stop.
        ledger: Where it is kept.
        connect: Gives the client of a connection.
        say: Told how far it is.

    Raises:
        InvalidInput: There is no such change set, it is not planned to its end, it has expired, it is not
            the one that was approved, or a connection now calls somebody else. Nothing was sent.
        LedgerUnavailable: The ledger cannot be reached; nothing more was sent.
        LeaseLost: Another process may have begun the same; nothing more was sent.
    """
    found = await asyncio.to_thread(ledger.change_set, change_set_id)
    await asyncio.to_thread(_check, ledger, found, digest)
    counts = await asyncio.to_thread(ledger.counts, change_set_id, conn_id)
    if conn_id is not None and not counts["total"]:
        raise InvalidInput(
            f"change set {change_set_id} has no row of connection {conn_id}",
            hint="take conn_id from conn_ids in the result of the plan",
        )
    if (too_many := limits.refused_too_many(counts.get(Outcome.REFUSED, 0))) is not None:
        return Applied(counts, {conn_id or "all": too_many})
    planned = await asyncio.to_thread(ledger.endpoints, change_set_id)
    with_work = await asyncio.to_thread(ledger.conn_ids, change_set_id)
    conn_ids: Sequence[str] = (
        with_work if conn_id is None else [each for each in with_work if each == conn_id]
    )
    async with Accounts(connect) as accounts:
        parts = []
        for each in conn_ids:
            account = await accounts.get(each)
            _check_endpoint(account, planned.get(each))
            parts.append(Part(ledger, change_set_id, account, limits, say))
        await side_by_side(*(_run(part, ledger, say) for part in parts))
    return Applied(
        counts=await asyncio.to_thread(ledger.counts, change_set_id, conn_id),
        stopped={part.conn_id: part.stopped for part in parts if part.stopped is not None},
    )


async def _run(part: Part, ledger: Ledger, say: Callable[[str], object]) -> None:
    # Of all change sets that are applied through one account, one at a time: two of them could have the same
    # booking in hand, and tell people twice. The vendor's rates are the account's, so that nothing is lost.
    async with leased(ledger, f"apply {part.endpoint[:16]}", say, shown=f"connection {part.conn_id}"):
        await part.run()


def _check(ledger: Ledger, found: ChangeSet, digest: str | None) -> None:
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
