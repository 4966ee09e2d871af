"""What the demo asks for, and the comparison of that with what the vendors hold afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

FEISHU_RESERVE = "6911188411932033028"
JICOO_BOOKING = "sandboxVb7RE"
KEEP_DAYS = 20
# What the vendors change by themselves when a booking is updated.
BOOKKEEPING = {"updatedAt"}

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Wish:
    """What one booking shall be: its fields by dotted name, in the vendor's own form."""

    task_id: str
    vendor: str
    id_field: str
    booking_id: str
    fields: Fields


@dataclass(frozen=True)
class Row:
    """One field of one booking, before and after, as its vendor holds it."""

    vendor: str
    booking_id: str
    field: str
    before: Any
    after: Any
    outcome: str
    right: bool


def params(now: datetime) -> dict[str, Any]:
    """Return the params of the demo's run: from the clock, so that every run has something to change."""
    start = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
    return {
        "feishu_topic": f"Quarterly review {now:%H:%M:%S}",
        "feishu_keep_days": KEEP_DAYS,
        "jicoo_name": f"Consultation {now:%H:%M:%S}",
        "jicoo_start": start.isoformat(),
        "jicoo_end": (start + timedelta(minutes=30)).isoformat(),
    }


def wishes(params: Fields, run_after: datetime) -> list[Wish]:
    """Return what the vendors must hold after a run of `update_one_booking` with these params."""
    keep_until = run_after + timedelta(days=params["feishu_keep_days"])
    feishu = {"end_time": str(int(keep_until.timestamp())), "meeting_settings.topic": params["feishu_topic"]}
    jicoo = {
        "name": params["jicoo_name"],
        "startedAt": jicoo_time(params["jicoo_start"]),
        "endedAt": jicoo_time(params["jicoo_end"]),
    }
    return [
        Wish("feishu", "feishu", "id", FEISHU_RESERVE, feishu),
        Wish("jicoo", "jicoo", "uid", JICOO_BOOKING, jicoo),
    ]


def jicoo_time(text: str) -> str:
    """Return a time as Jicoo writes it: UTC, milliseconds, Z."""
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def compare(wish: Wish, before: Sequence[Fields], after: Sequence[Fields], outcome: str) -> list[Row]:
    """Return a row for each field that was wished for or has changed; right is one that changed as wished."""
    old, new = (flat(find(wish, records)) for records in (before, after))
    changed = {field for field in old.keys() | new.keys() if old.get(field) != new.get(field)} - BOOKKEEPING
    return [
        Row(
            vendor=wish.vendor,
            booking_id=wish.booking_id,
            field=field,
            before=old.get(field),
            after=new.get(field),
            outcome=outcome,
            right=outcome == "applied"
            and (field, new.get(field)) in wish.fields.items()
            and field in changed,
        )
        for field in sorted(changed | wish.fields.keys())
    ]


def find(wish: Wish, records: Sequence[Fields]) -> Fields:
    """Return the wished booking among a vendor's records."""
    return next(record for record in records if record[wish.id_field] == wish.booking_id)


def flat(record: Fields) -> dict[str, Any]:
    """Return a record with its nested objects' fields under dotted names; lists stay whole."""
    return dict(leaves("", record))


def leaves(prefix: str, record: Fields) -> Iterator[tuple[str, Any]]:
    """Go through the leaves of a record."""
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from leaves(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", value


def table(rows: Sequence[Row]) -> Table:
    """Draw the rows, each booking's under its name; what is not as it should be is red."""
    drawn = Table(box=box.SIMPLE, title="What the vendors hold", title_justify="left", title_style="bold")
    drawn.add_column("booking", no_wrap=True)
    for column in ("before", "after", "outcome"):
        drawn.add_column(column, overflow="fold")
    named = None
    for row in rows:
        name = f"{row.vendor} {row.booking_id}"
        if name != named:
            drawn.add_row(name)
            named = name
        cells = (f"  {row.field}", shown(row.field, row.before), shown(row.field, row.after), row.outcome)
        drawn.add_row(*map(escape, cells), style=None if row.right else "red")
    return drawn


def shown(field: str, value: Any) -> str:
    """Return a value for a reader: times to the minute, all in UTC."""
    if value is None:
        return "-"
    if field == "end_time":
        return f"{datetime.fromtimestamp(int(value), UTC):%Y-%m-%d %H:%M}Z"
    if field in ("startedAt", "endedAt"):
        return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M}Z"
    return str(value)
