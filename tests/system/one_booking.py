"""What the sample DAG `update_one_booking` is asked for, and what the vendors must hold afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dev.vendor_forms import FORMS

KEEP_DAYS = 20
BOOKINGS = {  # those of its form
    "feishu": "6911188411932033028",
    "zoho": "1596693672887000001",
    "jicoo": "sandboxVb7RE",
    "onlive": "1610c525-f19a-40d0-8cd1-03daba3d2d98",
    "kos": "66a000000000000000000001",
}


@dataclass(frozen=True)
class Wish:
    """What one booking shall be: its fields by dotted name, in the vendor's own form."""

    vendor: str
    booking_id: str
    fields: Mapping[str, Any]


def params(now: datetime, title: str) -> dict[str, Any]:
    """Return the params of a run: a Saturday three to four weeks ahead, when nobody else has the rooms."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight + timedelta(days=26 - midnight.weekday(), hours=10)
    return {
        "title": title,
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=30)).isoformat(),
        "keep_days": KEEP_DAYS,
    }


def wishes(
    params: Mapping[str, Any], run_after: datetime, before: Mapping[str, list[Any]]
) -> dict[str, Wish]:
    """Return what each vendor must hold after a run with these params."""
    start, end = (datetime.fromisoformat(params[name]) for name in ("start", "end"))
    found = {}
    for vendor, booking_id in BOOKINGS.items():
        form = FORMS[vendor]
        text = "title" if "title" in form.fields else "description"
        neutral = {"start": start, "end": end, text: params["title"]}
        if vendor == "feishu":
            neutral = {"end": run_after + timedelta(days=KEEP_DAYS), text: params["title"]}
        record = form.find(booking_id, before[vendor])
        found[vendor] = Wish(vendor, booking_id, form.written(neutral, record))
    return found
