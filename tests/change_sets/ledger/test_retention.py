"""What the ledger forgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from airflow_provider_booking.bookings import InvalidInput, Outcome, Reason
from airflow_provider_booking.change_sets.items import ItemUpdate
from airflow_provider_booking.change_sets.ledger import Sealer, open_ledger
from airflow_provider_booking.change_sets.ledger.retention import SLICE
from airflow_provider_booking.change_sets.ledger.tables import metadata
from airflow_provider_booking.vendors.planning import Slot
from tests.change_sets.ledger.making import make_older, new_item, planned_item, target

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.ledger import Ledger


def rows_left(ledger: Ledger) -> dict[str, int]:
    with ledger.reading() as connection:
        counted = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }
    return {name: count for name, count in counted.items() if count}


def test_a_change_set_is_kept_for_ninety_days(ledger: Ledger, change_set_id: str) -> None:
    make_older(ledger, days=89.9)

    assert ledger.forget_old() == 0
    assert ledger.change_set(change_set_id).change_set_id == change_set_id


def test_an_old_change_set_is_forgotten_with_all_that_is_its(ledger: Ledger, change_set_id: str) -> None:
    one, two = (planned_item(ledger, change_set_id, row).item_id for row in (1, 2))
    found = target(before=[Slot("room", 1, 2)])
    ledger.write(change_set_id, [ItemUpdate(one, "read", Outcome.PLANNED, target=found)])
    ledger.add_waits(change_set_id, [(one, two)])
    ledger.name_connections(change_set_id, {"kos_default": "digest"})
    make_older(ledger, days=90.1)

    assert ledger.forget_old() == 1
    assert rows_left(ledger) == {}


def test_what_is_unknown_never_expires(ledger: Ledger, change_set_id: str) -> None:
    item_id = planned_item(ledger, change_set_id).item_id
    ledger.write(change_set_id, [ItemUpdate(item_id, "sending", Outcome.UNKNOWN, Reason.NO_ANSWER)])
    make_older(ledger, days=1000)

    assert ledger.forget_old() == 0
    assert ledger.item(item_id).outcome is Outcome.UNKNOWN


def test_how_long_is_for_the_user_to_say(
    ledger: Ledger, change_set_id: str, ledger_url: str, sealer: Sealer
) -> None:
    planned_item(ledger, change_set_id)
    make_older(ledger, days=0.6)

    with open_ledger(ledger_url, sealer, keep_days=0.5) as brief:
        assert brief.forget_old() == 1


def test_what_is_forgotten_in_slices_is_forgotten_whole(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(row) for row in range(1, SLICE + 2)])
    make_older(ledger, days=91)

    ledger.forget_old()

    assert rows_left(ledger) == {}


def test_a_lease_that_holds_is_kept(ledger: Ledger) -> None:
    ledger.take_lease("apply", "somebody", 60)

    ledger.forget_old()

    assert rows_left(ledger) == {"booking_leases": 1}


def test_lapsed_leases_are_forgotten(ledger: Ledger) -> None:
    ledger.take_lease("apply", "somebody", -1)

    ledger.forget_old()

    assert rows_left(ledger) == {}


@pytest.mark.parametrize("days", [0, -1, float("nan")])
def test_forgetting_at_once_is_refused(ledger_url: str, sealer: Sealer, days: float) -> None:
    with pytest.raises(InvalidInput, match="the ledger cannot keep change sets for"):
        open_ledger(ledger_url, sealer, keep_days=days)
