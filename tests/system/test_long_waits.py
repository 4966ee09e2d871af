"""A vendor asks for waits that are too long for a worker slot, in a real Airflow."""

from collections import defaultdict
from dataclasses import dataclass

import pytest

from dev.airflow_api import TaskInstance
from tests.system.stage import Run, Stage, seen

pytestmark = pytest.mark.system

DAG_ID = "long_waits"
TASKS = ("plan", "apply", "update")
WAIT = {"throttle": {"retry_after": "15"}}  # so long that it is seen, also on a busy machine
MANY = 4  # of so few, a plan reads one by one

each_task = pytest.mark.parametrize("task_id", TASKS)


@dataclass(frozen=True)
class Waited:
    """A run whose every task was asked to wait.

    Attributes:
        run: The run, at its end.
        ids: The bookings of its change set.
        another: The booking that it updates by itself.
        states: Each task to the states that it was seen in.
    """

    run: Run
    ids: list[str]
    another: str
    states: dict[str, set[str | None]]


@pytest.fixture(scope="module")
def waited(stage: Stage) -> Waited:
    *ids, another = stage.vendors.seed("jicoo", MANY + 1)
    for one in (ids[1], another):
        stage.vendors.fault("jicoo", WAIT, method="GET", path=f"*/{one}")
    stage.vendors.fault("jicoo", WAIT, method="PATCH", path=f"*/{ids[1]}")
    states = defaultdict[str, set[str | None]](set)

    def look(tasks: list[TaskInstance]) -> None:
        for task in tasks:
            states[task.task_id].add(task.state)

    earlier = len(stage.vendors.requests())
    run_id = stage.api.trigger(DAG_ID, {"ids": ids, "another": another})
    stage.api.wait_for_run(DAG_ID, run_id, seen=look)
    stage.vendors.clear_faults()
    return Waited(seen(stage, DAG_ID, run_id, earlier), ids, another, states)


@each_task
def test_each_task_gives_its_worker_slot_back_meanwhile(waited: Waited, task_id: str) -> None:
    assert "deferred" in waited.states[task_id]


@each_task
def test_each_task_succeeds_in_its_first_try(waited: Waited, task_id: str) -> None:
    tried = [(task.state, task.try_number) for task in waited.run.of(task_id)]
    assert tried == [("success", 1)], waited.run.failures(task_id)


@each_task
def test_each_task_says_until_when_it_waits(waited: Waited, task_id: str) -> None:
    assert any("Waiting until" in event for event in waited.run.events(task_id))


def test_the_apply_hands_on_what_one_that_did_not_wait_does(waited: Waited) -> None:
    (applied,) = waited.run.xcoms("apply")
    assert applied.keys() == {"change_set_id", "counts", "report"}
    assert applied["counts"] == {"applied": MANY, "total": MANY}


def test_no_booking_is_written_twice_but_the_one_that_had_to_wait(waited: Waited) -> None:
    sent = {each: len(waited.run.written("jicoo", each)) for each in (*waited.ids, waited.another)}
    refused_once = {waited.ids[1]: 2}
    assert sent == {**dict.fromkeys((*waited.ids, waited.another), 1), **refused_once}
