"""`make demo`: the sandbox and a real Airflow, and one booking updated at each vendor, before and after.

Stays up until Ctrl-C. With ONCE=1 it ends after the table: with 0, or with 1 if anything is not as it
should be. All that it makes is in .demo/ of this checkout, or in the folder that DEMO_HOME names.
"""

import contextlib
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import httpx
from rich.console import Console
from rich.markup import escape

from airflow_provider_booking.sandbox import Sandbox
from dev import demo_report
from dev.airflow_api import AirflowApi, AirflowApiError, TaskInstance
from dev.local_airflow import USER, LocalAirflow, free_port, scrubbed_environment
from dev.local_sandbox import sandbox_connections, start_sandbox
from dev.processes import Programs, StartError, stop_leftovers

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("DEMO_HOME", ROOT / ".demo"))
DAG_ID = "update_one_booking"
VENDORS = ("feishu", "zoho", "jicoo", "onlive", "kos")
Say = Callable[[str], None]

LOG_WIDTH = 120  # columns of the table where there is no terminal to ask

console = Console(highlight=False, width=None if sys.stdout.isatty() else LOG_WIDTH)


def main() -> int:
    """Run the demo and return its exit status."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it
    HOME.mkdir(exist_ok=True)
    try:
        with taken_lock() as lock, Programs(HOME / "logs", lock) as programs:
            return show(programs)
    except (StartError, AirflowApiError, httpx.HTTPError, OSError) as error:
        console.print(f"[red]The demo stopped:[/red] {escape(str(error))}", soft_wrap=True)
        console.print(f"All logs are in {HOME / 'logs'}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130


def show(programs: Programs) -> int:
    """Start everything, update, print the table; stay up unless ONCE is set."""
    with step("Sandbox"):
        env = scrubbed_environment(HOME)
        sandbox = start_sandbox(programs, free_port([8765]), env)
    with step("Airflow") as say:
        airflow = LocalAirflow(HOME / "airflow", {"dags": ROOT / "dags"}, programs, free_port([8080]))
        airflow.start(say)
    record_address(airflow.address)
    with airflow.api() as api:
        with step("Connections") as say:
            for conn_id, fields in sandbox_connections(sandbox.port, env).items():
                say(conn_id)
                api.put_connection(conn_id, fields)
        with step(f"DAG {DAG_ID}"):
            api.unpause(DAG_ID, parsed_after=airflow.started)
        rows, state = run(api, sandbox)
    console.print(demo_report.table(rows))
    good = state == "success" and all(row.right for row in rows)
    if not good:
        console.print(f"[red]Not every booking is as it should be; the run ended as {state}.[/red]")
        console.print(f"The tasks' logs are in {HOME / 'airflow' / 'logs'}", soft_wrap=True)
    console.print(f"Airflow  {airflow.address}  (user {USER}, password {airflow.password})")
    console.print(f"Sandbox  {sandbox.url}")
    if os.environ.get("ONCE"):
        console.print("Both stop now; without ONCE=1 they stay up.")
    else:
        console.print("Both stay up until Ctrl-C.")
        stay_up(programs)
    return 0 if good else 1


def stay_up(programs: Programs) -> None:
    """Wait for Ctrl-C, or for the first program that dies."""
    try:
        while True:
            programs.check()
            time.sleep(0.5)
    except KeyboardInterrupt:
        console.print("Stopping.")


def run(api: AirflowApi, sandbox: Sandbox) -> tuple[list[demo_report.Row], str]:
    """Let the scheduler run the DAG; return what changed at the vendors, and how the run ended."""
    params = demo_report.params(datetime.now(UTC))
    before = {vendor: sandbox.bookings(vendor) for vendor in VENDORS}
    with step("Run") as say:
        run_id = api.trigger(DAG_ID, params)
        state = api.wait_for_run(DAG_ID, run_id, seen=lambda tasks: say(states(tasks)))
    after = {vendor: sandbox.bookings(vendor) for vendor in VENDORS}
    tasks = {task.task_id: task for task in api.task_instances(DAG_ID, run_id)}
    rows = []
    for wish in demo_report.wishes(params, api.run_after(DAG_ID, run_id)):
        task = tasks[wish.task_id]
        outcome = str(task.state)
        if task.state == "success":
            outcome = api.xcom(DAG_ID, run_id, task)["outcome"]
        else:
            console.print(f"[red]{task.task_id}:[/red] {escape(api.failure(DAG_ID, run_id, task))}")
        rows += demo_report.compare(wish, before[wish.vendor], after[wish.vendor], outcome)
    return rows, state


def states(tasks: list[TaskInstance]) -> str:
    """Say in a line where each task is."""
    return ", ".join(f"{task.task_id} {task.state or 'waiting'}" for task in tasks)


@contextlib.contextmanager
def step(title: str) -> Iterator[Say]:
    """Show that a step is under way and how far it is; afterwards, how long it took."""
    started = time.monotonic()
    if console.is_terminal:
        with console.status(title) as status:
            yield lambda detail: status.update(f"{title}: {detail} ({time.monotonic() - started:.0f} s)")
    else:
        told = []

        def tell(detail: str) -> None:
            if detail not in told:
                told.append(detail)
                console.print(f"{title}: {detail}")

        yield tell
    console.print(f"{title}: ready after {time.monotonic() - started:.1f} s")


@contextlib.contextmanager
def taken_lock() -> Iterator[int]:
    """Make sure that this is the checkout's only demo; clear away what a killed one left running.

    Raises:
        SystemExit: when another one is up; says where.
    """
    with (HOME / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            refuse_if_alive()
            stop_leftovers(HOME / "logs")
            fcntl.flock(lock, fcntl.LOCK_EX)
        record_address(None)
        yield lock.fileno()


def record_address(address: str | None) -> None:
    """Note for the next start who runs the demo, and where its Airflow is."""
    (HOME / "running.json").write_text(json.dumps({"pid": os.getpid(), "address": address}))


def refuse_if_alive() -> None:
    """Leave with a sentence when the process that runs the demo is alive."""
    running = json.loads((HOME / "running.json").read_text())
    with contextlib.suppress(ProcessLookupError):
        os.kill(running["pid"], 0)
        where = f"its Airflow is at {running['address']}" if running["address"] else "it is starting"
        sys.exit(f"A demo of this checkout runs already (process {running['pid']}; {where}): stop it first.")


def leave(number: int, _frame: FrameType | None) -> None:
    """On SIGTERM, leave as on any error: everything that was started is stopped."""
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
