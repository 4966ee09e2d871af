"""docs/vendors/kos.md, "Simulator rules" 17 to 19: the token first, cancelling, states."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "66a000000000000000000001"
ENDED = {
    "CANCELED": "66c000000000000000000001",
    "NO_SHOW": "66c000000000000000000002",
    "IN_PROGRESS": "66c000000000000000000003",
    "COMPLETED": "66c000000000000000000004",
}
NOBODY = "66f000000000000000000099"
V1 = "v1/commands/update-reservation"
V2 = "v2/commands/update-reservation"
CANCEL = "v1/commands/cancel-reservation"
COMMAND, REQUEST = "InvalidCommandException", "InvalidRequestException"
TIMES = {"startDateTime": "2030-01-07T01:00:00Z", "endDateTime": "2030-01-07T01:30:00Z"}
Call = Callable[..., httpx.Response]
Body = Callable[..., dict[str, Any]]
Refusal = Callable[..., tuple[str, list[tuple[str, str]]]]


def reservation(sandbox: Sandbox, schedule_id: str = SAMPLE) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.booking("kos", schedule_id)["reservation"]
    return found


@pytest.mark.parametrize("version", [V1, V2])
def test_rule_17_without_a_token_nothing_else_is_looked_at(http: httpx.Client, version: str) -> None:
    assert http.post(f"/kos/schedule/open/{version}", json={}).status_code == 401


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("CANCELED", "CANCELED"),
        ("NO_SHOW", "NO_SHOW"),
        ("CANCEL_RESERVATION_REASON_UNSPECIFIED", "CANCELED"),
    ],
)
def test_rule_18_a_cancellation_leaves_its_reason_as_the_status(
    sandbox: Sandbox, kos: Call, reason: str, status: str
) -> None:
    before = sandbox.booking("kos", SAMPLE)
    answer = kos(CANCEL, {"scheduleId": SAMPLE, "reason": reason})
    assert (answer.status_code, answer.json()) == (200, {})
    after = sandbox.booking("kos", SAMPLE)
    assert after == before | {"reservation": before["reservation"] | {"status": status}}


def test_rule_18_a_second_cancellation_is_refused(sandbox: Sandbox, kos: Call, kos_refused: Refusal) -> None:
    kos(CANCEL, {"scheduleId": SAMPLE, "reason": "CANCELED"})
    assert kos_refused(CANCEL, {"scheduleId": SAMPLE, "reason": "NO_SHOW"}) == (
        REQUEST,
        [("status", "NotAvailable")],
    )
    assert reservation(sandbox)["status"] == "CANCELED"


@pytest.mark.parametrize(
    ("body", "class_name", "wrong"),
    [
        ({}, COMMAND, [("scheduleId", "Required"), ("reason", "Required")]),
        ({"scheduleId": SAMPLE, "reason": "BORED"}, COMMAND, [("reason", "NotAvailable")]),
        ({"scheduleId": NOBODY, "reason": "CANCELED"}, REQUEST, [("scheduleId", "NotFound")]),
    ],
)
def test_a_cancellation_needs_a_schedule_and_a_reason(
    kos_refused: Refusal, body: dict[str, str], class_name: str, wrong: list[tuple[str, str]]
) -> None:
    assert kos_refused(CANCEL, body) == (class_name, wrong)


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("status", ENDED)
def test_rule_19_a_schedule_that_is_not_reserved_cannot_be_updated(
    sandbox: Sandbox, kos_refused: Refusal, kos_body: Body, version: str, status: str
) -> None:
    before = sandbox.booking("kos", ENDED[status])
    body = kos_body(version, ENDED[status], reservationMemo="x")
    assert kos_refused(f"{version}/commands/update-reservation", body) == (
        REQUEST,
        [("status", "NotAvailable")],
    )
    assert sandbox.booking("kos", ENDED[status]) == before
    assert before["reservation"]["status"] == status


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("status", ENDED)
def test_rule_19_with_the_switch_not_reserved_at_allow_it_can(
    sandbox: Sandbox, kos: Call, kos_body: Body, version: str, status: str
) -> None:
    sandbox.switch("kos", not_reserved="allow")
    body = kos_body(version, ENDED[status], reservationMemo="x")
    assert kos(f"{version}/commands/update-reservation", body).status_code == 200
    after = reservation(sandbox, ENDED[status])
    assert (after["reservationMemo"], after["status"]) == ("x", status)


def test_nobody_is_ever_told(sandbox: Sandbox, kos: Call, kos_body: Body) -> None:
    kos(V1, kos_body("v1", SAMPLE, **TIMES))
    kos(V2, kos_body("v2", SAMPLE, reservationMemo="x"))
    kos(CANCEL, {"scheduleId": SAMPLE, "reason": "CANCELED"})
    assert sandbox.notifications("kos") == sandbox.webhooks("kos") == []
