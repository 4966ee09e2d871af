"""What one writes without us for many Jicoo bookings: read each, update it, look at the answer."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx


def bare_loop(connection: Mapping[str, Any], uids: Sequence[str], title: str, at_once: int) -> float:
    """Give the bookings a title, so many at once over connections that stay open.

    Args:
        connection: The Airflow connection's members.
        uids: The bookings.
        title: The new title.
        at_once: How many tasks.

    Returns:
        Seconds from the first request to the last answer.

    Raises:
        httpx.HTTPStatusError: The sandbox refused something.
        RuntimeError: An answer does not show the title.
    """
    return asyncio.run(_update_all(connection, uids, title, at_once))


async def _update_all(connection: Mapping[str, Any], uids: Sequence[str], title: str, at_once: int) -> float:
    one_each = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    headers = {"X-Jicoo-Api-Key": connection["password"]}
    async with httpx.AsyncClient(
        base_url=connection["host"], headers=headers, limits=one_each, timeout=30
    ) as client:
        began, left = time.perf_counter(), iter(uids)
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(_update(client, left, title))
        return time.perf_counter() - began


async def _update(client: httpx.AsyncClient, left: Iterator[str], title: str) -> None:
    for uid in left:
        path = f"/v1/bookings/{uid}"
        booking = (await client.get(path)).raise_for_status().json()["data"]
        if booking["status"] == "cancel":
            raise RuntimeError(f"{uid} is cancelled.")
        answer = await client.patch(path, json={"name": title, "isSendUpdates": False})
        if answer.raise_for_status().json()["data"]["name"] != title:
            raise RuntimeError(f"The update of {uid} does not show.")
