"""docs/vendors/zoho.md, "Simulator rules" 32 and 34 to 36: the calls that only read."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "1596693672887000001"
ROOM, OTHER_ROOM, APPROVAL_ROOM = "1605702686149000001", "1605702686149000002", "1605702686149000003"
BRANCH, BUILDING, FLOOR = "1604000000000000011", "1604000000000000012", "1604000000000000013"
EVER = {"start_date": "01/01/2020", "end_date": "12/31/2090"}
Call = Callable[..., httpx.Response]


def slashed(moment: datetime) -> str:
    return f"{moment:%m/%d/%Y}"


@pytest.fixture
def day(sandbox: Sandbox) -> datetime:
    """Give the day of the sample booking."""
    return datetime.strptime(sandbox.booking("zoho", SAMPLE)["start_date"], "%Y%m%d").replace(tzinfo=UTC)


@pytest.fixture
def auto_gen_name(zoho: Call) -> str:
    """Give the name of the sample's room that its free/busy call wants."""
    name: str = zoho("GET", f"/resources/{ROOM}", params={"isCurTime": "false"}).json()["auto_gen_name"]
    return name


def test_rule_32_get_gives_the_booking_bare(sandbox: Sandbox, zoho: Call) -> None:
    answer = zoho("GET", f"/bookings/{SAMPLE}")
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    stored = sandbox.booking("zoho", SAMPLE)
    del stored["repeat"], stored["exceptions"]
    assert (answer.status_code, answer.json()) == (200, stored)


def test_rule_32_a_booking_without_groups_has_no_member_for_them(zoho: Call) -> None:
    assert "group_attendees" not in zoho("GET", "/bookings/1598000000000000001").json()


@pytest.mark.parametrize(
    ("as_user", "role", "is_own", "is_member"),
    [
        ("refresh", "organizer", True, True),
        ("viewer", "attendee", False, True),
        ("admin", "viewer", False, False),
    ],
)
def test_rule_32_a_booking_says_what_it_is_to_the_caller(
    zoho: Call, as_user: str, role: str, is_own: bool, is_member: bool
) -> None:
    booking = zoho("GET", f"/bookings/{SAMPLE}", as_user=as_user).json()
    assert (booking["role"], booking["is_own_booking"], booking["is_member"]) == (role, is_own, is_member)


@pytest.mark.parametrize("missing", ["startDate", "branch_id", "resource_id"])
def test_rule_34_the_list_of_a_room_needs_a_date_a_branch_and_a_room(
    zoho: Call, day: datetime, missing: str
) -> None:
    query = {"startDate": slashed(day), "branch_id": BRANCH, "resource_id": ROOM}
    del query[missing]
    answer = zoho("GET", "/bookings", params=query)
    assert (answer.status_code, answer.json()["error_message"]) == (400, missing)


@pytest.mark.parametrize("quote", ["", '"'])
def test_rule_34_values_may_stand_in_double_quotes(zoho: Call, day: datetime, quote: str) -> None:
    query = {"startDate": slashed(day), "branch_id": BRANCH, "resource_id": ROOM}
    quoted = {name: f"{quote}{value}{quote}" for name, value in query.items()}
    body = zoho("GET", "/bookings", params=quoted).json()
    assert body[ROOM].keys() == {f"{day:%Y%m%d}"}
    assert body["BOOK_CNT_OBJ"] == {f"{day:%Y%m%d}_{day:%Y%m%d}_{ROOM}": 3}


def test_rule_34_the_list_keeps_to_its_dates(zoho: Call, day: datetime) -> None:
    query = {"branch_id": BRANCH, "resource_id": ROOM}
    after = {"startDate": slashed(day + timedelta(days=1)), "endDate": slashed(day + timedelta(days=30))}
    assert zoho("GET", "/bookings", params=query | after).json()[ROOM] == {}


