"""An operator's `source`: one of five forms."""

from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput, Outcome
from airflow_provider_booking.change_sets.sources import (
    LEFT_OVER,
    Again,
    File,
    Ids,
    Search,
    Source,
    Sql,
    parse_source,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"ids": ["a", 12]}, Ids(ids=("a", 12))),
        ({"ids": ("a",)}, Ids(ids=("a",))),
        ({"ids": []}, Ids(ids=())),
        ({"file": "s3://bookings/december.csv"}, File(url="s3://bookings/december.csv")),
        ({"sql": "SELECT 1", "conn_id": "crm"}, Sql(statement="SELECT 1", conn_id="crm")),
        (
            {"search": {"starts_after": "2026-12-01T00:00Z"}},
            Search(terms={"starts_after": "2026-12-01T00:00Z"}),
        ),
        (
            {"file": "items.csv", "outcomes": ["held", "refused"]},
            File(url="items.csv", outcomes=(Outcome.HELD, Outcome.REFUSED)),
        ),
        ({"report": "20261121-1"}, Again(change_set_id="20261121-1", outcomes=LEFT_OVER)),
        (
            {"report": "20261121-1", "outcomes": ["applied"]},
            Again(change_set_id="20261121-1", outcomes=(Outcome.APPLIED,)),
        ),
    ],
)
def test_each_form_is_read(value: dict[str, Any], expected: Source) -> None:
    assert parse_source(value) == expected


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{'ids': ['a']}", r"^source is a str: .*render_template_as_native_obj=True"),
        (None, r"^source is a NoneType: "),
        ({}, r"^source says none of ids, file, sql, search, report: one is needed"),
        ({"conn_id": "crm"}, r"^source says none of "),
        ({"ids": ["a"], "file": "a.csv"}, r"^source says ids and file: one is needed"),
        ({"fil": "a.csv"}, r"^source\.fil is not a known field: did you mean file\?"),
        ({"rows": []}, r"^source\.rows is not a known field: give "),
        ({3: []}, r"^source\.3 is not a known field: give "),
        ({"file": "a.csv", "conn_id": "crm"}, r"^source\.conn_id is not a known field"),
        ({"ids": "a"}, r"^source\.ids must be a list: give the ids in square brackets$"),
        ({"ids": {"a": 1}}, r"^source\.ids must be a list"),
        ({"file": ""}, r"^source\.file is empty"),
        ({"file": 5}, r"^source\.file must be text"),
        ({"sql": "SELECT 1"}, r"^source\.conn_id is missing"),
        ({"sql": ["SELECT 1"], "conn_id": "crm"}, r"^source\.sql must be text"),
        ({"search": "everything"}, r"^source\.search must be an object"),
        ({"search": {}}, r"^source\.search has fewer than 1"),
        ({"report": ""}, r"^source\.report is empty"),
        ({"report": "1", "outcomes": "held"}, r"^source\.outcomes must be a list of outcomes: give some"),
        ({"report": "1", "outcomes": []}, r"^source\.outcomes must be a list of outcomes: give some"),
        ({"file": "a.csv", "outcomes": ["hold"]}, r"^source\.outcomes names an outcome that there is not: "),
        ({"file": "a.csv", "outcomes": [3]}, r"^source\.outcomes names an outcome that there is not: "),
        ({"ids": ["a"], "outcomes": ["held"]}, r"^source\.outcomes is not a known field"),
    ],
)
def test_what_is_none_of_them_is_refused_in_one_sentence(value: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        parse_source(value)


def test_a_refusal_does_not_quote_what_was_given() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_source({"sql": {"secret": "hunter2"}, "conn_id": "crm"})
    assert "hunter2" not in str(refused.value)
    assert refused.value.__context__ is None
