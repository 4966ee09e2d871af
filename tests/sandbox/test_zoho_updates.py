"""docs/vendors/zoho.md, "Simulator rules" 9 to 21: what an update answers, takes and leaves."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "1596693672887000001"
TWO_ROOMS = "1598000000000000009"
ROOM, OTHER_ROOM = "1605702686149000001", "1605702686149000002"
CAL5 = {"email": "cal5@example.com", "zid": "61298182"}
CAL3 = {"email": "cal3@example.com", "zid": 61130359}
THE_SAMPLES_REQUEST = {
    "title": "Booking edit",
    "description": "Attendee booking edit",
    "isprivate": False,
    "dateandtime": {"start": "20211119T010000", "end": "20211119T013000", "timezone": "Asia/Kolkata"},
    "resources": [{"resource_id": ROOM, "type": 0}],
    "attendees": [CAL5, CAL3 | {"permission": 1, "deleted": True}],
    "group_attendees": [
        {"zid": "62219540", "permission": 1},
        {"zid": "61178943", "permission": 1, "deleted": True},
    ],
    "is_rel_event": False,
    "uid": "ZRB_0e4d7d8f9fa04cadbe5001dd0c721c2b@zoho.com",
    "notify_attendee": 1,
}
MEMBERS = {
    *("booking_id", "uid", "title", "description", "desc", "dateandtime", "timezone", "start_date"),
    *("end_date", "start_time", "end_time", "start", "end", "all_day", "isprivate", "is_repeat", "is_member"),
    *("is_own_booking", "is_rel_event", "booking_approved", "role", "booked_by", "created_by"),
    *("bookedby_email", "resources", "attendees", "users"),
}
Call = Callable[..., httpx.Response]


def stored(sandbox: Sandbox, booking_id: str = SAMPLE) -> dict[str, Any]:
    return sandbox.booking("zoho", booking_id)


def outcome(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()


def at(day: str, start: str, end: str, zone: str = "Asia/Kolkata") -> dict[str, Any]:
    return {"dateandtime": {"start": f"{day}T{start}00", "end": f"{day}T{end}00", "timezone": zone}}


def emails(record: dict[str, Any]) -> set[str]:
    return {one["email"] for one in record["attendees"]}


# What an update answers


def test_rule_9_an_update_answers_with_the_booking_under_its_date_and_a_count(zoho: Call) -> None:
    answer = zoho("POST", f"/bookings/{SAMPLE}", booking=THE_SAMPLES_REQUEST)
    assert answer.status_code == 200
    body = answer.json()
    assert body.keys() == {"20211119", "booking_count_json", "start_date"}
    assert body["start_date"] == "20211119"
    assert body["booking_count_json"] == {f"20211119_20211119_{ROOM}": 1}
    assert body["20211119"]["booking_id"] == SAMPLE


def test_rule_9_the_booking_inside_has_every_documented_member(zoho: Call) -> None:
    booking = zoho("POST", f"/bookings/{SAMPLE}", booking=THE_SAMPLES_REQUEST).json()["20211119"]
    assert booking.keys() == MEMBERS | {"group_attendees"}


def test_rule_9_the_vendors_own_request_is_answered_as_in_its_sample(zoho: Call) -> None:
    booking = zoho("POST", f"/bookings/{SAMPLE}", booking=THE_SAMPLES_REQUEST).json()["20211119"]
    people = [
        {
            "zid": 61130357,
            "permission": 1,
            "type": 0,
            "notify_status": 0,
            "email": "cal2@example.com",
        },
        {
            "zid": 61298182,
            "permission": 1,
            "type": 0,
            "notify_status": 1,
            "email": "cal5@example.com",
        },
    ]
    organizer = {"zid": 61130355, "type": 0, "email": "cal1@example.com"}
    group = {"zid": 62219540, "permission": 1, "type": 1, "notify_status": 1, "email": "v399"}
    assert booking == {
        "title": "Booking edit",
        "description": "Attendee booking edit",
        "desc": "Attendee booking edit",
        "dateandtime": THE_SAMPLES_REQUEST["dateandtime"],
        "timezone": "Asia/Kolkata",
        "start_date": "20211119",
        "end_date": "20211119",
        "start_time": "0100",
        "end_time": "0130",
        "start": 1637263800000,
        "end": 1637265600000,
        "all_day": False,
        "isprivate": False,
        "is_repeat": False,
        "is_member": True,
        "is_own_booking": True,
        "is_rel_event": False,
        "booking_approved": True,
        "role": "organizer",
        "booking_id": SAMPLE,
        "uid": "ZRB_0e4d7d8f9fa04cadbe5001dd0c721c2b@zoho.com",
        "booked_by": "61130355",
        "created_by": "61130355",
        "bookedby_email": "cal1@example.com",
        "resources": [{"count": 0, "resource_id": ROOM, "type": 0}],
        "attendees": people,
        "group_attendees": [group],
        "users": [organizer, *people],
    }


def test_rule_9_two_rooms_are_counted_each(zoho_update: Call) -> None:
    body = zoho_update(TWO_ROOMS, {}).json()
    day = body["start_date"]
    assert body["booking_count_json"] == {f"{day}_{day}_{room}": 1 for room in (ROOM, OTHER_ROOM)}


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Europe/Berlin", "America/New_York", "UTC"])
def test_rule_10_start_and_end_are_the_local_times_in_the_zone_as_epoch_milliseconds(
    zoho_update: Call, zone: str
) -> None:
    booking = zoho_update(SAMPLE, at("20200701", "0915", "2345", zone)).json()["20200701"]
    moment = datetime(2020, 7, 1, 9, 15, tzinfo=ZoneInfo(zone))
    assert booking["start"] == moment.timestamp() * 1000
    assert (booking["start_time"], booking["end_time"]) == ("0915", "2345")


def test_rule_10_desc_is_the_description(sandbox: Sandbox, zoho_update: Call) -> None:
    zoho_update(SAMPLE, {"description": "café & co. #1 + 日本語"})
    assert stored(sandbox)["desc"] == stored(sandbox)["description"] == "café & co. #1 + 日本語"


# How bookingData travels


def test_rule_11_booking_data_may_come_as_a_form(sandbox: Sandbox, zoho: Call) -> None:
    form = {"bookingData": json.dumps(THE_SAMPLES_REQUEST)}
    assert zoho("POST", f"/bookings/{SAMPLE}", data=form).status_code == 200
    assert stored(sandbox)["title"] == "Booking edit"


def test_rule_11_booking_data_as_json_is_not_seen(sandbox: Sandbox, zoho: Call) -> None:
    before = stored(sandbox)
    answer = zoho("POST", f"/bookings/{SAMPLE}", json={"bookingData": THE_SAMPLES_REQUEST})
    assert (answer.status_code, answer.json()["errorcode"]) == (400, "LESS_THAN_MIN_OCCURANCE")
    assert stored(sandbox) == before


@pytest.mark.parametrize("name", ["bookingdata", "BookingData"])
def test_rule_12_a_parameter_of_another_name_is_refused(zoho: Call, name: str) -> None:
    answer = zoho("POST", f"/bookings/{SAMPLE}", params={name: json.dumps(THE_SAMPLES_REQUEST)})
    assert (answer.status_code, answer.json()["errorcode"]) == (400, "EXTRA_PARAM_FOUND")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_rule_13_put_and_patch_are_refused_and_change_nothing(
    sandbox: Sandbox, zoho: Call, method: str
) -> None:
    before = stored(sandbox)
    answer = zoho(method, f"/bookings/{SAMPLE}", booking=THE_SAMPLES_REQUEST)
    assert (answer.status_code, answer.json()["errorcode"]) == (405, "METHOD_NOT_ALLOWED")
    assert stored(sandbox) == before


def test_a_url_that_is_too_long_gets_a_gateways_page_and_the_same_as_a_form_does_not(zoho: Call) -> None:
    data = json.dumps(THE_SAMPLES_REQUEST | {"description": "x" * 8192})
    too_long = zoho("POST", f"/bookings/{SAMPLE}", params={"bookingData": data})
    assert (too_long.status_code, too_long.headers["Content-Type"]) == (414, "text/html")
    assert zoho("POST", f"/bookings/{SAMPLE}", data={"bookingData": data}).status_code == 200


# What is refused


@pytest.mark.parametrize("missing", ["title", "dateandtime", "resources"])
def test_rule_14_title_time_and_rooms_are_needed_every_time(
    sandbox: Sandbox, zoho: Call, missing: str
) -> None:
    before = stored(sandbox)
    body = {name: value for name, value in THE_SAMPLES_REQUEST.items() if name != missing}
    answer = zoho("POST", f"/bookings/{SAMPLE}", booking=body)
    failure = {"error_message": missing, "errorcode": "INVALID_DATA", "status": "failure"}
    assert outcome(answer) == (400, failure)
    assert stored(sandbox) == before


@pytest.mark.parametrize(
    ("odd", "by"),
    [
        ('{"title": "\\ud800", %s', "form"),
        ('{"mood": "\\udfff", %s', "query"),
        ('{"title": NaN, %s', "query"),
        ('{"mood": -Infinity, %s', "form"),
        ('{"mood": ' + "[" * 3000 + "]" * 3000 + ", %s", "form"),
        ('{"mood": ' + "[" * 100_000 + "]" * 100_000 + ", %s", "form"),
        ("[" * 100_000, "form"),
        ("{%s", "query"),
    ],
    ids=["half a title", "half a member", "NaN", "infinity", "deep", "very deep", "open", "cut"],
)
def test_json_that_could_not_be_shown_again_is_refused_and_nothing_is_stored(
    sandbox: Sandbox, zoho: Call, odd: str, by: str
) -> None:
    before = stored(sandbox)
    rest = json.dumps({name: value for name, value in THE_SAMPLES_REQUEST.items() if name != "title"})[1:]
    data = odd.replace("%s", rest) if odd != "{%s" else "{" + rest[:-1]
    options: dict[str, Any] = {"params" if by == "query" else "data": {"bookingData": data}}
    answer = zoho("POST", f"/bookings/{SAMPLE}", **options)
    failure = {"error_message": "bookingData", "errorcode": "INVALID_DATA", "status": "failure"}
    assert outcome(answer) == (400, failure)
    assert stored(sandbox) == before
    assert sandbox.requests("zoho")[-1]["status"] == 400


@pytest.mark.parametrize("missing", ["start", "end", "timezone"])
def test_rule_14_a_time_needs_start_end_and_zone(zoho: Call, missing: str) -> None:
    times = {"start": "20300101T090000", "end": "20300101T100000", "timezone": "UTC"}
    del times[missing]
    answer = zoho("POST", f"/bookings/{SAMPLE}", booking=THE_SAMPLES_REQUEST | {"dateandtime": times})
    assert (answer.status_code, answer.json()["error_message"]) == (400, f"dateandtime.{missing}")


@pytest.mark.parametrize(
    "start", ["20211119T003000Z", "20211119T003000+0530", "2021-11-19T00:30:00", "20211132T003000", 20211119]
)
def test_rule_15_a_time_with_a_zone_or_dashes_is_refused(zoho: Call, start: Any) -> None:
    times = {"start": start, "end": "20211119T013000", "timezone": "Asia/Kolkata"}
    answer = zoho("POST", f"/bookings/{SAMPLE}", booking=THE_SAMPLES_REQUEST | {"dateandtime": times})
    assert (answer.status_code, answer.json()["error_message"]) == (400, "dateandtime.start")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (at("20211119", "0130", "0130"), "dateandtime.end"),
        (at("20211119", "0130", "0100"), "dateandtime.end"),
        (at("20211119", "0100", "0130", "Mars/Olympus"), "dateandtime.timezone"),
        ({"dateandtime": "20211119"}, "dateandtime"),
        ({"title": " "}, "title"),
        ({"title": 5}, "title"),
        ({"resources": []}, "resources"),
        ({"resources": [{"resource_id": ROOM, "type": 1}]}, "resources.type"),
        ({"resources": [{"resource_id": ROOM}]}, "resources.type"),
        ({"resources": [{"resource_id": "42", "type": 0}]}, "resources.resource_id"),
        ({"resources": [{"resource_id": ROOM, "type": 0, "count": "1"}]}, "resources.count"),
        ({"attendees": [CAL5 | {"permission": 4}]}, "attendees.permission"),
        ({"attendees": [CAL5 | {"permission": "1"}]}, "attendees.permission"),
        ({"attendees": [{"email": "cal5@example.com"}]}, "attendees.zid"),
        ({"attendees": [{"zid": 61298182}]}, "attendees.email"),
        ({"attendees": [CAL5 | {"deleted": "yes"}]}, "attendees.deleted"),
        ({"attendees": {"set": []}}, "attendees"),
        ({"group_attendees": [{"permission": 1}]}, "group_attendees.zid"),
        ({"isprivate": "yes"}, "isprivate"),
        ({"description": 5}, "description"),
        ({"notify_attendee": 3}, "notify_attendee"),
        ({"notify_attendee": True}, "notify_attendee"),
        ({"recurrence_edittype": "this"}, "recurrence_edittype"),
    ],
)
def test_rule_16_a_value_that_makes_no_sense_is_refused_and_nothing_is_stored(
    sandbox: Sandbox, zoho: Call, changes: dict[str, Any], field: str
) -> None:
    before = stored(sandbox)
    answer = zoho("POST", f"/bookings/{SAMPLE}", booking=THE_SAMPLES_REQUEST | changes)
    failure = {"error_message": field, "errorcode": "INVALID_DATA", "status": "failure"}
    assert outcome(answer) == (400, failure)
    assert stored(sandbox) == before


@pytest.mark.parametrize("data", ["{", "[]", "null", ""])
def test_rule_16_booking_data_must_be_a_json_object(zoho: Call, data: str) -> None:
    answer = zoho("POST", f"/bookings/{SAMPLE}", params={"bookingData": data})
    assert (answer.status_code, answer.json()["error_message"]) == (400, "bookingData")


# Fields that an update leaves out, and people


def test_rule_17_a_new_person_joins_those_who_are_there(sandbox: Sandbox, zoho_update: Call) -> None:
    zoho_update(SAMPLE, {"attendees": [CAL5]})
    assert emails(stored(sandbox)) == {"cal2@example.com", "cal3@example.com", "cal5@example.com"}


def test_rule_18_the_deleted_go_the_new_come_and_the_others_stay(sandbox: Sandbox, zoho: Call) -> None:
    zoho("POST", f"/bookings/{SAMPLE}", booking=THE_SAMPLES_REQUEST)
    after = stored(sandbox)
    assert [(one["email"], one["permission"], one["notify_status"]) for one in after["attendees"]] == [
        ("cal2@example.com", 1, 0),
        ("cal5@example.com", 1, 1),
    ]
    assert [one["zid"] for one in after["group_attendees"]] == [62219540]


@pytest.mark.parametrize(("notify", "status"), [(0, 0), (1, 1), (2, 1)])
def test_rule_18_the_notify_status_of_those_who_are_named_says_whether_anybody_was_told(
    sandbox: Sandbox, zoho_update: Call, notify: int, status: int
) -> None:
    zoho_update(SAMPLE, {"attendees": [CAL5], "notify_attendee": notify})
    assert [one["notify_status"] for one in stored(sandbox)["attendees"]] == [0, 0, status]


def test_rule_19_to_delete_somebody_who_is_not_there_changes_nothing(
    sandbox: Sandbox, zoho_update: Call
) -> None:
    before = stored(sandbox)
    assert zoho_update(SAMPLE, {"attendees": [CAL5 | {"deleted": True}]}).status_code == 200
    assert stored(sandbox) == before


def test_rule_20_without_a_permission_it_is_1_and_the_id_is_shown_as_a_number(
    sandbox: Sandbox, zoho_update: Call
) -> None:
    zoho_update(SAMPLE, {"attendees": [CAL5]})
    person = stored(sandbox)["attendees"][-1]
    assert (person["permission"], person["zid"]) == (1, 61298182)


@pytest.mark.parametrize("changes", [{}, {"description": None, "isprivate": None, "attendees": None}])
def test_rule_21_what_is_left_out_or_null_stays(
    sandbox: Sandbox, zoho_update: Call, changes: dict[str, Any]
) -> None:
    zoho_update(SAMPLE, {"isprivate": True})
    before = stored(sandbox)
    zoho_update(SAMPLE, changes)
    assert stored(sandbox) == before


def test_rule_21_an_empty_description_empties_it(sandbox: Sandbox, zoho_update: Call) -> None:
    zoho_update(SAMPLE, {"description": ""})
    assert stored(sandbox)["description"] == ""


def test_rule_21_with_the_switch_what_is_left_out_is_reset(sandbox: Sandbox, zoho_update: Call) -> None:
    zoho_update(SAMPLE, {"isprivate": True})
    sandbox.switch("zoho", omitted_fields="reset")
    zoho_update(SAMPLE, {"description": None})
    after = stored(sandbox)
    assert (after["description"], after["isprivate"]) == ("", False)


def test_rule_16_a_booking_that_lies_in_the_hour_that_is_skipped_has_no_length(zoho_update: Call) -> None:
    answer = zoho_update(SAMPLE, at("20200329", "0230", "0300", "Europe/Berlin"))
    assert answer.json()["error_message"] == "dateandtime.end"
