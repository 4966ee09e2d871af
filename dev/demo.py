"""`make demo`: the sandbox and a real Airflow, which moves 500 bookings of five vendors as a file says.

Stays up until Ctrl-C. With ONCE=1 it ends after the tables: with 0, or with 1 if anything is not as it
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
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape

from airflow_provider_booking.sandbox import Sandbox
from dev import demo_file, demo_report
from dev.airflow_api import AirflowApi, AirflowApiError, TaskInstance
from dev.demo_watch import Watch
from dev.local_airflow import USER, LocalAirflow, free_port, scrubbed_environment
from dev.local_sandbox import sandbox_connections, start_sandbox
from dev.processes import Programs, StartError, stop_leftovers
from dev.vendor_forms import FORMS

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("DEMO_HOME", ROOT / ".demo"))
DAG_ID = "bulk_reschedule"
BOOKINGS = 1000  # in the sandbox, over all vendors
PACE = {"rate_limit": "1000/second", "read_rate_limit": "1000/second"}
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
    """Start everything, let the file be applied, print what came of it; stay up unless ONCE is set."""
    with step("Sandbox"):
        env = scrubbed_environment(HOME)
        sandbox = start_sandbox(programs, free_port([8765]), env, BOOKINGS)
    with step("Airflow") as say:
        airflow = LocalAirflow(HOME / "airflow", {"dags": ROOT / "dags"}, programs, free_port([8080]))
        airflow.start(say)
    record_address(airflow.address)
    with airflow.api() as api:
        with step("Connections") as say:
            conn_ids = connect(api, sandbox, env, say)
        console.print("Rate limits are lifted: at Zoho's own, its 100 bookings alone would take 5 minutes")
        with step(f"DAG {DAG_ID}"):
            api.unpause(DAG_ID, parsed_after=airflow.started)
        good = run(api, sandbox, conn_ids)
    console.print(f"Airflow  {airflow.address}  (user {USER}, password {airflow.password})")
    console.print(f"Sandbox  {sandbox.url}")
    if os.environ.get("ONCE"):
        console.print("Both stop now; without ONCE=1 they stay up.")
    else:
        console.print("Both stay up until Ctrl-C.")
        stay_up(programs)
    return 0 if good else 1


def connect(api: AirflowApi, sandbox: Sandbox, env: dict[str, str], say: Say) -> dict[str, str]:
    """Make a connection for each vendor, without rate limits on either side, and return their ids."""
    conn_ids = {}
    for conn_id, fields in sandbox_connections(sandbox.port, env).items():
        say(conn_id)
        api.put_connection(conn_id, {**fields, "extra": {**fields.get("extra", {}), **PACE}})
        # The last part of the address names the vendor.
        conn_ids[fields["host"].rpartition("/")[2]] = conn_id
    for vendor in conn_ids:
        sandbox.limits(vendor, None)
    return conn_ids


def stay_up(programs: Programs) -> None:
    """Wait for Ctrl-C, or for the first program that dies."""
    try:
        while True:
            programs.check()
            time.sleep(0.5)
    except KeyboardInterrupt:
        console.print("Stopping.")


def run(api: AirflowApi, sandbox: Sandbox, conn_ids: dict[str, str]) -> bool:
    """Have a file of bookings moved; print what came of it, and tell whether all is as it should be."""
    before = holdings(sandbox)
    wishes = demo_file.wishes(before, conn_ids)
    file, total = HOME / "moves.csv", sum(map(len, before.values()))
    demo_file.write(file, wishes)
    console.print(
        f"File: {len(wishes)} rows in {short(file)}; the vendors hold {total} bookings", soft_wrap=True
    )
    tasks, state, folder = moved(api, file)
    if folder is None:
        console.print(f"[red]There is no report; the run ended as {state}.[/red]")
        return False
    after = holdings(sandbox)
    rows = demo_report.compare(wishes, demo_report.items_of(folder), before, after)
    others, changed = demo_report.others_changed(rows, before, after)
    console.print(demo_report.counts(rows), demo_report.not_applied(rows), demo_report.samples(rows))
    console.print(
        f"Of {len(rows)} rows, the vendors hold {sum(row.true for row in rows)} as the report says."
    )
    console.print(f"Of {others} bookings that the file does not name, {changed or 'none'} changed.")
    console.print(f"Who was told: {demo_report.told(sandbox.notifications())}.", soft_wrap=True)
    console.print(f"How long it took: {demo_report.took(tasks)}")
    console.print(f"Report   {short(folder / 'summary.md')}", soft_wrap=True)
    good = state == "success" and not changed and all(row.true and row.expected for row in rows)
    if not good:
        console.print(f"[red]Not every booking is as it should be; the run ended as {state}.[/red]")
        console.print(f"The tasks' logs are in {HOME / 'airflow' / 'logs'}", soft_wrap=True)
    return good


def moved(api: AirflowApi, file: Path) -> tuple[list[TaskInstance], str, Path | None]:
    """Let the scheduler run the DAG on the file; return its tasks, its state, and the report's folder."""
    params = {"source": {"file": str(file)}, "change": None, "conn_id": None, "notify": "vendor_default"}
    with step("Run") as say:
        run_id = api.trigger(DAG_ID, params)
        watch = Watch(api, DAG_ID, run_id, state=say, line=lambda line: console.print(f"  {escape(line)}"))
        state = api.wait_for_run(DAG_ID, run_id, seen=watch.look)
        tasks = api.task_instances(DAG_ID, run_id)
        watch.look(tasks)
    folder = None
    for task in tasks:
        if task.state == "failed":
            console.print(f"[red]{task.task_id}:[/red] {escape(api.failure(DAG_ID, run_id, task))}")
        elif task.task_id == "report" and task.state == "success":
            folder = Path(api.xcom(DAG_ID, run_id, task)["report"])
    return tasks, state, folder


def short(path: Path) -> Path:
    """Return a path as it is from here, if it is below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def holdings(sandbox: Sandbox) -> dict[str, list[dict[str, Any]]]:
    """Return what each vendor holds."""
    return {vendor: sandbox.bookings(vendor) for vendor in FORMS}


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
