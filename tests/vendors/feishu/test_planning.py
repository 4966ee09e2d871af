"""docs/vendors/feishu.md, "In change sets"."""

from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput, Outcome
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.planning import NOBODY_IS_TOLD, FeishuPlanning
from airflow_provider_booking.vendors.planning import Notify
from tests.vendors.planned import an_hour_later, calls_of_a_move, drifts, fields_of, update

SAMPLE = "6911188411932033028"
SETTINGS = "meeting_settings"
HOST = {"user_type": 1, "id": f"ou_{2:032d}"}
ANYBODY = {"permission": 3, "permission_checkers": []}


@pytest.fixture
def planning(feishu: FeishuClient) -> FeishuPlanning:
    return FeishuPlanning(feishu)


class TestNeutralFields:
    async def test_the_end_is_when_the_reserve_expires(
        self, sandbox: Sandbox, planning: FeishuPlanning
    ) -> None:
        before = int(sandbox.booking("feishu", SAMPLE)["end_time"])
        await update(planning, SAMPLE, await an_hour_later(planning, SAMPLE))
        assert int(sandbox.booking("feishu", SAMPLE)["end_time"]) == before + 3600

    async def test_the_title_is_the_topic(self, sandbox: Sandbox, planning: FeishuPlanning) -> None:
        await update(planning, SAMPLE, {"title": "Handover"})
        assert sandbox.booking("feishu", SAMPLE)[SETTINGS]["topic"] == "Handover"

    async def test_a_title_can_be_cleared(self, sandbox: Sandbox, planning: FeishuPlanning) -> None:
        await update(planning, SAMPLE, {"title": None})
        assert sandbox.booking("feishu", SAMPLE)[SETTINGS]["topic"] == ""

    async def test_an_end_cannot_be_cleared(self, planning: FeishuPlanning) -> None:
        with pytest.raises(InvalidInput, match="end_time cannot be cleared"):
            await update(planning, SAMPLE, {"end": None})

    async def test_the_second_time_nothing_is_left_to_do(self, planning: FeishuPlanning) -> None:
        wanted = {**await an_hour_later(planning, SAMPLE), "title": "Handover"}
        assert (await update(planning, SAMPLE, wanted)).outcome == Outcome.APPLIED
        assert (await update(planning, SAMPLE, wanted)).outcome == Outcome.UNCHANGED

    def test_a_reserve_has_no_other(self, planning: FeishuPlanning) -> None:
        assert planning.neutral_fields.keys() == {"end", "title"}


class TestTelling:
    @pytest.mark.parametrize("notify", [Notify.VENDOR_DEFAULT, Notify.NONE])
    def test_nothing_has_to_be_said_to_tell_nobody(self, planning: FeishuPlanning, notify: Notify) -> None:
        telling = planning.telling(notify, {})
        assert (telling.changes, telling.options, telling.warnings) == ({}, {}, ())

    def test_once_warns_that_nobody_is_told(self, planning: FeishuPlanning) -> None:
        telling = planning.telling(Notify.ONCE, {})
        assert (telling.changes, telling.options, telling.warnings) == ({}, {}, (NOBODY_IS_TOLD,))


class TestDrift:
    @pytest.mark.parametrize(
        "settings",
        [{"assign_host_list": [HOST]}, {"action_permissions": [ANYBODY]}],
        ids=["another host", "other permissions"],
    )
    async def test_other_people_are_drift(self, planning: FeishuPlanning, settings: Any) -> None:
        assert await drifts(planning, SAMPLE, {SETTINGS: settings})

    async def test_another_person_to_ring_is_drift(self, planning: FeishuPlanning) -> None:
        change = {"callee": {"user_type": 1, "pstn_sip_info": {"main_address": "+86-01012345678"}}}
        assert await drifts(planning, SAMPLE, {SETTINGS: {"call_setting": change}})

    async def test_another_end_is_drift(self, planning: FeishuPlanning) -> None:
        end = int(str((await fields_of(planning, SAMPLE))["end_time"]))
        assert await drifts(planning, SAMPLE, {"end_time": end + 60})

    @pytest.mark.parametrize("settings", [{"topic": "x"}, {"auto_record": True}, {"password": "4321"}])
    async def test_what_concerns_nobody_else_is_none(self, planning: FeishuPlanning, settings: Any) -> None:
        assert not await drifts(planning, SAMPLE, {SETTINGS: settings})


class TestPlace:
    async def test_a_reserve_takes_no_resource(self, planning: FeishuPlanning) -> None:
        assert planning.slots(await fields_of(planning, SAMPLE)) == ()

    async def test_a_reserve_begins_nowhere_so_its_end_counts(
        self, sandbox: Sandbox, planning: FeishuPlanning
    ) -> None:
        end_time = sandbox.booking("feishu", SAMPLE)["end_time"]
        assert planning.starts_at(await fields_of(planning, SAMPLE)) == float(end_time)

    async def test_a_reserve_without_an_end_does_not_tell(self, planning: FeishuPlanning) -> None:
        fields = await fields_of(planning, SAMPLE)
        assert planning.starts_at(fields | {"end_time": None}) is None

    async def test_a_reserve_has_no_zone(self, planning: FeishuPlanning) -> None:
        assert await planning.zone(await planning.client.get_booking(SAMPLE)) is None


class TestFinding:
    async def test_there_is_no_list(self, planning: FeishuPlanning) -> None:
        assert await planning.listing() is None

    def test_so_there_is_no_search(self, planning: FeishuPlanning) -> None:
        with pytest.raises(InvalidInput, match="feishu has no call that lists bookings"):
            planning.search({"starts_after": "2026-12-01T00:00:00Z"})
        assert planning.search_terms == frozenset()

    def test_an_id_that_a_spreadsheet_rounded_is_refused(self, planning: FeishuPlanning) -> None:
        with pytest.raises(InvalidInput, match="a spreadsheet has rounded"):
            planning.canonical_id("6.91119E+18")


async def test_an_update_makes_as_many_calls_as_it_says(sandbox: Sandbox, planning: FeishuPlanning) -> None:
    assert await calls_of_a_move(sandbox, planning, SAMPLE) == (planning.reads_per_update, 1)
