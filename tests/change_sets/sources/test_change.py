"""An operator's `change`: one of six forms."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.rows import Wish
from airflow_provider_booking.change_sets.sources.change import parse_change
from airflow_provider_booking.vendors.verbs import Closing, Replacing


def wish(value: Any) -> Wish:
    found = parse_change(value)
    assert found is not None
    return found


def outcome(duration: str) -> timedelta | str | None:
    try:
        return wish({"shift": duration}).shift
    except InvalidInput as refused:
        return refused.hint


def test_no_change_is_no_wish() -> None:
    assert parse_change(None) is None


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        ("PT2H", timedelta(hours=2)),
        ("+PT2H", timedelta(hours=2)),
        ("-P1D", timedelta(days=-1)),
        ("PT90M", timedelta(minutes=90)),
        ("P1W", timedelta(weeks=1)),
        ("P1W2DT3H4M5S", timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5)),
        ("PT36H", timedelta(hours=36)),
    ],
)
def test_a_shift_is_an_iso_duration(duration: str, expected: timedelta) -> None:
    assert wish({"shift": duration}) == Wish(shift=expected)


@pytest.mark.parametrize(
    ("duration", "said"),
    [
        ("P1M", "has years or months, which are not of one length: write weeks or days"),
        ("-P1Y2D", "has years or months"),
        ("P0D", "is zero: say by how much to move"),
        ("-PT0S", "is zero"),
        ("P99999999999W", "is longer than the calendar"),
        ("P" + "9" * 400 + "D", "is longer than the calendar"),
        ("P" + "9" * 5000 + "D", "is longer than the calendar"),
        ("P", "is not a duration: write ISO 8601 in weeks, days, hours, minutes and seconds"),
        ("P1DT", "is not a duration"),
        ("PT", "is not a duration"),
        ("PT1.5H", "is not a duration"),
        ("2h", "is not a duration"),
        ("P-1D", "is not a duration"),
        ("PT٢H", "is not a duration"),
        ("PT2H\n", "is not a duration"),
        ("", "is not a duration"),
        (7200, "is a int: write ISO 8601"),
    ],
)
def test_a_shift_that_is_none_is_refused(duration: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^change\.shift {said}"):
        parse_change({"shift": duration})


@given(st.text(alphabet="+-PTWDHMSY0123456789.", max_size=12))
def test_no_text_is_anything_but_a_shift_or_a_clear_refusal(text: str) -> None:
    assert outcome(text)


def test_a_day_to_move_to_is_a_date() -> None:
    assert wish({"move_to_date": "2026-12-01"}) == Wish(move_to_date=date(2026, 12, 1))


@pytest.mark.parametrize(
    "value", ["2026-02-30", "20261201", "2026-W49-2", "2026-12-01T10:00", "tomorrow", "", None, 20261201]
)
def test_any_other_day_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^change\.move_to_date is not a date: write it as"):
        parse_change({"move_to_date": value})


def test_neutral_fields_are_set_as_a_row_would() -> None:
    given = {
        "start": "2026-12-01T10:00",
        "end": datetime(2026, 12, 1, 2, tzinfo=UTC),
        "time_zone": "Asia/Tokyo",
        "title": None,
        "description": r"\N",
    }
    assert wish({"set": given}).fields == {
        "start": "2026-12-01T10:00:00",
        "end": "2026-12-01T02:00:00+00:00",
        "time_zone": "Asia/Tokyo",
        "title": None,
        "description": None,
    }


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, r"^change\.set names no field: give some of start, end"),
        ("title", r"^change\.set names no field"),
        ({"titel": "A"}, r"^change\.set\.titel is not a known field: did you mean title\?"),
        ({"start": "2026-12-01T10:00"}, r"^change\.set\.start has no time zone: add an offset"),
        ({"start": "2026-12-01"}, r"^change\.set\.start is not a time; write ISO 8601"),
        ({"time_zone": "Tokyo"}, r"^change\.set\.time_zone is not a time zone; give an IANA name"),
        ({"title": 5}, r"^change\.set\.title is a int: give text"),
    ],
)
def test_what_cannot_be_set_is_refused_by_name(fields: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        parse_change({"set": fields})


def test_vendor_field_names_are_kept_as_json() -> None:
    given = {
        "startedAt": datetime(2026, 12, 1, 10, tzinfo=UTC),
        "hosts": ({"uid": "1"}, {"uid": "2"}),
        "name": None,
        "isSendUpdates": False,
    }
    assert wish({"changes": given}).changes == {
        "startedAt": "2026-12-01T10:00:00+00:00",
        "hosts": [{"uid": "1"}, {"uid": "2"}],
        "name": None,
        "isSendUpdates": False,
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, r"^change\.changes names no field"),
        ([], r"^change\.changes is no JSON object: give an object"),
        ({"a": {"b": [float("nan")]}}, r"^change\.changes\.a\.b\[0\] is not a finite number"),
        ({"a": "\udc80"}, r"^change\.changes\.a has half a character"),
        ({"a": {1}}, r"^change\.changes\.a is a set, which JSON cannot carry: give text"),
        ({"a": datetime(2026, 12, 1)}, r"^change\.changes\.a has no time zone; add an offset"),  # noqa: DTZ001  (naive is what is refused)
    ],
)
def test_what_json_cannot_carry_is_refused_by_name(changes: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        parse_change({"changes": changes})


CLOSE = {
    "resource": "1596693000000011001",
    "from": "2027-04-01T00:00:00+09:00",
    "to": "2027-04-08T00:00:00+09:00",
    "move_to": "1596693000000011002",
}


def test_a_room_closes_from_then_until_then() -> None:
    assert wish({"close": CLOSE}) == Wish(
        close=Closing(
            resource="1596693000000011001",
            start=datetime(2027, 3, 31, 15, tzinfo=UTC),
            end=datetime(2027, 4, 7, 15, tzinfo=UTC),
            move_to="1596693000000011002",
        )
    )


def test_a_closing_takes_aware_datetimes_and_whole_numbers() -> None:
    tokyo = timezone(timedelta(hours=9))
    times = {"from": datetime(2027, 4, 1, tzinfo=tokyo), "to": datetime(2027, 4, 8, tzinfo=tokyo)}
    ids = {"resource": 1596693000000011001, "move_to": 1596693000000011002}
    assert wish({"close": times | ids}) == wish({"close": CLOSE})


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"until": "2027-04-08T00:00:00Z"}, r"\.until is not a known field: give one of resource, from, to"),
        ({"moveto": "2"}, r"\.moveto is not a known field: did you mean move_to\?"),
        ({"move_to": None}, r"\.move_to is missing: give it"),
        ({"resource": ""}, r"\.resource is empty: give the id that the vendor shows$"),
        ({"resource": "room 1"}, r"\.resource holds white space"),
        ({"resource": 1.5967e18}, r"\.resource is a float: give the id as the string"),
        ({"move_to": "1.59669E+18"}, r"\.move_to looks like a number that a spreadsheet has rounded"),
        ({"move_to": True}, r"\.move_to is a bool"),
        ({"move_to": CLOSE["resource"]}, r"\.move_to is the resource that closes: name another one"),
        ({"from": "2027-04-01T00:00"}, r"\.from has no time zone: add an offset"),
        ({"to": datetime(2027, 4, 8)}, r"\.to has no time zone: add an offset"),  # noqa: DTZ001  (naive is what is refused)
        ({"to": "2027-04-08"}, r"\.to has no time zone"),
        ({"to": "Thursday"}, r"\.to is not a time: write ISO 8601 with an offset"),
        ({"to": 1807196400}, r"\.to is not a time: give an aware datetime"),
        ({"to": CLOSE["from"]}, r"\.from is not before change\.close\.to: put the earlier first"),
        ({"from": "2027-04-09T00:00:00Z"}, r"\.from is not before change\.close\.to"),
    ],
)
def test_a_closing_that_is_none_is_refused_by_name(members: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^change\.close{said}"):
        parse_change({"close": CLOSE | members})


def test_a_place_is_the_one_that_closes_in_upper_case_too() -> None:
    with pytest.raises(InvalidInput, match=r"^change\.close\.move_to is the resource that closes"):
        parse_change({"close": CLOSE | {"resource": "65E0A1", "move_to": "65e0a1"}})


def test_somebody_takes_over_from_somebody() -> None:
    assert wish({"replace_host": {"from": "user0001", "to": 2}}) == Wish(
        replace_host=Replacing(former="user0001", successor="2")
    )


@pytest.mark.parametrize(
    ("given", "known_as"),
    [("2/Dr. Kim Min-ji", ("2", "Dr. Kim Min-ji")), ("2 / name@example.com", ("2", "name@example.com"))],
)
def test_who_takes_over_may_be_named_beside_the_id(given: str, known_as: tuple[str, str]) -> None:
    replacing = wish({"replace_host": {"from": "1", "to": given}}).replace_host
    assert replacing is not None
    assert replacing.named_successor == known_as


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"from": "user0001"}, r"\.to is missing: give it"),
        ({}, r"\.from is missing"),
        ({"from": "user0001", "two": "user0002"}, r"\.two is not a known field: did you mean to\?"),
        ({"from": " ", "to": "user0002"}, r"\.from is empty: give the id that the vendor shows$"),
        ({"from": "user0001", "to": ["user0002"]}, r"\.to is a list"),
        ({"from": "1", "to": 1}, r"\.to is the person who leaves: name another one"),
        ({"from": "1", "to": "1/Dr. Kim"}, r"\.to is the person who leaves"),
        ({"from": "a@example.com", "to": "1/a@example.com"}, r"\.to is the person who leaves"),
        ({"from": "A@Example.com", "to": "1/a@example.com"}, r"\.to is the person who leaves"),
        ({"from": "65E0A1", "to": "65e0a1/Dr. Kim"}, r"\.to is the person who leaves"),
        ({"from": "1", "to": "/Dr. Kim"}, r"\.to is empty"),
        ({"from": "1", "to": "2/ "}, r"\.to has no name or address after the slash: give one, or the id"),
        ({"from": "1", "to": "2/Dr.\tKim"}, r"\.to has no name or address after the slash"),
        ({"from": "1", "to": "2/" + "x" * 1000}, r"\.to has no name or address after the slash"),
        ("user0001", r" is a str: give a dict of from, to"),
    ],
)
def test_a_person_who_cannot_be_replaced_so_is_refused_by_name(members: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^change\.replace_host{said}"):
        parse_change({"replace_host": members})


ANNA = "anna\N{NO-BREAK SPACE}lee"


@pytest.mark.parametrize(
    ("form", "members"),
    [
        ("close", CLOSE | {"from": ANNA}),
        ("close", CLOSE | {"move_to": ANNA}),
        ("replace_host", {"from": ANNA, "to": "2"}),
        ("replace_host", {"from": ANNA, "to": ANNA}),
    ],
)
def test_a_refusal_quotes_nobody(form: str, members: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_change({form: members})
    assert "anna" not in str(refused.value)


def test_a_wish_is_kept_as_json_whatever_its_form() -> None:
    said = wish({"close": CLOSE})
    assert Wish.model_validate(said.model_dump(mode="json", exclude_defaults=True)) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("PT2H", r"^change is a str: give .*render_template_as_native_obj=True"),
        ({}, r"^change says nothing: one is needed: give "),
        ({"shift": "PT2H", "set": {"title": "A"}}, r"^change says shift and set: one is needed"),
        ({"shfit": "PT2H"}, r"^change\.shfit is not a known field: did you mean shift\?"),
        ({"when": "PT2H"}, r"^change\.when is not a known field: give one of shift, move_to_date"),
    ],
)
def test_a_change_of_no_form_is_refused(value: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        parse_change(value)
