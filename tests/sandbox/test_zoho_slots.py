"""docs/vendors/zoho.md, "Simulator rules" 22 to 24, 29, 33 and 38 to 40: slots, deletion, faults."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "1596693672887000001"
NEXT = "1598000000000000001"  # in the same room, right after it
PENDING = "1598000000000000004"
PAST = "1598000000000000008"
ROOM, OTHER_ROOM, APPROVAL_ROOM = "1605702686149000001", "1605702686149000002", "1605702686149000003"
NO_SLOT = {
    "error_message": "Resource is not available for the selected time slot",
    "errorcode": "RESOURCE_NOT_AVAILABLE_FOR_BOOKING",
    "status": "failure",
}
BOOKING = {
    "title": "New",
    "dateandtime": {"start": "20211119T010000", "end": "20211119T013000", "timezone": "Asia/Kolkata"},
    "resources": [{"resource_id": ROOM, "type": 0}],
}
Call = Callable[..., httpx.Response]


def stored(sandbox: Sandbox, booking_id: str = SAMPLE) -> dict[str, Any]:
    return sandbox.booking("zoho", booking_id)


def outcome(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()


def at(day: str, start: str, end: str, zone: str = "Asia/Kolkata") -> dict[str, Any]:
    return {"dateandtime": {"start": f"{day}T{start}00", "end": f"{day}T{end}00", "timezone": zone}}


def on_the_same_day(record: dict[str, Any], start: str, end: str) -> dict[str, Any]:
    return at(record["start_date"], start, end)


def test_rule_22_a_time_that_overlaps_another_booking_of_the_room_is_refused(
    sandbox: Sandbox, zoho_update: Call
) -> None:
    before = stored(sandbox)
    answer = zoho_update(SAMPLE, on_the_same_day(before, "0145", "0200"))
    assert outcome(answer) == (400, NO_SLOT)
    assert stored(sandbox) == before


def test_rule_22_with_the_switch_it_is_refused_with_http_200(sandbox: Sandbox, zoho_update: Call) -> None:
    sandbox.switch("zoho", slot_refusal_status=200)
    before = stored(sandbox)
    assert outcome(zoho_update(SAMPLE, on_the_same_day(before, "0145", "0200"))) == (200, NO_SLOT)
    assert stored(sandbox) == before


def test_rule_22_a_booking_may_begin_when_another_ends(sandbox: Sandbox, zoho_update: Call) -> None:
    assert zoho_update(SAMPLE, on_the_same_day(stored(sandbox), "0200", "0300")).status_code == 200


def test_rule_22_the_same_moment_in_another_zone_is_the_same_slot(
    sandbox: Sandbox, zoho_update: Call
) -> None:
    begin = datetime.fromtimestamp(stored(sandbox, NEXT)["start"] / 1000, UTC)
    clash = at(f"{begin:%Y%m%d}", f"{begin:%H%M}", f"{begin + timedelta(minutes=5):%H%M}", "UTC")
    assert zoho_update(SAMPLE, clash).status_code == 400


def test_rule_22_another_room_is_another_slot(sandbox: Sandbox, zoho_update: Call) -> None:
    elsewhere = {"resources": [{"resource_id": OTHER_ROOM, "type": 0}]}
    assert (
        zoho_update(SAMPLE, on_the_same_day(stored(sandbox), "0145", "0200") | elsewhere).status_code == 200
    )


def test_rule_22_every_room_of_a_booking_must_be_free(sandbox: Sandbox, zoho_update: Call) -> None:
    both = [{"resource_id": room, "type": 0} for room in (OTHER_ROOM, ROOM)]
    clash = on_the_same_day(stored(sandbox), "1710", "1720") | {"resources": both}
    assert zoho_update(SAMPLE, clash).json() == NO_SLOT


def test_rule_22_a_slot_that_was_left_is_free(sandbox: Sandbox, zoho: Call, zoho_update: Call) -> None:
    slot = on_the_same_day(stored(sandbox), "0130", "0200")
    zoho("DELETE", f"/bookings/{NEXT}")
    assert zoho_update(SAMPLE, slot).status_code == 200


def test_rule_23_a_booking_does_not_conflict_with_itself(sandbox: Sandbox, zoho_update: Call) -> None:
    assert zoho_update(SAMPLE, on_the_same_day(stored(sandbox), "0115", "0130")).status_code == 200


@pytest.mark.parametrize(("months", "days", "status"), [(3, 80, 200), (3, 100, 400), (4, 100, 200)])
def test_rule_24_a_booking_may_end_no_later_than_the_configured_months(
    sandbox: Sandbox, zoho_update: Call, months: int, days: int, status: int
) -> None:
    sandbox.switch("zoho", booking_months=months)
    later = datetime.fromtimestamp(sandbox.now(), UTC) + timedelta(days=days)
    assert zoho_update(SAMPLE, at(f"{later:%Y%m%d}", "0900", "0930")).status_code == status


def test_rule_24_the_refusal_says_how_many_months(zoho_update: Call) -> None:
    assert zoho_update(SAMPLE, at("20900101", "0900", "0930")).json() == {
        "error_message": "Booking range cannot exceed 3 months",
        "errorcode": "BOOKING_RANGE_CANNOT_EXCEED_CONFIGURED_MONTHS",
        "status": "failure",
    }


def test_a_booking_that_is_over_can_be_updated(zoho_update: Call) -> None:
    assert zoho_update(PAST, {"title": "x"}).status_code == 200


# Existence, deletion, booking


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("booking_id", ["42", "list", f"{SAMPLE}&recurrence_id=1638630000000"])
def test_rule_29_an_unknown_booking_is_not_found(zoho: Call, method: str, booking_id: str) -> None:
    answer = zoho(method, f"/bookings/{booking_id}")
    assert (answer.status_code, answer.json()["errorcode"]) == (404, "BOOKING_NOT_FOUND")


def test_rule_33_a_deleted_booking_is_gone(zoho: Call) -> None:
    deleted = {"booking_id": SAMPLE, "message": "Booking deleted", "status": True}
    assert outcome(zoho("DELETE", f"/bookings/{SAMPLE}", params={"ntfy": 1})) == (200, deleted)
    assert zoho("DELETE", f"/bookings/{SAMPLE}", params={"ntfy": 1}).status_code == 404


def test_rule_38_a_new_booking_of_an_approval_room_is_not_approved(zoho: Call) -> None:
    resources = [{"resource_id": APPROVAL_ROOM, "type": 0}]
    body = zoho("POST", "/bookings", booking=BOOKING | {"resources": resources}).json()
    assert body["20211119"]["booking_approved"] is False


@pytest.mark.parametrize(
    ("changes", "approved"),
    [({"title": "x", "notify_attendee": 0}, True), (at("20200701", "0900", "0930"), False)],
)
def test_rule_38_only_a_change_of_time_or_room_asks_for_approval_again(
    sandbox: Sandbox, zoho_update: Call, changes: dict[str, Any], approved: bool
) -> None:
    sandbox.seed("zoho", bookings=[stored(sandbox, PENDING) | {"booking_approved": True}])
    zoho_update(PENDING, changes)
    assert stored(sandbox, PENDING)["booking_approved"] is approved


def test_rule_38_a_pending_booking_blocks_its_slot(sandbox: Sandbox, zoho_update: Call) -> None:
    pending = stored(sandbox, PENDING)
    taken = {"resources": pending["resources"], "dateandtime": pending["dateandtime"]}
    assert zoho_update(SAMPLE, taken).json() == NO_SLOT


def test_rule_39_of_two_updates_the_later_one_wins(sandbox: Sandbox, zoho_update: Call) -> None:
    answers = [zoho_update(SAMPLE, {"title": title}) for title in ("one", "two")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert stored(sandbox)["title"] == "two"


def test_rule_39_no_answer_has_an_etag(zoho: Call, zoho_update: Call) -> None:
    for answer in (zoho_update(SAMPLE, {}), zoho("GET", f"/bookings/{SAMPLE}")):
        assert "etag" not in answer.text.lower()
        assert "etag" not in answer.headers


def test_rule_40_a_write_can_be_done_and_its_answer_lost(sandbox: Sandbox, zoho_update: Call) -> None:
    zoho_update(SAMPLE, {})  # fetches the token
    sandbox.fault("zoho", {"drop": "after"}, method="POST", path="*/bookings/*")
    with pytest.raises(httpx.RemoteProtocolError):
        zoho_update(SAMPLE, {"title": "done"})
    assert stored(sandbox)["title"] == "done"


def test_rule_40_a_server_error_is_a_page(sandbox: Sandbox, zoho_update: Call) -> None:
    sandbox.fault("zoho", {"status": 500}, path="*/bookings/*")
    answer = zoho_update(SAMPLE, {})
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "text/html")


def test_rule_40_a_failure_can_come_with_http_200(sandbox: Sandbox, zoho_update: Call) -> None:
    fault = {"status": 200, "code": "RESOURCE_NOT_AVAILABLE_FOR_BOOKING"}
    sandbox.fault("zoho", fault, path="*/bookings/*")
    assert outcome(zoho_update(SAMPLE, {"title": "x"})) == (200, NO_SLOT)
    assert stored(sandbox)["title"] == "Booking"


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "INVALID_DATA"), (401, "INVALID_OAUTHTOKEN"), (404, "BOOKING_NOT_FOUND"), (418, "FAILURE")],
)
def test_an_injected_status_has_the_code_that_is_usual_for_it(
    sandbox: Sandbox, zoho_update: Call, status: int, code: str
) -> None:
    sandbox.fault("zoho", {"status": status}, path="*/bookings/*")
    answer = zoho_update(SAMPLE, {})
    assert (answer.status_code, answer.json()["errorcode"]) == (status, code)


def test_a_new_booking_gets_an_id_and_the_caller_as_its_organizer(sandbox: Sandbox, zoho: Call) -> None:
    body = zoho("POST", "/bookings", booking=BOOKING, as_user="viewer").json()
    assert body.keys() == {"20211119", "booking_count_json", "start_date"}
    booking = stored(sandbox, "1599000000000000001")
    assert (booking["title"], booking["bookedby_email"]) == ("New", "cal2@example.com")


def test_each_new_booking_has_an_id_of_its_own(sandbox: Sandbox, zoho: Call) -> None:
    zoho("POST", "/bookings", booking=BOOKING)
    elsewhere = {"resources": [{"resource_id": OTHER_ROOM, "type": 0}]}
    zoho("POST", "/bookings", booking=BOOKING | elsewhere | {"title": "Newer"})
    assert stored(sandbox, "1599000000000000002")["title"] == "Newer"


def test_a_refused_booking_takes_no_slot_and_no_id(sandbox: Sandbox, zoho: Call) -> None:
    taken = BOOKING | {"dateandtime": stored(sandbox)["dateandtime"]}
    assert zoho("POST", "/bookings", booking=taken).json() == NO_SLOT
    zoho("POST", "/bookings", booking=BOOKING)
    assert stored(sandbox, "1599000000000000001")


# Who is told


@pytest.mark.parametrize(
    ("notify", "told"),
    [
        (0, []),
        (1, [["cal2@example.com", "cal3@example.com", "v399", "v400"]]),
        (2, [["cal2@example.com", "cal3@example.com", "v399", "v400", "cal1@example.com"]]),
        (None, [["cal2@example.com", "cal3@example.com", "v399", "v400"]]),
    ],
)
def test_an_update_tells_those_whom_notify_attendee_names_and_by_default_all_but_the_caller(
    sandbox: Sandbox, zoho_update: Call, notify: int | None, told: list[list[str]]
) -> None:
    zoho_update(SAMPLE, {"notify_attendee": notify})
    assert [one["to"] for one in sandbox.notifications("zoho")] == told


def test_a_repeated_update_tells_them_again(sandbox: Sandbox, zoho_update: Call) -> None:
    for _ in range(2):
        zoho_update(SAMPLE, {"title": "x", "notify_attendee": 1})
    assert [one["event"] for one in sandbox.notifications("zoho")] == ["updated", "updated"]


def test_a_refused_update_tells_nobody(sandbox: Sandbox, zoho_update: Call) -> None:
    zoho_update(SAMPLE, {"title": "", "notify_attendee": 2})
    assert sandbox.notifications() == []


@pytest.mark.parametrize(("ntfy", "told"), [("0", 0), ("1", 1)])
def test_a_deletion_tells_those_whom_ntfy_names(sandbox: Sandbox, zoho: Call, ntfy: str, told: int) -> None:
    zoho("DELETE", f"/bookings/{SAMPLE}", params={"ntfy": ntfy})
    assert [one["event"] for one in sandbox.notifications("zoho")] == told * ["deleted"]


def test_the_horizon_is_counted_from_the_sandboxs_own_date(sandbox: Sandbox, zoho_update: Call) -> None:
    sandbox.advance(86400 * 365)
    later = datetime.fromtimestamp(sandbox.now(), UTC) + timedelta(days=80)
    assert zoho_update(SAMPLE, at(f"{later:%Y%m%d}", "0900", "0930")).status_code == 200
