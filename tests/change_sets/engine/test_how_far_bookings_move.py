"""A plan keeps how far each booking moves, on the wall clock of its zone: an approver is shown that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_booking.change_sets.proposal import propose

if TYPE_CHECKING:
    from tests.change_sets.engine.conftest import Desk

DAY = timedelta(days=1)
BOOKINGS = {
    "feishu_default": "6911188411932033028",
    "zoho_calendar_default": "1596693672887000001",
    "jicoo_default": "sandboxVb7RE",
    "onlive_default": "1610c525-f19a-40d0-8cd1-03daba3d2d98",
    "kos_default": "66a000000000000000000001",
}


async def move_of(desk: Desk, conn_id: str, change: dict[str, Any]) -> Any:
    planned = await desk.plan({"ids": [BOOKINGS[conn_id]]}, change, conn_id=conn_id, include_past=True)
    (item,) = desk.items(planned)
    return item.image.move


@pytest.mark.parametrize("conn_id", BOOKINGS)
async def test_a_shift_is_kept_as_it_was_asked_for(desk: Desk, conn_id: str) -> None:
    move = await move_of(desk, conn_id, {"shift": "P1D"})
    assert move.after.replace(tzinfo=None) - move.before.replace(tzinfo=None) == DAY


async def test_its_wall_clock_is_that_of_the_booking(desk: Desk) -> None:
    move = await move_of(desk, "jicoo_default", {"shift": "P1D"})
    assert move.before.utcoffset() == timedelta(hours=9)  # Asia/Tokyo


async def test_the_wall_clock_of_a_calendar_is_used_where_the_booking_has_none(desk: Desk) -> None:
    move = await move_of(desk, "onlive_default", {"shift": "P1D"})
    assert move.before.utcoffset() in {timedelta(hours=1), timedelta(hours=2)}


async def test_a_booking_that_stays_has_no_move(desk: Desk) -> None:
    assert await move_of(desk, "jicoo_default", {"set": {"title": "Handover"}}) is None


@pytest.mark.parametrize("conn_id", [each for each in BOOKINGS if not each.startswith("feishu")])
async def test_a_booking_that_ends_later_has_one(desk: Desk, conn_id: str) -> None:
    change = {"set": {"end": "2030-01-01T10:00:00Z"}}
    move = await move_of(desk, conn_id, change)
    assert move.after == move.before
    assert move.ends_after == datetime(2030, 1, 1, 10, tzinfo=UTC) > move.ends_before


async def test_of_a_reserve_the_one_time_is_all(desk: Desk) -> None:
    move = await move_of(desk, "feishu_default", {"shift": "P1D"})
    assert (move.ends_before, move.ends_after) == (None, None)


async def test_the_question_about_a_plan_shows_it(desk: Desk) -> None:
    planned = await desk.plan({"ids": [BOOKINGS["jicoo_default"]]}, {"shift": "P1D"})
    assert "1 day later" in propose(desk.ledger, planned).body
