"""docs/vendors/jicoo.md, "Simulator rules"."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "sandboxVb7RE"
CANCELLED = "cancelled001"
Call = Callable[..., httpx.Response]
ONE = {"userId": "user0001", "role": "admin"}
TWO = {"userId": "user0002", "role": "viewer"}


def stored(sandbox: Sandbox, uid: str = SAMPLE) -> dict[str, Any]:
    return sandbox.booking("jicoo", uid)


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def outcome(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Jicoo-Api-Key": "sk_live_nobody"}, {"Authorization": "Bearer sk_live_sandbox"}],
)
def test_rule_1_without_a_valid_key_in_its_header_a_call_is_unauthorized(
    http: httpx.Client, headers: dict[str, str]
) -> None:
    answer = http.get(f"/jicoo/v1/bookings/{SAMPLE}", headers=headers)
    assert outcome(answer) == (401, {"errors": {"message": "Unauthorized"}})


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_rule_2_a_key_without_permission_is_forbidden(http: httpx.Client, method: str) -> None:
    headers = {"X-Jicoo-Api-Key": "sk_live_no_permission"}
    assert http.request(method, f"/jicoo/v1/bookings/{SAMPLE}", headers=headers).status_code == 403


def test_rule_3_a_name_alone_changes_the_name_and_updated_at(sandbox: Sandbox, jicoo: Call) -> None:
    before = stored(sandbox)
    answer = jicoo("PATCH", f"/{SAMPLE}", json={"name": "x"})
    assert (answer.status_code, answer.json().keys()) == (200, {"data"})
    assert answer.json()["data"]["name"] == "x"
    assert changed(before, stored(sandbox)) == {"name", "updatedAt"}


def test_rule_3_a_booking_is_shown_with_its_21_members(jicoo: Call) -> None:
    assert len(jicoo("GET", f"/{SAMPLE}").json()["data"]) == 21


def test_rule_4_an_empty_update_changes_nothing(sandbox: Sandbox, jicoo: Call) -> None:
    before = stored(sandbox)
    assert jicoo("PATCH", f"/{SAMPLE}", json={}).status_code == 200
    assert stored(sandbox) == before


def test_fields_that_cannot_be_updated_are_ignored(sandbox: Sandbox, jicoo: Call) -> None:
    before = stored(sandbox)
    body = {"status": "cancel", "locationId": "phone", "url": "https://example.com", "uid": "x", "colour": 1}
    assert jicoo("PATCH", f"/{SAMPLE}", json=body).status_code == 200
    assert stored(sandbox) == before


@pytest.mark.parametrize("description", [None, "", "日本語"])
def test_rule_5_a_description_can_be_text_empty_or_null(jicoo: Call, description: str | None) -> None:
    answer = jicoo("PATCH", f"/{SAMPLE}", json={"description": description})
    assert answer.json()["data"]["description"] == description


@pytest.mark.parametrize(("length", "status"), [(2000, 200), (2001, 422)])
def test_rule_6_an_update_message_has_at_most_2000_characters(jicoo: Call, length: int, status: int) -> None:
    assert jicoo("PATCH", f"/{SAMPLE}", json={"updateMessage": "x" * length}).status_code == status


@pytest.mark.parametrize(
    "body",
    [
        {"priority": "urgent"},
        {"priority": "medium"},
        {"hosts": [{"userId": "user0001", "role": "owner"}]},
        {"hosts": [{"role": "admin"}]},
        {"hosts": []},
        {"hosts": None},
        {"hosts": ["user0001"]},
        {"name": None},
        {"name": 5},
        {"timeZone": "Mars/Olympus"},
        {"timeZone": None},
        {"isSendUpdates": "yes"},
        {"updateMessage": None},
    ],
)
def test_rule_7_a_value_that_is_not_allowed_is_refused_and_nothing_is_stored(
    sandbox: Sandbox, jicoo: Call, body: dict[str, Any]
) -> None:
    before = stored(sandbox)
    assert jicoo("PATCH", f"/{SAMPLE}", json={"description": "x"} | body).status_code == 422
    assert stored(sandbox) == before


@pytest.mark.parametrize("priority", ["low", "middle", "high", None])
def test_rule_7_the_priorities_are_low_middle_high_and_none(jicoo: Call, priority: str | None) -> None:
    assert jicoo("PATCH", f"/{SAMPLE}", json={"priority": priority}).json()["data"]["priority"] == priority


@pytest.mark.parametrize("hosts", [[TWO, ONE], [ONE, TWO], [TWO]])
def test_rule_8_hosts_take_the_place_of_the_old_ones_in_their_order(
    jicoo: Call, hosts: list[dict[str, str]]
) -> None:
    assert jicoo("PATCH", f"/{SAMPLE}", json={"hosts": hosts}).json()["data"]["hosts"] == hosts


@pytest.mark.parametrize(
    "body",
    [
        {"startedAt": "2030-01-01T10:00:00Z"},  # the end stays where it was
        {"startedAt": "2030-01-01T10:00:00Z", "endedAt": "2030-01-01T10:00:00Z"},
        {"startedAt": "2030-01-01T10:00:00Z", "endedAt": "2030-01-01T09:00:00Z"},
        {"endedAt": "2030-02-30T10:00:00Z"},
        {"endedAt": "2030-01-01"},
        {"endedAt": "2030-01-01T10:00:00"},
        {"endedAt": "1893492000"},
        {"endedAt": 1893492000},
    ],
)
def test_rule_9_times_that_are_unreadable_or_out_of_order_are_refused(
    sandbox: Sandbox, jicoo: Call, body: dict[str, Any]
) -> None:
    before = stored(sandbox)
    assert jicoo("PATCH", f"/{SAMPLE}", json=body).status_code == 422
    assert stored(sandbox) == before


def test_an_update_may_move_a_booking_onto_another(sandbox: Sandbox, jicoo: Call) -> None:
    other = stored(sandbox, "requested001")
    times = {"startedAt": other["startedAt"], "endedAt": other["endedAt"]}
    assert jicoo("PATCH", f"/{SAMPLE}", json=times).status_code == 200


def test_a_past_booking_can_be_updated(jicoo: Call) -> None:
    assert jicoo("PATCH", "/finished0001", json={"name": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("PATCH", ""), ("POST", "/reschedule"), ("POST", "/cancel"), ("GET", "/contacts")],
)
def test_rule_10_an_unknown_uid_is_not_found(jicoo: Call, method: str, path: str) -> None:
    answer = jicoo(method, f"/nothing{path}", json={} if method != "GET" else None)
    assert outcome(answer) == (404, {"errors": {"message": "Record Not Found"}})


@pytest.mark.parametrize(
    "body",
    [{"timeZone": "Asia/Tokyo"}, {"startedAt": "2030-01-01T10:00:00Z"}, {"timeZone": 1, "startedAt": 1}, {}],
)
def test_rule_11_reschedule_needs_a_time_zone_and_a_start(jicoo: Call, body: dict[str, Any]) -> None:
    assert jicoo("POST", f"/{SAMPLE}/reschedule", json=body).status_code == 422


def test_rule_12_reschedule_moves_the_booking_and_keeps_its_length_and_uid(jicoo: Call) -> None:
    body = {"timeZone": "Europe/Berlin", "startedAt": "2030-01-01T10:00:00Z"}
    moved = jicoo("POST", f"/{SAMPLE}/reschedule", json=body).json()["data"]
    assert (moved["uid"], moved["timeZone"]) == (SAMPLE, "Europe/Berlin")
    assert (moved["startedAt"], moved["endedAt"]) == ("2030-01-01T10:00:00.000Z", "2030-01-01T11:00:00.000Z")


def test_rule_12_reschedule_onto_an_occupied_slot_is_refused_and_nothing_changes(
    sandbox: Sandbox, jicoo: Call
) -> None:
    before = stored(sandbox)
    body = {"timeZone": "Asia/Tokyo", "startedAt": stored(sandbox, "requested001")["startedAt"]}
    assert jicoo("POST", f"/{SAMPLE}/reschedule", json=body).status_code == 422
    assert stored(sandbox) == before


def test_rule_12_the_slot_of_a_cancelled_booking_is_free(sandbox: Sandbox, jicoo: Call) -> None:
    for number in (1, 2, 3):
        jicoo("POST", f"/requested00{number}/cancel")
    body = {"timeZone": "Asia/Tokyo", "startedAt": stored(sandbox, CANCELLED)["startedAt"]}
    assert jicoo("POST", f"/{SAMPLE}/reschedule", json=body).status_code == 200


def test_rule_12_a_slot_may_begin_when_another_ends(sandbox: Sandbox, jicoo: Call) -> None:
    body = {"timeZone": "Asia/Tokyo", "startedAt": stored(sandbox, "requested003")["endedAt"]}
    assert jicoo("POST", f"/{SAMPLE}/reschedule", json=body).status_code == 200


def test_rule_12_another_hosts_slot_does_not_matter(sandbox: Sandbox, jicoo: Call) -> None:
    [other] = sandbox.seed("jicoo", 1)
    body = {"timeZone": "Asia/Tokyo", "startedAt": stored(sandbox, other)["startedAt"]}
    assert jicoo("POST", f"/{SAMPLE}/reschedule", json=body).status_code == 200


def test_rule_12_a_booking_may_be_moved_onto_its_own_slot(sandbox: Sandbox, jicoo: Call) -> None:
    body = {"timeZone": "Asia/Tokyo", "startedAt": stored(sandbox)["startedAt"]}
    assert jicoo("POST", f"/{SAMPLE}/reschedule", json=body).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"name": "x"}),
        ("POST", "/reschedule", {"timeZone": "Asia/Tokyo", "startedAt": "2030-01-01T10:00:00Z"}),
        ("POST", "/cancel", {}),
    ],
)
def test_rule_13_a_cancelled_booking_cannot_be_changed(
    jicoo: Call, method: str, path: str, body: dict[str, Any]
) -> None:
    assert jicoo(method, f"/{CANCELLED}{path}", json=body).status_code == 422


@pytest.mark.parametrize(
    ("body", "reason"),
    [({"reason": "ill"}, "ill"), ({"cancelReason": "ill"}, "ill"), ({}, None), (None, None)],
)
def test_rule_14_cancel_stores_who_when_and_why(
    sandbox: Sandbox, jicoo: Call, body: dict[str, str] | None, reason: str | None
) -> None:
    sandbox.freeze()
    data = jicoo("POST", f"/{SAMPLE}/cancel", json=body).json()["data"]
    assert (data["status"], data["cancelReason"], data["cancelledBy"]) == ("cancel", reason, "host")
    assert data["cancelledAt"] == sandbox.control("GET", "/health")["now_iso"]


def test_rule_14_cancel_posts_a_webhook(sandbox: Sandbox, jicoo: Call) -> None:
    jicoo("POST", f"/{SAMPLE}/cancel")
    [event] = sandbox.webhooks("jicoo")
    assert (event["event"], event["booking_id"]) == ("host_cancelled", SAMPLE)


def test_rule_15_the_five_counters_of_a_page_agree(sandbox: Sandbox, jicoo: Call) -> None:
    sandbox.seed("jicoo", 25 - len(sandbox.bookings("jicoo")))
    page = jicoo("GET", params={"page": 2, "perPage": 10}).json()
    assert len(page.pop("data")) == 10
    assert page == {
        "totalCount": 25,
        "count": 10,
        "currentPage": 2,
        "nextPage": 3,
        "numberOfPages": 3,
        "errors": {},
    }


def test_rule_15_a_page_has_20_bookings_unless_asked_otherwise(sandbox: Sandbox, jicoo: Call) -> None:
    sandbox.seed("jicoo", 30)
    assert jicoo("GET").json()["count"] == 20


def test_rule_15_the_last_page_has_no_next_one(sandbox: Sandbox, jicoo: Call) -> None:
    sandbox.seed("jicoo", 25 - len(sandbox.bookings("jicoo")))
    last = jicoo("GET", params={"page": 3, "perPage": 10}).json()
    assert (last["count"], last["nextPage"]) == (5, None)


def test_rule_15_a_page_past_the_end_is_empty(jicoo: Call) -> None:
    page = jicoo("GET", params={"page": 9}).json()
    assert (page["data"], page["count"], page["currentPage"], page["nextPage"]) == ([], 0, 9, None)


def test_rule_15_following_the_pages_gives_every_booking_once(sandbox: Sandbox, jicoo: Call) -> None:
    sandbox.seed("jicoo", 200)
    page: int | None = 1
    uids: list[str] = []
    while page is not None:
        found = jicoo("GET", params={"page": page, "perPage": 1000}).json()
        uids += [booking["uid"] for booking in found["data"]]
        page = found["nextPage"]
    assert sorted(uids) == sorted(booking["uid"] for booking in sandbox.bookings("jicoo"))


def test_a_page_has_at_most_100_bookings(sandbox: Sandbox, jicoo: Call) -> None:
    sandbox.seed("jicoo", 200)
    assert jicoo("GET", params={"perPage": 1000}).json()["count"] == 100


def test_rule_16_a_start_keeps_what_starts_at_or_after_it(sandbox: Sandbox, jicoo: Call) -> None:
    edge = stored(sandbox, "requested002")["startedAt"]
    found = jicoo("GET", params={"startedAt": edge}).json()["data"]
    assert {one["uid"] for one in found} == {"requested002", "requested003", "cancelled002", "cancelled003"}


def test_rule_16_an_end_keeps_what_ends_at_or_before_it(sandbox: Sandbox, jicoo: Call) -> None:
    edge = stored(sandbox, "finished0002")["endedAt"]
    found = jicoo("GET", params={"endedAt": edge}).json()["data"]
    assert {one["uid"] for one in found} == {"finished0001", "finished0002"}


@pytest.mark.parametrize("field", ["startedAt", "createdAt"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_rule_16_order_is_the_field_and_sort_the_direction(
    sandbox: Sandbox, jicoo: Call, field: str, direction: str
) -> None:
    sandbox.seed("jicoo", bookings=[{"uid": "old", "createdAt": "2020-01-01T00:00:00Z"}])
    found = jicoo("GET", params={"order": field, "sort": direction, "perPage": 50}).json()["data"]
    values = [one[field] for one in found]
    assert values == sorted(values, reverse=direction == "desc")


@pytest.mark.parametrize(
    "query",
    [{"order": "asc"}, {"sort": "startedAt"}, {"status": "request"}, {"page": "0"}, {"startedAt": "today"}],
)
def test_rule_16_a_query_that_is_not_allowed_is_refused(jicoo: Call, query: dict[str, str]) -> None:
    assert jicoo("GET", params=query).status_code == 422


@pytest.mark.parametrize(
    ("query", "statuses"),
    [({"status": "open"}, {"open"}), ({"status": "cancel"}, {"cancel"}), ({}, {"open", "cancel", "request"})],
)
def test_rule_17_a_status_keeps_that_status_only(
    jicoo: Call, query: dict[str, str], statuses: set[str]
) -> None:
    found = jicoo("GET", params=query).json()["data"]
    assert {booking["status"] for booking in found} == statuses


def test_rule_18_times_come_back_in_utc_with_milliseconds_whatever_zone_was_sent(jicoo: Call) -> None:
    body = {
        "timeZone": "America/New_York",
        "startedAt": "2030-01-01T10:00:00.1239-05:00",
        "endedAt": "2030-01-02T01:00:00+09:00",
    }
    data = jicoo("PATCH", f"/{SAMPLE}", json=body).json()["data"]
    assert (data["startedAt"], data["endedAt"]) == ("2030-01-01T15:00:00.123Z", "2030-01-01T16:00:00.000Z")


def test_rule_19_the_write_only_fields_are_in_no_answer(jicoo: Call) -> None:
    body = {"updateMessage": "Sorry", "isSendUpdates": True}
    data = jicoo("PATCH", f"/{SAMPLE}", json=body).json()["data"]
    assert not data.keys() & body.keys()
    assert not jicoo("GET", f"/{SAMPLE}").json()["data"].keys() & body.keys()


def test_rule_19_with_is_send_updates_the_guests_are_told(sandbox: Sandbox, jicoo: Call) -> None:
    jicoo("PATCH", f"/{SAMPLE}", json={"name": "x", "updateMessage": "Sorry", "isSendUpdates": True})
    [told] = sandbox.notifications("jicoo")
    assert (told["booking_id"], told["message"]) == (SAMPLE, "Sorry")
    assert told["to"] == [contact["email"] for contact in stored(sandbox)["contacts"]]


@pytest.mark.parametrize("body", [{"name": "x"}, {"name": "x", "isSendUpdates": False}])
def test_rule_19_without_it_nobody_is_told(sandbox: Sandbox, jicoo: Call, body: dict[str, Any]) -> None:
    jicoo("PATCH", f"/{SAMPLE}", json=body)
    assert sandbox.notifications() == []


def test_rule_19_a_refused_update_tells_nobody(sandbox: Sandbox, jicoo: Call) -> None:
    jicoo("PATCH", f"/{SAMPLE}", json={"priority": "medium", "isSendUpdates": True})
    assert sandbox.notifications() == []


def test_rule_20_without_a_limit_nothing_is_throttled(sandbox: Sandbox) -> None:
    assert sandbox.control("GET", "/state")["vendors"]["jicoo"]["limits"] == []


@pytest.mark.parametrize(("seconds", "header"), [(None, None), (3, "3"), (0, "0")])
def test_rule_20_throttling_is_429_and_says_how_long_only_if_switched(
    sandbox: Sandbox, jicoo: Call, seconds: int | None, header: str | None
) -> None:
    sandbox.limits("jicoo", ["1/minute"])
    sandbox.switch("jicoo", retry_after=seconds)
    jicoo("GET", f"/{SAMPLE}")
    answer = jicoo("GET", f"/{SAMPLE}")
    assert outcome(answer) == (429, {"errors": {"message": "Too Many Requests"}})
    assert answer.headers.get("Retry-After") == header


@pytest.mark.parametrize("wait", ["3", "0", "Sat, 21 Nov 2026 01:31:59 GMT", None])
def test_rule_20_throttling_can_be_injected_with_any_wait(
    sandbox: Sandbox, jicoo: Call, wait: str | None
) -> None:
    sandbox.fault("jicoo", {"throttle": {"retry_after": wait}})
    answer = jicoo("GET", f"/{SAMPLE}")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, wait)


@pytest.mark.parametrize(("status", "is_json"), [(500, True), (502, False), (503, True), (504, False)])
def test_rule_21_faults_are_json_but_for_a_gateways_own(
    sandbox: Sandbox, jicoo: Call, status: int, is_json: bool
) -> None:
    sandbox.fault("jicoo", {"status": status})
    answer = jicoo("GET", f"/{SAMPLE}")
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/json") is is_json


def test_rule_22_contacts_stay_whatever_is_updated(jicoo: Call) -> None:
    before = jicoo("GET", f"/{SAMPLE}/contacts").json()
    jicoo("PATCH", f"/{SAMPLE}", json={"name": "Somebody else", "email": "new@example.com"})
    assert jicoo("GET", f"/{SAMPLE}/contacts").json() == before
    assert before.keys() == {"data", "errors"}


def test_rule_23_with_the_switch_plain_http_is_refused(sandbox: Sandbox, jicoo: Call) -> None:
    sandbox.switch("jicoo", require_https=True)
    assert jicoo("GET", f"/{SAMPLE}").status_code == 400


def test_a_body_that_is_no_json_is_a_bad_request(jicoo: Call) -> None:
    assert jicoo("PATCH", f"/{SAMPLE}", content=b"{").status_code == 400


def test_a_body_that_is_no_object_is_a_parameter_error(jicoo: Call) -> None:
    assert jicoo("PATCH", f"/{SAMPLE}", json=["name"]).status_code == 422


@pytest.mark.parametrize("path", ["/jicoo/v1/schedules/x", "/jicoo/v2/bookings", "/jicoo/"])
def test_a_path_that_is_not_simulated_is_not_found(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code == 404
