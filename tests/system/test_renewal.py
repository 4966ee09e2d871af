"""Keeping reserves alive in a real Airflow: the DAG `feishu_reserve_renewal`, on its schedule and by hand."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.system import moves
from tests.system.stage import Run, Stage, finished_run, run_again

pytestmark = pytest.mark.system

DAG_ID = "feishu_reserve_renewal"
VARIABLE = "feishu_reserves"
DUE = "6970000000000000001"
URGENT = "6970000000000000002"
NOT_DUE = "6970000000000000003"
LOST = "6970000000000000004"
IN_FILE = "6970000000000000005"
OTHERS = "6930000000000000001"  # of another app, from the start
DAY = 86400
LEFT = {DUE: 10 * DAY, URGENT: DAY, NOT_DUE: 25 * DAY, LOST: -DAY, IN_FILE: 5 * DAY}
"""Seconds that each reserve has left before the first run."""
AT_MOST = timedelta(minutes=5)
"""How long the runs of these tests take together, on a busy machine."""


def began_the_day() -> datetime:
    """Return when the day began, once the next midnight is far enough.

    A midnight amid the tests would have Airflow start the day's run between theirs: then it is waited for.
    """
    soon = datetime.now(UTC) + AT_MOST
    midnight = soon.replace(hour=0, minute=0, second=0, microsecond=0)
    while (left := midnight - datetime.now(UTC)) > timedelta(0):
        time.sleep(left.total_seconds())
    return midnight


@pytest.fixture(scope="module")
def first_run(stage: Stage) -> Run:
    """The run that Airflow starts by itself once the DAG is unpaused, on a fresh install."""
    midnight = began_the_day()
    now = int(stage.vendors.now())
    records = [{"id": each, "end_time": str(now + seconds)} for each, seconds in LEFT.items()]
    stage.vendors.seed("feishu", bookings=records)
    # Parsed before midnight, it would be due twice.
    stage.api.unpause(DAG_ID, parsed_after=midnight)
    stage.api.wait_until(lambda: bool(stage.api.run_ids(DAG_ID)), "the first scheduled run")
    (run_id,) = stage.api.run_ids(DAG_ID)
    state = stage.api.wait_for_run(DAG_ID, run_id)
    tasks = stage.api.task_instances(DAG_ID, run_id)
    return Run(stage, DAG_ID, run_id, state, tasks, requests=stage.vendors.requests(), held={})


@pytest.fixture(scope="module")
def run(stage: Stage, first_run: Run) -> Run:
    """A run with reserves that are due, not due, expired and not our own."""
    assert first_run.state == "success"
    stage.api.put_variable(VARIABLE, json.dumps([DUE, NOT_DUE, LOST, OTHERS, URGENT]))
    return finished_run(stage, DAG_ID, {})


@pytest.fixture(scope="module")
def mended_run(stage: Stage, run: Run) -> Run:
    """The same run, cleared after the expired reserve was taken off the list."""
    stage.api.put_variable(VARIABLE, json.dumps([DUE, NOT_DUE, OTHERS, URGENT]))
    return run_again(run, "renew")


@pytest.fixture(scope="module")
def file_run(stage: Stage, mended_run: Run) -> Run:
    """A run by hand on a file."""
    assert mended_run.state == "success", mended_run.failures("renew")
    path = stage.home / "reserves.csv"
    path.write_text(f"booking_id\n{IN_FILE}\n")
    return finished_run(stage, DAG_ID, {"reserves": {"file": str(path)}})


@pytest.fixture(scope="module")
def malformed_run(stage: Stage, file_run: Run) -> Run:
    """A run by hand, after a slip of the hand in the Variable."""
    assert file_run.state == "success", file_run.failures("renew")
    stage.api.put_variable(VARIABLE, f'["{DUE}", "{URGENT}"')
    return finished_run(stage, DAG_ID, {})


def days_left(run: Run, reserve_id: str) -> float:
    """Return how long a reserve had to live when the run had ended."""
    return (int(run.now("feishu", reserve_id)["end_time"]) - run.stage.vendors.now()) / DAY


def failure(run: Run) -> str:
    """Return what the run's one task ended with."""
    (text,) = run.failures("renew")
    return text


