"""The commands of ``airflow booking``, as Airflow's parser takes them.

Every ``airflow`` command builds them, so that what a command needs is imported when it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.cli.cli_config import ActionCommand, Arg, GroupCommand, lazy_load_command, positive_int

from airflow_provider_booking.cli.exits import exit_codes

if TYPE_CHECKING:
    from collections.abc import Callable

_COMMANDS = "airflow_provider_booking.cli.commands"

# Airflow says nothing about the types of these two.
_arg: Callable[..., Arg] = Arg
_positive: Callable[..., Callable[[str], Any]] = positive_int

_ID = _arg(("change_set_id",), metavar="ID", help="The change set, as the plan task or 'list' names it")
_OUTPUT = _arg(
    ("-o", "--output"),
    choices=("table", "json"),
    default="table",
    help="A table for a person, or JSON for a script (default: table)",
)
_LIMIT = _arg(
    ("--limit",), type=_positive(allow_zero=False), default=20, help="How many at most (default: 20)"
)
_FORMAT = _arg(
    ("--format", "-o", "--output"),
    choices=("md", "csv", "json"),
    default="md",
    help="md: the summary; csv, json: every row (default: md)",
)
_OUTCOME = _arg(
    ("--outcome",),
    action="append",
    metavar="OUTCOME",
    help="Only rows with this outcome, such as held; may be given several times; for csv and json",
)
_INCLUDE_PAST = _arg(
    ("--include-past",),
    action="store_true",
    help="Take back also what has begun, or lay before now",
)
_YES = _arg(("-y", "--yes"), action="store_true", help="Do not ask first")


def get_commands() -> list[GroupCommand]:
    """Return the group ``booking``."""
    return [
        GroupCommand(
            name="booking",
            help="Look at, report on, stop and revert change sets of bookings",
            epilog=exit_codes(),
            subcommands=(
                _command("list", "List change sets, the newest first", _LIMIT, _OUTPUT),
                _command("show", "Show where a change set stands and what comes next", _ID, _OUTPUT),
                _command("report", "Write the report of a change set", _ID, _FORMAT, _OUTCOME),
                _command("stop", "Have whoever applies a change set send nothing more", _ID, _OUTPUT),
                _command("revert", "Take back what a change set left", _ID, _INCLUDE_PAST, _YES, _OUTPUT),
            ),
        )
    ]


def _command(name: str, text: str, *arguments: Arg) -> ActionCommand:
    return ActionCommand(
        name=name,
        help=text,
        func=lazy_load_command(f"{_COMMANDS}.{name}_command"),
        args=arguments,
        epilog=exit_codes(),
    )
