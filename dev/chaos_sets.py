"""The change sets of a chaos round: what is asked for, and how a booking must then read at its vendor."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dev.chaos_plan import Round, dice
from dev.vendor_forms import FORMS

Records = dict[str, dict[str, dict[str, Any]]]
"""Vendor to booking id to record."""
Key = tuple[str, str]
"""Vendor and booking id."""

COLUMNS = ("booking_id", "conn_id", "start", "end", "title", "description")


@dataclass(frozen=True)
class Asked:
    """What one change set asks for.

    Attributes:
        name: ``a`` or ``b``.
        mark: A text that only this one writes; empty where it writes times.
        source: The file that names the bookings.
        change: What the plan's operator is given beside it.
        expected: Booking to the fields that it shall have, flat, in the vendor's form; empty where only the
            plan says so.
    """

    name: str
    mark: str
    source: Path
    change: dict[str, Any] | None
    expected: dict[Key, dict[str, Any]]


def asked_for(
    played: Round,
    name: str,
    before: Records,
    *,
    bookings: dict[str, list[str]],
    conn_ids: dict[str, str],
    folder: Path,
) -> Asked:
    """Draw what a change set asks for, and write its source.

    Args:
        played: The round.
        name: The change set's.
        before: Every booking as it is.
        bookings: Vendor to the ids of those that it is about.
        conn_ids: Vendor to the id of its connection.
        folder: Where the source is written.
    """
    random = dice(played.seed, name)
    mark = f"Chaos-{name}-{played.seed}" if played.wish == "title" else ""
    later = timedelta(hours=random.choice((1, 2, 24, 48, 24 * 7)))
    rows, expected = [], {}
    for vendor, ids in bookings.items():
        for booking_id in ids:
            record = before[vendor][booking_id]
            wish = _wish(played.wish, vendor, record, mark, later)
            if wish:
                expected[(vendor, booking_id)] = FORMS[vendor].written(wish, record)
            texts = {
                field: value.isoformat() if isinstance(value, datetime) else value
                for field, value in wish.items()
            }
            rows.append({"booking_id": booking_id, "conn_id": conn_ids[vendor]} | texts)
    random.shuffle(rows)
    source = folder / f"source-{name}.csv"
    with source.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    change = {
        "shift": {"shift": f"PT{int(later.total_seconds()) // 3600}H"},
        "date": {"move_to_date": f"{datetime.now(UTC) + timedelta(days=random.randint(3, 25)):%Y-%m-%d}"},
    }.get(played.wish)
    return Asked(name, mark, source, change, expected)


def _wish(
    wish: str, vendor: str, record: dict[str, Any], mark: str, later: timedelta
) -> dict[str, datetime | str]:
    form = FORMS[vendor]
    if wish == "title":
        return {"title" if "title" in form.fields else "description": mark}
    if wish == "times":
        return {name: form.time(name, record) + later for name in ("start", "end") if name in form.fields}
    return {}
