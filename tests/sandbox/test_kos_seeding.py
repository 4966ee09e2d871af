"""Which KOS schedules there are from the start, and how more are added."""

import itertools
import re
from collections import Counter
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.kos.seeds import generated
from airflow_provider_booking.sandbox.running import ControlError
from airflow_provider_booking.sandbox.world import Start, World

SAMPLE = "66a000000000000000000001"
FIRST = "66a100000000000000000001"
LASER_GROUP, LASER = "65f000000000000000000002", "65e000000000000000000003"
LASER_ONLY = {"reservationGroupId": LASER_GROUP}
OTHER_HOSPITALS_ZONE = "65e000000000000000000011"
RESOURCE = {
    "zoneId": LASER,
    "startDateTimeUtc": "2030-01-07T01:00:00Z",
    "endDateTimeUtc": "2030-01-07T02:00:00Z",
    "reservationGroup": LASER_ONLY,
}


def made_up(count: int = 800, seed: int = 7) -> list[dict[str, Any]]:
    simulator = World(Start(0, seed)).simulators["kos"]
    ids = set(simulator.generate(count))
    return [record for record in simulator.records() if record["id"] in ids]


MADE_UP = made_up()


def test_kos_starts_with_a_schedule_that_has_every_optional_member(sandbox: Sandbox) -> None:
    sample = sandbox.booking("kos", SAMPLE)
    assert sample["reservation"].keys() >= {
        "consultationRequired",
        "sedationRequired",
        "counselor",
        "doctor",
        "funnel",
        "reservationMemo",
        "reservationAssignee",
    }
    assert (sample["reservation"]["status"], len(sample["occupiedResources"])) == ("RESERVED", 1)


@pytest.mark.parametrize(
    ("number", "status"), [(1, "CANCELED"), (2, "NO_SHOW"), (3, "IN_PROGRESS"), (4, "COMPLETED")]
)
def test_the_id_of_a_standing_schedule_says_its_status(sandbox: Sandbox, number: int, status: str) -> None:
    assert sandbox.booking("kos", f"66c00000000000000000000{number}")["reservation"]["status"] == status


@pytest.mark.parametrize(
    ("schedule_id", "hospital", "reception_is_elsewhere", "resources"),
    [
        ("66b000000000000000000001", "sandbox", True, 3),
        ("66b000000000000000000002", "sandbox", True, 1),
        ("66d000000000000000000001", "other", False, 1),
    ],
)
def test_the_series_of_a_schedule_id_says_what_it_is_for(
    sandbox: Sandbox, schedule_id: str, hospital: str, reception_is_elsewhere: bool, resources: int
) -> None:
    record = sandbox.booking("kos", schedule_id)
    elsewhere = record["receptionZoneId"] != record["reservation"]["zoneId"]
    shown = (record["hospital"], elsewhere, len(record["occupiedResources"]))
    assert shown == (hospital, reception_is_elsewhere, resources)


def test_made_up_schedules_have_ids_that_can_be_counted(sandbox: Sandbox) -> None:
    assert sandbox.seed("kos", 2) == [FIRST, "66a100000000000000000002"]
    assert sandbox.seed("kos", 1) == ["66a100000000000000000003"]


def test_ids_are_unique_and_of_the_vendors_shape() -> None:
    ids = [record["id"] for record in MADE_UP]
    ids += [one["id"] for record in MADE_UP for one in record["occupiedResources"]]
    ids += [record["visitor"]["id"] for record in MADE_UP]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[0-9a-f]{24}", one) for one in ids)


@pytest.mark.parametrize("seed", [1, 7, 8])
def test_no_two_made_up_schedules_want_the_same_zone_at_once(seed: int) -> None:
    resources = [one for record in made_up(2000, seed) for one in record["occupiedResources"]]
    by_zone = sorted((one["zoneId"], one["startDateTimeUtc"], one["endDateTimeUtc"]) for one in resources)
    pairs = itertools.pairwise(by_zone)
    assert not [(one, two) for one, two in pairs if one[0] == two[0] and two[1] < one[2]]


# November 1st, 2026, is a Sunday.
@pytest.mark.parametrize(("day", "first"), [(1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 9), (7, 9)])
def test_made_up_schedules_are_on_the_coming_working_days_within_opening_hours(day: int, first: int) -> None:
    today = date(2026, 11, day)
    starts = [
        generated(number, 7, today).resources[0].start.astimezone(ZoneInfo("Asia/Seoul"))
        for number in range(1, 641)
    ]
    assert {start.weekday() for start in starts} == set(range(5))
    assert {start.hour for start in starts} == {9, 10, 11, 12, 14, 15, 16, 17}
    assert min(starts).date() == date(2026, 11, first)


def test_one_made_up_schedule_in_eight_occupies_two_resources() -> None:
    assert Counter(len(record["occupiedResources"]) for record in MADE_UP) == {1: 700, 2: 100}


@pytest.mark.parametrize(
    "member",
    [
        "consultationRequired",
        "sedationRequired",
        "counselor",
        "doctor",
        "funnel",
        "reservationMemo",
        "reservationAssignee",
    ],
)
def test_an_optional_member_is_there_on_some_made_up_schedules_and_not_on_others(member: str) -> None:
    assert {member in record["reservation"] for record in MADE_UP} == {True, False}


