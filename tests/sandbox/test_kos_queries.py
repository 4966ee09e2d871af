"""docs/vendors/kos.md, "Simulator rules" 20 to 24: the queries."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "66a000000000000000000001"
BARE = "66a000000000000000000002"
SEVERAL = "66b000000000000000000001"
NOBODY = "66f000000000000000000099"
DERMATOLOGY, LASER = "65f000000000000000000001", "65f000000000000000000002"
ROOM_1, ROOM_2 = "65e000000000000000000001", "65e000000000000000000002"
LASER_OPTION = "65d000000000000000000002"
DETAIL = "v1/queries/get-schedule-detail"
BY_SCHEDULE_V1 = "v1/queries/get-reservation-slots-by-schedule-id"
BY_SCHEDULE_V2 = "v2/queries/get-reservation-slots-by-schedule-id"
BY_GROUP = "v1/queries/get-reservation-slots-by-group"
BY_GROUPS = "v2/queries/get-reservation-slots-by-groups"
BY_PRODUCT = "v1/queries/get-reservation-slots-by-product"
COMMAND, REQUEST = "InvalidCommandException", "InvalidRequestException"
MONDAY = {"startDateTimeUtc": "2030-01-07T00:00:00Z", "endDateTimeUtc": "2030-01-07T15:00:00Z"}
Call = Callable[..., httpx.Response]
Body = Callable[..., dict[str, Any]]
Refusal = Callable[..., tuple[str, list[tuple[str, str]]]]


def day_of(sandbox: Sandbox, schedule_id: str) -> dict[str, str]:
    """Give the range of the whole day, in Seoul, on which a schedule is."""
    start = datetime.fromisoformat(sandbox.booking("kos", schedule_id)["reservation"]["startDateTime"])
    midnight = (start + timedelta(hours=9)).replace(hour=0, minute=0) - timedelta(hours=9)
    both = {"startDateTimeUtc": midnight, "endDateTimeUtc": midnight + timedelta(days=1)}
    return {name: moment.isoformat().replace("+00:00", "Z") for name, moment in both.items()}


def counts(answer: httpx.Response, zone_id: str = ROOM_1) -> dict[str, int]:
    """Give how many reservations a zone has in each slot, by the slot's beginning."""
    return {
        slot["startDateTimeUtc"]: slot["reservationCount"]
        for slot in answer.json()["data"]
        if slot["zone"]["id"] == zone_id
    }


@pytest.mark.parametrize("schedule_id", [None, ..., "", "nothing", "66A000000000000000000001", 7])
def test_rule_20_a_missing_or_malformed_schedule_is_not_available(
    kos_refused: Refusal, schedule_id: Any
) -> None:
    body = MONDAY | ({} if schedule_id is ... else {"scheduleId": schedule_id})
    assert kos_refused(BY_SCHEDULE_V1, body) == (COMMAND, [("scheduleId", "NotAvailable")])


@pytest.mark.parametrize("member", ["startDateTimeUtc", "endDateTimeUtc"])
@pytest.mark.parametrize("value", [None, ..., "2030-01-07", "soon", 7])
def test_rule_20_a_missing_or_malformed_time_is_not_available(
    kos_refused: Refusal, member: str, value: Any
) -> None:
    body = {"scheduleId": SAMPLE} | MONDAY | {member: value}
    sent = {name: value for name, value in body.items() if value is not ...}
    assert kos_refused(BY_SCHEDULE_V1, sent) == (COMMAND, [(member, "NotAvailable")])


@pytest.mark.parametrize("query", [BY_SCHEDULE_V1, BY_SCHEDULE_V2])
def test_the_slots_of_an_unknown_schedule_are_not_found(kos_refused: Refusal, query: str) -> None:
    assert kos_refused(query, {"scheduleId": NOBODY} | MONDAY) == (REQUEST, [("scheduleId", "NotFound")])


