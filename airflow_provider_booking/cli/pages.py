"""What a command shows: tables with rich on a terminal, plain text elsewhere, JSON where it is asked for."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table as RichTable
from rich.text import Text

from airflow_provider_booking.change_sets.report.markdown import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What moves a terminal's cursor, colours it or turns its text round, but for ends of lines and tabs.
_ACTING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]|\r(?!\n)")

_AMPLE = 100_000  # columns: more than any row is wide


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        headings: Of its columns.
        rows: Its cells.
        title: What stands above it.
    """

    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    title: str = ""


@dataclass(frozen=True)
class Page:
    """What a command shows to a person.

    Attributes:
        facts: Name to value; those without a value are left out.
        tables: Those without rows are left out.
        closing: The last sentence.
    """

    facts: Mapping[str, str]
    tables: Sequence[Table]
    closing: str = ""


def show(page: Page, out: TextIO) -> None:
    """Show a page: with rich on a terminal, else as plain text.

    Whatever is in it, it is shown and does nothing: no markup, and no character that acts on a terminal. A
    reader that leaves, such as ``head``, is no error.
    """
    facts = [(name, one_line(value)) for name, value in page.facts.items() if value]
    tables = [_cleaned(table) for table in page.tables if table.rows]
    draw = _with_rich if out.isatty() else _plainly
    with suppress(BrokenPipeError):
        draw(facts, tables, one_line(page.closing), out)


def show_json(value: Any, out: TextIO) -> None:
    """Write a value as JSON; a reader that leaves is no error."""
    with suppress(BrokenPipeError):
        Harmless(out).write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


class Harmless:
    """Writes text to a stream as it is; on a terminal, characters that would act on it are spelled out.

    Args:
        out: The stream.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._on_terminal = out.isatty()

    def write(self, text: str, /) -> int:
        """Write a text."""
        return self._out.write(_ACTING.sub(_spelled_out, text) if self._on_terminal else text)


def _spelled_out(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"  # as JSON spells it


def _cleaned(table: Table) -> Table:
    rows = [tuple(one_line(value) for value in row) for row in table.rows]
    return Table(table.headings, rows, table.title)


def _with_rich(facts: list[tuple[str, str]], tables: list[Table], closing: str, out: TextIO) -> None:
    console = _console(out)
    broad = max((len(name) for name, _ in facts), default=0)
    for name, value in facts:
        console.print(Text.assemble((name.ljust(broad), "bold"), "  ", value), soft_wrap=True)
    for table in tables:
        shown = _rich_table(table)
        # Where an id has no room, the lines are broken by the terminal, and the id stays whole.
        narrowest = Measurement.get(console, console.options.update_width(_AMPLE), shown).minimum
        _console(out, max(narrowest, console.width)).print(shown)
    if closing:
        console.print(Text(closing, style="bold"), soft_wrap=True)


def _rich_table(table: Table) -> RichTable:
    shown = RichTable(title=table.title or None, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for heading, column in zip(table.headings, zip(*table.rows, strict=True), strict=True):
        shown.add_column(heading, no_wrap=not any(" " in value for value in column), overflow="fold")
    for row in table.rows:
        shown.add_row(*(Text(value) for value in row))
    return shown


def _console(out: TextIO, width: int | None = None) -> Console:
    return Console(file=out, width=width, highlight=False, markup=False, emoji=False)


def _plainly(facts: list[tuple[str, str]], tables: list[Table], closing: str, out: TextIO) -> None:
    blocks = [_aligned([(f"{name}:", value) for name, value in facts])] if facts else []
    for table in tables:
        title = f"{table.title}\n" if table.title else ""
        blocks.append(title + _aligned([table.headings, *table.rows]))
    blocks += [closing] if closing else []
    out.write("".join(f"{block}\n" for block in "\n\n".join(blocks).split("\n")))


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)
