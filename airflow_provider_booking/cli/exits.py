"""What the commands end with, for scripts."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Exit(IntEnum):
    """The exit codes of ``airflow booking``."""

    DONE = 0
    WRONG = 1
    USAGE = 2
    NEEDS_A_PERSON = 3
    TRY_AGAIN = 4
    INTERRUPTED = 130


MEANING: Mapping[Exit, str] = {
    Exit.DONE: "done; nothing needs a person",
    Exit.WRONG: "what was asked for is wrong, such as an unknown change set; nothing was done",
    Exit.USAGE: "the command line cannot be read",
    Exit.NEEDS_A_PERSON: "show, revert: rows are refused, held, unknown or unprocessed; report: the books do "
    "not balance",
    Exit.TRY_AGAIN: "the ledger or a vendor cannot be reached, or a revert left rows for no other reason: "
    "try again",
    Exit.INTERRUPTED: "interrupted by Ctrl-C, or revert asked and was not answered with yes",
}


def exit_codes() -> str:
    """The table of exit codes, as the help shows it."""
    lines = [f"  {code.value:>3}  {MEANING[code]}" for code in Exit]
    return "\n".join(["Exit codes:", *lines])
