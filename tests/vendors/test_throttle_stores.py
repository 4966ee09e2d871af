"""One throttle for a credential, wherever its calls are counted. Here waits are real, and short."""

import asyncio
import sqlite3
import stat
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from airflow_provider_booking.bookings import InvalidInput, NotApplied, Throttled
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings
from airflow_provider_booking.vendors.patience import Patience
from airflow_provider_booking.vendors.sessions import credential_of
from airflow_provider_booking.vendors.sharing import Sharing
from airflow_provider_booking.vendors.throttle import Throttle, close_stores, opening, store_at
from airflow_provider_booking.vendors.throttle.budget import Budget

if TYPE_CHECKING:
    from pyrate_limiter import RateItem

SHARED = ["sqlite", "postgresql", "redis"]
RATES = ["20/second", "1000/hour"]
PACED = """
import sys, asyncio
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings
from airflow_provider_booking.vendors.throttle import Throttle, store_at

granted = []

def noting(take):
    def noted(*wanted):
        verdict = take(*wanted)
        granted.append(verdict.granted if verdict else 0)
        return verdict
    return noted

async def main(url, secret, *rates):
    settings = FeishuSettings.from_connection(
        "one", login="app", password=secret, extra={"rate_limit": list(rates)}
    )
    store = store_at(url)
    store.take, store.take_now = noting(store.take), noting(store.take_now)
    throttle = Throttle(settings, store)
    await asyncio.gather(*(throttle.pass_through(writes=True, longest_wait=60) for _ in range(25)))
    print(sum(granted))

asyncio.run(main(*sys.argv[1:]))
"""
HOLDING = """
import sys, time
from airflow_provider_booking.vendors.throttle import store_at
from airflow_provider_booking.vendors.throttle.budget import Budget

store = store_at(sys.argv[1])
with store._transaction():
    store._look(Budget.of(sys.argv[2], "writes", ("1/hour",)))
    print("held", flush=True)
    time.sleep(600)
"""
Connection = Callable[..., FeishuSettings]


@pytest.fixture
def secret() -> str:
    """Give each test a credential of its own, as the servers are there for all of them."""
    return uuid.uuid4().hex


@pytest.fixture
def connection(secret: str) -> Connection:
    def make(**extra: object) -> FeishuSettings:
        return FeishuSettings.from_connection("one", login="app", password=secret, extra=extra)

    return make


@pytest.fixture(params=SHARED)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Name a store that processes share."""
    match request.param:
        case "sqlite":
            yield f"sqlite:///{tmp_path}/new/throttle.db"
        case "postgresql":
            yield request.getfixturevalue("postgres_server")
        case _:
            yield request.getfixturevalue("redis_url")
    close_stores()


@pytest.fixture
def process(url: str) -> Iterator[Callable[[FeishuSettings], Throttle]]:
    """Make a throttle as a process of its own has it: with its own way to the store."""
    with ExitStack() as afterwards:

        def make(settings: FeishuSettings) -> Throttle:
            store = opening._store(url)
            afterwards.callback(store.close)
            return Throttle(settings, store)

        yield make


Process = Callable[[FeishuSettings], Throttle]


async def go(throttle: Throttle, *, writes: bool = True, longest_wait: float = 0) -> None:
    await asyncio.wait_for(throttle.pass_through(writes=writes, longest_wait=longest_wait), 20)


async def held_back(throttle: Throttle, *, writes: bool = True) -> float:
    """The seconds for which nobody may go, 0 where somebody was let go."""
    try:
        await go(throttle, writes=writes)
    except Throttled as error:
        return error.retry_after or 0
    return 0


def at_least(seconds: float, since: float) -> float:
    """What is left of so many seconds, however long the machine took since; one is for a store's rounding."""
    return seconds - 1 - (time.monotonic() - since)


async def test_what_one_process_used_up_another_does_not_have(
    process: Process, connection: Connection
) -> None:
    await go(process(connection(rate_limit="1/hour")))
    assert 3500 < await held_back(process(connection(rate_limit="1/hour"))) <= 3601


@pytest.mark.parametrize("writes", [True, False])
async def test_reads_and_writes_are_counted_apart(
    process: Process, connection: Connection, writes: bool
) -> None:
    throttle = process(connection(rate_limit="1/hour", read_rate_limit="1/hour"))
    await go(throttle, writes=writes)
    assert await held_back(throttle, writes=not writes) == 0


