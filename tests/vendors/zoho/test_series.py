"""docs/vendors/zoho.md, "Update": which occurrences are looked at, and which of them count as alike."""

from datetime import date
from typing import Any

import pytest

from airflow_provider_booking.vendors.zoho import series
from airflow_provider_booking.vendors.zoho.answers import ZohoBooking

POE = {"email": "poe@example.com", "zid": 61130357, "permission": 2}
JUDGED: dict[str, Any] = {
    "booking_id": "1598000000000000002",
    "title": "Weekly call",
    "dateandtime": {"start": "20271101T233000", "end": "20271102T003000", "timezone": "Asia/Kolkata"},
    "resources": [{"resource_id": "1605702686149000002", "type": 0, "count": 0}],
    "isprivate": False,
    "description": "",
    "attendees": [POE],
    "group_attendees": [{"zid": 62219540, "permission": 0}],
}
NEXT_WEEK = {"start": "20271108T233000", "end": "20271109T003000", "timezone": "Asia/Kolkata"}


def odd(**otherwise: Any) -> str | None:
    """Say what is odd of an occurrence a week later; members that are None are not shown."""
    shown = JUDGED | {"dateandtime": NEXT_WEEK} | otherwise
    occurrence = {name: value for name, value in shown.items() if value is not None}
    return series.odd_one(JUDGED, [ZohoBooking.model_validate(occurrence)])


@pytest.mark.parametrize(
    ("otherwise", "name"),
    [
        ({"title": "Retro"}, "title"),
        ({"dateandtime": NEXT_WEEK | {"start": "20271108T220000"}}, "time of day"),
        ({"dateandtime": NEXT_WEEK | {"end": "20271110T003000"}}, "time of day"),
        ({"dateandtime": NEXT_WEEK | {"timezone": "Asia/Colombo"}}, "time of day"),
        ({"resources": [{"resource_id": "7"}]}, "resources"),
        ({"isprivate": True}, "isprivate"),
        ({"description": "Bring notes"}, "description"),
        ({"description": None, "desc": "Bring notes"}, "description"),
        ({"attendees": []}, "attendees"),
        ({"attendees": [POE | {"permission": 3}]}, "attendees"),
        ({"group_attendees": []}, "group_attendees"),
        ({"group_attendees": None}, "group_attendees"),
        ({"title": "Retro", "isprivate": True}, "title and isprivate"),
    ],
    ids=str,
)
def test_an_occurrence_with_something_of_its_own_is_odd(otherwise: dict[str, Any], name: str) -> None:
    assert odd(**otherwise) == f"that of 2027-11-08 has another {name}"


@pytest.mark.parametrize(
    "otherwise",
    [
        {},
        {"recurrence_id": 1825697400000, "booking_approved": False, "uid": "another"},
        {"isprivate": None},
        {"description": None},
        {"attendees": None, "group_attendees": None},
        {"attendees": [POE | {"email": "POE@example.com", "zid": "61130357", "notify_status": 1}]},
        {"dateandtime": NEXT_WEEK | {"start": "20271120T233000", "end": "20271121T003000"}},
    ],
    ids=str,
)
def test_an_occurrence_is_alike_in_what_is_not_shown_and_on_another_day(otherwise: dict[str, Any]) -> None:
    assert odd(**otherwise) is None


def test_the_first_day_is_named_whatever_the_order_of_the_list() -> None:
    days = [
        ZohoBooking.model_validate(JUDGED | {"title": "Retro", "dateandtime": NEXT_WEEK | {"start": start}})
        for start in ("20271115T233000", "20271108T233000")
    ]
    assert str(series.odd_one(JUDGED, days)).startswith("that of 2027-11-08")


@pytest.mark.parametrize(
    ("recurrence_id", "day"), [(None, date(2027, 11, 1)), ("1825697400000", date(2027, 11, 8))]
)
def test_the_search_begins_on_the_day_that_was_planned(recurrence_id: str | None, day: date) -> None:
    assert series.day_from(JUDGED, recurrence_id) == day
