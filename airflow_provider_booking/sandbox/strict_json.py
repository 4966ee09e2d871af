"""JSON that callers send, read strictly: what is taken can be stored, shown and written again."""

import json
import math
from typing import Any

_DEEPEST = 100


def read_json(text: str | bytes) -> Any:
    """Read a JSON text.

    Raises:
        ValueError: If it is none, or holds what `check_json` refuses.
    """
    try:
        value = json.loads(text)
    except RecursionError as error:  # Python's own limit differs from version to version
        raise ValueError("JSON that is nested too deeply is refused.") from error
    check_json(value)
    return value


def check_json(value: Any, depth: int = 0) -> None:
    """Check that a value can be stored and shown: not all that Python reads is JSON.

    Raises:
        ValueError: If it holds NaN, an infinite number or half a character, or is nested too deeply.
    """
    if depth > _DEEPEST:
        raise ValueError(f"JSON that is nested more than {_DEEPEST} levels deep is refused.")
    if isinstance(value, dict | list):
        for inner in value:
            check_json(inner, depth + 1)
        for inner in value.values() if isinstance(value, dict) else ():
            check_json(inner, depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("NaN and infinite numbers are not JSON.")
    elif isinstance(value, str):
        value.encode()  # which half a character stops