async def test_each_connection_is_judged_by_its_own_rates(process: Process, connection: Connection) -> None:
    await go(process(connection(rate_limit="2/hour")))
    await go(process(connection(rate_limit="9/minute")))
    assert await held_back(process(connection(rate_limit="2/hour"))) > 0


async def test_what_another_connections_longer_window_needs_is_not_forgotten(
    process: Process, connection: Connection
) -> None:
    await go(process(connection(rate_limit="1/hour")))
    await asyncio.sleep(1.1)  # by then the other one's second is over
    await go(process(connection(rate_limit="9/second")))
    assert await held_back(process(connection(rate_limit="1/hour"))) > 0


async def test_what_is_too_old_to_count_is_forgotten(url: str, connection: Connection) -> None:
    store = store_at(url)
    budget = Budget.of(connection().credential(), "writes", ("9/second",))
    for _ in range(2):
        store.take(budget, 1)
        await asyncio.sleep(1.1)
        store._forgotten_at.clear()
    store.take(budget, 1)
    with store._transaction():
        assert store._bucket(budget).count() == 1


async def test_a_pause_is_seen_by_another_process(process: Process, connection: Connection) -> None:
    began = time.monotonic()
    process(connection()).pause(100)
    other = process(connection())
    async with asyncio.timeout(60):
        # What its own rate makes it wait for is less than a second; and another process sets no event.
        while (left := await held_back(other)) < 10:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert at_least(100, began) <= left <= 100


@pytest.mark.parametrize("seconds", [(100, 1), (1, 100)])
async def test_the_pause_that_ends_later_holds(
    url: str, process: Process, connection: Connection, seconds: tuple[float, float]
) -> None:
    began = time.monotonic()
    for each in seconds:
        store_at(url).keep_pause(connection().credential(), each)
    assert await held_back(process(connection())) >= at_least(100, began)


async def test_a_pause_holds_for_reads_and_writes_of_its_credential_alone(
    url: str, process: Process, connection: Connection
) -> None:
    store_at(url).keep_pause(connection().credential(), 100)
    throttle, other = process(connection()), process(connection(user_access_token="u-other"))
    held = [await held_back(throttle, writes=which) > 0 for which in (True, False)]
    assert (*held, await held_back(other)) == (True, True, 0)


async def test_a_wait_for_the_connections_own_rate_is_bounded_and_takes_nothing(
    process: Process, connection: Connection
) -> None:
    throttle = process(connection(rate_limit="1/hour"))
    await go(throttle)
    with pytest.raises(Throttled, match=r"own rate_limit \(1/hour\) is used up"):
        await go(throttle, longest_wait=60)
    assert await held_back(process(connection(rate_limit="2/hour"))) == 0


async def test_a_queue_that_is_long_is_no_reason_to_give_up(process: Process, connection: Connection) -> None:
    throttle = process(connection(rate_limit="50/second"))
    began = time.monotonic()
    # The queue is longer than anybody here would wait for one call, half a second more than a second.
    await asyncio.gather(*(go(throttle, longest_wait=1) for _ in range(110)))
    assert time.monotonic() - began > 2


async def test_who_looks_up_a_name_for_long_holds_up_no_turn(
    process: Process, connection: Connection
) -> None:
    throttle, found = process(connection()), threading.Event()
    loop = asyncio.get_running_loop()
    looking_up = [loop.run_in_executor(None, found.wait, 60) for _ in range(40)]
    try:
        await go(throttle)
    finally:
        found.set()
        await asyncio.gather(*looking_up)


