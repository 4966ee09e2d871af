"""docs/vendors/feishu.md, "In change sets"."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput, Outcome
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.models import FeishuOptions
from airflow_provider_booking.vendors.feishu.planning import NOBODY_IS_TOLD, OWNER_STAYS, FeishuPlanning
from airflow_provider_booking.vendors.people import NO_HOST
from airflow_provider_booking.vendors.planning import Notify
from airflow_provider_booking.vendors.verbs import Asked, Closing, Replacing
from tests.vendors.feishu.conftest import Settings
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


class TestReplacingAHost:
    FORMER, SUCCESSOR, OTHER = (f"ou_{number:032d}" for number in (2, 3, 4))
    UNION = f"on_{3:032d}"
    REPLACING = Replacing(former=FORMER, successor=SUCCESSOR)

    async def asked(self, planning: FeishuPlanning, sandbox: Sandbox, *hosts: str) -> tuple[str, Asked]:
        settings = {"assign_host_list": [{"user_type": 1, "id": each} for each in hosts]}
        reserve_id = sandbox.seed("feishu", bookings=[{SETTINGS: settings}])[0]
        record = await planning.client.read(reserve_id, FeishuOptions())
        return reserve_id, planning.replacing(self.REPLACING, record)

    async def test_who_takes_over_is_host_in_the_same_place(
        self, sandbox: Sandbox, planning: FeishuPlanning
    ) -> None:
        reserve_id, asked = await self.asked(planning, sandbox, self.OTHER, self.FORMER)
        await planning.client.update_booking(reserve_id, asked.changes)
        assert sandbox.booking("feishu", reserve_id)[SETTINGS]["assign_host_list"] == [
            {"user_type": 1, "id": self.OTHER},
            {"user_type": 1, "id": self.SUCCESSOR},
        ]

    async def test_a_reserve_of_others_is_left_alone(
        self, sandbox: Sandbox, planning: FeishuPlanning
    ) -> None:
        assert (await self.asked(planning, sandbox, self.OTHER))[1] == Asked(remark=NO_HOST)

    async def test_a_reserve_without_hosts_is_left_alone(
        self, sandbox: Sandbox, planning: FeishuPlanning
    ) -> None:
        assert (await self.asked(planning, sandbox))[1] == Asked(remark=NO_HOST)

    async def test_a_reserve_that_the_person_owns_gets_a_warning(self, planning: FeishuPlanning) -> None:
        record = await planning.client.read(SAMPLE, FeishuOptions())
        leaving = Replacing(former=record["reserve_user_id"], successor=self.SUCCESSOR)
        asked = planning.replacing(leaving, record)
        assert asked.changes[SETTINGS]["assign_host_list"] == [{"user_type": 1, "id": self.SUCCESSOR}]
        assert asked.warnings == (OWNER_STAYS,)

    @pytest.mark.parametrize(
        ("ours", "former", "successor", "said"),
        [
            (None, UNION, SUCCESSOR, "from is of user_id_type union_id, and the connection's is open_id"),
            ("open_id", FORMER, UNION, "to is of user_id_type union_id, and the connection's is open_id"),
            ("union_id", FORMER, UNION, "from is of user_id_type open_id, and the connection's is union_id"),
            ("user_id", FORMER, "3ec3f6a2", "from is of user_id_type open_id, and the connection's is user"),
            ("user_id", "3ec3f6a2", f"{UNION}/Kim", "to is of user_id_type union_id, and the connection's"),
        ],
    )
    async def test_an_id_of_another_type_than_the_connections_is_refused(
        self, feishu_settings: Settings, ours: str | None, former: str, successor: str, said: str
    ) -> None:
        async with FeishuClient(feishu_settings(user_id_type=ours)) as client:
            record = await client.read(SAMPLE, FeishuOptions())
            with pytest.raises(InvalidInput, match=rf"^change\.replace_host\.{said}"):
                FeishuPlanning(client).replacing(Replacing(former=former, successor=successor), record)

    async def test_a_user_id_may_begin_as_others_do(self, feishu_settings: Settings) -> None:
        async with FeishuClient(feishu_settings(user_id_type="user_id")) as client:
            record = await client.read(SAMPLE, FeishuOptions())
            leaving = Replacing(former="on_call", successor="ou_2")
            assert FeishuPlanning(client).replacing(leaving, record) == Asked(remark=NO_HOST)


async def test_a_reserve_is_in_no_room_that_could_close(planning: FeishuPlanning) -> None:
    begin = datetime(2027, 5, 3, tzinfo=UTC)
    closing = Closing(resource="1", start=begin, end=begin + timedelta(days=1), move_to="2")
    with pytest.raises(InvalidInput, match="feishu has no room or zone that could close"):
        planning.closing(closing, await planning.client.read(SAMPLE, FeishuOptions()))
