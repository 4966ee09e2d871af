"""Writes that go to the disk together."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import event, text

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.change_sets.items import ItemUpdate
from airflow_provider_booking.change_sets.ledger import Journal, LedgerUnavailable
from tests.change_sets.ledger.making import new_item, planned_item
from tests.change_sets.ledger.processes import CONTEXT, die_after_intent

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.ledger import Ledger


def sending(item_id: int) -> ItemUpdate:
    return ItemUpdate(item_id, "sending", Outcome.UNKNOWN, attempt=True)


async def test_what_was_written_is_in_the_ledger(ledger: Ledger, change_set_id: str) -> None:
    item_id = planned_item(ledger, change_set_id).item_id

    async with Journal(ledger, change_set_id) as journal:
        await journal.write(sending(item_id))

        assert ledger.item(item_id).outcome is Outcome.UNKNOWN


async def test_what_comes_at_the_same_time_shares_a_commit(ledger: Ledger, change_set_id: str) -> None:
    ledger.add(change_set_id, [new_item(row) for row in range(1, 101)])
    item_ids = [item.item_id for item in ledger.items(change_set_id)]
    commits: list[Any] = []
    event.listen(ledger._engine, "commit", commits.append)

    async def two_steps(journal: Journal, item_id: int) -> None:
        await journal.write(sending(item_id))
        await journal.write(ItemUpdate(item_id, "settled", Outcome.APPLIED))

    async with Journal(ledger, change_set_id) as journal:
        await asyncio.gather(*(two_steps(journal, item_id) for item_id in item_ids))

    assert 2 <= len(commits) <= 10
    assert ledger.counts(change_set_id) == {"applied": 100, "total": 100}


async def test_leaving_commits_what_nobody_waits_for(ledger: Ledger, change_set_id: str) -> None:
    one, two = (planned_item(ledger, change_set_id, row).item_id for row in (1, 2))

    async with Journal(ledger, change_set_id) as journal:
        waiting = [asyncio.create_task(journal.write(sending(item_id))) for item_id in (one, two)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()

    assert ledger.counts(change_set_id) == {"unknown": 2, "total": 2}


async def test_who_waits_hears_that_it_could_not_be_written(ledger: Ledger, change_set_id: str) -> None:
    one, two = (planned_item(ledger, change_set_id, row).item_id for row in (1, 2))
    with ledger.writing() as connection:
        connection.execute(text("DROP TABLE booking_events"))

    async with Journal(ledger, change_set_id) as journal:
        writes = (journal.write(sending(item_id)) for item_id in (one, two))
        results = await asyncio.gather(*writes, return_exceptions=True)

    assert [type(result) for result in results] == [LedgerUnavailable, LedgerUnavailable]
    assert ledger.counts(change_set_id) == {"planned": 2, "total": 2}


async def test_after_an_error_the_next_write_is_tried(ledger: Ledger, change_set_id: str) -> None:
    item_id = planned_item(ledger, change_set_id).item_id

    async with Journal(ledger, change_set_id) as journal:
        with pytest.raises(ValueError, match="does not have all of these items"):
            await journal.write(sending(item_id + 1))
        await journal.write(sending(item_id))

    assert ledger.item(item_id).outcome is Outcome.UNKNOWN


def test_who_is_killed_after_the_intent_leaves_the_item_unknown(
    ledger: Ledger, ledger_url: str, change_set_id: str
) -> None:
    item_id = planned_item(ledger, change_set_id).item_id

    keys = Fernet.generate_key().decode()
    killed = CONTEXT.Process(target=die_after_intent, args=(ledger_url, keys, change_set_id, item_id))
    killed.start()
    killed.join()

    assert killed.exitcode == -signal.SIGKILL
    item = ledger.item(item_id)
    assert (item.outcome, item.attempts) == (Outcome.UNKNOWN, 1)