def test_rule_21_an_end_before_the_start_is_an_invalid_range(kos_refused: Refusal) -> None:
    turned = dict(zip(MONDAY, reversed(MONDAY.values()), strict=True))
    answer = kos_refused(BY_GROUPS, {"reservationGroupIds": [LASER]} | turned)
    assert answer == (COMMAND, [("endDateTimeUtc", "InvalidTimeRange")])


@pytest.mark.parametrize("ids", [[], None])
def test_rule_21_without_groups_they_are_required(kos_refused: Refusal, ids: Any) -> None:
    answer = kos_refused(BY_GROUPS, {"reservationGroupIds": ids} | MONDAY)
    assert answer == (REQUEST, [("reservationGroupIds", "Required")])


def test_slots_by_groups_need_times(kos_refused: Refusal) -> None:
    wrong = [("startDateTimeUtc", "NotAvailable"), ("endDateTimeUtc", "NotAvailable")]
    assert kos_refused(BY_GROUPS, {"reservationGroupIds": [LASER]}) == (REQUEST, wrong)


def test_slots_by_groups_leave_out_groups_that_do_not_exist(kos: Call) -> None:
    slots = kos(BY_GROUPS, {"reservationGroupIds": [LASER, NOBODY, DERMATOLOGY]} | MONDAY).json()["data"]
    assert {slot["reservationGroupId"] for slot in slots} == {LASER, DERMATOLOGY}


DAY = {"startDate": "2030-01-07T00:00:00Z", "endDate": "2030-01-07T00:00:00Z", "timezone": "Asia/Seoul"}


def test_rule_22_an_unknown_group_is_a_400_of_the_class_not_found(kos_refused: Refusal) -> None:
    answer = kos_refused(BY_GROUP, {"reservationGroupId": NOBODY} | DAY)
    assert answer == ("NotFoundException", [("id", "NotFound")])


@pytest.mark.parametrize("group", [None, "", "nothing", 7])
def test_a_malformed_group_is_not_available(kos_refused: Refusal, group: Any) -> None:
    assert kos_refused(BY_GROUP, {"reservationGroupId": group} | DAY) == (REQUEST, [("id", "NotAvailable")])


@pytest.mark.parametrize("member", ["timezone", "startDate", "endDate"])
@pytest.mark.parametrize("value", [None, "Mars/Olympus", 7])
def test_slots_by_group_need_two_dates_and_a_time_zone(kos_refused: Refusal, member: str, value: Any) -> None:
    answer = kos_refused(BY_GROUP, {"reservationGroupId": LASER} | DAY | {member: value})
    assert answer == (REQUEST, [(member, "NotAvailable")])


def test_slots_by_group_are_those_of_whole_days_in_the_time_zone(kos: Call) -> None:
    days = {"startDate": "2030-01-07T15:00:00Z", "endDate": "2030-01-08T16:00:00Z"}  # 8th and 9th in Seoul
    found = counts(kos(BY_GROUP, {"reservationGroupId": DERMATOLOGY} | DAY | days))
    assert min(found) == "2030-01-08T00:00:00Z"
    assert max(found) == "2030-01-09T08:30:00Z"
    assert len(found) == 2 * 16


def test_slots_by_product_are_those_of_the_groups_that_carry_it_out(kos: Call) -> None:
    asked = {"requestedProductOptionIds": [LASER_OPTION], "requestedProductOptionIdsOfPromotion": []}
    within = {"startDateUtc": "2030-01-07T00:00:00Z", "endDateUtc": "2030-01-08T00:00:00Z"}
    slots = kos(BY_PRODUCT, asked | within).json()["data"]
    assert {slot["reservationGroupId"] for slot in slots} == {LASER}


