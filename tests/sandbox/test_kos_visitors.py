"""The queries about KOS's visitors and their schedules."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

BARE = "66a000000000000000000002"
RIGHT_AFTER_BARE = "66a000000000000000000003"
NOBODY = "66f000000000000000000099"
MADE_UP = "64a100000000000000000001"
SCHEDULES = "v1/queries/get-schedules-summarized-by-tasks"
REQUEST = "InvalidRequestException"
Call = Callable[..., httpx.Response]
Refusal = Callable[..., tuple[str, list[tuple[str, str]]]]
Search = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def search(http: httpx.Client, kos_token: Callable[..., str]) -> Search:
    """Search for visitors."""

    def call(**body: Any) -> list[dict[str, Any]]:
        headers = {"Authorization": f"Bearer {kos_token()}"}
        answer = http.post("/kos/visitor/open/v1/queries/search-visitors", json=body, headers=headers)
        found: list[dict[str, Any]] = answer.json()["data"]
        return found

    return call


def ada(**otherwise: Any) -> dict[str, Any]:
    visitor = {
        "id": MADE_UP,
        "name": "Ada 김서연",
        "chartNumber": "X1",
        "phone": {"countryCode": "82", "phoneNumber": "1099999999"},
        "dateOfBirth": "1990-01-02 00:00:00.000Z",
    }
    return {"visitor": visitor | otherwise}


@pytest.mark.parametrize(
    "asked",
    [
        {"partOfVisitorName": "김서"},
        {"chartNumber": "X1"},
        {"phone": "1099999999"},
        {"email": "chart.X1@example.com"},
        {"dateOfBirth": "1990-01-02 00:00:00.000Z"},
        {"chartNumber": "X1", "partOfVisitorName": "Ada"},
    ],
)
def test_a_visitor_is_found_by_any_of_its_marks(
    sandbox: Sandbox, search: Search, asked: dict[str, str]
) -> None:
    sandbox.seed("kos", bookings=[ada()])
    assert search(**asked) == [
        {
            "id": MADE_UP,
            "chartNumber": "X1",
            "name": "Ada 김서연",
            "phoneNumber": {"countryCode": "82", "phoneNumber": "1099999999"},
            "dateOfBirth": "1990-01-02 00:00:00.000Z",
        }
    ]


def test_a_visitor_has_to_fit_all_that_is_asked_for(sandbox: Sandbox, search: Search) -> None:
    sandbox.seed("kos", bookings=[ada()])
    assert search(chartNumber="X1", phone="1000000000") == []


def test_visitors_of_another_hospital_are_not_found(sandbox: Sandbox, search: Search) -> None:
    foreign = sandbox.booking("kos", "66d000000000000000000001")["visitor"]["chartNumber"]
    assert search(chartNumber=foreign) == []


def test_a_visitor_of_several_schedules_is_found_once(sandbox: Sandbox, search: Search) -> None:
    chart = sandbox.booking("kos", BARE)["visitor"]["chartNumber"]
    assert len(search(chartNumber=chart)) == 1


def test_visitors_come_in_pages(sandbox: Sandbox, search: Search) -> None:
    sandbox.seed("kos", 30)
    everybody = search(limit=1000)
    assert search() == everybody[:20]
    assert search(offset=20, limit=5) == everybody[20:25]


def test_the_schedules_of_a_visitor_are_summarized(sandbox: Sandbox, kos: Call) -> None:
    visitor = sandbox.booking("kos", BARE)["visitor"]["id"]
    data = kos(SCHEDULES, {"visitorId": visitor}).json()["data"]
    assert [one["scheduleId"] for one in data] == [BARE, RIGHT_AFTER_BARE]
    assert data[0].keys() == {"scheduleId", "startDateTimeUtc", "endDateTimeUtc", "tasks"}


def test_a_schedule_that_is_given_to_another_visitor_is_no_longer_the_first_ones(
    sandbox: Sandbox, kos: Call
) -> None:
    record = sandbox.booking("kos", BARE)
    sandbox.seed("kos", bookings=[record | ada()])
    data = kos(SCHEDULES, {"visitorId": record["visitor"]["id"]}).json()["data"]
    assert [one["scheduleId"] for one in data] == [RIGHT_AFTER_BARE]


def test_the_schedules_of_another_hospitals_visitor_are_not_found(
    sandbox: Sandbox, kos_refused: Refusal
) -> None:
    foreign = sandbox.booking("kos", "66d000000000000000000001")["visitor"]["id"]
    assert kos_refused(SCHEDULES, {"visitorId": foreign}) == (REQUEST, [("visitorId", "NotFound")])


@pytest.mark.parametrize("asked", ["deleted", "paymentRequired"])
def test_no_schedule_is_deleted_or_waits_for_a_payment(sandbox: Sandbox, kos: Call, asked: str) -> None:
    visitor = sandbox.booking("kos", BARE)["visitor"]["id"]
    assert kos(SCHEDULES, {"visitorId": visitor, asked: True}).json() == {"data": []}


@pytest.mark.parametrize(("visitor", "reason"), [(None, "Required"), (NOBODY, "NotFound"), ([], "NotFound")])
def test_the_schedules_of_nobody_are_refused(kos_refused: Refusal, visitor: Any, reason: str) -> None:
    assert kos_refused(SCHEDULES, {"visitorId": visitor}) == (REQUEST, [("visitorId", reason)])
