"""What became of the demo's file: what the report says, and whether the vendors agree."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from dev.airflow_api import TaskInstance
from dev.demo_file import Wish
from dev.vendor_forms import FORMS, flat, shown

OUTCOMES = ("applied", "unchanged", "refused", "held", "unknown", "unprocessed")
Record = dict[str, Any]
Held = Mapping[str, Sequence[Record]]


@dataclass(frozen=True)
class Row:
    """A row of the file, and what became of it.

    Attributes:
        number: Its place in the file; 1 is the first data row.
        wish: What was asked for.
        item: The row's line in the report.
        before: The booking as its vendor held it before the run.
        after: The same afterwards.
    """

    number: int
    wish: Wish
    item: Mapping[str, Any]
    before: Record
    after: Record

    @property
    def outcome(self) -> str:
        """What the report says."""
        return str(self.item["outcome"])

    @property
    def expected(self) -> bool:
        """Whether the report is about this row, and says of it what is to be expected."""
        named = (self.item["row"], self.item["conn_id"], self.item["booking_id"])
        asked = (self.number, self.wish.conn_id, self.wish.cells["booking_id"])
        return named == asked and self.outcome == self.wish.outcome

    @property
    def true(self) -> bool:
        """Whether the vendor holds what the report says: just what was asked for, or what it held before."""
        changed = FORMS[self.wish.vendor].changed(self.before, self.after)
        if self.outcome != "applied":
            return not changed
        now = flat(self.after)
        return changed == self.wish.fields.keys() and all(
            now.get(name) == value for name, value in self.wish.fields.items()
        )


def compare(
    wishes: Sequence[Wish], items: Sequence[Mapping[str, Any]], before: Held, after: Held
) -> list[Row]:
    """Put wishes, the report's items and the vendors' records side by side.

    Raises:
        ValueError: The report has not as many items as the file has rows.
    """
    old, new = (by_id(held) for held in (before, after))
    return [
        Row(number, wish, item, *(held[wish.vendor, wish.booking_id] for held in (old, new)))
        for number, (wish, item) in enumerate(zip(wishes, items, strict=True), start=1)
    ]


def by_id(held: Held) -> dict[tuple[str, str], Record]:
    """Return the vendors' records by vendor and id."""
    return {
        (vendor, record[FORMS[vendor].id_field]): record
        for vendor, records in held.items()
        for record in records
    }


def items_of(report: Path) -> list[dict[str, Any]]:
    """Return every item of a report."""
    return [json.loads(line) for line in (report / "items.jsonl").read_text().splitlines()]


def others_changed(rows: Iterable[Row], before: Held, after: Held) -> tuple[int, int]:
    """Return how many bookings the file does not name, and how many of those are no longer as they were."""
    named = {(row.wish.vendor, row.wish.booking_id) for row in rows}
    new = by_id(after)
    others = {key: record for key, record in by_id(before).items() if key not in named}
    changed = sum(bool(FORMS[key[0]].changed(record, new[key])) for key, record in others.items())
    return len(others), changed


def told(notifications: Iterable[Mapping[str, Any]]) -> str:
    """Say which vendors told people, of how many bookings, and whether of one more than once."""
    messages = Counter((each["vendor"], each["booking_id"]) for each in notifications)
    bookings = Counter(vendor for vendor, _ in messages)
    twice = sum(count > 1 for count in messages.values())
    said = [f"{vendor} told people of {count} bookings" for vendor, count in bookings.items()]
    silent = [vendor for vendor in FORMS if vendor not in bookings]
    said += [f"{', '.join(silent)} told nobody"] if silent else []
    return f"{'; '.join(said)}; told twice: {twice or 'nobody'}"


def took(tasks: Iterable[TaskInstance]) -> str:
    """Say how long planning, applying and reporting took; of the mapped tasks, side by side, the longest."""
    longest = dict.fromkeys(("plan", "apply", "report"), 0.0)
    for task in tasks:
        if task.task_id in longest and task.seconds is not None:
            longest[task.task_id] = max(task.seconds, longest[task.task_id])
    return ", ".join(f"{task_id} {seconds:.1f} s" for task_id, seconds in longest.items())


def counts(rows: Sequence[Row]) -> Table:
    """Draw how many rows of each connection ended how, and of how many the vendor holds the same."""
    drawn = Table(box=box.SIMPLE, title="What became of the rows", title_justify="left", title_style="bold")
    drawn.add_column("connection", no_wrap=True)
    for column in (*OUTCOMES, "rows", "vendor agrees"):
        drawn.add_column(column, justify="right")
    conn_ids = list(dict.fromkeys(row.wish.conn_id for row in rows))
    for conn_id in conn_ids:
        drawn.add_row(conn_id, *_counted([row for row in rows if row.wish.conn_id == conn_id]))
    drawn.add_section()
    drawn.add_row("total", *_counted(rows), style="bold")
    return drawn


def _counted(rows: Sequence[Row]) -> list[str]:
    outcomes = Counter(row.outcome for row in rows)
    true = sum(row.true for row in rows)
    cells = [str(outcomes[outcome] or "-") for outcome in OUTCOMES]
    return [*cells, str(len(rows)), f"{true} of {len(rows)}"]


def not_applied(rows: Iterable[Row]) -> Table:
    """Draw the rows that need a person."""
    title = "What needs a person"
    drawn = Table(box=box.SIMPLE, title=title, title_justify="left", title_style="bold")
    drawn.add_column("row", justify="right")
    drawn.add_column("booking", no_wrap=True)
    drawn.add_column("why", overflow="fold")
    for row in rows:
        if row.outcome not in ("applied", "unchanged"):
            said = f"{row.outcome}, {row.item['reason']}: {row.item['message']}"
            name = f"{row.wish.vendor} {row.item['booking_id']}"
            drawn.add_row(str(row.number), *map(escape, (name, said)))
    return drawn


def samples(rows: Iterable[Row]) -> Table:
    """Draw the first applied row of each vendor, as the vendor held the booking before and afterwards."""
    drawn = Table(
        box=box.SIMPLE, title="What the vendors hold, for example", title_justify="left", title_style="bold"
    )
    for column in ("booking", "field", "before", "after"):
        drawn.add_column(column, overflow="fold", no_wrap=column == "booking")
    first: dict[str, Row] = {}
    for row in rows:
        if row.outcome == "applied":
            first.setdefault(row.wish.vendor, row)
    for vendor, row in first.items():
        name = f"{vendor} {row.wish.booking_id}"
        old, new = flat(row.before), flat(row.after)
        for field in row.wish.fields:
            cells = (
                name,
                field.rpartition(".")[2],
                shown(field, old.get(field)),
                shown(field, new.get(field)),
            )
            drawn.add_row(*map(escape, cells), style=None if row.true else "red")
            name = ""
    return drawn
