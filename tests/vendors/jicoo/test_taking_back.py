"""Bringing a booking's fields back to what they were, with the simulator as the judge."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from airflow_provider_booking.vendors.jicoo.planning import JicooPlanning
from tests.vendors.jicoo.test_update_properties import BOOKINGS, CHANGES, FIELDS, on_the_wire
from tests.vendors.planned import Json, fields_of, take_back

SAMPLE = "sandboxVb7RE"


@pytest.fixture
def planning(jicoo: JicooClient) -> JicooPlanning:
    return JicooPlanning(jicoo)


@on_the_wire
@given(stored=BOOKINGS, changes=CHANGES)
async def test_any_update_can_be_taken_back(
    sandbox: Sandbox, planning: JicooPlanning, stored: Json, changes: Json
) -> None:
    uid = sandbox.seed("jicoo", bookings=[stored])[0]
    assert await take_back(planning, uid, changes) == (set(), ())


@on_the_wire
@given(stored=BOOKINGS, names=st.sets(st.sampled_from(sorted(FIELDS)), min_size=1))
async def test_only_the_description_can_be_brought_to_nothing(
    sandbox: Sandbox, planning: JicooPlanning, stored: Json, names: set[str]
) -> None:
    uid = sandbox.seed("jicoo", bookings=[stored | {"description": "x"}])[0]
    record = sandbox.booking("jicoo", uid)
    asked = planning.asking(dict.fromkeys(sorted(names)), record, {})
    assert asked.changes == ({"description": None} if "description" in names else {})
    assert asked.warnings == tuple(
        f"{name} cannot be cleared; it stays as it is" for name in sorted(names - {"description"})
    )


async def test_who_was_told_is_nothing_to_bring_back(sandbox: Sandbox, planning: JicooPlanning) -> None:
    told = {"name": "Second opinion", "isSendUpdates": True, "updateMessage": "Sorry"}
    assert await take_back(planning, SAMPLE, told) == (set(), ())
    assert len(sandbox.notifications("jicoo")) == 1


async def test_what_an_update_cannot_set_is_named_and_not_asked_for(planning: JicooPlanning) -> None:
    record = await planning.client.read(SAMPLE, None)
    asked = planning.asking({"status": "cancel", "name": "Second opinion"}, record, {})
    assert asked.changes == {"name": "Second opinion"}
    assert asked.warnings == ("status is not a known field; it stays as it is",)


async def test_what_reads_so_already_is_not_asked_for(planning: JicooPlanning) -> None:
    record: dict[str, Any] = await planning.client.read(SAMPLE, None)
    asked = planning.asking(await fields_of(planning, SAMPLE), record, {})
    assert (asked.changes, asked.warnings) == ({}, ())
    assert asked.remark == "all that can be changed reads as it shall already"
