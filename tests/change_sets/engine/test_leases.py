"""Two runs never interleave on one booking, whatever becomes of either."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import make_url

from airflow_provider_booking.change_sets import leasing
from airflow_provider_booking.change_sets.accounts import Accounts
from airflow_provider_booking.change_sets.leasing import Tenure, leased
from airflow_provider_booking.change_sets.ledger import Claim, LeaseLost, Ledger, LedgerUnavailable
from tests.change_sets.engine.test_dying import another, applying, let_leases_lapse

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Sequence

    from airflow_provider_booking.change_sets.items import ChangeSet, ItemUpdate, Stop
    from airflow_provider_booking.change_sets.ledger import Lease
    from tests.change_sets.engine.conftest import Desk

# What a process is given that is to be killed, or to stand still: no canaries, so few requests at once that
# it is not done before that, and a lease of so many seconds. On a busy machine a short one lapses by itself:
# only who stands still until it has lapsed is given one.
NO_CANARY, USUAL_LEASE, SHORT_LEASE, FEW = "0", "30", "3", "2"


async def two_change_sets(desk: Desk, bookings: int) -> tuple[ChangeSet, ChangeSet]:
    """Plan two change sets that want the same bookings to be named differently."""
    ids = desk.sandbox.seed("jicoo", bookings)
    one, another_one = [
        await desk.plan({"ids": ids}, {"set": {"title": title}}, key=title) for title in ("One", "Another")
    ]
    return one, another_one


def assert_written_once_each(desk: Desk, *found: ChangeSet) -> None:
    """Of each booking, one change set has written it, and the other ones have seen that."""
    ended = [sorted(pair) for pair in zip(*(desk.outcomes(each) for each in found), strict=True)]
    assert ended == [[("applied", None), ("held", "drift.changed")]] * len(ended)
    changed = Counter(uid for request in desk.written("jicoo") for uid in request["changed"])
    assert changed == dict.fromkeys((item.booking_id for item in desk.items(found[0])), 1)


def a_process_of_its_own(desk: Desk) -> Desk:
    """Give a desk that shares no lock with the first one but the ledger's."""
    return replace(desk, extras={"jicoo_default": {"timeout": 29}}, said=[])


async def until(seen: Callable[[], bool]) -> None:
    """Wait for something that another process, or another task, does."""
    deadline = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_what_one_run_has_in_hand_another_one_judges_afterwards(desk: Desk) -> None:
    one, another_one = await two_change_sets(desk, 20)
    desk.sandbox.fault("jicoo", {"delay_ms": 30}, times=None)
    await asyncio.gather(desk.apply(one, canary=0), a_process_of_its_own(desk).apply(another_one, canary=0))
    assert_written_once_each(desk, one, another_one)


async def test_a_run_waits_for_a_booking_that_another_one_has_in_hand_and_says_so(desk: Desk) -> None:
    found, _ = await two_change_sets(desk, 3)
    theirs = Tenure(desk.ledger, "apply another", desk.said.append, shown="theirs", seconds=60)
    async with theirs.held():
        await take_all_in_hand(desk, found, theirs.lease)
        applying_it = asyncio.create_task(desk.apply(found, canary=0))
        await until(lambda: any("another run has some of the bookings" in line for line in desk.said))
        assert not desk.written("jicoo")
    assert (await applying_it).counts == {"applied": 3, "total": 3}
    assert sum("another run has" in line for line in desk.said) == 1


async def test_what_cannot_be_waited_for_holds_up_no_other_booking(desk: Desk) -> None:
    found, _ = await two_change_sets(desk, 3)
    theirs = Tenure(desk.ledger, "apply another", desk.said.append, shown="theirs", seconds=60)
    async with theirs.held():
        await take_all_in_hand(desk, found, theirs.lease, but=2)
        applying_it = asyncio.create_task(desk.apply(found, canary=0))
        await until(lambda: desk.counts(found).get("applied") == 2)
    assert (await applying_it).counts == {"applied": 3, "total": 3}


@pytest.mark.parametrize("canary", [5, 0])
async def test_not_even_the_canaries_wait_for_a_booking_that_is_in_hand_elsewhere(
    desk: Desk, canary: int
) -> None:
    desk.extras["jicoo_default"] = {"max_concurrency": 1}
    found, _ = await two_change_sets(desk, 10)
    theirs = Tenure(desk.ledger, "apply another", desk.said.append, shown="theirs", seconds=60)
    async with theirs.held():
        await take_all_in_hand(desk, found, theirs.lease, but=7)
        applying_it = asyncio.create_task(desk.apply(found, canary=canary))
        await until(lambda: desk.counts(found).get("applied") == 7)
    assert (await applying_it).counts == {"applied": 10, "total": 10}


