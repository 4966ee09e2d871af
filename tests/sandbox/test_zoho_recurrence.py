"""docs/vendors/zoho.md, "Simulator rules" 25 to 28: bookings that repeat."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox

SAMPLE = "1596693672887000001"
WEEKLY = "1598000000000000002"  # 6 times
MONTHLY = "1598000000000000003"  # twice
OTHER_ROOM, BRANCH = "1605702686149000002", "1604000000000000011"
Call = Callable[..., httpx.Response]


def series(zoho: Call, booking_id: str = WEEKLY) -> list[dict[str, Any]]:
    """Give the occurrences of a booking in the other room, as the list of that room shows them."""
    query = {
        "startDate": "01/01/2000",
        "endDate": "12/31/2099",
        "branch_id": BRANCH,
        "resource_id": OTHER_ROOM,
    }
    days = zoho("GET", "/bookings", params=query).json()[OTHER_ROOM].values()
    return [one for day in days for one in day if one["booking_id"] == booking_id]


def moved(occurrence: dict[str, Any], **by: float) -> dict[str, Any]:
    times = occurrence["dateandtime"]
    start, end = (datetime.fromisoformat(times[name]) for name in ("start", "end"))
    later = {"start": start + timedelta(**by), "end": end + timedelta(**by)}
    return {"dateandtime": times | {name: f"{time:%Y%m%dT%H%M%S}" for name, time in later.items()}}


def edit(how: str | None, occurrence: dict[str, Any], **changes: Any) -> dict[str, Any]:
    named = {"recurrenceid_in_millis": occurrence["recurrence_id"]}
    kind = {} if how is None else {"recurrence_edittype": how}
    return {"dateandtime": occurrence["dateandtime"]} | named | kind | changes


def titles(zoho: Call) -> list[str]:
    return [one["title"] for one in series(zoho)]


def test_each_occurrence_is_listed_with_its_id_in_milliseconds(zoho: Call) -> None:
    found = series(zoho)
    assert [one["recurrence_id"] for one in found] == [one["start"] for one in found]
    assert {after["start"] - before["start"] for before, after in pairwise(found)} == {7 * 86_400_000}
    assert len(found) == 6


def test_one_occurrence_can_be_read_by_its_id(zoho: Call) -> None:
    third = series(zoho)[2]
    assert (
        zoho("GET", f"/bookings/{WEEKLY}", params={"recurrence_id": third["recurrence_id"]}).json() == third
    )


def test_without_an_id_the_series_is_read_as_it_begins(zoho: Call) -> None:
    whole = zoho("GET", f"/bookings/{WEEKLY}").json()
    assert (whole["is_repeat"], whole["start"]) == (True, series(zoho)[0]["start"])
    assert "recurrence_id" not in whole


def test_an_id_that_is_no_occurrence_is_not_found(zoho: Call) -> None:
    assert zoho("GET", f"/bookings/{WEEKLY}", params={"recurrence_id": 1}).status_code == 404


def test_a_booking_that_does_not_repeat_is_read_whatever_the_id(zoho: Call) -> None:
    answer = zoho("GET", f"/bookings/{SAMPLE}", params={"recurrence_id": 1638630000000})
    assert (answer.status_code, answer.json()["is_repeat"]) == (200, False)


def test_rule_25_only_changes_that_occurrence_only(zoho: Call, zoho_update: Call) -> None:
    third = series(zoho)[2]
    assert zoho_update(WEEKLY, edit("only", third, title="x")).status_code == 200
    assert titles(zoho) == ["Weekly call"] * 2 + ["x"] + ["Weekly call"] * 3


def test_rule_25_an_occurrence_that_was_moved_keeps_its_id(zoho: Call, zoho_update: Call) -> None:
    before = series(zoho)
    zoho_update(WEEKLY, edit("only", before[2], **moved(before[2], hours=1)))
    after = series(zoho)
    assert [one["recurrence_id"] for one in after] == [one["recurrence_id"] for one in before]
    assert [new["start"] - old["start"] for old, new in zip(before, after, strict=True)] == [
        0,
        0,
        3_600_000,
        0,
        0,
        0,
    ]


def test_rule_26_following_changes_the_later_ones_and_neither_the_named_one_nor_the_earlier(
    zoho: Call, zoho_update: Call
) -> None:
    third = series(zoho)[2]
    assert zoho_update(WEEKLY, edit("following", third, title="x")).status_code == 200
    assert titles(zoho) == ["Weekly call"] * 3 + ["x"] * 3


def test_rule_26_the_later_ones_move_by_what_the_named_one_would_have_moved(
    zoho: Call, zoho_update: Call
) -> None:
    before = series(zoho)
    zoho_update(WEEKLY, edit("following", before[2], **moved(before[2], days=1)))
    shifts = [new["start"] - old["start"] for old, new in zip(before, series(zoho), strict=True)]
    assert shifts == [0] * 3 + [86_400_000] * 3


def test_rule_26_after_the_last_one_there_is_nothing_to_change(zoho: Call, zoho_update: Call) -> None:
    before = series(zoho)
    body = zoho_update(WEEKLY, edit("following", before[-1], title="x")).json()
    assert body == {"booking_count_json": {}, "start_date": before[-1]["start_date"]}
    assert series(zoho) == before


@pytest.mark.parametrize("how", ["all", None])
def test_rule_27_all_changes_every_occurrence_and_is_what_no_edit_type_means(
    zoho: Call, zoho_update: Call, how: str | None
) -> None:
    third = series(zoho)[2]
    assert zoho_update(WEEKLY, edit(how, third, title="x")).status_code == 200
    assert titles(zoho) == ["x"] * 6


@pytest.mark.parametrize("by_occurrence", [True, False])
def test_rule_27_the_whole_series_moves_by_what_the_time_that_was_named_moves(
    sandbox: Sandbox, zoho: Call, zoho_update: Call, by_occurrence: bool
) -> None:
    before = series(zoho)
    changes = moved(sandbox.booking("zoho", WEEKLY), hours=2)
    if by_occurrence:
        changes = edit("all", before[2], **moved(before[2], hours=2))
    zoho_update(WEEKLY, changes)
    shifts = {new["start"] - old["start"] for old, new in zip(before, series(zoho), strict=True)}
    assert shifts == {2 * 3_600_000}


def test_rule_27_an_occurrence_that_differs_goes_along_and_stays_different(
    sandbox: Sandbox, zoho: Call, zoho_update: Call
) -> None:
    third = series(zoho)[2]
    zoho_update(WEEKLY, edit("only", third, **moved(third, hours=1)))
    zoho_update(WEEKLY, moved(sandbox.booking("zoho", WEEKLY), hours=4))
    starts = [one["start_time"] for one in series(zoho)]
    assert starts == ["1300", "1300", "1400", "1300", "1300", "1300"]


@pytest.mark.parametrize(
    "changes",
    [
        {"recurrence_edittype": "only"},
        {"recurrence_edittype": "following"},
        {"recurrence_edittype": "only", "recurrenceid_in_millis": 1638630000000},
        {"recurrence_edittype": "following", "recurrenceid_in_millis": "1638630000000"},
        {"recurrenceid_in_millis": 1638630000000},
        {"recurrence_edittype": "only", "recurrenceid_in_millis": "today"},
    ],
)
@pytest.mark.parametrize("booking_id", [WEEKLY, SAMPLE])
def test_rule_28_without_the_id_of_an_occurrence_it_is_refused_and_nothing_changes(
    sandbox: Sandbox, zoho_update: Call, booking_id: str, changes: dict[str, Any]
) -> None:
    before = sandbox.booking("zoho", booking_id)
    answer = zoho_update(booking_id, {"title": "x"} | changes)
    assert (answer.status_code, answer.json()["error_message"]) == (400, "recurrenceid_in_millis")
    assert sandbox.booking("zoho", booking_id) == before


def test_rule_28_the_id_may_be_sent_as_text(zoho: Call, zoho_update: Call) -> None:
    third = series(zoho)[2]
    as_text = edit("only", third, title="x", recurrenceid_in_millis=str(third["recurrence_id"]))
    assert zoho_update(WEEKLY, as_text).status_code == 200


def test_rule_9_a_change_of_a_series_is_answered_with_one_date_for_each_occurrence(
    zoho: Call, zoho_update: Call
) -> None:
    found = series(zoho)
    body = zoho_update(WEEKLY, edit("following", found[2], title="x")).json()
    dates = [one["start_date"] for one in found[3:]]
    assert body.keys() == {*dates, "booking_count_json", "start_date"}
    assert body["start_date"] == dates[0]
    assert body["booking_count_json"] == {f"{day}_{day}_{OTHER_ROOM}": 1 for day in dates}
    assert [body[day]["recurrence_id"] for day in dates] == [one["recurrence_id"] for one in found[3:]]


def test_rule_22_a_series_is_refused_if_one_of_its_occurrences_clashes(
    sandbox: Sandbox, zoho: Call, zoho_update: Call
) -> None:
    council = sandbox.booking("zoho", MONTHLY)  # a Monday at 15:00, as the weekly call is at 9:00
    before = series(zoho)
    answer = zoho_update(WEEKLY, moved(sandbox.booking("zoho", WEEKLY), hours=6))
    assert council["start_time"] == "1500"
    assert answer.json()["errorcode"] == "RESOURCE_NOT_AVAILABLE_FOR_BOOKING"
    assert series(zoho) == before


def test_rule_22_an_occurrence_is_not_refused_for_the_slot_of_another(
    sandbox: Sandbox, zoho: Call, zoho_update: Call
) -> None:
    found = series(zoho)
    clash = {name: found[0][name] for name in ("dateandtime", "resources")}
    sandbox.seed("zoho", bookings=[clash])
    assert zoho_update(WEEKLY, edit("only", found[2], title="x")).status_code == 200


def test_rule_22_a_booking_is_refused_on_the_slot_of_an_occurrence(zoho: Call, zoho_update: Call) -> None:
    third = series(zoho)[2]
    taken = {"dateandtime": third["dateandtime"], "resources": third["resources"]}
    assert zoho_update(SAMPLE, taken).json()["errorcode"] == "RESOURCE_NOT_AVAILABLE_FOR_BOOKING"


@pytest.mark.parametrize("interval", [1, 50])
def test_rule_24_a_series_may_not_be_said_to_go_on_beyond_the_configured_months(
    sandbox: Sandbox, zoho_update: Call, interval: int
) -> None:
    until = f"{datetime.fromtimestamp(sandbox.now(), UTC) + timedelta(days=100):%Y%m%d}"
    answer = zoho_update(WEEKLY, {"repeat": {"freq": "weekly", "interval": interval, "until": until}})
    assert answer.json()["errorcode"] == "BOOKING_RANGE_CANNOT_EXCEED_CONFIGURED_MONTHS"


def test_rule_24_no_occurrence_may_be_moved_beyond_the_configured_months(
    zoho: Call, zoho_update: Call
) -> None:
    before = series(zoho)
    answer = zoho_update(WEEKLY, edit("following", before[0], **moved(before[0], days=60)))
    assert answer.json()["errorcode"] == "BOOKING_RANGE_CANNOT_EXCEED_CONFIGURED_MONTHS"
    assert series(zoho) == before


@pytest.mark.parametrize(("how", "left"), [("only", [0, 1, 3, 4, 5]), ("following", [0, 1, 2]), ("all", [])])
def test_rule_33_occurrences_are_deleted_as_they_are_updated(zoho: Call, how: str, left: list[int]) -> None:
    before = series(zoho)
    query = {"recurrence_deletetype": how, "recurrenceid_in_millis": before[2]["recurrence_id"]}
    assert zoho("DELETE", f"/bookings/{WEEKLY}", params=query).json()["status"] is True
    assert series(zoho) == [before[one] for one in left]


def test_rule_33_a_series_without_occurrences_is_gone(zoho: Call) -> None:
    for one in series(zoho, MONTHLY):
        query = {"recurrence_deletetype": "only", "recurrenceid_in_millis": one["recurrence_id"]}
        zoho("DELETE", f"/bookings/{MONTHLY}", params=query)
    assert zoho("GET", f"/bookings/{MONTHLY}").status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"recurrence_deletetype": "only"}, "recurrenceid_in_millis"),
        ({"recurrence_deletetype": "only", "recurrenceid_in_millis": 1}, "recurrenceid_in_millis"),
        ({"recurrence_deletetype": "this"}, "recurrence_deletetype"),
        ({"ntfy": "3"}, "ntfy"),
    ],
)
def test_rule_33_a_deletion_that_makes_no_sense_is_refused(
    zoho: Call, query: dict[str, Any], field: str
) -> None:
    answer = zoho("DELETE", f"/bookings/{WEEKLY}", params=query)
    assert (answer.status_code, answer.json()["error_message"]) == (400, field)


@pytest.mark.parametrize(
    ("repeat", "starts"),
    [
        ({"freq": "daily", "interval": 2, "until": "20200710"}, ["0701", "0703", "0705", "0707", "0709"]),
        ({"freq": "weekly", "interval": 1, "until": "20200715"}, ["0701", "0708", "0715"]),
        ({"freq": "weekly", "interval": 2, "until": "20200717", "byday": "Fr,Mo"}, ["0703", "0713", "0717"]),
        ({"freq": "monthly", "interval": 1, "until": "20200901"}, ["0701", "0801", "0901"]),
        ({"freq": "monthly", "interval": 1, "until": "20200930", "byday": "2Mo"}, ["0713", "0810", "0914"]),
        (
            {"freq": "monthly", "interval": 1, "until": "20201031", "bymonthday": "31"},
            ["0731", "0831", "1031"],
        ),
        ({"freq": "monthly", "interval": 2, "until": "20200930", "bymonthday": "3"}, ["0703", "0903"]),
    ],
)
def test_a_booking_repeats_as_it_says(
    sandbox: Sandbox, zoho: Call, repeat: dict[str, Any], starts: list[str]
) -> None:
    times = {"start": "20200701T090000", "end": "20200701T093000", "timezone": "Asia/Kolkata"}
    room = [{"resource_id": OTHER_ROOM, "type": 0}]
    body = {"title": "x", "dateandtime": times, "resources": room, "repeat": repeat}
    answer = zoho("POST", "/bookings", booking=body).json()
    assert [name for name in answer if name.isdigit()] == [f"2020{start}" for start in starts]
    assert sandbox.booking("zoho", "1599000000000000001")["repeat"] == repeat


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"freq": "yearly"}, "repeat.freq"),
        ({"interval": 0}, "repeat.interval"),
        ({"interval": "1"}, "repeat.interval"),
        ({"until": "2020-07-31"}, "repeat.until"),
        ({"until": "20190101"}, "repeat.until"),  # before it begins
        ({"byday": "Monday"}, "repeat.byday"),
        ({"freq": "monthly", "byday": "Mo"}, "repeat.byday"),
        ({"freq": "monthly", "bymonthday": "32"}, "repeat.bymonthday"),
    ],
)
def test_a_repeat_rule_that_makes_no_sense_is_refused(
    zoho_update: Call, changes: dict[str, Any], field: str
) -> None:
    times = {"start": "20200701T090000", "end": "20200701T093000", "timezone": "Asia/Kolkata"}
    repeat = {"freq": "weekly", "interval": 1, "until": "20200731"} | changes
    answer = zoho_update(SAMPLE, {"dateandtime": times, "repeat": repeat})
    assert (answer.status_code, answer.json()["error_message"]) == (400, field)
