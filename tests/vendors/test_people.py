"""Somebody takes the place of a person who leaves."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.vendors.people import handed_over
from airflow_provider_booking.vendors.verbs import Replacing

ANNA_TO_BEN = Replacing(former="anna", successor="ben")
IDS = st.sampled_from(["anna", "ben", "carla", "dora"])
PEOPLE = st.lists(st.fixed_dictionaries({"id": IDS, "role": st.sampled_from(["host", "guest"])}), max_size=5)


def after(*people: dict[str, Any]) -> list[dict[str, Any]] | None:
    return handed_over(list(people), ANNA_TO_BEN, id_member="id")


def test_who_takes_over_gets_the_place_and_the_role() -> None:
    carla, dora = {"id": "carla", "role": "host"}, {"id": "dora", "role": "guest"}
    anna = {"id": "anna", "role": "host"}
    assert after(carla, anna, dora) == [carla, {"id": "ben", "role": "host"}, dora]


def test_who_is_there_already_stays_as_that() -> None:
    ben = {"id": "ben", "role": "guest"}
    assert after({"id": "anna", "role": "host"}, ben) == [ben]


def test_what_stands_beside_the_id_of_who_takes_over_is_left_out() -> None:
    named = Replacing(former="anna", successor="ben/Ben Adams")
    assert handed_over([{"id": "anna"}], named, id_member="id") == [{"id": "ben"}]


@pytest.mark.parametrize("people", [None, [], [{"id": "carla"}]])
def test_where_the_person_is_not_nothing_is_to_be_done(people: Any) -> None:
    assert handed_over(people, ANNA_TO_BEN, id_member="id") is None


@given(PEOPLE)
def test_whoever_else_is_there_stays_in_order(people: list[dict[str, Any]]) -> None:
    found = after(*people)
    others = [person for person in people if person["id"] not in ("anna", "ben")]
    left = people if found is None else found
    assert [person for person in left if person["id"] not in ("anna", "ben")] == others


@given(PEOPLE.filter(lambda people: any(person["id"] == "anna" for person in people)))
def test_who_leaves_is_gone_and_who_takes_over_is_there(people: list[dict[str, Any]]) -> None:
    ids = [person["id"] for person in after(*people) or ()]
    assert "anna" not in ids
    assert "ben" in ids


@given(PEOPLE)
def test_the_second_time_nothing_is_to_be_done(people: list[dict[str, Any]]) -> None:
    first = after(*people)
    assert first is None or after(*first) is None
