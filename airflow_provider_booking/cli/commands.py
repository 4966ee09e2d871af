"""What the commands of ``airflow booking`` do."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING, TextIO

from airflow_provider_booking.bookings import InvalidInput, Outcome
from airflow_provider_booking.change_sets.ledger import NoLedger
from airflow_provider_booking.change_sets.report.item_files import csv_rows, json_list
from airflow_provider_booking.change_sets.report.writing import go_through
from airflow_provider_booking.cli.describing import all_members, history, list_page, members, show_page
from airflow_provider_booking.cli.exits import Exit
from airflow_provider_booking.cli.overview import Standing, overview
from airflow_provider_booking.cli.pages import Harmless, show, show_json
from airflow_provider_booking.cli.reverting import revert_and_tell
from airflow_provider_booking.cli.running import command, say
from airflow_provider_booking.hooks.places import open_ledger

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from airflow_provider_booking.change_sets.items import Item
    from airflow_provider_booking.change_sets.ledger import Ledger
    from airflow_provider_booking.change_sets.report.item_files import WriteItem
    from airflow_provider_booking.cli.overview import Overview


@command
def list_command(arguments: Namespace, out: TextIO) -> Exit:
    """List change sets, the newest first."""
    overviews: list[Overview] = []
    nothing = "The ledger has no change sets."
    try:
        with open_ledger() as ledger:
            overviews = [overview(ledger, each) for each in ledger.change_sets(arguments.limit)]
    except NoLedger as error:
        nothing = f"{error}."
    if arguments.output == "json":
        show_json([members(each) for each in overviews], out)
    else:
        show(list_page(overviews, nothing), out)
    return Exit.DONE


@command
def show_command(arguments: Namespace, out: TextIO) -> Exit:
    """Show where a change set stands, and what comes next."""
    with open_ledger() as ledger:
        found = ledger.change_set(arguments.change_set_id)
        seen = overview(ledger, found)
        past = history(ledger, found.change_set_id)
    if arguments.output == "json":
        show_json(all_members(seen, past), out)
    else:
        show(show_page(seen, past), out)
    return Exit.NEEDS_A_PERSON if seen.needs_a_person else Exit.DONE


@command
def report_command(arguments: Namespace, out: TextIO) -> Exit:
    """Write the report of a change set."""
    outcomes = _outcomes(arguments)
    with open_ledger() as ledger:
        ledger.change_set(arguments.change_set_id)  # before the first byte of a report is written
        problem = _FORMATS[arguments.format](ledger, arguments.change_set_id, outcomes, Harmless(out))
    if problem:
        say(f"The books do not balance: {problem}. Do not rely on this report.")
        return Exit.NEEDS_A_PERSON
    return Exit.DONE


@command
def stop_command(arguments: Namespace, out: TextIO) -> Exit:
    """Have whoever applies a change set send nothing more of it."""
    with open_ledger() as ledger:
        seen = overview(ledger, ledger.change_set(arguments.change_set_id))
        found = seen.change_set.change_set_id
        told = f"Nothing of {found} is left to apply: there is nothing to stop.\n"
        if seen.standing is not Standing.DONE:
            seen = overview(ledger, ledger.ask_to_stop(found, by=_user()))
            told = (
                f"No run that was begun before now sends anything more of {found}, but for the request that "
                "each worker has in hand. What is not reached becomes unprocessed.\n"
                f"Next: {seen.next_step}\n"
            )
    if arguments.output == "json":
        show_json(members(seen), out)
    else:
        out.write(told)
    return Exit.DONE


@command
def revert_command(arguments: Namespace, out: TextIO) -> Exit:
    """Take back what a change set left at the vendors."""
    # Outside of a task, connections come from the environment, secrets backends and Airflow's own database.
    os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "server"
    with open_ledger() as ledger:
        return revert_and_tell(
            ledger,
            arguments.change_set_id,
            include_past=arguments.include_past,
            sure=arguments.yes,
            as_json=arguments.output == "json",
            out=out,
        )


def _outcomes(arguments: Namespace) -> frozenset[Outcome]:
    """Which rows are wanted; empty for all.

    Raises:
        InvalidInput: There is no such outcome, or the summary was asked for.
    """
    asked: Sequence[str] = arguments.outcome or ()
    if asked and arguments.format == "md":
        raise InvalidInput("the summary is of all rows", hint="give --format csv or json with --outcome")
    if not {*asked} <= {*Outcome}:
        raise InvalidInput("--outcome names no outcome", hint=f"give one of {', '.join(Outcome)}")
    return frozenset(Outcome(each) for each in asked)


def _markdown(ledger: Ledger, change_set_id: str, outcomes: frozenset[Outcome], out: Harmless) -> str:
    del outcomes
    books, problem = go_through(ledger, change_set_id, lambda _: None)
    out.write(books.summary)
    return problem


def _csv(ledger: Ledger, change_set_id: str, outcomes: frozenset[Outcome], out: Harmless) -> str:
    return go_through(ledger, change_set_id, _only(outcomes, csv_rows(out)))[1]


def _json(ledger: Ledger, change_set_id: str, outcomes: frozenset[Outcome], out: Harmless) -> str:
    with json_list(out) as write:
        return go_through(ledger, change_set_id, _only(outcomes, write))[1]


_FORMATS = {"md": _markdown, "csv": _csv, "json": _json}


def _only(outcomes: frozenset[Outcome], write: WriteItem) -> WriteItem:
    if not outcomes:
        return write

    def write_wanted(item: Item) -> None:
        if item.outcome in outcomes:
            write(item)

    return write_wanted


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return f"user {os.getuid()}"
