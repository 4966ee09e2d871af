"""A process of the chaos campaign: one of our tasks, that may be killed at any moment.

The campaign's server of forks imports this module once, so that each process is there in milliseconds.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException, TaskDeferred
from sqlalchemy import Engine, event

from airflow_provider_booking.hooks import connecting, places  # noqa: F401  (loaded before the fork)
from airflow_provider_booking.operators import storage  # noqa: F401  (loaded before the fork)
from airflow_provider_booking.operators.change_sets import (
    ApplyBookingChangesOperator,
    PlanBookingChangesOperator,
    ReportBookingChangesOperator,
    RevertBookingChangesOperator,
)
from airflow_provider_booking.vendors import registry

for _vendor in registry.VENDORS:
    registry.client_class(_vendor), registry.planning_class(_vendor)

OPERATORS: dict[str, Any] = {
    "plan": PlanBookingChangesOperator,
    "apply": ApplyBookingChangesOperator,
    "report": ReportBookingChangesOperator,
    "revert": RevertBookingChangesOperator,
}
KILLING = {"commit": "commit", "kept": "begin"}
"""When a process kills itself, and on what of SQLAlchemy's; what begins after a commit finds it kept."""


@dataclass(frozen=True)
class Job:
    """What a process shall do.

    Attributes:
        operator: A name in :data:`OPERATORS`.
        arguments: Its arguments, but for the task id.
        run_id: Of the DAG run that it belongs to.
        environment: What is added to the environment: connections, configuration.
        log: The file that all it says goes to.
        ending: The file that says how it ended; not there if it was killed.
        kill_when: ``commit`` or ``kept``; empty: never.
        kill_at: At the so-many-th of these.
    """

    operator: str
    arguments: dict[str, Any]
    run_id: str
    environment: dict[str, str]
    log: Path
    ending: Path
    kill_when: str = ""
    kill_at: int = 0


def run(job: Job) -> None:
    """Do a job, and write how it ended: ``returned``, ``failed``, ``retry``, ``deferred``, ``broken``."""
    os.environ.update(job.environment)
    _log_all_to(job.log)
    if job.kill_when:
        _die_at(KILLING[job.kill_when], job.kill_at)
    ending = _ending(job)
    logging.getLogger(__name__).debug("ended: %s", ending["how"])
    part = job.ending.with_suffix(".part")
    part.write_text(json.dumps(ending))
    part.rename(job.ending)


def _ending(job: Job) -> dict[str, Any]:
    run_ = SimpleNamespace(dag_id="chaos", run_id=job.run_id, start_date=datetime.now(UTC))
    try:
        task = OPERATORS[job.operator](task_id=job.operator, **job.arguments)
        with asyncio.Runner() as runner:
            runner.get_loop()
            returned = task.execute({"dag_run": run_})
    except TaskDeferred as deferred:
        until: Any = deferred.trigger
        return {"how": "deferred", "until": until.moment.timestamp()}
    except AirflowFailException as error:
        return {"how": "failed", "text": str(error)}
    except AirflowException as error:
        return {"how": "retry", "text": str(error)}
    except BaseException as error:
        logging.getLogger(__name__).exception("broken")
        return {"how": "broken", "text": f"{type(error).__name__}: {error}"}
    return {"how": "returned", "returned": returned}


def _log_all_to(log: Path) -> None:
    """Let all that is logged or printed, by whatever library, go to one file."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    root = logging.getLogger()
    root.handlers = [logging.StreamHandler(sys.stderr)]
    root.setLevel(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.setLevel(logging.NOTSET)
        logger.disabled = False
        logger.propagate = True


def _die_at(what: str, number: int) -> None:
    seen = 0

    @event.listens_for(Engine, what)
    def _count(_connection: Any) -> None:
        nonlocal seen
        seen += 1
        if seen >= number:
            os.kill(os.getpid(), signal.SIGKILL)