@pytest.mark.parametrize(
    ("otherwise", "field"),
    [
        ({"startDate": "2026-07-01"}, "startDate"),
        ({"startDate": "31/01/2026"}, "startDate"),
        ({"resource_id": "42"}, "resource_id"),
        ({"branch_id": "1604000000000000021"}, "branch_id"),
    ],
)
def test_rule_34_a_query_that_makes_no_sense_is_refused(
    zoho: Call, otherwise: dict[str, str], field: str
) -> None:
    query = {"startDate": "01/31/2026", "branch_id": BRANCH, "resource_id": ROOM} | otherwise
    answer = zoho("GET", "/bookings", params=query)
    assert (answer.status_code, answer.json()["error_message"]) == (400, field)


def test_rule_35_the_rooms_of_my_bookings_are_a_text_that_holds_a_list(zoho: Call) -> None:
    body = zoho("GET", "/bookings/mybookings", params=EVER, as_user="stranger").json()
    assert isinstance(body["resources"], str)
    assert [room["resource_id"] for room in json.loads(body["resources"])] == [OTHER_ROOM]


def test_rule_35_my_bookings_are_those_that_i_booked(zoho: Call) -> None:
    body = zoho("GET", "/bookings/mybookings", params=EVER, as_user="stranger").json()
    ids = [one["booking_id"] for of_day in body["bookings"].values() for one in of_day]
    assert ids == ["1598000000000000005", "1598000000000000006", "1598000000000000007"]


@pytest.mark.parametrize("missing", ["start_date", "end_date"])
def test_rule_35_my_bookings_need_two_dates(zoho: Call, missing: str) -> None:
    query = {name: value for name, value in EVER.items() if name != missing}
    assert zoho("GET", "/bookings/mybookings", params=query).status_code == 400


def test_rule_36_free_busy_shows_when_a_room_is_taken(zoho: Call, day: datetime, auto_gen_name: str) -> None:
    query = {"start_date": slashed(day), "end_date": slashed(day), "timezone": "Asia/Kolkata"}
    body = zoho("GET", f"/resources/{auto_gen_name}/freebusy", params=query).json()
    date = f"{day:%Y%m%d}"
    assert body["range"] == f"{date}_{date}"
    assert body[ROOM][date][0] == {
        "start_date": date,
        "end_date": date,
        "start_time": "0100",
        "end_time": "0130",
        "timezone": "Asia/Kolkata",
        "all_day": False,
    }
    assert len(body[ROOM][date]) == 3


def test_rule_36_free_busy_is_shown_in_the_zone_that_was_asked_for(
    zoho: Call, day: datetime, auto_gen_name: str
) -> None:
    before = day - timedelta(days=1)
    query = {"start_date": slashed(before), "end_date": slashed(before), "timezone": "UTC"}
    busy = zoho("GET", f"/resources/{auto_gen_name}/freebusy", params=query).json()[ROOM]
    assert [one["start_time"] for one in busy[f"{before:%Y%m%d}"]] == ["1930", "2000"]


def test_rule_36_the_room_is_named_by_its_auto_gen_name_and_not_by_its_id(zoho: Call, day: datetime) -> None:
    query = {"start_date": slashed(day), "end_date": slashed(day)}
    assert zoho("GET", f"/resources/{ROOM}/freebusy", params=query).status_code == 404


def test_rule_36_the_range_may_not_exceed_the_configured_months(zoho: Call, auto_gen_name: str) -> None:
    answer = zoho("GET", f"/resources/{auto_gen_name}/freebusy", params=EVER)
    assert answer.json()["errorcode"] == "BOOKING_RANGE_CANNOT_EXCEED_CONFIGURED_MONTHS"


