"""Plain calls in worker processes: one that was forked after its parent had made some, and one that ends."""

import os
import subprocess
import sys

from airflow_provider_booking.sandbox import Sandbox
from tests.hooks.conftest import FEISHU, Connect

# Run in fresh interpreters, so that no thread of the test run is forked.
TITLE = """
import os, sys
from airflow_provider_booking.hooks.feishu import FeishuHook

def title():
    return FeishuHook().get_booking(sys.argv[1]).title

before = title()
"""
FORK = f"""{TITLE}
child = os.fork()
if child == 0:
    os._exit(0 if title() == before else 1)
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status) or title() != before)
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  (our own interpreter, our own text)
        [sys.executable, "-W", "default::ResourceWarning", "-c", program, FEISHU.booking_id],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_forked_child_makes_plain_calls_and_so_does_its_parent(sandbox: Sandbox, connect: Connect) -> None:
    connect("feishu")
    ran = run(FORK)
    assert ran.returncode == 0, ran.stderr
    methods = [request["method"] for request in sandbox.requests("feishu")]
    assert methods == ["POST", "GET", "POST", "GET", "GET"]


def test_a_process_that_ends_leaves_nothing_open(connect: Connect) -> None:
    connect("feishu")
    ran = run(TITLE)
    assert ran.returncode == 0, ran.stderr
    assert "unclosed" not in ran.stderr
