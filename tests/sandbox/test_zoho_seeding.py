"""The Zoho bookings that are there from the start, made-up ones, and ones that a test brings."""

import re
from typing import Any

import pytest

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.registry import SIMULATORS
from airflow_provider_booking.sandbox.running import ControlError
from airflow_provider_booking.sandbox.world import Start, World

SAMPLE = "1596693672887000001"
WEEKLY = "1598000000000000002"


def made_up(count: int, seed: int) -> list[dict[str, Any]]:
    simulator = World(Start(0, seed)).simulators["zoho"]
    ids = set(simulator.generate(count))
    return [record for record in simulator.records() if record["booking_id"] in ids]


def test_it_starts_with_the_booking_of_the_vendors_sample(sandbox: Sandbox) -> None:
    sample = sandbox.booking("zoho", SAMPLE)
    assert (sample["start_time"], sample["end_time"], sample["timezone"]) == ("0100", "0130", "Asia/Kolkata")
    assert sample["start"] > sandbox.now() * 1000
    assert [one["zid"] for one in sample["attendees"]] == [61130357, 61130359]
    assert [one["zid"] for one in sample["group_attendees"]] == [62219540, 61178943]


@pytest.mark.parametrize(
    ("number", "member", "value"),
    [
        (1, "resources", [{"count": 0, "resource_id": "1605702686149000001", "type": 0}]),
        (2, "is_repeat", True),
        (3, "is_repeat", True),
        (4, "booking_approved", False),
        (5, "bookedby_email", "stranger@example.com"),
        (6, "bookedby_email", "stranger@example.com"),
        (7, "attendees", []),
        (9, "isprivate", True),
    ],
)
def test_the_id_of_a_standing_booking_says_what_it_is_for(
    sandbox: Sandbox, number: int, member: str, value: Any
) -> None:
    assert sandbox.booking("zoho", f"1598{number:015d}")[member] == value


def test_one_standing_booking_is_over(sandbox: Sandbox) -> None:
    assert sandbox.booking("zoho", "1598000000000000008")["end"] < sandbox.now() * 1000


def test_made_up_bookings_have_ids_that_can_be_counted(sandbox: Sandbox) -> None:
    assert sandbox.seed("zoho", 2) == ["1597000000000000001", "1597000000000000002"]
    assert sandbox.seed("zoho", 1) == ["1597000000000000003"]


def test_ids_are_unique_and_of_the_vendors_shape() -> None:
    made = made_up(500, 7)
    assert len({one["booking_id"] for one in made}) == len({one["uid"] for one in made}) == 500
    assert all(re.fullmatch(r"\d{19}", one["booking_id"]) for one in made)
    assert all(re.fullmatch(r"ZRB_[0-9a-f]{32}@zoho\.com", one["uid"]) for one in made)


def test_made_up_bookings_are_the_organizers_of_the_first_refresh_token_and_in_the_future() -> None:
    made = made_up(500, 7)
    assert {one["bookedby_email"] for one in made} == {"cal1@example.com"}
    assert min(one["start"] for one in made) > World(Start()).clock.now() * 1000


@pytest.mark.parametrize("member", ["description", "attendees", "group_attendees", "isprivate"])
def test_some_made_up_bookings_have_an_optional_member_and_some_have_not(member: str) -> None:
    assert {bool(one[member]) for one in made_up(100, 7)} == {True, False}


def test_made_up_bookings_are_in_several_zones() -> None:
    assert {one["timezone"] for one in made_up(100, 7)} == {
        "Asia/Kolkata",
        "Europe/Berlin",
        "America/New_York",
    }


def test_the_same_seed_makes_the_same_bookings_and_another_seed_others() -> None:
    assert made_up(50, 7) == made_up(50, 7)
    assert made_up(50, 7) != made_up(50, 8)


def test_the_room_of_a_made_up_booking_can_be_looked_up(sandbox: Sandbox, zoho: Any) -> None:
    [booking_id] = sandbox.seed("zoho", 1)
    room_id = sandbox.booking("zoho", booking_id)["resources"][0]["resource_id"]
    assert zoho("GET", f"/resources/{room_id}", params={"isCurTime": "false"}).status_code == 200


