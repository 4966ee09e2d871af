"""Looks for needles in places, and says what was looked through."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.system.leaks.needles import Kind, Needle, forms

AROUND = 60  # bytes shown before a hit
EVERYTHING: frozenset[Kind] = frozenset({"secret", "personal", "misplaced"})
NOT_MISPLACED: frozenset[Kind] = frozenset({"secret", "personal"})
SECRETS: frozenset[Kind] = frozenset({"secret"})


@dataclass(frozen=True)
class Place:
    """Where is looked.

    Attributes:
        name: What it is called in the table.
        parts: What it consists of: name of a file, table or packet, and its bytes.
        kinds: What must not be found there.
    """

    name: str
    parts: Mapping[str, bytes]
    kinds: frozenset[Kind] = EVERYTHING


@dataclass(frozen=True)
class Hit:
    """A needle that was found; the value itself is not shown."""

    place: str
    part: str
    needle: str
    before: str


def hits(place: Place, needles: Iterable[Needle]) -> list[Hit]:
    """Return which needles stand in a place, each once a part."""
    looked_for = [(each, forms(each.value)) for each in needles if each.kind in place.kinds]
    return [
        Hit(place.name, part, f"{needle.kind}: {needle.name}", _before(text, found))
        for part, text in place.parts.items()
        for needle, written in looked_for
        if (found := next((at for form in written if (at := text.find(form)) >= 0), None)) is not None
    ]


def _before(text: bytes, at: int) -> str:
    return text[max(0, at - AROUND) : at].decode(errors="replace")


def files(home: Path, *patterns: str) -> dict[str, bytes]:
    """Return the files below a folder, by path."""
    found = sorted({path for pattern in patterns for path in home.rglob(pattern) if path.is_file()})
    return {str(path.relative_to(home)): path.read_bytes() for path in found}


def tables(database: Path) -> dict[str, bytes]:
    """Return every table of a SQLite database as text, by name: a line a row, its columns side by side."""
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        connection.text_factory = bytes
        listed = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name.decode(): b"\n".join(_rows(connection, name.decode())) for (name,) in listed}


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[bytes]:
    for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 (a name that SQLite itself lists)
        yield b" | ".join(each if isinstance(each, bytes) else str(each).encode() for each in row)


def table_of(places: Sequence[Place], needles: Iterable[Needle], found: Mapping[str, Sequence[Hit]]) -> str:
    """Return what was looked through, as a table for people."""
    sought = Counter(each.kind for each in needles)
    lines = [f"{'place':34}{'parts':>7}{'bytes':>13}{'needles':>9}{'hits':>6}"]
    lines += [
        f"{place.name:34}{len(place.parts):7}{sum(map(len, place.parts.values())):13,}"
        f"{sum(sought[kind] for kind in place.kinds):9}{len(found[place.name]):6}"
        for place in places
    ]
    return "\n".join(lines)


def only_lines(text: bytes, shape: re.Pattern[bytes]) -> bytes:
    """Return the lines of one shape."""
    return b"\n".join(line for line in text.split(b"\n") if shape.search(line))


def without_lines(text: bytes, shape: re.Pattern[bytes]) -> bytes:
    """Return a text without the lines of one shape."""
    return b"\n".join(line for line in text.split(b"\n") if not shape.search(line))
