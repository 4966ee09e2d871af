"""What bookings take, and who waits for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.change_sets.items import Image, ItemUpdate, Target
from airflow_provider_booking.change_sets.ledger.store import PAGE
from airflow_provider_booking.vendors.planning import Slot
from tests.change_sets.ledger.making import new_item, planned_item, target

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.ledger import Ledger


def take(ledger: Ledger, change_set_id: str, item_id: int, found: Target) -> None:
    ledger.write(change_set_id, [ItemUpdate(item_id, "read", Outcome.PLANNED, target=found)])


def test_slots_come_by_resource_and_start(ledger: Ledger, change_set_id: str) -> None:
    item_id = planned_item(ledger, change_set_id).item_id
    before = (Slot("room 2", 0, 10), Slot("room 1", 50, 60))
    after = (Slot("room 1", 20, 30), Slot("room 1", 20, 40))
    take(ledger, change_set_id, item_id, Target(Image(), "digest", 0.0, before, after))

    assert list(ledger.slots(change_set_id, "kos_default")) == [
        (item_id, True, Slot("room 1", 20, 30)),
        (item_id, True, Slot("room 1", 20, 40)),
        (item_id, False, Slot("room 1", 50, 60)),
        (item_id, False, Slot("room 2", 0, 10)),
    ]


def test_a_slot_that_is_named_twice_is_there_once(ledger: Ledger, change_set_id: str) -> None:
    item_id = planned_item(ledger, change_set_id).item_id
    take(ledger, change_set_id, item_id, target(before=[Slot("room", 1, 2), Slot("room", 1, 2)]))

    assert len(list(ledger.slots(change_set_id, "kos_default"))) == 1


def test_a_new_target_replaces_the_slots(ledger: Ledger, change_set_id: str) -> None:
    item_id = planned_item(ledger, change_set_id).item_id
    take(ledger, change_set_id, item_id, target(before=[Slot("room 1", 1, 2)]))
    take(ledger, change_set_id, item_id, target(before=[Slot("room 2", 1, 2)]))

    assert [slot.resource for *_, slot in ledger.slots(change_set_id, "kos_default")] == ["room 2"]


def test_slots_of_other_connections_stay_out(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(1, conn_id="kos_other")])
    (other,) = ledger.items(change_set_id)
    take(ledger, change_set_id, other.item_id, target(before=[Slot("room", 1, 2)]))

    assert list(ledger.slots(change_set_id, "kos_default")) == []


def test_slots_come_all_however_many_pages_they_fill(ledger: Ledger, change_set_id: str) -> None:
    item_id = planned_item(ledger, change_set_id).item_id
    taken = [Slot("room", start, start + 1) for start in range(2 * PAGE)]
    take(ledger, change_set_id, item_id, target(before=taken))

    assert [slot for *_, slot in ledger.slots(change_set_id, "kos_default")] == taken


def test_who_waits_for_whom_is_kept_once(ledger: Ledger, change_set_id: str) -> None:
    one, two, three = (planned_item(ledger, change_set_id, row).item_id for row in (1, 2, 3))
    ledger.add_waits(change_set_id, [(one, two), (one, three)])
    ledger.add_waits(change_set_id, [(one, two), (two, three)])

    assert ledger.waits([one, two, three]) == {one: [two, three], two: [three]}
    assert ledger.waits([two]) == {two: [three]}


def test_nobody_waits_for_nobody(ledger: Ledger, change_set_id: str) -> None:
    ledger.add_waits(change_set_id, [])

    assert ledger.waits([]) == {}
