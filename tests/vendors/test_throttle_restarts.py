"""A server that counts calls may begin anew in the middle of a run: meanwhile nobody goes, then all go on."""

import socket
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, suppress
from threading import Thread
from urllib.parse import urlsplit

import pytest
import redis

from airflow_provider_booking.bookings import Throttled
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings
from airflow_provider_booking.vendors.throttle import Throttle, close_stores, store_at
from dev.postgres import running_postgres, server_binaries
from dev.redis import redis_server, running_redis


class Address:
    """An address on loopback at which one server after the other stands, or none."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.server: int | None = None
        self._open = [self._listening]
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listening.accept()
                self._open.append(here)
                try:
                    there = socket.create_connection(("127.0.0.1", self.server or 0))
                except OSError:
                    here.close()
                    continue
                self._open.append(there)
                for ends in ((here, there), (there, here)):
                    Thread(target=_pass, args=ends, daemon=True).start()


def _pass(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while found := source.recv(65_536):
            sink.sendall(found)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def address() -> Iterator[Address]:
    """Give an address where no server stands yet."""
    with closing(Address()) as made:
        yield made
    close_stores()


def throttle_at(url: str) -> Throttle:
    extra = {"rate_limit": "1/hour"}
    settings = FeishuSettings.from_connection("one", login="app", password=uuid.uuid4().hex, extra=extra)
    return Throttle(settings, store_at(url))


async def go(throttle: Throttle) -> None:
    await throttle.pass_through(writes=True, longest_wait=0)


def running(kind: str) -> AbstractContextManager[str]:
    """Run a server of the tests' own; skip where it is not installed."""
    program = redis_server() if kind == "redis" else server_binaries()
    if program is None:
        pytest.skip(f"{kind} is not installed")
    return running_redis(program) if kind == "redis" else running_postgres(program)


@pytest.mark.parametrize("kind", ["postgresql", "redis"])
async def test_a_server_that_is_started_anew_is_used_again(kind: str, address: Address) -> None:
    with running(kind) as first:
        at_first = urlsplit(first)
        url = at_first._replace(netloc=at_first.netloc.replace(str(at_first.port), str(address.port)))
        throttle = throttle_at(url.geturl())
        address.server = at_first.port
        await go(throttle)
    with pytest.raises(Throttled, match="throttle_url"):
        await go(throttle)
    with running(kind) as second:
        address.server = urlsplit(second).port
        await go(throttle)  # what was counted is gone with the first
        with pytest.raises(Throttled, match="rate_limit"):
            await go(throttle)


async def test_a_redis_that_was_emptied_counts_on(redis_url: str) -> None:
    throttle = throttle_at(redis_url)
    await go(throttle)
    with closing(redis.Redis.from_url(redis_url)) as server:
        server.flushall()
        server.script_flush()
    await go(throttle)
    with pytest.raises(Throttled, match="rate_limit"):
        await go(throttle)
    close_stores()
