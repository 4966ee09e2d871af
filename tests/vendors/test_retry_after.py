"""The waits that a vendor may ask for, in every spelling, and how long a call really waits then."""

import re
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.bookings import OutcomeUnknown, Throttled, VendorUnavailable
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.patience import Patience
from airflow_provider_booking.vendors.wait_headers import retry_after

RESERVE = "6911188411932033028"
NOON = "Tue, 01 Dec 2026 12:00:00 GMT"
Make = Callable[..., FeishuClient]
Count = Callable[..., int]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 7 "}, 7),
        ({"retry-after": "Tue, 01 Dec 2026 12:01:30 GMT", "date": NOON}, 90),
        ({"retry-after": "Tue, 01 Dec 2026 13:01:30 +0100", "date": NOON}, 90),
        ({"retry-after": "Tue, 01 Dec 2026 11:59:59 GMT", "date": NOON}, None),
        ({"retry-after": NOON, "date": NOON}, None),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "1.5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_nonsense_is_nothing(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers) == seconds


def test_a_date_is_measured_from_now_where_the_vendor_does_not_say_its_time() -> None:
    assert (retry_after({"retry-after": "Fri, 01 Jan 2100 00:00:00 GMT"}) or 0) > 86400


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_header_whatsoever_breaks_the_reading(text: str, date: str) -> None:
    wait = retry_after({"retry-after": text, "date": date})
    assert wait is None or wait > 0


def announced(caplog: pytest.LogCaptureFixture) -> list[float]:
    return [float(wait) for wait in re.findall(r"trying again in ([\d.]+) s", caplog.text)]


@pytest.mark.usefixtures("new_process")
class TestThrottledCall:
    """What the transport makes of the vendor's words; its log line says how long it waits."""

    @pytest.mark.parametrize(
        ("words", "wait"),
        [
            ({"retry_after": "7"}, 7),
            ({"reset": "9"}, 9),
            ({"reset": "9", "retry_after": "7"}, 9),
            ({"reset": "0", "retry_after": "7"}, 7),
            ({"status": 400, "reset": "9"}, 9),
        ],
        ids=str,
    )
    async def test_it_waits_as_long_as_the_vendor_says(
        self,
        sandbox: Sandbox,
        feishu: Make,
        caplog: pytest.LogCaptureFixture,
        words: dict[str, Any],
        wait: float,
    ) -> None:
        sandbox.fault("feishu", {"throttle": words}, method="GET")
        async with feishu() as client:
            await client.get_reserve(RESERVE)
        assert announced(caplog) == [wait]

    async def test_a_date_is_measured_by_the_vendors_clock_not_by_ours(
        self, sandbox: Sandbox, feishu: Make, caplog: pytest.LogCaptureFixture
    ) -> None:
        sandbox.advance(86400)
        then = formatdate(int(sandbox.freeze()) + 30, usegmt=True)
        sandbox.fault("feishu", {"throttle": {"retry_after": then}}, method="GET")
        async with feishu() as client:
            await client.get_reserve(RESERVE)
        assert announced(caplog) == [30]

    @pytest.mark.parametrize("words", [{}, {"retry_after": "0"}, {"reset": "0"}], ids=str)
    async def test_without_a_word_it_waits_a_random_time_that_may_grow(
        self, sandbox: Sandbox, feishu: Make, caplog: pytest.LogCaptureFixture, words: dict[str, Any]
    ) -> None:
        sandbox.fault("feishu", {"throttle": words}, method="GET", times=2)
        async with feishu() as client:
            await client.get_reserve(RESERVE)
        first, second = announced(caplog)
        assert (first <= 0.5, second <= 1) == (True, True)

    async def test_a_wait_longer_than_patience_is_raised_and_named(
        self, sandbox: Sandbox, feishu: Make, received: Count
    ) -> None:
        sandbox.fault("feishu", {"throttle": {"retry_after": "61"}}, method="GET")
        async with feishu(patience=Patience(longest_wait=60)) as client:
            with pytest.raises(Throttled) as throttled:
                await client.get_reserve(RESERVE)
        assert (throttled.value.retry_after, received("GET")) == (61, 1)

    @pytest.mark.parametrize("absurd", ["86401", "9" * 20, "9" * 400])
    async def test_no_vendor_stops_a_credential_for_longer_than_a_day(
        self, sandbox: Sandbox, feishu: Make, absurd: str
    ) -> None:
        sandbox.fault("feishu", {"throttle": {"retry_after": absurd}}, method="GET")
        async with feishu() as client:
            with pytest.raises(Throttled) as throttled:
                await client.get_reserve(RESERVE)
        assert throttled.value.retry_after == 86400

    async def test_a_wait_as_long_as_patience_is_waited(
        self, sandbox: Sandbox, feishu: Make, received: Count
    ) -> None:
        sandbox.fault("feishu", {"throttle": {"retry_after": "60"}}, method="GET")
        async with feishu(patience=Patience(longest_wait=60)) as client:
            await client.get_reserve(RESERVE)
        assert received("GET") == 2

    async def test_a_quota_that_is_used_up_is_the_end_and_no_wait(
        self, sandbox: Sandbox, feishu: Make, received: Count
    ) -> None:
        sandbox.switch("feishu", monthly_quota=0)
        async with feishu() as client:
            with pytest.raises(Throttled, match="this month's API quota is used up") as throttled:
                await client.get_reserve(RESERVE)
        assert (throttled.value.retryable, throttled.value.retry_after, received("GET")) == (False, None, 1)


@pytest.mark.usefixtures("new_process")
class TestCallOfAVendorThatIsDownAndSaysForHowLong:
    async def test_waits_as_long_as_it_says(
        self, sandbox: Sandbox, feishu: Make, caplog: pytest.LogCaptureFixture
    ) -> None:
        sandbox.fault("feishu", {"status": 503, "headers": {"Retry-After": "7"}}, method="GET")
        async with feishu() as client:
            await client.get_reserve(RESERVE)
        assert announced(caplog) == [7]

    async def test_names_a_wait_that_is_longer_than_patience(
        self, sandbox: Sandbox, feishu: Make, received: Count
    ) -> None:
        sandbox.fault("feishu", {"status": 503, "headers": {"Retry-After": "61"}}, method="GET")
        async with feishu(patience=Patience(longest_wait=60)) as client:
            with pytest.raises(VendorUnavailable) as down:
                await client.get_reserve(RESERVE)
        assert (down.value.retry_after, received("GET")) == (61, 1)

    async def test_is_never_sent_again_where_it_was_a_write(
        self, sandbox: Sandbox, feishu: Make, received: Count
    ) -> None:
        sandbox.fault("feishu", {"status": 503, "headers": {"Retry-After": "7"}}, method="PUT")
        async with feishu() as client:
            with pytest.raises(OutcomeUnknown):
                await client.update_reserve(RESERVE, {"meeting_settings": {"topic": "Moved"}})
        assert received("PUT") == 1
