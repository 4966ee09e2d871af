"""`python -m airflow_provider_booking.sandbox` from a shell."""

import json
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from airflow_provider_booking.sandbox.registry import SIMULATORS
from airflow_provider_booking.sandbox.running import Sandbox

COMMAND = [sys.executable, "-m", "airflow_provider_booking.sandbox"]


@pytest.fixture
def served() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve on a free port with ten bookings; give the process and its ready line."""
    arguments = ["serve", "--port", "0", "--bookings", "10", "--root", "feishu", "--latency-ms", "1"]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        yield process, process.stdout.readline()
        process.kill()


def test_serve_says_where_it_is_ready_and_stops_quietly_on_ctrl_c(
    served: tuple[subprocess.Popen[str], str],
) -> None:
    process, ready = served
    assert ready.startswith("sandbox ready at http://127.0.0.1:")
    sandbox = Sandbox(int(ready.rsplit(":", 1)[1]))
    assert sandbox.booking("feishu", "6920000000000000001")
    assert sandbox.control("GET", "/state")["latency_ms"] == 1
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own program
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=120
    )


def test_a_taken_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port))
    assert done.returncode == 1
    assert done.stderr == f"Port {port} cannot be used (Address already in use): give another --port, or 0.\n"


def test_an_unknown_root_is_one_sentence() -> None:
    done = run("serve", "--port", "0", "--root", "kayak")
    mounts = ", ".join(mount for simulator in SIMULATORS for mount in simulator.mounts)
    sentence = f"There is no 'kayak' to serve at /; there are: {mounts}.\n"
    assert (done.returncode, done.stderr) == (1, sentence)


def test_connections_are_lines_that_a_shell_can_read() -> None:
    lines = shlex.split(run("connections", "--port", "9999").stdout)
    connections = {name: json.loads(value) for name, _, value in (line.partition("=") for line in lines)}
    assert len(connections) == len(SIMULATORS)
    assert connections["AIRFLOW_CONN_FEISHU_DEFAULT"] == {
        "conn_type": "feishu",
        "login": "cli_sandbox",
        "password": "sandbox-secret",
        "host": "http://127.0.0.1:9999/feishu",
    }
    assert connections["AIRFLOW_CONN_JICOO_DEFAULT"] == {
        "conn_type": "jicoo",
        "password": "sk_live_sandbox",
        "host": "http://127.0.0.1:9999/jicoo",
    }


def test_without_its_extra_the_sandbox_says_what_to_install() -> None:
    program = "import sys; sys.modules['starlette'] = None; import airflow_provider_booking.sandbox"
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120
    )
    assert "pip install 'airflow-provider-booking[sandbox]'" in done.stderr.splitlines()[-1]


def test_the_sandbox_uses_neither_airflow_nor_our_clients_nor_httpx() -> None:
    program = (
        "import sys, airflow_provider_booking.sandbox.__main__\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('airflow', 'httpx')\n"
        "       or name.startswith('airflow_provider_booking.') and '.sandbox' not in name])"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout == "[]\n"
