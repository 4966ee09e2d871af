"""Vendors' records are read and written in their own forms, and compared on what an update is about."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dev.vendor_forms import FORMS, flat, shown

MOMENT = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
RECORDS: dict[str, tuple[str, dict[str, Any]]] = {
    "feishu": ("end", {"end_time": "1796086800"}),
    "zoho": ("start", {"dateandtime": {"timezone": "Asia/Kolkata", "start": "20261201T063000"}}),
    "jicoo": ("start", {"startedAt": "2026-12-01T01:00:00.000Z"}),
    "onlive": ("start", {"start": "2026-12-01T01:00:00.000Z"}),
    "kos": ("start", {"reservation": {"startDateTime": "2026-12-01T01:00:00Z"}}),
}

every_vendor = pytest.mark.parametrize("vendor", RECORDS)


@every_vendor
def test_a_time_is_read_from_each_vendors_record(vendor: str) -> None:
    name, record = RECORDS[vendor]
    assert FORMS[vendor].time(name, record) == MOMENT


@every_vendor
def test_a_time_is_written_as_each_vendor_writes_it(vendor: str) -> None:
    name, record = RECORDS[vendor]
    ((field, value),) = FORMS[vendor].written({name: MOMENT}, record).items()
    assert flat(record)[field] == value


def test_a_field_that_came_or_went_has_changed() -> None:
    assert FORMS["feishu"].changed({"a": 1, "b": {"c": 1}}, {"b": {"c": 2}, "d": 1}) == {"a", "b.c", "d"}


def test_what_follows_from_other_fields_is_no_change() -> None:
    assert FORMS["jicoo"].changed({"updatedAt": "then"}, {"updatedAt": "now"}) == set()


@pytest.mark.parametrize(("member", "changed"), [("notify_status", set()), ("permission", {"attendees"})])
def test_of_an_attendee_only_the_vendors_own_mark_is_no_change(member: str, changed: set[str]) -> None:
    before, after = ({"attendees": [{"zid": 1, member: value}]} for value in (0, 1))
    assert FORMS["zoho"].changed(before, after) == changed


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("end_time", "1795305600", "2026-11-22 00:00Z"),
        ("dateandtime.start", "20261201T063000", "2026-12-01 06:30 local"),
        ("startedAt", "2026-12-01T01:00:00.000Z", "2026-12-01 01:00Z"),
        ("reservation.startDateTime", "2026-12-01T01:00:00Z", "2026-12-01 01:00Z"),
        ("title", "2026", "2026"),
        ("title", None, "-"),
    ],
)
def test_values_are_shown_for_a_reader(field: str, value: str | None, told: str) -> None:
    assert shown(field, value) == told