async def test_who_came_first_goes_first(
    process: Process, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine turns lapse, and who had two of them late is overtaken.
    monkeypatch.setattr("airflow_provider_booking.vendors.throttle.budget.FRESH_FOR", 60)
    throttle, gone = process(connection(rate_limit="40/second")), []

    async def call(number: int) -> None:
        await go(throttle, longest_wait=5)
        gone.append(number)

    await asyncio.gather(*(call(number) for number in range(45)))
    assert gone == list(range(45))


async def test_who_is_cancelled_while_he_waits_does_not_hold_up_the_others(
    process: Process, connection: Connection
) -> None:
    throttle = process(connection(rate_limit="1/second"))
    await go(throttle)
    waiting = [asyncio.ensure_future(go(throttle, longest_wait=20)) for _ in range(41)]
    await asyncio.sleep(0.05)
    for first in waiting[:40]:
        first.cancel()
    await waiting[40]  # long before 40 seconds have passed


async def test_who_has_less_patience_than_those_before_him_is_told_at_once(
    process: Process, connection: Connection
) -> None:
    throttle, began = process(connection(rate_limit="1/minute")), time.monotonic()
    await go(throttle)
    patient = asyncio.ensure_future(throttle.pass_through(writes=True, longest_wait=100))
    await asyncio.sleep(0.1)
    assert await asyncio.wait_for(held_back(throttle), 15) >= at_least(60, began)
    assert not patient.done()
    patient.cancel()


def test_event_loops_of_one_process_share_a_throttle(process: Process, connection: Connection) -> None:
    throttle = process(connection(rate_limit="2/hour"))
    asyncio.run(go(throttle))
    asyncio.run(go(throttle))
    assert asyncio.run(held_back(throttle)) > 0


def test_three_processes_at_once_never_exceed_the_rate(url: str, secret: str, connection: Connection) -> None:
    command = [sys.executable, "-c", PACED, url, secret, *RATES]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]  # noqa: S603  (our own program)
    granted = [int(process.communicate(timeout=300)[0]) for process in processes]
    let_go = all_counted(url, Budget.of(connection().credential(), "writes", tuple(RATES)))
    closest = min(later - earlier for earlier, later in zip(let_go, let_go[20:], strict=False))
    assert (len(let_go), closest > 1000) == (sum(granted), True)
    assert min(granted) >= 25  # who comes to a turn too late, on a busy machine, takes another one


def all_counted(url: str, budget: Budget) -> list[int]:
    """The moments of all calls, in milliseconds of the store's clock."""
    store = store_at(url)
    with store._transaction():
        store._look(budget)
        bucket = store._bucket(budget)
        items = [cast("RateItem", bucket.peek(number)) for number in range(cast("int", bucket.count()))]
    return sorted(item.timestamp for item in items)


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
async def test_a_process_that_is_killed_in_the_middle_blocks_nobody(
    url: str, process: Process, connection: Connection
) -> None:
    command = [sys.executable, "-c", HOLDING, url, connection().credential()]
    holder = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    await holder.stdout.readline()
    held = asyncio.ensure_future(go(process(connection(rate_limit="1/hour"))))
    await asyncio.sleep(0.2)
    gone_before = held.done()
    holder.kill()
    await asyncio.gather(held, holder.communicate())
    assert not gone_before


@pytest.fixture(params=SHARED)
def gone(request: pytest.FixtureRequest, tmp_path: Path, closed_port: int) -> str:
    """Name a store that cannot be reached, where the URL has a password."""
    (tmp_path / "file").touch()
    return {
        "sqlite": f"sqlite:///{tmp_path}/file/throttle.db",
        "postgresql": f"postgresql://booking:secret-word@127.0.0.1:{closed_port}/throttle",
        "redis": f"redis://:secret-word@127.0.0.1:{closed_port}/0",
    }[request.param]


async def test_while_the_store_is_away_nothing_but_a_token_is_asked_for(
    gone: str, feishu_settings: Callable[..., FeishuSettings], received: Callable[..., int]
) -> None:
    client = FeishuClient(feishu_settings(), patience=Patience(attempts=1), sharing=Sharing(gone))
    async with client:
        with pytest.raises(NotApplied, match="throttle_url"):
            await client.update_reserve("6911188411932033028", {"meeting_settings": {"topic": "New"}})
    assert received() == received("POST")


async def test_that_the_store_is_away_is_said_without_its_password_and_worth_a_retry(
    gone: str, connection: Connection
) -> None:
    with pytest.raises(Throttled) as away:
        await go(Throttle(connection(), store_at(gone)))
    assert (away.value.retryable, away.value.retry_after) == (True, None)
    assert "secret-word" not in str(away.value)
    assert (away.value.__cause__, away.value.__context__) == (None, None)


async def test_a_pause_that_cannot_be_told_to_others_holds_here(gone: str, connection: Connection) -> None:
    throttle, began = Throttle(connection(), store_at(gone)), time.monotonic()
    throttle.pause(100)
    assert await held_back(throttle) >= at_least(100, began)


