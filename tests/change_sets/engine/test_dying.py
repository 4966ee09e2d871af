"""An apply that is killed, or loses its ledger, in the middle: the next one goes on from what is certain."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete

from airflow_provider_booking.change_sets.ledger import Ledger, LedgerUnavailable
from airflow_provider_booking.change_sets.ledger.tables import leases

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow_provider_booking.change_sets.items import ChangeSet, ItemUpdate, Stop
    from tests.change_sets.engine.conftest import Desk

ROOT = Path(__file__).resolve().parents[3]


class Dying(Ledger):
    """A ledger that is gone as soon as the first result comes in: intents are all that is left."""

    def write(self, change_set_id: str, updates: Sequence[ItemUpdate], **under: Any) -> Stop | None:
        if any(update.event == "settled" for update in updates):
            raise LedgerUnavailable("the ledger is gone")
        return super().write(change_set_id, updates, **under)


class Deaf(Ledger):
    """A ledger that takes no intent."""

    def write(self, change_set_id: str, updates: Sequence[ItemUpdate], **under: Any) -> Stop | None:
        if any(update.event == "sending" for update in updates):
            raise LedgerUnavailable("the ledger is gone")
        return super().write(change_set_id, updates, **under)


@contextmanager
def another(desk: Desk, kind: type[Ledger]) -> Iterator[None]:
    """Let the desk's ledger fail in its own way for a while."""
    healthy = desk.ledger
    desk.ledger = copy(healthy)
    desk.ledger.__class__ = kind
    try:
        yield
    finally:
        desk.ledger = healthy


async def test_what_was_sent_when_the_ledger_went_is_read_before_anything_is_sent(desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 3)}, {"shift": "P1D"})
    with another(desk, Dying), pytest.raises(LedgerUnavailable):
        await desk.apply(found, canary=3)
    assert desk.counts(found) == {"planned": 2, "unknown": 1, "total": 3}
    assert (await desk.apply(found)).counts == {"applied": 3, "total": 3}
    assert len(desk.written("jicoo")) == 3


async def test_nothing_is_sent_while_the_ledger_is_away(desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 30)}, {"shift": "P1D"})
    with another(desk, Deaf), pytest.raises(LedgerUnavailable):
        await desk.apply(found, canary=0)
    assert desk.written("jicoo") == []
    assert (await desk.apply(found)).counts == {"applied": 30, "total": 30}


@pytest.mark.parametrize("ledger_url", ["sqlite"], indirect=True)
async def test_nothing_is_sent_when_the_ledgers_file_was_deleted(desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 3)}, {"shift": "P1D"})
    for file in desk.folder.glob("ledger/ledger.db*"):
        file.unlink()
    with pytest.raises(LedgerUnavailable, match="deleted or replaced"):
        await desk.apply(found)
    assert desk.written("jicoo") == []


@pytest.mark.parametrize("fault", [{"timeout": 20}, {"timeout": 20, "applied": True}])
async def test_a_killed_apply_is_taken_up_by_the_next(desk: Desk, fault: dict[str, object]) -> None:
    ids = desk.sandbox.seed("jicoo", 12)
    found = await desk.plan({"ids": ids}, {"shift": "P1D"})
    desk.sandbox.fault("jicoo", fault, method="PATCH", skip=3)
    kill_when(desk, found, patches=4)
    assert desk.counts(found)["unknown"] == 1
    desk.sandbox.clear_faults()
    let_leases_lapse(desk)
    applied = await desk.apply(found)
    assert applied.counts == {"applied": 12, "total": 12}
    sent = [request["path"] for request in desk.written("jicoo")]
    # The one under way was sent again only if the vendor had not applied it.
    assert len(sent) - len(set(sent)) == (0 if "applied" in fault else 1)


@contextmanager
def applying(desk: Desk, found: ChangeSet, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Apply in another process, which does not outlive a test that fails."""
    command = [sys.executable, "-m", "tests.change_sets.engine.applier"]
    command += [str(desk.sandbox.port), desk.ledger_url, found.change_set_id, *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as applier:  # noqa: S603  (our own)
        try:
            yield applier
        except BaseException:
            applier.kill()
            raise


def kill_when(desk: Desk, found: ChangeSet, *options: str, patches: int) -> None:
    """Apply in another process, and kill it when the vendor has so many updates before it."""
    with applying(desk, found, *options) as applier:
        deadline = time.monotonic() + 60
        while len(desk.written("jicoo")) < patches:
            assert applier.poll() is None, "it ended by itself"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        applier.send_signal(signal.SIGKILL)


def let_leases_lapse(desk: Desk, found: ChangeSet | None = None) -> None:
    """Let the time pass in which a dead process still holds its leases; or only that on one change set."""
    lapsed = delete(leases)
    if found is not None:
        lapsed = lapsed.where(leases.c.name.contains(found.change_set_id, autoescape=True))
    with desk.ledger.writing() as connection:
        connection.execute(lapsed)
