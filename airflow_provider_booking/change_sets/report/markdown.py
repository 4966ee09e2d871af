"""Values inside Markdown: shown as they are, never taken for Markdown."""

from __future__ import annotations

import re

# What means something inside a line of Markdown with tables; `_` does so only at the edge of a word. Behind
# `{` a template would begin: a summary may become the text of a task that is templated.
_MEANING = re.compile(r"[\\`*\[\]<>|~&$]|(?<!\w)_+|_+(?!\w)|(?<=\{)[{%#]")
# Line ends, other control characters, and those that turn the direction of reading for what follows.
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


def one_line(text: str) -> str:
    """A text on one line, without characters that cannot be seen."""
    return _UNSEEN.sub(" ", text).strip()


def escaped(value: object) -> str:
    """A value as Markdown, on one line; nothing at all is a dash."""
    text = one_line("" if value is None else str(value))
    return _MEANING.sub(_behind_backslashes, text) or "–"  # noqa: RUF001 - a dash is meant


def _behind_backslashes(found: re.Match[str]) -> str:
    return "".join(f"\\{each}" for each in found[0])
