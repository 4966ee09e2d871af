"""docs/vendors/onlive.md, "Simulator rules" 20, 21 and 25, and the calls that have no rule of their own."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
PENDING = "30000000-0000-4000-8000-000000000001"
BLOCK = "b0000000-0000-4000-8000-000000000001"
OVER = "d0000000-0000-4000-8000-000000000001"
IN_PROGRESS, LOCKED = (f"e0000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
FRONT_DESK, ROOM = (f"cb000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
FOREIGN_CALENDAR = "cf000000-0000-4000-8000-000000000001"
HALF_AN_HOUR = "5e000000-0000-4000-8000-000000000030"
TIMES = {"start": "2030-03-12T08:00:00Z", "end": "2030-03-12T08:30:00Z"}
BOTH = pytest.mark.parametrize("version", ["v1", "v2"])
Call = Callable[..., httpx.Response]
A, B, C = ({"email": f"{name}@example.com"} for name in "abc")


def stored(sandbox: Sandbox, appointment_id: str = SAMPLE) -> dict[str, Any]:
    return sandbox.booking("onlive", appointment_id)


def told(sandbox: Sandbox) -> list[tuple[str, list[str]]]:
    return [(one["change"], one["to"]) for one in sandbox.notifications("onlive")]


def outcome(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()


# Delete


def test_rule_20_v1_answers_a_delete_with_three_members(sandbox: Sandbox, onlive: Call) -> None:
    sandbox.freeze()
    now = sandbox.control("GET", "/health")["now_iso"]
    answer = onlive("DELETE", f"/v1/appointments/{SAMPLE}")
    assert outcome(answer) == (200, {"id": SAMPLE, "status": "deleted", "deletedAt": now})


def test_rule_20_v2_answers_with_the_appointment_in_its_old_status(sandbox: Sandbox, onlive: Call) -> None:
    sandbox.freeze()
    before = onlive("GET", f"/v2/appointments/{SAMPLE}").json()
    now = sandbox.control("GET", "/health")["now_iso"]
    assert outcome(onlive("DELETE", f"/v2/appointments/{SAMPLE}")) == (200, before | {"deletedAt": now})


@BOTH
def test_rule_20_what_is_deleted_is_gone_and_its_slot_is_free(
    sandbox: Sandbox, onlive: Call, version: str
) -> None:
    slot = {name: stored(sandbox)[name] for name in ("start", "end")}
    onlive("DELETE", f"/{version}/appointments/{SAMPLE}")
    assert onlive("GET", f"/{version}/appointments/{SAMPLE}").status_code == 404
    assert onlive("PUT", f"/v1/appointments/{PENDING}", json=slot).status_code == 200


@BOTH
@pytest.mark.parametrize("appointment_id", [IN_PROGRESS, LOCKED])
def test_rule_20_what_is_locked_or_in_progress_cannot_be_deleted(
    sandbox: Sandbox, onlive: Call, version: str, appointment_id: str
) -> None:
    before = stored(sandbox, appointment_id)
    assert outcome(onlive("DELETE", f"/{version}/appointments/{appointment_id}")) == (
        409,
        {
            "statusCode": 409,
            "message": "Cannot delete appointment in current state",
            "errors": [{"field": "state", "message": "Appointment is locked or in progress"}],
        },
    )
    assert stored(sandbox, appointment_id) == before


def test_what_is_over_can_be_deleted(onlive: Call) -> None:
    assert onlive("DELETE", f"/v1/appointments/{OVER}").status_code == 200


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1", []),
        ("/v1?notify=false", []),
        ("/v1?notify=true", [("deleted", ["guest@example.com", "front.desk@example.com"])]),
        ("/v2?notify=true", []),
    ],
)
def test_rule_23_only_v1_with_notify_tells_of_a_delete(
    sandbox: Sandbox, onlive: Call, path: str, expected: list[Any]
) -> None:
    version, _, query = path.partition("?")
    onlive("DELETE", f"{version}/appointments/{SAMPLE}?{query}")
    assert told(sandbox) == expected


# Cancel


@pytest.fixture
def cancel(onlive: Call) -> Call:
    """Cancel the sample, which has guests A and B."""
    onlive("PUT", f"/v1/appointments/{SAMPLE}", json={"guests": [A, B]})
    return lambda **options: onlive("POST", f"/v2/appointments/{SAMPLE}/cancel", **options)


@pytest.mark.parametrize("options", [{}, {"json": {}}, {"json": {"strategy": "guest-appointment"}}])
def test_rule_21_cancel_sets_status_and_time(sandbox: Sandbox, cancel: Call, options: dict[str, Any]) -> None:
    sandbox.freeze()
    status, body = outcome(cancel(**options))
    assert (status, body["status"], body["guests"]) == (200, "cancelled", [A, B])
    assert told(sandbox)[-1] == ("cancelled", ["a@example.com", "b@example.com", "front.desk@example.com"])
    assert body["cancelledAt"] == sandbox.control("GET", "/health")["now_iso"]


def test_rule_21_cancel_stores_the_status_that_was_sent(cancel: Call) -> None:
    body = cancel(json={"status": "pending", "subStatus": "user-request"}).json()
    assert (body["status"], body["subStatus"]) == ("pending", "user-request")
    assert body["cancelledAt"]


def test_rule_21_guest_only_takes_just_these_guests_off(sandbox: Sandbox, cancel: Call) -> None:
    body = cancel(json={"strategy": "guest-only", "guests": ["A@example.com"]}).json()
    assert (body["guests"], body["status"], body["cancelledAt"]) == ([B], "confirmed", None)
    assert told(sandbox)[-1] == ("cancelled", ["a@example.com", "front.desk@example.com"])


def test_rule_21_guest_only_keeps_an_appointment_that_nobody_is_left_in(cancel: Call) -> None:
    body = cancel(json={"strategy": "guest-only", "guests": ["a@example.com", "b@example.com"]}).json()
    assert (body["guests"], body["status"]) == ([], "confirmed")


@pytest.mark.parametrize(
    ("guests", "status"),
    [(["a@example.com"], "confirmed"), (["a@example.com", "b@example.com"], "cancelled")],
)
def test_rule_21_without_it_the_appointment_goes_with_its_last_guest(
    cancel: Call, guests: list[str], status: str
) -> None:
    assert cancel(json={"guests": guests}).json()["status"] == status


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"strategy": "everybody"}, "strategy"),
        ({"strategy": None}, "strategy"),
        ({"strategy": "guest-only"}, "guests"),
        ({"guests": [A]}, "guests"),
        ({"guests": "a@example.com"}, "guests"),
        ({"status": None}, "status"),
    ],
)
def test_rule_21_an_order_that_makes_no_sense_is_refused(
    sandbox: Sandbox, cancel: Call, body: dict[str, Any], name: str
) -> None:
    before = stored(sandbox)
    status, reply = outcome(cancel(json=body))
    assert (status, reply["errors"][0]["field"]) == (400, name)
    assert stored(sandbox) == before


def test_v1_has_no_cancel_call(onlive: Call) -> None:
    assert onlive("POST", f"/v1/appointments/{SAMPLE}/cancel").status_code == 404


# Lists


@BOTH
def test_rule_25_a_list_has_five_members_and_20_items(sandbox: Sandbox, onlive: Call, version: str) -> None:
    sandbox.seed("onlive", 30)
    page = onlive("GET", f"/{version}/appointments").json()
    total = sum(one["organizationId"].endswith("1") for one in sandbox.bookings("onlive"))
    assert len(page.pop("items")) == 20
    assert page == {"total": total, "page": 1, "limit": 20, "pages": -(-total // 20)}


@BOTH
def test_rule_25_following_the_pages_gives_every_appointment_of_the_organisation_once(
    sandbox: Sandbox, onlive: Call, version: str
) -> None:
    sandbox.seed("onlive", 40)
    path = f"/{version}/appointments"
    pages = onlive("GET", path, params={"limit": 7}).json()["pages"]
    ids = [
        one["id"]
        for page in range(1, pages + 1)
        for one in onlive("GET", path, params={"limit": 7, "page": page}).json()["items"]
    ]
    own = [one["id"] for one in sandbox.bookings("onlive") if one["organizationId"].endswith("1")]
    assert sorted(ids) == sorted(own)


def test_rule_25_an_item_is_what_get_shows(onlive: Call) -> None:
    for item in onlive("GET", "/v2/appointments").json()["items"]:
        assert item == onlive("GET", f"/v2/appointments/{item['id']}").json()


def test_rule_25_a_page_past_the_end_is_empty(onlive: Call) -> None:
    page = onlive("GET", "/v1/appointments", params={"page": 99}).json()
    assert (page["items"], page["page"]) == ([], 99)


@pytest.mark.parametrize(
    ("version", "query", "expected"),
    [
        ("v1", {"search": "UPDATED product"}, {SAMPLE}),
        ("v1", {"search": "new features"}, {SAMPLE}),
        ("v1", {"state": "pending"}, {PENDING}),
        ("v2", {"status": "pending"}, {PENDING}),
        ("v1", {"serviceId": HALF_AN_HOUR}, {"40000000-0000-4000-8000-000000000001"}),
        ("v2", {"calendarId": ROOM}, {"20000000-0000-4000-8000-000000000001"}),
        ("v1", {"search": "none"}, set()),
    ],
)
def test_rule_25_a_filter_keeps_what_it_asks_for(
    onlive: Call, version: str, query: dict[str, str], expected: set[str]
) -> None:
    found = onlive("GET", f"/{version}/appointments", params=query).json()["items"]
    assert {one["id"] for one in found} == expected


@pytest.mark.parametrize(("version", "start", "end"), [("v1", "start", "end"), ("v2", "startAt", "endAt")])
def test_rule_25_start_and_end_keep_what_lies_between_them(
    sandbox: Sandbox, onlive: Call, version: str, start: str, end: str
) -> None:
    window = {start: stored(sandbox)["start"], end: stored(sandbox, PENDING)["end"]}
    found = onlive("GET", f"/{version}/appointments", params=window).json()["items"]
    assert [one["id"] for one in found] == [SAMPLE, PENDING]


@pytest.mark.parametrize("query", [{"page": "0"}, {"limit": "x"}, {"start": "today"}])
def test_rule_25_a_query_that_makes_no_sense_is_refused(onlive: Call, query: dict[str, str]) -> None:
    status, body = outcome(onlive("GET", "/v1/appointments", params=query))
    assert (status, [error["field"] for error in body["errors"]]) == (400, list(query))


# Create


def test_create_in_v1_makes_an_appointment_that_get_shows(sandbox: Sandbox, onlive: Call) -> None:
    body = TIMES | {"calendarIds": [FRONT_DESK], "title": "New", "guests": [A], "externalId": "e-1"}
    answer = onlive("POST", "/v1/appointments", json=body)
    shown = answer.json()
    assert (answer.status_code, shown["id"]) == (201, "90000000-0000-4000-8000-000000000001")
    assert shown == onlive("GET", f"/v1/appointments/{shown['id']}").json()
    assert (shown["title"], shown["state"], shown["externalId"]) == ("New", "confirmed", "e-1")
    assert told(sandbox) == [("created", ["a@example.com", "front.desk@example.com"])]


@pytest.mark.parametrize(
    ("version", "names"),
    [("v1", ["start", "end", "calendarIds"]), ("v2", ["startAt", "endAt", "calendarIds"])],
)
def test_create_needs_times_and_calendars(onlive: Call, version: str, names: list[str]) -> None:
    status, body = outcome(onlive("POST", f"/{version}/appointments", json={"title": "x"}))
    assert (status, [error["field"] for error in body["errors"]]) == (400, names)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"calendarIds": [FOREIGN_CALENDAR]}, "calendarIds"),
        ({"calendarIds": [SAMPLE]}, "calendarIds"),
        ({"calendarIds": []}, "calendarIds"),
        ({"calendarIds": [FRONT_DESK], "serviceId": SAMPLE}, "serviceId"),
    ],
)
def test_create_needs_known_calendars_and_services(onlive: Call, body: dict[str, Any], name: str) -> None:
    status, reply = outcome(onlive("POST", "/v1/appointments", json=TIMES | body))
    assert (status, reply["errors"][0]["field"]) == (400, name)


@pytest.mark.parametrize(("overlapping", "status"), [(False, 409), (True, 201)])
def test_create_checks_the_slot_unless_overlapping_is_allowed(
    sandbox: Sandbox, onlive: Call, overlapping: bool, status: int
) -> None:
    slot = {name: stored(sandbox)[name] for name in ("start", "end")}
    body = slot | {"calendarIds": [FRONT_DESK], "allowOverlapping": overlapping}
    assert onlive("POST", "/v1/appointments", json=body).status_code == status


def test_create_in_v2_turns_a_block_into_an_appointment(sandbox: Sandbox, onlive: Call) -> None:
    body = {"blockedAppointmentId": BLOCK, "title": "Lunch with Bea", "guests": [B]}
    shown = onlive("POST", "/v2/appointments", json=body).json()
    assert (shown["id"], shown["title"]) == (BLOCK, "Lunch with Bea")
    assert stored(sandbox, BLOCK)["blocked"] is False


@pytest.mark.parametrize(("key", "appointment_id"), [("SANDBOXKEY", SAMPLE), ("SANDBOXOTHER", BLOCK)])
def test_create_from_what_is_no_block_of_ones_own_is_refused(
    onlive: Call, key: str, appointment_id: str
) -> None:
    answer = onlive("POST", "/v2/appointments", key=key, json={"blockedAppointmentId": appointment_id})
    assert answer.json()["errors"] == [{"field": "blockedAppointmentId", "message": "Must be a block"}]


# The others


def test_mask_guests_replaces_addresses_and_numbers_and_tells_nobody(sandbox: Sandbox, onlive: Call) -> None:
    bea = B | {"extraFields": {"phone": "+34 600 000 000", "firstName": "Bea"}}
    onlive("PUT", f"/v1/appointments/{SAMPLE}", json={"guests": [A, C, bea]})
    orders = [
        {"email": "a@example.com", "newEmail": "masked@example.com"},
        {"phone": "+34 600 000 000", "newPhone": "+34 000 000 000"},
    ]
    answer = onlive("PUT", f"/v1/appointments/{SAMPLE}/mask-guests", json={"guests": orders})
    assert answer.json()["guests"] == [
        {"email": "masked@example.com"},
        C,
        B | {"extraFields": {"phone": "+34 000 000 000", "firstName": "Bea"}},
    ]
    assert len(told(sandbox)) == 1


def test_mask_guests_takes_guests_of_whom_nothing_else_is_known(sandbox: Sandbox, onlive: Call) -> None:
    sandbox.seed("onlive", bookings=[{"id": SAMPLE, "guests": [A | {"extraFields": None}]}])
    order = {"email": "a@example.com", "newPhone": "0"}
    answer = onlive("PUT", f"/v1/appointments/{SAMPLE}/mask-guests", json={"guests": [order]})
    assert answer.json()["guests"] == [A | {"extraFields": {"phone": "0"}}]


@pytest.mark.parametrize("body", [{}, {"guests": []}, {"guests": "x"}])
def test_mask_guests_needs_guests(onlive: Call, body: dict[str, Any]) -> None:
    assert onlive("PUT", f"/v1/appointments/{SAMPLE}/mask-guests", json=body).status_code == 400


def test_v2_has_not_implemented_mask_guests(onlive: Call) -> None:
    assert onlive("PUT", f"/v2/appointments/{SAMPLE}/mask-guests", json={}).status_code == 501


@BOTH
def test_calendars_are_listed_by_pages(onlive: Call, version: str) -> None:
    page = onlive("GET", f"/{version}/calendars").json()
    assert (page["total"], len(page["items"]), page["pages"]) == (204, 20, 11)
    assert {"id", "type", "timezone", "externalId", "email", "tags"} <= page["items"][0].keys()


def test_v2_can_ask_for_the_calendars_of_an_appointment(onlive: Call) -> None:
    query = {"appointmentId": "20000000-0000-4000-8000-000000000001"}
    found = onlive("GET", "/v2/calendars", params=query).json()["items"]
    assert [one["id"] for one in found] == [FRONT_DESK, ROOM]


@pytest.mark.parametrize(
    ("calendar_id", "status"), [(FRONT_DESK, 200), (SAMPLE, 404), (FOREIGN_CALENDAR, 403)]
)
def test_a_calendar_is_shown_to_its_organisation(onlive: Call, calendar_id: str, status: int) -> None:
    assert onlive("GET", f"/v2/calendars/{calendar_id}").status_code == status


def test_a_service_has_a_duration(onlive: Call) -> None:
    assert onlive("GET", f"/v1/services/{HALF_AN_HOUR}").json()["duration"] == 30


def test_services_can_be_searched(onlive: Call) -> None:
    found = onlive("GET", "/v1/services", params={"search": "open"}).json()["items"]
    assert [(one["name"], one["allowOverlapping"]) for one in found] == [("Open house", True)]


def test_another_organisation_sees_none_of_the_services(onlive: Call) -> None:
    assert onlive("GET", "/v1/services", key="SANDBOXOTHER").json()["total"] == 0
