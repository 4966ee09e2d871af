"""``airflow booking revert``: asks, takes back, and says what could not be."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, TextIO

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.applying import Limits
from airflow_provider_booking.change_sets.report.highlights import NEEDING_A_PERSON, Highlights
from airflow_provider_booking.change_sets.revert import revert
from airflow_provider_booking.cli.describing import members, titled
from airflow_provider_booking.cli.exits import Exit
from airflow_provider_booking.cli.overview import listed, overview
from airflow_provider_booking.cli.pages import Page, Table, show, show_json
from airflow_provider_booking.cli.running import say
from airflow_provider_booking.hooks.connecting import connect
from airflow_provider_booking.hooks.numbers import patience
from airflow_provider_booking.hooks.places import check_sharing, lease_seconds

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.ledger import Ledger
    from airflow_provider_booking.change_sets.revert import Reverted
    from airflow_provider_booking.cli.overview import Overview


def revert_and_tell(
    ledger: Ledger, change_set_id: str, *, include_past: bool, sure: bool, as_json: bool, out: TextIO
) -> Exit:
    """Take a change set back, and show what came of it.

    Args:
        ledger: Where it is kept.
        change_set_id: The change set.
        include_past: Whether bookings that have begun may be changed as well, or moved into the past.
        sure: Whether nobody is asked first.
        as_json: Whether the result is shown as JSON, for a script.
        out: Where the result is shown; progress goes to standard error.

    Raises:
        InvalidInput: There is no such change set, nobody to ask, or a number or ``throttle_url`` of section
            ``[booking]`` cannot be used.
    """
    patience()  # wrong for one booking, wrong for all
    check_sharing()
    found = ledger.change_set(change_set_id)
    question = f"Take back what {found.change_set_id} changed ({listed(ledger.counts(change_set_id))})?"
    if not sure and not _confirmed(question):
        say("Nothing was done.")
        return Exit.INTERRUPTED
    reverted = asyncio.run(
        revert(
            change_set_id,
            key=None,
            limits=Limits(),
            include_past=include_past,
            notify=None,
            asked_at=None,
            lease_seconds=lease_seconds(),
            ledger=ledger,
            connect=connect,
            say=say,
        )
    )
    seen = overview(ledger, ledger.change_set(reverted.change_set_id))
    if as_json:
        show_json({**members(seen), "stopped": reverted.applied.stopped}, out)
    else:
        show(_page(ledger, seen, reverted), out)
    return _exit(seen)


def _exit(seen: Overview) -> Exit:
    if not seen.needs_a_person:
        return Exit.DONE
    return Exit.TRY_AGAIN if seen.trying_again_may_help else Exit.NEEDS_A_PERSON


def _confirmed(question: str) -> bool:
    """Ask on the terminal.

    Raises:
        InvalidInput: There is none.
    """
    nowhere = InvalidInput("revert asks first, and there is no terminal to ask on", hint="give --yes")
    if sys.stdin is None or sys.stderr is None or not sys.stdin.isatty():
        raise nowhere
    try:
        sys.stderr.write(f"{question} [y/N] ")
        sys.stderr.flush()
    except OSError:
        raise nowhere from None
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _page(ledger: Ledger, seen: Overview, reverted: Reverted) -> Page:
    highlights = Highlights()
    if seen.needs_a_person:
        for item in ledger.items(reverted.change_set_id):
            highlights.add(item)
    needy = [
        (str(item.row), item.vendor or "", item.booking_id, item.outcome.value, item.reason or "", item.text)
        for item in highlights.needy()
    ]
    left = sum(seen.counts.get(outcome, 0) for outcome in NEEDING_A_PERSON)
    return Page(
        {
            "Reverted": seen.change_set.reverts or "",
            "By change set": reverted.change_set_id,
            "Rows": f"{seen.counts['total']}: {listed(seen.counts)}",
        },
        [
            Table(("connection", "why"), [*reverted.applied.stopped.items()], "Stopped before its end"),
            Table(
                ("row", "vendor", "booking", "outcome", "reason", "message"),
                needy,
                titled("Not taken back: for a person to look at", left, len(needy)),
            ),
        ],
        f"Next: {seen.next_step}",
    )
