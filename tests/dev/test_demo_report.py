"""The demo believes the vendors, not Airflow: a row is right only if the vendor holds what was asked for."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dev.demo_report import Wish, compare, params, shown, wishes

WISH = Wish("feishu", "feishu", "id", "1", {"meeting_settings.topic": "New"})


def reserve(**settings: Any) -> list[dict[str, Any]]:
    return [{"id": "2"}, {"id": "1", "updatedAt": settings.get("at"), "meeting_settings": settings}]


def test_a_field_that_the_vendor_holds_as_asked_is_right() -> None:
    (row,) = compare(WISH, reserve(topic="Old"), reserve(topic="New"), "applied")
    assert (row.field, row.before, row.after, row.right) == ("meeting_settings.topic", "Old", "New", True)


@pytest.mark.parametrize(
    ("after", "outcome"), [("Old", "applied"), ("Other", "applied"), ("New", "failed"), (None, "applied")]
)
def test_a_field_that_the_vendor_holds_otherwise_or_by_a_failed_task_is_wrong(
    after: str | None, outcome: str
) -> None:
    (row,) = compare(WISH, reserve(topic="Old"), reserve(topic=after), outcome)
    assert not row.right


def test_a_field_that_had_its_value_before_is_wrong_as_it_shows_nothing() -> None:
    (row,) = compare(WISH, reserve(topic="New"), reserve(topic="New"), "applied")
    assert not row.right


def test_a_change_that_nobody_asked_for_is_wrong() -> None:
    rows = compare(WISH, reserve(topic="Old", auto_record=True), reserve(topic="New"), "applied")
    assert [(row.field, row.right) for row in rows] == [
        ("meeting_settings.auto_record", False),
        ("meeting_settings.topic", True),
    ]


def test_two_runs_ask_for_different_values() -> None:
    first, second = (params(datetime(2026, 11, 21, 9, 0, second, tzinfo=UTC)) for second in (1, 2))
    assert first["title"] != second["title"]


@pytest.mark.parametrize("day", range(1, 15))
def test_bookings_are_moved_to_a_saturday_three_to_four_weeks_ahead(day: int) -> None:
    now = datetime(2026, 11, day, 9, 0, tzinfo=UTC)
    start = datetime.fromisoformat(params(now)["start"])
    assert (start.weekday(), 20 <= (start - now).days <= 27) == (5, True)


def test_wishes_are_in_the_vendors_own_form() -> None:
    asked = {
        "title": "T",
        "start": "2026-12-01T10:00:00+09:00",
        "end": "2026-12-01T10:30:00+09:00",
        "keep_days": 1,
    }
    fields = {wish.vendor: wish.fields for wish in wishes(asked, datetime(2026, 11, 21, tzinfo=UTC))}
    assert fields["feishu"]["end_time"] == "1795305600"
    assert fields["zoho"]["dateandtime.start"] == "20261201T063000"
    assert fields["jicoo"]["startedAt"] == "2026-12-01T01:00:00.000Z"
    assert fields["onlive"]["end"] == "2026-12-01T01:30:00.000Z"
    assert fields["kos"]["reservation.endDateTime"] == "2026-12-01T01:30:00Z"


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