async def test_who_waits_for_bookings_that_are_in_hand_elsewhere_obeys_a_stop(desk: Desk) -> None:
    found, _ = await two_change_sets(desk, 3)
    theirs = Tenure(desk.ledger, "apply another", desk.said.append, shown="theirs", seconds=60)
    async with theirs.held():
        await take_all_in_hand(desk, found, theirs.lease)
        applying_it = asyncio.create_task(desk.apply(found))
        await until(lambda: any("another run has some of the bookings" in line for line in desk.said))
        desk.ledger.ask_to_stop(found.change_set_id, "someone")
        async with asyncio.timeout(30):
            applied = await applying_it
    assert applied.by_hand is not None
    assert desk.outcomes(found) == [("unprocessed", "policy.stop")] * 3


async def take_all_in_hand(desk: Desk, found: ChangeSet, lease: Lease, *, but: int = 0) -> None:
    """Take the bookings of a change set in hand, but for the last ones."""
    async with Accounts(desk.connect) as accounts:
        place = (await accounts.get("jicoo_default")).place
    items = desk.items(found)
    wanted = [Claim(place, item.booking_id, item.item_id) for item in items[: len(items) - but]]
    desk.ledger.claim(lease, wanted)


@pytest.mark.parametrize("fault", [{"delay_ms": 200}, {"timeout": 90}, {"timeout": 90, "applied": True}])
async def test_when_one_of_two_runs_is_killed_no_booking_is_written_by_both(
    desk: Desk, fault: dict[str, object]
) -> None:
    one, another_one = await two_change_sets(desk, 60)
    # All that the first one may have under way at once meets silence, so that it is still there to be killed.
    desk.sandbox.fault("jicoo", fault, method="PATCH", skip=4, times=int(FEW))
    desk.sandbox.fault("jicoo", {"delay_ms": 200}, method="PATCH", times=None)
    with applying(desk, one, NO_CANARY, USUAL_LEASE, FEW) as killed:
        await until(lambda: len(desk.written("jicoo")) >= 4 + int(FEW))
        with applying(desk, another_one, NO_CANARY) as survivor:
            await until(lambda: desk.counts(another_one).keys() & {"applied", "held"} != set())
            killed.kill()
            await asyncio.sleep(1)  # what it had under way reaches the vendor long before its lease lapses
            let_leases_lapse(desk, one)
            assert await asyncio.to_thread(survivor.wait, 60) == 0
    await desk.apply(one, canary=0)
    await desk.apply(another_one, canary=0)
    assert_written_once_each(desk, one, another_one)


async def test_a_run_that_stood_still_for_too_long_sends_nothing_more(desk: Desk) -> None:
    one, another_one = await two_change_sets(desk, 60)
    desk.sandbox.fault("jicoo", {"delay_ms": 100}, method="PATCH", times=None)
    with applying(desk, one, NO_CANARY, SHORT_LEASE, FEW) as frozen:
        await until(lambda: len(desk.written("jicoo")) >= 5)
        await freeze(frozen, desk)
        await desk.apply(another_one, canary=0)
        await asyncio.sleep(float(SHORT_LEASE))  # it may have had nothing in hand that was waited for
        sent = len(desk.written("jicoo"))
        frozen.send_signal(signal.SIGCONT)
        assert frozen.wait(60) != 0
    assert len(desk.written("jicoo")) == sent
    await desk.apply(one, canary=0)
    assert_written_once_each(desk, one, another_one)


async def freeze(process: subprocess.Popen[bytes], desk: Desk) -> None:
    """Let a process stand still, at a moment in which nobody has to wait for what it has in the ledger."""
    while True:
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(0.05)  # what the database itself has begun for it is over by then
        if await asyncio.to_thread(is_free, desk):
            return
        process.send_signal(signal.SIGCONT)
        await asyncio.sleep(0.01)


