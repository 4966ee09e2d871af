"""A list is sorted once for all of its pages, and shows what changed since."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.selection import LastSelection

JICOO_SAMPLE = "sandboxVb7RE"
ONLIVE_SAMPLE = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
FAR = {"startedAt": "2040-01-01T01:00:00Z", "endedAt": "2040-01-01T02:00:00Z"}

Call = Callable[..., httpx.Response]
Counted = tuple[LastSelection[str, int], Callable[[], list[int]], list[int]]


@pytest.fixture
def counted() -> Counted:
    """Give a selection, what selects, and the list of what it selected."""
    selected: list[int] = []

    def select() -> list[int]:
        selected.append(len(selected))
        return [len(selected)]

    return LastSelection(), select, selected


def test_what_is_asked_for_again_is_not_selected_again(counted: Counted) -> None:
    selection, select, selected = counted
    assert selection.of("open", select) == selection.of("open", select)
    assert len(selected) == 1


def test_what_else_is_asked_for_is_selected(counted: Counted) -> None:
    selection, select, selected = counted
    selection.of("open", select)
    selection.of("cancel", select)
    assert len(selected) == 2


def test_what_is_forgotten_is_selected_again(counted: Counted) -> None:
    selection, select, selected = counted
    selection.of("open", select)
    selection.forget()
    selection.of("open", select)
    assert len(selected) == 2


def jicoo_list(jicoo: Call) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = jicoo("GET", "?perPage=100").json()["data"]
    return found


def onlive_list(onlive: Call) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = onlive("GET", "/v1/appointments?limit=100").json()["items"]
    return found


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", FAR),
        ("POST", "/reschedule", {"startedAt": FAR["startedAt"], "timeZone": "Asia/Tokyo"}),
    ],
)
def test_a_moved_jicoo_booking_is_listed_where_it_is_now(
    jicoo: Call, method: str, path: str, body: dict[str, str]
) -> None:
    assert jicoo_list(jicoo)[-1]["uid"] != JICOO_SAMPLE
    jicoo(method, f"/{JICOO_SAMPLE}{path}", json=body)
    assert jicoo_list(jicoo)[-1]["uid"] == JICOO_SAMPLE


def test_a_cancelled_jicoo_booking_is_listed_as_one(jicoo: Call) -> None:
    def open_ones() -> list[str]:
        return [one["uid"] for one in jicoo("GET", "?status=open&perPage=100").json()["data"]]

    assert JICOO_SAMPLE in open_ones()
    jicoo("POST", f"/{JICOO_SAMPLE}/cancel", json={})
    assert JICOO_SAMPLE not in open_ones()


def test_a_moved_onlive_appointment_is_listed_where_it_is_now(onlive: Call, onlive_put: Call) -> None:
    assert onlive_list(onlive)[-1]["id"] != ONLIVE_SAMPLE
    onlive_put({"start": FAR["startedAt"], "end": FAR["endedAt"]})
    assert onlive_list(onlive)[-1]["id"] == ONLIVE_SAMPLE


def test_a_deleted_onlive_appointment_is_listed_no_more(onlive: Call) -> None:
    before = len(onlive_list(onlive))
    onlive("DELETE", f"/v1/appointments/{ONLIVE_SAMPLE}")
    assert len(onlive_list(onlive)) == before - 1


def test_seeded_bookings_are_listed_at_once(sandbox: Sandbox, jicoo: Call, onlive: Call) -> None:
    before = len(jicoo_list(jicoo)), len(onlive_list(onlive))
    sandbox.seed("jicoo", 3)
    sandbox.seed("onlive", 3)
    assert (len(jicoo_list(jicoo)), len(onlive_list(onlive))) == (before[0] + 3, before[1] + 3)


def test_a_reset_is_listed_at_once(sandbox: Sandbox, jicoo: Call) -> None:
    sandbox.seed("jicoo", 3)
    before = len(jicoo_list(jicoo))
    sandbox.reset()
    assert len(jicoo_list(jicoo)) == before - 3
