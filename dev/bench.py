"""`make bench`: how fast our client and change sets are, what of a rate is used, and a large plan's memory.

Ends with 1 if one of its parts misses what is wanted of it (docs/benchmarks.md). Writes its plots to
docs/images/; its Airflow, ledgers and files are in .bench/ of this checkout.
"""

import argparse
import sys
from collections.abc import Callable, Mapping

import httpx

from dev import bench_change_sets, bench_client, bench_memory, bench_throttle
from dev.airflow_api import AirflowApiError
from dev.bench_report import machine, versions
from dev.bench_stage import HOME, console, own_home, step
from dev.processes import StartError

PARTS: Mapping[str, tuple[str, Callable[[int], bool]]] = {
    "client": ("The client", bench_client.run),
    "change-sets": ("Change sets", bench_change_sets.run),
    "throttle": ("One throttle", bench_throttle.run),
    "memory": ("Memory", bench_memory.run),
}


def main() -> int:
    """Run the benchmark, print its tables, and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m dev.bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="one part of it")
    only = parser.parse_args().only
    console.print(*machine(), *versions(), sep="\n", soft_wrap=True)
    try:
        with own_home() as lock:
            reached = {name: measured(name, lock) for name in PARTS if only in (None, name)}
    except (StartError, AirflowApiError, httpx.HTTPError, OSError) as error:
        console.print(f"The benchmark stopped: {error}", markup=False, soft_wrap=True)
        console.print(f"All logs are in {HOME / 'logs'}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130
    missed = [PARTS[name][0] for name in reached if not reached[name]]
    console.print(f"Not reached: {', '.join(missed)}." if missed else "All that is wanted was reached.")
    return 1 if missed else 0


def measured(name: str, lock: int) -> bool:
    """Run one part and tell whether what is wanted was reached."""
    title, run = PARTS[name]
    console.rule(title, align="left")
    with step(title):
        return run(lock)


if __name__ == "__main__":
    sys.exit(main())
