"""Planning: rows become items, each with an absolute target. Reads, compares, writes nothing to a vendor."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import InvalidInput, Outcome
from airflow_provider_booking.change_sets.accounts import Accounts
from airflow_provider_booking.change_sets.estimate import estimated_seconds
from airflow_provider_booking.change_sets.items import Image, Kind, NewChangeSet, NewItem, State
from airflow_provider_booking.change_sets.judging import Judge
from airflow_provider_booking.change_sets.leasing import leased
from airflow_provider_booking.change_sets.ledger import Journal
from airflow_provider_booking.change_sets.order import waits
from airflow_provider_booking.change_sets.parallel import in_chunks, side_by_side
from airflow_provider_booking.change_sets.progress import Progress
from airflow_provider_booking.change_sets.reading import Reading
from airflow_provider_booking.change_sets.rows import BadRow, Row
from airflow_provider_booking.change_sets.sources import Again, Search
from airflow_provider_booking.change_sets.sources.again import rows_again
from airflow_provider_booking.change_sets.sources.undone import Undone, rows_to_undo
from airflow_provider_booking.change_sets.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from airflow_provider_booking.change_sets.accounts import Account, Connect
    from airflow_provider_booking.change_sets.items import ChangeSet
    from airflow_provider_booking.change_sets.ledger import Ledger
    from airflow_provider_booking.change_sets.rows import Wish
    from airflow_provider_booking.change_sets.sources import File, Ids, Sql
    from airflow_provider_booking.change_sets.wall_time import OnDst
    from airflow_provider_booking.vendors.planning import Notify

    OpenRows = Callable[[Ids | File | Sql, Wish | None], Iterator[Row | BadRow]]
    """Reads a source that is not a vendor."""

CHUNK = 1000
"""Rows that go into the ledger at once."""

_ALLOW = "check it; give allow_empty=True if that is as it should be"
_IF_EMPTY: Mapping[Kind, str] = {
    Kind.CHANGES: _ALLOW,
    Kind.REVERT: _ALLOW,
    Kind.RENEWAL: "check it: nothing is kept alive",
}
"""What to do about a source without any row."""


@dataclass(frozen=True)
class PlanRequest:
    """What is to be planned.

    Attributes:
        key: Names the change set; planning under the same key again gives the same one.
        arguments: A digest of everything else here as it was asked for.
        source: Which bookings, and perhaps what each shall become.
        change: What each shall become, where the source only names bookings.
        conn_id: The connection of rows that name none.
        notify: Who shall be told.
        on_dst: What to do with wall-clock times that do not exist, or exist twice.
        include_past: Whether bookings that have begun may be changed as well.
        allow_empty: Whether a source without any row is no error.
        expires_in: Seconds within which the plan may be begun to apply.
        kind: What the change set is for.
        reverts: The change set that it takes back; None where it takes none back.
        asks_nobody: Whether nobody approves the plan, so that what could not be read may be planned even
            after the change set was begun to apply.
    """

    key: str
    arguments: str
    source: Ids | File | Sql | Search | Again | Undone
    change: Wish | None
    conn_id: str | None
    notify: Notify
    on_dst: OnDst
    include_past: bool
    allow_empty: bool
    expires_in: float
    kind: Kind = Kind.CHANGES
    reverts: str | None = None
    asks_nobody: bool = False


async def plan(
    request: PlanRequest,
    *,
    ledger: Ledger,
    connect: Connect,
    open_rows: OpenRows,
    say: Callable[[str], object],
) -> ChangeSet:
    """Plan a change set, or return the one that was planned under the same key.

    Args:
        request: What is to be planned.
        ledger: Where it is kept.
        connect: Gives the client of a connection.
        open_rows: Reads a source that is not a vendor.
        say: Told how far it is.

    Returns:
        The change set, planned.

    Raises:
        InvalidInput: The source cannot be read at all or names no booking, the connection that is given does
            not exist, or the key was used for something else.
        Throttled: A vendor asks to slow down. What was read is kept, and planning again goes on from there.
        LedgerUnavailable: The ledger cannot be reached.
    """
    new = NewChangeSet(
        request.key, request.arguments, request.notify, request.expires_in, request.kind, request.reverts
    )
    found = await in_thread(ledger.begin, new)
    async with leased(ledger, f"plan {found.change_set_id}", say, shown=f"key {request.key}"):
        found = await in_thread(ledger.change_set, found.change_set_id)
        again = 0
        if found.state is State.PLANNED:
            _check_same(found, request)
            again = await in_thread(ledger.reopen, found.change_set_id, even_if_begun=request.asks_nobody)
            if not again:
                say(f"{request.key} is planned already, as {found.change_set_id}")
                return found
        async with Accounts(connect) as accounts:
            planner = _Planner(request, ledger, found.change_set_id, accounts, say)
            if again:
                say(
                    f"{request.key} is planned already, but for {again} that could not be read: reading these"
                )
                return await planner.go_on(found.rows or 0)
            if found.started_at is not None:
                _check_same(found, request)
            # All its rows are in the ledger, or something of it may have been sent.
            taken_in = found.rows is not None and found.arguments == request.arguments
            if found.started_at is not None or taken_in:
                return await planner.go_on(found.rows or 0)
            # What a planning left over that died before wrote to no vendor, so it can be forgotten.
            await in_thread(ledger.restart, found.change_set_id, new)
            return await planner.run(open_rows)


def _check_same(found: ChangeSet, request: PlanRequest) -> None:
    if found.arguments != request.arguments:
        raise InvalidInput(
            f"the key {request.key} already names change set {found.change_set_id}, which was planned from "
            "other arguments",
            hint="give another key, or the same arguments",
        )


class _Planner:
    def __init__(
        self,
        request: PlanRequest,
        ledger: Ledger,
        change_set_id: str,
        accounts: Accounts,
        say: Callable[[str], object],
    ) -> None:
        self._request = request
        self._ledger = ledger
        self._id = change_set_id
        self._accounts = accounts
        self._say = say
        self._applied_at: dict[str, str] = {}
        """Whom the connections called when what is taken back was planned."""

    async def run(self, open_rows: OpenRows) -> ChangeSet:
        if self._request.conn_id is not None:
            await self._accounts.get(self._request.conn_id)  # wrong for one row, wrong for all
        if isinstance(self._request.source, Undone):
            of = self._request.source.change_set_id
            self._applied_at = await in_thread(self._ledger.endpoints, of)
        rows = await self._take_in(open_rows)
        await in_thread(self._ledger.settle_duplicates, self._id)
        await in_thread(self._ledger.keep_rows, self._id, rows)
        return await self.go_on(rows)

    async def go_on(self, rows: int) -> ChangeSet:
        """Read what is unread, and finish.

        Args:
            rows: How many rows the source had.
        """
        unread = await in_thread(self._ledger.count_unread, self._id)
        progress = Progress("read", sum(unread.values()), self._say)
        async with Journal(self._ledger, self._id) as journal:
            readings = [
                Reading(self._ledger, self._id, self._judge(account), journal, progress)
                for account in [await self._accounts.get(conn_id) for conn_id in unread]
            ]
            await side_by_side(*(each.run(unread[each.conn_id]) for each in readings))
        progress.tell()
        return await self._finish(rows)

    async def _take_in(self, open_rows: OpenRows) -> int:
        """Put every row into the ledger, good or bad; return how many there were."""
        progress = Progress("taken in", None, self._say)
        async for chunk in self._chunks(open_rows):
            items = [await self._item(row) for row in chunk]
            await in_thread(self._ledger.add, self._id, items)
            progress.add(len(items))
        if not progress.done and not self._request.allow_empty:
            raise InvalidInput("the source names no booking", hint=_IF_EMPTY[self._request.kind])
        return progress.done

    async def _chunks(self, open_rows: OpenRows) -> AsyncIterator[list[Row | BadRow]]:
        source, change = self._request.source, self._request.change
        if not isinstance(source, Search):
            async for chunk in in_chunks(self._rows(source, open_rows), CHUNK):
                yield chunk
            return
        if self._request.conn_id is None or change is None:
            missing = "change" if self._request.conn_id else "conn_id"
            raise InvalidInput(f"a search needs {missing}", hint="give it to the operator")
        account = await self._accounts.get(self._request.conn_id)
        found: list[Row | BadRow] = []
        number = 0
        async for booking_id in account.planning.search(source.terms):
            number += 1
            found.append(Row(number, None, booking_id, change))
            if len(found) == CHUNK:
                yield found
                found = []
        if found:
            yield found

    def _rows(self, source: Ids | File | Sql | Again | Undone, open_rows: OpenRows) -> Iterator[Row | BadRow]:
        if isinstance(source, Undone):
            return rows_to_undo(self._ledger, source)
        if isinstance(source, Again):
            return rows_again(self._ledger, source, self._request.change)
        return open_rows(source, self._request.change)

    async def _item(self, row: Row | BadRow) -> NewItem:
        conn_id = row.conn_id or self._request.conn_id
        account: Account | None = None
        try:
            account = await self._account(conn_id)
            if isinstance(row, BadRow):
                raise row.problem
            booking_id = account.planning.canonical_id(row.booking_id)
            self._check_same(account)
        except InvalidInput as error:
            # What is wrong with the row itself comes first.
            problem = row.problem if isinstance(row, BadRow) else error
            return self._refused(row, problem, account)
        return NewItem(
            row=row.number,
            conn_id=conn_id,
            vendor=account.vendor,
            account=account.endpoint,
            booking_id=booking_id,
            wish_digest=row.wish.digest(),
            image=Image(wish=row.wish.model_dump(mode="json", exclude_defaults=True)),
            undoes=row.wish.undo.item_id if row.wish.undo else None,
        )

    def _check_same(self, account: Account) -> None:
        """Make sure that what is taken back is looked for where it was applied.

        Raises:
            InvalidInput: The connection calls somebody else now.
        """
        if account.endpoint != self._applied_at.get(account.conn_id, account.endpoint):
            raise InvalidInput(
                f"connection {account.conn_id} now has another address or credential than when this was "
                "applied",
                hint="put it back, and revert again",
            )

    async def _account(self, conn_id: str | None) -> Account:
        if conn_id is None:
            raise InvalidInput("conn_id is missing", hint="give it in the row, or to the operator")
        return await self._accounts.get(conn_id)

    def _refused(self, row: Row | BadRow, problem: InvalidInput, account: Account | None) -> NewItem:
        return NewItem(
            row=row.number,
            conn_id=row.conn_id or self._request.conn_id,
            vendor=account.vendor if account else None,
            account="",
            booking_id=row.booking_id,
            wish_digest="",
            image=Image(),
            outcome=Outcome.REFUSED,
            reason=problem.reason,
            message=str(problem),
        )

    def _judge(self, account: Account) -> Judge:
        request = self._request
        return Judge(account, notify=request.notify, on_dst=request.on_dst, include_past=request.include_past)

    async def _finish(self, rows: int) -> ChangeSet:
        conn_ids = await in_thread(self._ledger.conn_ids, self._id)
        endpoints = {conn_id: (await self._accounts.get(conn_id)).endpoint for conn_id in conn_ids}
        await in_thread(self._ledger.name_connections, self._id, endpoints)
        for conn_id in conn_ids:
            await in_thread(keep_order, self._ledger, self._id, conn_id)
        eta = 0.0
        for conn_id in conn_ids:
            account = await self._accounts.get(conn_id)
            count = await in_thread(self._ledger.count_open, self._id, conn_id)
            reads = account.planning.reads_per_update
            # Connections are applied side by side.
            eta = max(eta, estimated_seconds(account.client.settings, count, reads))
        return await in_thread(
            self._ledger.finish_planning,
            self._id,
            rows=rows,
            digest=await in_thread(whole_digest, self._ledger, self._id, self._request.notify),
            eta_seconds=eta,
        )


def whole_digest(ledger: Ledger, change_set_id: str, notify: Notify) -> str:
    """One digest over all that is planned and who is told: what an approver agrees to."""
    digest = hashlib.sha256(f"change set 1\0{notify}".encode())
    for each in ledger.digests(change_set_id):
        digest.update(each.encode())
    return digest.hexdigest()


def keep_order(ledger: Ledger, change_set_id: str, conn_id: str) -> None:
    """Write down which items of a connection must move before which."""
    found = []
    for wait in waits(ledger.slots(change_set_id, conn_id)):
        found.append(wait)
        if len(found) == CHUNK:
            ledger.add_waits(change_set_id, found)
            found = []
    ledger.add_waits(change_set_id, found)
