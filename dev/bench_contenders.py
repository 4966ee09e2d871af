"""Who takes part in the benchmark: each updates `end_time` and `topic` of reserves, `AT_ONCE` at a time.

Every contender gets the same body for the same reserves, reuses its token, and checks every answer.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from typing import Any

import httpx

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.feishu.simulator import FeishuSimulator
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings
from dev.bench_stage import UNLIMITED

AT_ONCE = 32
DAY = 86_400
ONE_EACH = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)

BARE = "bare httpx loop"
OURS = "our client"

Body = dict[str, Any]
Update = Callable[[str, Body], Awaitable[None]]
Updating = Callable[["Jobs", float], int]


class Jobs:
    """The next update, for all contenders: reserve after reserve, never the same values twice.

    Args:
        reserve_ids: The reserves, in turn.
        now: Unix seconds; every end time is five days later or more.
    """

    def __init__(self, reserve_ids: Sequence[str], now: float) -> None:
        self._reserve_ids = reserve_ids
        self._end_time = int(now) + 5 * DAY
        self._numbers = itertools.count()  # threads may share it

    def next(self) -> tuple[str, Body]:
        """Return a reserve's id, and the body of its update."""
        number = next(self._numbers)
        body = {"end_time": str(self._end_time + number), "meeting_settings": {"topic": f"Bench {number}"}}
        return self._reserve_ids[number % len(self._reserve_ids)], body


@dataclass(frozen=True)
class Contender:
    """One way to update reserves.

    Attributes:
        name: How it is called in the table.
        how: What makes it what it is.
        ready: Opens it; then it updates for so many seconds and says how many updates were done.
    """

    name: str
    how: str
    ready: Callable[[], AbstractContextManager[Updating]]


def contenders(sandbox: Sandbox, runner: asyncio.Runner) -> list[Contender]:
    """Return all contenders: those that make one call an update, then those that read before and after."""
    connection = FeishuSimulator.connection(sandbox.url)
    app = connection["login"], connection["password"]

    def tasks(opened: Callable[[], AbstractAsyncContextManager[Update]]) -> Callable[..., Any]:
        return lambda: in_tasks(runner, opened())

    return [
        Contender(BARE, "PUT", tasks(lambda: bare(connection, put))),
        Contender(OURS, "update_reserve", tasks(lambda: ours(connection, update_reserve))),
        Contender("lark-oapi threads", "update", lambda: sdk_in_threads(sandbox.url, *app)),
        Contender("lark-oapi async", "aupdate", tasks(lambda: sdk_async(sandbox.url, *app))),
        Contender("bare loop with reads", "GET, PUT, GET", tasks(lambda: bare(connection, get_put_get))),
        Contender("our client with reads", "update_booking", tasks(lambda: ours(connection, update_booking))),
    ]


@contextlib.contextmanager
def in_tasks(
    runner: asyncio.Runner, opened: AbstractAsyncContextManager[Update], at_once: int = AT_ONCE
) -> Iterator[Updating]:
    """Update from so many tasks of one event loop, with one client for all slices."""
    update = runner.run(opened.__aenter__())

    async def updating(jobs: Jobs, seconds: float) -> int:
        until = time.monotonic() + seconds
        done = 0

        async def worker() -> None:
            nonlocal done
            while time.monotonic() < until:
                await update(*jobs.next())
                done += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(worker())
        return done

    try:
        yield lambda jobs, seconds: runner.run(updating(jobs, seconds))
    finally:
        runner.run(opened.__aexit__(None, None, None))


@contextlib.asynccontextmanager
async def bare(
    connection: Body,
    calls: Callable[[httpx.AsyncClient, str, Body], Awaitable[None]],
    *,
    limits: httpx.Limits = ONE_EACH,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Update]:
    """What one writes without us: one client, one token, a connection kept open for each task."""
    async with httpx.AsyncClient(
        base_url=connection["host"], limits=limits, transport=transport, timeout=30
    ) as client:
        app = {"app_id": connection["login"], "app_secret": connection["password"]}
        token = await client.post("/open-apis/auth/v3/tenant_access_token/internal", json=app)
        client.headers["Authorization"] = f"Bearer {checked(token)['tenant_access_token']}"
        yield lambda reserve_id, body: calls(client, f"/open-apis/vc/v1/reserves/{reserve_id}", body)


