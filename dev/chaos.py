"""`make chaos`: vendors fail, processes are killed, the ledger goes away; see docs/chaos.md.

Ends with 1 if anything did not hold in any round, and keeps what that round left in .chaos/SEED.
"""

import argparse
import signal
import sys
import time
from pathlib import Path
from secrets import randbelow

from dev.chaos_campaign import console, played, table

KEPT = Path(__file__).resolve().parent.parent / ".chaos"


def main() -> int:
    """Play the campaign, print what came of it, and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m dev.chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000, help="how many rounds (1000)")
    parser.add_argument("--jobs", type=int, default=4, help="how many of them side by side (4)")
    parser.add_argument("--seed", type=int, help="of the first round; the others count up from it")
    asked = parser.parse_args()
    first = randbelow(1_000_000) if asked.seed is None else asked.seed
    console.print(f"{asked.rounds} rounds, seeds {first} to {first + asked.rounds - 1}, {asked.jobs} at once")
    began = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    verdicts = played(range(first, first + asked.rounds), asked.jobs, KEPT)
    console.print(table(verdicts))
    wrong = sum(bool(verdict.violations) for verdict in verdicts)
    console.print(f"{len(verdicts)} rounds in {time.monotonic() - began:.0f} s, {wrong} with a violation")
    if wrong:
        console.print(f"What they left is in {KEPT}", soft_wrap=True)
        return 1
    return 0 if len(verdicts) == asked.rounds else 130


if __name__ == "__main__":
    sys.exit(main())
