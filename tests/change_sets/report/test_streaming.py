"""A report of many items takes no more memory than one of few."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from airflow_provider_booking.bookings import Outcome, Reason
from airflow_provider_booking.change_sets.items import Item
from airflow_provider_booking.change_sets.report import LocalFolder, write_report
from tests.change_sets.report.conftest import CHANGE_SET_ID, BookedItems, item

PATTERN = item(1, vendor=None, reason=Reason.NO_ANSWER)
OUTCOMES = (Outcome.APPLIED, Outcome.REFUSED, Outcome.UNKNOWN, Outcome.HELD, Outcome.UNCHANGED)


class Generated(BookedItems):
    """A ledger that makes each item when it is asked for it, every row with a connection of its own."""

    def __init__(self, number: int) -> None:
        each = number // len(OUTCOMES)
        super().__init__(counted=[{**dict.fromkeys(OUTCOMES, each), "total": number}])
        self.number = number

    def items(self, change_set_id: str, conn_id: str | None = None) -> Iterator[Item]:
        del change_set_id, conn_id
        for row in range(1, self.number + 1):
            yield replace(
                PATTERN,
                row=row,
                conn_id=f"slip_{row}",
                booking_id=f"booking-{row}",
                outcome=OUTCOMES[row % len(OUTCOMES)],
                message=f"message {row} " * 20,
            )


def peak(number: int, folder: Path) -> int:
    tracemalloc.start()
    try:
        write_report(Generated(number), CHANGE_SET_ID, LocalFolder(folder))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_items(tmp_path: Path) -> None:
    peak(100, tmp_path)  # what is made once
    few, many = peak(1_000, tmp_path), peak(50_000, tmp_path)
    assert (tmp_path / "items.csv").stat().st_size > 10_000_000
    assert many < few + 100_000
