"""docs/vendors/onlive.md, "Simulator rules" 11 to 14: times, slots, the length that a service asks for."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
TWO_CALENDARS = "20000000-0000-4000-8000-000000000001"
PENDING = "30000000-0000-4000-8000-000000000001"
SERVICE = "40000000-0000-4000-8000-000000000001"
OPEN_HOUSE = "40000000-0000-4000-8000-000000000002"
BLOCK = "b0000000-0000-4000-8000-000000000001"
CANCELLED = "c0000000-0000-4000-8000-000000000001"
OVER = "d0000000-0000-4000-8000-000000000001"
IN_PROGRESS = "e0000000-0000-4000-8000-000000000001"
BOTH = pytest.mark.parametrize("version", ["v1", "v2"])
START_NAME, END_NAME = {"v1": "start", "v2": "startAt"}, {"v1": "end", "v2": "endAt"}
Call = Callable[..., httpx.Response]
Put = Callable[..., httpx.Response]


def stored(sandbox: Sandbox, appointment_id: str = SAMPLE) -> dict[str, Any]:
    return sandbox.booking("onlive", appointment_id)


def moved(time: str, **by: float) -> str:
    return (datetime.fromisoformat(time) + timedelta(**by)).isoformat()


def outcome(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()


def invalid(name: str, wrong: str) -> tuple[int, dict[str, Any]]:
    errors = [{"field": name, "message": wrong}]
    return 400, {"statusCode": 400, "message": "Invalid input data", "errors": errors}


CONFLICT = (
    409,
    {
        "statusCode": 409,
        "message": "Scheduling conflict",
        "errors": [{"field": "time", "message": "Selected time slot is no longer available"}],
    },
)


@BOTH
@pytest.mark.parametrize("minutes", [0, -5])
def test_rule_11_an_end_that_is_not_after_the_start_is_refused(
    sandbox: Sandbox, onlive_put: Put, version: str, minutes: int
) -> None:
    start = stored(sandbox)["start"]
    body = {START_NAME[version]: start, END_NAME[version]: moved(start, minutes=minutes)}
    assert outcome(onlive_put(body, version=version)) == invalid(
        END_NAME[version], "End time must be after start time"
    )


@BOTH
def test_rule_11_a_start_alone_beyond_the_stored_end_is_refused(
    sandbox: Sandbox, onlive_put: Put, version: str
) -> None:
    before = stored(sandbox)
    answer = onlive_put({START_NAME[version]: moved(before["end"], minutes=1)}, version=version)
    assert outcome(answer) == invalid(END_NAME[version], "End time must be after start time")
    assert stored(sandbox) == before


@BOTH
@pytest.mark.parametrize(
    "time",
    [
        "tomorrow",
        "2030-02-30T10:00:00Z",
        "2030-01-01",
        "2030-01-01T10:00:00",
        "10:00",
        "",
        1893492000,
        [],
        {},
    ],
)
def test_rule_12_a_time_that_is_not_iso_8601_with_an_offset_is_refused(
    sandbox: Sandbox, onlive_put: Put, version: str, time: Any
) -> None:
    before = stored(sandbox)
    name = END_NAME[version]
    answer = onlive_put({name: time, "title": "x"}, version=version)
    assert outcome(answer) == invalid(name, "Must be a valid ISO 8601 date")
    assert stored(sandbox) == before


@BOTH
@pytest.mark.parametrize("appointment_id", [OVER, IN_PROGRESS])
def test_rule_13_an_appointment_that_has_started_cannot_be_changed(
    sandbox: Sandbox, onlive_put: Put, version: str, appointment_id: str
) -> None:
    before = stored(sandbox, appointment_id)
    answer = onlive_put({"title": "x"}, appointment_id, version)
    assert outcome(answer) == invalid(START_NAME[version], "Cannot modify past appointments")
    assert stored(sandbox, appointment_id) == before


def test_rule_13_an_appointment_has_started_at_its_start(sandbox: Sandbox, onlive_put: Put) -> None:
    now = sandbox.freeze()
    sandbox.advance(datetime.fromisoformat(stored(sandbox)["start"]).timestamp() - now - 1)
    assert onlive_put({"title": "x"}).status_code == 200
    sandbox.advance(1)
    assert onlive_put({"title": "x"}).status_code == 400


@BOTH
@pytest.mark.parametrize("occupied", [PENDING, TWO_CALENDARS, SERVICE, BLOCK])
def test_rule_14_a_slot_that_is_taken_is_a_conflict_and_nothing_changes(
    sandbox: Sandbox, onlive_put: Put, version: str, occupied: str
) -> None:
    before, other = stored(sandbox), stored(sandbox, occupied)
    start = moved(other["start"], minutes=29)
    body = {START_NAME[version]: start, END_NAME[version]: moved(start, hours=1), "title": "x"}
    assert outcome(onlive_put(body, version=version)) == CONFLICT
    assert stored(sandbox) == before


def test_rule_14_one_shared_calendar_is_enough(sandbox: Sandbox, onlive_put: Put) -> None:
    other = stored(sandbox)
    answer = onlive_put({"start": other["start"], "end": other["end"]}, TWO_CALENDARS)
    assert outcome(answer) == CONFLICT


def test_rule_14_abutting_appointments_do_not_conflict(sandbox: Sandbox, onlive_put: Put) -> None:
    before, after = stored(sandbox, PENDING), stored(sandbox, SERVICE)
    assert onlive_put({"start": before["end"], "end": after["start"]}).status_code == 200


def test_rule_14_an_appointment_does_not_conflict_with_itself(sandbox: Sandbox, onlive_put: Put) -> None:
    assert onlive_put({"end": moved(stored(sandbox)["end"], minutes=10)}).status_code == 200


def test_rule_14_a_cancelled_appointment_occupies_nothing(sandbox: Sandbox, onlive_put: Put) -> None:
    other = stored(sandbox, CANCELLED)
    assert onlive_put({"start": other["start"], "end": other["end"]}).status_code == 200


def test_rule_14_nor_does_one_that_was_cancelled_with_a_status_of_its_own(
    sandbox: Sandbox, onlive: Call, onlive_put: Put
) -> None:
    other = stored(sandbox, PENDING)
    onlive("POST", f"/v2/appointments/{PENDING}/cancel", json={"status": "no-show"})
    assert onlive_put({"start": other["start"], "end": other["end"]}).status_code == 200


def test_rule_14_a_cancelled_appointment_may_be_moved_anywhere(sandbox: Sandbox, onlive_put: Put) -> None:
    other = stored(sandbox)
    assert onlive_put({"start": other["start"], "end": other["end"]}, CANCELLED).status_code == 200


def test_rule_14_a_cancelled_appointment_comes_back_only_to_a_free_slot(
    sandbox: Sandbox, onlive_put: Put
) -> None:
    other = stored(sandbox, CANCELLED)
    onlive_put({"start": other["start"], "end": other["end"]})
    assert outcome(onlive_put({"state": "confirmed"}, CANCELLED)) == CONFLICT
    onlive_put({"state": "cancelled"})
    assert onlive_put({"state": "confirmed"}, CANCELLED).status_code == 200


def test_rule_14_other_calendars_do_not_matter(sandbox: Sandbox, onlive_put: Put) -> None:
    [other_id] = sandbox.seed("onlive", 1)
    other = stored(sandbox, other_id)
    assert onlive_put({"start": other["start"], "end": other["end"]}).status_code == 200


def test_rule_14_what_was_stored_on_another_calendar_has_left_the_old_one(
    sandbox: Sandbox, onlive_put: Put
) -> None:
    other = stored(sandbox, PENDING)
    sandbox.seed("onlive", bookings=[other | {"calendarIds": ["ca000000-0000-4000-8000-000000000200"]}])
    assert onlive_put({"start": other["start"], "end": other["end"]}).status_code == 200


def test_rule_14_a_service_that_allows_overlapping_skips_the_check(sandbox: Sandbox, onlive_put: Put) -> None:
    [front_desk] = stored(sandbox)["calendarIds"]
    sandbox.seed("onlive", bookings=[stored(sandbox, OPEN_HOUSE) | {"calendarIds": [front_desk]}])
    start = stored(sandbox)["start"]
    assert onlive_put({"start": start, "end": moved(start, minutes=90)}, OPEN_HOUSE).status_code == 200


def test_rule_14_an_appointment_that_allows_overlapping_skips_the_check(
    sandbox: Sandbox, onlive_put: Put
) -> None:
    sandbox.seed("onlive", bookings=[stored(sandbox) | {"allowOverlapping": True}])
    other = stored(sandbox, PENDING)
    assert onlive_put({"start": other["start"], "end": other["end"]}).status_code == 200


def test_rule_14_a_title_can_change_where_two_overlap_already(sandbox: Sandbox, onlive_put: Put) -> None:
    sandbox.seed("onlive", bookings=[stored(sandbox) | {"id": "77777777-7777-4777-8777-777777777777"}])
    assert onlive_put({"title": "x"}).status_code == 200


@BOTH
@pytest.mark.parametrize("minutes", [1, -1])
def test_with_a_service_another_length_is_refused(
    sandbox: Sandbox, onlive_put: Put, version: str, minutes: int
) -> None:
    end = stored(sandbox, SERVICE)["end"]
    status, body = outcome(onlive_put({END_NAME[version]: moved(end, minutes=minutes)}, SERVICE, version))
    assert (status, body["errors"][0]["field"]) == (422, END_NAME[version])


def test_with_a_service_an_appointment_can_be_moved_in_its_length(sandbox: Sandbox, onlive_put: Put) -> None:
    before = stored(sandbox, SERVICE)
    body = {name: moved(before[name], days=7) for name in ("start", "end")}
    assert onlive_put(body, SERVICE).status_code == 200
