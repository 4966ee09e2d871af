"""What ONLIVE's simulator answers to an injected fault: docs/vendors/onlive.md, "Errors"."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.running import ControlError

PATH = "/v1/appointments/1610c525-f19a-40d0-8cd1-03daba3d2d98"
Call = Callable[..., httpx.Response]


def outcome(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()


@pytest.mark.parametrize("wait", ["3", None])
def test_throttling_can_be_injected_with_any_wait(sandbox: Sandbox, onlive: Call, wait: str | None) -> None:
    sandbox.fault("onlive", {"throttle": {"retry_after": wait}})
    answer = onlive("GET", PATH)
    assert outcome(answer) == (429, {"statusCode": 429, "message": "Too Many Requests"})
    assert answer.headers.get("Retry-After") == wait


@pytest.mark.parametrize("wait", ["三", "3\r\nX: y"])
def test_throttling_cannot_be_injected_with_a_wait_that_no_header_can_carry(
    sandbox: Sandbox, wait: str
) -> None:
    for name in ("retry_after", "reset"):
        with pytest.raises(ControlError, match=f"throttle.{name}"):
            sandbox.fault("onlive", {"throttle": {name: wait}})


@pytest.mark.parametrize(
    ("action", "body"),
    [
        (
            {"status": 409},
            {
                "statusCode": 409,
                "message": "Scheduling conflict",
                "errors": [{"field": "time", "message": "Selected time slot is no longer available"}],
            },
        ),
        ({"status": 403, "message": "Not you"}, {"statusCode": 403, "message": "Not you"}),
        ({"status": 503}, {"statusCode": 503, "message": "Internal Server Error"}),
    ],
)
def test_an_injected_error_has_the_vendors_body(
    sandbox: Sandbox, onlive: Call, action: dict[str, Any], body: dict[str, Any]
) -> None:
    sandbox.fault("onlive", action)
    assert outcome(onlive("GET", PATH)) == (body["statusCode"], body)


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateways_own_error_is_a_page(sandbox: Sandbox, onlive: Call, status: int) -> None:
    sandbox.fault("onlive", {"status": status})
    assert onlive("GET", PATH).headers["Content-Type"] == "text/html"
