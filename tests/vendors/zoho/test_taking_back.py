"""docs/vendors/zoho.md, "In change sets": a booking is brought back to how its fields read before."""

from typing import Any

import pytest
from hypothesis import given

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.verbs import Asked
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from airflow_provider_booking.vendors.zoho.models import ZohoOptions
from airflow_provider_booking.vendors.zoho.planning import ZohoPlanning
from tests.vendors.planned import fields_of, take_back
from tests.vendors.zoho.asked import record
from tests.vendors.zoho.test_update_properties import CHANGES, STORED, Example, Json, on_the_wire

SAMPLE = "1596693672887000001"


@pytest.fixture
def planning(zoho: ZohoClient) -> ZohoPlanning:
    return ZohoPlanning(zoho)


async def asking(planning: ZohoPlanning, booking_id: str, values: Json, **options: Any) -> Asked:
    now = await planning.client.read(booking_id, ZohoOptions.model_validate(options))
    return planning.asking(values, now, options)


@on_the_wire
@given(stored=STORED, drawn=CHANGES)
async def test_whatever_was_changed_reads_as_before_once_it_is_taken_back(
    sandbox: Sandbox, planning: ZohoPlanning, stored: Json, drawn: Json
) -> None:
    sandbox.limits("zoho", None)
    example = Example(sandbox, stored)
    assert await take_back(planning, example.booking_id, example.written(drawn)) == (set(), ())


async def test_nothing_is_asked_for_where_all_is_so_already(planning: ZohoPlanning) -> None:
    asked = await asking(planning, SAMPLE, await fields_of(planning, SAMPLE))
    assert asked.changes == {}
    assert asked.remark


async def test_wall_clock_and_zone_travel_together(planning: ZohoPlanning) -> None:
    before = await fields_of(planning, SAMPLE)
    day = before["dateandtime.start"][:8]
    elsewhere = {"start": f"{day}T110000", "end": f"{day}T120000", "timezone": "Asia/Tokyo"}
    await planning.client.update_booking(SAMPLE, {"dateandtime": elsewhere})
    asked = await asking(planning, SAMPLE, before)
    assert asked.changes == {
        "dateandtime": {name: before[f"dateandtime.{name}"] for name in ("start", "end", "timezone")}
    }


async def test_exactly_those_attend_who_did(planning: ZohoPlanning) -> None:
    before = await fields_of(planning, SAMPLE)
    await planning.client.update_booking(SAMPLE, {"attendees": None})
    asked = await asking(planning, SAMPLE, before)
    assert asked.changes == {"attendees": {"set": before["attendees"]}}


@pytest.mark.parametrize("name", ["is_repeat", "all_day", "booked_by", "booking_approved", "uid"])
async def test_what_no_update_sets_stays_and_is_named(planning: ZohoPlanning, name: str) -> None:
    asked = await asking(planning, SAMPLE, {name: "otherwise", "title": "As before"})
    assert asked.changes == {"title": "As before"}
    assert asked.warnings == (f"no update of Zoho's sets {name}; it stays as it is",)


async def test_what_cannot_be_cleared_stays_and_is_named(planning: ZohoPlanning) -> None:
    asked = await asking(planning, SAMPLE, {"isprivate": None, "description": None})
    assert asked.changes == {"description": None}
    assert asked.warnings == ("isprivate cannot be cleared; it stays as it is",)


async def test_who_was_told_of_the_change_is_not_told_again_for_that(planning: ZohoPlanning) -> None:
    asked = await asking(planning, SAMPLE, {"title": "As before"}, notify_attendee=2)
    assert asked.options == {}


def test_which_occurrence_is_meant_stays_said(planning: ZohoPlanning) -> None:
    options = {"recurrence_edittype": "only", "recurrenceid_in_millis": "1638630000000"}
    asked = planning.asking({"title": "As before"}, record(is_repeat=True), options)
    assert asked.options == options


@pytest.mark.parametrize("values", [{"is_repeat": False}, {"is_repeat": False, "title": "As before"}])
def test_what_recurs_by_now_cannot_be_taken_back_which_is_said(
    planning: ZohoPlanning, values: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput, match=r"cannot be taken back.* the booking recurs") as refused:
        planning.asking(values, record(is_repeat=True), {})
    assert "the update operator" in refused.value.hint


def test_of_what_recurs_nothing_is_asked_for_where_all_is_so_already(planning: ZohoPlanning) -> None:
    now = record(is_repeat=True)
    assert planning.asking({"title": now["title"], "is_repeat": True}, now, {}).changes == {}


async def test_a_wall_clock_that_comes_twice_cannot_be_gone_back_to(planning: ZohoPlanning) -> None:
    values = {
        "dateandtime.start": "20301103T013000",
        "dateandtime.end": "20301103T043000",
        "dateandtime.timezone": "America/New_York",
    }
    asked = await asking(planning, SAMPLE, values)
    with pytest.raises(InvalidInput, match="comes twice"):
        await planning.client.update_booking(SAMPLE, asked.changes)
