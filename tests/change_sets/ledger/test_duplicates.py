"""Several rows about one booking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from airflow_provider_booking.bookings import Outcome, Reason
from tests.change_sets.ledger.making import bad_item, new_item, planned_item

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.ledger import Ledger


def outcomes(ledger: Ledger, change_set_id: str) -> list[str]:
    return [item.outcome.value for item in ledger.items(change_set_id)]


def test_the_first_of_equal_rows_holds(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(row, "b") for row in (5, 2, 9)])

    settled = ledger.settle_duplicates(change_set_id)

    first, *others = ledger.items(change_set_id)
    assert settled == 2
    assert (first.row, first.outcome, first.message) == (2, Outcome.PLANNED, "")
    for other in others:
        assert (other.outcome, other.reason) == (Outcome.UNCHANGED, Reason.DUPLICATE_INPUT)
        assert other.message == "row 2 asks for the same of this booking"


@pytest.mark.parametrize(
    ("count", "named"),
    [
        (2, "rows 1 and 2"),
        (3, "rows 1, 2 and 3"),
        (4, "rows 1, 2, 3 and 1 more"),
        (9, "rows 1, 2, 3 and 6 more"),
    ],
)
def test_contradicting_rows_are_all_refused(
    ledger: Ledger, change_set_id: str, count: int, named: str
) -> None:
    # The last one contradicts; the others are equal among themselves.
    wishes = ["one"] * (count - 1) + ["another"]
    ledger.add(change_set_id, [new_item(row, "b", wish=wish) for row, wish in enumerate(wishes, 1)])

    assert ledger.settle_duplicates(change_set_id) == count

    for item in ledger.items(change_set_id):
        assert (item.outcome, item.reason) == (Outcome.REFUSED, Reason.DUPLICATE_INPUT)
        assert item.message == f"{named} ask for different things of this booking; keep one of them"


def test_bookings_of_other_accounts_are_other_bookings(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(1, "b"), new_item(2, "b", account="another")])

    assert ledger.settle_duplicates(change_set_id) == 0


def test_two_connections_to_one_account_are_about_the_same_bookings(
    ledger: Ledger, change_set_id: str
) -> None:
    ledger.add(change_set_id, [new_item(1, "b"), new_item(2, "b", conn_id="kos_other")])

    ledger.settle_duplicates(change_set_id)

    assert outcomes(ledger, change_set_id) == ["planned", "unchanged"]


def test_bad_rows_are_nobodys_duplicates(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [bad_item(1), bad_item(2)])

    assert ledger.settle_duplicates(change_set_id) == 0


def test_what_is_read_already_stays_as_it_is(ledger: Ledger, change_set_id: str) -> None:
    planned_item(ledger, change_set_id, row=1)
    ledger.add(change_set_id, [new_item(2, "booking 1")])

    assert ledger.settle_duplicates(change_set_id) == 0


def test_other_change_sets_are_left_alone(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(1, "b"), new_item(2, "b")])

    assert ledger.settle_duplicates("another") == 0


def test_settling_twice_changes_nothing_more(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(1, "b"), new_item(2, "b"), new_item(3, "c")])
    ledger.settle_duplicates(change_set_id)

    assert ledger.settle_duplicates(change_set_id) == 0


def test_each_settled_row_is_in_the_log(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(1, "b"), new_item(2, "b")])
    ledger.settle_duplicates(change_set_id)

    (event,) = ledger.events(change_set_id)

    assert (event.what, event.outcome, event.reason) == (
        "duplicate",
        Outcome.UNCHANGED,
        Reason.DUPLICATE_INPUT,
    )
    assert event.item_id is not None
    assert ledger.item(event.item_id).row == 2
