"""docs/vendors/kos.md, "Simulator rules" 11 to 16: update-reservation V2, and rule 17 for it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "66a000000000000000000001"
BARE = "66a000000000000000000002"
RIGHT_AFTER_BARE = "66a000000000000000000003"
SEVERAL = "66b000000000000000000001"
COMPLETED = "66c000000000000000000004"
NOBODY = "66f000000000000000000099"
DERMATOLOGY, LASER = "65f000000000000000000001", "65f000000000000000000002"
OTHER_HOSPITALS_ZONE = "65e000000000000000000011"
ROOM_2, LASER_1 = "65e000000000000000000002", "65e000000000000000000003"
FRONT_DESK = "65e000000000000000000009"
V2 = "v2/commands/update-reservation"
COMMAND, REQUEST = "InvalidCommandException", "InvalidRequestException"
TIMES = {"startDateTime": "2030-01-07T01:00:00Z", "endDateTime": "2030-01-07T01:30:00Z"}
Call = Callable[..., httpx.Response]
Body = Callable[..., dict[str, Any]]
Refusal = Callable[..., tuple[str, list[tuple[str, str]]]]


def reservation(sandbox: Sandbox, schedule_id: str = SAMPLE) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.booking("kos", schedule_id)["reservation"]
    return found


def element(**otherwise: Any) -> dict[str, Any]:
    """Make an occupied resource of January 7th, 2030, 10:00 in Seoul."""
    made = {
        "zoneId": ROOM_2,
        "startDateTimeUtc": "2030-01-07T01:00:00Z",
        "endDateTimeUtc": "2030-01-07T01:30:00Z",
        "reservationGroup": {"reservationGroupId": DERMATOLOGY},
    }
    return {name: value for name, value in (made | otherwise).items() if value is not ...}


def at(start: str, end: str) -> dict[str, Any]:
    return element(startDateTimeUtc=f"2030-01-{start}:00Z", endDateTimeUtc=f"2030-01-{end}:00Z")


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_rule_11_an_unknown_schedule_is_not_found(kos_refused: Refusal, kos_body: Body, version: str) -> None:
    body = kos_body(version, SAMPLE, scheduleId=NOBODY)
    assert kos_refused(f"{version}/commands/update-reservation", body) == (
        REQUEST,
        [("scheduleId", "NotFound")],
    )


@pytest.mark.parametrize("resources", [[], None, ...])
def test_rule_12_without_resources_they_are_required(
    kos_refused: Refusal, kos_body: Body, resources: Any
) -> None:
    body = kos_body("v2", SAMPLE, occupiedResources=resources)
    assert kos_refused(V2, {name: value for name, value in body.items() if value is not ...}) == (
        COMMAND,
        [("occupiedResources", "Required")],
    )


def test_v2_needs_a_schedule_and_a_zone_as_well(kos_refused: Refusal) -> None:
    missing = [(member, "Required") for member in ("scheduleId", "zoneId", "occupiedResources")]
    assert kos_refused(V2, {}) == (COMMAND, missing)


@pytest.mark.parametrize(
    ("group", "key"),
    [(..., "configuration"), (None, "reservationGroup"), ({}, "reservationGroup")],
)
def test_rule_13_a_resource_without_a_configuration_needs_one(
    kos_refused: Refusal, kos_body: Body, group: Any, key: str
) -> None:
    body = kos_body("v2", SAMPLE, occupiedResources=[element(), element(reservationGroup=group)])
    assert kos_refused(V2, body) == (COMMAND, [(f"occupiedResources[1].{key}", "Required")])


@pytest.mark.parametrize(
    ("otherwise", "key", "reason"),
    [
        ({"zoneId": ...}, "zoneId", "Required"),
        ({"startDateTimeUtc": ...}, "startDateTimeUtc", "Required"),
        ({"endDateTimeUtc": ...}, "endDateTimeUtc", "Required"),
        ({"startDateTimeUtc": "soon"}, "startDateTimeUtc", "NotAvailable"),
        ({"endDateTimeUtc": "2030-01-07T01:00:00Z"}, "endDateTimeUtc", "InvalidTimeRange"),
        ({"reservationGroup": "x"}, "reservationGroup", "NotAvailable"),
        ({"reservationGroup": {"id": "x"}}, "reservationGroup.reservationGroupId", "Required"),
    ],
)
def test_a_resource_has_a_zone_a_group_and_times(
    kos_refused: Refusal, kos_body: Body, otherwise: dict[str, Any], key: str, reason: str
) -> None:
    body = kos_body("v2", SAMPLE, occupiedResources=[element(**otherwise)])
    assert kos_refused(V2, body) == (COMMAND, [(f"occupiedResources[0].{key}", reason)])


@pytest.mark.parametrize("resource", ["x", 7, None, []])
def test_a_resource_is_an_object(kos_refused: Refusal, kos_body: Body, resource: Any) -> None:
    body = kos_body("v2", SAMPLE, occupiedResources=[resource])
    assert kos_refused(V2, body) == (COMMAND, [("occupiedResources[0]", "NotAvailable")])


def test_rule_14_the_first_resource_on_another_date_is_refused(
    sandbox: Sandbox, kos_refused: Refusal, kos_body: Body
) -> None:
    before = sandbox.bookings("kos")
    resources = [element(), element(), at("08T01:00", "08T01:30"), at("09T01:00", "09T01:30")]
    assert kos_refused(V2, kos_body("v2", SAMPLE, occupiedResources=resources)) == (
        COMMAND,
        [("occupiedResources[2].startDateTimeUtc", "NotAvailable")],
    )
    assert sandbox.bookings("kos") == before


NIGHT_IN_SEOUL = [at("07T14:30", "07T15:00"), at("07T15:00", "07T15:30")]  # 23:30, and 00:00 of the 8th
MIDNIGHT_IN_LONDON = [at("07T23:30", "08T00:00"), at("08T00:00", "08T00:30")]


@pytest.mark.parametrize(
    ("time_zone", "resources"), [("Asia/Seoul", NIGHT_IN_SEOUL), ("Europe/London", MIDNIGHT_IN_LONDON)]
)
def test_rule_14_the_date_is_that_of_the_switch_time_zone(
    sandbox: Sandbox, kos_refused: Refusal, kos_body: Body, time_zone: str, resources: list[dict[str, Any]]
) -> None:
    sandbox.switch("kos", time_zone=time_zone)
    wrong = ("occupiedResources[1].startDateTimeUtc", "NotAvailable")
    assert kos_refused(V2, kos_body("v2", SAMPLE, occupiedResources=resources)) == (COMMAND, [wrong])


@pytest.mark.parametrize(
    ("time_zone", "resources"), [("Europe/London", NIGHT_IN_SEOUL), ("Asia/Seoul", MIDNIGHT_IN_LONDON)]
)
def test_rule_14_a_midnight_elsewhere_does_not_matter(
    sandbox: Sandbox, kos: Call, kos_body: Body, time_zone: str, resources: list[dict[str, Any]]
) -> None:
    sandbox.switch("kos", time_zone=time_zone)
    assert kos(V2, kos_body("v2", SAMPLE, occupiedResources=resources)).status_code == 200


@pytest.mark.parametrize("zone", ["65e000000000000000000099", OTHER_HOSPITALS_ZONE, "nothing"])
def test_rule_15_an_unknown_reception_zone_is_not_found(
    kos_refused: Refusal, kos_body: Body, zone: str
) -> None:
    assert kos_refused(V2, kos_body("v2", SAMPLE, zoneId=zone)) == (REQUEST, [("zoneId", "NotFound")])


@pytest.mark.parametrize(
    "wrong",
    [
        {"zoneId": LASER_1},
        {"zoneId": FRONT_DESK},
        {"reservationGroup": {"reservationGroupId": LASER}},
        {"reservationGroup": {"reservationGroupId": "65f000000000000000000099"}},
    ],
)
def test_rule_15_a_zone_outside_its_group_is_not_found(
    kos_refused: Refusal, kos_body: Body, wrong: dict[str, Any]
) -> None:
    body = kos_body("v2", SAMPLE, occupiedResources=[element(), element(**wrong)])
    assert kos_refused(V2, body) == (REQUEST, [("occupiedResources[1].zoneId", "NotFound")])


def test_rule_16_a_valid_update_is_answered_with_an_empty_object(kos: Call, kos_body: Body) -> None:
    answer = kos(V2, kos_body("v2", SEVERAL))
    assert (answer.status_code, answer.json()) == (200, {})


def test_rule_16_the_resources_are_replaced_as_a_whole(sandbox: Sandbox, kos: Call, kos_body: Body) -> None:
    _, second, third = sandbox.booking("kos", SEVERAL)["occupiedResources"]
    kos(V2, kos_body("v2", SEVERAL, occupiedResources=[third, second]))
    assert sandbox.booking("kos", SEVERAL)["occupiedResources"] == [third, second]


def test_rule_16_times_group_and_zone_of_the_reservation_are_those_of_the_first_resource(
    sandbox: Sandbox, kos: Call, kos_body: Body
) -> None:
    kos(V2, kos_body("v2", SEVERAL, occupiedResources=[element(), at("07T02:00", "07T02:30")]))
    mirrored = TIMES | {"reservationGroupId": DERMATOLOGY, "zoneId": ROOM_2}
    assert mirrored.items() <= reservation(sandbox, SEVERAL).items()


@pytest.mark.parametrize("sent_id", [..., "71a000000000000000000099"])
def test_a_resource_without_an_id_of_the_schedule_gets_one_that_is_new(
    sandbox: Sandbox, kos: Call, kos_body: Body, sent_id: Any
) -> None:
    [old] = sandbox.booking("kos", SAMPLE)["occupiedResources"]
    kos(V2, kos_body("v2", SAMPLE, occupiedResources=[element(id=sent_id), element(id=old["id"])]))
    first, second = sandbox.booking("kos", SAMPLE)["occupiedResources"]
    assert second["id"] == old["id"]
    assert first["id"] not in (old["id"], sent_id)


def test_of_two_resources_with_the_same_id_the_second_gets_a_new_one(
    sandbox: Sandbox, kos: Call, kos_body: Body
) -> None:
    [old] = sandbox.booking("kos", SAMPLE)["occupiedResources"]
    kos(V2, kos_body("v2", SAMPLE, occupiedResources=[old, old]))
    first, second = sandbox.booking("kos", SAMPLE)["occupiedResources"]
    assert first["id"] == old["id"] != second["id"]


def test_the_reception_zone_is_apart_from_those_of_the_resources(
    sandbox: Sandbox, kos: Call, kos_body: Body
) -> None:
    before = sandbox.booking("kos", SAMPLE)
    kos(V2, kos_body("v2", SAMPLE, zoneId=FRONT_DESK))
    assert sandbox.booking("kos", SAMPLE) == before | {"receptionZoneId": FRONT_DESK}


def test_v2_may_put_a_visitor_into_two_reservations_at_once(
    sandbox: Sandbox, kos: Call, kos_body: Body
) -> None:
    there = sandbox.booking("kos", RIGHT_AFTER_BARE)["occupiedResources"]
    assert kos(V2, kos_body("v2", BARE, occupiedResources=there)).status_code == 200


def test_v2_is_no_way_to_change_the_doctor(sandbox: Sandbox, kos: Call, kos_body: Body) -> None:
    before = sandbox.booking("kos", SAMPLE)
    kos(V2, kos_body("v2", SAMPLE, doctor={"id": "x", "name": "x"}))
    assert sandbox.booking("kos", SAMPLE) == before


V2_FIELDS = (
    "consultationRequired",
    "sedationRequired",
    "counselor",
    "funnel",
    "reservationMemo",
    "reservationAssignee",
)


@pytest.mark.parametrize("member", V2_FIELDS)
def test_what_v2_is_not_sent_is_gone(sandbox: Sandbox, kos: Call, kos_body: Body, member: str) -> None:
    before = reservation(sandbox)
    body = kos_body("v2", SAMPLE)
    del body[member]
    kos(V2, body)
    assert reservation(sandbox) == {name: value for name, value in before.items() if name != member}


def test_requested_procedures_that_v2_is_not_sent_are_gone(
    sandbox: Sandbox, kos: Call, kos_body: Body
) -> None:
    body = kos_body("v2", SAMPLE)
    del body["requestedProcedures"]
    kos(V2, body)
    assert reservation(sandbox)["requestedProcedures"] == []


@pytest.mark.parametrize("member", V2_FIELDS)
def test_with_the_switch_v2_left_out_at_keep_what_is_not_sent_stays(
    sandbox: Sandbox, kos: Call, kos_body: Body, member: str
) -> None:
    sandbox.switch("kos", v2_left_out="keep")
    before = reservation(sandbox)
    body = kos_body("v2", SAMPLE)
    del body[member]
    kos(V2, body)
    assert reservation(sandbox) == before


@pytest.mark.parametrize("member", V2_FIELDS)
def test_with_the_switch_v2_left_out_at_keep_null_clears(
    sandbox: Sandbox, kos: Call, kos_body: Body, member: str
) -> None:
    sandbox.switch("kos", v2_left_out="keep")
    kos(V2, kos_body("v2", SAMPLE, **{member: None}))
    assert member not in reservation(sandbox)


@pytest.mark.parametrize(
    ("otherwise", "wrong"),
    [
        ({"zoneId": None, "occupiedResources": [{}]}, ("zoneId", "Required")),
        (
            {"occupiedResources": [element(), at("08T01:00", "08T01:00")]},
            ("occupiedResources[1].endDateTimeUtc", "InvalidTimeRange"),
        ),
        (
            {"occupiedResources": [element(), at("08T01:00", "08T02:00")], "scheduleId": NOBODY},
            ("occupiedResources[1].startDateTimeUtc", "NotAvailable"),
        ),
        ({"scheduleId": NOBODY, "zoneId": NOBODY}, ("scheduleId", "NotFound")),
        ({"zoneId": NOBODY, "occupiedResources": [element(zoneId=NOBODY)]}, ("zoneId", "NotFound")),
        (
            {"scheduleId": COMPLETED, "occupiedResources": [element(zoneId=NOBODY)]},
            ("occupiedResources[0].zoneId", "NotFound"),
        ),
    ],
)
def test_rule_17_what_is_checked_first_is_what_is_refused(
    kos_refused: Refusal, kos_body: Body, otherwise: dict[str, Any], wrong: tuple[str, str]
) -> None:
    assert kos_refused(V2, kos_body("v2", SAMPLE) | otherwise)[1] == [wrong]
