"""A booking as Zoho shows it, and what a change of it becomes: pure functions of the client."""

import copy
from datetime import timedelta, timezone
from typing import Any

from airflow_provider_booking.vendors.zoho import translation
from airflow_provider_booking.vendors.zoho.models import BookingChange, ZohoOptions

SAMPLE = "1596693672887000001"
ROOM = "1605702686149000001"
SEOUL = timezone(timedelta(hours=9))
DOE = {"email": "doe@example.com", "zid": 61298182}
POE = {"email": "poe@example.com", "zid": 61130357}
# As the vendor shows a booking, without what a change does not look at.
RECORD: dict[str, Any] = {
    "booking_id": SAMPLE,
    "title": "Interview",
    "dateandtime": {"start": "20271102T093000", "end": "20271102T103000", "timezone": "America/New_York"},
    "start": 1825162200000,
    "end": 1825165800000,
    "resources": [{"count": 0, "resource_id": ROOM, "type": 0}],
    "isprivate": True,
    "description": "Second round",
    "attendees": [POE | {"permission": 2, "type": 0, "notify_status": 0}],
    "group_attendees": [{"zid": 62219540, "permission": 0, "type": 1, "notify_status": 0, "email": "v399"}],
    "uid": "ZRB_1@zoho.com",
    "is_rel_event": False,
    "is_repeat": False,
}
AS_SENT: dict[str, Any] = {
    "title": "Interview",
    "dateandtime": {"start": "20271102T093000", "end": "20271102T103000", "timezone": "America/New_York"},
    "resources": [{"resource_id": ROOM, "type": 0}],
    "isprivate": True,
    "description": "Second round",
    "attendees": [{"email": "poe@example.com", "zid": "61130357", "permission": 2}],
    "group_attendees": [{"zid": "62219540", "permission": 0}],
    "uid": "ZRB_1@zoho.com",
    "is_rel_event": False,
    "notify_attendee": 0,
}


def record(**otherwise: Any) -> dict[str, Any]:
    return copy.deepcopy(RECORD) | otherwise


def data(changes: dict[str, Any], now: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    change, given = BookingChange.parse(changes), ZohoOptions.model_validate(options)
    now = RECORD if now is None else now
    translation.check_clearing(change)
    translation.wanted_fields(change, now, given)
    return translation.booking_data(change, now, given)


def span(asked: dict[str, Any], now: dict[str, Any] | None = None) -> dict[str, str]:
    found: dict[str, str] = data({"dateandtime": asked}, now)["dateandtime"]
    return found
