"""What a user asks for: absent, cleared or set; and how a wrong wish is worded, without its values."""

from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from airflow_provider_booking.bookings import Change, InvalidInput
from airflow_provider_booking.bookings.change import ReplacedList


def four_digits(value: str | None) -> str | None:
    if value is not None and (len(value) != 4 or not value.isdecimal()):
        raise ValueError("is not 4 digits; give digits only")
    return value


class Host(Change):
    model_config = ConfigDict(alias_generator=to_camel)

    user_id: str = Field(min_length=1)
    role: Literal["admin", "viewer"] = "admin"


class Settings(Change):
    topic: str | None = Field(default=None, max_length=5)
    hosts: Annotated[ReplacedList[Host] | None, Field(max_length=2)] = None
    password: Annotated[str | None, AfterValidator(four_digits)] = None


class Wish(Change):
    """A change as a vendor's could be."""

    title: str | None = None
    count: int | None = Field(default=None, ge=1, le=9)
    quiet: bool | None = None
    settings: Settings | None = None


def parsed(changes: Any) -> Wish | InvalidInput:
    try:
        return Wish.parse(changes)
    except InvalidInput as refused:
        return refused


def refusal(changes: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as refused:
        Wish.parse(changes)
    return refused.value


def test_a_field_that_was_not_given_is_absent() -> None:
    change = Wish.parse({"count": 1})
    assert (change.given("title"), change.clears("title")) == (False, False)


def test_a_field_given_as_none_is_cleared() -> None:
    change = Wish.parse({"title": None})
    assert (change.given("title"), change.clears("title")) == (True, True)


def test_a_field_with_a_value_is_set() -> None:
    change = Wish.parse({"title": ""})
    assert (change.given("title"), change.clears("title"), change.title) == (True, False, "")


def test_absent_cleared_and_set_hold_inside_nested_objects_too() -> None:
    change = Wish.parse({"settings": {"topic": None, "password": "1234"}})
    assert change.model_dump(exclude_unset=True) == {"settings": {"topic": None, "password": "1234"}}


def test_a_list_and_the_word_set_mean_exactly_these() -> None:
    hosts = [{"userId": "a"}, {"userId": "b"}]
    assert Wish.parse({"settings": {"hosts": {"set": hosts}}}) == Wish.parse({"settings": {"hosts": hosts}})


NESTED: list[Any] = []
NESTED.append(NESTED)


@pytest.mark.parametrize("odd", [{"set": [], "add": []}, {"add": []}, {"set": "a"}, "a"])
def test_any_other_object_in_place_of_a_list_is_refused(odd: Any) -> None:
    error = refusal({"settings": {"hosts": odd}})
    assert (error.problem, error.hint) == (
        "settings.hosts must be a list",
        'give a list, or {"set": [...]}',
    )


def test_a_change_cannot_be_altered_afterwards() -> None:
    change = Wish.parse({"title": "a"})
    with pytest.raises(ValueError, match="frozen"):
        change.title = "b"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, "changes is empty"),
        ("{'title': 'a'}", "changes is a str"),
        (None, "changes is a NoneType"),
        ([("title", "a")], "changes is a list"),
    ],
)
def test_changes_must_be_a_mapping_that_names_something(changes: Any, problem: str) -> None:
    assert refusal(changes).problem == problem


def test_a_template_that_came_out_as_text_is_told_how_to_stay_an_object() -> None:
    assert "render_template_as_native_obj=True" in refusal("{'title': 'a'}").hint


