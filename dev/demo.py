"""`make demo`: the sandbox and a real Airflow, which moves 500 bookings and keeps reserves alive.

The plan waits for approval, which the demo gives through Airflow's API; with APPROVE=me a person gives it, in
Airflow's UI. Stays up until Ctrl-C. With ONCE=1 it ends after the tables: with 0, or with 1 if anything is
not as it should be. All that it makes is in .demo/ of this checkout, or in the folder that DEMO_HOME names.
"""

import contextlib
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import httpx
from rich.markup import escape

from airflow_provider_booking.sandbox import Sandbox
from dev import demo_moves, demo_renewal
from dev.airflow_api import AirflowApi, AirflowApiError
from dev.demo_console import Say, console, step
from dev.local_airflow import USER, LocalAirflow, free_port, scrubbed_environment
from dev.local_sandbox import sandbox_connections, start_sandbox
from dev.processes import Programs, StartError, stop_leftovers

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("DEMO_HOME", ROOT / ".demo"))
BOOKINGS = 1000  # in the sandbox, over all vendors
PACE = {"rate_limit": "1000/second", "read_rate_limit": "1000/second"}


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
    """Start everything, run both DAGs, print what came of them; stay up unless ONCE is set."""
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
        with step(f"DAG {demo_moves.DAG_ID}"):
            api.unpause(demo_moves.DAG_ID, parsed_after=airflow.started)
        moves = demo_moves.run(
            api,
            sandbox,
            conn_ids,
            file=HOME / "moves.csv",
            answer_at=airflow.address if os.environ.get("APPROVE") == "me" else None,
        )
        renewals = demo_renewal.run(api, sandbox, parsed_after=airflow.started)
    if not (moves and renewals):
        console.print(f"The tasks' logs are in {HOME / 'airflow' / 'logs'}", soft_wrap=True)
    console.print(f"Airflow  {airflow.address}  (user {USER}, password {airflow.password})")
    console.print(f"Sandbox  {sandbox.url}")
    if os.environ.get("ONCE"):
        console.print("Both stop now; without ONCE=1 they stay up.")
    else:
        console.print("Both stay up until Ctrl-C.")
        stay_up(programs)
    return 0 if moves and renewals else 1


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
