"""What happened to a change set, in order; rows are only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from airflow_provider_booking.bookings import Outcome, Reason
from airflow_provider_booking.change_sets.ledger.store import PAGE, Store, store_time
from airflow_provider_booking.change_sets.ledger.tables import events

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Row, Select


@dataclass(frozen=True)
class Event:
    """Something that happened; no personal data in it.

    Attributes:
        at: When it was written; aware, UTC.
        item_id: The item; None where it is about the whole change set.
        what: What happened: ``read``, ``sending``, ``settled`` and so on.
        outcome: Where the item stood from then on.
        reason: Why.
        detail: More, for a person.
    """

    at: datetime
    item_id: int | None
    what: str
    outcome: Outcome | None
    reason: Reason | None
    detail: str


class EventLog(Store):
    """The log of events."""

    def note(self, change_set_id: str, event: str, detail: str = "") -> None:
        """Write down what happened to a whole change set.

        Args:
            change_set_id: The change set.
            event: What happened, in a word.
            detail: More, for a person, without personal data.
        """
        with self.writing() as connection:
            row = {"at": store_time(connection), "what": event, "detail": detail}
            connection.execute(insert(events).values(change_set_id=change_set_id, **row))

    def last_events(self, change_set_id: str, limit: int, *, of_the_whole: bool) -> list[Event]:
        """The last events of a change set, oldest first.

        Args:
            change_set_id: The change set.
            limit: How many at most.
            of_the_whole: Only those that are about the whole change set, and not about an item.
        """
        wanted = select(events).where(events.c.change_set_id == change_set_id)
        if of_the_whole:
            wanted = wanted.where(events.c.item_id.is_(None))
        rows = self._events(wanted.order_by(events.c.event_id.desc()).limit(limit))
        return [_event(row) for row in reversed(rows)]

    def events(self, change_set_id: str) -> Iterator[Event]:
        """All events of a change set, oldest first; they are read in pages."""
        wanted = select(events).where(events.c.change_set_id == change_set_id)
        wanted = wanted.order_by(events.c.event_id).limit(PAGE)
        page = self._events(wanted)
        while page:
            yield from map(_event, page)
            page = self._events(wanted.where(events.c.event_id > page[-1].event_id))

    def _events(self, wanted: Select[Any]) -> Sequence[Row[Any]]:
        with self.reading() as connection:
            return connection.execute(wanted).all()


def _event(row: Row[Any]) -> Event:
    return Event(
        at=row.at,
        item_id=row.item_id,
        what=row.what,
        outcome=row.outcome and Outcome(row.outcome),
        reason=row.reason and Reason(row.reason),
        detail=row.detail,
    )
