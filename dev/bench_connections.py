"""`python -m dev.bench_connections`: what keeping connections costs, by how many tasks share an httpx client.

The same bare loop on httpx's own pool, with its default limits and with a connection for each task, and on
our `vendors/connections.py` (docs/benchmarks.md).
"""

import asyncio
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from rich import box
from rich.table import Table

from airflow_provider_booking.sandbox.feishu.simulator import FeishuSimulator
from airflow_provider_booking.vendors.connections import Connections
from dev.bench_client import LATENCY, RESERVES, WARM_UP, measured
from dev.bench_contenders import Jobs, bare, in_tasks, put
from dev.bench_stage import console, own_home, own_sandbox

SECONDS = 1.5  # of each kind at each number of tasks
TASKS = (16, 32, 48, 64)

KINDS: Mapping[str, Callable[[int], dict[str, Any]]] = {
    "httpx, default limits": lambda _: {
        "limits": httpx.Limits(max_connections=100, max_keepalive_connections=20)
    },
    "httpx, one each": lambda tasks: {
        "limits": httpx.Limits(max_connections=tasks, max_keepalive_connections=tasks)
    },
    "ours": lambda _: {"transport": Connections(httpx.create_ssl_context())},
}


def main() -> int:
    """Measure and print the table."""
    drawn = Table(box=box.SIMPLE, title="Updates/s (CPU ms a call)", title_justify="left", title_style="bold")
    for column in ("tasks", "allowed by latency", *KINDS):
        drawn.add_column(column, justify="right")
    with own_home(), own_sandbox(LATENCY, own_core=True) as sandbox, asyncio.Runner() as runner:
        sandbox.limits("feishu", None)
        connection = FeishuSimulator.connection(sandbox.url)
        jobs = Jobs(sandbox.seed("feishu", RESERVES), time.time())
        for tasks in TASKS:
            cells = []
            for options in KINDS.values():
                client = bare(connection, put, **options(tasks))
                with in_tasks(runner, client, tasks) as update:
                    measured(update, jobs, WARM_UP)
                    did = measured(update, jobs, SECONDS)
                cells.append(f"{did.rate:.0f} ({did.cpu_seconds / did.updates * 1000:.2f})")
            drawn.add_row(str(tasks), f"{tasks / LATENCY:.0f}", *cells)
    console.print(drawn)
    return 0


if __name__ == "__main__":
    sys.exit(main())
