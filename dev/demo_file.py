"""The demo's file: 500 of the sandbox's bookings, each with what it shall become, and a few oddities.

Every booking moves: by a day, at Jicoo by two hours, at KOS by half an hour. At Zoho each takes the slot that
the next one of its room leaves, so that the order matters.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from dev.vendor_forms import FORMS, flat

COLUMNS = ("booking_id", "conn_id", "start", "end", "title", "description")
EACH = 100  # rows of a vendor
MOVES = {
    "feishu": timedelta(days=1),  # a reserve has an end only: it is kept a day longer
    "zoho": timedelta(days=1),  # where nothing comes next in its room
    "jicoo": timedelta(hours=2),
    "onlive": timedelta(days=1),
    "kos": timedelta(minutes=30),
}
MADE_UP = {"feishu": "692", "zoho": "1597", "jicoo": "jicoo", "onlive": "a0000000-", "kos": "66a1"}
RETITLED = 5  # every so many rows, a booking gets a new text as well
TEXTS = {vendor: "description" if vendor == "kos" else "title" for vendor in MOVES}
ONE_ROOM = 5  # made-up bookings of one room at Zoho
TWICE = {"zoho": 1}  # bookings that are named in two rows

Record = dict[str, Any]
Neutral = Mapping[str, datetime | str]


@dataclass(frozen=True)
class Wish:
    """A row of the file.

    Attributes:
        vendor: Whose booking.
        conn_id: The connection that the row names.
        booking_id: The booking that is meant.
        fields: What it shall be, in the vendor's own names and form, dotted where nested.
        cells: What the row says, by column.
        outcome: What is to become of it.
    """

    vendor: str
    conn_id: str
    booking_id: str
    fields: Mapping[str, str]
    cells: Mapping[str, str]
    outcome: str = "applied"


def wishes(held: Mapping[str, list[Record]], conn_ids: Mapping[str, str]) -> list[Wish]:
    """Return the rows of the file, in its order.

    Args:
        held: What each vendor holds, by its name.
        conn_ids: The connection of each vendor, by its name.
    """
    found = []
    for vendor, conn_id in conn_ids.items():
        rows = [_wish(vendor, conn_id, *each) for each in _wanted(vendor, _chosen(vendor, held[vendor]))]
        ODDITIES.get(vendor, len)(rows)
        found += rows
    return found


def write(path: Path, rows: Iterable[Wish]) -> None:
    """Write the rows as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.DictWriter(file, COLUMNS)
        lines.writeheader()
        lines.writerows({"conn_id": row.conn_id, **row.cells} for row in rows)


def _chosen(vendor: str, records: Iterable[Record]) -> list[Record]:
    """Return the bookings of a vendor that are named: made-up ones that take one resource."""
    id_field = FORMS[vendor].id_field
    fit = (
        record
        for record in records
        if record[id_field].startswith(MADE_UP[vendor]) and len(record.get("occupiedResources", [0])) == 1
    )
    return list(islice(fit, EACH - TWICE.get(vendor, 0)))


def _wanted(vendor: str, records: list[Record]) -> Iterator[tuple[Record, Neutral]]:
    """Go through the bookings, each with what it shall be."""
    form = FORMS[vendor]
    for place, record in enumerate(records):
        times = {name: form.time(name, record) for name in ("start", "end") if name in form.fields}
        by = MOVES[vendor]
        if vendor == "zoho" and (place + 1) % ONE_ROOM and place + 1 < len(records):
            by = form.time("start", records[place + 1]) - times["start"]
        wanted: dict[str, datetime | str] = {name: time + by for name, time in times.items()}
        if place % RETITLED == 0:
            text = TEXTS[vendor]
            wanted[text] = f"{flat(record).get(form.fields[text]) or 'Booking'}, moved"
        yield record, wanted


def _wish(vendor: str, conn_id: str, record: Record, wanted: Neutral) -> Wish:
    booking_id = record[FORMS[vendor].id_field]
    cells = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in wanted.items()
    }
    fields = FORMS[vendor].written(wanted, record)
    return Wish(vendor, conn_id, booking_id, fields, {"booking_id": booking_id, **cells})


def _rounded(rows: list[Wish]) -> None:
    """Let a spreadsheet have taken an id for a number."""
    _spoil(rows, 40, {"booking_id": f"{int(rows[40].booking_id):.2E}"})


def _contradicting(rows: list[Wish]) -> None:
    """Name a booking in two rows that want different things: it stays, and in another one's way."""
    rows.append(rows[41])
    _spoil(rows, 41, {})
    _spoil(rows, -1, {"title": "Board meeting"})
    _spoil(rows, 40, {})  # wants the slot that stays taken


def _naive(rows: list[Wish]) -> None:
    """Leave out in which zone a time is meant."""
    _spoil(rows, 71, {"start": rows[71].cells["start"].partition("+")[0]})


def _as_it_is(rows: list[Wish]) -> None:
    """Ask for what is so already."""
    now = {
        name: (datetime.fromisoformat(rows[51].cells[name]) - MOVES["onlive"]).isoformat()
        for name in ("start", "end")
    }
    _spoil(rows, 51, now, outcome="unchanged")


def _spoil(rows: list[Wish], place: int, cells: Mapping[str, str], outcome: str = "refused") -> None:
    rows[place] = replace(rows[place], cells={**rows[place].cells, **cells}, outcome=outcome)


ODDITIES: Mapping[str, Callable[[list[Wish]], None]] = {
    "feishu": _rounded,
    "zoho": _contradicting,
    "jicoo": _naive,
    "onlive": _as_it_is,
}
