"""The tenant token: one for all calls, replaced once when it has died (docs/vendors/feishu.md, "Tokens")."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from airflow_provider_booking.bookings import CredentialRejected
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.patience import Patience
from airflow_provider_booking.vendors.sessions import forget_credentials
from tests.wire import until

pytestmark = pytest.mark.usefixtures("new_process")

RESERVE = "6911188411932033028"
TOPIC = {"meeting_settings": {"topic": "New"}}
TOKEN = "tenant_access_token"
Make = Callable[..., FeishuClient]
Count = Callable[..., int]


async def test_fifty_cold_calls_at_once_fetch_one_token(
    sandbox: Sandbox, feishu: Make, received: Count
) -> None:
    sandbox.limits("feishu", None)
    async with feishu(max_concurrency=50) as client:
        await asyncio.gather(*(client.get_reserve(RESERVE) for _ in range(50)))
    assert (received("POST", TOKEN), received("GET")) == (1, 50)


def test_cold_calls_of_two_event_loops_fetch_one_token(
    sandbox: Sandbox, feishu: Make, received: Count
) -> None:
    sandbox.fault("feishu", {"delay_ms": 100}, method="POST")

    async def call() -> None:
        async with feishu() as client:
            both_there.wait()
            await client.get_reserve(RESERVE)

    both_there = threading.Barrier(2)
    threads = [threading.Thread(target=lambda: asyncio.run(call())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (received("POST", TOKEN), received("GET")) == (1, 2)


async def test_clients_one_after_another_use_the_same_token(feishu: Make, received: Count) -> None:
    for conn_id in ("one", "other"):
        async with feishu(conn_id=conn_id) as client:
            await client.get_reserve(RESERVE)
    assert received("POST", TOKEN) == 1


@pytest.mark.parametrize("status", [200, 400, 401])
async def test_a_token_that_has_died_is_replaced_once_whatever_the_http_status(
    sandbox: Sandbox, feishu: Make, received: Count, status: int
) -> None:
    sandbox.switch("feishu", gateway_status=status)
    async with feishu() as client:
        await client.get_reserve(RESERVE)
        sandbox.expire_tokens("feishu")
        await client.update_reserve(RESERVE, TOPIC)
    assert (received("POST", TOKEN), received("PUT")) == (2, 2)


async def test_a_write_that_met_a_dead_token_is_done_once(sandbox: Sandbox, feishu: Make) -> None:
    async with feishu() as client:
        await client.get_reserve(RESERVE)
        sandbox.revoke_tokens("feishu")
        await client.update_reserve(RESERVE, TOPIC)
    assert [r["status"] for r in sandbox.requests() if r["method"] == "PUT"] == [400, 200]


async def test_a_burst_that_meets_a_dead_token_fetches_one(
    sandbox: Sandbox, feishu: Make, received: Count
) -> None:
    sandbox.limits("feishu", None)
    async with feishu(max_concurrency=50) as client:
        await client.get_reserve(RESERVE)
        sandbox.expire_tokens("feishu")
        await asyncio.gather(*(client.get_reserve(RESERVE) for _ in range(50)))
    assert (received("POST", TOKEN), received("GET")) == (2, 101)


async def test_a_second_refusal_of_the_token_is_the_end(
    sandbox: Sandbox, feishu: Make, received: Count
) -> None:
    sandbox.fault("feishu", {"status": 400, "code": 99991663}, method="PUT", times=None)
    async with feishu() as client:
        with pytest.raises(CredentialRejected, match="the tenant token is not accepted"):
            await client.update_reserve(RESERVE, TOPIC)
    assert (received("POST", TOKEN), received("PUT")) == (2, 2)


async def test_calls_after_a_second_refusal_fetch_no_more(
    sandbox: Sandbox, feishu: Make, received: Count
) -> None:
    sandbox.fault("feishu", {"status": 400, "code": 99991663}, method="PUT", times=None)
    async with feishu() as client:
        for _ in range(5):
            with pytest.raises(CredentialRejected):
                await client.update_reserve(RESERVE, TOPIC)
    assert received("POST", TOKEN) == 2


async def test_a_rejected_secret_fails_all_calls_by_one_fetch(
    sandbox: Sandbox, feishu: Make, received: Count
) -> None:
    sandbox.fault("feishu", {"status": 200, "code": 10014}, method="POST")
    async with feishu(max_concurrency=5) as client:
        calls = (client.get_reserve(RESERVE) for _ in range(10))
        failures = await asyncio.gather(*calls, return_exceptions=True)
    assert ({type(each) for each in failures}, received("POST", TOKEN)) == ({CredentialRejected}, 1)


async def test_a_secret_that_was_mended_at_the_vendor_is_taken_by_the_next_process(
    sandbox: Sandbox, feishu: Make
) -> None:
    sandbox.fault("feishu", {"status": 200, "code": 10014}, method="POST")
    async with feishu() as client:
        with pytest.raises(CredentialRejected):
            await client.get_reserve(RESERVE)
    forget_credentials()
    async with feishu() as client:
        assert (await client.get_reserve(RESERVE)).id == RESERVE


@pytest.mark.parametrize("fault", [{"status": 200, "code": 424242}, {"status": 400, "code": 424242}], ids=str)
async def test_a_code_that_is_not_listed_means_the_credential_too(
    sandbox: Sandbox, feishu: Make, received: Count, fault: dict[str, Any]
) -> None:
    sandbox.fault("feishu", fault, method="POST", times=None)
    async with feishu() as client:
        with pytest.raises(CredentialRejected, match="check login and password"):
            await client.get_reserve(RESERVE)
    assert received("POST", TOKEN) == 1


@pytest.mark.parametrize("fault", [{"status": 500}, {"throttle": {}}], ids=str)
async def test_a_vendor_in_trouble_says_nothing_about_the_credential(
    sandbox: Sandbox, feishu: Make, received: Count, fault: dict[str, Any]
) -> None:
    sandbox.fault("feishu", fault, method="POST", times=2)
    async with feishu() as client:
        await client.get_reserve(RESERVE)
    assert received("POST", TOKEN) == 3


async def test_a_fetch_that_meets_trouble_is_tried_again_with_the_call(
    sandbox: Sandbox, feishu: Make, received: Count
) -> None:
    sandbox.fault("feishu", {"drop": "before"}, method="POST", times=2)
    async with feishu(patience=Patience(attempts=3)) as client:
        await client.update_reserve(RESERVE, TOPIC)
    assert (received("POST", TOKEN), received("PUT")) == (3, 1)


async def test_a_cancelled_call_does_not_take_down_those_who_wait_for_its_token(
    sandbox: Sandbox, feishu: Make, received: Count
) -> None:
    sandbox.fault("feishu", {"timeout": 30}, method="POST")
    async with feishu() as client:
        first, second = [asyncio.ensure_future(client.get_reserve(RESERVE)) for _ in range(2)]
        await until(lambda: received("POST", TOKEN) == 1)
        first.cancel()
        assert (await second).id == RESERVE


async def test_with_one_slot_only_a_call_can_still_get_its_token(feishu: Make) -> None:
    async with feishu(max_concurrency=1) as client:
        calls = asyncio.gather(*(client.get_reserve(RESERVE) for _ in range(3)))
        assert len(await asyncio.wait_for(calls, 60)) == 3


async def test_a_users_token_is_used_instead_of_the_apps(
    sandbox: Sandbox, feishu: Make, received: Count
) -> None:
    async with feishu(user_access_token="u-sandbox") as client:
        await client.get_reserve("6940000000000000001")  # reserved by that user
    assert (received("POST", TOKEN), sandbox.requests()[-1]["credential"][:5]) == (0, "user:")


async def test_a_users_token_that_has_died_is_not_tried_again(
    sandbox: Sandbox, feishu: Make, received: Count
) -> None:
    sandbox.expire_tokens("feishu")
    async with feishu(user_access_token="u-sandbox") as client:
        with pytest.raises(CredentialRejected, match="put a new user_access_token into the connection"):
            await client.get_reserve("6940000000000000001")
    assert received() == 1


async def test_every_token_that_is_fetched_is_announced_so_that_logs_can_mask_it(
    sandbox: Sandbox, feishu: Make
) -> None:
    announced: list[str] = []

    async def mask(token: str) -> None:
        announced.append(token)

    async with feishu(on_token=mask) as client:
        await client.get_reserve(RESERVE)
        sandbox.expire_tokens("feishu")
        await client.get_reserve(RESERVE)
    assert (len(set(announced)), {token[:2] for token in announced}) == (2, {"t-"})