async def put(client: httpx.AsyncClient, path: str, body: Body) -> None:
    """Update a reserve."""
    checked(await client.put(path, json=body))


async def get_put_get(client: httpx.AsyncClient, path: str, body: Body) -> None:
    """Read a reserve, update it and read it again."""
    checked(await client.get(path))
    await put(client, path, body)
    reserve = checked(await client.get(path))["data"]["reserve"]
    if reserve["end_time"] != body["end_time"]:
        raise RuntimeError(f"The update of {path} does not show.")


def checked(response: httpx.Response) -> Body:
    """Return an answer's body; only `code` 0 is a yes."""
    answer: Body = response.json()
    if answer["code"] != 0:
        raise RuntimeError(f"The sandbox refused: {answer}")
    return answer


@contextlib.asynccontextmanager
async def ours(
    connection: Body, call: Callable[[FeishuClient, str, Body], Awaitable[None]]
) -> AsyncIterator[Update]:
    """Our client, as a hook makes it from an Airflow connection, with its rate limits out of the way."""
    settings = FeishuSettings.from_connection(
        connection["conn_id"],
        login=connection["login"],
        password=connection["password"],
        host=connection["host"],
        extra={"rate_limit": UNLIMITED, "read_rate_limit": UNLIMITED, "max_concurrency": AT_ONCE},
    )
    async with FeishuClient(settings) as client:
        yield lambda reserve_id, body: call(client, reserve_id, body)


async def update_reserve(client: FeishuClient, reserve_id: str, body: Body) -> None:
    """Update a reserve; a refusal raises."""
    await client.update_reserve(reserve_id, body)


async def update_booking(client: FeishuClient, reserve_id: str, body: Body) -> None:
    """Update a booking and make sure that it was taken."""
    result = await client.update_booking(reserve_id, body)
    if result.outcome is not Outcome.APPLIED:
        raise RuntimeError(f"The update of {reserve_id} was {result.outcome}.")


@contextlib.contextmanager
def sdk_in_threads(url: str, app_id: str, secret: str) -> Iterator[Updating]:
    """Feishu's own SDK, its plain calls, from `AT_ONCE` threads."""
    reserves = sdk(url, app_id, secret)
    with ThreadPoolExecutor(AT_ONCE) as threads:

        def worker(jobs: Jobs, until: float) -> int:
            done = 0
            while time.monotonic() < until:
                sdk_checked(reserves.update(sdk_request(*jobs.next())))
                done += 1
            return done

        def updating(jobs: Jobs, seconds: float) -> int:
            until = time.monotonic() + seconds
            workers = [threads.submit(worker, jobs, until) for _ in range(AT_ONCE)]
            return sum(each.result() for each in workers)

        yield updating


@contextlib.asynccontextmanager
async def sdk_async(url: str, app_id: str, secret: str) -> AsyncIterator[Update]:
    """Feishu's own SDK, its async calls."""
    reserves = sdk(url, app_id, secret)

    async def update(reserve_id: str, body: Body) -> None:
        sdk_checked(await reserves.aupdate(sdk_request(reserve_id, body)))

    yield update


def sdk(url: str, app_id: str, secret: str) -> Any:
    """Return the SDK's reserve calls. It keeps its token for all clients of an app."""
    import lark_oapi

    builder = lark_oapi.Client.builder().app_id(app_id).app_secret(secret).domain(url)
    return builder.log_level(lark_oapi.LogLevel.CRITICAL).build().vc.v1.reserve


def sdk_request(reserve_id: str, body: Body) -> Any:
    """Return an update in the SDK's own form."""
    from lark_oapi.api.vc.v1 import UpdateReserveRequest, UpdateReserveRequestBody

    return (
        UpdateReserveRequest.builder()
        .reserve_id(reserve_id)
        .request_body(UpdateReserveRequestBody(body))
        .build()
    )


def sdk_checked(answer: Any) -> None:
    """Refuse an answer that is not a yes."""
    if not answer.success():
        raise RuntimeError(f"The sandbox refused: {answer.code} {answer.msg}")
