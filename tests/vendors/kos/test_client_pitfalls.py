"""docs/vendors/kos.md, "Client pitfalls": our client steps into none of them."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    BookingNotFound,
    Held,
    InvalidInput,
    Outcome,
    OutcomeUnknown,
    Reason,
    Refused,
    SlotTaken,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.kos.calls import DETAIL
from airflow_provider_booking.vendors.kos.client import KosClient
from airflow_provider_booking.vendors.kos.settings import KosSettings
from tests.vendors.kos.conftest import Settings
from tests.wire import reads, token_fetches, writes

SAMPLE = "66a000000000000000000001"
REQUIRED_ONLY = "66a000000000000000000002"
THREE_RESOURCES = "66b000000000000000000001"
UNKNOWN = "66f000000000000000000001"
ROOM_2, FRONT_DESK = "65e000000000000000000002", "65e000000000000000000009"
KEY = "00000000-0000-4000-8000-000000000000"
UPDATE, CANCEL, QUERIES = "*/update-reservation", "*/cancel-reservation", "*/get-schedule-detail"
SEDATION = {"sedationRequired": True}
ELEVEN = {
    "reservationGroupId",
    "startDateTime",
    "endDateTime",
    "consultationRequired",
    "sedationRequired",
    "zoneId",
    "counselor",
    "doctor",
    "funnel",
    "reservationMemo",
    "reservationAssignee",
}
both_versions = pytest.mark.parametrize("version", ["v1", "v2"])


def sent(sandbox: Sandbox) -> dict[str, Any]:
    """Give the body of the one command that was sent."""
    [request] = writes(sandbox, "kos")
    body: dict[str, Any] = request["body"]
    return body


def paths(sandbox: Sandbox) -> list[str]:
    return [request["path"].rpartition("/")[2] for request in sandbox.requests("kos")]


async def test_pitfall_01_every_field_is_sent_again(sandbox: Sandbox, kos: KosClient) -> None:
    reservation = sandbox.booking("kos", SAMPLE)["reservation"]
    await kos.update_booking(SAMPLE, SEDATION, api_version="v1")
    assert sent(sandbox) == {"scheduleId": SAMPLE} | {name: reservation[name] for name in ELEVEN} | SEDATION


@both_versions
async def test_pitfall_01_an_update_of_one_field_deletes_no_other(
    sandbox: Sandbox, kos: KosClient, version: str
) -> None:
    before = sandbox.booking("kos", SAMPLE)
    await kos.update_booking(SAMPLE, SEDATION, api_version=version)
    assert sandbox.booking("kos", SAMPLE) == before | {"reservation": before["reservation"] | SEDATION}


async def test_pitfall_01_an_update_is_laid_over_what_reads_now(sandbox: Sandbox, kos: KosClient) -> None:
    await kos.update_booking(SAMPLE, {"reservationMemo": "First"}, api_version="v1")
    await kos.update_booking(SAMPLE, SEDATION, api_version="v1")
    assert sandbox.booking("kos", SAMPLE)["reservation"]["reservationMemo"] == "First"


async def test_pitfall_02_flags_that_do_not_read_are_sent_to_v1_as_false(
    sandbox: Sandbox, kos: KosClient
) -> None:
    await kos.update_booking(REQUIRED_ONLY, {"reservationMemo": "x"}, api_version="v1")
    flags = {"consultationRequired": False, "sedationRequired": False}
    assert sent(sandbox).items() >= flags.items()


async def test_pitfall_02_flags_that_do_not_read_are_not_sent_to_v2(sandbox: Sandbox, kos: KosClient) -> None:
    before = sandbox.booking("kos", REQUIRED_ONLY)
    await kos.update_booking(REQUIRED_ONLY, {"reservationMemo": "x"})
    memo = {"reservationMemo": "x"}
    assert sandbox.booking("kos", REQUIRED_ONLY) == before | {"reservation": before["reservation"] | memo}


async def test_pitfall_02_a_flag_that_is_asked_for_is_sent_to_v2_although_it_does_not_read(
    sandbox: Sandbox, kos: KosClient
) -> None:
    await kos.update_booking(REQUIRED_ONLY, {"reservationMemo": "x", "sedationRequired": False})
    assert sent(sandbox)["sedationRequired"] is False
    assert "consultationRequired" not in sent(sandbox)


@both_versions
async def test_pitfall_03_a_success_is_proven_by_reading(
    sandbox: Sandbox, kos: KosClient, version: str
) -> None:
    result = await kos.update_booking(SAMPLE, SEDATION, api_version=version)
    assert paths(sandbox)[-2:] == ["update-reservation", "get-schedule-detail"]
    assert result.changed["sedationRequired"].after is True


async def test_pitfall_04_v1_is_not_sent_for_several_resources(sandbox: Sandbox, kos: KosClient) -> None:
    with pytest.raises(InvalidInput, match="which v1 cannot update: use api_version v2"):
        await kos.update_booking(THREE_RESOURCES, SEDATION, api_version="v1")
    assert writes(sandbox, "kos") == []


async def test_pitfall_04_the_vendors_own_refusal_says_the_same_and_is_not_retried(
    sandbox: Sandbox, kos: KosClient
) -> None:
    reservation = sandbox.booking("kos", THREE_RESOURCES)["reservation"]
    command = {name: reservation[name] for name in ELEVEN}
    with pytest.raises(Refused, match=r"which v1 cannot update.*: use api_version v2"):
        await kos.update_reservation_v1(THREE_RESOURCES, command)
    assert len(writes(sandbox, "kos")) == 1


async def test_pitfall_04_v2_takes_several_resources(sandbox: Sandbox, kos: KosClient) -> None:
    before = sandbox.booking("kos", THREE_RESOURCES)
    await kos.update_booking(THREE_RESOURCES, SEDATION | {"zoneId": FRONT_DESK})
    assert sandbox.booking("kos", THREE_RESOURCES) == before | {
        "reservation": before["reservation"] | SEDATION
    }


@pytest.mark.parametrize(("version", "suffix"), [("v1", ""), ("v2", "Utc")])
async def test_pitfall_05_a_time_has_the_name_that_its_command_wants(
    sandbox: Sandbox, kos: KosClient, version: str, suffix: str
) -> None:
    end = datetime.fromisoformat(sandbox.booking("kos", SAMPLE)["reservation"]["endDateTime"])
    await kos.update_booking(SAMPLE, {"endDateTime": end + timedelta(minutes=10)}, api_version=version)
    body = sent(sandbox)
    where = body if version == "v1" else body["occupiedResources"][0]
    assert {name for name in where if "Time" in name} == {f"startDateTime{suffix}", f"endDateTime{suffix}"}


@both_versions
async def test_pitfall_05_an_overlap_is_called_so_in_both_versions(
    sandbox: Sandbox, kos: KosClient, version: str
) -> None:
    sandbox.fault("kos", {"status": 400, "code": "startDateTime/NotAvailable"}, path=UPDATE)
    with pytest.raises(SlotTaken, match="the visitor has another reservation"):
        await kos.update_booking(SAMPLE, SEDATION, api_version=version)


@both_versions
async def test_pitfall_06_a_schedule_that_is_not_there_is_told_from_another_400(
    sandbox: Sandbox, kos: KosClient, version: str
) -> None:
    with pytest.raises(BookingNotFound) as raised:
        await kos.update_booking(UNKNOWN, SEDATION, api_version=version)
    assert (raised.value.status, raised.value.reason) == (400, Reason.GONE)
    assert writes(sandbox, "kos") == []


async def test_pitfall_06_a_group_that_is_not_there_is_a_wrong_id(kos: KosClient) -> None:
    day = "2027-03-10T00:00:00Z"
    with pytest.raises(Refused, match="id NotFound") as raised:
        await kos.get_reservation_slots_by_group(UNKNOWN, day, day)
    assert (raised.value.status, raised.value.reason) == (400, Reason.INVALID_INPUT)


@pytest.mark.parametrize("name", ["InvalidCommandException", "InvalidRequestException", "NotFoundException"])
async def test_pitfall_06_the_class_decides_nothing(sandbox: Sandbox, kos: KosClient, name: str) -> None:
    action = {"status": 400, "code": "zoneId/NotFound", "message": name}
    sandbox.fault("kos", action, path=UPDATE)
    with pytest.raises(Refused, match="there is no such zone") as raised:
        await kos.update_booking(SAMPLE, SEDATION)
    assert raised.value.code == name


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("status", "no longer in the state RESERVED"),
        ("startDateTime", "another reservation at that time"),
        ("occupiedResources", "several resources"),
        ("occupiedResources[2].startDateTimeUtc", "malformed, or the resources are not all on one date"),
        ("reservationMemo", "malformed, or not possible now: reservationMemo NotAvailable"),
    ],
)
async def test_pitfall_07_not_available_is_told_apart_by_its_field(
    sandbox: Sandbox, kos: KosClient, key: str, said: str
) -> None:
    sandbox.fault("kos", {"status": 400, "code": f"{key}/NotAvailable"}, path=UPDATE)
    with pytest.raises(Refused, match=said.replace("[", r"\[")):
        await kos.update_booking(SAMPLE, SEDATION)


@pytest.mark.parametrize(
    ("name", "error"), [("InvalidCommandException", Refused), ("InvalidRequestException", SlotTaken)]
)
@both_versions
async def test_pitfall_07_a_malformed_start_is_told_from_an_overlap_by_the_class(
    sandbox: Sandbox, kos: KosClient, version: str, name: str, error: type[Refused]
) -> None:
    action = {"status": 400, "code": "startDateTime/NotAvailable", "message": name}
    sandbox.fault("kos", action, path=UPDATE)
    with pytest.raises(Refused) as raised:
        await kos.update_booking(SAMPLE, SEDATION, api_version=version)
    assert type(raised.value) is error


async def test_pitfall_08_the_reception_and_a_resource_have_zones_of_their_own(
    sandbox: Sandbox, kos: KosClient
) -> None:
    [resource] = sandbox.booking("kos", SAMPLE)["occupiedResources"]
    changes = {"zoneId": FRONT_DESK, "occupiedResources": [{"id": resource["id"], "zoneId": ROOM_2}]}
    await kos.update_booking(SAMPLE, changes)
    after = sandbox.booking("kos", SAMPLE)
    assert (after["receptionZoneId"], after["occupiedResources"][0]["zoneId"]) == (FRONT_DESK, ROOM_2)


async def test_pitfall_08_another_zone_of_a_resource_leaves_the_reception(
    sandbox: Sandbox, kos: KosClient
) -> None:
    before = sandbox.booking("kos", SAMPLE)
    [resource] = before["occupiedResources"]
    await kos.update_booking(SAMPLE, {"occupiedResources": [{"id": resource["id"], "zoneId": ROOM_2}]})
    assert sandbox.booking("kos", SAMPLE)["receptionZoneId"] == before["receptionZoneId"]


@both_versions
async def test_pitfall_09_nothing_comes_between_the_read_and_the_write(
    sandbox: Sandbox, kos: KosClient, version: str
) -> None:
    await kos.check()
    await kos.update_booking(SAMPLE, SEDATION, api_version=version)
    assert paths(sandbox)[2:] == ["get-schedule-detail", "update-reservation", "get-schedule-detail"]


@both_versions
async def test_pitfall_09_what_another_wrote_after_a_lost_answer_is_not_overwritten(
    sandbox: Sandbox, kos: KosClient, version: str
) -> None:
    now = sandbox.booking("kos", SAMPLE)
    now["reservation"]["reservationMemo"] = "Another user's"
    sandbox.fault("kos", {"drop": "before"}, path=UPDATE)
    sandbox.fault("kos", {"status": 200, "body": {"data": now}}, path=QUERIES, skip=1)
    with pytest.raises(Held):
        await kos.update_booking(SAMPLE, {"reservationMemo": "Ours"}, api_version=version)
    assert len(writes(sandbox, "kos")) == 1


async def test_pitfall_10_the_nearest_to_a_list_is_what_one_visitor_has(
    sandbox: Sandbox, kos: KosClient
) -> None:
    visitor_id = sandbox.booking("kos", REQUIRED_ONLY)["visitor"]["id"]
    ids = [each.schedule_id for each in await kos.get_schedules_summarized_by_tasks(visitor_id)]
    assert REQUIRED_ONLY in ids
    assert SAMPLE not in ids


async def test_pitfall_11_v2_is_built_from_the_resources(sandbox: Sandbox, kos: KosClient) -> None:
    resources = sandbox.booking("kos", THREE_RESOURCES)["occupiedResources"]
    await kos.update_booking(THREE_RESOURCES, SEDATION)
    assert sent(sandbox)["occupiedResources"] == resources


async def test_pitfall_11_the_deprecated_members_may_say_what_they_like(
    sandbox: Sandbox, kos: KosClient
) -> None:
    data = sandbox.booking("kos", SAMPLE)
    odd = {"reservationGroupId": UNKNOWN, "startDateTime": "2020-01-01T00:00:00Z"}
    wrong = data | {"reservation": data["reservation"] | odd}
    sandbox.fault("kos", {"status": 200, "body": {"data": wrong}}, path=QUERIES)
    await kos.update_booking(SAMPLE, SEDATION)
    assert sandbox.booking("kos", SAMPLE)["occupiedResources"] == data["occupiedResources"]


@both_versions
@pytest.mark.parametrize("action", [{"drop": "after"}, {"html": 504, "applied": True}, {"cut_json": True}])
async def test_pitfall_12_an_update_whose_answer_is_lost_is_found_by_reading(
    sandbox: Sandbox, kos: KosClient, version: str, action: dict[str, Any]
) -> None:
    sandbox.fault("kos", action, path=UPDATE)
    result = await kos.update_booking(SAMPLE, SEDATION, api_version=version)
    assert result.outcome == Outcome.APPLIED
    assert len(writes(sandbox, "kos")) == 1


@both_versions
async def test_pitfall_12_an_update_that_never_arrived_is_sent_again_after_reading(
    sandbox: Sandbox, kos: KosClient, version: str
) -> None:
    sandbox.fault("kos", {"drop": "before"}, path=UPDATE)
    result = await kos.update_booking(SAMPLE, SEDATION, api_version=version)
    assert result.outcome == Outcome.APPLIED
    assert paths(sandbox)[1:] == ["get-schedule-detail", "update-reservation"] * 2 + ["get-schedule-detail"]


@pytest.mark.parametrize("action", [{"drop": "after"}, {"html": 504, "applied": True}, {"cut_json": True}])
@pytest.mark.parametrize("reason", ["CANCELED", "NO_SHOW"])
async def test_pitfall_12_a_cancel_whose_answer_is_lost_is_settled_by_the_status(
    sandbox: Sandbox, kos: KosClient, reason: Any, action: dict[str, Any]
) -> None:
    sandbox.fault("kos", action, path=CANCEL)
    await kos.cancel_reservation(SAMPLE, reason=reason)
    assert sandbox.booking("kos", SAMPLE)["reservation"]["status"] == reason
    assert paths(sandbox)[1:] == ["cancel-reservation", "get-schedule-detail"]


async def test_pitfall_12_a_cancel_that_left_no_trace_stays_unknown(sandbox: Sandbox, kos: KosClient) -> None:
    sandbox.fault("kos", {"drop": "before"}, path=CANCEL)
    with pytest.raises(OutcomeUnknown):
        await kos.cancel_reservation(SAMPLE)
    assert len(writes(sandbox, "kos")) == 1


@pytest.mark.parametrize("found", ["NO_SHOW", "IN_PROGRESS"])
async def test_pitfall_12_a_lost_cancel_that_finds_another_state_stays_unknown(
    sandbox: Sandbox, kos: KosClient, found: str
) -> None:
    data = sandbox.booking("kos", SAMPLE)
    data["reservation"]["status"] = found
    sandbox.fault("kos", {"drop": "before"}, path=CANCEL)
    sandbox.fault("kos", {"status": 200, "body": {"data": data}}, path=QUERIES)
    with pytest.raises(OutcomeUnknown):
        await kos.cancel_reservation(SAMPLE, reason="CANCELED")


async def test_pitfall_12_a_cancel_that_cannot_be_read_back_stays_unknown(
    sandbox: Sandbox, kos: KosClient
) -> None:
    sandbox.fault("kos", {"drop": "after"}, path=CANCEL)
    sandbox.fault("kos", {"status": 403}, path=QUERIES)
    with pytest.raises(OutcomeUnknown):
        await kos.cancel_reservation(SAMPLE)


async def test_pitfall_12_a_second_cancel_is_the_vendors_to_refuse(kos: KosClient) -> None:
    await kos.cancel_reservation(SAMPLE)
    with pytest.raises(Refused, match="no longer in the state RESERVED"):
        await kos.cancel_reservation(SAMPLE)


async def test_pitfall_13_an_error_is_read_as_json(kos: KosClient) -> None:
    with pytest.raises(BookingNotFound, match="scheduleId NotFound"):
        await kos.get_booking(UNKNOWN)


async def test_pitfall_13_what_is_not_json_proves_nothing(sandbox: Sandbox, kos: KosClient) -> None:
    sandbox.fault("kos", {"html": 400}, path=UPDATE, times=None)
    with pytest.raises(OutcomeUnknown, match="not the vendor's own"):
        await kos.update_booking(SAMPLE, SEDATION)


def test_pitfall_14_no_host_is_made_up() -> None:
    with pytest.raises(InvalidInput, match="host is missing"):
        KosSettings.from_connection("kos_default", password=KEY)


async def test_pitfall_14_the_header_of_the_token_is_the_connections(
    sandbox: Sandbox, kos_settings: Settings
) -> None:
    sandbox.switch("kos", auth_header="X-Kos", auth_prefix="")
    async with KosClient(kos_settings(auth_header="X-Kos", auth_prefix="none")) as client:
        assert (await client.update_booking(SAMPLE, SEDATION)).outcome == Outcome.APPLIED


async def test_pitfall_14_a_token_that_lives_shorter_than_assumed_is_replaced(
    sandbox: Sandbox, kos: KosClient
) -> None:
    sandbox.switch("kos", token_seconds=60)
    await kos.get_booking(SAMPLE)
    sandbox.advance(61)
    await kos.get_booking(SAMPLE)
    assert len(token_fetches(sandbox, "kos")) == 2
    assert [request["status"] for request in reads(sandbox, "kos")] == [200, 401, 200]


async def test_key_token_memo_and_names_are_in_no_error_and_no_log(
    sandbox: Sandbox, kos_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens: list[str] = []

    async def keep(token: str) -> None:
        tokens.append(token)

    sandbox.fault("kos", {"status": 429}, path=UPDATE)
    sandbox.fault("kos", {"status": 400, "code": "reservationMemo/NotAvailable"}, path=UPDATE)
    async with KosClient(kos_settings(), on_token=keep) as client:
        with pytest.raises(Refused) as raised:
            await client.update_booking(SAMPLE, {"reservationMemo": "Allergic to latex"})
    assert len(writes(sandbox, "kos")) == 2
    text = str(raised.value) + repr(raised.value) + caplog.text
    assert DETAIL.name in text
    assert not [word for word in (KEY, *tokens, "latex", "Sample Kim", "Counselor 1") if word in text]
