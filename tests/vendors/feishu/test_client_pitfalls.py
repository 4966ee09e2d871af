"""docs/vendors/feishu.md, "Client pitfalls": our client steps into none of them."""

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    BookingError,
    BookingNotFound,
    CredentialRejected,
    Held,
    InvalidInput,
    Outcome,
    OutcomeUnknown,
    Reason,
    Refused,
    Throttled,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import RENEW_TOKEN_EARLY, FeishuClient
from airflow_provider_booking.vendors.patience import Patience
from airflow_provider_booking.vendors.sessions import forget_credentials
from tests.vendors.feishu.conftest import Settings
from tests.wire import reads, token_fetches, writes

SAMPLE = "6911188411932033028"
ANOTHER_TENANTS = "6930000000000000001"
A_USERS = "6940000000000000001"
EXPIRED = "6950000000000000001"
USER_1, STRANGER = (f"ou_{number:032d}" for number in (1, 901))
TOPIC = {"meeting_settings": {"topic": "Handover"}}
DAY = 86400


def bodies(sandbox: Sandbox) -> list[Any]:
    return [request["body"] for request in writes(sandbox, "feishu")]


async def test_pitfall_01_only_the_keys_of_changes_are_sent(sandbox: Sandbox, feishu: FeishuClient) -> None:
    await feishu.update_booking(SAMPLE, TOPIC)
    assert bodies(sandbox) == [TOPIC]


async def test_pitfall_02_an_empty_value_is_taken_to_clear(sandbox: Sandbox, feishu: FeishuClient) -> None:
    await feishu.update_booking(SAMPLE, {"meeting_settings": {"topic": None}})
    assert sandbox.booking("feishu", SAMPLE)["meeting_settings"]["topic"] == ""


async def test_pitfall_02_if_the_english_page_were_right_the_update_says_so(
    sandbox: Sandbox, feishu: FeishuClient
) -> None:
    sandbox.switch("feishu", empty_means="ignore")
    with pytest.raises(Held, match=r"meeting_settings\.topic"):
        await feishu.update_booking(SAMPLE, {"meeting_settings": {"topic": None}})


async def test_pitfall_03_a_success_that_dropped_hosts_is_a_warning(feishu: FeishuClient) -> None:
    hosts = [{"user_type": 1, "id": USER_1}, {"user_type": 1, "id": STRANGER}]
    result = await feishu.update_booking(SAMPLE, {"meeting_settings": {"assign_host_list": hosts}})
    assert result.outcome == Outcome.APPLIED
    assert STRANGER in result.warnings[0]


@pytest.mark.parametrize("status", [400, 429])
async def test_pitfall_04_a_throttle_is_known_by_its_code(
    sandbox: Sandbox, feishu: FeishuClient, status: int
) -> None:
    sandbox.fault("feishu", {"throttle": {"status": status, "reset": "1"}}, method="PUT", times=2)
    assert (await feishu.update_booking(SAMPLE, TOPIC)).outcome == Outcome.APPLIED


@pytest.mark.parametrize("status", [200, 400, 401])
async def test_pitfall_04_a_stale_token_is_known_by_its_code(
    sandbox: Sandbox, feishu: FeishuClient, status: int
) -> None:
    sandbox.fault("feishu", {"status": status, "code": 99991663}, method="PUT")
    assert (await feishu.update_booking(SAMPLE, TOPIC)).outcome == Outcome.APPLIED


async def test_pitfall_05_a_used_up_quota_is_not_retried(sandbox: Sandbox, feishu: FeishuClient) -> None:
    sandbox.switch("feishu", monthly_quota=0)
    with pytest.raises(Throttled, match="quota is used up") as raised:
        await feishu.get_reserve(SAMPLE)
    assert not raised.value.retryable
    assert len(reads(sandbox, "feishu")) == 1


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"reset": "7"}, 7),
        ({"retry_after": "9"}, 9),
        ({"reset": "7", "retry_after": "9"}, 7),
        ({"reset": "soon"}, None),
        ({}, None),
    ],
)
async def test_pitfall_06_the_wait_is_read_from_feishus_own_header_too(
    sandbox: Sandbox, feishu_settings: Settings, headers: dict[str, str], wait: float | None
) -> None:
    sandbox.fault("feishu", {"throttle": headers}, method="PUT")
    async with FeishuClient(feishu_settings(), patience=Patience(attempts=1)) as client:
        with pytest.raises(Throttled) as raised:
            await client.update_reserve(SAMPLE, TOPIC)
    assert raised.value.retry_after == wait


