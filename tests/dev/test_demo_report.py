"""The demo believes the vendors, not our own report: a row is true only if the vendor holds what it says."""

from typing import Any

import pytest

from dev.airflow_api import TaskInstance
from dev.demo_file import Wish
from dev.demo_report import Row, compare, counts, others_changed, told, took

WISH = Wish("feishu", "feishu_default", "1", {"meeting_settings.topic": "New"}, {"booking_id": "1"})
ITEM = {"row": 1, "conn_id": "feishu_default", "booking_id": "1", "outcome": "applied", "reason": None}


def reserve(topic: str, **more: Any) -> dict[str, Any]:
    return {"id": "1", "meeting_settings": {"topic": topic, **more}}


def row(outcome: str, before: dict[str, Any], after: dict[str, Any]) -> Row:
    return Row(1, WISH, ITEM | {"outcome": outcome}, before, after)


def test_an_applied_row_is_true_when_the_vendor_holds_what_was_asked_for() -> None:
    assert row("applied", reserve("Old"), reserve("New")).true


@pytest.mark.parametrize("after", [reserve("Old"), reserve("Other"), reserve("New", auto_record=True)])
def test_an_applied_row_is_untrue_when_the_vendor_holds_anything_else(after: dict[str, Any]) -> None:
    assert not row("applied", reserve("Old"), after).true


def test_an_applied_row_that_was_so_before_is_untrue_as_nothing_shows_it() -> None:
    assert not row("applied", reserve("New"), reserve("New")).true


@pytest.mark.parametrize("outcome", ["refused", "unchanged", "held", "unprocessed"])
def test_any_other_row_is_true_only_when_the_booking_is_as_it_was(outcome: str) -> None:
    assert row(outcome, reserve("Old"), reserve("Old")).true
    assert not row(outcome, reserve("Old"), reserve("New")).true


@pytest.mark.parametrize(
    "otherwise", [{"row": 2}, {"conn_id": "jicoo_default"}, {"booking_id": "2"}, {"outcome": "held"}]
)
def test_an_item_about_another_row_or_with_another_outcome_is_not_expected(otherwise: dict[str, Any]) -> None:
    assert Row(1, WISH, ITEM, {}, {}).expected
    assert not Row(1, WISH, ITEM | otherwise, {}, {}).expected


def test_a_report_that_lacks_a_row_is_no_report() -> None:
    held = {"feishu": [reserve("Old")]}
    with pytest.raises(ValueError, match="shorter"):
        compare([WISH, WISH], [ITEM], held, held)


def test_a_booking_that_the_file_does_not_name_must_stay_as_it_is() -> None:
    before = {"feishu": [reserve("Old"), {"id": "2", "end_time": "1"}, {"id": "3", "end_time": "1"}]}
    after = {"feishu": [reserve("New"), {"id": "2", "end_time": "2"}, {"id": "3", "end_time": "1"}]}
    rows = compare([WISH], [ITEM], before, after)
    assert others_changed(rows, before, after) == (2, 1)


def test_who_was_told_twice_of_a_booking_is_counted() -> None:
    messages = [{"vendor": "onlive", "booking_id": each} for each in ("1", "2", "2")]
    assert told(messages) == (
        "onlive told people of 2 bookings; feishu, zoho, jicoo, kos told nobody; told twice: 1"
    )


def test_of_mapped_tasks_the_longest_counts() -> None:
    tasks = [
        TaskInstance("apply", index, "success", 1, seconds, None) for index, seconds in ((0, 2.0), (1, 3.0))
    ]
    assert took(tasks) == "plan 0.0 s, apply 3.0 s, report 0.0 s"


def test_rows_are_counted_by_connection_and_outcome() -> None:
    rows = [row("applied", reserve("Old"), reserve("New")), row("held", reserve("Old"), reserve("New"))]
    total = [list(column.cells)[-1] for column in counts(rows).columns]
    assert total == ["total", "1", "-", "-", "1", "-", "-", "2", "1 of 2"]
