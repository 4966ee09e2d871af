"""The processes of a chaos round: started, killed, and run again as a task that somebody clears."""

import json
import multiprocessing
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from dev import chaos_child
from dev.chaos_child import Job
from dev.chaos_plan import Kill

FORKING = multiprocessing.get_context("forkserver")
# Of each worker of the campaign: what it forks has all that it needs, and is there in milliseconds.
FORKING.set_forkserver_preload(["dev.chaos_warm"])
POLL = 0.01  # seconds between two looks at who has ended
LONG = 4.0  # seconds that a round waits for a vendor; what is longer, it lets pass at once
_LOST = "could not be renewed"  # what a process says that lost its lease
STUCK = 180.0  # seconds after which a process that has not ended is given up


@dataclass
class Tally:
    """What was counted of the processes of a round."""

    kills: list[float] = field(default_factory=list)
    """When a process was found killed: unix seconds."""
    reruns: int = 0
    deferrals: int = 0
    lost_leases: int = 0
    """Processes that stopped, as they could not renew a lease in time: on a busy machine."""
    broken: list[str] = field(default_factory=list)
    """How processes ended that neither returned nor failed in one of our sentences."""
    texts: list[str] = field(default_factory=list)
    """The texts of exceptions and results."""
    standstill: float = 0.0
    """Seconds for which the machine did not let us go on, at most."""


@dataclass
class Part:
    """One process, and those that take its place when it is run again."""

    job: Job
    runs: int = 0
    process: BaseProcess | None = None
    begin_at: float = 0.0
    """When it is run again: unix seconds; 0: it is not."""
    begun: float = 0.0
    last: dict[str, Any] | None = None
    """How it ended; None while it has not, or where it was killed."""


class Cast:
    """Runs jobs side by side until all have ended.

    Args:
        folder: Where their logs go.
        environment: What each gets.
        let_pass: Called where a vendor wants to be left alone for long: makes it forget that.
    """

    def __init__(self, folder: Path, environment: dict[str, str], let_pass: Callable[[], None]) -> None:
        self.tally = Tally()
        self._let_pass = let_pass
        self._folder = folder
        self._environment = environment
        self._parts: list[Part] = []
        self._numbers = 0

    def job(self, operator: str, arguments: dict[str, Any], run_id: str = "chaos") -> Job:
        """Make a job."""
        return Job(operator, arguments, run_id, self._environment, Path(), Path())

    def play(
        self, jobs: Sequence[Job], *, reruns: int, kills: Sequence[Kill] = (), meanwhile: Callable[[], None]
    ) -> list[dict[str, Any] | None]:
        """Run jobs at once, each again while that helps, and return how each ended; None: it did not.

        Args:
            jobs: What to run.
            reruns: How often each is run again at most.
            kills: Those that a process does to itself, or that come after so many seconds.
            meanwhile: Called all the time.
        """
        self._parts = [Part(job) for job in jobs]
        by_itself = [kill for kill in kills if kill.when in chaos_child.KILLING]
        began = time.monotonic()
        timed = sorted((kill.at, kill.process) for kill in kills if kill.when == "seconds")
        for number, part in enumerate(self._parts):
            mine = [kill for kill in by_itself if kill.process % len(jobs) == number]
            self._start(part, mine[0] if mine else None)
        while any(part.process is not None or part.begin_at for part in self._parts):
            meanwhile()
            while timed and time.monotonic() > began + timed[0][0]:
                self.kill(timed.pop(0)[1])
            for part in self._parts:
                self._look(part, reruns)
            slept = time.monotonic()
            time.sleep(POLL)
            self.tally.standstill = max(self.tally.standstill, time.monotonic() - slept - POLL)
        return [part.last for part in self._parts]

    def kill(self, number: int) -> None:
        """Kill a process where it stands."""
        if not self._parts:
            return
        process = self._parts[number % len(self._parts)].process
        if process is not None and process.is_alive():
            process.kill()

    def _start(self, part: Part, kill: Kill | None = None) -> None:
        self._numbers += 1
        name = f"{self._numbers:02d}-{part.job.operator}"
        part.job = replace(
            part.job,
            log=self._folder / f"{name}.log",
            ending=self._folder / f"{name}.json",
            kill_when=kill.when if kill else "",
            kill_at=int(kill.at) if kill else 0,
        )
        part.runs += 1
        part.begin_at = 0
        # Not a daemon: a process of ours may itself start others.
        part.process = FORKING.Process(target=chaos_child.run, args=(part.job,), name=name)
        part.process.start()
        part.begun = time.monotonic()

    def _look(self, part: Part, reruns: int) -> None:
        if part.process is None:
            if part.begin_at and time.time() >= part.begin_at:
                self._start(part)
            return
        if part.process.is_alive():
            if time.monotonic() > part.begun + STUCK:
                self.tally.broken.append(f"{part.job.log.stem} did not end in {STUCK:.0f} s")
                part.process.kill()
            return
        part.process.join()
        status, part.process = part.process.exitcode, None
        part.last = json.loads(part.job.ending.read_text()) if part.job.ending.exists() else None
        how = part.last["how"] if part.last else "killed"
        self.tally.texts.append(json.dumps(part.last, ensure_ascii=False))
        if part.last is None:
            self.tally.kills.append(time.time())
            if status != -signal.SIGKILL:
                self.tally.broken.append(f"{part.job.log.stem} ended with status {status}")
        if how == "broken":
            self.tally.broken.append(f"{part.job.log.stem}: {part.last['text'] if part.last else ''}")
        self.tally.deferrals += how == "deferred"
        self.tally.lost_leases += how == "retry" and _LOST in (part.last or {}).get("text", "")
        if how in ("killed", "retry", "deferred") and part.runs <= reruns:
            self.tally.reruns += how != "deferred"
            part.begin_at = time.time()
            if part.last and how == "deferred":
                part.begin_at = self._after(part.last["until"])

    def _after(self, until: float) -> float:
        """Return when a task goes on that was deferred until then."""
        if until - time.time() <= LONG:
            return until
        self._let_pass()
        return time.time()