def test_some_made_up_schedules_have_requested_procedures_and_some_have_none() -> None:
    assert {len(record["reservation"]["requestedProcedures"]) for record in MADE_UP} == {0, 1, 2}


def test_the_same_seed_makes_the_same_schedules_and_another_one_makes_others() -> None:
    assert made_up(40, 7) == made_up(40, 7) != made_up(40, 8)


def test_what_is_shown_can_be_stored_again(sandbox: Sandbox) -> None:
    sandbox.seed("kos", 50)
    before = sandbox.bookings("kos")
    sandbox.seed("kos", bookings=before)
    assert sandbox.bookings("kos") == before


def test_of_a_schedule_of_ones_own_the_rest_is_made_up(sandbox: Sandbox) -> None:
    ids = sandbox.seed("kos", bookings=[{"id": SAMPLE[:-1] + "9"}, {"flowStep": "RECEPTION"}])
    assert ids == ["66a000000000000000000009", "66a100000000000000000002"]
    assert sandbox.booking("kos", ids[1])["flowStep"] == "RECEPTION"


def test_times_and_places_of_ones_own_become_the_one_resource(sandbox: Sandbox) -> None:
    mine = {
        "reservationGroupId": LASER_GROUP,
        "zoneId": LASER,
        "startDateTime": "2030-01-07T01:00:00Z",
        "endDateTime": "2030-01-07T02:00:00Z",
    }
    [schedule_id] = sandbox.seed("kos", bookings=[{"reservation": mine}])
    record = sandbox.booking("kos", schedule_id)
    assert record["reservation"] == mine | {"status": "RESERVED", "requestedProcedures": []}
    assert record["receptionZoneId"] == LASER
    [resource] = record["occupiedResources"]
    assert (resource["zoneId"], resource["startDateTimeUtc"]) == (LASER, "2030-01-07T01:00:00Z")


@pytest.mark.parametrize("more", [{}, {"reservation": {"startDateTime": "2030-01-07T01:00:00Z"}}])
def test_of_another_hospital_a_place_is_made_up(sandbox: Sandbox, more: dict[str, Any]) -> None:
    [schedule_id] = sandbox.seed("kos", bookings=[{"hospital": "other"} | more])
    record = sandbox.booking("kos", schedule_id)
    assert (record["hospital"], record["reservation"]["zoneId"]) == ("other", OTHER_HOSPITALS_ZONE)


def test_members_that_are_null_are_left_out(sandbox: Sandbox) -> None:
    [schedule_id] = sandbox.seed("kos", bookings=[{"reservation": {"doctor": None, "title": None}}])
    assert not {"doctor", "title"} & sandbox.booking("kos", schedule_id)["reservation"].keys()


def test_a_schedule_that_json_cannot_carry_is_not_stored(sandbox: Sandbox) -> None:
    before = sandbox.bookings("kos")
    with pytest.raises(ControlError, match="NaN and infinite numbers are not JSON"):
        sandbox.seed("kos", bookings=[{"tasks": [{"price": float("nan")}]}])
    assert sandbox.bookings("kos") == before


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ({"reservation": {"title": "x"}}, "A KOS schedule has no reservation.title."),
        (
            {"reservation": {"doctor": {"id": "x", "name": "y", "age": 5}}},
            "A KOS schedule has no reservation.doctor.age.",
        ),
        ({"visitor": {"shoes": 42}}, "A KOS schedule has no visitor.shoes."),
        (
            {"occupiedResources": [RESOURCE, RESOURCE | {"reservationGroup": LASER_ONLY | {"x": 1}}]},
            "A KOS schedule has no occupiedResources[1].reservationGroup.x.",
        ),
        (
            {"createdDateTimeUtc": "yesterday"},
            "createdDateTimeUtc is not what KOS would store: NotAvailable.",
        ),
        ({"flowStepUpdatedDateTimeUtc": 5}, "flowStepUpdatedDateTimeUtc is not what KOS would store"),
        ({"title": "x"}, "A KOS schedule has no title; it has id, hospital, receptionZoneId,"),
        ({"hospital": "x"}, "hospital is not what KOS would store: NotAvailable."),
        ({"reservation": "x"}, "reservation is not what KOS would store: NotAvailable."),
        (
            {"reservation": {"doctor": {"id": "x"}}},
            "reservation.doctor.name is not what KOS would store: Required.",
        ),
        ({"reservation": {"startDateTime": "soon"}}, "reservation.startDateTime is not what"),
        ({"reservation": {"endDateTime": "1999-01-01T00:00:00Z"}}, "A reservation starts before it ends."),
        ({"occupiedResources": [{}]}, "occupiedResources[0].zoneId is not what KOS would store: Required."),
        ({"visitor": {"phone": "1"}}, "visitor.phone is not what"),
        ({"receptionZoneId": "x"}, "Hospital sandbox has no zone x."),
        (
            {"reservation": {"zoneId": LASER, "reservationGroupId": "x"}},
            f"Hospital sandbox has no zone {LASER} in a group x.",
        ),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused_in_a_sentence_and_uses_no_id_up(
    sandbox: Sandbox, record: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ControlError) as refused:
        sandbox.seed("kos", bookings=[{}, record])
    assert str(refused.value).startswith(sentence)
    assert sandbox.seed("kos", 1) == [FIRST]
