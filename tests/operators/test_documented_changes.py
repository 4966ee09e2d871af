"""Every example of docs/change-sets.md, "When something happens", is one that can be planned."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from airflow_provider_booking.change_sets.sources import parse_source
from airflow_provider_booking.change_sets.sources.change import parse_change
from airflow_provider_booking.operators.change_sets import PlanBookingChangesOperator

PAGE = Path(__file__).resolve().parents[2] / "docs" / "change-sets.md"
SECTION = PAGE.read_text().partition("## When something happens")[2].partition("\n## ")[0]
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", SECTION, re.DOTALL | re.MULTILINE)


def example(text: str) -> PlanBookingChangesOperator:
    scope = {"PlanBookingChangesOperator": PlanBookingChangesOperator}
    found: PlanBookingChangesOperator = eval(text, scope)  # noqa: S307  (to run what the page says is the point)
    return found


@pytest.mark.parametrize("text", EXAMPLES)
def test_its_source_can_be_read(text: str) -> None:
    parse_source(example(text).source)


@pytest.mark.parametrize("text", EXAMPLES)
def test_its_change_says_what_happened(text: str) -> None:
    wish = parse_change(example(text).change)
    assert wish is not None
    assert (wish.close is None) != (wish.replace_host is None)


@pytest.mark.parametrize("form", ["close", "replace_host"])
def test_each_form_has_an_example(form: str) -> None:
    assert any(f'"{form}": ' in text for text in EXAMPLES)
