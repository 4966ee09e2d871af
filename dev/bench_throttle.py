"""How much of a rate three processes on one connection use, and never more, by the sandbox's own log.

Each store in turn (docs/benchmarks.md, "One throttle"). A store whose server is not installed is left out.
"""

import json
import subprocess
import sys
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from tempfile import TemporaryDirectory

from rich.table import Table

from airflow_provider_booking.sandbox import Sandbox
from dev.bench_stage import console, own_sandbox, step
from dev.bench_throttle_process import Task
from dev.postgres import running_postgres, server_binaries
from dev.redis import redis_server, running_redis

PROCESSES = 3
A_SECOND = 50
RATE = f"{A_SECOND}/second"
WARM_UP = 2.0  # seconds that do not count
SECONDS = 30.0
LATENCY = 0.05  # seconds that the sandbox takes for each call
WANTED = 0.9
RESERVE = "6911188411932033028"
MILLISECOND = 0.001  # the log's times are cut to it


@dataclass(frozen=True)
class Used:
    """What came of one store.

    Attributes:
        share: Of the allowed rate.
        busiest: The most calls in any second.
        throttled: How many calls the sandbox refused.
    """

    share: float
    busiest: int
    throttled: int

    @property
    def passed(self) -> bool:
        """Whether enough was used, and never too much."""
        return self.share >= WANTED and self.busiest <= A_SECOND and not self.throttled


def run(_lock: int) -> bool:
    """Measure each store, and tell whether all use enough and never too much."""
    found: dict[str, Used] = {}
    with ExitStack() as stack:
        for name, url in stack.enter_context(stores()).items():
            with step(f"{PROCESSES} processes at {RATE}, {name}"), own_sandbox(LATENCY) as sandbox:
                sandbox.limits("feishu", [RATE])
                run_processes(sandbox, url, WARM_UP + SECONDS)
                found[name] = used(sandbox)
    console.print(table(found))
    reached = all(each.passed for each in found.values())
    console.print(
        f"Wanted: {WANTED:.2f} or more of the rate, and never more than {A_SECOND} calls in a second. "
        + ("Reached." if reached else "Not reached."),
        soft_wrap=True,
    )
    return reached


@contextmanager
def stores() -> Iterator[Mapping[str, str]]:
    """Give the URL of each kind of store that can be had here, by its name."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="booking-throttle-"))
        urls = {"SQLite": f"sqlite:///{folder}/throttle.db"}
        if binaries := server_binaries():
            urls["PostgreSQL"] = stack.enter_context(running_postgres(binaries))
        if program := redis_server():
            urls["Redis"] = stack.enter_context(running_redis(program))
        yield urls


def run_processes(sandbox: Sandbox, throttle_url: str, seconds: float) -> None:
    """Let the processes begin together, and wait for their end.

    Raises:
        SystemExit: One of them failed.
    """
    task = Task(sandbox.url, throttle_url, RATE, RESERVE, seconds)
    command = [sys.executable, "-m", "dev.bench_throttle_process", json.dumps(asdict(task))]
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for _ in range(PROCESSES)
        ]
        for process in processes:
            if process.stdout is None or process.stdout.readline() != "ready\n":
                sys.exit("A process did not become ready; its own words are above.")
        for process in processes:
            start(process)
    if any(process.returncode for process in processes):
        sys.exit("A process failed; its own words are above.")


def start(process: subprocess.Popen[str]) -> None:
    """Let a process begin."""
    if process.stdin is not None:
        process.stdin.write("go\n")
        process.stdin.flush()


def used(sandbox: Sandbox) -> Used:
    """Read from the sandbox's log what was used."""
    updates = [each for each in sandbox.requests("feishu") if each["method"] == "PUT"]
    came = sorted(datetime.fromisoformat(each["at"]).timestamp() for each in updates)
    begin = came[0] + WARM_UP
    counted = bisect_left(came, begin + SECONDS) - bisect_left(came, begin)
    throttled = sum(each["status"] == 429 for each in updates)  # noqa: PLR2004  (what the sandbox says)
    return Used(counted / (A_SECOND * SECONDS), busiest_second(came), throttled)


def busiest_second(came: Sequence[float]) -> int:
    """The most calls in any second, however it lies."""
    return max(bisect_left(came, each + 1 - MILLISECOND) - number for number, each in enumerate(came))


def table(found: Mapping[str, Used]) -> Table:
    """Lay out what came of each store."""
    laid_out = Table(title=f"{PROCESSES} processes on one connection, {RATE}", title_justify="left")
    laid_out.add_column("store")
    for name in ("of the rate", "busiest second", "refused"):
        laid_out.add_column(name, justify="right")
    for name, each in found.items():
        laid_out.add_row(name, f"{each.share:.3f}", str(each.busiest), str(each.throttled))
    return laid_out


if __name__ == "__main__":
    sys.exit(0 if run(0) else 1)
