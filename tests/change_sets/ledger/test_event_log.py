"""What happened, in order."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import Outcome, Reason
from airflow_provider_booking.change_sets.items import ItemUpdate, NewChangeSet
from airflow_provider_booking.change_sets.ledger.store import PAGE
from airflow_provider_booking.vendors.planning import Notify
from tests.change_sets.ledger.making import planned_item

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.ledger import Ledger


def test_every_update_leaves_an_event(ledger: Ledger, change_set_id: str) -> None:
    item_id = planned_item(ledger, change_set_id).item_id
    held = ItemUpdate(item_id, "settled", Outcome.HELD, Reason.GONE)
    ledger.write(change_set_id, [ItemUpdate(item_id, "sending", Outcome.UNKNOWN), held])

    events = list(ledger.events(change_set_id))

    assert [(event.what, event.outcome, event.reason) for event in events] == [
        ("read", Outcome.PLANNED, None),
        ("sending", Outcome.UNKNOWN, None),
        ("settled", Outcome.HELD, Reason.GONE),
    ]
    assert {event.item_id for event in events} == {item_id}
    assert {event.at.tzinfo for event in events} == {UTC}


def test_what_concerns_the_whole_change_set_is_noted(ledger: Ledger, change_set_id: str) -> None:
    ledger.note(change_set_id, "approved", "digest 1f2e")

    (event,) = ledger.events(change_set_id)

    assert (event.item_id, event.what, event.outcome, event.detail) == (None, "approved", None, "digest 1f2e")


def test_events_come_all_however_many_pages_they_fill(ledger: Ledger, change_set_id: str) -> None:
    item_id = planned_item(ledger, change_set_id).item_id
    ledger.write(change_set_id, [ItemUpdate(item_id, "checked", Outcome.PLANNED)] * (2 * PAGE))

    assert sum(1 for _ in ledger.events(change_set_id)) == 2 * PAGE + 1


def test_what_was_forgotten_of_a_plan_stays_in_the_log(ledger: Ledger, change_set_id: str) -> None:
    planned_item(ledger, change_set_id)
    ledger.restart(change_set_id, NewChangeSet("a key", "arguments", Notify.NONE, 60.0))

    assert [event.what for event in ledger.events(change_set_id)] == ["read", "restarted"]


def test_a_planning_that_had_nothing_to_forget_is_no_restart(ledger: Ledger, change_set_id: str) -> None:
    ledger.restart(change_set_id, NewChangeSet("a key", "arguments", Notify.NONE, 60.0))

    assert list(ledger.events(change_set_id)) == []


def test_the_last_events_of_the_whole_leave_out_those_of_items(ledger: Ledger, change_set_id: str) -> None:
    ledger.note(change_set_id, "first")
    item_id = planned_item(ledger, change_set_id).item_id
    ledger.note(change_set_id, "second")
    ledger.note(change_set_id, "third")
    whole = ledger.last_events(change_set_id, 2, of_the_whole=True)
    assert [event.what for event in whole] == ["second", "third"]
    assert [event.item_id for event in ledger.last_events(change_set_id, 9, of_the_whole=False)].count(
        item_id
    ) == 1