@pytest.mark.parametrize(
    ("otherwise", "wrong"),
    [
        ({"requestedProductOptionIds": None}, ("requestedProductOptionIds", "Required")),
        ({"requestedProductOptionIds": "x"}, ("requestedProductOptionIds", "NotAvailable")),
        (
            {"requestedProductOptionIdsOfPromotion": None},
            ("requestedProductOptionIdsOfPromotion", "Required"),
        ),
        ({"startDateUtc": "soon"}, ("startDateUtc", "NotAvailable")),
        ({"endDateUtc": "soon"}, ("endDateUtc", "NotAvailable")),
        ({"endDateUtc": "2030-01-06T00:00:00Z"}, ("endDateUtc", "InvalidTimeRange")),
    ],
)
def test_slots_by_product_need_two_lists_and_a_range(
    kos_refused: Refusal, otherwise: dict[str, Any], wrong: tuple[str, str]
) -> None:
    body = {
        "requestedProductOptionIds": [],
        "requestedProductOptionIdsOfPromotion": [],
        "startDateUtc": "2030-01-07T00:00:00Z",
        "endDateUtc": "2030-01-08T00:00:00Z",
    }
    assert kos_refused(BY_PRODUCT, body | otherwise) == (REQUEST, [wrong])


NEEDED = {
    "id",
    "visitor",
    "flowStep",
    "reservation",
    "createdDateTimeUtc",
    "tasks",
    "purchaseIds",
    "prescriptionIds",
    "etceteraWorks",
    "occupiedResources",
}


@pytest.mark.parametrize("schedule_id", [SAMPLE, BARE, SEVERAL])
def test_rule_23_a_schedule_has_its_ten_members_empty_lists_included(kos: Call, schedule_id: str) -> None:
    assert kos(DETAIL, {"scheduleId": schedule_id}).json()["data"].keys() == NEEDED


def test_rule_23_optional_members_that_are_unset_are_left_out(kos: Call) -> None:
    data = kos(DETAIL, {"scheduleId": BARE}).json()["data"]
    assert data["reservation"].keys() == {
        "reservationGroupId",
        "startDateTime",
        "endDateTime",
        "zoneId",
        "status",
        "requestedProcedures",
    }
    assert data["visitor"].keys() == {"id", "name", "chartNumber"}


@pytest.mark.parametrize(
    ("schedule_id", "reason"),
    [(None, "Required"), (NOBODY, "NotFound"), ("nothing", "NotFound"), (7, "NotFound")],
)
def test_a_schedule_that_is_not_there_is_a_400(kos_refused: Refusal, schedule_id: Any, reason: str) -> None:
    assert kos_refused(DETAIL, {"scheduleId": schedule_id}) == (REQUEST, [("scheduleId", reason)])


def counts_changed(sandbox: Sandbox, kos: Call, operation: str, body: dict[str, Any]) -> dict[str, int]:
    """Give by how much a call changed the counts on the day of the sample, by the slot's time in UTC."""
    query = {"scheduleId": SAMPLE} | day_of(sandbox, SAMPLE)
    before = counts(kos(BY_SCHEDULE_V1, query))
    assert kos(operation, body).status_code == 200
    after = counts(kos(BY_SCHEDULE_V1, query))
    return {at[11:16]: after[at] - before[at] for at in before if after[at] != before[at]}


def test_rule_24_v1_takes_the_count_of_the_old_slot_down_and_that_of_the_new_one_up(
    sandbox: Sandbox, kos: Call, kos_body: Body
) -> None:
    [resource] = sandbox.booking("kos", SAMPLE)["occupiedResources"]
    body = kos_body(
        "v1",
        SAMPLE,
        startDateTime=resource["startDateTimeUtc"].replace("T01", "T05"),
        endDateTime=resource["endDateTimeUtc"].replace("T01", "T05"),
    )
    changed = counts_changed(sandbox, kos, "v1/commands/update-reservation", body)
    assert changed == {"01:00": -1, "05:00": 1}