def items(run: Run) -> dict[str, Any]:
    """Return the outcome and the reason of each reserve in the report that a failure names."""
    lines, _ = moves.items_of(failure(run).rpartition("see ")[2])
    return {each["booking_id"]: (each["outcome"], each["reason"]) for each in lines}


class TestAFreshInstall:
    def test_skips_the_task_and_pages_nobody(self, first_run: Run) -> None:
        assert first_run.state == "success"
        assert [task.state for task in first_run.of("renew")] == ["skipped"]

    def test_says_in_the_log_that_nothing_is_kept_alive(self, first_run: Run) -> None:
        (task,) = first_run.of("renew")
        log = first_run.stage.api.log(DAG_ID, first_run.run_id, task)
        assert [line for line in log if "no reserve is kept alive" in str(line.get("reason"))]

    def test_sends_nothing(self, first_run: Run) -> None:
        assert [first_run.about("feishu", each) for each in LEFT] == [[]] * len(LEFT)


class TestARunOnTheVariable:
    def test_fails_at_once_because_a_reserve_is_lost(self, run: Run) -> None:
        assert run.state == "failed"
        assert [(task.state, task.try_number) for task in run.of("renew")] == [("failed", 1)]
        assert failure(run).startswith("not kept alive: 1 of 5 reserves (1 refused, lost.expired)")

    @pytest.mark.parametrize("reserve_id", [DUE, URGENT])
    def test_renews_what_is_due_all_the_same(self, run: Run, reserve_id: str) -> None:
        assert round(days_left(run, reserve_id), 1) == 29
        assert [each["body"].keys() for each in run.written("feishu", reserve_id)] == [{"end_time"}]

    @pytest.mark.parametrize("reserve_id", [NOT_DUE, LOST, OTHERS])
    def test_sends_nothing_for_the_others(self, run: Run, reserve_id: str) -> None:
        assert run.written("feishu", reserve_id) == []

    def test_says_of_each_what_became_of_it(self, run: Run) -> None:
        assert items(run) == {
            DUE: ("applied", None),
            URGENT: ("applied", None),
            NOT_DUE: ("unchanged", None),
            LOST: ("refused", "lost.expired"),
            OTHERS: ("refused", "auth.forbidden"),
        }

    def test_asks_for_anothers_reserve_once_and_names_it_once(self, run: Run) -> None:
        assert len(run.about("feishu", OTHERS)) == 1
        assert len([event for event in run.events("renew") if f"forbidden: {OTHERS}" in event]) == 1


class TestClearingItWithAMendedList:
    def test_leads_to_success_and_sends_nothing_twice(self, mended_run: Run) -> None:
        assert mended_run.state == "success"
        assert [mended_run.written("feishu", each) for each in (DUE, URGENT)] == [[], []]

    def test_hands_on_how_long_the_first_to_die_has_left(self, mended_run: Run) -> None:
        (found,) = mended_run.xcoms("renew")
        assert found["counts"] == {"refused": 1, "unchanged": 3, "total": 4}
        assert round(found["smallest_remaining_seconds"] / DAY, 1) == 25


class TestARunByHand:
    def test_takes_the_reserves_that_its_form_names(self, file_run: Run) -> None:
        assert file_run.state == "success", failure(file_run)
        assert [each["counts"] for each in file_run.xcoms("renew")] == [{"applied": 1, "total": 1}]
        assert round(days_left(file_run, IN_FILE), 1) == 29


class TestAVariableThatIsNotJson:
    def test_fails_at_once_and_is_not_taken_for_an_empty_one(self, malformed_run: Run) -> None:
        assert [(task.state, task.try_number) for task in malformed_run.of("renew")] == [("failed", 1)]
        assert failure(malformed_run).startswith("reserve_ids is not JSON")
