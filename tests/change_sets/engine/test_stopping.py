"""Brakes: a stop that somebody asks for, and thresholds that hold for each connection by itself."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.ledger import Ledger
from tests.change_sets.engine.test_dying import another

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_provider_booking.change_sets.items import ChangeSet, ItemUpdate, Stop
    from airflow_provider_booking.change_sets.ledger import Lease
    from tests.change_sets.engine.conftest import Desk

MANY = 60
SLOW = 50
"""Milliseconds for each answer: two at a time, all of them take long enough for anybody to stop them."""


class Patient(Ledger):
    """A ledger in which a second attempt is looked at only when somebody has asked for a stop."""

    attempts = 0
    asked: threading.Event

    def ask_to_stop(self, change_set_id: str, by: str) -> ChangeSet:
        stopped = super().ask_to_stop(change_set_id, by)
        self.asked.set()
        return stopped

    def write(self, change_set_id: str, updates: Sequence[ItemUpdate], **under: Any) -> Stop | None:
        self.attempts += sum(update.attempt for update in updates)
        if self.attempts > 1:
            self.asked.wait(60)
        return super().write(change_set_id, updates, **under)

    def holds_claim(self, lease: Lease, item_id: int) -> bool:
        self.asked.wait(60)
        return super().holds_claim(lease, item_id)


async def stopped_after_the_first_attempt(desk: Desk, found: ChangeSet) -> dict[str, int]:
    """Apply, ask for a stop when an update was sent, and let nothing overtake it."""
    with another(desk, Patient):
        ledger = desk.ledger
        assert isinstance(ledger, Patient)
        ledger.asked = threading.Event()
        applying = asyncio.create_task(desk.apply(found))
        await sent_to_jicoo(desk, 1)
        await asyncio.to_thread(ledger.ask_to_stop, found.change_set_id, "someone")
        return (await applying).counts


async def sent_to_jicoo(desk: Desk, count: int) -> None:
    """Return when so many updates were sent."""
    while len(await asyncio.to_thread(desk.written, "jicoo")) < count:
        pass


async def stopped_while_applied(desk: Desk, found: ChangeSet) -> int:
    """Apply, ask for a stop when some are sent, and say how many had been sent when it was asked for."""
    applying = asyncio.create_task(desk.apply(found, canary=0))
    await sent_to_jicoo(desk, 5)
    await asyncio.to_thread(desk.ledger.ask_to_stop, found.change_set_id, "someone")
    sent = len(await asyncio.to_thread(desk.written, "jicoo"))
    applied = await applying
    assert applied.by_hand is not None
    assert "someone asked" in applied.stopped["jicoo_default"]
    return sent


async def test_a_stop_is_obeyed_within_one_request_of_each_worker(desk: Desk) -> None:
    desk.extras["jicoo_default"] = {"max_concurrency": 2}
    desk.sandbox.latency(SLOW)
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", MANY)}, {"shift": "P1D"})
    sent = await stopped_while_applied(desk, found)
    workers = 2 * 2
    assert len(desk.written("jicoo")) <= sent + workers


async def test_what_a_stop_left_is_unprocessed_and_goes_on_when_it_is_applied_anew(desk: Desk) -> None:
    desk.extras["jicoo_default"] = {"max_concurrency": 2}
    desk.sandbox.latency(SLOW)
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", MANY)}, {"shift": "P1D"})
    await stopped_while_applied(desk, found)
    desk.sandbox.latency(0)
    counts = desk.counts(found)
    assert counts["unprocessed"] == MANY - counts["applied"]
    left = [item for item in desk.items(found) if item.outcome == "unprocessed"]
    assert {item.reason and item.reason.value for item in left} == {"policy.stop"}
    assert all("someone asked" in item.message for item in left)
    applied = await desk.apply(found)
    assert applied.counts == {"applied": MANY, "total": MANY}
    assert len(desk.written("jicoo")) == MANY


async def test_a_stop_holds_for_every_run_that_was_begun_before_it(desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 3)}, {"shift": "P1D"})
    begun = desk.ledger.now() - timedelta(seconds=5)
    desk.ledger.ask_to_stop(found.change_set_id, "someone")
    with pytest.raises(InvalidInput, match=r"someone asked at .* for it to be stopped"):
        await desk.apply(found, asked_at=begun)
    assert not desk.written("jicoo")


async def test_a_run_that_is_begun_after_a_stop_goes_on(desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 3)}, {"shift": "P1D"})
    stopped_at = desk.ledger.ask_to_stop(found.change_set_id, "someone").stopped_at
    assert stopped_at is not None
    while desk.ledger.now() <= stopped_at:  # SQLite's clock has whole milliseconds
        pass
    assert (await desk.apply(found)).counts == {"applied": 3, "total": 3}


async def test_an_update_whose_answer_was_lost_is_not_sent_again_after_a_stop(desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 1)}, {"shift": "P1D"})
    desk.sandbox.fault("jicoo", {"drop": "before"}, method="PATCH", times=1)
    assert await stopped_after_the_first_attempt(desk, found) == {"unknown": 1, "total": 1}
    assert len(desk.written("jicoo")) == 1


async def test_a_connection_with_too_many_refusals_does_not_stop_another(desk: Desk) -> None:
    jicoo, zoho = desk.sandbox.seed("jicoo", 4), desk.sandbox.seed("zoho", 4)
    rows = ["booking_id,conn_id,title", *(f"{each},jicoo_default,Moved" for each in jicoo)]
    rows += [f"{each},zoho_calendar_default,Moved" for each in zoho]
    (desk.folder / "moves.csv").write_text("\n".join(rows))
    found = await desk.plan({"file": "moves.csv"}, conn_id=None)
    desk.sandbox.fault("jicoo", {"status": 422}, method="PATCH", times=None)
    applied = await desk.apply(found, canary=0, max_refused=1)
    assert applied.by_connection["zoho_calendar_default"] == {"applied": 4}
    assert set(applied.stopped) == {"jicoo_default"}


async def test_a_stop_is_obeyed_between_two_attempts_of_one_update(desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 1)}, {"shift": "P1D"})
    desk.sandbox.fault("jicoo", {"status": 429, "headers": {"Retry-After": "1"}}, method="PATCH", times=1)
    await stopped_after_the_first_attempt(desk, found)
    assert desk.outcomes(found) == [("unprocessed", "policy.stop")]
    assert len(desk.written("jicoo")) == 1


async def test_what_a_stop_keeps_from_being_begun_is_unprocessed_as_well(desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 3)}, {"shift": "P1D"})
    begun = desk.ledger.now() - timedelta(seconds=5)
    desk.ledger.ask_to_stop(found.change_set_id, "someone")
    with pytest.raises(InvalidInput, match="someone asked"):
        await desk.apply(found, asked_at=begun)
    assert desk.outcomes(found) == [("unprocessed", "policy.stop")] * 3


async def test_a_stop_holds_although_another_machines_clock_is_ahead(desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", MANY)}, {"shift": "P1D"})
    desk.extras["jicoo_default"] = {"max_concurrency": 2}
    desk.sandbox.latency(SLOW)
    ahead = desk.ledger.now() + timedelta(minutes=1)
    applying = asyncio.create_task(desk.apply(found, canary=0, asked_at=ahead))
    await sent_to_jicoo(desk, 5)
    await asyncio.to_thread(desk.ledger.ask_to_stop, found.change_set_id, "someone")
    assert (await applying).by_hand is not None
