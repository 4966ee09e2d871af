"""The weekly booking of the simulated Zoho, and its occurrences."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.zoho.client import ZohoClient

SAMPLE = "1596693672887000001"
WEEKLY = "1598000000000000002"  # six times, 09:00 to 09:30
ROOM, BRANCH = "1605702686149000002", "1604000000000000011"
YEAR = timedelta(days=365)
INDIA = ZoneInfo("Asia/Kolkata")


async def occurrences(zoho: ZohoClient, sandbox: Sandbox, booking_id: str = WEEKLY) -> dict[str, Any]:
    """Give each occurrence's title and times, by its id, in order."""
    first = date.fromisoformat(sandbox.booking("zoho", booking_id)["start_date"])
    found = await zoho.room_bookings(ROOM, BRANCH, first, first + YEAR)
    return {
        str(each.recurrence_id): (each.title, each.dateandtime.start, each.dateandtime.end)
        for each in sorted(found, key=lambda each: each.start or 0)
        if each.booking_id == booking_id
    }


def at(start: str, clock: str) -> str:
    return f"{start[:8]}T{clock}"