def is_free(desk: Desk) -> bool:
    """Whether nobody is in the middle of a transaction in the ledger."""
    place = make_url(desk.ledger_url)
    if place.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(place.database), timeout=0, isolation_level=None)) as other:
            try:
                other.execute("begin immediate")
            except sqlite3.OperationalError:
                return False
            return True
    with psycopg.connect(desk.ledger_url) as connection:
        asked = connection.execute(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'"
        )
        return asked.fetchone() == (0,)


class Away(Ledger):
    """A ledger that cannot be reached for a number of renewals."""

    times = 1
    renewed = 0

    def renew_lease(self, name: str, holder: str, seconds: float) -> bool:
        if self.times:
            self.times -= 1
            raise LedgerUnavailable("the ledger is away")
        held = super().renew_lease(name, holder, seconds)
        self.renewed += held
        return held


class Gone(Away):
    """A ledger that cannot be reached for any renewal."""

    times = 1_000_000


class Mute(Ledger):
    """A ledger that cannot be asked whether a booking is still in hand."""

    def holds_claim(self, lease: Lease, item_id: int) -> bool:
        del lease, item_id
        raise LedgerUnavailable("the ledger is away")


async def test_a_lease_outlives_a_ledger_that_is_away_for_a_moment(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As often as a short one is renewed; but a busy machine does not let it lapse.
    monkeypatch.setattr(leasing, "_RENEWED", 300)
    with another(desk, Away):
        ledger = desk.ledger
        assert isinstance(ledger, Away)
        async with leased(ledger, "work", desk.said.append, shown="it", seconds=60):
            await until(lambda: ledger.renewed > 0)
        assert not ledger.times


async def test_work_ends_when_its_lease_could_not_be_renewed_in_time(desk: Desk) -> None:
    began = time.monotonic()

    async def work() -> None:
        async with leased(desk.ledger, "work", desk.said.append, shown="it", seconds=0.6):
            await asyncio.sleep(60)

    with another(desk, Gone), pytest.raises(LeaseLost, match="The lease on it could not be renewed"):
        await work()
    assert 0.6 <= time.monotonic() - began < 30


async def test_work_ends_when_its_lease_is_somebody_elses(desk: Desk) -> None:
    async def work() -> None:
        async with leased(desk.ledger, "work", desk.said.append, shown="it", seconds=0.6):
            let_leases_lapse(desk)
            await asyncio.sleep(60)

    with pytest.raises(LeaseLost):
        await work()


async def test_a_lease_that_may_have_lapsed_is_known_without_asking_the_ledger(desk: Desk) -> None:
    tenure = Tenure(desk.ledger, "work", desk.said.append, shown="it", seconds=0.3)
    async with tenure.held():
        time.sleep(0.4)  # noqa: ASYNC251  (the whole process stands still)
        with pytest.raises(LeaseLost):
            tenure.check_held()


async def test_a_lease_lapses_while_the_machine_is_suspended(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenure = Tenure(desk.ledger, "work", desk.said.append, shown="it", seconds=30)
    async with tenure.held():
        tenure.check_held()
        look = time.clock_gettime
        monkeypatch.setattr(time, "clock_gettime", lambda clock: look(clock) + 31)
        with pytest.raises(LeaseLost):
            tenure.check_held()
        monkeypatch.undo()


async def test_what_is_about_to_be_sent_when_the_machine_is_suspended_is_not_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _ = await two_change_sets(desk, 1)
    look, slept = time.clock_gettime, threading.Event()
    monkeypatch.setattr(time, "clock_gettime", lambda clock: look(clock) + 31 * slept.is_set())

    class Suspended(Ledger):
        def write(self, change_set_id: str, updates: Sequence[ItemUpdate], **under: Any) -> Stop | None:
            stop = super().write(change_set_id, updates, **under)
            slept.set()  # the intent is on the disk
            return stop

    with another(desk, Suspended), pytest.raises(LeaseLost):
        await desk.apply(found, canary=0)
    assert slept.is_set()
    assert desk.written("jicoo") == []
    assert desk.counts(found) == {"unknown": 1, "total": 1}


async def test_what_had_to_wait_is_not_sent_while_the_ledger_is_away(desk: Desk) -> None:
    found, _ = await two_change_sets(desk, 1)
    desk.sandbox.fault("jicoo", {"throttle": {"retry_after": "1"}}, method="PATCH")
    with another(desk, Mute), pytest.raises(LedgerUnavailable):
        await desk.apply(found, canary=0)
    assert len(desk.written("jicoo")) == 1
    assert (await desk.apply(found)).counts == {"applied": 1, "total": 1}
