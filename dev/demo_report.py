"""What the demo asks for, and the comparison of that with what the vendors hold afterwards."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.markup import escape
from rich.table import Table

FEISHU_RESERVE = "6911188411932033028"
ZOHO_BOOKING = "1596693672887000001"
ZOHO_ZONE = ZoneInfo("Asia/Kolkata")  # of that booking: Zoho keeps local times
JICOO_BOOKING = "sandboxVb7RE"
ONLIVE_APPOINTMENT = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
KOS_SCHEDULE = "66a000000000000000000001"
KEEP_DAYS = 20
# What follows from the fields that are asked for, and what the vendors change by themselves.
BOOKKEEPING = {
    "zoho": {"start", "end", "start_date", "start_time", "end_date", "end_time"},
    "jicoo": {"updatedAt"},
    "onlive": {"updatedAt"},
    "kos": {"occupiedResources"},
}
WRITTEN = (  # how the vendors write times, and what a reader is shown
    ("%Y%m%dT%H%M%S", "%Y-%m-%d %H:%M local"),
    ("%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d %H:%MZ"),
    ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%MZ"),
)

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
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    # A Saturday: nobody else has booked the rooms then.
    start = midnight + timedelta(days=26 - midnight.weekday(), hours=10)
    return {
        "title": f"Quarterly review {now:%H:%M:%S}",
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=30)).isoformat(),
        "keep_days": KEEP_DAYS,
    }


def wishes(params: Fields, run_after: datetime) -> list[Wish]:
    """Return what the vendors must hold after a run of `update_one_booking` with these params."""
    title, start, end = (params[name] for name in ("title", "start", "end"))
    keep_until = run_after + timedelta(days=params["keep_days"])
    feishu = {"end_time": str(int(keep_until.timestamp())), "meeting_settings.topic": title}
    zoho = {"title": title, "dateandtime.start": zoho_time(start), "dateandtime.end": zoho_time(end)}
    jicoo = {"name": title, "startedAt": utc_time(start), "endedAt": utc_time(end)}
    onlive = {"title": title, "start": utc_time(start), "end": utc_time(end)}
    kos = {
        "reservation.reservationMemo": title,
        "reservation.startDateTime": utc_time(start, "seconds"),
        "reservation.endDateTime": utc_time(end, "seconds"),
    }
    return [
        Wish("feishu", "feishu", "id", FEISHU_RESERVE, feishu),
        Wish("zoho", "zoho", "booking_id", ZOHO_BOOKING, zoho),
        Wish("jicoo", "jicoo", "uid", JICOO_BOOKING, jicoo),
        Wish("onlive", "onlive", "id", ONLIVE_APPOINTMENT, onlive),
        Wish("kos", "kos", "id", KOS_SCHEDULE, kos),
    ]


def utc_time(text: str, precision: str = "milliseconds") -> str:
    """Return a time as most vendors write it: UTC, Z."""
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def zoho_time(text: str) -> str:
    """Return a time as Zoho writes it: local."""
    return f"{datetime.fromisoformat(text).astimezone(ZOHO_ZONE):%Y%m%dT%H%M%S}"


def compare(wish: Wish, before: Sequence[Fields], after: Sequence[Fields], outcome: str) -> list[Row]:
    """Return a row for each field that was wished for or has changed; right is one that changed as wished."""
    old, new = (flat(find(wish, records)) for records in (before, after))
    changed = {field for field in old.keys() | new.keys() if old.get(field) != new.get(field)}
    changed -= BOOKKEEPING.get(wish.vendor, set())
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
    """Return a value for a reader: times to the minute, in UTC unless it says local."""
    if value is None:
        return "-"
    if field == "end_time":
        return f"{datetime.fromtimestamp(int(value), UTC):%Y-%m-%d %H:%MZ}"
    for written, readable in WRITTEN:
        with contextlib.suppress(ValueError):
            return datetime.strptime(str(value), written).strftime(readable)  # noqa: DTZ007  (to show it as it is)
    return str(value)
