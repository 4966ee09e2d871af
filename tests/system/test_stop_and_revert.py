"""A person stops a change set from a shell while it is applied, lets it go on, and takes it back."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from tests.system.stage import Run, Stage, finished_run, run_again, seen
from tests.wire import may_change_a_booking

pytestmark = pytest.mark.system

DAG_ID = "slow_moves"
MANY = 100
SENT = 5  # updates, when the stop is asked for
PACE = "1/second"  # so slow that the command, which takes long to start on a busy machine, is in time
WORKERS = 2 * 4  # twice the connection's max_concurrency work at once


@dataclass(frozen=True)
class Stopped:
    """A run that was stopped.

    Attributes:
        run: The run, at its end.
        ids: Its bookings.
        before: Them, before the run.
        change_set_id: Its change set.
        sent: How many updates had been sent when the stop had been asked for.
        code: With what the command ended.
        said: What the command said.
    """

    run: Run
    ids: list[str]
    before: dict[str, Any]
    change_set_id: str
    sent: int
    code: int
    said: str


def updates(stage: Stage, ids: list[str]) -> Counter[str]:
    """Return how often an update of each booking was sent."""
    paths = [each["path"] for each in stage.vendors.requests("jicoo") if may_change_a_booking(each)]
    return Counter(each for each in ids for path in paths if path.endswith(each))


def shown(stage: Stage, change_set_id: str) -> dict[str, Any]:
    """Return what `airflow booking show` says of a change set."""
    told: dict[str, Any] = json.loads(
        stage.command("booking", "show", change_set_id, "--output", "json").stdout
    )
    return told


def starts(stage: Stage, ids: list[str]) -> dict[str, Any]:
    """Return where the bookings are."""
    return {each: stage.vendors.booking("jicoo", each)["startedAt"] for each in ids}


def connect(stage: Stage, rate_limit: str) -> None:
    """Make the connection, or change its pace."""
    fields = stage.connections["jicoo_default"]
    extra = {**fields.get("extra", {}), "rate_limit": rate_limit, "max_concurrency": 4}
    stage.api.put_connection("jicoo_slow", {**fields, "extra": extra})


@pytest.fixture(scope="module")
def stopped(stage: Stage) -> Stopped:
    connect(stage, PACE)
    ids = stage.vendors.seed("jicoo", MANY)
    before, earlier = starts(stage, ids), len(stage.vendors.requests())
    run_id = stage.api.trigger(DAG_ID, {"ids": ids})
    stage.api.wait_until(lambda: updates(stage, ids).total() >= SENT, "the first updates")
    (plan,) = [task for task in stage.api.task_instances(DAG_ID, run_id) if task.task_id == "plan"]
    change_set_id = stage.api.xcom(DAG_ID, run_id, plan)["change_set_id"]
    command = stage.command("booking", "stop", change_set_id)
    sent = updates(stage, ids).total()
    connect(stage, "1000/second")  # there is no need to be slow any more
    stage.api.wait_for_run(DAG_ID, run_id)
    run = seen(stage, DAG_ID, run_id, earlier)
    return Stopped(run, ids, before, change_set_id, sent, command.returncode, command.stdout)


@pytest.fixture(scope="module")
def gone_on(stopped: Stopped) -> Run:
    """The run, cleared after its end."""
    return run_again(stopped.run, "apply")


@pytest.fixture(scope="module")
def back(stage: Stage, gone_on: Run, stopped: Stopped) -> Run:
    """A run that takes the change set back."""
    assert gone_on.state == "success"
    return finished_run(stage, "take_back", {"change_set_id": stopped.change_set_id})


class TestAStop:
    def test_is_taken(self, stopped: Stopped) -> None:
        assert stopped.code == 0, stopped.said

    def test_ends_the_task_at_once_without_a_retry(self, stopped: Stopped) -> None:
        assert [(task.state, task.try_number) for task in stopped.run.of("apply")] == [("failed", 1)]
        (failure,) = stopped.run.failures("apply")
        assert "for it to be stopped" in failure

    def test_is_obeyed_within_a_request_of_each_worker(self, stopped: Stopped) -> None:
        sent = sum(len(stopped.run.written("jicoo", each)) for each in stopped.ids)
        assert SENT <= sent <= stopped.sent + WORKERS
        assert sent < MANY

    def test_leaves_what_was_not_reached_unprocessed(self, gone_on: Run, stopped: Stopped) -> None:
        del gone_on
        (failure,) = stopped.run.failures("apply")
        sent = sum(len(stopped.run.written("jicoo", each)) for each in stopped.ids)
        assert f"{sent} applied, {MANY - sent} unprocessed" in failure


class TestApplyingItAnew:
    def test_goes_on_to_the_end(self, gone_on: Run) -> None:
        assert gone_on.state == "success", gone_on.failures("apply")
        (applied,) = gone_on.xcoms("apply")
        assert applied["counts"] == {"applied": MANY, "total": MANY}

    def test_sends_nothing_twice(self, gone_on: Run, stopped: Stopped) -> None:
        assert updates(gone_on.stage, stopped.ids) == dict.fromkeys(stopped.ids, 1)


class TestTakingItBack:
    def test_puts_every_booking_back(self, back: Run, stopped: Stopped) -> None:
        assert back.state == "success", back.failures("revert")
        assert starts(back.stage, stopped.ids) == stopped.before

    def test_is_told_by_the_command_line(self, back: Run, stopped: Stopped) -> None:
        (reverted,) = back.xcoms("revert")
        of_it = shown(back.stage, stopped.change_set_id)
        assert of_it["counts"] == {"reverted": MANY, "total": MANY}
        assert of_it["reverted_by"] == [reverted["change_set_id"]]

    def test_is_taken_back_in_its_turn_from_a_shell(self, back: Run, stopped: Stopped) -> None:
        (reverted,) = back.xcoms("revert")
        done = back.stage.command("booking", "revert", reverted["change_set_id"], "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        assert shown(back.stage, stopped.change_set_id)["counts"] == {"applied": MANY, "total": MANY}
        now = starts(back.stage, stopped.ids)
        assert not [each for each in stopped.ids if now[each] == stopped.before[each]]
