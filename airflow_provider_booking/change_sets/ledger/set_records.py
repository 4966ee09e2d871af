"""Change sets in the ledger, and the connections that they are about."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from airflow_provider_booking.bookings import InvalidInput, Outcome
from airflow_provider_booking.change_sets.items import HELD_FOR_NOW, ChangeSet, Kind, State
from airflow_provider_booking.change_sets.ledger.store import Store, store_time
from airflow_provider_booking.change_sets.ledger.tables import (
    change_sets,
    connections,
    events,
    items,
    questions,
)
from airflow_provider_booking.vendors.planning import Notify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Row, Select

    from airflow_provider_booking.change_sets.items import NewChangeSet


class SetRecords(Store):
    """Change sets, from being begun to being applied."""

    def begin(self, new: NewChangeSet) -> ChangeSet:
        """Make a change set in state ``planning``, or return the one that has the key."""
        with self.writing() as connection:
            now = store_time(connection)
            row = {
                # Sorts by time, is a folder's name everywhere, and cannot be guessed from another one.
                "change_set_id": f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
                "key": new.key,
                "arguments": new.arguments,
                "state": State.PLANNING.value,
                "notify": new.notify.value,
                "expires_in": new.expires_in,
                "created_at": now,
                "kind": new.kind.value,
                "reverts": new.reverts,
                "stopped_by": "",
            }
            key_is_new = self._insert(change_sets).on_conflict_do_nothing(index_elements=["key"])
            connection.execute(key_is_new.values(**row))
            found = connection.execute(select(change_sets).where(change_sets.c.key == new.key)).one()
        return _change_set(found)

    def change_set(self, change_set_id: str) -> ChangeSet:
        """Return a change set.

        Raises:
            InvalidInput: The ledger knows no such change set.
        """
        with self.reading() as connection:
            return find(connection, change_set_id)

    def named(self, key: str) -> str | None:
        """The id of the change set that has a key; None where none has."""
        wanted = select(change_sets.c.change_set_id).where(change_sets.c.key == key)
        with self.reading() as connection:
            return connection.execute(wanted).scalar_one_or_none()

    def restart(self, change_set_id: str, new: NewChangeSet) -> None:
        """Forget the items of a change set whose planning was cut short, and begin it anew.

        Args:
            change_set_id: The change set.
            new: What is asked for now; it replaces what was asked for before.

        Raises:
            InvalidInput: The ledger knows no such change set.
            ValueError: It is planned, or was begun to apply.
        """
        with self.writing() as connection:
            if _find_in_planning(connection, change_set_id).started_at is not None:
                raise ValueError(f"change set {change_set_id} was begun to apply")
            forgotten = connection.execute(
                delete(items).where(items.c.change_set_id == change_set_id)
            ).rowcount
            asked = {"arguments": new.arguments, "notify": new.notify.value, "expires_in": new.expires_in}
            _update(connection, change_set_id, rows=None, **asked)
            if forgotten:
                row = {"at": store_time(connection), "what": "restarted", "detail": ""}
                connection.execute(insert(events).values(change_set_id=change_set_id, **row))

    def keep_rows(self, change_set_id: str, rows: int) -> None:
        """Keep that all rows are taken in: a planning that is cut short from here on goes on with them.

        Args:
            change_set_id: The change set.
            rows: How many rows the source has.

        Raises:
            InvalidInput: The ledger knows no such change set.
            ValueError: It is planned already.
        """
        with self.writing() as connection:
            _find_in_planning(connection, change_set_id)
            _update(connection, change_set_id, rows=rows)

    def reopen(self, change_set_id: str, *, even_if_begun: bool = False) -> int:
        """Take up once more the bookings that could not be read when a change set was planned.

        It is in planning again if there are any.

        Args:
            change_set_id: The change set.
            even_if_begun: Whether one that was begun to apply may be planned on; else it stays as it is.

        Returns:
            How many there are to be read.

        Raises:
            InvalidInput: The ledger knows no such change set.
        """
        with self.writing() as connection:
            found = find(connection, change_set_id, to_change=True)
            if found.started_at is not None and not even_if_begun:
                return 0
            could_not_be_read = (
                (items.c.change_set_id == change_set_id)
                & items.c.digest.is_(None)
                & (items.c.outcome == Outcome.HELD.value)
                & items.c.reason.in_(sorted(reason.value for reason in HELD_FOR_NOW))
            )
            as_new = {"outcome": Outcome.PLANNED.value, "reason": None, "message": ""}
            count: int = connection.execute(update(items).where(could_not_be_read).values(**as_new)).rowcount
            if count:
                _update(connection, change_set_id, state=State.PLANNING.value)
                row = {"at": store_time(connection), "what": "reopened", "detail": ""}
                connection.execute(insert(events).values(change_set_id=change_set_id, **row))
        return count

    def name_connections(self, change_set_id: str, endpoints: Mapping[str, str]) -> None:
        """Keep whom the connections call; what was kept of the same ones is replaced.

        Args:
            change_set_id: The change set.
            endpoints: Connection id to a digest of whom it calls, and as whom.
        """
        if not endpoints:
            return
        replacing = self._insert(connections)
        replacing = replacing.on_conflict_do_update(
            index_elements=["change_set_id", "conn_id"], set_={"endpoint": replacing.excluded.endpoint}
        )
        rows = [
            {"change_set_id": change_set_id, "conn_id": conn_id, "endpoint": endpoint}
            for conn_id, endpoint in endpoints.items()
        ]
        with self.writing() as connection:
            connection.execute(replacing, rows)

    def endpoints(self, change_set_id: str) -> dict[str, str]:
        """Connection id to a digest of whom it calls, as it was when the change set was planned."""
        named = select(connections.c.conn_id, connections.c.endpoint).order_by(connections.c.conn_id)
        with self.reading() as connection:
            rows = connection.execute(named.where(connections.c.change_set_id == change_set_id))
            return dict(rows.all())

    def finish_planning(self, change_set_id: str, *, rows: int, digest: str, eta_seconds: float) -> ChangeSet:
        """Put a change set into state ``planned``; its time to be applied begins to run.

        Args:
            change_set_id: The change set.
            rows: How many rows the source had.
            digest: Of all that is planned.
            eta_seconds: How long applying takes at least.

        Raises:
            InvalidInput: The ledger knows no such change set.
            ValueError: It is planned already.
        """
        with self.writing() as connection:
            found = _find_in_planning(connection, change_set_id)
            now = store_time(connection)
            planned = {"state": State.PLANNED.value, "rows": rows, "digest": digest}
            planned |= {"eta_seconds": eta_seconds}
            expires_at = now + timedelta(seconds=found.expires_in)
            _update(connection, change_set_id, planned_at=now, expires_at=expires_at, **planned)
            return find(connection, change_set_id)

    def start_applying(self, change_set_id: str) -> ChangeSet:
        """Keep when a change set was begun to apply; the first time counts.

        Raises:
            InvalidInput: The ledger knows no such change set.
            ValueError: It is not planned yet.
        """
        with self.writing() as connection:
            found = find(connection, change_set_id, to_change=True)
            if found.state is not State.PLANNED:
                raise ValueError(f"change set {change_set_id} is still in planning")
            if found.started_at is None:
                _update(connection, change_set_id, started_at=store_time(connection))
            return find(connection, change_set_id)

    def change_sets(self, limit: int) -> list[ChangeSet]:
        """The newest change sets, the newest first.

        Args:
            limit: How many at most.
        """
        newest = select(change_sets).order_by(change_sets.c.created_at.desc(), change_sets.c.change_set_id)
        with self.reading() as connection:
            return [_change_set(row) for row in connection.execute(newest.limit(limit))]

    def reverts_of(self, change_set_id: str) -> list[ChangeSet]:
        """The change sets that take this one back, the oldest first."""
        wanted = select(change_sets).where(change_sets.c.reverts == change_set_id)
        with self.reading() as connection:
            return [_change_set(row) for row in connection.execute(wanted.order_by(change_sets.c.created_at))]

    def ask_to_stop(self, change_set_id: str, by: str) -> ChangeSet:
        """Ask whoever applies a change set to stop: it holds for all who were asked to apply it before now.

        Args:
            change_set_id: The change set.
            by: Who asks.

        Raises:
            InvalidInput: The ledger knows no such change set.
        """
        with self.writing() as connection:
            _row(connection, change_set_id, to_change=True)
            now = store_time(connection)
            _update(connection, change_set_id, stopped_at=now, stopped_by=by)
            row = {"at": now, "what": "stop asked for", "detail": by}
            connection.execute(insert(events).values(change_set_id=change_set_id, **row))
            return find(connection, change_set_id)

    def first_question(self, asked_by: str, change_set_id: str, digest: str) -> str:
        """Keep which plan a task asks a person about; the first one stays, also when its change set goes.

        Args:
            asked_by: Names the task, the same in each of its tries.
            change_set_id: The change set.
            digest: Of its plan.

        Returns:
            The digest that it asked about first.
        """
        row = {"asked_by": asked_by, "change_set_id": change_set_id, "digest": digest}
        with self.writing() as connection:
            connection.execute(self._insert(questions).on_conflict_do_nothing().values(**row))
            asked_about: str = connection.execute(_question(asked_by)).scalar_one()
        return asked_about

    def asked_about(self, asked_by: str) -> str | None:
        """The digest of the plan that a task asked about first; None where it did not ask.

        Args:
            asked_by: Names the task.
        """
        with self.reading() as connection:
            return connection.execute(_question(asked_by)).scalar_one_or_none()


def find(connection: Connection, change_set_id: str, *, to_change: bool = False) -> ChangeSet:
    """Return a change set, within a transaction.

    Args:
        connection: The transaction.
        change_set_id: The change set.
        to_change: Whether it is about to be changed, so that nobody else changes it meanwhile.

    Raises:
        InvalidInput: The ledger knows no such change set.
    """
    return _change_set(_row(connection, change_set_id, to_change=to_change))


def _question(asked_by: str) -> Select[str]:
    return select(questions.c.digest).where(questions.c.asked_by == asked_by)


def _find_in_planning(connection: Connection, change_set_id: str) -> Row[Any]:
    row = _row(connection, change_set_id, to_change=True)
    if row.state != State.PLANNING:
        raise ValueError(f"change set {change_set_id} is planned already")
    return row


def _row(connection: Connection, change_set_id: str, *, to_change: bool) -> Row[Any]:
    wanted = select(change_sets).where(change_sets.c.change_set_id == change_set_id)
    row = connection.execute(wanted.with_for_update() if to_change else wanted).one_or_none()
    if row is None:
        raise InvalidInput(
            f"the ledger has no change set {change_set_id}",
            hint="take change_set_id from the result of the plan; old change sets are forgotten",
        )
    return row


def _update(connection: Connection, change_set_id: str, **columns: Any) -> None:
    connection.execute(
        update(change_sets).where(change_sets.c.change_set_id == change_set_id).values(**columns)
    )


def _change_set(row: Row[Any]) -> ChangeSet:
    return ChangeSet(
        change_set_id=row.change_set_id,
        key=row.key,
        arguments=row.arguments,
        state=State(row.state),
        notify=Notify(row.notify),
        rows=row.rows,
        digest=row.digest,
        eta_seconds=row.eta_seconds,
        created_at=row.created_at,
        planned_at=row.planned_at,
        expires_at=row.expires_at,
        started_at=row.started_at,
        kind=Kind(row.kind),
        reverts=row.reverts,
        stopped_at=row.stopped_at,
        stopped_by=row.stopped_by,
    )
