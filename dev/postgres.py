"""A PostgreSQL server of the tests' own: on loopback, in a temporary folder, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dev.local_airflow import free_port
from dev.processes import StartError, tail

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 60.0  # seconds until the server must answer
POLL = 0.05  # seconds between two questions whether it does


def server_binaries() -> Path | None:
    """Return the folder with ``initdb`` and ``postgres``: from PATH, else the newest that Debian has put."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((each.parent for each in installed), key=lambda each: float(each.parent.name), default=None)


@contextmanager
def running_postgres(binaries: Path) -> Iterator[str]:
    """Run a server for as long as the block.

    Args:
        binaries: The folder with ``initdb`` and ``postgres``.

    Yields:
        The URL of its standing database, for a user who may make others.
    """
    with TemporaryDirectory(prefix="booking-postgres-") as name, Path(name, "log").open("wb") as log:
        user = _other_user(name)
        initialise = [f"{binaries}/initdb", "--pgdata", f"{name}/data", "--no-sync", "--auth=trust"]
        # "C" on every machine: what sorts before what must not depend on where the tests run.
        initialise += ["--username=tester", "--encoding=UTF8", "--locale=C"]
        subprocess.run(initialise, check=True, stdout=log, stderr=log, user=user, cwd=name)
        port = free_port()
        serve = [f"{binaries}/postgres", "-D", f"{name}/data", "-p", str(port), "-k", name, "-h", "127.0.0.1"]
        serve += ["-F"]  # no fsync: what the tests write need not survive a power cut
        with subprocess.Popen(serve, stdout=log, stderr=log, user=user, cwd=name) as server:
            try:
                _wait_until_it_answers(binaries, port, server, Path(name, "log"))
                yield f"postgresql://tester@127.0.0.1:{port}/postgres"
            finally:
                server.send_signal(signal.SIGINT)  # it ends what is open and stops


def _other_user(folder: str) -> str | None:
    """Give the folder to somebody else where we are root, whom PostgreSQL refuses; else None."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name for user in pwd.getpwall()}
    user = next(name for name in ("postgres", "nobody") if name in known)
    shutil.chown(folder, user)
    return user


def _wait_until_it_answers(binaries: Path, port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    asked = time.monotonic()
    ready = [f"{binaries}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(ready, check=False).returncode:
        if server.poll() is not None or time.monotonic() > asked + PATIENCE:
            raise StartError(f"{tail(log)}\nPostgreSQL did not come up")
        time.sleep(POLL)
