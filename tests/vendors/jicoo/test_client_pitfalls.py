"""docs/vendors/jicoo.md, "Client pitfalls": our client steps into none of them."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    BookingNotFound,
    InvalidInput,
    Outcome,
    OutcomeUnknown,
    Refused,
    Throttled,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from airflow_provider_booking.vendors.patience import Patience
from tests.vendors.jicoo.conftest import Settings
from tests.wire import reads, writes

SAMPLE = "sandboxVb7RE"
KEY = "sk_live_sandbox"
LATER = timedelta(days=30)


def start(sandbox: Sandbox, uid: str = SAMPLE) -> datetime:
    return datetime.fromisoformat(sandbox.booking("jicoo", uid)["startedAt"])


async def test_pitfall_01_an_update_patches(sandbox: Sandbox, jicoo: JicooClient) -> None:
    when = start(sandbox) + LATER
    await jicoo.update_booking(SAMPLE, {"startedAt": when, "endedAt": when + timedelta(hours=1)})
    assert [(request["method"], request["path"]) for request in writes(sandbox, "jicoo")] == [
        ("PATCH", f"/v1/bookings/{SAMPLE}")
    ]


async def test_pitfall_01_to_reschedule_is_a_call_of_its_own(sandbox: Sandbox, jicoo: JicooClient) -> None:
    await jicoo.reschedule(SAMPLE, started_at=start(sandbox) + LATER, time_zone="Asia/Tokyo")
    assert [(request["method"], request["path"]) for request in writes(sandbox, "jicoo")] == [
        ("POST", f"/v1/bookings/{SAMPLE}/reschedule")
    ]


async def test_pitfall_02_both_times_are_sent_where_one_moves(sandbox: Sandbox, jicoo: JicooClient) -> None:
    end = sandbox.booking("jicoo", SAMPLE)["endedAt"]
    await jicoo.update_booking(SAMPLE, {"startedAt": start(sandbox) - timedelta(hours=1)})
    assert writes(sandbox, "jicoo")[0]["body"]["endedAt"] == end


@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize("order", ["startedAt", "createdAt"])
async def test_pitfall_03_order_is_the_field_and_sort_the_direction(
    sandbox: Sandbox, jicoo: JicooClient, order: Any, sort: Any
) -> None:
    sandbox.seed("jicoo", 5)
    found = [
        getattr(booking, {"startedAt": "started_at", "createdAt": "created_at"}[order])
        async for booking in jicoo.list_bookings(order=order, sort=sort)
    ]
    assert found == sorted(found, reverse=sort == "desc")
    assert reads(sandbox, "jicoo")[0]["query"].items() >= {"order": order, "sort": sort}.items()


async def test_pitfall_04_medium_is_refused_before_sending(sandbox: Sandbox, jicoo: JicooClient) -> None:
    with pytest.raises(InvalidInput, match="'low', 'middle' or 'high'"):
        await jicoo.update_booking(SAMPLE, {"priority": "medium"})
    assert sandbox.requests("jicoo") == []


async def test_pitfall_04_cancelled_is_refused_before_sending(sandbox: Sandbox, jicoo: JicooClient) -> None:
    status: Any = "cancelled"
    with pytest.raises(InvalidInput, match="open or cancel"):
        await anext(jicoo.list_bookings(status=status))
    assert sandbox.requests("jicoo") == []


async def test_pitfall_05_what_is_not_named_is_not_sent(sandbox: Sandbox, jicoo: JicooClient) -> None:
    await jicoo.update_booking(SAMPLE, {"name": "x"})
    assert writes(sandbox, "jicoo")[0]["body"].keys() == {"name", "isSendUpdates"}
    assert sandbox.booking("jicoo", SAMPLE)["description"] == "First talk"


async def test_pitfall_05_null_is_sent_for_a_given_none(sandbox: Sandbox, jicoo: JicooClient) -> None:
    await jicoo.update_booking(SAMPLE, {"description": None})
    assert writes(sandbox, "jicoo")[0]["body"]["description"] is None


async def test_pitfall_06_hosts_are_sent_as_given(sandbox: Sandbox, jicoo: JicooClient) -> None:
    hosts = [{"userId": "user0002", "role": "viewer"}, {"userId": "user0099", "role": "admin"}]
    await jicoo.update_booking(SAMPLE, {"hosts": hosts})
    assert writes(sandbox, "jicoo")[0]["body"]["hosts"] == hosts


@pytest.mark.parametrize(
    ("given", "sent"), [({}, False), ({"isSendUpdates": False}, False), ({"isSendUpdates": True}, True)]
)
async def test_pitfall_07_whether_people_are_told_is_always_said(
    sandbox: Sandbox, jicoo: JicooClient, given: dict[str, bool], sent: bool
) -> None:
    await jicoo.update_booking(SAMPLE, {"name": "x", **given})
    assert writes(sandbox, "jicoo")[0]["body"]["isSendUpdates"] is sent
    assert len(sandbox.notifications("jicoo")) == sent


async def test_pitfall_08_name_is_the_bookings_title(sandbox: Sandbox, jicoo: JicooClient) -> None:
    guests = sandbox.booking("jicoo", SAMPLE)["contacts"]
    await jicoo.update_booking(SAMPLE, {"name": "Jane Doe"})
    assert (await jicoo.get_booking(SAMPLE)).title == "Jane Doe"
    assert await jicoo.get_contacts(SAMPLE) == guests


@pytest.mark.parametrize("field", ["email", "guestName", "contacts", "phoneNumber"])
async def test_pitfall_08_guests_cannot_be_changed(sandbox: Sandbox, jicoo: JicooClient, field: str) -> None:
    with pytest.raises(InvalidInput, match=f"{field} is not a known field"):
        await jicoo.update_booking(SAMPLE, {field: "x"})
    assert sandbox.requests("jicoo") == []


@pytest.mark.parametrize("body", [{"errors": None}, {"errors": ["x"]}, {"error": {"code": 1}}], ids=str)
async def test_pitfall_09_an_error_body_of_any_shape_is_enough(
    sandbox: Sandbox, jicoo: JicooClient, body: dict[str, Any]
) -> None:
    sandbox.fault("jicoo", {"status": 404, "body": body}, method="PATCH")
    with pytest.raises(BookingNotFound):
        await jicoo.update(SAMPLE, {"name": "x"})


async def test_pitfall_09_the_key_is_in_no_error_and_no_log(
    sandbox: Sandbox, jicoo: JicooClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sandbox.fault("jicoo", {"status": 429}, method="PATCH")
    sandbox.fault("jicoo", {"status": 402, "message": f"bad key {KEY}"}, method="PATCH")
    with pytest.raises(Refused) as raised:
        await jicoo.update(SAMPLE, {"name": "x"})
    assert len(writes(sandbox, "jicoo")) == 2
    assert KEY not in str(raised.value) + repr(raised.value) + caplog.text


async def test_pitfall_10_a_402_is_neither_about_payment_nor_retried(
    sandbox: Sandbox, jicoo: JicooClient
) -> None:
    sandbox.fault("jicoo", {"status": 402}, method="PATCH", times=None)
    with pytest.raises(Refused) as raised:
        await jicoo.update(SAMPLE, {"name": "x"})
    assert "pay" not in str(raised.value)
    assert len(writes(sandbox, "jicoo")) == 1


async def test_pitfall_11_a_throttle_without_a_wait_is_tried_again(
    sandbox: Sandbox, jicoo: JicooClient
) -> None:
    sandbox.fault("jicoo", {"throttle": {}}, method="PATCH", times=3)
    result = await jicoo.update_booking(SAMPLE, {"name": "x"})
    assert result.outcome == Outcome.APPLIED


async def test_pitfall_11_a_wait_that_is_named_is_obeyed(sandbox: Sandbox, jicoo_settings: Settings) -> None:
    sandbox.limits("jicoo", ["1/hour"])
    sandbox.switch("jicoo", retry_after=30)
    async with JicooClient(jicoo_settings(), patience=Patience(attempts=1)) as client:
        await client.get_booking(SAMPLE)
        with pytest.raises(Throttled, match="wait 30 s"):
            await client.get_booking(SAMPLE)


async def test_pitfall_12_an_update_whose_answer_is_lost_tells_people_once(
    sandbox: Sandbox, jicoo: JicooClient
) -> None:
    sandbox.fault("jicoo", {"drop": "after"}, method="PATCH")
    result = await jicoo.update_booking(SAMPLE, {"name": "x", "isSendUpdates": True})
    assert result.outcome == Outcome.APPLIED
    assert len(writes(sandbox, "jicoo")) == len(sandbox.notifications("jicoo")) == 1


async def test_pitfall_12_an_update_that_never_arrived_is_sent_again(
    sandbox: Sandbox, jicoo: JicooClient
) -> None:
    sandbox.fault("jicoo", {"drop": "before"}, method="PATCH")
    result = await jicoo.update_booking(SAMPLE, {"name": "x", "isSendUpdates": True})
    assert result.outcome == Outcome.APPLIED
    assert [request["method"] for request in sandbox.requests("jicoo")] == ["GET", "PATCH", "GET", "PATCH"]
    assert len(sandbox.notifications("jicoo")) == 1


@pytest.mark.parametrize("action", [{"drop": "after"}, {"html": 504, "applied": True}, {"cut_json": True}])
async def test_pitfall_12_a_reschedule_whose_answer_is_lost_is_settled_by_reading(
    sandbox: Sandbox, jicoo: JicooClient, action: dict[str, Any]
) -> None:
    sandbox.fault("jicoo", action, method="POST")
    when = start(sandbox) + LATER
    moved = await jicoo.reschedule(SAMPLE, started_at=when, time_zone="Asia/Tokyo")
    assert moved.started_at == when
    assert [request["method"] for request in sandbox.requests("jicoo")] == ["POST", "GET"]


async def test_pitfall_12_a_reschedule_that_left_no_trace_stays_unknown(
    sandbox: Sandbox, jicoo: JicooClient
) -> None:
    sandbox.fault("jicoo", {"drop": "before"}, method="POST")
    with pytest.raises(OutcomeUnknown):
        await jicoo.reschedule(SAMPLE, started_at=start(sandbox) + LATER, time_zone="Asia/Tokyo")
    assert len(writes(sandbox, "jicoo")) == 1


async def test_pitfall_12_a_reschedule_to_another_zone_only_is_not_proven_by_the_start(
    sandbox: Sandbox, jicoo: JicooClient
) -> None:
    sandbox.fault("jicoo", {"drop": "before"}, method="POST")
    with pytest.raises(OutcomeUnknown):
        await jicoo.reschedule(SAMPLE, started_at=start(sandbox), time_zone="Asia/Seoul")


async def test_pitfall_12_a_reschedule_that_cannot_be_read_back_stays_unknown(
    sandbox: Sandbox, jicoo: JicooClient
) -> None:
    sandbox.fault("jicoo", {"drop": "after"}, method="POST")
    sandbox.fault("jicoo", {"status": 404}, method="GET")
    with pytest.raises(OutcomeUnknown):
        await jicoo.reschedule(SAMPLE, started_at=start(sandbox) + LATER, time_zone="Asia/Tokyo")


async def test_pitfall_13_a_page_smaller_than_asked_for_is_not_the_end(
    sandbox: Sandbox, jicoo: JicooClient
) -> None:
    sandbox.seed("jicoo", 150)  # the simulator gives at most 100 at once
    found = [booking.uid async for booking in jicoo.list_bookings(page_size=500)]
    assert len(found) == len(set(found)) == len(sandbox.bookings("jicoo")) > 150


@pytest.mark.parametrize("following", [1, 0, "2", True])
async def test_pitfall_13_a_next_page_that_leads_back_ends_the_list(
    sandbox: Sandbox, jicoo: JicooClient, following: Any
) -> None:
    page = {"data": [(await jicoo.get_booking(SAMPLE)).raw], "nextPage": following}
    sandbox.fault("jicoo", {"status": 200, "body": page}, times=None)
    assert len([booking async for booking in jicoo.list_bookings()]) == 1


@pytest.mark.parametrize("uid", ["a-b_c", "a?b=c", "a#b", "a%2Fb", "日程", "a&b+c"])
async def test_pitfall_14_a_uid_is_encoded_in_the_path(
    sandbox: Sandbox, jicoo: JicooClient, uid: str
) -> None:
    sandbox.seed("jicoo", bookings=[{"uid": uid, "name": "Odd one"}])
    assert (await jicoo.get_booking(uid)).title == "Odd one"


async def test_pitfall_15_a_schedules_id_is_answered_with_a_word_on_schedules(jicoo: JicooClient) -> None:
    with pytest.raises(BookingNotFound, match="a schedule's id does not work here"):
        await jicoo.update_booking("schedule0001", {"name": "x"})
