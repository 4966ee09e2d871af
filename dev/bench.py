"""`make bench`: updates per second of our Feishu client, beside Feishu's own SDK and a bare httpx loop.

All of them update the same reserves of one sandbox, which takes 50 ms for each call. They take turns in short
slices, so that whatever else the machine does meets all of them. Ends with 1 if ours is too slow
(docs/benchmarks.md).
"""

import asyncio
import contextlib
import gc
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from types import FrameType

from rich.console import Console

from airflow_provider_booking.sandbox import Sandbox
from dev.bench_contenders import AT_ONCE, BARE, OURS, Contender, Jobs, contenders
from dev.bench_report import Slice, machine, passed, ratios, table, verdict, versions

LATENCY = 0.05  # seconds that the sandbox takes for each call
RESERVES = 1000
ROUNDS = 7
SLICE = 1.0  # seconds of one contender in one round
WARM_UP = 0.5
LOG_WIDTH = 120  # columns of the table where there is no terminal to ask

console = Console(highlight=False, width=None if sys.stdout.isatty() else LOG_WIDTH)


def main() -> int:
    """Run the benchmark, print its table, and return its exit status."""
    try:
        with own_sandbox() as sandbox, asyncio.Runner() as runner:
            console.print(*machine(), *versions(), sep="\n", soft_wrap=True)
            jobs = Jobs(sandbox.seed("feishu", RESERVES), time.time())
            return run(contenders(sandbox, runner), jobs, sandbox)
    except KeyboardInterrupt:
        return 130


def run(field: list[Contender], jobs: Jobs, sandbox: Sandbox) -> int:
    """Let the contenders take their turns and say how it ended."""
    with contextlib.ExitStack() as stack:
        console.print(f"Warming up: {', '.join(contender.name for contender in field)}")
        updates = {contender.name: stack.enter_context(contender.ready()) for contender in field}
        calls = {name: calls_each(update, jobs, sandbox) for name, update in updates.items()}
        gc.freeze()  # the SDK's many classes would be gone through again and again, at everybody's cost
        rounds = []
        for number in range(ROUNDS):
            # There and back again: none always comes after the same one.
            turns = list(updates) if number % 2 == 0 else list(reversed(updates))
            rounds.append({name: measured(updates[name], jobs, SLICE) for name in turns})
            shown = ", ".join(f"{name} {rounds[-1][name].rate:.0f}" for name in updates)
            console.print(f"Round {number + 1} of {ROUNDS}, updates/s: {shown}", soft_wrap=True)
    console.print(table(field, rounds, calls, AT_ONCE / LATENCY))
    compared = ratios(rounds, OURS, BARE)
    console.print(verdict(compared, AT_ONCE, LATENCY), soft_wrap=True)
    return 0 if passed(compared) else 1


def measured(update: Callable[[Jobs, float], int], jobs: Jobs, seconds: float) -> Slice:
    """Let a contender update for this long; what was begun in time is finished and counts."""
    gc.collect()  # nobody clears up after another
    began, cpu_before = time.perf_counter(), time.process_time()
    done = update(jobs, seconds)
    return Slice(done, time.perf_counter() - began, time.process_time() - cpu_before)


def calls_each(update: Callable[[Jobs, float], int], jobs: Jobs, sandbox: Sandbox) -> float:
    """Warm a contender up, and count with the sandbox how many calls one of its updates makes."""
    before = reserve_calls(sandbox)
    done = measured(update, jobs, WARM_UP).updates
    return (reserve_calls(sandbox) - before) / done


def reserve_calls(sandbox: Sandbox) -> int:
    """Return how many calls about reserves the sandbox has answered; fetching a token is none."""
    return sum("/vc/v1/reserves/" in request["path"] for request in sandbox.requests("feishu"))


@contextlib.contextmanager
def own_sandbox() -> Iterator[Sandbox]:
    """Serve a sandbox without rate limits in its own process and, where that can be had, on its own core.

    There the clients do not wait for it to be scheduled, nor it for them.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]  # nothing may stand between the clients and the sandbox
    # At / as well: the SDK's address has no path.
    options = ["--port", "0", "--latency-ms", str(LATENCY * 1000), "--root", "feishu"]
    command = [sys.executable, "-m", "airflow_provider_booking.sandbox", "serve", *options]
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) > 1:
        os.sched_setaffinity(0, cores[-1:])  # the sandbox inherits this
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        if len(cores) > 1:
            os.sched_setaffinity(0, cores[:-1])
        try:
            said = process.stdout.readline() if process.stdout else ""
            found = re.search(r"sandbox ready at \S+:(\d+)", said)
            if found is None:
                sys.exit("The sandbox did not start; its own words are above.")
            sandbox = Sandbox(int(found[1]))
            sandbox.limits("feishu", None)
            yield sandbox
        finally:
            process.terminate()


def leave(_number: int, _frame: FrameType | None) -> None:
    """On SIGTERM, leave as on Ctrl-C: the sandbox is stopped."""
    signal.raise_signal(signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main())
