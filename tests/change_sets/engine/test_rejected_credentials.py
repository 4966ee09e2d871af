"""A credential that the vendor no longer takes stops its connection alone, and only until it is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.wire import token_fetches

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.items import ChangeSet
    from tests.change_sets.engine.conftest import Desk

ZOHO = "zoho_calendar_default"
FEISHU = "feishu_default"
REVOKED = {"refresh_token": "1000.sandbox.revoked"}
MANY = 60
MOVE = {"shift": "P1D"}


async def planned(desk: Desk, count: int = MANY) -> ChangeSet:
    """Plan to move made-up bookings at Zoho."""
    desk.sandbox.limits("zoho", None)
    found = await desk.plan({"ids": desk.sandbox.seed("zoho", count)}, MOVE, conn_id=ZOHO)
    assert desk.counts(found) == {"planned": count, "total": count}
    return found


class TestRevokedRefreshToken:
    async def test_holds_all_items_of_its_connection(self, desk: Desk) -> None:
        found = await planned(desk)
        desk.sandbox.revoke_tokens("zoho")
        applied = await desk.apply(found)
        assert set(desk.outcomes(found)) == {("held", "auth.expired")}
        assert "refresh token is revoked" in applied.stopped[ZOHO]
        assert applied.go_on_in is None

    @pytest.mark.parametrize("canary", [0, 5])
    async def test_costs_one_fetch_however_many_items_are_in_hand(self, desk: Desk, canary: int) -> None:
        found = await planned(desk)
        desk.sandbox.revoke_tokens("zoho")
        before = len(token_fetches(desk.sandbox, "zoho"))
        await desk.apply(found, canary=canary)
        assert len(token_fetches(desk.sandbox, "zoho")) == before + 1

    async def test_is_said_once_and_not_of_every_item(self, desk: Desk) -> None:
        found = await planned(desk)
        desk.sandbox.revoke_tokens("zoho")
        desk.said.clear()
        await desk.apply(found, canary=0)
        assert len([line for line in desk.said if "refresh token is revoked" in line]) == 1

    async def test_lets_the_other_connections_of_the_change_set_go_on(self, desk: Desk) -> None:
        desk.sandbox.limits("zoho", None)
        ids = {ZOHO: desk.sandbox.seed("zoho", 10), "jicoo_default": desk.sandbox.seed("jicoo", 10)}
        rows = [f"{uid},{conn_id}\n" for conn_id, uids in ids.items() for uid in uids]
        desk.folder.joinpath("moves.csv").write_text("booking_id,conn_id\n" + "".join(rows))
        found = await desk.plan({"file": "moves.csv"}, MOVE, conn_id=None)
        desk.sandbox.revoke_tokens("zoho")
        applied = await desk.apply(found)
        assert applied.by_connection == {ZOHO: {"held": 10}, "jicoo_default": {"applied": 10}}
        assert list(applied.stopped) == [ZOHO]

    async def test_is_followed_by_a_new_consent_and_another_run_that_applies_all(self, desk: Desk) -> None:
        found = await planned(desk, 10)
        desk.extras[ZOHO] = REVOKED
        await desk.apply(found)
        assert desk.counts(found) == {"held": 10, "total": 10}
        del desk.extras[ZOHO]
        applied = await desk.apply(found)
        assert (applied.counts, applied.stopped) == ({"applied": 10, "total": 10}, {})
        assert len(desk.written("zoho")) == 10

    async def test_holds_what_is_planned_and_planning_again_after_a_new_consent_reads_it(
        self, desk: Desk
    ) -> None:
        ids = desk.sandbox.seed("zoho", 10)
        desk.sandbox.limits("zoho", None)
        desk.extras[ZOHO] = REVOKED
        found = await desk.plan({"ids": ids}, MOVE, conn_id=ZOHO)
        assert set(desk.outcomes(found)) == {("held", "auth.expired")}
        assert len(token_fetches(desk.sandbox, "zoho")) == 1
        del desk.extras[ZOHO]
        again = await desk.plan({"ids": ids}, MOVE, conn_id=ZOHO)
        assert (again.change_set_id, desk.counts(again)) == (
            found.change_set_id,
            {"planned": 10, "total": 10},
        )


class TestAKeyThatIsRejectedAfterAWrite:
    async def test_by_the_look_at_a_canary_holds_the_rest(self, desk: Desk) -> None:
        found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 4)}, MOVE)
        desk.sandbox.fault("jicoo", {"status": 401}, method="GET", skip=1, times=None)
        await desk.apply(found)
        assert sorted(desk.outcomes(found)) == [("applied", None)] + [("held", "auth.expired")] * 3

    async def test_by_the_look_for_a_lost_answer_holds_the_rest_and_names_that_one(self, desk: Desk) -> None:
        found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 4)}, MOVE)
        desk.sandbox.fault("jicoo", {"drop": "after"}, method="PATCH")
        desk.sandbox.fault("jicoo", {"status": 401}, method="GET", skip=1, times=None)
        await desk.apply(found)
        rest = [("held", "auth.expired")] * 3
        assert sorted(desk.outcomes(found)) == [*rest, ("unknown", "auth.expired")]
        assert any("unknown, auth.expired" in line for line in desk.said)


class TestWrongAppSecret:
    async def test_holds_its_items_by_one_fetch_and_the_right_one_applies_them(self, desk: Desk) -> None:
        desk.sandbox.limits("feishu", None)
        ids = desk.sandbox.seed("feishu", 20)
        found = await desk.plan({"ids": ids}, {"set": {"title": "Moved"}}, conn_id=FEISHU)
        fetched = len(token_fetches(desk.sandbox, "feishu"))
        desk.passwords[FEISHU] = "a-former-secret"
        stopped = await desk.apply(found, canary=0)
        assert (stopped.counts, list(stopped.stopped)) == ({"held": 20, "total": 20}, [FEISHU])
        assert len(token_fetches(desk.sandbox, "feishu")) == fetched + 1
        assert set(desk.outcomes(found)) == {("held", "auth.expired")}
        del desk.passwords[FEISHU]
        assert (await desk.apply(found)).counts == {"applied": 20, "total": 20}
