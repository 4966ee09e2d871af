"""Change sets in the ledger."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import pytest

from airflow_provider_booking.bookings import InvalidInput, Outcome, Reason
from airflow_provider_booking.change_sets.items import ItemUpdate, NewChangeSet, State
from airflow_provider_booking.vendors.planning import Notify
from tests.change_sets.ledger.making import new_item, planned_item

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.ledger import Ledger

NEW = NewChangeSet(key="reschedule run 1", arguments="digest", notify=Notify.ONCE, expires_in=3600.0)


def test_a_new_change_set_is_in_planning(ledger: Ledger) -> None:
    begun = ledger.begin(NEW)

    assert (begun.key, begun.state, begun.notify) == ("reschedule run 1", State.PLANNING, Notify.ONCE)
    assert begun.created_at.tzinfo is UTC
    assert (begun.digest, begun.planned_at, begun.expires_at, begun.started_at) == (None, None, None, None)


def test_an_id_sorts_by_time_and_is_safe_as_a_folder_name(ledger: Ledger) -> None:
    begun = ledger.begin(NEW)

    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{8}", begun.change_set_id)
    assert begun.change_set_id.startswith(f"{begun.created_at:%Y%m%d-%H%M%S}-")


def test_the_same_key_gives_the_same_change_set(ledger: Ledger) -> None:
    assert ledger.begin(NEW) == ledger.begin(NEW)


def test_another_key_gives_another_change_set(ledger: Ledger) -> None:
    other = replace(NEW, key="reschedule run 2")

    assert ledger.begin(NEW).change_set_id != ledger.begin(other).change_set_id


def test_a_change_set_is_found_again(ledger: Ledger) -> None:
    begun = ledger.begin(NEW)

    assert ledger.change_set(begun.change_set_id) == begun


def test_an_unknown_change_set_is_refused(ledger: Ledger) -> None:
    with pytest.raises(InvalidInput, match="the ledger has no change set 20261121-071500-00000000"):
        ledger.change_set("20261121-071500-00000000")


def test_a_planned_change_set_expires_after_its_time(ledger: Ledger) -> None:
    begun = ledger.begin(NEW)

    planned = ledger.finish_planning(begun.change_set_id, rows=2, digest="all of it", eta_seconds=12.5)

    assert (planned.state, planned.digest, planned.eta_seconds) == (State.PLANNED, "all of it", 12.5)
    assert planned.planned_at is not None
    assert planned.expires_at == planned.planned_at + timedelta(hours=1)


def test_planning_is_finished_once(ledger: Ledger, change_set_id: str) -> None:
    ledger.finish_planning(change_set_id, rows=2, digest="digest", eta_seconds=0)

    with pytest.raises(ValueError, match="is planned already"):
        ledger.finish_planning(change_set_id, rows=2, digest="another", eta_seconds=0)


def test_applying_starts_when_it_started_first(ledger: Ledger, change_set_id: str) -> None:
    ledger.finish_planning(change_set_id, rows=2, digest="digest", eta_seconds=0)

    first = ledger.start_applying(change_set_id)

    assert first.started_at is not None
    assert ledger.start_applying(change_set_id) == first


def test_what_is_not_planned_is_not_applied(ledger: Ledger, change_set_id: str) -> None:
    with pytest.raises(ValueError, match="is still in planning"):
        ledger.start_applying(change_set_id)


def test_planning_that_was_cut_short_starts_anew_without_items(ledger: Ledger, change_set_id: str) -> None:
    planned_item(ledger, change_set_id)

    ledger.restart(change_set_id, NEW)
    ledger.add(change_set_id, [new_item(1)])

    assert ledger.counts(change_set_id) == {"planned": 1, "total": 1}


def test_a_restart_takes_what_is_asked_for_now(ledger: Ledger, change_set_id: str) -> None:
    ledger.restart(change_set_id, replace(NEW, arguments="mended"))

    found = ledger.change_set(change_set_id)

    assert (found.arguments, found.notify) == ("mended", NEW.notify)


def test_what_could_not_be_read_is_taken_up_once_more(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(1), new_item(2), new_item(3)])
    (one, other, third) = ledger.unread(change_set_id, "kos_default")
    ledger.write(
        change_set_id,
        [
            ItemUpdate(one.item_id, "read", Outcome.HELD, reason=Reason.NO_ANSWER),
            ItemUpdate(other.item_id, "read", Outcome.HELD, reason=Reason.CHANGED_MEANWHILE),
            ItemUpdate(third.item_id, "read", Outcome.REFUSED, reason=Reason.GONE),
        ],
    )
    ledger.finish_planning(change_set_id, rows=3, digest="digest", eta_seconds=0)

    assert ledger.reopen(change_set_id) == 1

    assert ledger.change_set(change_set_id).state is State.PLANNING
    assert [item.item_id for item in ledger.unread(change_set_id, "kos_default")] == [one.item_id]


def test_what_was_begun_to_apply_is_not_taken_up_once_more(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(1)])
    (one,) = ledger.unread(change_set_id, "kos_default")
    ledger.write(change_set_id, [ItemUpdate(one.item_id, "read", Outcome.HELD, reason=Reason.NO_ANSWER)])
    ledger.finish_planning(change_set_id, rows=1, digest="digest", eta_seconds=0)
    ledger.start_applying(change_set_id)

    assert ledger.reopen(change_set_id) == 0

    assert ledger.change_set(change_set_id).state is State.PLANNED


def test_item_ids_are_not_used_again(ledger: Ledger, change_set_id: str) -> None:
    forgotten = planned_item(ledger, change_set_id)

    ledger.restart(change_set_id, NEW)

    assert planned_item(ledger, change_set_id).item_id > forgotten.item_id


def test_what_is_planned_is_not_restarted(ledger: Ledger, change_set_id: str) -> None:
    ledger.finish_planning(change_set_id, rows=2, digest="digest", eta_seconds=0)

    with pytest.raises(ValueError, match="is planned already"):
        ledger.restart(change_set_id, NEW)


def test_whom_connections_call_is_kept_and_replaced(ledger: Ledger, change_set_id: str) -> None:
    ledger.name_connections(change_set_id, {"kos_default": "one", "jicoo_default": "two"})
    ledger.name_connections(change_set_id, {"kos_default": "three"})

    assert ledger.endpoints(change_set_id) == {"jicoo_default": "two", "kos_default": "three"}


def test_naming_no_connections_is_nothing(ledger: Ledger, change_set_id: str) -> None:
    ledger.name_connections(change_set_id, {})

    assert ledger.endpoints(change_set_id) == {}
