"""Bookings in hand: one run at a time reads and changes a booking."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.change_sets.items import ItemUpdate
from airflow_provider_booking.change_sets.ledger import Claim, Lease, LeaseLost, Standing
from airflow_provider_booking.change_sets.ledger.tables import claims, leases
from tests.change_sets.ledger.making import planned_item
from tests.change_sets.ledger.processes import at_once, claim_bookings

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.items import Item
    from airflow_provider_booking.change_sets.ledger import Ledger

MINE = Lease("apply one", "me", "the first change set")
THEIRS = Lease("apply another", "somebody", "the second change set")
SENDING = ItemUpdate(0, "sending", Outcome.UNKNOWN, attempt=True)
SETTLED = ItemUpdate(0, "settled", Outcome.APPLIED)


@pytest.fixture
def item(ledger: Ledger, change_set_id: str) -> Item:
    for lease in (MINE, THEIRS):
        ledger.take_lease(lease.name, lease.holder, 60)
    return planned_item(ledger, change_set_id)


def claim(ledger: Ledger, lease: Lease, item: Item, *, place: str = "kos") -> Standing:
    claimed = ledger.claim(lease, [Claim(place, item.booking_id, item.item_id)])
    return claimed[item.item_id].standing


def in_hand(ledger: Ledger) -> list[str]:
    with ledger.reading() as connection:
        return list(connection.execute(select(claims.c.holder)).scalars())


def lapse(ledger: Ledger, lease: Lease) -> None:
    with ledger.writing() as connection:
        past = ledger.now().timestamp() - 1
        connection.execute(update(leases).where(leases.c.holder == lease.holder).values(until=past))


def test_a_booking_that_nobody_has_in_hand_is_ours(ledger: Ledger, item: Item) -> None:
    assert claim(ledger, MINE, item) is Standing.OURS


def test_a_booking_that_somebody_has_in_hand_is_not(ledger: Ledger, item: Item) -> None:
    claim(ledger, THEIRS, item)

    assert claim(ledger, MINE, item) is Standing.ELSEWHERE
    assert in_hand(ledger) == ["somebody"]


def test_the_same_id_at_another_place_is_another_booking(ledger: Ledger, item: Item) -> None:
    claim(ledger, THEIRS, item, place="jicoo")

    assert claim(ledger, MINE, item) is Standing.OURS


def test_who_takes_over_from_a_lapsed_lease_knows_it(ledger: Ledger, item: Item) -> None:
    claim(ledger, THEIRS, item)
    lapse(ledger, THEIRS)

    assert claim(ledger, MINE, item) is Standing.INHERITED
    assert in_hand(ledger) == ["me"]


def test_who_takes_over_from_a_dropped_lease_knows_it(ledger: Ledger, item: Item) -> None:
    claim(ledger, THEIRS, item)
    ledger.drop_lease(THEIRS.name, THEIRS.holder)

    assert claim(ledger, MINE, item) is Standing.INHERITED


def test_what_is_settled_meanwhile_is_not_claimed(ledger: Ledger, change_set_id: str, item: Item) -> None:
    ledger.write(change_set_id, [replace(SETTLED, item_id=item.item_id)])

    assert claim(ledger, MINE, item) is Standing.CLOSED
    assert in_hand(ledger) == []


def test_a_claim_says_when_the_ledger_last_heard_of_the_item(ledger: Ledger, item: Item) -> None:
    claimed = ledger.claim(MINE, [Claim("kos", item.booking_id, item.item_id)])

    assert claimed[item.item_id].updated_at == item.updated_at


def test_an_intent_keeps_the_booking_in_hand(ledger: Ledger, change_set_id: str, item: Item) -> None:
    claim(ledger, MINE, item)
    ledger.write(change_set_id, [replace(SENDING, item_id=item.item_id)], lease=MINE)

    assert ledger.holds_claim(MINE, item.item_id)


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.PLANNED])
def test_a_result_gives_the_booking_back(
    ledger: Ledger, change_set_id: str, item: Item, outcome: Outcome
) -> None:
    claim(ledger, MINE, item)
    result = ItemUpdate(item.item_id, "settled", outcome)
    ledger.write(change_set_id, [replace(SENDING, item_id=item.item_id), result], lease=MINE)

    assert in_hand(ledger) == []


def test_no_intent_is_written_once_the_lease_has_lapsed(
    ledger: Ledger, change_set_id: str, item: Item
) -> None:
    claim(ledger, MINE, item)
    lapse(ledger, MINE)

    with pytest.raises(LeaseLost, match="the first change set") as lost:
        ledger.write(change_set_id, [replace(SENDING, item_id=item.item_id)], lease=MINE)
    assert lost.value.unwritten == {item.item_id}
    assert ledger.item(item.item_id).outcome is Outcome.PLANNED


def test_no_intent_is_written_without_a_claim(ledger: Ledger, change_set_id: str, item: Item) -> None:
    with pytest.raises(LeaseLost):
        ledger.write(change_set_id, [replace(SENDING, item_id=item.item_id)], lease=MINE)


def test_a_result_is_written_after_the_lease_has_lapsed_while_nobody_else_took_the_booking(
    ledger: Ledger, change_set_id: str, item: Item
) -> None:
    claim(ledger, MINE, item)
    lapse(ledger, MINE)
    ledger.write(change_set_id, [replace(SETTLED, item_id=item.item_id)], lease=MINE)

    assert ledger.item(item.item_id).outcome is Outcome.APPLIED
    assert in_hand(ledger) == []


def test_a_late_result_does_not_replace_what_the_next_one_found(
    ledger: Ledger, change_set_id: str, item: Item
) -> None:
    claim(ledger, MINE, item)
    lapse(ledger, MINE)
    claim(ledger, THEIRS, item)

    with pytest.raises(LeaseLost):
        ledger.write(change_set_id, [replace(SETTLED, item_id=item.item_id)], lease=MINE)
    assert in_hand(ledger) == ["somebody"]
    assert ledger.item(item.item_id).outcome is Outcome.PLANNED


def test_an_attempt_that_a_stop_forbids_counts_as_unwritten_where_a_lease_was_lost_as_well(
    ledger: Ledger, change_set_id: str, item: Item
) -> None:
    asked_at = ledger.now()
    another = planned_item(ledger, change_set_id, 2)
    claim(ledger, MINE, another)
    claim(ledger, THEIRS, item)
    lapse(ledger, MINE)
    ledger.ask_to_stop(change_set_id, "someone")
    updates = [replace(SETTLED, item_id=item.item_id), replace(SENDING, item_id=another.item_id)]

    with pytest.raises(LeaseLost) as lost:
        ledger.write(change_set_id, updates, asked_at=asked_at, lease=MINE)
    assert lost.value.unwritten == {item.item_id, another.item_id}


def test_what_was_not_in_hand_is_not_left_under_a_lapsed_lease(
    ledger: Ledger, change_set_id: str, item: Item
) -> None:
    lapse(ledger, MINE)

    with pytest.raises(LeaseLost):
        ledger.write(change_set_id, [ItemUpdate(item.item_id, "left", Outcome.UNPROCESSED)], lease=MINE)
    assert ledger.item(item.item_id).outcome is Outcome.PLANNED


def test_a_lapsed_lease_holds_no_claim(ledger: Ledger, item: Item) -> None:
    claim(ledger, MINE, item)
    lapse(ledger, MINE)

    assert not ledger.holds_claim(MINE, item.item_id)


def test_claims_of_the_dead_are_forgotten_in_time(ledger: Ledger, item: Item) -> None:
    claim(ledger, MINE, item)
    lapse(ledger, MINE)
    ledger.forget_old()

    assert in_hand(ledger) == []


def test_one_of_several_processes_gets_each_booking(
    ledger: Ledger, ledger_url: str, change_set_id: str
) -> None:
    wanted = [
        Claim("kos", each.booking_id, each.item_id)
        for each in (planned_item(ledger, change_set_id, row) for row in range(1, 21))
    ]
    taken = at_once(3, claim_bookings, ledger_url, wanted)

    assert sorted(item_id for of_one in taken for item_id in of_one) == [each.item_id for each in wanted]
