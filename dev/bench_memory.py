"""Peak memory of planning 10,000 rows and a million, each in a new process (docs/benchmarks.md, "Memory")."""

import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.jicoo.simulator import JicooSimulator
from dev.bench_figures import Memory, memory_table
from dev.bench_planning import Peak
from dev.bench_plots import plot_memory
from dev.bench_stage import HOME, UNLIMITED, console, own_sandbox, step
from dev.local_airflow import Keys, scrubbed_environment

ROWS = (10_000, 100_000, 1_000_000)
SEEDED_AT_ONCE = 50_000  # the sandbox answers nothing else meanwhile
AROUND = re.compile(
    r"^\S+ \[\w+ *\] | +\[airflow\.task\S*\].*$"
)  # time and place around what a log line says


def run(_lock: int) -> bool:
    """Measure, and tell whether memory grows as little as it should."""
    file = HOME / "rows.csv"
    file.write_text("booking_id\n")
    peaks: list[Peak] = []
    with own_sandbox(latency=0) as sandbox:
        for rows in ROWS:
            with step(f"Seeding {rows:,} bookings"):
                seed(sandbox, rows - (peaks[-1].rows if peaks else 0), file)
            with step(f"Planning {rows:,} rows"):
                peaks.append(planned(sandbox, file))
    memory = Memory(peaks)
    console.print(memory_table(memory), memory.verdict)
    plot_memory(memory)
    return memory.passed


def seed(sandbox: Sandbox, count: int, file: Path) -> None:
    """Make up so many more bookings, and add their ids to the file."""
    with file.open("a") as rows:
        for done in range(0, count, SEEDED_AT_ONCE):
            uids = sandbox.seed("jicoo", min(SEEDED_AT_ONCE, count - done))
            rows.writelines(f"{uid}\n" for uid in uids)


def planned(sandbox: Sandbox, file: Path) -> Peak:
    """Plan the file in a fresh process with a new ledger, showing how far it is.

    Raises:
        SystemExit: It failed.
    """
    command = [sys.executable, "-m", "dev.bench_planning", str(file)]
    last = ""
    with (
        TemporaryDirectory(dir=HOME, prefix="planning-") as home,  # the ledger of a million takes 2.5 GB
        subprocess.Popen(
            command,
            env=environment(Path(home), JicooSimulator.connection(sandbox.url)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        for line in process.stdout or ():
            last = line
            if not line.startswith("{"):
                console.print(f"  {AROUND.sub('', line.rstrip())}", markup=False, soft_wrap=True)
    if process.returncode:
        sys.exit("Planning failed; its own words are above.")
    return Peak(**json.loads(last))


def environment(home: Path, connection: dict[str, Any]) -> dict[str, str]:
    """Return the environment of a process that plans: a home and a connection of its own."""
    connection["extra"] = {"rate_limit": UNLIMITED, "read_rate_limit": UNLIMITED}
    return {
        **scrubbed_environment(home),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__FERNET_KEY": Keys.generate().fernet_key,
        f"AIRFLOW_CONN_{connection.pop('conn_id').upper()}": json.dumps(connection),
        "PYTHONUNBUFFERED": "1",
    }
