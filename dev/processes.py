"""Programs that are started together and stopped together, so that none outlives the command it serves.

Each program leads a session of its own: a terminal's Ctrl-C does not reach it before we do, and whatever it
forks, process groups and all, is found again by the session.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

PATIENCE = 3.0  # seconds from SIGTERM to SIGKILL
POLL = 0.05  # seconds between two looks at what is still there
TAIL = 15  # lines of a dead program's log that are shown
STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StartError(Exception):
    """What was to come up did not; the text is for a person and says where the logs are."""


@dataclass(frozen=True)
class Program:
    """A started program, its log, and the session that it leads (the session's id is its pid)."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


class Programs:
    """The programs of one directory; leaving the `with` block stops them all.

    Their logs go to `<directory>/NAME.log`. `<directory>/sessions.json` lists their sessions for as long as
    they run, so that the next start finds what a killed one left behind. Every program inherits `lock`: while
    that is taken, something of ours is alive, and the recorded ids are not somebody else's.
    """

    def __init__(self, directory: Path, lock: int | None = None) -> None:
        self._directory = directory
        self._lock = () if lock is None else (lock,)
        self._programs: list[Program] = []

    def __enter__(self) -> Self:
        self._directory.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> Program:
        """Start a program with exactly this environment.

        Args:
            name: what it is called in logs and sentences.
            command: program and arguments.
            env: the whole environment; nothing of ours is added.

        Returns:
            The running program.
        """
        log = self._directory / f"{name}.log"
        with signals_held(), log.open("wb") as output:
            process = subprocess.Popen(
                command,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self._lock,
            )
            program = Program(name, process, log)
            self._programs.append(program)
            self._record()
        return program

    def check(self) -> None:
        """Raise `StartError`, with the end of its log, if one of the programs has died."""
        for program in self._programs:
            status = program.process.poll()
            if status is not None:
                end = tail(program.log)
                raise StartError(
                    f"{end}\n{program.name} ended with status {status}; its log is {program.log}"
                )

    def stop(self) -> None:
        """Stop every program and all that it forked: first asked, then, after `PATIENCE`, killed."""
        with signals_held():
            stop_sessions([program.process.pid for program in self._programs])
            for program in self._programs:
                program.process.wait()
            self._programs.clear()
            self._record()

    def _record(self) -> None:
        sessions = [program.process.pid for program in self._programs]
        (self._directory / "sessions.json").write_text(json.dumps(sessions))


def stop_leftovers(directory: Path) -> None:
    """Stop what a killed predecessor left running; only for who found the predecessor's lock still held."""
    with contextlib.suppress(FileNotFoundError):
        stop_sessions(json.loads((directory / "sessions.json").read_text()))


def stop_sessions(sessions: Sequence[int]) -> None:
    """End all processes of the sessions: the leaders are asked to, what is left after that is killed.

    Airflow's scheduler at times waits for ever for its workers (3.3.2): it is killed after `PATIENCE`.
    """
    asked = time.monotonic()
    signal_all(leaders(sessions), signal.SIGTERM)
    while leaders(sessions) and time.monotonic() < asked + PATIENCE:
        time.sleep(POLL)
    killed = time.monotonic()
    signal_all(alive(sessions), signal.SIGKILL)
    while alive(sessions) and time.monotonic() < killed + PATIENCE:
        time.sleep(POLL)


def leaders(sessions: Sequence[int]) -> list[int]:
    """Return the sessions whose leaders have not ended."""
    return [pid for pid in alive(sessions) if pid in sessions]


def alive(sessions: Sequence[int]) -> list[int]:
    """Return the pids of the sessions' processes that have not ended (a zombie has)."""
    return [pid for pid in running_pids() if session_of(pid) in sessions]


def running_pids() -> list[int]:
    """Return the pids of all processes but zombies: from /proc where there is one, else from `ps`."""
    proc = Path("/proc")
    if not (proc / "self" / "stat").exists():
        listed = subprocess.check_output(["ps", "-A", "-o", "pid=,stat="], text=True).splitlines()
        return [int(pid) for pid, state in map(str.split, listed) if not state.startswith("Z")]
    pids = []
    for stat in proc.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended while we looked
            state = stat.read_text().rpartition(")")[2].split()[0]
            pids += [int(stat.parent.name)] if state != "Z" else []
    return pids


def session_of(pid: int) -> int | None:
    """Return a process's session, or None when it is gone or not ours to ask about."""
    with contextlib.suppress(OSError):
        return os.getsid(pid)
    return None


def signal_all(pids: Sequence[int], number: signal.Signals) -> None:
    """Send a signal to every process that is still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back during the block: no program starts unnoticed or is left half stopped."""
    held: list[int] = []

    def hold(number: int, _frame: FrameType | None) -> None:
        held.append(number)

    before = {number: signal.signal(number, hold) for number in STOPPING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for first in held[:1]:
            signal.raise_signal(first)


def tail(log: Path) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-TAIL:])
