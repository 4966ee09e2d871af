"""What all parts of the benchmark stand on: a console, steps with their times, a sandbox, an own home."""

import contextlib
import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from rich.console import Console

from airflow_provider_booking.sandbox import Sandbox

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".bench"
LOG_WIDTH = 120  # columns of the tables where there is no terminal to ask
UNLIMITED = "1000000/second"

console = Console(highlight=False, width=None if sys.stdout.isatty() else LOG_WIDTH)


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Say what is under way, and afterwards how long it took."""
    console.print(f"{title} ...", soft_wrap=True)
    began = time.monotonic()
    yield
    console.print(f"{title}: {time.monotonic() - began:.1f} s", soft_wrap=True)


@contextlib.contextmanager
def own_home() -> Iterator[int]:
    """Take the benchmark's folder for this process, and let every signal to stop end as Ctrl-C does.

    Yields:
        The lock's file descriptor. Who inherits it keeps the folder taken.

    Raises:
        SystemExit: When another benchmark has it.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]  # nothing may stand between the clients and the sandbox
    HOME.mkdir(exist_ok=True)
    with (HOME / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(
                "A benchmark of this checkout runs, or was killed and left programs running: stop it first. "
                f"The ids of their sessions are in {HOME / 'logs' / 'sessions.json'}"
            )
        yield lock.fileno()


@contextlib.contextmanager
def own_sandbox(latency: float, *options: str, own_core: bool = False) -> Iterator[Sandbox]:
    """Serve a sandbox in its own process.

    Args:
        latency: Seconds that it takes for each call.
        *options: What else its command line says.
        own_core: Whether it gets a core to itself where that can be had. There the clients do not wait for it
            to be scheduled, nor it for them.
    """
    command = [sys.executable, "-m", "airflow_provider_booking.sandbox", "serve", "--port", "0"]
    command += ["--latency-ms", str(latency * 1000), *options]
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if share := own_core and len(cores) > 1:
        os.sched_setaffinity(0, {max(cores)})  # the sandbox inherits this
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        if share:
            os.sched_setaffinity(0, cores - {max(cores)})
        try:
            said = process.stdout.readline() if process.stdout else ""
            found = re.search(r"sandbox ready at \S+:(\d+)", said)
            if found is None:
                sys.exit("The sandbox did not start; its own words are above.")
            yield Sandbox(int(found[1]))
        finally:
            process.terminate()
            if share:
                os.sched_setaffinity(0, cores)


def leave(_number: int, _frame: FrameType | None) -> None:
    """On SIGTERM, leave as on Ctrl-C: the sandbox and all programs are stopped."""
    signal.raise_signal(signal.SIGINT)
