"""What the request log says of the bookings that a call left otherwise."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

Call = Callable[..., httpx.Response]
Rename = Callable[[str], httpx.Response]

IDS = {
    "feishu": "6911188411932033028",
    "zoho": "1596693672887000001",
    "jicoo": "sandboxVb7RE",
    "onlive": "1610c525-f19a-40d0-8cd1-03daba3d2d98",
    "kos": "66a000000000000000000001",
}


@pytest.fixture(params=IDS)
def vendor(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def rename(  # noqa: PLR0917  (pytest fills them in by name)
    vendor: str, feishu: Call, zoho_update: Call, jicoo: Call, onlive_put: Call, kos: Call, kos_body: Any
) -> Rename:
    """Give the vendor's booking a title; at KOS, which has none, the memo."""
    booking = IDS[vendor]
    ways: dict[str, Rename] = {
        "feishu": lambda text: feishu("PUT", f"/{booking}", json={"meeting_settings": {"topic": text}}),
        "zoho": lambda text: zoho_update(booking, {"title": text, "notify_attendee": 0}),
        "jicoo": lambda text: jicoo("PATCH", f"/{booking}", json={"name": text}),
        "onlive": lambda text: onlive_put({"title": text}),
        "kos": lambda text: kos(
            "v2/commands/update-reservation", kos_body("v2", booking, reservationMemo=text)
        ),
    }
    return ways[vendor]


def changed(sandbox: Sandbox, vendor: str) -> list[list[str]]:
    """What each call changed, those for tokens left out."""
    requests = sandbox.requests(vendor)
    return [each["changed"] for each in requests if IDS[vendor] in f"{each['path']} {each['body']}"]


def test_a_write_names_the_booking_that_it_changed(sandbox: Sandbox, vendor: str, rename: Rename) -> None:
    assert rename("Handover").is_success
    assert changed(sandbox, vendor) == [[IDS[vendor]]]


def test_a_write_of_what_is_there_already_changes_nothing(
    sandbox: Sandbox, vendor: str, rename: Rename
) -> None:
    rename("Handover")
    assert rename("Handover").is_success
    assert changed(sandbox, vendor) == [[IDS[vendor]], []]


def test_a_refused_write_changes_nothing(sandbox: Sandbox, vendor: str, rename: Rename) -> None:
    sandbox.fault(vendor, {"throttle": {}}, path="*" + {"kos": "/commands/update-*"}.get(vendor, IDS[vendor]))
    assert rename("Handover").is_error
    assert changed(sandbox, vendor) == [[]]


@pytest.mark.parametrize(
    ("fault", "changes"),
    [
        ({"drop": "before"}, []),
        ({"drop": "after"}, ["sandboxVb7RE"]),
        ({"status": 500, "applied": True}, ["sandboxVb7RE"]),
        ({"cut_json": True}, ["sandboxVb7RE"]),
        ({"delay_ms": 1}, ["sandboxVb7RE"]),
    ],
)
def test_a_spoilt_answer_hides_nothing_of_what_was_changed(
    sandbox: Sandbox, jicoo: Call, fault: dict[str, Any], changes: list[str]
) -> None:
    sandbox.fault("jicoo", fault)
    try:
        jicoo("PATCH", "/sandboxVb7RE", json={"name": "Handover"})
    except httpx.RemoteProtocolError:
        assert "drop" in fault
    assert changed(sandbox, "jicoo") == [changes]


def test_cancelling_and_deleting_change_a_booking_too(jicoo: Call, onlive: Call, sandbox: Sandbox) -> None:
    jicoo("POST", "/sandboxVb7RE/cancel", json={"cancelReason": "ill"})
    onlive("DELETE", f"/v1/appointments/{IDS['onlive']}")
    assert (changed(sandbox, "jicoo"), changed(sandbox, "onlive")) == ([["sandboxVb7RE"]], [[IDS["onlive"]]])
