"""A run that ends by an error leaves nothing under way for the next one to run into."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from airflow_provider_booking.change_sets.leasing import leased
from airflow_provider_booking.change_sets.ledger import LeaseLost, Ledger, LedgerUnavailable
from tests.change_sets.engine.test_dying import another
from tests.change_sets.engine.test_leases import a_process_of_its_own, two_change_sets, until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_provider_booking.change_sets.items import ItemUpdate, Stop
    from tests.change_sets.engine.conftest import Desk

WORKERS = 2 * 2


class Blinking(Ledger):
    """A ledger that cannot keep the first result, nor what is to be kept together with it."""

    lost = 0

    def write(self, change_set_id: str, updates: Sequence[ItemUpdate], **under: Any) -> Stop | None:
        settled = sum(update.event == "settled" for update in updates)
        if settled and not self.lost:
            self.lost = settled
            raise LedgerUnavailable("the connection was ended")
        return super().write(change_set_id, updates, **under)


def slow_but_for_the_first(desk: Desk) -> None:
    desk.extras["jicoo_default"] = {"max_concurrency": WORKERS // 2}
    # The first one's answer comes when others are under way already, and long before theirs.
    desk.sandbox.fault("jicoo", {"delay_ms": 300}, method="PATCH", times=1)
    desk.sandbox.fault("jicoo", {"delay_ms": 1000}, method="PATCH", times=None)


async def test_what_was_sent_comes_to_its_end_and_nothing_else_is_begun(desk: Desk) -> None:
    found, _ = await two_change_sets(desk, 12)
    slow_but_for_the_first(desk)
    with another(desk, Blinking):
        ledger = desk.ledger
        assert isinstance(ledger, Blinking)
        with pytest.raises(LedgerUnavailable):
            await desk.apply(found, canary=0)
    counts = desk.counts(found)
    # One, but for a machine that stood still until the next result was there as well.
    assert counts["unknown"] == ledger.lost
    applied = counts.get("applied", 0)
    assert applied + counts["planned"] == 12 - ledger.lost
    assert 1 < applied + ledger.lost <= WORKERS


async def test_the_next_run_goes_on_at_once_and_sends_nothing_twice(desk: Desk) -> None:
    found, _ = await two_change_sets(desk, 12)
    slow_but_for_the_first(desk)
    with another(desk, Blinking), pytest.raises(LedgerUnavailable):
        await desk.apply(found, canary=0)
    desk.sandbox.clear_faults()
    async with asyncio.timeout(20):  # a lease that was not given back would hold for longer
        assert (await a_process_of_its_own(desk).apply(found)).counts == {"applied": 12, "total": 12}
    assert len(desk.written("jicoo")) == 12


async def test_a_lease_is_given_back_after_an_error(desk: Desk) -> None:
    with pytest.raises(LedgerUnavailable):
        async with leased(desk.ledger, "work", desk.said.append, shown="it"):
            raise LedgerUnavailable("it is gone")
    assert desk.ledger.take_lease("work", "somebody", 1)


async def test_a_lease_is_not_given_back_by_who_is_cancelled(desk: Desk) -> None:
    held = asyncio.Event()

    async def work() -> None:
        async with leased(desk.ledger, "work", desk.said.append, shown="it"):
            held.set()
            await asyncio.Event().wait()

    working = asyncio.create_task(work())
    await held.wait()
    working.cancel()
    await asyncio.wait({working})
    assert not desk.ledger.take_lease("work", "somebody", 1)


@pytest.mark.parametrize("ledger_url", ["postgresql"], indirect=True)
async def test_a_run_ends_when_its_ledger_gives_no_answer_any_more(desk: Desk, postgres_server: str) -> None:
    found, _ = await two_change_sets(desk, 60)
    desk.sandbox.fault("jicoo", {"delay_ms": 60}, times=None)
    schema = desk.ledger_url.rpartition("%3D")[2]
    running = asyncio.create_task(desk.apply(found, canary=0, lease_seconds=5.0))
    await until(lambda: bool(desk.written("jicoo")))
    with psycopg.connect(postgres_server) as theirs:
        # In the order in which our own transactions come to them: else both sides may wait for each other.
        theirs.execute(f"LOCK TABLE {schema}.booking_leases, {schema}.booking_items".encode())
        await asyncio.wait({running}, timeout=60)
        assert isinstance(running.exception(), LeaseLost)
