"""What the system tests' runs of `bulk_reschedule` are asked for, and what the vendors must hold then."""

import csv
import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dev.vendor_forms import FORMS

MEMO = "Allergic to penicillin"  # at KOS; in no log and no XCom
DAY = timedelta(days=1)
# Made-up bookings that no other run touches: of each vendor, those of the file.
IN_FILE = {
    "feishu": [f"692{n:016d}" for n in range(21, 25)],
    "zoho": [f"1597{n:015d}" for n in range(21, 25)],
    "jicoo": [f"jicoo{n:07d}" for n in range(21, 25)],
    "onlive": [f"a0000000-0000-4000-8000-{n:012d}" for n in range(21, 25)],
    "kos": [f"66a1{n:020d}" for n in (21, 22, 23, 25)],  # every eighth takes two resources
}
BAD = (
    {"booking_id": "6.92E+18", "conn_id": "feishu_default", "title": "Rounded"},
    {"booking_id": "jicoo0000026", "conn_id": "jicoo_default", "start": "2027-04-01T10:00:00"},
    {"booking_id": "jicoo0000027", "conn_id": "nowhere", "title": "Nobody"},
)
IN_TABLE = [f"692{n:016d}" for n in range(31, 34)]
QUERY = {
    "sql": "SELECT id AS booking_id, 'feishu_default' AS conn_id, room AS title FROM moves "
    "WHERE room LIKE 'Room%'",
    "conn_id": "moves",
}
SEARCHED = [f"jicoo{n:07d}" for n in range(31, 41)]  # all that start in their hour
UNKNOWN = "jicoo0000028"
COLUMNS = ("booking_id", "conn_id", "start", "end", "title", "description")


@dataclass(frozen=True)
class Move:
    """A row that is to be applied: its cells, and what its vendor must hold then."""

    vendor: str
    booking_id: str
    cells: Mapping[str, str]
    fields: Mapping[str, str]


def moves(held: Mapping[str, list[Any]], conn_ids: Mapping[str, str]) -> list[Move]:
    """Return the good rows of the file: each booking a day later, at KOS with a memo."""
    return [
        _move(vendor, conn_ids[vendor], FORMS[vendor].find(booking_id, held[vendor]))
        for vendor, booking_ids in IN_FILE.items()
        for booking_id in booking_ids
    ]


def _move(vendor: str, conn_id: str, record: dict[str, Any]) -> Move:
    form = FORMS[vendor]
    booking_id = record[form.id_field]
    times = {name: form.time(name, record) + DAY for name in ("start", "end") if name in form.fields}
    memo = {"description": MEMO} if vendor == "kos" else {}
    cells = {name: time.isoformat() for name, time in times.items()} | memo
    neutral: dict[str, datetime | str] = {**times, **memo}
    fields = form.written(neutral, record)
    return Move(vendor, booking_id, {"booking_id": booking_id, "conn_id": conn_id, **cells}, fields)


def write_file(path: Path, good: Sequence[Move]) -> dict[str, Any]:
    """Write the good rows and the bad ones as CSV, and return the source."""
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.DictWriter(file, COLUMNS)
        lines.writeheader()
        lines.writerows([*(move.cells for move in good), *BAD])
    return {"file": str(path)}


def write_table(path: Path) -> None:
    """Write a table of bookings, and of what each shall be called, into a database of its own."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE moves (id TEXT, room TEXT)")
        database.executemany("INSERT INTO moves VALUES (?, 'Room 9')", [(each,) for each in IN_TABLE])
        database.execute("INSERT INTO moves VALUES ('jicoo0000021', 'Hall 9')")


def search_params(held: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a whole form, with a search for Jicoo's bookings of one hour; no field as it is by default."""
    start = FORMS["jicoo"].time("start", FORMS["jicoo"].find(SEARCHED[0], held))
    hour = {"starts_after": start.isoformat(), "starts_before": (start + timedelta(hours=1)).isoformat()}
    return {
        "source": {"search": hour},
        "change": {"set": {"title": "Found"}},
        "conn_id": "jicoo_default",
        "notify": "none",
        "on_dst": "later",
    }


def items_of(report: str) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Return the items of a report: of its JSON lines, and of its CSV."""
    with (Path(report) / "items.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [json.loads(line) for line in (Path(report) / "items.jsonl").read_text().splitlines()], rows