async def test_pitfall_06_a_wait_longer_than_our_patience_is_raised(
    sandbox: Sandbox, feishu: FeishuClient
) -> None:
    sandbox.fault("feishu", {"throttle": {"reset": "61"}}, method="PUT", times=None)
    with pytest.raises(Throttled, match="wait 61 s"):
        await feishu.update_reserve(SAMPLE, TOPIC)
    assert len(writes(sandbox, "feishu")) == 1


async def test_pitfall_07_a_token_is_reused(sandbox: Sandbox, feishu: FeishuClient) -> None:
    for _ in range(3):
        await feishu.get_reserve(SAMPLE)
    assert len(token_fetches(sandbox, "feishu")) == 1


async def test_pitfall_07_a_token_with_little_more_than_half_an_hour_left_is_reused(
    sandbox: Sandbox, feishu_settings: Settings
) -> None:
    sandbox.freeze()
    async with FeishuClient(feishu_settings()) as client:
        await client.get_reserve(SAMPLE)
    sandbox.advance(7200 - 1800)
    forget_credentials()
    async with FeishuClient(feishu_settings()) as client:
        for _ in range(3):
            await client.get_reserve(SAMPLE)
    assert len(token_fetches(sandbox, "feishu")) == 2


def test_pitfall_07_the_margin_for_renewal_stays_below_half_an_hour() -> None:
    assert 0 < RENEW_TOKEN_EARLY < 1800


async def test_pitfall_08_a_stale_token_is_replaced_once_and_the_call_sent_once_more(
    sandbox: Sandbox, feishu: FeishuClient
) -> None:
    await feishu.get_reserve(SAMPLE)
    sandbox.expire_tokens("feishu")
    await feishu.update_reserve(SAMPLE, TOPIC)
    assert [request["status"] for request in writes(sandbox, "feishu")] == [400, 200]
    assert len(token_fetches(sandbox, "feishu")) == 2


async def test_pitfall_08_a_second_refusal_of_the_token_ends_it(
    sandbox: Sandbox, feishu: FeishuClient
) -> None:
    sandbox.fault("feishu", {"status": 400, "code": 99991663}, method="PUT", times=None)
    with pytest.raises(CredentialRejected):
        await feishu.update_reserve(SAMPLE, TOPIC)
    assert len(writes(sandbox, "feishu")) == 2


async def test_pitfall_09_many_calls_at_once_fetch_one_token(sandbox: Sandbox, feishu: FeishuClient) -> None:
    await asyncio.gather(*(feishu.get_reserve(SAMPLE) for _ in range(20)))
    assert len(token_fetches(sandbox, "feishu")) == 1


async def test_pitfall_09_many_calls_at_once_replace_a_stale_token_once(
    sandbox: Sandbox, feishu: FeishuClient
) -> None:
    await feishu.get_reserve(SAMPLE)
    sandbox.expire_tokens("feishu")
    await asyncio.gather(*(feishu.get_reserve(SAMPLE) for _ in range(10)))
    assert len(token_fetches(sandbox, "feishu")) == 2


async def test_pitfall_10_a_user_token_is_always_the_one_sent(
    sandbox: Sandbox, feishu_settings: Settings
) -> None:
    async with FeishuClient(feishu_settings(user_access_token="u-sandbox")) as client:
        await client.update_booking(A_USERS, TOPIC)
    assert {request["credential"] for request in sandbox.requests("feishu")} == {f"user:{USER_1}"}


async def test_pitfall_11_another_apps_ids_are_named(sandbox: Sandbox, feishu: FeishuClient) -> None:
    sandbox.fault("feishu", {"status": 400, "code": 99992361}, method="PUT")
    with pytest.raises(Refused, match=r"a user id is another app's .*: use this app's ids, or union_id"):
        await feishu.update_booking(SAMPLE, TOPIC)


