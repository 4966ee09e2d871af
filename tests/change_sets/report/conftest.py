"""A ledger in memory, and items by the handful: a report only reads."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_booking.bookings import FieldChange, Outcome
from airflow_provider_booking.change_sets.items import ChangeSet, Image, Item, Kind, State
from airflow_provider_booking.change_sets.report import Books, LocalFolder, write_report
from airflow_provider_booking.vendors.planning import Notify

CHANGE_SET_ID = "20261121-071500-3f9a2c"
PLANNED = ChangeSet(
    change_set_id=CHANGE_SET_ID,
    key="bulk_reschedule / manual__2026-11-21",
    arguments="a digest",
    state=State.PLANNED,
    notify=Notify.ONCE,
    rows=None,
    digest="9f86d081884c7d65",
    eta_seconds=754.4,
    created_at=datetime(2026, 11, 21, 7, 15, tzinfo=UTC),
    planned_at=datetime(2026, 11, 21, 7, 16, tzinfo=UTC),
    expires_at=datetime(2026, 11, 22, 7, 16, tzinfo=UTC),
    started_at=None,
    kind=Kind.CHANGES,
    reverts=None,
    stopped_at=None,
    stopped_by="",
)


def item(row: int, **otherwise: Any) -> Item:
    """Make an item that was applied; ``shown`` maps a field to its values before and after."""
    shown = otherwise.pop("shown", {"title": ("Old", "New")})
    changes = {name: FieldChange(before=before, after=after) for name, (before, after) in shown.items()}
    parts: dict[str, Any] = {
        "item_id": row,
        "row": row,
        "conn_id": "jicoo_default",
        "vendor": "jicoo",
        "booking_id": f"booking-{row}",
        "outcome": Outcome.APPLIED,
        "reason": None,
        "message": "",
        "warnings": (),
        "attempts": 1,
        "starts_at": None,
        "digest": "d",
        "request_id": None,
        "updated_at": datetime(2026, 11, 21, 7, 20, tzinfo=UTC),
        "image": Image(shown=changes),
    }
    return Item(**parts | otherwise)


@dataclass
class BookedItems:
    """What a report asks of a ledger, over given items.

    Attributes:
        kept: The items.
        kept_set: The change set.
        counted: What is counted, one time after the other; the last one stays. Empty: what is there.
    """

    kept: Iterable[Item] = ()
    kept_set: ChangeSet = PLANNED
    counted: list[dict[str, int]] = field(default_factory=list)

    def change_set(self, change_set_id: str) -> ChangeSet:
        assert change_set_id == CHANGE_SET_ID
        return self.kept_set

    def items(self, change_set_id: str, conn_id: str | None = None) -> Iterator[Item]:
        assert change_set_id == CHANGE_SET_ID
        return (each for each in self.kept if conn_id in (None, each.conn_id))

    def counts(self, change_set_id: str, conn_id: str | None = None) -> dict[str, int]:
        if self.counted:
            return self.counted.pop(0) if len(self.counted) > 1 else self.counted[0]
        found = Counter(each.outcome.value for each in self.items(change_set_id, conn_id))
        return {**found, "total": found.total()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where reports go; not there yet."""
    return tmp_path / "reports" / CHANGE_SET_ID


@pytest.fixture
def report(folder: Path) -> Callable[..., Books]:
    """Write the report of items."""

    def write(items: Sequence[Item], *, conn_id: str | None = None, **kept: Any) -> Books:
        return write_report(BookedItems(items, **kept), CHANGE_SET_ID, LocalFolder(folder), conn_id=conn_id)

    return write
