"""No program that the demo or the system tests start outlives them."""

import os
import signal
import sys
from pathlib import Path

import pytest

from dev import processes
from dev.processes import Programs, StartError, alive, stop_leftovers, stop_sessions

ENV = {"PATH": os.environ["PATH"]}

# A program that forks one child into a process group of its own, tells so, and waits.
FORKING = """
import os, signal, sys
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
with open(sys.argv[1], "w") as ready:
    ready.write("up")
signal.pause()
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)" + FORKING


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """A pipe that a program writes to when it is up; reading it waits for that."""
    pipe = tmp_path / "ready"
    os.mkfifo(pipe)
    return pipe


def forking(text: str, ready: Path) -> list[str]:
    return [sys.executable, "-c", text, str(ready)]


def test_leaving_the_block_stops_a_program_and_what_it_forked(tmp_path: Path, ready: Path) -> None:
    with Programs(tmp_path / "logs") as programs:
        session = programs.start("forking", forking(FORKING, ready), ENV).process.pid
        assert ready.read_text().startswith("up")
    assert alive([session]) == []


def test_an_error_in_the_block_stops_them_too(tmp_path: Path, ready: Path) -> None:
    sessions = []
    with pytest.raises(ZeroDivisionError), Programs(tmp_path / "logs") as programs:  # noqa: PT012 - the block is the subject
        sessions.append(programs.start("forking", forking(FORKING, ready), ENV).process.pid)
        _ = 1 / 0
    assert alive(sessions) == []


def test_a_program_that_ignores_sigterm_is_killed(
    tmp_path: Path, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PATIENCE", 0.1)
    with Programs(tmp_path / "logs") as programs:
        program = programs.start("stubborn", forking(STUBBORN, ready), ENV)
        assert ready.read_text().startswith("up")
    assert program.process.returncode == -signal.SIGKILL


def test_a_dead_program_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    with Programs(tmp_path / "logs") as programs:
        program = programs.start("broken", [sys.executable, "-c", "raise SystemExit('no luck')"], ENV)
        program.process.wait()
        with pytest.raises(
            StartError, match=r"no luck\nbroken ended with status 1; its log is .*broken\.log"
        ):
            programs.check()


def test_what_a_killed_demo_left_running_is_found_and_stopped(tmp_path: Path, ready: Path) -> None:
    with Programs(tmp_path / "logs") as programs:
        session = programs.start("forking", forking(FORKING, ready), ENV).process.pid
        assert ready.read_text().startswith("up")
        stop_leftovers(tmp_path / "logs")
        assert alive([session]) == []


def test_stopping_other_sessions_leaves_ours_alone() -> None:
    stop_sessions([])
    assert os.getpid() in alive([os.getsid(0)])
