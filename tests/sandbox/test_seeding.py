"""Which bookings there are from the start, and how more are added."""

import re
from collections import Counter
from typing import Any

import pytest

from airflow_provider_booking.sandbox import Sandbox, running
from airflow_provider_booking.sandbox.registry import SIMULATORS
from airflow_provider_booking.sandbox.running import ControlError
from airflow_provider_booking.sandbox.world import Start, World


def world(bookings: int, seed: int) -> dict[str, list[dict[str, Any]]]:
    made = World(Start(bookings, seed))
    return {name: simulator.records() for name, simulator in made.simulators.items()}


def test_feishu_starts_with_the_reserve_of_the_vendors_sample(sandbox: Sandbox) -> None:
    sample = sandbox.booking("feishu", "6911188411932033028")
    assert (sample["meeting_no"], sample["password"], sample["expire_status"]) == ("112000358", "971024", 1)
    assert sample["meeting_settings"]["topic"] == "my meeting"
    assert sample["meeting_settings"]["meeting_connect"] is True


def test_jicoo_starts_with_a_booking_like_the_vendors_sample(sandbox: Sandbox) -> None:
    sample = sandbox.booking("jicoo", "sandboxVb7RE")
    assert (sample["status"], sample["eventTypeId"], sample["priority"]) == ("open", "mzgdPJVBb7RE", "low")


@pytest.mark.parametrize(
    ("reserve_id", "member", "value"),
    [
        ("6930000000000000001", "owner_app", "cli_other"),
        ("6930000000000000001", "tenant", "tenant_other"),
        ("6940000000000000001", "owner_app", None),
        ("6950000000000000001", "expire_status", 2),
    ],
)
def test_the_series_of_a_reserve_id_says_what_it_is_for(
    sandbox: Sandbox, reserve_id: str, member: str, value: Any
) -> None:
    assert sandbox.booking("feishu", reserve_id)[member] == value


@pytest.mark.parametrize(
    ("uid", "status"), [("cancelled001", "cancel"), ("requested001", "request"), ("finished0001", "open")]
)
def test_the_uid_of_a_standing_jicoo_booking_says_its_state(sandbox: Sandbox, uid: str, status: str) -> None:
    assert sandbox.booking("jicoo", uid)["status"] == status


def test_made_up_bookings_have_ids_that_can_be_counted(sandbox: Sandbox) -> None:
    assert sandbox.seed("feishu", 2) == ["6920000000000000001", "6920000000000000002"]
    assert sandbox.seed("feishu", 1) == ["6920000000000000003"]
    assert sandbox.seed("jicoo", 2) == ["jicoo0000001", "jicoo0000002"]


def test_bookings_are_spread_evenly_over_the_vendors() -> None:
    none, some = world(0, 7), world(101, 7)
    added = [len(some[name]) - len(none[name]) for name in some]
    assert sum(added) == 101
    assert max(added) - min(added) == 1


def test_the_same_seed_makes_the_same_bookings() -> None:
    assert world(40, 7) == world(40, 7)


def test_another_seed_makes_others() -> None:
    assert world(40, 7) != world(40, 8)


def test_more_bookings_leave_the_first_ones_as_they_are() -> None:
    few, many = world(20, 7), world(200, 7)
    assert all(record in many[name] for name, records in few.items() for record in records)


def test_made_up_reserves_can_all_be_updated_by_the_first_app() -> None:
    made = [one for one in world(200, 7)["feishu"] if one["id"].startswith("692")]
    assert {(one["owner_app"], one["expire_status"]) for one in made} == {("cli_sandbox", 1)}


def test_no_two_made_up_jicoo_bookings_want_the_same_host_at_once() -> None:
    made = [one for one in world(2000, 7)["jicoo"] if one["uid"].startswith("jicoo")]
    slots = Counter((one["hosts"][0]["userId"], one["startedAt"]) for one in made)
    assert set(slots.values()) == {1}


def test_ids_are_unique_and_of_the_vendors_shape() -> None:
    made = world(2000, 7)
    ids = [one["id"] for one in made["feishu"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"\d{19}", one) for one in ids)
    assert all(re.fullmatch(r"\w{12}", one["uid"]) for one in made["jicoo"])


def test_a_sandbox_can_start_with_many() -> None:
    with running(bookings=5 * len(SIMULATORS)) as sandbox:
        assert sandbox.booking("feishu", "6920000000000000005")
        assert sandbox.booking("jicoo", "jicoo0000005")


def test_a_booking_of_ones_own_is_stored_and_the_rest_is_made_up(sandbox: Sandbox) -> None:
    settings = {"topic": "Mine"}
    ids = sandbox.seed("feishu", bookings=[{"id": "42", "meeting_settings": settings}, {"password": "1234"}])
    assert ids == ["42", "6920000000000000002"]
    assert sandbox.booking("feishu", "42")["meeting_settings"] == settings
    assert sandbox.booking("feishu", ids[1])["password"] == "1234"


def test_a_jicoo_booking_of_ones_own_may_bring_its_contacts(sandbox: Sandbox) -> None:
    contacts = [{"name": "Ada", "email": "ada@example.com"}]
    start = {"startedAt": "2030-01-01T10:00:00+09:00", "endedAt": "2030-01-01T02:00:00Z"}
    [uid] = sandbox.seed("jicoo", bookings=[{"uid": "mine", "contacts": contacts, **start}])
    mine = sandbox.booking("jicoo", uid)
    assert (mine["startedAt"], mine["contacts"]) == ("2030-01-01T01:00:00.000Z", contacts)


@pytest.mark.parametrize("vendor", ["feishu", "jicoo"])
def test_what_is_shown_can_be_stored_again(sandbox: Sandbox, vendor: str) -> None:
    before = sandbox.bookings(vendor)
    sandbox.seed(vendor, bookings=before)
    assert sandbox.bookings(vendor) == before


@pytest.mark.parametrize(
    ("vendor", "record", "sentence"),
    [
        ("feishu", {"topic": "x"}, "A Feishu reserve has no topic; it has id, tenant, owner_app,"),
        ("feishu", {"end_time": "tomorrow"}, "end_time must be unix seconds in digits, not 'tomorrow'."),
        ("feishu", {"end_time": 5}, "end_time must be a string, not 5."),
        ("feishu", {"meeting_settings": {"topic": 5}}, "meeting_settings.topic must be a string, not 5."),
        ("jicoo", {"title": "x"}, "A Jicoo booking has no title; it has uid, eventTypeId,"),
        (
            "jicoo",
            {"startedAt": "2030-01-01T10:00:00"},
            "startedAt must be an ISO 8601 date-time with an offset.",
        ),
        ("jicoo", {"hosts": "x"}, "hosts must be a list of at least one host."),
    ],
)
def test_a_booking_that_makes_no_sense_is_refused_in_a_sentence(
    sandbox: Sandbox, vendor: str, record: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ControlError) as refused:
        sandbox.seed(vendor, bookings=[{}, record])
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize(("vendor", "first"), [("feishu", "6920000000000000001"), ("jicoo", "jicoo0000001")])
def test_a_refused_booking_uses_no_id_up(sandbox: Sandbox, vendor: str, first: str) -> None:
    with pytest.raises(ControlError):
        sandbox.seed(vendor, bookings=[{}, {"colour": "red"}])
    assert sandbox.seed(vendor, 1) == [first]
