"""Running a command: standard output is its own, and what goes wrong is one sentence and an exit code."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from airflow.sdk.exceptions import AirflowConfigException

from airflow_provider_booking.bookings import BookingError, InvalidInput
from airflow_provider_booking.change_sets.leasing import LeaseLost
from airflow_provider_booking.change_sets.ledger import LedgerUnavailable
from airflow_provider_booking.change_sets.report.markdown import one_line
from airflow_provider_booking.cli.exits import Exit

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator

_STDOUT, _STDERR = 1, 2


def command(work: Callable[[Namespace, TextIO], Exit]) -> Callable[[Namespace], None]:
    """Make of a function what Airflow's command line calls.

    The function gets the arguments and a stream to write its result to, and returns the exit code.
    """

    @wraps(work)
    def run(arguments: Namespace) -> None:
        raise SystemExit(_code(work, arguments))

    return run


def say(sentence: str) -> None:
    """Tell a person something, on standard error; where nobody reads it, the work goes on all the same."""
    if sys.stderr is None:  # whoever called has closed it
        return
    try:
        sys.stderr.write(f"{one_line(sentence)}\n")
        sys.stderr.flush()
    except OSError:
        _hush()


def _code(work: Callable[[Namespace, TextIO], Exit], arguments: Namespace) -> Exit:
    try:
        with _own_output() as out:
            return work(arguments, out)
    except BrokenPipeError:
        return Exit.DONE  # who reads a report, such as head, has what was wanted
    except KeyboardInterrupt:
        say("Interrupted: what was done until now is in the ledger.")
        return Exit.INTERRUPTED
    except (BookingError, LedgerUnavailable, LeaseLost, AirflowConfigException) as error:
        say(str(error))
        return _exit_after(error)


def _exit_after(error: Exception) -> Exit:
    if isinstance(error, InvalidInput | AirflowConfigException):
        return Exit.WRONG
    if isinstance(error, BookingError) and not error.retryable:
        return Exit.NEEDS_A_PERSON
    return Exit.TRY_AGAIN


@contextmanager
def _own_output() -> Iterator[TextIO]:
    """Give standard output, in UTF-8; what else is written there, such as logs, goes to standard error."""
    if sys.stdout is None:  # whoever called has closed it, and its number may be another file's by now
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            yield nowhere
        return
    with suppress(OSError):
        sys.stdout.flush()
    out = os.fdopen(os.dup(_STDOUT), "w", encoding="utf-8", errors="backslashreplace", newline="")
    if sys.stderr is None:
        _lead_nowhere(_STDOUT)
    else:
        os.dup2(_STDERR, _STDOUT)
    try:
        yield out
    finally:
        try:
            sys.stdout.flush()
        except OSError:
            _hush()
            sys.stdout.flush()
        os.dup2(out.fileno(), _STDOUT)
        with suppress(BrokenPipeError):  # what the work came to does not depend on who reads of it
            out.close()


def _hush() -> None:
    """Nobody reads standard error any more: what is still written there, such as logs, fails no work."""
    if sys.stdout is not None and os.path.sameopenfile(_STDOUT, _STDERR):
        _lead_nowhere(_STDOUT)
    _lead_nowhere(_STDERR)


def _lead_nowhere(stream: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream)
    os.close(nowhere)
