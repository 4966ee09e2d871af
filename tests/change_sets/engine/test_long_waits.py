"""Vendors that ask for long waits: what is left then, and how it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_booking.bookings import Throttled
from airflow_provider_booking.change_sets.items import State

if TYPE_CHECKING:
    from tests.change_sets.engine.conftest import Desk

SHIFT = {"shift": "P1D"}
ASKED = 600
WAIT = {"throttle": {"retry_after": str(ASKED)}}
NO_TIME: dict[str, Any] = {"throttle": {}}
DOWN = {"status": 503, "headers": {"Retry-After": str(ASKED)}}


@pytest.fixture(autouse=True)
def _one_by_one(desk: Desk) -> None:
    desk.extras["jicoo_default"] = {"max_concurrency": 1}


class TestAPlan:
    @pytest.mark.parametrize("words", [WAIT, NO_TIME], ids=["for so long", "without a time"])
    async def test_is_not_done_while_it_has_to_wait(self, desk: Desk, words: dict[str, Any]) -> None:
        desk.sandbox.fault("jicoo", words, skip=1, times=None)
        with pytest.raises(Throttled):
            await desk.plan({"ids": desk.sandbox.seed("jicoo", 3)}, SHIFT)
        (found,) = desk.ledger.change_sets(limit=2)
        assert found.state is State.PLANNING

    async def test_goes_on_with_what_is_unread(self, desk: Desk) -> None:
        ids = desk.sandbox.seed("jicoo", 3)
        desk.sandbox.fault("jicoo", WAIT, skip=1)
        with pytest.raises(Throttled):
            await desk.plan({"ids": ids}, SHIFT)
        read = len(desk.sandbox.requests("jicoo"))
        found = await desk.plan({"ids": ids}, SHIFT)
        assert desk.counts(found) == {"planned": 3, "total": 3}
        read_before = 1
        assert len(desk.sandbox.requests("jicoo")) - read == 3 - read_before

    async def test_goes_on_with_the_rows_as_they_were_taken_in(self, desk: Desk) -> None:
        one, other = desk.sandbox.seed("jicoo", 2)
        file = desk.folder / "moves.csv"
        file.write_text(f"booking_id\n{one}\n")
        desk.sandbox.fault("jicoo", WAIT)
        with pytest.raises(Throttled):
            await desk.plan({"file": "moves.csv"}, SHIFT)
        file.write_text(f"booking_id\n{other}\n")
        found = await desk.plan({"file": "moves.csv"}, SHIFT)
        assert [item.booking_id for item in desk.items(found)] == [one]

    async def test_begins_anew_where_something_else_is_asked_for(self, desk: Desk) -> None:
        one, other = desk.sandbox.seed("jicoo", 2)
        desk.sandbox.fault("jicoo", WAIT)
        with pytest.raises(Throttled):
            await desk.plan({"ids": [one]}, SHIFT)
        found = await desk.plan({"ids": [other]}, SHIFT)
        assert [item.booking_id for item in desk.items(found)] == [other]

    async def test_reads_the_other_connections_to_their_end_first(self, desk: Desk) -> None:
        jicoo, zoho = desk.sandbox.seed("jicoo", 2), desk.sandbox.seed("zoho", 2)
        rows = ["booking_id,conn_id", *(f"{each},jicoo_default" for each in jicoo)]
        rows += [f"{each},zoho_calendar_default" for each in zoho]
        (desk.folder / "moves.csv").write_text("\n".join(rows))
        desk.sandbox.fault("jicoo", WAIT, times=None)
        with pytest.raises(Throttled):
            await desk.plan({"file": "moves.csv"}, SHIFT)
        (found,) = desk.ledger.change_sets(limit=2)
        assert desk.ledger.count_unread(found.change_set_id) == {"jicoo_default": 2}

    async def test_of_a_quota_that_is_used_up_asks_once_and_is_done(self, desk: Desk) -> None:
        desk.extras["feishu_default"] = {"max_concurrency": 1}
        ids = desk.sandbox.seed("feishu", 20)
        desk.sandbox.switch("feishu", monthly_quota=0)
        found = await desk.plan({"ids": ids}, {"set": {"title": "Moved"}}, conn_id="feishu_default")
        assert desk.outcomes(found) == [("held", "throttle.vendor")] * 20
        asked = [each for each in desk.sandbox.requests("feishu") if "/reserves/" in each["path"]]
        assert len(asked) < 5


class TestAnApply:
    async def test_says_when_it_can_go_on(self, desk: Desk) -> None:
        found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 3)}, SHIFT)
        desk.sandbox.fault("jicoo", WAIT, method="PATCH")
        applied = await desk.apply(found)
        assert applied.go_on_in == ASKED
        assert (await desk.apply(found)).counts == {"applied": 3, "total": 3}

    async def test_says_so_of_a_vendor_that_is_down(self, desk: Desk) -> None:
        found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 8)}, SHIFT)
        desk.sandbox.fault("jicoo", DOWN, method="GET", times=None)
        assert (await desk.apply(found)).go_on_in == ASKED
        desk.sandbox.clear_faults()
        assert (await desk.apply(found)).counts == {"applied": 8, "total": 8}

    @pytest.mark.parametrize("lost", [True, False], ids=["its answer was lost", "it was answered"])
    async def test_waits_for_what_cannot_be_read_back_yet(self, desk: Desk, lost: bool) -> None:
        # Of KOS, which answers nothing but that it was done, each update is read back.
        found = await desk.plan({"ids": desk.sandbox.seed("kos", 4)}, SHIFT, conn_id="kos_default")
        if lost:
            desk.sandbox.fault("kos", {"drop": "after"}, path="*update-reservation*")
        reads_before = 1
        desk.sandbox.fault("kos", WAIT, path="*get-schedule-detail*", skip=reads_before)
        applied = await desk.apply(found, max_unknown=0)
        assert applied.counts == {"unknown": 1, "unprocessed": 3, "total": 4}
        assert applied.go_on_in == ASKED

    @pytest.mark.parametrize("lost", [True, False], ids=["its answer was lost", "it was answered"])
    async def test_settles_that_by_reading_and_sends_nothing_twice(self, desk: Desk, lost: bool) -> None:
        found = await desk.plan({"ids": desk.sandbox.seed("kos", 4)}, SHIFT, conn_id="kos_default")
        if lost:
            desk.sandbox.fault("kos", {"drop": "after"}, path="*update-reservation*")
        desk.sandbox.fault("kos", WAIT, path="*get-schedule-detail*", skip=1)
        await desk.apply(found)
        assert (await desk.apply(found)).counts == {"applied": 4, "total": 4}
        assert len(desk.written("kos")) == 4

    async def test_waits_where_a_canary_cannot_be_read_once_more(self, desk: Desk) -> None:
        found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 3)}, SHIFT)
        desk.sandbox.fault("jicoo", WAIT, method="GET", skip=1)
        assert (await desk.apply(found)).go_on_in == ASKED
        assert sorted(desk.outcomes(found)) == [
            ("applied", None),
            *[("unprocessed", "throttle.vendor")] * 2,
        ]
        assert (await desk.apply(found)).counts == {"applied": 3, "total": 3}

    async def test_does_not_go_on_by_itself_after_too_many_lost_answers(self, desk: Desk) -> None:
        desk.extras["jicoo_default"] = {"max_concurrency": 4}
        found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 8)}, SHIFT)
        one, *_ = (item.booking_id for item in desk.items(found))
        desk.sandbox.fault("jicoo", {"drop": "after"}, method="PATCH", path=f"*{one}")
        desk.sandbox.fault("jicoo", {"status": 500}, method="GET", path=f"*{one}", skip=1, times=None)
        desk.sandbox.fault("jicoo", WAIT, method="PATCH", times=None)
        applied = await desk.apply(found, canary=0, max_unknown=0)
        assert applied.counts["unknown"] == 1
        assert applied.go_on_in is None

    async def test_goes_on_by_itself_although_another_connection_needs_a_person(self, desk: Desk) -> None:
        jicoo, kos = desk.sandbox.seed("jicoo", 2), desk.sandbox.seed("kos", 2)
        rows = ["booking_id,conn_id", *(f"{each},jicoo_default" for each in jicoo)]
        rows += [f"{each},kos_default" for each in kos]
        (desk.folder / "moves.csv").write_text("\n".join(rows))
        found = await desk.plan({"file": "moves.csv"}, SHIFT)
        desk.sandbox.fault("jicoo", {"status": 401}, times=None)
        desk.sandbox.fault("kos", WAIT)
        applied = await desk.apply(found)
        assert set(applied.stopped) == {"jicoo_default", "kos_default"}
        assert applied.go_on_in == 600
