"""What the ledger keeps of stops, of approvals, and of who takes back what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from airflow_provider_booking.bookings import InvalidInput, Outcome, Reason
from airflow_provider_booking.change_sets.items import ItemUpdate, Kind, NewChangeSet, Trace
from airflow_provider_booking.change_sets.ledger import Journal, StopAskedFor
from airflow_provider_booking.vendors.planning import Notify
from tests.change_sets.ledger.making import make_older, new_item, planned_item

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.ledger import Ledger

NEW = NewChangeSet(key="run 1", arguments="digest", notify=Notify.ONCE, expires_in=3600.0)
TRACE = Trace(before={"memo": "old"}, left={"memo": "new"}, hidden=("password",))


def reverting(ledger: Ledger, change_set_id: str, *undone: int) -> list[ItemUpdate]:
    """A change set that takes a change set's items back, as what is to be written of its own items."""
    key = f"revert of {change_set_id}"
    own = ledger.begin(replace(NEW, key=key, kind=Kind.REVERT, reverts=change_set_id)).change_set_id
    ledger.add(own, [replace(new_item(row), undoes=item_id) for row, item_id in enumerate(undone, 1)])
    return [ItemUpdate(item.item_id, "settled", Outcome.APPLIED) for item in ledger.items(own)]


def applied_item(ledger: Ledger, change_set_id: str, row: int = 1) -> int:
    item_id = planned_item(ledger, change_set_id, row).item_id
    ledger.write(change_set_id, [ItemUpdate(item_id, "settled", Outcome.APPLIED, trace=TRACE)])
    return item_id


class TestStops:
    def test_nobody_has_asked_for_one_at_first(self, ledger: Ledger) -> None:
        begun = ledger.begin(NEW)
        assert (begun.stopped_at, begun.stopped_by) == (None, "")
        assert begun.stop_after(ledger.now()) is None

    def test_one_holds_for_who_was_asked_before_it(self, ledger: Ledger) -> None:
        before = ledger.now()
        stop = ledger.ask_to_stop(ledger.begin(NEW).change_set_id, "ana").stop_after(before)
        assert stop is not None
        assert str(stop) == f"ana asked at {stop.at:%Y-%m-%d %H:%M:%S}Z for it to be stopped"

    def test_one_does_not_hold_for_who_is_asked_after_it(self, ledger: Ledger) -> None:
        stopped = ledger.ask_to_stop(ledger.begin(NEW).change_set_id, "ana")
        assert stopped.stop_after(ledger.now() + timedelta(milliseconds=1)) is None

    def test_an_attempt_is_not_kept_and_what_else_happened_is(self, ledger: Ledger) -> None:
        change_set_id = ledger.begin(NEW).change_set_id
        first, second = (planned_item(ledger, change_set_id, row).item_id for row in (1, 2))
        before = ledger.now()
        ledger.ask_to_stop(change_set_id, "ana")
        updates = [
            ItemUpdate(first, "sending", Outcome.UNKNOWN, attempt=True),
            ItemUpdate(second, "settled", Outcome.REFUSED),
        ]
        stop = ledger.write(change_set_id, updates, asked_at=before)
        assert stop is not None
        assert ledger.counts(change_set_id) == {"planned": 1, "refused": 1, "total": 2}
        assert ledger.item(first).attempts == 0

    async def test_who_writes_an_attempt_hears_of_it(self, ledger: Ledger, change_set_id: str) -> None:
        item_id = planned_item(ledger, change_set_id).item_id
        before = ledger.now()
        ledger.ask_to_stop(change_set_id, "ana")
        async with Journal(ledger, change_set_id, asked_at=before) as journal:
            with pytest.raises(StopAskedFor, match="ana asked"):
                await journal.write(ItemUpdate(item_id, "sending", Outcome.UNKNOWN, attempt=True))

    def test_one_is_in_the_log_of_events(self, ledger: Ledger, change_set_id: str) -> None:
        ledger.ask_to_stop(change_set_id, "ana")
        assert [(event.what, event.detail) for event in ledger.events(change_set_id)] == [
            ("stop asked for", "ana")
        ]

    def test_an_unknown_change_set_cannot_be_stopped(self, ledger: Ledger) -> None:
        with pytest.raises(InvalidInput, match="the ledger has no change set"):
            ledger.ask_to_stop("20260101-000000-00000000", "ana")


