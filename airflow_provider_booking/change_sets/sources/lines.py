"""The lines of a text file, however they end, none of them longer than memory should bear."""

from __future__ import annotations

from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING, BinaryIO

from airflow_provider_booking.bookings import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

LONGEST_LINE = 8 * 1024 * 1024
"""Characters of one line, or of one row that spans several."""

_UTF_16 = ("\udcff\udcfe", "\udcfe\udcff")
"""The byte order marks of UTF-16, as UTF-8 with escaped bytes shows them."""


def lines_of(file: BinaryIO) -> Generator[str | None, None, None]:
    r"""Go through a text file in UTF-8, with or without byte order mark.

    Args:
        file: Open for reading, at its beginning. It stays open; the lines are to be closed before it.

    Yields:
        Each line with its end: ``\n``, ``\r\n`` or ``\r``. Bytes that are no UTF-8 stand in it as half
        characters, so that only their row suffers. None for a line that is too long.

    Raises:
        InvalidInput: The file is UTF-16.
    """
    with text_of(file) as text:
        line = checked_beginning(text.readline(LONGEST_LINE))
        if line:
            yield _to_its_end(text, line)
        while line := text.readline(LONGEST_LINE):
            yield _to_its_end(text, line)


@contextmanager
def text_of(file: BinaryIO) -> Iterator[TextIOWrapper]:
    """A file as text, its line ends as they are; bytes that are no UTF-8 stand in it as half characters."""
    text = TextIOWrapper(file, encoding="utf-8", errors="surrogateescape", newline="")
    try:
        yield text
    finally:
        text.detach()  # who opened the file closes it


def checked_beginning(text: str) -> str:
    """The first characters of a file without a byte order mark.

    Raises:
        InvalidInput: The file is UTF-16.
    """
    if text.startswith(_UTF_16):
        raise InvalidInput("the file is UTF-16", hint="save it as UTF-8")
    return text.removeprefix("\N{BYTE ORDER MARK}")


def _to_its_end(text: TextIOWrapper, line: str) -> str | None:
    # One less, since the mark was taken off the first.
    if len(line) < LONGEST_LINE - 1 or line.endswith(("\n", "\r")):
        return line
    while (rest := text.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
        pass
    return None
