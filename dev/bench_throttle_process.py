"""One of several processes that use one connection: updates a Feishu reserve as fast as its throttle lets it.

    python -m dev.bench_throttle_process '{"url": …, "throttle_url": …, "rate": …, "reserve": …, …}'

It says "ready" when it has its token, and begins at a line on its standard input.
"""

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import dataclass

from airflow_provider_booking.sandbox.feishu.simulator import FeishuSimulator
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings
from airflow_provider_booking.vendors.sharing import Sharing
from dev.bench_stage import UNLIMITED

AT_ONCE = 16


@dataclass(frozen=True)
class Task:
    """What such a process does.

    Attributes:
        url: The sandbox's.
        throttle_url: Where the processes count their calls.
        rate: The connection's `rate_limit`.
        reserve: The id of the reserve that it updates.
        seconds: For how long.
    """

    url: str
    throttle_url: str
    rate: str
    reserve: str
    seconds: float


async def update(task: Task) -> None:
    """Get a token, wait for the start, and update until the time is over."""
    parts = FeishuSimulator.connection(task.url)
    settings = FeishuSettings.from_connection(
        parts["conn_id"],
        login=parts["login"],
        password=parts["password"],
        host=parts["host"],
        extra={"rate_limit": task.rate, "read_rate_limit": UNLIMITED, "verify": False},
    )
    async with FeishuClient(settings, sharing=Sharing(task.throttle_url)) as client:
        await client.get_reserve(task.reserve)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        with suppress(TimeoutError):
            async with asyncio.timeout(task.seconds), asyncio.TaskGroup() as group:
                for number in range(AT_ONCE):
                    group.create_task(keep_updating(client, task.reserve, number))


async def keep_updating(client: FeishuClient, reserve: str, number: int) -> None:
    """Give the reserve one topic after another."""
    while True:
        number += AT_ONCE
        await client.update_reserve(reserve, {"meeting_settings": {"topic": f"Topic {number}"}})


if __name__ == "__main__":
    asyncio.run(update(Task(**json.loads(sys.argv[1]))))