class TestQuestions:
    def test_the_first_one_of_a_task_is_its_own(self, ledger: Ledger, change_set_id: str) -> None:
        assert ledger.first_question("bulk/run 1/approve/-1", change_set_id, "plan 1") == "plan 1"

    def test_a_later_one_of_the_same_task_shows_the_first(self, ledger: Ledger, change_set_id: str) -> None:
        ledger.first_question("bulk/run 1/approve/-1", change_set_id, "plan 1")
        assert ledger.first_question("bulk/run 1/approve/-1", change_set_id, "plan 2") == "plan 1"

    def test_another_task_has_its_own(self, ledger: Ledger, change_set_id: str) -> None:
        ledger.first_question("bulk/run 1/approve/-1", change_set_id, "plan 1")
        assert ledger.first_question("bulk/run 2/approve/-1", change_set_id, "plan 2") == "plan 2"

    def test_the_first_one_stays_when_its_change_set_is_forgotten(
        self, ledger: Ledger, change_set_id: str
    ) -> None:
        ledger.first_question("bulk/run 1/approve/-1", change_set_id, "plan 1")
        make_older(ledger, days=91)
        assert ledger.forget_old() == 1
        again = ledger.begin(NEW).change_set_id
        assert ledger.first_question("bulk/run 1/approve/-1", again, "plan 2") == "plan 1"

    def test_what_a_task_asked_about_can_be_looked_up(self, ledger: Ledger, change_set_id: str) -> None:
        ledger.first_question("bulk/run 1/approve/-1", change_set_id, "plan 1")
        assert ledger.asked_about("bulk/run 1/approve/-1") == "plan 1"

    def test_looking_it_up_asks_nothing(self, ledger: Ledger, change_set_id: str) -> None:
        assert ledger.asked_about("bulk/run 1/approve/-1") is None
        assert ledger.first_question("bulk/run 1/approve/-1", change_set_id, "plan 1") == "plan 1"


class TestTakingBack:
    def test_an_item_that_was_taken_back_is_reverted(self, ledger: Ledger, change_set_id: str) -> None:
        item_id = applied_item(ledger, change_set_id)
        (update,) = reverting(ledger, change_set_id, item_id)
        own = ledger.reverts_of(change_set_id)[0].change_set_id
        ledger.write(own, [update])
        item = ledger.item(item_id)
        assert (item.outcome, item.reason, item.message) == (Outcome.REVERTED, None, f"taken back by {own}")

    def test_only_what_is_done_is_taken_back(self, ledger: Ledger, change_set_id: str) -> None:
        first, second = (applied_item(ledger, change_set_id, row) for row in (1, 2))
        updates = reverting(ledger, change_set_id, first, second)
        own = ledger.reverts_of(change_set_id)[0].change_set_id
        ledger.write(own, [updates[0], replace(updates[1], outcome=Outcome.HELD)])
        assert ledger.counts(change_set_id) == {"applied": 1, "reverted": 1, "total": 2}

    def test_taking_that_back_restores_it_and_so_on(self, ledger: Ledger, change_set_id: str) -> None:
        chain, item_id = [change_set_id], applied_item(ledger, change_set_id)
        outcomes = []
        for _ in range(3):
            (update,) = reverting(ledger, chain[-1], item_id)
            chain.append(ledger.reverts_of(chain[-1])[0].change_set_id)
            ledger.write(chain[-1], [update])
            item_id = update.item_id
            outcomes.append([next(iter(ledger.items(each))).outcome.value for each in chain])
        assert outcomes == [
            ["reverted", "applied"],
            ["applied", "reverted", "applied"],
            ["reverted", "applied", "reverted", "applied"],
        ]

    def test_it_is_in_the_log_of_events(self, ledger: Ledger, change_set_id: str) -> None:
        (update,) = reverting(ledger, change_set_id, applied_item(ledger, change_set_id))
        own = ledger.reverts_of(change_set_id)[0].change_set_id
        ledger.write(own, [update])
        *_, last = ledger.events(change_set_id)
        assert (last.what, last.outcome, last.detail) == ("taken back", Outcome.REVERTED, own)

    def test_what_stands_comes_with_its_trace(self, ledger: Ledger, change_set_id: str) -> None:
        item_id = applied_item(ledger, change_set_id)
        planned_item(ledger, change_set_id, 2)
        assert [(item.item_id, trace) for item, trace in ledger.stand(change_set_id)] == [(item_id, TRACE)]

    def test_all_that_stands_comes_in_pages(self, ledger: Ledger, change_set_id: str) -> None:
        ledger.add(change_set_id, [new_item(row) for row in range(1, 1202)])
        updates = [
            ItemUpdate(item.item_id, "settled", Outcome.APPLIED, trace=TRACE)
            for item in ledger.items(change_set_id)
        ]
        ledger.write(change_set_id, updates)
        assert [item.row for item, _ in ledger.stand(change_set_id)] == list(range(1, 1202))


def test_the_newest_change_sets_come_first(ledger: Ledger) -> None:
    ids = [ledger.begin(replace(NEW, key=f"run {number}")).change_set_id for number in range(4)]
    found = [each.change_set_id for each in ledger.change_sets(3)]
    assert len(found) == 3
    assert set(found) <= set(ids)
    times = [each.created_at for each in ledger.change_sets(4)]
    assert times == sorted(times, reverse=True)


def test_what_could_not_be_read_is_taken_up_after_the_begin_only_where_that_is_asked_for(
    ledger: Ledger, change_set_id: str
) -> None:
    ledger.add(change_set_id, [new_item(1)])
    (item,) = ledger.items(change_set_id)
    ledger.write(change_set_id, [ItemUpdate(item.item_id, "read", Outcome.HELD, reason=Reason.NO_ANSWER)])
    ledger.finish_planning(change_set_id, rows=1, digest="d", eta_seconds=0)
    ledger.start_applying(change_set_id)
    assert ledger.reopen(change_set_id) == 0
    assert ledger.reopen(change_set_id, even_if_begun=True) == 1