async def test_pitfall_11_an_unknown_reserve_asks_whether_feishu_or_lark(feishu: FeishuClient) -> None:
    with pytest.raises(BookingNotFound, match="Feishu or Lark"):
        await feishu.get_reserve("6900000000000000000")


async def test_pitfall_12_end_time_is_sent_as_seconds_in_a_string(
    sandbox: Sandbox, feishu: FeishuClient
) -> None:
    end_time = int(sandbox.now()) + DAY
    await feishu.update_booking(SAMPLE, {"end_time": end_time})
    assert bodies(sandbox) == [{"end_time": str(end_time)}]


async def test_pitfall_12_milliseconds_are_refused(sandbox: Sandbox, feishu: FeishuClient) -> None:
    with pytest.raises(InvalidInput, match="milliseconds"):
        await feishu.update_booking(SAMPLE, {"end_time": int(sandbox.now()) * 1000})
    assert sandbox.requests("feishu") == []


async def test_pitfall_13_the_moment_given_is_sent_whatever_our_clock_says(
    sandbox: Sandbox, feishu: FeishuClient
) -> None:
    # By our clock this is more than 30 days ahead; by the vendor's it is less.
    end_time = int(sandbox.advance(2 * DAY)) + 30 * DAY - 60
    await feishu.update_booking(SAMPLE, {"end_time": datetime.fromtimestamp(end_time, UTC)})
    assert sandbox.booking("feishu", SAMPLE)["end_time"] == str(end_time)


async def test_pitfall_13_a_moment_too_far_by_the_vendors_clock_is_out_of_range(
    sandbox: Sandbox, feishu: FeishuClient
) -> None:
    with pytest.raises(Refused, match="at most 30 days") as raised:
        await feishu.update_booking(SAMPLE, {"end_time": int(sandbox.now()) + 30 * DAY + 60})
    assert raised.value.reason == Reason.OUT_OF_RANGE


async def test_pitfall_14_settings_are_read_back_after_an_update(
    sandbox: Sandbox, feishu: FeishuClient
) -> None:
    result = await feishu.update_booking(SAMPLE, TOPIC)
    assert [request["method"] for request in sandbox.requests("feishu")][-2:] == ["PUT", "GET"]
    assert result.changed["meeting_settings.topic"].after == "Handover"


async def test_pitfall_14_the_answer_alone_proves_a_new_end_time(
    sandbox: Sandbox, feishu: FeishuClient
) -> None:
    await feishu.update_booking(SAMPLE, {"end_time": int(sandbox.now()) + DAY})
    assert sandbox.requests("feishu")[-1]["method"] == "PUT"


async def test_pitfall_15_a_meeting_number_finds_no_reserve(sandbox: Sandbox, feishu: FeishuClient) -> None:
    with pytest.raises(BookingNotFound, match="check the id"):
        await feishu.update_booking(sandbox.booking("feishu", SAMPLE)["meeting_no"], TOPIC)


async def test_pitfall_15_a_meetings_id_is_not_the_reserves(sandbox: Sandbox, feishu: FeishuClient) -> None:
    sandbox.start_meeting("feishu", SAMPLE)
    assert (await feishu.get_active_meeting(SAMPLE)).id != SAMPLE


@pytest.mark.parametrize(
    "action",
    [
        {"drop": "after"},
        {"drop": "before"},
        {"cut_json": True},
        {"html": 502, "applied": True},
        {"status": 500, "code": 121001},
        {"status": 408},
    ],
    ids=str,
)
async def test_pitfall_16_an_apply_whose_answer_is_lost_is_not_repeated(
    sandbox: Sandbox, feishu: FeishuClient, action: dict[str, Any]
) -> None:
    sandbox.fault("feishu", action, method="POST", path="*/reserves/apply")
    with pytest.raises(OutcomeUnknown):
        await feishu.apply_reserve({"end_time": str(int(sandbox.now()) + DAY), "owner_id": USER_1})
    assert len(writes(sandbox, "feishu")) == 1


async def test_pitfall_17_an_expired_reserve_reads_2(feishu: FeishuClient) -> None:
    assert (await feishu.get_reserve(EXPIRED)).expire_status == 2


