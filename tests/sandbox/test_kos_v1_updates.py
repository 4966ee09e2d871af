"""docs/vendors/kos.md, "Simulator rules" 4 to 10: update-reservation V1, and rule 17 for it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "66a000000000000000000001"
BARE = "66a000000000000000000002"
RIGHT_AFTER_BARE = "66a000000000000000000003"
MADE_UP_WITH_TWO = "66a100000000000000000008"
SEVERAL = "66b000000000000000000001"
AT_FRONT_DESK = "66b000000000000000000002"
COMPLETED = "66c000000000000000000004"
NOBODY = "66f000000000000000000099"
LASER = "65f000000000000000000002"
OTHER_HOSPITALS_GROUP, OTHER_HOSPITALS_ZONE = "65f000000000000000000011", "65e000000000000000000011"
ROOM_2, LASER_1 = "65e000000000000000000002", "65e000000000000000000003"
V1 = "v1/commands/update-reservation"
CANCEL = "v1/commands/cancel-reservation"
COMMAND, REQUEST = "InvalidCommandException", "InvalidRequestException"
TIMES = {"startDateTime": "2030-01-07T01:00:00Z", "endDateTime": "2030-01-07T01:30:00Z"}
Call = Callable[..., httpx.Response]
Body = Callable[..., dict[str, Any]]
Refusal = Callable[..., tuple[str, list[tuple[str, str]]]]


def reservation(sandbox: Sandbox, schedule_id: str = SAMPLE) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.booking("kos", schedule_id)["reservation"]
    return found


def test_rule_4_a_complete_update_is_answered_with_an_empty_object(kos: Call, kos_body: Body) -> None:
    answer = kos(V1, kos_body("v1", SAMPLE))
    assert (answer.status_code, answer.json()) == (200, {})


def test_rule_4_an_update_stores_what_was_sent(sandbox: Sandbox, kos: Call, kos_body: Body) -> None:
    before = sandbox.booking("kos", SAMPLE)
    sent = TIMES | {"reservationGroupId": LASER, "zoneId": LASER_1, "reservationMemo": "새 메모"}
    kos(V1, kos_body("v1", SAMPLE, **sent))
    after = sandbox.booking("kos", SAMPLE)
    assert after["reservation"] == before["reservation"] | sent
    [resource] = after["occupiedResources"]
    assert resource == {
        "id": before["occupiedResources"][0]["id"],
        "zoneId": LASER_1,
        "startDateTimeUtc": TIMES["startDateTime"],
        "endDateTimeUtc": TIMES["endDateTime"],
        "reservationGroup": {"reservationGroupId": LASER},
    }


REQUIRED = (
    "scheduleId",
    "reservationGroupId",
    "startDateTime",
    "endDateTime",
    "consultationRequired",
    "sedationRequired",
    "zoneId",
)


@pytest.mark.parametrize("member", REQUIRED)
@pytest.mark.parametrize("null", [True, False])
def test_rule_5_a_missing_member_is_required(
    sandbox: Sandbox, kos_refused: Refusal, kos_body: Body, member: str, null: bool
) -> None:
    before = sandbox.bookings("kos")
    body = kos_body("v1", SAMPLE, reservationMemo="x", **{member: None})
    sent = {name: value for name, value in body.items() if null or value is not None}
    assert kos_refused(V1, sent) == (COMMAND, [(member, "Required")])
    assert sandbox.bookings("kos") == before


def test_rule_5_every_missing_member_is_named_in_the_order_of_the_schema(kos_refused: Refusal) -> None:
    assert kos_refused(V1, {}) == (COMMAND, [(member, "Required") for member in REQUIRED])


def test_rule_5_false_is_not_missing(kos: Call, kos_body: Body) -> None:
    body = kos_body("v1", SAMPLE, consultationRequired=False, sedationRequired=False)
    assert kos(V1, body).status_code == 200


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("reservationGroupId", "65f000000000000000000099"),
        ("reservationGroupId", OTHER_HOSPITALS_GROUP),
        ("reservationGroupId", "nothing"),
        ("zoneId", "65e000000000000000000099"),
        ("zoneId", OTHER_HOSPITALS_ZONE),
        ("zoneId", LASER_1),  # of another group
    ],
)
def test_rule_6_an_unknown_group_or_zone_is_not_found(
    sandbox: Sandbox, kos_refused: Refusal, kos_body: Body, member: str, value: str
) -> None:
    before = sandbox.bookings("kos")
    assert kos_refused(V1, kos_body("v1", SAMPLE, **{member: value})) == (COMMAND, [(member, "NotFound")])
    assert sandbox.bookings("kos") == before


@pytest.mark.parametrize("schedule_id", [SEVERAL, MADE_UP_WITH_TWO])
def test_rule_7_a_schedule_with_several_resources_is_not_for_v1_and_stays_as_it_is(
    sandbox: Sandbox, kos_refused: Refusal, kos_body: Body, schedule_id: str
) -> None:
    sandbox.seed("kos", 8)
    before = sandbox.bookings("kos")
    assert kos_refused(V1, kos_body("v1", schedule_id, reservationMemo="x")) == (
        REQUEST,
        [("occupiedResources", "NotAvailable")],
    )
    assert sandbox.bookings("kos") == before


OPTIONAL = ("counselor", "doctor", "funnel", "reservationMemo", "reservationAssignee")


@pytest.mark.parametrize("member", OPTIONAL)
@pytest.mark.parametrize("null", [True, False])
def test_rule_8_an_optional_member_that_is_not_sent_is_gone(
    sandbox: Sandbox, kos: Call, kos_body: Body, member: str, null: bool
) -> None:
    before = reservation(sandbox)
    body = kos_body("v1", SAMPLE, **{member: None})
    kos(V1, {name: value for name, value in body.items() if null or value is not None})
    assert reservation(sandbox) == {name: value for name, value in before.items() if name != member}


def test_rule_9_requested_procedures_visitor_and_status_stay(
    sandbox: Sandbox, kos: Call, kos_body: Body
) -> None:
    before = sandbox.booking("kos", SAMPLE)
    body = kos_body("v1", SAMPLE, requestedProcedures=[], visitor={"name": "x"}, status="COMPLETED")
    assert kos(V1, body).status_code == 200
    assert sandbox.booking("kos", SAMPLE) == before
    assert before["reservation"]["requestedProcedures"]


@pytest.mark.parametrize("person", ["counselor", "doctor", "reservationAssignee"])
@pytest.mark.parametrize(
    ("value", "missing"),
    [({"name": "x"}, ["id"]), ({"id": "x"}, ["name"]), ({}, ["id", "name"])],
)
def test_rule_10_a_person_has_an_id_and_a_name(
    kos_refused: Refusal, kos_body: Body, person: str, value: dict[str, str], missing: list[str]
) -> None:
    assert kos_refused(V1, kos_body("v1", SAMPLE, **{person: value})) == (
        COMMAND,
        [(f"{person}.{member}", "Required") for member in missing],
    )


@pytest.mark.parametrize(
    ("otherwise", "key"),
    [
        ({"startDateTime": "2030-01-07"}, "startDateTime"),
        ({"startDateTime": "2030-01-07T10:00:00"}, "startDateTime"),
        ({"startDateTime": "2030-01-07T10:00:00+09:00"}, "startDateTime"),
        ({"startDateTime": "2030-02-30T01:00:00Z"}, "startDateTime"),
        ({"endDateTime": 1893546000}, "endDateTime"),
        ({"scheduleId": " "}, "scheduleId"),
        ({"scheduleId": 7}, "scheduleId"),
        ({"zoneId": ""}, "zoneId"),
        ({"consultationRequired": "yes"}, "consultationRequired"),
        ({"reservationMemo": 7}, "reservationMemo"),
        ({"doctor": "Doctor 1"}, "doctor"),
        ({"doctor": {"id": "", "name": "x"}}, "doctor.id"),
        ({"funnel": {"funnel": {"order": "first"}}}, "funnel.funnel.order"),
        ({"funnel": {"funnel": {"color": "PINK"}}}, "funnel.funnel.color"),
        ({"funnel": {"funnelCategory": {"category": "OTHER"}}}, "funnel.funnelCategory.category"),
        ({"funnel": {"funnelDetail": 7}}, "funnel.funnelDetail"),
    ],
)
def test_a_malformed_value_is_not_available_and_nothing_is_stored(
    sandbox: Sandbox, kos_refused: Refusal, kos_body: Body, otherwise: dict[str, Any], key: str
) -> None:
    before = sandbox.bookings("kos")
    body = kos_body("v1", SAMPLE, sedationRequired=True) | otherwise
    assert kos_refused(V1, body) == (COMMAND, [(key, "NotAvailable")])
    assert sandbox.bookings("kos") == before


@pytest.mark.parametrize("end", ["2030-01-07T01:00:00Z", "2030-01-07T00:59:59Z"])
def test_an_end_that_is_not_after_the_start_is_an_invalid_range(
    kos_refused: Refusal, kos_body: Body, end: str
) -> None:
    assert kos_refused(V1, kos_body("v1", SAMPLE, **TIMES | {"endDateTime": end})) == (
        COMMAND,
        [("endDateTime", "InvalidTimeRange")],
    )


@pytest.mark.parametrize(
    ("sent", "shown"), [("00.1239Z", "00.123Z"), ("00.000999Z", "00Z"), ("00.120Z", "00.120Z")]
)
def test_times_are_kept_to_the_millisecond(
    sandbox: Sandbox, kos: Call, kos_body: Body, sent: str, shown: str
) -> None:
    kos(V1, kos_body("v1", SAMPLE, **TIMES | {"startDateTime": f"2030-01-07T01:00:{sent}"}))
    assert reservation(sandbox)["startDateTime"] == f"2030-01-07T01:00:{shown}"


def test_times_that_differ_by_less_than_a_millisecond_are_the_same(
    kos_refused: Refusal, kos_body: Body
) -> None:
    times = {"startDateTime": "2030-01-07T01:00:00.0001Z", "endDateTime": "2030-01-07T01:00:00.0009Z"}
    assert kos_refused(V1, kos_body("v1", SAMPLE, **times))[1] == [("endDateTime", "InvalidTimeRange")]


def test_v1_may_not_move_a_visitor_into_another_reservation_of_the_same_one(
    sandbox: Sandbox, kos_refused: Refusal, kos_body: Body
) -> None:
    other = reservation(sandbox, RIGHT_AFTER_BARE)
    body = kos_body("v1", BARE, startDateTime=other["startDateTime"], endDateTime=other["endDateTime"])
    assert kos_refused(V1, body) == (REQUEST, [("startDateTime", "NotAvailable")])


def test_v1_may_move_a_visitor_where_a_reservation_was_cancelled(
    sandbox: Sandbox, kos: Call, kos_body: Body
) -> None:
    kos(CANCEL, {"scheduleId": RIGHT_AFTER_BARE, "reason": "CANCELED"})
    other = reservation(sandbox, RIGHT_AFTER_BARE)
    body = kos_body("v1", BARE, startDateTime=other["startDateTime"], endDateTime=other["endDateTime"])
    assert kos(V1, body).status_code == 200


def test_v1_may_move_a_cancelled_reservation_anywhere(sandbox: Sandbox, kos: Call, kos_body: Body) -> None:
    kos(CANCEL, {"scheduleId": BARE, "reason": "CANCELED"})
    sandbox.switch("kos", not_reserved="allow")
    other = reservation(sandbox, RIGHT_AFTER_BARE)
    body = kos_body("v1", BARE, startDateTime=other["startDateTime"], endDateTime=other["endDateTime"])
    assert kos(V1, body).status_code == 200


def test_v1_may_move_a_visitor_right_before_another_reservation(kos: Call, kos_body: Body) -> None:
    assert kos(V1, kos_body("v1", BARE)).status_code == 200


def test_v1_may_overfill_a_slot(sandbox: Sandbox, kos: Call, kos_body: Body) -> None:
    other = reservation(sandbox, BARE)
    body = kos_body("v1", SAMPLE, startDateTime=other["startDateTime"], endDateTime=other["endDateTime"])
    assert kos(V1, body).status_code == 200


def test_v1_receives_the_visitor_in_the_zone_that_it_was_sent(
    sandbox: Sandbox, kos: Call, kos_body: Body
) -> None:
    kos(V1, kos_body("v1", AT_FRONT_DESK, zoneId=ROOM_2))
    assert sandbox.booking("kos", AT_FRONT_DESK)["receptionZoneId"] == ROOM_2


@pytest.mark.parametrize(
    ("otherwise", "wrong"),
    [
        ({"zoneId": None, "startDateTime": "soon"}, ("zoneId", "Required")),
        ({"startDateTime": "soon", "scheduleId": NOBODY}, ("startDateTime", "NotAvailable")),
        ({"scheduleId": NOBODY, "zoneId": NOBODY}, ("scheduleId", "NotFound")),
        ({"reservationGroupId": NOBODY, "zoneId": NOBODY}, ("reservationGroupId", "NotFound")),
        ({"scheduleId": COMPLETED, "zoneId": NOBODY}, ("zoneId", "NotFound")),
    ],
)
def test_rule_17_what_is_checked_first_is_what_is_refused(
    kos_refused: Refusal, kos_body: Body, otherwise: dict[str, Any], wrong: tuple[str, str]
) -> None:
    assert kos_refused(V1, kos_body("v1", SAMPLE) | otherwise)[1] == [wrong]
