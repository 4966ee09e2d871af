"""The demo believes the vendors, not Airflow: a row is right only if the vendor holds what was asked for."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dev.demo_report import Wish, compare, params, wishes

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
    assert first["feishu_topic"] != second["feishu_topic"]
    assert first["jicoo_name"] != second["jicoo_name"]


def test_wishes_are_in_the_vendors_own_form() -> None:
    asked = {
        "feishu_topic": "T",
        "feishu_keep_days": 1,
        "jicoo_name": "N",
        "jicoo_start": "2026-12-01T10:00:00+09:00",
        "jicoo_end": "2026-12-01T10:30:00+09:00",
    }
    feishu, jicoo = wishes(asked, datetime(2026, 11, 21, tzinfo=UTC))
    assert feishu.fields["end_time"] == "1795305600"
    assert jicoo.fields["startedAt"] == "2026-12-01T01:00:00.000Z"
