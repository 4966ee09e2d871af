"""The books balance, or the report says so and fails, with the files written all the same."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.change_sets.report import Books, BooksDoNotBalance
from airflow_provider_booking.change_sets.report.books import Tally
from tests.change_sets.report.conftest import item

Report = Callable[..., Books]


def test_counts_are_flat_with_an_integer_for_each_outcome_that_occurs_and_the_total(report: Report) -> None:
    books = report([item(1), item(2, outcome=Outcome.HELD), item(3)])
    assert books.counts == {"applied": 2, "held": 1, "total": 3}
    assert books.balanced


def test_an_empty_change_set_balances(report: Report) -> None:
    assert report([]).counts == {"total": 0}


def test_the_report_says_where_it_is(report: Report, folder: Path) -> None:
    assert report([]).url == folder.as_uri()
    assert sorted(each.name for each in folder.iterdir()) == ["items.csv", "items.jsonl", "summary.md"]


def test_writing_it_again_replaces_the_files(report: Report, folder: Path) -> None:
    report([item(1), item(2)])
    report([item(1)])
    assert len((folder / "items.jsonl").read_text().splitlines()) == 1


def test_a_row_that_is_missing_does_not_balance(report: Report) -> None:
    with pytest.raises(BooksDoNotBalance, match="row 2 has no outcome"):
        report([item(1), item(3)])


def test_a_row_that_comes_twice_does_not_balance(report: Report) -> None:
    with pytest.raises(BooksDoNotBalance, match="row 1 comes twice"):
        report([item(1), item(1)])


def test_the_part_of_one_connection_may_leave_rows_out_but_has_none_twice(report: Report) -> None:
    others = item(1, conn_id="kos_default")
    assert report([others, item(2), item(4)], conn_id="jicoo_default").counts["total"] == 2
    with pytest.raises(BooksDoNotBalance, match="row 2 comes twice"):
        report([others, item(2), item(2)], conn_id="jicoo_default")


@pytest.mark.parametrize(
    ("counted", "problem"),
    [
        ({"applied": 2, "total": 3}, "the ledger has 3 rows and 2 were written"),
        ({"applied": 1, "total": 2}, "the ledger has 2 rows and its outcomes add up to 1"),
        (
            {"applied": 1, "held": 1, "total": 2},
            "1 rows are applied in the ledger and 2 were written as such",
        ),
    ],
)
def test_counts_that_differ_from_what_was_written_do_not_balance(
    report: Report, counted: dict[str, int], problem: str
) -> None:
    with pytest.raises(BooksDoNotBalance, match=problem):
        report([item(1), item(2)], counted=[counted])


def test_items_that_are_settled_while_the_report_is_written_are_no_imbalance(report: Report) -> None:
    meanwhile = [{"planned": 2, "total": 2}, {"applied": 2, "total": 2}]
    books = report([item(1, outcome=Outcome.PLANNED), item(2)], counted=meanwhile)
    assert books.counts == {"planned": 1, "applied": 1, "total": 2}


def test_items_that_are_lost_while_the_report_is_written_are_one(report: Report) -> None:
    with pytest.raises(BooksDoNotBalance, match="the ledger has 1 rows and 2 were written"):
        report([item(1), item(2)], counted=[{"applied": 2, "total": 2}, {"applied": 1, "total": 1}])


def test_books_that_do_not_balance_are_written_and_say_so(report: Report, folder: Path) -> None:
    with pytest.raises(BooksDoNotBalance) as raised:
        report([item(1), item(3)])
    assert not raised.value.books.balanced
    assert folder.as_uri() in str(raised.value)
    assert "**THE BOOKS DO NOT BALANCE**: row 2 has no outcome." in (folder / "summary.md").read_text()
    assert len((folder / "items.jsonl").read_text().splitlines()) == 2


@given(st.lists(st.sampled_from(Outcome)))
def test_the_counts_of_outcomes_always_add_up_to_the_total(outcomes: list[Outcome]) -> None:
    tally = Tally(whole=True)
    for row, outcome in enumerate(outcomes, start=1):
        tally.add(item(row, outcome=outcome))
    counts = tally.counts()
    assert counts.pop("total") == len(outcomes) == sum(counts.values())
    assert not tally.out_of_order


def test_connections_that_do_not_exist_are_counted_together() -> None:
    tally = Tally(whole=True)
    for row in range(1, 101):
        tally.add(item(row, conn_id=f"slip_{row}", vendor=None, outcome=Outcome.REFUSED))
    assert len(tally.groups) == 1
