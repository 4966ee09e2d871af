"""A Redis server of the tests' own: on loopback, in a temporary folder, gone afterwards."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dev.local_airflow import free_port
from dev.processes import StartError, tail

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 30.0  # seconds until the server must answer
POLL = 0.02  # seconds between two questions whether it does


def redis_server() -> Path | None:
    """Return the program, or None where it is not installed."""
    found = shutil.which("redis-server")
    return Path(found) if found else None


@contextmanager
def running_redis(program: Path) -> Iterator[str]:
    """Run a server for as long as the block.

    Args:
        program: ``redis-server``.

    Yields:
        Its URL.
    """
    with TemporaryDirectory(prefix="booking-redis-") as name, Path(name, "log").open("wb") as log:
        port = free_port()
        serve = [str(program), "--port", str(port), "--bind", "127.0.0.1", "--dir", name]
        serve += ["--save", "", "--appendonly", "no"]  # what the tests write need not survive it
        with subprocess.Popen(serve, stdout=log, stderr=log) as server:
            try:
                _wait_until_it_answers(port, server, Path(name, "log"))
                yield f"redis://127.0.0.1:{port}/0"
            finally:
                server.terminate()


def _wait_until_it_answers(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    asked = time.monotonic()
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=PATIENCE):
            return
        if server.poll() is not None or time.monotonic() > asked + PATIENCE:
            raise StartError(f"{tail(log)}\nRedis did not come up")
        time.sleep(POLL)