@pytest.mark.parametrize(
    ("changes", "problem", "hint"),
    [
        ({"titel": "a"}, "titel is not a known field", "did you mean title?"),
        ({"zzz": 1}, "zzz is not a known field", "the fields are title, count, quiet, settings"),
        (
            {"settings": {"topics": "a"}},
            "settings.topics is not a known field",
            "did you mean topic?",
        ),
        (
            {"settings": {"hosts": [{"userId": "a"}, {"userID": "b"}]}},
            "settings.hosts[1].userID is not a known field (1 more after this)",
            "did you mean userId?",
        ),
        ({"settings": {"hosts": [{}]}}, "settings.hosts[0].userId is missing", "give it"),
        ({"settings": {"hosts": [{"userId": ""}]}}, "settings.hosts[0].userId is empty", "give it"),
        (
            {"settings": {"hosts": [{"userId": "a", "role": "owner"}]}},
            "settings.hosts[0].role must be 'admin' or 'viewer'",
            "use one of these",
        ),
        ({"settings": {"hosts": [{"userId": "a"}] * 3}}, "settings.hosts has more than 2", "shorten it"),
        ({"settings": {"topic": "longer"}}, "settings.topic is longer than 5 characters", "shorten it"),
        ({"settings": {"password": "12ab"}}, "settings.password is not 4 digits", "give digits only"),
        ({"settings": "a"}, "settings must be an object", "give a dict"),
        ({"title": 5}, "title must be text", "put it in quotes"),
        ({"count": "a"}, "count must be a whole number", "give a number"),
        ({"count": 1.5}, "count must be a whole number", "give a number without a fraction"),
        ({"count": []}, "count must be a whole number", "give a number without quotes"),
        ({"count": 0}, "count must be at least 1", "change it"),
        ({"count": 10}, "count must be at most 9", "change it"),
        ({"quiet": "perhaps"}, "quiet must be true or false", "give true or false"),
        ({"title": 5, "count": 0}, "title must be text (1 more after this)", "put it in quotes"),
        (
            {"title": "a\ud800"},
            "title has half a character (a surrogate) in it",
            "check how the text was decoded",
        ),
        (
            {"settings": {"hosts": [{"userId": "\udc80"}]}},
            "settings.hosts[0].userId has half a character (a surrogate) in it",
            "check how the text was decoded",
        ),
        (
            {"title\ud800": "a"},
            "changes has a name with half a character (a surrogate) in it",
            "check how the text was decoded",
        ),
        ({"count": float("nan")}, "count is not a finite number", "give a number, or leave it out"),
        ({"count": float("-inf")}, "count is not a finite number", "give a number, or leave it out"),
        ({1: 2}, "changes has a name that is no text", "put every field's name in quotes"),
        ({"settings": NESTED}, "settings[0][0] is nested more than 100 levels deep", "flatten it"),
    ],
)
def test_a_wrong_field_is_named_by_its_whole_path_with_what_to_do(
    changes: Any, problem: str, hint: str
) -> None:
    error = refusal(changes)
    assert (error.problem, error.hint) == (problem, hint)


def test_an_unknown_name_is_said_first_because_it_may_be_the_missing_one_misspelt() -> None:
    error = refusal({"settings": {"hosts": [{"user": "a"}]}})
    assert error.problem.startswith("settings.hosts[0].user is not a known field")


# Text that cannot stand in a sentence of ours by chance.
SECRETS = st.text(st.characters(codec="utf-8"), min_size=1).map(lambda text: f"§{text}§")
PLACES: list[Any] = [
    lambda secret: {"title": [secret]},
    lambda secret: {"count": secret},
    lambda secret: {"quiet": secret},
    lambda secret: {"settings": secret},
    lambda secret: {"settings": {"password": secret}},
    lambda secret: {"settings": {"topic": secret * 6}},
    lambda secret: {"settings": {"hosts": secret}},
    lambda secret: {"settings": {"hosts": [secret]}},
    lambda secret: {"settings": {"hosts": [{"userId": "a", "role": secret}]}},
    lambda secret: {"settings": {"hosts": [{"userId": [secret]}]}},
    lambda secret: {"settings": {"passwort": secret}},
    lambda secret: secret,
    lambda secret: [secret],
]


@given(secret=SECRETS, place=st.sampled_from(PLACES))
def test_no_value_ever_stands_in_the_text_of_a_refusal(secret: str, place: Any) -> None:
    error = refusal(place(secret))
    assert "§" not in f"{error} {error!r} {error.__cause__}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["title", "count", "quiet", "settings", "x"]), JSON, min_size=1))
def test_any_json_is_either_a_change_or_one_clear_refusal(changes: dict[str, Any]) -> None:
    outcome = parsed(changes)
    if isinstance(outcome, Wish):
        assert outcome.model_fields_set == set(changes)
    else:
        assert (bool(outcome.problem), bool(outcome.hint)) == (True, True)
