"""The vendor sandbox as a program of its own, and the Airflow connections that lead to it."""

import json
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

from airflow_provider_booking.sandbox import Sandbox
from dev.processes import Programs, StartError

START_TIMEOUT = 120.0  # seconds until the sandbox must have said where it listens
COMMAND = [sys.executable, "-m", "airflow_provider_booking.sandbox"]


def start_sandbox(programs: Programs, port: int, env: Mapping[str, str], bookings: int = 0) -> Sandbox:
    """Start a sandbox and wait until it listens.

    Args:
        programs: who stops it.
        port: where it listens on 127.0.0.1.
        env: its whole environment.
        bookings: how many made-up ones it holds, over all vendors.

    Raises:
        StartError: when it dies, or is not ready after `START_TIMEOUT` seconds.
    """
    serve = [*COMMAND, "serve", "--port", str(port), "--bookings", str(bookings)]
    program = programs.start("sandbox", serve, env)
    deadline = time.monotonic() + START_TIMEOUT
    while not re.search(r"sandbox ready at \S+", program.log.read_text()):
        programs.check()
        if time.monotonic() > deadline:
            raise StartError(f"The sandbox was not ready in {START_TIMEOUT:.0f} s; its log is {program.log}")
        time.sleep(0.05)
    return Sandbox(port)


def sandbox_connections(port: int, env: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the connections for a sandbox on this port: the members of their JSON form, by connection id."""
    command = [*COMMAND, "connections", "--port", str(port)]
    printed = subprocess.check_output(command, env=dict(env), text=True)
    variables = (variable.partition("=") for variable in shlex.split(printed))
    return {name.removeprefix("AIRFLOW_CONN_").lower(): json.loads(value) for name, _, value in variables}
