"""What only one process may do at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet
from sqlalchemy import update

from airflow_provider_booking.change_sets.ledger.tables import leases
from tests.change_sets.ledger.processes import at_once, take_a_lease

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.ledger import Ledger


def let_it_lapse(ledger: Ledger) -> None:
    with ledger.writing() as connection:
        connection.execute(update(leases).values(until=ledger.now().timestamp() - 1))


def test_a_free_lease_can_be_taken(ledger: Ledger) -> None:
    assert ledger.take_lease("apply", "me", 60)


def test_what_somebody_else_holds_cannot_be_taken(ledger: Ledger) -> None:
    ledger.take_lease("apply", "somebody", 60)

    assert not ledger.take_lease("apply", "me", 60)


def test_leases_of_other_names_are_free(ledger: Ledger) -> None:
    ledger.take_lease("apply", "somebody", 60)

    assert ledger.take_lease("plan", "me", 60)


def test_who_holds_it_can_take_it_again(ledger: Ledger) -> None:
    ledger.take_lease("apply", "me", 60)

    assert ledger.take_lease("apply", "me", 60)


def test_a_lapsed_lease_can_be_taken(ledger: Ledger) -> None:
    ledger.take_lease("apply", "somebody", 60)
    let_it_lapse(ledger)

    assert ledger.take_lease("apply", "me", 60)


def test_who_holds_it_can_renew_it(ledger: Ledger) -> None:
    ledger.take_lease("apply", "me", 60)

    assert ledger.renew_lease("apply", "me", 60)


def test_a_lapsed_lease_cannot_be_renewed(ledger: Ledger) -> None:
    ledger.take_lease("apply", "me", 60)
    let_it_lapse(ledger)

    assert not ledger.renew_lease("apply", "me", 60)


def test_nobody_renews_what_somebody_else_holds(ledger: Ledger) -> None:
    ledger.take_lease("apply", "somebody", 60)

    assert not ledger.renew_lease("apply", "me", 60)


def test_a_dropped_lease_is_free(ledger: Ledger) -> None:
    ledger.take_lease("apply", "somebody", 60)
    ledger.drop_lease("apply", "somebody")

    assert ledger.take_lease("apply", "me", 60)


def test_nobody_drops_what_somebody_else_holds(ledger: Ledger) -> None:
    ledger.take_lease("apply", "somebody", 60)
    ledger.drop_lease("apply", "me")

    assert not ledger.take_lease("apply", "me", 60)


def test_one_of_several_processes_gets_a_lease(ledger: Ledger, ledger_url: str) -> None:
    taken = at_once(4, take_a_lease, ledger_url, Fernet.generate_key().decode())

    assert sorted(taken) == [False, False, False, True]
    assert not ledger.take_lease("apply", "me", 60)


def test_the_store_has_a_clock(ledger: Ledger) -> None:
    # The server runs on this machine, so its clock is ours.
    assert abs(ledger.now() - datetime.now(UTC)) < timedelta(seconds=5)
