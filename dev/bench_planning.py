"""`python -m dev.bench_planning FILE`: plan a file's rows as a task does, and print what memory that took.

`dev/bench_memory.py` starts it in a process of its own for each file. AIRFLOW_HOME and the connection
`jicoo_default` come from its environment. The last line that it prints is a `Peak` as JSON.
"""

import asyncio
import json
import logging
import resource
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any


@dataclass(frozen=True)
class Peak:
    """What planning took.

    Attributes:
        rows: How many rows were planned.
        before: Bytes of memory at most before the operator was run; Airflow is loaded by then.
        peak: Bytes of memory at most.
        seconds: How long it took.
    """

    rows: int
    before: int
    peak: int
    seconds: float


def main(file: str) -> int:
    """Plan and tell; the task's log goes to the output, line by line."""
    # Airflow is loaded in this process only: it reads the environment when it is.
    from airflow_provider_booking.operators.change_sets import PlanBookingChangesOperator  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    # Each step of Alembic and each call of httpx would have a line, too.
    for chatty in ("alembic", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    task: Any = PlanBookingChangesOperator(
        task_id="plan", source={"file": file}, change={"set": {"title": "Planned"}}, conn_id="jicoo_default"
    )
    before, began = most_memory(), time.perf_counter()
    found = asyncio.run(task.aexecute({"dag_run": SimpleNamespace(dag_id="bench_memory", run_id=file)}))
    counts = found["counts"]
    if counts.get("planned") != counts["total"]:
        sys.exit(f"Not all rows were planned: {counts}")
    seconds = time.perf_counter() - began
    print(json.dumps(asdict(Peak(counts["total"], before, most_memory(), seconds))))
    return 0


def most_memory() -> int:
    """Return the most memory that this process has had, in bytes (resident)."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux's ru_maxrss begins with that of the process which started this one.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
