"""docs/vendors/onlive.md, "Simulator rules" 7 to 10, 15, 16, 18, 19, 23, 24 and 26: updating."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
TWO_CALENDARS = "20000000-0000-4000-8000-000000000001"
PENDING = "30000000-0000-4000-8000-000000000001"
OVER = "d0000000-0000-4000-8000-000000000001"
A, B = {"email": "a@example.com"}, {"email": "b@example.com", "extraFields": {"firstName": "Bea"}}
V1, V2 = "v1", "v2"
BOTH = pytest.mark.parametrize("version", [V1, V2])
END_NAME = {V1: "end", V2: "endAt"}
START_NAME = {V1: "start", V2: "startAt"}
Call = Callable[..., httpx.Response]
Put = Callable[..., httpx.Response]


def stored(sandbox: Sandbox, appointment_id: str = SAMPLE) -> dict[str, Any]:
    return sandbox.booking("onlive", appointment_id)


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def outcome(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()


def refusal(status: int, message: str, *errors: tuple[str, str]) -> tuple[int, dict[str, Any]]:
    fields = [{"field": name, "message": wrong} for name, wrong in errors]
    return status, {"statusCode": status, "message": message, "errors": fields}


@BOTH
def test_rule_7_a_title_alone_changes_the_title_and_updated_at(
    sandbox: Sandbox, onlive_put: Put, version: str
) -> None:
    before = stored(sandbox)
    answer = onlive_put({"title": "x"}, version=version)
    assert (answer.status_code, answer.json()["title"]) == (200, "x")
    assert changed(before, stored(sandbox)) == {"title", "updatedAt"}


def test_rule_7_updated_at_advances_even_within_a_millisecond(sandbox: Sandbox, onlive_put: Put) -> None:
    sandbox.freeze()
    times = [onlive_put({"title": "x"}).json()["updatedAt"] for _ in range(3)]
    assert times == sorted(set(times))


@BOTH
@pytest.mark.parametrize("guests", [[A], [B, A], []])
def test_rule_8_guests_are_exactly_those_that_were_sent(
    onlive_put: Put, version: str, guests: list[Any]
) -> None:
    onlive_put({"guests": [{"email": "old@example.com"}, B]})
    assert onlive_put({"guests": guests}, version=version).json()["guests"] == guests


def test_rule_8_reminders_are_exactly_those_that_were_sent(onlive_put: Put) -> None:
    reminders = [{"time": 30, "unit": "m"}, {"time": 60, "unit": "m"}]
    assert onlive_put({"reminders": reminders}).json()["reminders"] == reminders


@pytest.mark.parametrize(
    ("name", "cleared"),
    [
        *((name, None) for name in ("title", "description", "lang", "classification", "agentComment")),
        ("event", None),
        ("guests", []),
        ("reminders", []),
        ("extraFields", {}),
    ],
)
def test_rule_9_null_clears(sandbox: Sandbox, onlive_put: Put, name: str, cleared: Any) -> None:
    full = {"description": "x", "lang": "en", "classification": "internal", "agentComment": "x"}
    onlive_put(full | {"title": "x"})
    before = stored(sandbox)
    assert onlive_put({name: None}).json()[name] == cleared
    assert changed(before, stored(sandbox)) == {name, "updatedAt"}


@BOTH
@pytest.mark.parametrize("names", [START_NAME, END_NAME, {V1: "state", V2: "status"}])
def test_rule_9_times_and_state_cannot_be_cleared(
    onlive_put: Put, version: str, names: dict[str, str]
) -> None:
    name = names[version]
    refused = refusal(400, "Invalid input data", (name, "Must not be null"))
    assert outcome(onlive_put({name: None}, version=version)) == refused


def test_rule_10_extra_fields_are_replaced_as_a_whole(onlive_put: Put) -> None:
    assert onlive_put({"extraFields": {"a": 1}}).json()["extraFields"] == {"a": 1}


def test_rule_10_an_event_is_replaced_as_a_whole(onlive_put: Put) -> None:
    assert onlive_put({"event": {"room": "x"}}).json()["event"] == {"room": "x"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", 5),
        ("guests", A),
        ("guests", ["a@example.com"]),
        ("guests", [A | {"extraFields": "x"}]),
        ("guests", [A | {"extraFields": []}]),
        ("reminders", [{"time": "15", "unit": "m"}]),
        ("reminders", [{"time": 15}]),
        ("extraFields", []),
        ("event", "room"),
        ("state", True),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_and_nothing_is_stored(
    sandbox: Sandbox, onlive_put: Put, name: str, value: Any
) -> None:
    before = stored(sandbox)
    status, body = outcome(onlive_put({"description": "x", name: value}))
    assert (status, [error["field"] for error in body["errors"]]) == (400, [name])
    assert stored(sandbox) == before


def test_every_field_that_is_wrong_is_named(onlive_put: Put) -> None:
    errors = onlive_put({"title": 5, "lang": 5, "start": "x", "description": "fine"}).json()["errors"]
    assert [error["field"] for error in errors] == ["title", "lang", "start"]


def people(count: int) -> list[dict[str, str]]:
    return [{"email": f"guest{number}@example.com"} for number in range(count)]


TOO_MANY = refusal(422, "Validation failed", ("guests", "Maximum number of guests exceeded"))


def test_rule_15_there_may_be_50_guests(onlive_put: Put) -> None:
    assert onlive_put({"guests": people(50)}).status_code == 200
    assert outcome(onlive_put({"guests": people(51)})) == TOO_MANY


def test_rule_15_the_most_guests_are_a_switch(sandbox: Sandbox, onlive_put: Put) -> None:
    sandbox.switch("onlive", guest_limit=2)
    assert onlive_put({"guests": people(2)}).status_code == 200
    assert outcome(onlive_put({"guests": people(3)})) == TOO_MANY


@pytest.mark.parametrize(
    "guests",
    [
        [A, A],
        [A, {"email": "A@Example.com"}],
        [{"email": "nobody"}],
        [{"email": "a b@example.com"}],
        [{"email": "@example.com"}],
        [{"email": None}],
        [{}],
    ],
)
@BOTH
def test_rule_16_an_address_that_is_malformed_or_there_twice_is_refused(
    sandbox: Sandbox, onlive_put: Put, version: str, guests: list[Any]
) -> None:
    before = stored(sandbox)
    status, body = outcome(onlive_put({"guests": guests, "title": "x"}, version=version))
    assert (status, body["message"], body["errors"][0]["field"]) == (422, "Validation failed", "guests")
    assert stored(sandbox) == before


NOT_UPDATABLE: dict[str, Any] = {
    "id": PENDING,
    "calendarIds": [],
    "serviceId": 5,
    "userGroupId": None,
    "blocked": True,
    "allowOverlapping": True,
    "createdAt": None,
    "colour": "red",
}


@pytest.mark.parametrize(
    ("version", "others"),
    [
        (V1, {"origin": "x", "externalId": "x", "subStatus": "x"}),
        (V2, {"classification": "x", "agentComment": "x"}),
    ],
)
def test_rule_18_keys_that_are_unknown_or_cannot_be_updated_are_ignored(
    sandbox: Sandbox, onlive_put: Put, version: str, others: dict[str, Any]
) -> None:
    before = stored(sandbox)
    assert onlive_put(NOT_UPDATABLE | others, version=version).status_code == 200
    assert changed(before, stored(sandbox)) == {"updatedAt"}


@pytest.mark.parametrize("name", NOT_UPDATABLE)
@BOTH
def test_rule_18_in_strict_mode_they_are_refused(
    sandbox: Sandbox, onlive_put: Put, version: str, name: str
) -> None:
    sandbox.switch("onlive", strict_body=True)
    status, body = outcome(onlive_put({"title": "x", name: NOT_UPDATABLE[name]}, version=version))
    assert (status, [error["field"] for error in body["errors"]]) == (400, [name])


def test_rule_19_both_versions_show_the_same_appointment_under_their_own_names(
    onlive: Call, onlive_put: Put
) -> None:
    onlive_put({"agentComment": "x"})
    one = onlive("GET", f"/v1/appointments/{SAMPLE}").json()
    two = onlive("GET", f"/v2/appointments/{SAMPLE}").json()
    renamed = {"start": "startAt", "end": "endAt", "state": "status", "agentComment": "comment"}
    assert {name: one[name] for name in renamed} == {name: two[other] for name, other in renamed.items()}
    assert one.keys() - renamed.keys() - two.keys() == {"blocked", "classification", "cancellationToken"}
    assert two.keys() - set(renamed.values()) - one.keys() == {"subStatus", "originUrl", "interactionId"}


def test_rule_19_a_reminder_has_a_direction_in_v2_only(onlive: Call) -> None:
    reminders = {
        version: onlive("GET", f"/{version}/appointments/{SAMPLE}").json()["reminders"]
        for version in (V1, V2)
    }
    assert reminders == {
        V1: [{"time": 15, "unit": "m"}],
        V2: [{"time": 15, "unit": "m", "direction": "before"}],
    }


@pytest.mark.parametrize(
    ("version", "body"),
    [
        (V2, {"start": "x", "end": "x", "state": "x"}),
        (V1, {"startAt": "x", "endAt": "x", "status": "x", "comment": "x"}),
    ],
)
def test_rule_19_the_names_of_the_other_version_are_ignored(
    sandbox: Sandbox, onlive_put: Put, version: str, body: dict[str, Any]
) -> None:
    before = stored(sandbox)
    assert onlive_put(body, version=version).status_code == 200
    assert changed(before, stored(sandbox)) == {"updatedAt"}


def test_rule_19_v2_can_update_what_v1_cannot(onlive_put: Put) -> None:
    body = {
        "status": "confirmed",
        "subStatus": "user-request",
        "origin": "import",
        "originUrl": "https://example.com/",
        "comment": "Follow-up",
        "interactionId": "i-1",
        "externalId": "e-1",
    }
    shown = onlive_put(body, version=V2).json()
    assert {name: shown[name] for name in body} == body


def test_cancelling_by_state_sets_the_time_and_coming_back_clears_it(
    sandbox: Sandbox, onlive_put: Put
) -> None:
    sandbox.freeze()
    now = sandbox.control("GET", "/health")["now_iso"]
    assert onlive_put({"state": "cancelled"}).json()["cancelledAt"] == now
    sandbox.advance(60)
    assert onlive_put({"state": "cancelled"}).json()["cancelledAt"] == now
    assert onlive_put({"state": "confirmed"}).json()["cancelledAt"] is None


@BOTH
def test_rule_23_every_update_tells_the_guests_and_the_calendars(
    sandbox: Sandbox, onlive_put: Put, version: str
) -> None:
    onlive_put({"title": "x", "guests": [A]}, TWO_CALENDARS, version)
    [told] = sandbox.notifications("onlive")
    assert (told["booking_id"], told["change"]) == (TWO_CALENDARS, "updated")
    assert told["to"] == [
        "guest.20@example.com",
        "a@example.com",
        "front.desk@example.com",
        "room2@example.com",
    ]


def test_rule_23_an_update_that_changes_nothing_tells_them_too(sandbox: Sandbox, onlive_put: Put) -> None:
    onlive_put({})
    assert len(sandbox.notifications("onlive")) == 1


def test_rule_23_a_refused_update_tells_nobody(sandbox: Sandbox, onlive_put: Put) -> None:
    onlive_put({"title": 5})
    onlive_put({"guests": [A, A]})
    onlive_put({"title": "x"}, OVER)
    assert sandbox.notifications("onlive") == []


SAMPLE_REPLY = {
    *("id", "createdAt", "updatedAt", "title", "description", "start", "end", "guests", "reminders"),
    *("extraFields", "event", "state"),
}


def test_rule_24_by_default_v1_answers_an_update_with_all_that_get_shows(
    onlive: Call, onlive_put: Put
) -> None:
    assert onlive_put({"title": "x"}).json() == onlive("GET", f"/v1/appointments/{SAMPLE}").json()


def test_rule_24_with_the_switch_v1_answers_with_the_twelve_members_of_the_sample(
    sandbox: Sandbox, onlive: Call, onlive_put: Put
) -> None:
    sandbox.switch("onlive", update_reply="sample")
    shown = onlive_put({"title": "x"}).json()
    assert shown.keys() == SAMPLE_REPLY
    assert shown.items() <= onlive("GET", f"/v1/appointments/{SAMPLE}").json().items()


def test_rule_24_v2_answers_with_all_in_either_position(
    sandbox: Sandbox, onlive: Call, onlive_put: Put
) -> None:
    sandbox.switch("onlive", update_reply="sample")
    assert onlive_put({"title": "x"}, version=V2).json() == onlive("GET", f"/v2/appointments/{SAMPLE}").json()


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2030-03-10T08:00:00Z", "2030-03-10T08:00:00.000Z"),
        ("2030-03-10T08:00:00.5Z", "2030-03-10T08:00:00.500Z"),
        ("2030-03-10T08:00Z", "2030-03-10T08:00:00.000Z"),
        ("2030-03-10T09:00:00+01:00", "2030-03-10T08:00:00.000Z"),
    ],
)
def test_rule_26_times_come_back_in_utc_with_milliseconds(onlive_put: Put, sent: str, shown: str) -> None:
    assert onlive_put({"start": sent, "end": "2030-03-10T18:00:00Z"}).json()["start"] == shown


NO_JSON = {
    "cut": b"{",
    "list": b"[]",
    "text": b'"title"',
    "no UTF-8": b"\xff",
    "NaN": b'{"extraFields": {"a": NaN}}',
    "infinite": b'{"extraFields": {"a": -Infinity}}',
    "too great": b'{"extraFields": {"a": 1e999}}',
    "deep": b'{"extraFields": {"a": ' + b"[" * 200 + b"]" * 200 + b"}}",
    "endless": b'{"extraFields": ' + b'{"a":' * 100_000,
}


@pytest.mark.parametrize("content", NO_JSON.values(), ids=NO_JSON)
def test_a_body_that_is_no_json_object_is_refused_and_nothing_is_stored(
    sandbox: Sandbox, onlive: Call, content: bytes
) -> None:
    before = stored(sandbox)
    answer = onlive("PUT", f"/v1/appointments/{SAMPLE}", content=content)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "body")
    assert stored(sandbox) == before


def test_numbers_with_a_fraction_are_kept(onlive_put: Put) -> None:
    assert onlive_put({"extraFields": {"a": 1.5}}).json()["extraFields"] == {"a": 1.5}
