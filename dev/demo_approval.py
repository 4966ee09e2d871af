"""The question that the demo's plan asks: shown, and answered through the API unless a person wants to."""

from collections.abc import Callable, Sequence

from dev.airflow_api import AirflowApi, Question, TaskInstance

TASK = "approve"
SHOWN_UNTIL = "## Largest moves"  # what comes then is as long as one likes; Airflow's page shows it all


class Approver:
    """Watches for the question of one run.

    Args:
        api: Airflow's API.
        dag_id: whose run.
        run_id: which one.
        by_hand: whether a person answers, in Airflow's UI.
        show: told the question once, when it stands.
        answered: called when it was answered from here.
    """

    def __init__(
        self,
        api: AirflowApi,
        dag_id: str,
        run_id: str,
        *,
        by_hand: bool,
        show: Callable[[Question], object],
        answered: Callable[[], object],
    ) -> None:
        self._api = api
        self._task = (dag_id, run_id, TASK)
        self._by_hand = by_hand
        self._show = show
        self._answered = answered
        self._question: Question | None = None
        self._done = False

    def look(self, tasks: Sequence[TaskInstance]) -> None:
        """Show the question when it stands; as soon as it can be answered, answer it."""
        asking = [task for task in tasks if (task.task_id, task.state) == (TASK, "awaiting_input")]
        if self._done or not asking:
            return
        if self._question is None:
            self._question = self._api.question(*self._task)
            self._show(self._question)
            self._done = self._by_hand
        elif self._api.can_be_answered(*self._task[:2], asking[0]):
            self._api.answer(*self._task, "Approve", self._question.form)
            self._done = True
            self._answered()


def beginning(question: Question) -> str:
    """Return the part of a question that fits a screen."""
    return question.body.partition(SHOWN_UNTIL)[0].rstrip()


def page(address: str, dag_id: str, run_id: str) -> str:
    """Return where a person answers."""
    return f"{address}/dags/{dag_id}/runs/{run_id}/tasks/{TASK}/required_actions"
