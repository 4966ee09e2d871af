"""docs/vendors/onlive.md, pitfall 13: which answers to an update prove something; others are settled."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.onlive.client import OnliveClient
from tests.wire import reads, writes

SAMPLE = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
A = {"email": "a@example.com"}


def stored(sandbox: Sandbox) -> dict[str, Any]:
    return sandbox.booking("onlive", SAMPLE)


NO_APPOINTMENT: list[Any] = [
    [],
    "ok",
    None,
    5,
    {},
    {"message": "ok"},
    {"id": UNKNOWN},
    {"id": [SAMPLE]},
    {"id": SAMPLE, "statusCode": 409, "message": "Scheduling conflict"},
]


@pytest.mark.parametrize("body", NO_APPOINTMENT, ids=repr)
@pytest.mark.parametrize("is_applied", [True, False])
async def test_a_yes_that_is_not_about_the_appointment_is_settled_by_reading(
    sandbox: Sandbox, onlive: OnliveClient, body: Any, is_applied: bool
) -> None:
    sandbox.fault("onlive", {"status": 200, "body": body, "applied": is_applied}, method="PUT")
    result = await onlive.update_booking(SAMPLE, {"title": "x"})
    assert result.outcome == Outcome.APPLIED
    assert stored(sandbox)["title"] == "x"
    assert len(writes(sandbox, "onlive")) == (1 if is_applied else 2)
    assert len(sandbox.notifications("onlive")) == 1


async def test_a_yes_with_another_appointment_is_not_taken_for_this_one(
    sandbox: Sandbox, onlive: OnliveClient
) -> None:
    other = stored(sandbox) | {"id": UNKNOWN, "title": "x"}
    sandbox.fault("onlive", {"status": 200, "body": other}, method="PUT")
    await onlive.update_booking(SAMPLE, {"title": "x"})
    assert stored(sandbox)["title"] == "x"


async def test_a_yes_with_the_id_in_other_letters_is_an_answer(
    sandbox: Sandbox, onlive: OnliveClient
) -> None:
    same = stored(sandbox) | {"id": SAMPLE.upper(), "title": "x"}
    sandbox.fault("onlive", {"status": 200, "body": same, "applied": True}, method="PUT")
    await onlive.update_booking(SAMPLE, {"title": "x"})
    assert len(reads(sandbox, "onlive")) == 1


@pytest.mark.parametrize("odd", [{"createdAt": "soon"}, {"guests": ["jane"]}, {"event": 5}], ids=str)
async def test_a_whole_answer_that_cannot_be_read_is_settled_by_reading(
    sandbox: Sandbox, onlive: OnliveClient, odd: dict[str, Any]
) -> None:
    whole = stored(sandbox) | {"title": "x"} | odd
    sandbox.fault("onlive", {"status": 200, "body": whole, "applied": True}, method="PUT")
    result = await onlive.update_booking(SAMPLE, {"title": "x"})
    assert (result.outcome, set(result.changed)) == (Outcome.APPLIED, {"title"})
    assert len(reads(sandbox, "onlive")) == 2


@pytest.mark.parametrize("name", ["createdAt", "cancelledAt"])
async def test_a_time_that_the_answer_writes_otherwise_is_no_change(
    sandbox: Sandbox, onlive: OnliveClient, name: str
) -> None:
    sandbox.seed("onlive", bookings=[{"id": SAMPLE, name: "2026-01-05T10:00:00Z"}])
    shown = (await onlive.get_booking(SAMPLE)).raw
    answer = shown | {"title": "x", name: "2026-01-05T11:00:00+01:00"}
    sandbox.fault("onlive", {"status": 200, "body": answer, "applied": True}, method="PUT")
    assert (await onlive.update_booking(SAMPLE, {"title": "x"})).warnings == ()


async def test_the_other_one_of_two_times_is_sent_in_the_usual_form(
    sandbox: Sandbox, onlive: OnliveClient
) -> None:
    record = stored(sandbox)
    start = (datetime.fromisoformat(record["start"]) - timedelta(minutes=5)).isoformat()
    shown = record | {"end": record["end"].replace(".000Z", "+00:00")}
    sandbox.fault("onlive", {"status": 200, "body": shown}, method="GET")
    await onlive.update_booking(SAMPLE, {"start": start})
    assert writes(sandbox, "onlive")[0]["body"]["end"] == record["end"]


@pytest.mark.parametrize("guest", [{"email": 5}, {"email": None}, {"phone": "1"}, {}], ids=str)
async def test_guests_of_another_shape_at_the_vendor_do_not_stop_an_update(
    sandbox: Sandbox, onlive: OnliveClient, guest: dict[str, Any]
) -> None:
    odd = stored(sandbox) | {"guests": [guest, A]}
    sandbox.fault("onlive", {"status": 200, "body": odd}, method="GET")
    result = await onlive.update_booking(SAMPLE, {"guests": [A]})
    assert (result.outcome, stored(sandbox)["guests"]) == (Outcome.APPLIED, [A])