def test_rule_24_v2_takes_the_count_of_the_old_slot_down_and_that_of_the_new_one_up(
    sandbox: Sandbox, kos: Call, kos_body: Body
) -> None:
    [resource] = sandbox.booking("kos", SAMPLE)["occupiedResources"]
    moved = {name: resource[name].replace("T01", "T05") for name in ("startDateTimeUtc", "endDateTimeUtc")}
    body = kos_body("v2", SAMPLE, occupiedResources=[resource | moved])
    changed = counts_changed(sandbox, kos, "v2/commands/update-reservation", body)
    assert changed == {"01:00": -1, "05:00": 1}


def test_a_cancelled_reservation_takes_up_no_slot(sandbox: Sandbox, kos: Call) -> None:
    body = {"scheduleId": SAMPLE, "reason": "NO_SHOW"}
    assert counts_changed(sandbox, kos, "v1/commands/cancel-reservation", body) == {"01:00": -1}


def test_a_slot_is_shown_with_its_six_members(kos: Call) -> None:
    slot = kos(BY_SCHEDULE_V1, {"scheduleId": SAMPLE} | MONDAY).json()["data"][1]
    assert slot == {
        "reservationGroupId": DERMATOLOGY,
        "zone": {"id": ROOM_2, "name": "Room 2"},
        "startDateTimeUtc": "2030-01-07T00:00:00Z",
        "endDateTimeUtc": "2030-01-07T00:30:00Z",
        "capacity": 2,
        "reservationCount": 0,
    }


@pytest.mark.parametrize(
    ("day", "slots"),
    [("2030-01-07", 16), ("2030-01-11", 16), ("2030-01-12", 8), ("2030-01-13", 0)],  # Mon, Fri, Sat, Sun
)
def test_slots_are_those_of_the_opening_hours(kos: Call, day: str, slots: int) -> None:
    within = {"startDateTimeUtc": f"{day}T00:00:00Z", "endDateTimeUtc": f"{day}T15:00:00Z"}
    assert len(counts(kos(BY_SCHEDULE_V1, {"scheduleId": SAMPLE} | within))) == slots


def test_a_slot_lies_within_the_range_as_a_whole(kos: Call) -> None:
    within = {"startDateTimeUtc": "2030-01-07T00:00:01Z", "endDateTimeUtc": "2030-01-07T01:29:59Z"}
    found = counts(kos(BY_SCHEDULE_V1, {"scheduleId": SAMPLE} | within))
    assert list(found) == ["2030-01-07T00:30:00Z"]


def test_slots_reach_a_year_ahead_at_most(kos: Call) -> None:
    within = {"startDateTimeUtc": "2030-01-07T00:00:00Z", "endDateTimeUtc": "2199-12-31T00:00:00Z"}
    found = counts(kos(BY_SCHEDULE_V1, {"scheduleId": SAMPLE} | within))
    assert "2031-01-07" <= max(found) < "2031-01-09"


def test_v2_gives_the_slots_of_each_resource(sandbox: Sandbox, kos: Call) -> None:
    resources = sandbox.booking("kos", SEVERAL)["occupiedResources"]
    data = kos(BY_SCHEDULE_V2, {"scheduleId": SEVERAL} | MONDAY).json()["data"]
    assert [
        (one["occupiedResourceId"], one["reservationGroupId"], one["zoneId"], len(one["slots"]))
        for one in data
    ] == [
        (one["id"], one["reservationGroup"]["reservationGroupId"], one["zoneId"], 2 * 16) for one in resources
    ]


def test_groups_are_those_of_the_hospital_with_their_zones_and_hours(kos: Call) -> None:
    groups = kos("v1/queries/get-reservation-groups", {}).json()["data"]
    assert [group["title"] for group in groups] == ["Dermatology", "Laser treatment", "Recovery"]
    assert groups[0]["intervalCapacities"][1] == {"enabled": True, "intervalCapacity": 2, "zoneId": ROOM_2}
    assert groups[0]["operationTimetable"]["sunday"]["enabled"] is False
    assert groups[0]["operationTimetable"]["friday"]["endTime"] == "18:00"
