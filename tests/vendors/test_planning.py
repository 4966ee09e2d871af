"""What change sets may count on at every vendor, and what its page says about it."""

import re
import subprocess
import sys
from typing import Any

import pytest

from airflow_provider_booking.vendors.planning import Notify
from airflow_provider_booking.vendors.registry import VENDORS, planning_class
from tests.vendors.test_pages import section

NEUTRAL_FIELDS = {"start", "end", "time_zone", "title", "description"}
every_vendor = pytest.mark.parametrize("vendor", VENDORS)


@every_vendor
def test_a_vendors_planning_is_found_by_its_name(vendor: str) -> None:
    assert planning_class(vendor).__module__ == f"airflow_provider_booking.vendors.{vendor}.planning"


def test_an_unknown_vendor_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        planning_class("hal9000")


def test_the_policies_cost_no_http_library() -> None:
    look = (
        "import sys; from airflow_provider_booking.vendors import planning; sys.exit('httpx' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0  # noqa: S603  (our own words)


@every_vendor
def test_no_vendor_has_a_field_that_none_has(vendor: str) -> None:
    assert planning_class(vendor).neutral_fields.keys() <= NEUTRAL_FIELDS


@every_vendor
def test_only_onlive_cannot_keep_to_a_policy(vendor: str) -> None:
    missing = set(Notify) - planning_class(vendor).tellings.keys()
    assert missing == ({Notify.NONE} if vendor == "onlive" else set())


@every_vendor
def test_what_is_nested_in_a_watched_field_is_watched(vendor: str) -> None:
    planning = planning_class(vendor)(None)
    name = min(planning.watched_fields)
    nested: dict[str, Any] = {name: 1, f"{name}.inner": 2, f"{name}[0].inner": 3}
    assert planning.watched(nested | {f"{name}Otherwise": 4, f"not.{name}": 5}) == nested


@every_vendor
def test_the_page_names_the_neutral_fields(vendor: str) -> None:
    first_row = section(vendor, "In change sets").partition("neutral fields are there?")[2].partition("\n")[0]
    has, _, lacks = first_row.partition(". No ")
    assert {name for name in NEUTRAL_FIELDS if f"`{name}`" in has} == planning_class(
        vendor
    ).neutral_fields.keys()
    assert {name for name in NEUTRAL_FIELDS if f"`{name}`" in lacks} == (
        NEUTRAL_FIELDS - planning_class(vendor).neutral_fields.keys()
    )


@every_vendor
def test_the_page_names_what_is_drift(vendor: str) -> None:
    drift = section(vendor, "In change sets").partition("What is drift?")[2].partition("\n")[0]
    named = {name.rpartition(".")[2] for name in re.findall(r"`([\w.]+)`", drift)}
    in_words = {"occupiedResources"}
    watched = {
        re.sub(r"\.id$", "", name).rpartition(".")[2] for name in planning_class(vendor).watched_fields
    }
    assert named - {"meeting_settings", "id"} == watched - in_words


@every_vendor
def test_the_page_names_the_search_terms(vendor: str) -> None:
    table = section(vendor, "In change sets").partition("| search term |")[2]
    first_cells = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", " ".join(first_cells))) == planning_class(vendor).search_terms