@pytest.mark.parametrize(
    "wrong",
    [
        "mysql://booking:secret-word@db/throttle",
        "secret-word",
        "sqlite:///relative.db",
        "sqlite://",
        "sqlite:////",
        "redis://:secret-word@host:port/0",
        "redis://[secret-word/0",
        "postgresql://booking:sec#ret-word@[db/throttle",
        "postgresql://booking:secret-word@db/throttle?sslmodee=require",
        "postgresql://booking:%secret-word@db/throttle",
        "postgresql://booking:secret-word@db..example.com/throttle",
        "redis://:secret-word@cache..example.com/0",
        "redis://:secret-word@cache/0?no_such_option=1",
        "sqlite:////srv/secret-word\0.db",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_in_a_sentence_without_its_password(
    wrong: str, connection: Connection
) -> None:
    with pytest.raises(InvalidInput, match=r"\[booking\] throttle_url") as refused:
        credential_of(connection(), Sharing(wrong))
    assert "ret-word" not in str(refused.value)
    assert refused.value.__context__ is None or "ret-word" not in str(refused.value.__context__)


def test_a_url_is_not_shown_where_its_place_is_shown() -> None:
    assert "secret-word" not in repr(Sharing("redis://:secret-word@cache/0"))


async def test_what_was_counted_before_the_clock_was_put_back_holds_nobody_back(
    tmp_path: Path, connection: Connection
) -> None:
    throttle = Throttle(connection(rate_limit="1/hour"), store_at(f"sqlite:///{tmp_path}/throttle.db"))
    await go(throttle)
    put_clock_back(tmp_path / "throttle.db", hours=2)
    assert await held_back(throttle) == 0


async def test_a_pause_of_before_the_clock_was_put_back_holds_nobody_back(
    tmp_path: Path, connection: Connection
) -> None:
    store = store_at(f"sqlite:///{tmp_path}/throttle.db")
    await go(Throttle(connection(), store))
    store.keep_pause(connection().credential(), 1000)
    put_clock_back(tmp_path / "throttle.db", hours=2)
    assert await held_back(Throttle(connection(), store)) == 0


async def test_a_pause_of_before_the_clock_was_put_back_gives_way_to_a_new_one(
    tmp_path: Path, connection: Connection
) -> None:
    store = store_at(f"sqlite:///{tmp_path}/throttle.db")
    store.keep_pause(connection().credential(), 1000)
    put_clock_back(tmp_path / "throttle.db", hours=2)
    began = time.monotonic()
    store.keep_pause(connection().credential(), 100)
    left = await held_back(Throttle(connection(), store))
    assert at_least(100, began) <= left <= 100


def put_clock_back(file: Path, *, hours: int) -> None:
    """Let all that is in a file be written by a clock that was so far ahead."""
    ahead = hours * 3_600_000
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        for name in tables:
            moments = "paused_at = paused_at + ?1, paused_until = paused_until + ?1"
            if name.startswith("calls_"):
                moments = "item_timestamp = item_timestamp + ?1"
            database.execute(f"update {name} set {moments}", (ahead,))  # noqa: S608  (our own names)


async def test_the_file_is_for_its_owner_only(tmp_path: Path, connection: Connection) -> None:
    file = tmp_path / "new" / "throttle.db"
    await go(Throttle(connection(), store_at(f"sqlite:///{file}")))
    modes = {stat.S_IMODE(each.stat().st_mode) for each in file.parent.iterdir()}
    close_stores()
    assert modes == {0o600}


async def test_a_file_that_was_deleted_is_made_anew(tmp_path: Path, connection: Connection) -> None:
    file = tmp_path / "throttle.db"
    throttle = Throttle(connection(), store_at(f"sqlite:///{file}"))
    await go(throttle)
    file.unlink()
    await go(throttle)
    close_stores()
    assert file.exists()


@pytest.mark.parametrize(
    ("rates", "lapses"), [(("50/second", "1000/minute"), True), (("50/second", "100/day"), False)]
)
def test_a_turn_lapses_only_where_another_comes_soon(rates: tuple[str, ...], lapses: bool) -> None:
    assert (Budget.of("digest", "writes", rates).fresh_for < 1) is lapses


def test_windows_are_longer_than_the_vendors_and_never_contradict_each_other() -> None:
    budget = Budget.of("digest", "writes", ("50/second", "3000/minute", "100000/hour"))
    assert budget.limits == ((6, 108), (50, 1080), (3000, 64800), (100000, 3600500))