async def test_pitfall_17_a_status_of_0_makes_no_dead_reserve_alive(
    sandbox: Sandbox, feishu: FeishuClient
) -> None:
    reserve = sandbox.booking("feishu", EXPIRED) | {"expire_status": 0}
    sandbox.fault("feishu", {"status": 200, "body": {"code": 0, "data": {"reserve": reserve}}}, method="GET")
    end = (await feishu.get_booking(EXPIRED)).end
    assert end is not None
    assert end.timestamp() < sandbox.now()


async def test_pitfall_18_a_renewal_keeps_number_and_settings(sandbox: Sandbox, feishu: FeishuClient) -> None:
    before = sandbox.booking("feishu", EXPIRED)
    end_time = str(int(sandbox.now()) + 29 * DAY)
    await feishu.update_booking(EXPIRED, {"end_time": end_time})
    assert sandbox.booking("feishu", EXPIRED) == before | {"end_time": end_time, "expire_status": 1}
    assert bodies(sandbox) == [{"end_time": end_time}]


async def test_pitfall_19_the_event_loop_goes_on_during_200_updates(
    sandbox: Sandbox, feishu: FeishuClient
) -> None:
    sandbox.limits("feishu", None)
    beats = 0
    beats_seen: list[int] = []

    async def heart() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    async def update() -> None:
        before = beats
        await feishu.update_reserve(SAMPLE, TOPIC)
        beats_seen.append(beats - before)

    beating = asyncio.create_task(heart())
    await asyncio.gather(*(update() for _ in range(200)))
    beating.cancel()
    assert (len(beats_seen), min(beats_seen) > 0) == (200, True)


async def test_pitfall_19_all_who_use_a_credential_share_one_http_client(
    feishu: FeishuClient, feishu_settings: Settings
) -> None:
    async with FeishuClient(feishu_settings()) as another:
        assert another._here.transport.http is feishu._here.transport.http


@pytest.mark.parametrize(
    "action",
    [
        {"status": 200, "code": 99992402},
        {"status": 400, "code": 99992402},
        {"status": 400, "body": "no"},
        {"status": 404, "body": {"detail": "Not Found"}},
        {"status": 200, "body": []},
        {"html": 404},
        {"html": 502},
        {"html": 200},
        {"status": 500, "code": 121001},
        {"cut_json": True},
        {"drop": "before"},
        {"drop": "after"},
        {"throttle": {"reset": "1"}},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
async def test_pitfall_20_whatever_is_answered_a_failure_is_an_error_of_our_tree(
    sandbox: Sandbox, feishu: FeishuClient, action: dict[str, Any], method: str
) -> None:
    calls = {
        "GET": feishu.get_reserve(SAMPLE),
        "PUT": feishu.update_reserve(SAMPLE, TOPIC),
        "POST": feishu.apply_reserve({"end_time": "1900000000", "owner_id": USER_1}),
        "DELETE": feishu.delete_reserve(SAMPLE),
    }
    sandbox.fault("feishu", action, method=method, path="*/reserves/*", times=None)
    wanted = calls.pop(method)
    for other in calls.values():
        other.close()
    with pytest.raises(BookingError):
        await wanted


def test_pitfall_21_apps_in_threads_keep_their_own_tokens(
    sandbox: Sandbox, feishu_settings: Settings
) -> None:
    sandbox.limits("feishu", None)
    apps = {("cli_sandbox", "sandbox-secret"): SAMPLE, ("cli_other", "other-secret"): ANOTHER_TENANTS}

    def work(login: str, secret: str, reserve_id: str) -> None:
        async def calls() -> None:
            async with FeishuClient(feishu_settings(login=login, password=secret)) as client:
                await asyncio.gather(*(client.get_reserve(reserve_id) for _ in range(25)))

        asyncio.run(calls())

    threads = [threading.Thread(target=work, args=(*app, reserve_id)) for app, reserve_id in apps.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    callers = [
        (request["path"].rpartition("/")[2], request["credential"]) for request in reads(sandbox, "feishu")
    ]
    assert sorted(callers) == [(SAMPLE, "app:cli_sandbox")] * 25 + [(ANOTHER_TENANTS, "app:cli_other")] * 25