@pytest.mark.parametrize(
    ("start", "end", "is_free"),
    [("01:15 am", "01:20 am", False), ("03:00 am", "04:00 am", True), ("12:00 am", "01:00 am", True)],
)
def test_the_rooms_of_a_branch_say_whether_they_are_free(
    zoho: Call, day: datetime, start: str, end: str, is_free: bool
) -> None:
    when = {"start_date": slashed(day), "end_date": slashed(day), "start_time": start, "end_time": end}
    rooms = zoho("GET", "/resources/freebusy", params={"branch_id": BRANCH} | when).json()
    assert {room["resource_id"]: room["is_available"] for room in rooms} == {
        ROOM: is_free,
        OTHER_ROOM: True,
        APPROVAL_ROOM: True,
    }


@pytest.mark.parametrize("name", ["branchId", "buildingId", "floorId", None])
def test_rooms_can_be_listed_by_branch_building_and_floor_or_all(zoho: Call, name: str | None) -> None:
    ids = {"branchId": BRANCH, "buildingId": BUILDING, "floorId": FLOOR}
    rooms = zoho("GET", "/resources", params={} if name is None else {name: ids[name]}).json()["resources"]
    assert [room["resource_id"] for room in rooms] == [ROOM, OTHER_ROOM, APPROVAL_ROOM]


def test_a_branch_without_rooms_has_none(zoho: Call) -> None:
    query = {"branchId": "1604000000000000021"}
    assert zoho("GET", "/resources", params=query).json() == {"resources": []}


def test_a_room_says_whether_its_bookings_need_approval(zoho: Call) -> None:
    rooms = zoho("GET", "/resources").json()["resources"]
    assert [room["resource_approval"] for room in rooms] == [False, False, True]


def test_a_room_with_the_current_time_is_wrapped(sandbox: Sandbox, zoho: Call) -> None:
    sandbox.freeze()
    bare = zoho("GET", f"/resources/{ROOM}", params={"isCurTime": "false"}).json()
    now = f"{datetime.fromtimestamp(sandbox.now(), UTC):%Y%m%d%H%M}"
    wrapped = zoho("GET", f"/resources/{ROOM}", params={"isCurTime": "true"}).json()
    assert wrapped == {"resource": bare, "current_time": now}


def test_a_room_must_be_asked_for_with_or_without_the_time(zoho: Call) -> None:
    assert zoho("GET", f"/resources/{ROOM}").status_code == 400


@pytest.mark.parametrize("path", ["/resources/42?isCurTime=true", "/branches/42"])
def test_an_unknown_room_or_branch_is_not_found(zoho: Call, path: str) -> None:
    assert zoho("GET", path).status_code == 404


def test_branches_are_a_bare_list_and_each_can_be_read(zoho: Call) -> None:
    branches = zoho("GET", "/branches").json()
    assert [one["time_zone"] for one in branches] == ["Asia/Kolkata", "Europe/Berlin", "America/New_York"]
    assert zoho("GET", f"/branches/{BRANCH}").json() == branches[0]


@pytest.mark.parametrize("whose", ["cal2@example.com", "room"])
def test_user_free_busy_gives_the_times_of_a_person_or_a_room_in_utc(
    zoho: Call, day: datetime, auto_gen_name: str, whose: str
) -> None:
    begin = day - timedelta(hours=4, minutes=30)  # 19:30 UTC is 1:00 in India
    window = {"sdate": f"{begin:%Y%m%dT%H%M%S}", "edate": f"{begin + timedelta(minutes=10):%Y%m%dT%H%M%S}"}
    email = f"{auto_gen_name}@example.com" if whose == "room" else whose
    busy: dict[str, Any] = zoho("GET", "/calendars/freebusy", params={"uemail": email} | window).json()
    end = begin + timedelta(minutes=30)
    assert busy == {
        "freebusy": [{"startTime": f"{begin:%Y%m%dT%H%M%SZ}", "endTime": f"{end:%Y%m%dT%H%M%SZ}"}]
    }


def test_user_free_busy_knows_nobody_elses_times(zoho: Call) -> None:
    query = {"uemail": "nobody@example.com", "sdate": "20260701T000000", "edate": "20260702T000000"}
    assert zoho("GET", "/calendars/freebusy", params=query).status_code == 400
