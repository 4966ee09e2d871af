"""How far a DAG run is: the states of its tasks, and what their logs say of progress."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from dev.airflow_api import FINISHED, AirflowApi, TaskInstance

PROGRESS = re.compile(r"(taken in|read|\S+: (done|stopped|trying)) ")  # how the lines that say it begin
LOOK = 1.0  # seconds between two looks at a running task's log


class Watch:
    """Follows one run.

    Args:
        api: Airflow's API.
        dag_id: whose run.
        run_id: which one.
        state: told in a line where the tasks are, again and again.
        line: told each line of progress once.
    """

    def __init__(
        self,
        api: AirflowApi,
        dag_id: str,
        run_id: str,
        *,
        state: Callable[[str], object],
        line: Callable[[str], object],
    ) -> None:
        self._api = api
        self._run = (dag_id, run_id)
        self._state = state
        self._line = line
        self._looked = 0.0
        self._begun: dict[str, None] = {}  # tasks, in the order in which they came to be queued
        self._told: Counter[tuple[str, int]] = Counter()  # lines of each task
        self._read_to_the_end: set[tuple[str, int]] = set()

    def look(self, tasks: Sequence[TaskInstance]) -> None:
        """Tell what is new."""
        self._begun |= dict.fromkeys(task.task_id for task in tasks if task.state)
        if self._begun:
            self._state(", ".join(self._states(tasks)))
        running = time.monotonic() >= self._looked + LOOK
        if running:
            self._looked = time.monotonic()
        for task in tasks:
            key = (task.task_id, task.map_index)
            if task.state in FINISHED and key not in self._read_to_the_end:
                self._read_to_the_end.add(key)
                self._tell(task)
            elif task.state == "running" and running:
                self._tell(task)

    def _tell(self, task: TaskInstance) -> None:
        key = (task.task_id, task.map_index)
        events = (str(line.get("event", "")) for line in self._api.log(*self._run, task))
        lines = [event for event in events if PROGRESS.match(event)]
        for line in lines[self._told[key] :]:
            self._line(f"{task.task_id}: {line}")
        self._told[key] = len(lines)

    def _states(self, tasks: Sequence[TaskInstance]) -> Iterator[str]:
        """Say of each task that has begun where it is; of mapped ones, how many are where."""
        for task_id in self._begun:
            counted = Counter(task.state or "waiting" for task in tasks if task.task_id == task_id)
            said = ", ".join(
                state if counted.total() == 1 else f"{count} {state}" for state, count in counted.items()
            )
            yield f"{task_id} {said}"
