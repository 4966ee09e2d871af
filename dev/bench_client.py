"""Updates per second of our Feishu client, beside Feishu's own SDK and a bare httpx loop.

All of them update the same reserves of one sandbox, which takes 50 ms for each call. They take turns in short
slices, so that whatever else the machine does meets all of them (docs/benchmarks.md, "The client").
"""

import asyncio
import contextlib
import gc
import time
from collections.abc import Callable

from airflow_provider_booking.sandbox import Sandbox
from dev.bench_contenders import AT_ONCE, BARE, OURS, Contender, Jobs, contenders
from dev.bench_report import Slice, passed, ratios, table, verdict
from dev.bench_stage import console, own_sandbox

LATENCY = 0.05  # seconds that the sandbox takes for each call
RESERVES = 1000
ROUNDS = 7
SLICE = 1.0  # seconds of one contender in one round
WARM_UP = 0.5


def run(_lock: int) -> bool:
    """Let the contenders take their turns, and tell whether ours is fast enough."""
    # At / as well: the SDK's address has no path.
    with own_sandbox(LATENCY, "--root", "feishu", own_core=True) as sandbox, asyncio.Runner() as runner:
        sandbox.limits("feishu", None)
        jobs = Jobs(sandbox.seed("feishu", RESERVES), time.time())
        return compare(contenders(sandbox, runner), jobs, sandbox)


def compare(field: list[Contender], jobs: Jobs, sandbox: Sandbox) -> bool:
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
    return passed(compared)


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
