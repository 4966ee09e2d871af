"""Items: added, read in pages, written."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING

import pytest

from airflow_provider_booking.bookings import FieldChange, Outcome, Reason
from airflow_provider_booking.change_sets.items import Image, ItemUpdate
from airflow_provider_booking.change_sets.ledger import LedgerUnavailable
from airflow_provider_booking.change_sets.ledger.store import PAGE
from tests.change_sets.ledger.making import bad_item, new_item, planned_item, target

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.ledger import Ledger


def rows(ledger: Ledger, change_set_id: str) -> list[int]:
    return [item.row for item in ledger.items(change_set_id)]


def test_an_item_reads_back_as_it_was_added(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(7, "1596693000000011001")])

    (item,) = ledger.items(change_set_id)

    assert (item.row, item.conn_id, item.vendor) == (7, "kos_default", "kos")
    assert item.booking_id == "1596693000000011001"
    assert (item.outcome, item.reason, item.message, item.warnings) == (Outcome.PLANNED, None, "", ())
    assert (item.attempts, item.starts_at, item.digest, item.request_id) == (0, None, None, None)
    assert item.updated_at.tzinfo is UTC
    assert item.image == Image(wish={"fields": {"title": "title 7"}})


def test_a_bad_row_reads_back_as_it_was_added(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [bad_item(3, "x")])

    (item,) = ledger.items(change_set_id)

    assert (item.conn_id, item.vendor, item.booking_id) == (None, None, "x")
    assert (item.outcome, item.reason) == (Outcome.REFUSED, Reason.INVALID_INPUT)
    assert item.message == "the row is bad"


def test_adding_nothing_is_nothing(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [])

    assert rows(ledger, change_set_id) == []


def test_a_row_is_in_a_change_set_once(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(1)])

    with pytest.raises(LedgerUnavailable):
        ledger.add(change_set_id, [new_item(2), new_item(1)])

    assert rows(ledger, change_set_id) == [1]


@pytest.mark.parametrize("text", ["a\0b", "half \ud83d of one", "\U0001f4c5 \u4f1a\u8bae"])
def test_any_text_can_be_kept(ledger: Ledger, change_set_id: str, text: str) -> None:
    ledger.add(change_set_id, [replace(bad_item(1), message=text)])

    kept = next(ledger.items(change_set_id)).message
    assert len(kept) == len(text)
    assert kept.replace("\N{REPLACEMENT CHARACTER}", "") == text.replace("\0", "").replace("\ud83d", "")


def test_the_endless_id_of_a_bad_row_is_cut(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [bad_item(1, "\U0001f4c5" * 5_000_000)])

    assert next(ledger.items(change_set_id)).booking_id == "\U0001f4c5" * 500


def test_an_endless_id_is_not_planned(ledger: Ledger, change_set_id: str) -> None:
    with pytest.raises(ValueError, match="row 4 has more than 500 characters"):
        ledger.add(change_set_id, [new_item(4, "x" * 501)])


def test_items_come_by_row_however_they_were_added(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(3), bad_item(1)])
    ledger.add(change_set_id, [new_item(2)])

    assert rows(ledger, change_set_id) == [1, 2, 3]


def test_items_come_all_however_many_pages_they_fill(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(row) for row in range(1, 2 * PAGE + 2)])

    assert rows(ledger, change_set_id) == list(range(1, 2 * PAGE + 2))


def test_items_of_one_connection_come_alone(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(1), new_item(2, conn_id="jicoo_default"), bad_item(3)])

    assert [item.row for item in ledger.items(change_set_id, "jicoo_default")] == [2]


def test_an_unknown_item_is_an_error(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="the ledger has no item 5"):
        ledger.item(5)


def test_what_is_unread_comes_in_pages(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(row) for row in range(1, 6)])

    first = ledger.unread(change_set_id, "kos_default", limit=3)
    second = ledger.unread(change_set_id, "kos_default", after=first[-1].item_id, limit=3)

    assert [item.row for item in first + second] == [1, 2, 3, 4, 5]


def test_what_was_read_is_unread_no_more(ledger: Ledger, change_set_id: str) -> None:
    planned_item(ledger, change_set_id, row=1)
    ledger.add(change_set_id, [new_item(2), bad_item(3), new_item(4, conn_id="jicoo_default")])

    assert [item.row for item in ledger.unread(change_set_id, "kos_default")] == [2]
    assert ledger.count_unread(change_set_id) == {"jicoo_default": 1, "kos_default": 1}


def test_unread_items_are_found_by_booking(ledger: Ledger, change_set_id: str) -> None:
    planned_item(ledger, change_set_id, row=1)
    ledger.add(change_set_id, [new_item(row) for row in range(2, PAGE + 3)])

    page = [f"booking {row}" for row in range(PAGE + 10)]
    found = ledger.find_unread(change_set_id, "kos_default", page)

    assert sorted(item.row for item in found) == list(range(2, PAGE + 3))


def test_planning_adds_target_digest_and_start(ledger: Ledger, change_set_id: str) -> None:
    item = planned_item(ledger, change_set_id, starts_at=1_800_000_000.25)

    assert (item.digest, item.starts_at) == ("a digest", 1_800_000_000.25)
    assert (item.image.record, item.image.changes) == ({"memo": "old"}, {"memo": "new"})


def test_an_update_replaces_outcome_reason_message_and_warnings(ledger: Ledger, change_set_id: str) -> None:
    item_id = planned_item(ledger, change_set_id).item_id
    first = ItemUpdate(item_id, "settled", Outcome.HELD, Reason.GONE, "it is gone", ("look", "again"))
    ledger.write(change_set_id, [first])
    held = ledger.item(item_id)
    ledger.write(change_set_id, [ItemUpdate(item_id, "settled", Outcome.APPLIED)])
    applied = ledger.item(item_id)

    assert (held.outcome, held.reason, held.message) == (Outcome.HELD, Reason.GONE, "it is gone")
    assert held.warnings == ("look", "again")
    assert (applied.outcome, applied.reason, applied.message, applied.warnings) == (
        Outcome.APPLIED,
        None,
        "",
        (),
    )


def test_an_update_leaves_what_it_does_not_give(ledger: Ledger, change_set_id: str) -> None:
    item = planned_item(ledger, change_set_id)
    ledger.write(change_set_id, [ItemUpdate(item.item_id, "sent", Outcome.UNKNOWN, request_id="r-1")])
    ledger.write(change_set_id, [ItemUpdate(item.item_id, "settled", Outcome.APPLIED)])

    after = ledger.item(item.item_id)

    assert after.request_id == "r-1"
    assert (after.image, after.digest, after.starts_at) == (item.image, item.digest, item.starts_at)


def test_attempts_are_counted(ledger: Ledger, change_set_id: str) -> None:
    item_id = planned_item(ledger, change_set_id).item_id
    sending = ItemUpdate(item_id, "sending", Outcome.UNKNOWN, attempt=True)

    ledger.write(change_set_id, [sending, ItemUpdate(item_id, "settled", Outcome.PLANNED), sending])

    assert ledger.item(item_id).attempts == 2


def test_the_last_of_several_updates_of_an_item_holds(ledger: Ledger, change_set_id: str) -> None:
    item_id = planned_item(ledger, change_set_id).item_id
    outcomes = [Outcome.UNKNOWN, Outcome.HELD, Outcome.APPLIED]

    ledger.write(change_set_id, [ItemUpdate(item_id, "event", outcome) for outcome in outcomes])

    assert ledger.item(item_id).outcome is Outcome.APPLIED


def test_what_turned_out_otherwise_is_shown_instead(ledger: Ledger, change_set_id: str) -> None:
    item_id = planned_item(ledger, change_set_id).item_id
    shown = {"memo": FieldChange(before="old", after=None)}

    ledger.write(change_set_id, [ItemUpdate(item_id, "settled", Outcome.APPLIED, shown=shown)])
    ledger.write(change_set_id, [ItemUpdate(item_id, "checked", Outcome.APPLIED)])

    assert ledger.item(item_id).image.shown == shown


def test_a_new_target_is_shown_as_planned(ledger: Ledger, change_set_id: str) -> None:
    item_id = planned_item(ledger, change_set_id).item_id
    shown = {"memo": FieldChange(before="old", after=None)}
    ledger.write(change_set_id, [ItemUpdate(item_id, "settled", Outcome.HELD, shown=shown)])

    ledger.write(change_set_id, [ItemUpdate(item_id, "read", Outcome.PLANNED, target=target())])

    assert ledger.item(item_id).image.shown == {}


def test_an_update_of_a_foreign_item_undoes_its_whole_transaction(ledger: Ledger, change_set_id: str) -> None:
    item_id = planned_item(ledger, change_set_id).item_id
    applied = [ItemUpdate(each, "settled", Outcome.APPLIED) for each in (item_id, item_id + 1)]

    with pytest.raises(ValueError, match="does not have all of these items"):
        ledger.write(change_set_id, applied)

    assert ledger.item(item_id).outcome is Outcome.PLANNED


def test_writing_nothing_is_nothing(ledger: Ledger, change_set_id: str) -> None:
    ledger.write(change_set_id, [])

    assert list(ledger.events(change_set_id)) == []


@pytest.mark.parametrize(
    ("outcome", "reason", "taken_up"),
    [
        (Outcome.PLANNED, None, True),
        (Outcome.UNKNOWN, Reason.NO_ANSWER, True),
        (Outcome.UNPROCESSED, Reason.STOPPED, True),
        (Outcome.HELD, Reason.THROTTLED, True),
        (Outcome.HELD, Reason.CREDENTIAL_EXPIRED, True),
        (Outcome.HELD, Reason.NO_ANSWER, True),
        (Outcome.HELD, Reason.CHANGED_MEANWHILE, False),
        (Outcome.REFUSED, Reason.NO_ANSWER, False),
        (Outcome.APPLIED, None, False),
    ],
)
def test_an_apply_takes_up_what_may_still_be_done(
    ledger: Ledger, change_set_id: str, outcome: Outcome, reason: Reason | None, *, taken_up: bool
) -> None:
    item_id = planned_item(ledger, change_set_id).item_id
    ledger.write(change_set_id, [ItemUpdate(item_id, "settled", outcome, reason)])

    found = [item.item_id for item in ledger.open_items(change_set_id, "kos_default")]

    assert found == ([item_id] if taken_up else [])
    assert ledger.count_open(change_set_id, "kos_default") == len(found)
    assert ledger.conn_ids(change_set_id) == ["kos_default"] * len(found)


def test_what_is_not_read_yet_is_not_taken_up(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(1)])

    assert ledger.open_items(change_set_id, "kos_default") == []
    assert ledger.conn_ids(change_set_id) == []


def test_the_earliest_booking_is_taken_up_first_and_unknown_starts_last(
    ledger: Ledger, change_set_id: str
) -> None:
    for row, starts_at in enumerate((30.0, None, 10.0, 30.0, -5.0, None), 1):
        planned_item(ledger, change_set_id, row, starts_at=starts_at)

    found: list[int] = []
    after: tuple[float, int] | None = None
    while page := ledger.open_items(change_set_id, "kos_default", after=after, limit=1):
        found += [item.row for item in page]
        last = page[-1]
        after = (math.inf if last.starts_at is None else last.starts_at, last.item_id)

    assert found == [5, 3, 1, 4, 2, 6]
