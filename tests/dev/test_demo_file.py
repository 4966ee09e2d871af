"""The demo's file has 500 rows: most are to be applied, a few have what goes wrong in real files."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_booking.sandbox import running
from dev.demo_file import COLUMNS, Wish, wishes, write
from dev.vendor_forms import FORMS

CONN_IDS = {vendor: f"{vendor}_default" for vendor in FORMS}


@pytest.fixture(scope="module")
def held() -> dict[str, list[dict[str, Any]]]:
    """What the vendors hold: of one sandbox, as another one may have been made on another day."""
    with running(bookings=1000) as sandbox:
        return {vendor: sandbox.bookings(vendor) for vendor in FORMS}


@pytest.fixture(scope="module")
def rows(held: dict[str, list[dict[str, Any]]]) -> list[Wish]:
    return wishes(held, CONN_IDS)


@pytest.fixture
def lines(rows: list[Wish], tmp_path: Path) -> list[dict[str, str]]:
    write(tmp_path / "moves.csv", rows)
    with (tmp_path / "moves.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_it_has_a_hundred_rows_of_each_vendor(rows: list[Wish]) -> None:
    assert Counter(row.vendor for row in rows) == dict.fromkeys(FORMS, 100)


def test_every_row_says_which_booking_and_which_connection(lines: list[dict[str, str]]) -> None:
    assert tuple(lines[0]) == COLUMNS
    assert all(line["booking_id"] and line["conn_id"] for line in lines)


def test_most_rows_are_to_be_applied_and_a_few_are_not(rows: list[Wish]) -> None:
    assert Counter(row.outcome for row in rows) == {"applied": 494, "refused": 5, "unchanged": 1}


def test_one_booking_is_named_twice(rows: list[Wish]) -> None:
    named = Counter(row.booking_id for row in rows)
    assert [count for count in named.values() if count > 1] == [2]


def test_one_id_went_through_a_spreadsheet(lines: list[dict[str, str]]) -> None:
    assert [line["booking_id"] for line in lines if "E+" in line["booking_id"]] == ["6.92E+18"]


def test_one_time_has_no_zone(lines: list[dict[str, str]]) -> None:
    times = [line["start"][19:] for line in lines if line["start"]]
    assert times.count("") == 1


def test_at_zoho_most_bookings_take_the_slot_that_another_one_leaves(
    held: dict[str, list[dict[str, Any]]], rows: list[Wish]
) -> None:
    records = {record["booking_id"]: record for record in held["zoho"]}
    rooms = {booking_id: record["resources"][0]["resource_id"] for booking_id, record in records.items()}
    moved = [row for row in rows if row.vendor == "zoho" and row.outcome == "applied"]
    left = {(rooms[row.booking_id], records[row.booking_id]["dateandtime"]["start"]) for row in moved}
    taken = [(rooms[row.booking_id], row.fields["dateandtime.start"]) for row in moved]
    assert sum(slot in left for slot in taken) > len(moved) / 2
