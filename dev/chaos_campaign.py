"""Plays many rounds of chaos, some side by side, and adds up what came of them."""

import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from dev.chaos_cast import FORKING
from dev.chaos_checks import CHECKS
from dev.chaos_faults import KINDS, VOIDED
from dev.chaos_round import Verdict, play
from dev.postgres import running_postgres, server_binaries

LOG_WIDTH = 120  # columns where there is no terminal to ask
SAID_EVERY = 25  # rounds after which a log, where no bar moves, says how far it is

console = Console(highlight=False, width=None if sys.stdout.isatty() else LOG_WIDTH)


def played(seeds: Sequence[int], jobs: int, kept: Path) -> list[Verdict]:
    """Play the rounds of these seeds, some side by side, and say at once what does not hold.

    Args:
        seeds: The rounds.
        jobs: How many at once.
        kept: Where rounds with a violation are kept; emptied first.

    Returns:
        What came of each; of fewer than all where somebody interrupted it.
    """
    shutil.rmtree(kept, ignore_errors=True)
    verdicts: list[Verdict] = []
    with ExitStack() as afterwards:
        binaries = server_binaries()
        if binaries is None:
            console.print("PostgreSQL's server is not installed: every ledger is a file")
        postgres = afterwards.enter_context(running_postgres(binaries)) if binaries else ""
        pool = ProcessPoolExecutor(jobs, mp_context=FORKING)
        # Who is interrupted waits for the rounds that are being played, and for no others.
        afterwards.callback(pool.shutdown, cancel_futures=True)
        columns = (
            TextColumn("rounds"),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
        )
        progress = afterwards.enter_context(Progress(*columns, console=console))
        bar = progress.add_task("", total=len(seeds))
        try:
            for done in as_completed([pool.submit(play, seed, postgres, kept) for seed in seeds]):
                verdicts.append(done.result())
                wrong = _say(verdicts, len(seeds))
                progress.update(bar, advance=1, description=f"{wrong} with a violation")
        except KeyboardInterrupt:
            console.print("Interrupted: the rounds that are being played come to their end")
    return verdicts


def _say(verdicts: Sequence[Verdict], of: int) -> int:
    """Say what did not hold in the last round and, where no bar moves, how far it is; count what is wrong."""
    last = verdicts[-1]
    for violation in last.violations:
        console.print(f"seed {last.seed}: {violation.check}: {violation.text}", markup=False, soft_wrap=True)
    wrong = sum(bool(each.violations) for each in verdicts)
    if not console.is_terminal and len(verdicts) % SAID_EVERY == 0:
        console.print(f"{len(verdicts)} of {of} rounds, {wrong} with a violation")
    return wrong


def added_up(counted: Iterable[Mapping[str, int]], names: Iterable[str] = ()) -> dict[str, int]:
    """Add counts up; what is named stands first, and is there even if it never happened."""
    total: Counter[str] = Counter(dict.fromkeys(names, 0))
    for counts in counted:
        total.update(counts)
    return dict(total)


def faults_that_struck(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Return every kind of fault, and how often it struck."""
    return added_up((verdict.faults for verdict in verdicts), [*KINDS, *(f"tokens: {how}" for how in VOIDED)])


def table(verdicts: Sequence[Verdict]) -> Table:
    """Return what was counted over all rounds."""
    wrong = added_up((Counter(each.check for each in verdict.violations) for verdict in verdicts), CHECKS)
    made = Table("what", "how often", title="Chaos campaign")
    made.columns[1].justify = "right"
    sections = {
        "": {"rounds": len(verdicts)} | added_up(verdict.counts for verdict in verdicts),
        "item: ": dict(sorted(added_up(verdict.items for verdict in verdicts).items())),
        "fault: ": faults_that_struck(verdicts),
        "violation: ": wrong,
    }
    for kind, counts in sections.items():
        for name, count in counts.items():
            made.add_row(f"{kind}{name}", f"{count:,}")
        made.add_section()
    return made
