"""Nothing slips out of a real Airflow at DEBUG, whatever goes right or wrong."""

import sys

import pytest

from tests.system.leaks.conftest import Scene, Searched
from tests.system.leaks.planting import BY_HAND, DRIFTED, FAULTS, YES
from tests.system.leaks.searching import table_of
from tests.system.stage import VENDORS

pytestmark = pytest.mark.system

# Where is looked, and what shows that what could slip out has been there.
PLACES = {
    "logs of tasks": b'"logger":"airflow_provider_booking.vendors.transport"',
    "logs of components": b"[supervisor]",
    "lines on rendered fields": b"SetRenderedFields(",
    "XCom": b"outcome",
    "event log": b"leaks_moves",
    "questions to people": b"digest",
    "rendered fields": b"changes",
    "connections": b"jicoo_default",
    "Airflow's other tables": b"leaks_updates",
    "ledger and throttle": b"booking_items",
    "reports": b"applied",
    "metrics": b"dag_id=leaks_updates",
    "command line": b"leaks_moves",
    "command line: report": b"jicoo",
}


def items(searched: Searched) -> list[str]:
    """Return what the reports say of each item."""
    parts = searched.places["reports"].parts
    return [
        line
        for name, text in parts.items()
        if name.endswith("items.csv")
        for line in text.decode().splitlines()
    ]


every_place = pytest.mark.parametrize("place", PLACES)


@every_place
def test_is_written_to(searched: Searched, place: str) -> None:
    assert any(PLACES[place] in text for text in searched.places[place].parts.values())


@every_place
def test_holds_nothing_that_should_not_be_there(searched: Searched, place: str) -> None:
    found = sorted({(hit.part, hit.needle) for hit in searched.found[place]})
    if found:  # of a list, pytest would show the first
        pytest.fail("\n".join(f"{part}: {needle}" for part, needle in found), pytrace=False)


def test_no_place_is_left_out(searched: Searched) -> None:
    table = table_of(list(searched.places.values()), searched.needles, searched.found)
    sys.stdout.write(f"\n{table}\n")
    assert searched.places.keys() == PLACES.keys()


@pytest.mark.parametrize("vendor", VENDORS)
def test_updates_went_well_at_every_vendor(searched: Searched, vendor: str) -> None:
    assert "success" in searched.states["leaks_updates"][vendor]


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_fault_was_met(scene: Scene, searched: Searched, vendor: str) -> None:
    del searched  # its runs have ended
    met = {frozenset(each["fault"]) for each in scene.vendors.requests(vendor) if each["fault"]}
    assert {frozenset(each) for each in FAULTS} <= met


@pytest.mark.parametrize("after", DRIFTED)
@pytest.mark.parametrize("vendor", BY_HAND)
def test_drift_was_met(searched: Searched, vendor: str, after: str) -> None:
    message = f"{vendor}: {BY_HAND[vendor]} changed after it was {after}"
    assert any("drift.changed" in item and message in item for item in items(searched))


@pytest.mark.parametrize("error", ["RemoteProtocolError", "ReadTimeout"])
def test_a_write_was_lost_twice_and_read_back_between(searched: Searched, error: str) -> None:
    message = f"was sent and no answer came ({error}): read the booking before sending it again"
    logs = searched.places["logs of tasks"].parts.values()
    assert any(f"zoho update_booking_data: the request {message}".encode() in text for text in logs)


@pytest.mark.parametrize("vendor", YES)
def test_a_yes_that_is_not_true_was_met(searched: Searched, vendor: str) -> None:
    message = f"{vendor} update_booking: the vendor answered success, and description"
    logs = searched.places["logs of tasks"].parts.values()
    assert any(message.encode() in text for text in logs)


@pytest.mark.parametrize("dag_id", ["leaks_bad_input", "leaks_places"])
def test_what_is_wrong_fails(searched: Searched, dag_id: str) -> None:
    assert {state for states in searched.states[dag_id].values() for state in states} == {"failed"}


@pytest.mark.parametrize(
    "name",
    [
        "feishu tenant_access_token",
        "zoho-accounts access_token",
        "kos token",
        "onlive Authorization",
        "feishu password",
        "zoho e-mail",
        "jicoo e-mail",
        "onlive e-mail",
        "kos reservationMemo",
        "Airflow's fernet_key",
    ],
)
def test_is_looked_for(searched: Searched, name: str) -> None:
    assert name in {each.name for each in searched.needles}
