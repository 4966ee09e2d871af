"""Bringing a reserve's fields back to what they were, with the simulator as the judge."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.models import FeishuOptions
from airflow_provider_booking.vendors.feishu.planning import FeishuPlanning
from airflow_provider_booking.vendors.feishu.translation import CONNECT, PASSWORD
from tests.vendors.feishu.test_update_properties import (
    CHANGES,
    CLEARABLE,
    SETTINGS,
    SOME_SETTINGS,
    on_the_wire,
    seeded,
)
from tests.vendors.planned import Json, fields_of, take_back

SAMPLE = "6911188411932033028"
IN_SETTINGS = "meeting_settings"
CALLEE = f"{IN_SETTINGS}.call_setting.callee"
TOPIC = f"{IN_SETTINGS}.topic"
CLEARED = {f"{IN_SETTINGS}.{name}" for name in CLEARABLE}


@pytest.fixture(autouse=True)
def _no_rate_limit(sandbox: Sandbox) -> None:
    sandbox.limits("feishu", None)


@pytest.fixture
def planning(feishu: FeishuClient) -> FeishuPlanning:
    return FeishuPlanning(feishu)


async def sample(planning: FeishuPlanning) -> Json:
    return await planning.client.read(SAMPLE, FeishuOptions())


def stays(*names: str) -> tuple[str, ...]:
    return tuple(f"{name} cannot be cleared; it stays as it is" for name in sorted(names))


@on_the_wire
@given(stored=SOME_SETTINGS, changes=CHANGES)
async def test_an_update_can_be_taken_back_but_for_what_was_not_there_and_cannot_be_cleared(
    sandbox: Sandbox, planning: FeishuPlanning, stored: Json, changes: Json
) -> None:
    reserve_id = seeded(sandbox, stored)
    before = await fields_of(planning, reserve_id)
    differing, warnings = await take_back(planning, reserve_id, {IN_SETTINGS: changes})
    assert {name for name in differing if before.get(name) is not None or name in CLEARED} == set()
    assert tuple(sorted(warnings)) == stays(*differing)


@on_the_wire
@given(settings=st.fixed_dictionaries(SETTINGS), changes=CHANGES)
async def test_an_update_of_a_reserve_that_had_all_settings_can_be_taken_back(
    sandbox: Sandbox, planning: FeishuPlanning, settings: Json, changes: Json
) -> None:
    number = {"nickname": "dodo", "main_address": "+86-01012345678"}
    callee = {"user_type": 6, "id": f"ou_{1:032d}", "pstn_sip_info": number}
    reserve_id = seeded(sandbox, settings | {"call_setting": {"callee": callee}})
    assert await take_back(planning, reserve_id, {IN_SETTINGS: changes}) == (set(), ())


@on_the_wire
@given(stored=SOME_SETTINGS)
async def test_what_has_an_empty_value_can_be_brought_to_nothing(
    sandbox: Sandbox, planning: FeishuPlanning, stored: Json
) -> None:
    reserve_id = seeded(sandbox, stored)
    before = await fields_of(planning, reserve_id)
    record = await planning.client.read(reserve_id, FeishuOptions())
    asked = planning.asking(dict.fromkeys(before), record, {})
    if asked.changes:
        await planning.client.update_booking(reserve_id, asked.changes)
    after = await fields_of(planning, reserve_id)
    left = {name for name, value in after.items() if value is not None}
    assert left & CLEARED == set()
    assert tuple(sorted(asked.warnings)) == stays(*left)


async def test_an_end_can_be_taken_back(planning: FeishuPlanning) -> None:
    end = int(str((await fields_of(planning, SAMPLE))["end_time"]))
    assert await take_back(planning, SAMPLE, {"end_time": end + 3600}) == (set(), ())


async def test_a_password_that_is_masked_is_named_and_never_sent(planning: FeishuPlanning) -> None:
    asked = planning.asking({PASSWORD: "***", TOPIC: "Handover"}, await sample(planning), {})
    assert asked.changes == {IN_SETTINGS: {"topic": "Handover"}}
    assert asked.warnings == (f"what {PASSWORD} shall read is not known; it stays as it is",)


async def test_a_password_that_a_read_does_not_show_is_not_taken_for_none(planning: FeishuPlanning) -> None:
    record = {name: value for name, value in (await sample(planning)).items() if name != "password"}
    asked = planning.asking({PASSWORD: None}, record, {})
    assert asked.changes == {}
    assert asked.warnings == (f"what {PASSWORD} shall read is not known; it stays as it is",)


async def test_whether_it_connects_is_fixed(planning: FeishuPlanning) -> None:
    asked = planning.asking({CONNECT: False}, await sample(planning), {})
    assert asked.changes == {}
    assert asked.warnings == (f"{CONNECT} cannot be changed once a reserve is made; it stays as it is",)


@pytest.mark.parametrize(
    ("name", "callee"),
    [
        ("id", {"user_type": 1, "id": "other"}),
        (
            "pstn_sip_info.nickname",
            {"user_type": 1, "pstn_sip_info": {"main_address": "+86-02187654321", "nickname": "other"}},
        ),
    ],
)
async def test_a_part_of_who_is_rung_goes_with_the_members_that_it_needs(
    planning: FeishuPlanning, name: str, callee: Any
) -> None:
    asked = planning.asking({f"{CALLEE}.{name}": "other"}, await sample(planning), {})
    assert asked.changes == {IN_SETTINGS: {"call_setting": {"callee": callee}}}


async def test_what_reads_so_already_is_not_asked_for(planning: FeishuPlanning) -> None:
    asked = planning.asking(await fields_of(planning, SAMPLE), await sample(planning), {})
    assert (asked.changes, asked.warnings) == ({}, ())
    assert asked.remark == "all that can be changed reads as it shall already"


async def test_the_kind_of_ids_comes_back_with_what_is_asked_for(planning: FeishuPlanning) -> None:
    options = {"user_id_type": "union_id"}
    asked = planning.asking({TOPIC: "Handover"}, await sample(planning), options)
    assert asked.options == options
