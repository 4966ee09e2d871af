"""What may be shown of a vendor's values: no secret, and no address of a person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import JsonValue

MASK = "***"

_BEHIND = ".,;:!?"  # of the sentence, not of the word
_WORD = re.compile(r"[^\s<>\"]+")


def masked(value: JsonValue) -> JsonValue:
    """A value that is never shown: whether there is one is all that can be seen."""
    return None if value is None else MASK


def without_addresses(value: JsonValue) -> JsonValue:
    """The value with every e-mail address in it masked, at any depth."""
    if isinstance(value, str):
        return _WORD.sub(_unless_an_address, value) if "@" in value else value
    if isinstance(value, list):
        return [without_addresses(each) for each in value]
    if isinstance(value, dict):
        return {name: without_addresses(each) for name, each in value.items()}
    return value


def _unless_an_address(word: re.Match[str]) -> str:
    # Whatever stands around the sign goes with it: an address may hold quotes, brackets and commas.
    bare = word[0].rstrip(_BEHIND)
    return MASK + word[0][len(bare) :] if "@" in bare.strip("@") else word[0]