def test_what_is_shown_can_be_stored_again_exceptions_included(sandbox: Sandbox, zoho: Any) -> None:
    series = sandbox.booking("zoho", WEEKLY)
    query = {"recurrence_deletetype": "only", "recurrenceid_in_millis": series["start"]}
    zoho("DELETE", f"/bookings/{WEEKLY}", params=query)
    named = {"recurrence_edittype": "following", "recurrenceid_in_millis": series["start"] + 7 * 86_400_000}
    changes = {name: series[name] for name in ("dateandtime", "resources")} | {"title": "x"} | named
    zoho("POST", f"/bookings/{WEEKLY}", booking=changes)
    before = sandbox.bookings("zoho")
    assert len(sandbox.booking("zoho", WEEKLY)["exceptions"]) == 5
    sandbox.reset()
    sandbox.seed("zoho", bookings=before)
    assert sandbox.bookings("zoho") == before


def test_a_booking_of_ones_own_is_stored_and_the_rest_is_made_up(sandbox: Sandbox) -> None:
    times = {"start": "20300101T090000", "end": "20300101T100000", "timezone": "UTC"}
    person = {"email": "ada@example.com", "zid": 7}
    ids = sandbox.seed(
        "zoho",
        bookings=[{"booking_id": "42", "dateandtime": times, "attendees": [person]}, {"title": "Mine"}],
    )
    assert ids == ["42", "1597000000000000002"]
    assert sandbox.booking("zoho", "42")["start"] == 1893488400000
    assert sandbox.booking("zoho", "42")["attendees"][0]["permission"] == 1
    assert sandbox.booking("zoho", ids[1])["title"] == "Mine"


def test_a_booking_may_be_brought_as_anybody_reads_it(sandbox: Sandbox, zoho: Any) -> None:
    before = sandbox.booking("zoho", SAMPLE)
    seen = zoho("GET", f"/bookings/{SAMPLE}", as_user="viewer").json()
    assert seen["role"] == "attendee"
    sandbox.seed("zoho", bookings=[seen])
    assert sandbox.booking("zoho", SAMPLE) == before


def test_a_room_that_is_not_known_comes_with_the_booking_that_is_stored(sandbox: Sandbox, zoho: Any) -> None:
    sandbox.seed("zoho", bookings=[{"resources": [{"resource_id": "77", "type": 0}]}])
    assert zoho("GET", "/resources/77", params={"isCurTime": "false"}).json()["resource_id"] == "77"


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ({"name": "x"}, "A Zoho booking has no name; it has attendees, booked_by,"),
        ({"dateandtime": {"start": "now"}}, "dateandtime.start is not what Zoho would store."),
        ({"title": 5}, "title is not what Zoho would store."),
        ({"booked_by": "1"}, "booked_by is not what Zoho would store."),
        ({"attendees": [{"zid": 1}]}, "attendees.email is not what Zoho would store."),
        ({"attendees": "x"}, "attendees is not what Zoho would store."),
        ({"repeat": {"freq": "yearly"}}, "repeat.until is not what Zoho would store."),
        ({"exceptions": []}, "exceptions is not what Zoho would store."),
        ({"exceptions": {"1": {"name": "x"}}}, "A Zoho booking has no name;"),
        ({"exceptions": {"1": {"start": 1}}}, "start does not follow from the other members"),
        ({"start": 1893488400000}, "start does not follow from the other members of the Zoho booking; leave"),
        ({"desc": "Another"}, "desc does not follow"),
        ({"timezone": "Asia/Tokyo"}, "timezone does not follow"),
        ({"is_repeat": True}, "is_repeat does not follow"),
        ({"bookedby_email": "nobody@example.com"}, "bookedby_email does not follow"),
    ],
)
def test_a_booking_that_makes_no_sense_is_refused_in_a_sentence_and_uses_no_id_up(
    sandbox: Sandbox, record: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ControlError) as refused:
        sandbox.seed("zoho", bookings=[{}, record])
    assert str(refused.value).startswith(sentence)
    assert sandbox.seed("zoho", 1) == ["1597000000000000001"]


def test_the_connection_names_both_hosts_and_the_refresh_token() -> None:
    simulator = next(simulator for simulator in SIMULATORS if simulator.vendor == "zoho")
    assert simulator.connection("http://127.0.0.1:9999") == {
        "conn_id": "zoho_calendar_default",
        "conn_type": "zoho_calendar",
        "login": "1000.SANDBOX",
        "password": "sandbox-secret",
        "host": "http://127.0.0.1:9999/zoho",
        "extra": {
            "refresh_token": "1000.sandbox.refresh",
            "accounts_url": "http://127.0.0.1:9999/zoho-accounts",
        },
    }


def test_zoho_has_no_meetings_to_start(sandbox: Sandbox) -> None:
    with pytest.raises(ControlError, match="zoho has no meetings"):
        sandbox.start_meeting("zoho", SAMPLE)
