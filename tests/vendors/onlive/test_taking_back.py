"""Bringing an appointment's fields back to what they were, with the simulator as the judge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.onlive.client import OnliveClient
from airflow_provider_booking.vendors.onlive.models import OnliveOptions
from airflow_provider_booking.vendors.onlive.planning import OnlivePlanning
from tests.vendors.onlive.test_update_properties import (
    BOOKINGS,
    FIELDS,
    OF_V1,
    UPDATES,
    in_names_of,
    on_the_wire,
    seeded,
)
from tests.vendors.planned import Json, fields_of, take_back

SAMPLE = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
NEVER_BLANK = {"start", "end", "state"}


@pytest.fixture(autouse=True)
def _no_rate_limit(sandbox: Sandbox) -> None:
    sandbox.limits("onlive", None)


@pytest.fixture
def planning(onlive: OnliveClient) -> OnlivePlanning:
    return OnlivePlanning(onlive)


@on_the_wire
@given(stored=BOOKINGS, update=UPDATES)
async def test_any_update_can_be_taken_back(
    sandbox: Sandbox, planning: OnlivePlanning, stored: Json, update: tuple[str, Json]
) -> None:
    version, changes = update
    appointment_id = seeded(sandbox, stored)["id"]
    changes = in_names_of(version, changes)
    assert await take_back(planning, appointment_id, changes, api_version=version) == (set(), ())


@on_the_wire
@given(stored=BOOKINGS, names=st.sets(st.sampled_from(sorted(FIELDS | OF_V1)), min_size=1))
async def test_all_but_times_and_state_can_be_brought_to_nothing(
    sandbox: Sandbox, planning: OnlivePlanning, stored: Json, names: set[str]
) -> None:
    appointment_id = seeded(sandbox, stored)["id"]
    record = await planning.client.read(appointment_id, OnliveOptions())
    asked = planning.asking(dict.fromkeys(sorted(names)), record, {})
    assert asked.warnings == tuple(
        f"{name} cannot be cleared; it stays as it is" for name in sorted(names & NEVER_BLANK)
    )
    if asked.changes:
        await planning.client.update_booking(appointment_id, asked.changes)
    after = await fields_of(planning, appointment_id)
    assert {after[name] for name in names - NEVER_BLANK} <= {None}


async def test_a_field_that_was_not_shown_is_not_taken_for_blank(planning: OnlivePlanning) -> None:
    record = await planning.client.read(SAMPLE, OnliveOptions())
    without = {name: value for name, value in record.items() if name != "agentComment"}
    asked = planning.asking({"agentComment": None}, without, {})
    assert asked.changes == {}
    assert asked.warnings == ("what agentComment shall read is not known; it stays as it is",)


async def test_a_field_that_is_not_shown_can_be_set_all_the_same(planning: OnlivePlanning) -> None:
    record = await planning.client.read(SAMPLE, OnliveOptions())
    without = {name: value for name, value in record.items() if name != "agentComment"}
    asked = planning.asking({"agentComment": "rings back"}, without, {})
    assert (asked.changes, asked.warnings) == ({"agentComment": "rings back"}, ())


async def test_what_an_update_cannot_set_is_named_and_not_asked_for(planning: OnlivePlanning) -> None:
    record = await planning.client.read(SAMPLE, OnliveOptions())
    asked = planning.asking({"serviceId": "x", "title": "Viewing"}, record, {})
    assert asked.changes == {"title": "Viewing"}
    assert asked.warnings == ("serviceId cannot be changed by an update; it stays as it is",)


async def test_the_version_comes_back_with_what_is_asked_for(planning: OnlivePlanning) -> None:
    options = {"api_version": "v2"}
    record = await planning.client.read(SAMPLE, OnliveOptions(api_version="v2"))
    asked = planning.asking({"comment": "rings back"}, record, options)
    assert (asked.changes, asked.options) == ({"comment": "rings back"}, options)
