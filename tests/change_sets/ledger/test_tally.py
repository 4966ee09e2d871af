"""What a change set adds up to."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_provider_booking.bookings import Outcome, Reason
from airflow_provider_booking.change_sets.items import ItemUpdate, NewChangeSet
from airflow_provider_booking.change_sets.ledger.store import PAGE
from airflow_provider_booking.vendors.planning import Notify
from tests.change_sets.ledger.making import bad_item, new_item, planned_item, target

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.ledger import Ledger

CONNECTIONS = ("jicoo_default", "kos_default", None)


def test_nothing_adds_up_to_nothing(ledger: Ledger, change_set_id: str) -> None:
    assert ledger.counts(change_set_id) == {"total": 0}


def test_outcomes_that_occur_are_counted(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(1), new_item(2, conn_id="jicoo_default"), bad_item(3)])

    assert ledger.counts(change_set_id) == {"planned": 2, "refused": 1, "total": 3}
    assert ledger.counts(change_set_id, "kos_default") == {"planned": 1, "total": 1}


def test_reasons_are_counted_by_connection_and_outcome(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(1), bad_item(2), new_item(3), bad_item(4)])

    bad = (None, Outcome.REFUSED, Reason.INVALID_INPUT, 2)
    good = ("kos_default", Outcome.PLANNED, None, 2)
    assert ledger.reasons(change_set_id) == [bad, good]
    assert ledger.reasons(change_set_id, "kos_default") == [good]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    connections=st.lists(st.sampled_from(CONNECTIONS), min_size=1, max_size=12),
    steps=st.lists(
        st.tuples(st.integers(0, 11), st.sampled_from(Outcome), st.none() | st.sampled_from(Reason)),
        max_size=30,
    ),
)
def test_counts_always_add_up_to_the_total(
    ledger: Ledger, connections: list[str | None], steps: list[tuple[int, Outcome, Reason | None]]
) -> None:
    new = NewChangeSet(uuid.uuid4().hex, "arguments", Notify.NONE, 60.0)
    change_set_id = ledger.begin(new).change_set_id
    ledger.add(change_set_id, [new_item(row, conn_id=each) for row, each in enumerate(connections, 1)])
    item_ids = [item.item_id for item in ledger.items(change_set_id)]
    updates = [
        ItemUpdate(item_ids[place % len(item_ids)], "settled", outcome, reason)
        for place, outcome, reason in steps
    ]
    ledger.write(change_set_id, updates)

    counts = ledger.counts(change_set_id)
    assert counts.pop("total") == sum(counts.values()) == len(connections)
    assert sum(count for *_, count in ledger.reasons(change_set_id)) == len(connections)
    by_connection = [ledger.counts(change_set_id, each)["total"] for each in CONNECTIONS if each]
    assert sum(by_connection) == len(connections) - connections.count(None)


def test_digests_come_by_account_booking_and_item(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(
        change_set_id,
        [new_item(1, "b"), new_item(2, "a"), new_item(3, "c", account="another"), bad_item(4)],
    )
    for item in ledger.unread(change_set_id, "kos_default"):
        found = target()
        found = type(found)(image=found.image, digest=f"digest of row {item.row}", starts_at=None)
        ledger.write(change_set_id, [ItemUpdate(item.item_id, "read", Outcome.PLANNED, target=found)])

    assert list(ledger.digests(change_set_id)) == [f"digest of row {row}" for row in (3, 2, 1)]


def test_digests_come_all_however_many_pages_they_fill(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(row, f"booking {row % 7}") for row in range(1, 2 * PAGE + 1)])
    unread = ledger.unread(change_set_id, "kos_default", limit=2 * PAGE)
    read = [ItemUpdate(item.item_id, "read", Outcome.PLANNED, target=target()) for item in unread]
    ledger.write(change_set_id, read)

    assert len(list(ledger.digests(change_set_id))) == 2 * PAGE


def test_what_is_not_planned_has_no_digest(ledger: Ledger, change_set_id: str) -> None:
    planned_item(ledger, change_set_id, row=1)
    ledger.add(change_set_id, [new_item(2)])

    assert list(ledger.digests(change_set_id)) == ["a digest"]
