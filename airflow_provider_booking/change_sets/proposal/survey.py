"""All that is to be said of a change set before it is applied: one pass over its items."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import FieldChange
from airflow_provider_booking.change_sets.items import is_open
from airflow_provider_booking.change_sets.proposal.moves import Moves
from airflow_provider_booking.change_sets.report.books import Tally
from airflow_provider_booking.change_sets.report.highlights import Highlights
from airflow_provider_booking.change_sets.report.templates import utc
from airflow_provider_booking.vendors.registry import planning_class

if TYPE_CHECKING:
    from pydantic import JsonValue

    from airflow_provider_booking.change_sets.items import Item


@dataclass
class Span:
    """From the earliest to the latest of some moments; None while there is none."""

    earliest: datetime | None = None
    latest: datetime | None = None

    def add(self, moment: datetime) -> None:
        """Widen it so that it holds a moment."""
        self.earliest = moment if self.earliest is None else min(self.earliest, moment)
        self.latest = moment if self.latest is None else max(self.latest, moment)


@dataclass
class Survey:
    """Looks at items as they go by; does not grow with them.

    What concerns single bookings is about those that applying takes up.

    Attributes:
        now: What the ledger's clock says.
        due: Until when the plan has to be begun.
        tally: All items, counted.
        samples: What changes, by example; no value that may say something of a person.
        moves: How far bookings move.
        begin: When they begin now.
        begin_then: When they begin afterwards.
        have_begun: How many have begun already.
        begin_before_due: How many more will have, when the plan is begun at the last moment.
        expire_before_due: How many have no begin, and will have expired then.
        told: Vendor and who is told of an update, to how many updates.
        connections: Vendor and connection, to how many updates.
    """

    now: datetime
    due: datetime
    tally: Tally = field(default_factory=lambda: Tally(whole=True))
    samples: Highlights = field(default_factory=lambda: Highlights(_as_shown))
    moves: Moves = field(init=False)
    begin: Span = field(default_factory=Span)
    begin_then: Span = field(default_factory=Span)
    have_begun: int = 0
    begin_before_due: int = 0
    expire_before_due: int = 0
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    connections: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.moves = Moves(self.now)

    def add(self, item: Item) -> None:
        """Look at an item."""
        self.tally.add(item)
        if not is_open(item) or item.vendor is None or item.conn_id is None:
            return
        image = item.image
        self.samples.add(item)
        self.told[item.vendor, planning_class(item.vendor).told(image.changes, image.options)] += 1
        self.connections[item.vendor, item.conn_id] += 1
        self._add_begin(item)
        if image.move is not None:
            self.moves.add(item, image.move)

    def _add_begin(self, item: Item) -> None:
        move = item.image.move
        if move is not None:
            begin, then = move.before, move.after
        elif item.starts_at is not None:
            begin = then = datetime.fromtimestamp(item.starts_at, UTC)
        else:
            return
        self.begin.add(begin)
        self.begin_then.add(then)
        if item.vendor is not None and expires(item.vendor):
            self.expire_before_due += begin < self.due
        else:
            self.have_begun += begin < self.now
            self.begin_before_due += self.now <= begin < self.due


def expires(vendor: str) -> bool:
    """Whether bookings at a vendor have no begin: where that is spoken of, it is when they expire."""
    return "start" not in planning_class(vendor).neutral_fields


def _as_shown(item: Item, field: str, change: FieldChange) -> FieldChange | None:
    """Times as people read them; nothing that may say something of a person."""
    if item.vendor is None or not planning_class(item.vendor).is_plain(field):
        return None
    if field not in planning_class(item.vendor).unix_fields:
        return change
    return FieldChange(before=_read_as_time(change.before), after=_read_as_time(change.after))


def _read_as_time(value: JsonValue) -> str | None:
    return None if value is None else utc(datetime.fromtimestamp(float(str(value)), UTC))
