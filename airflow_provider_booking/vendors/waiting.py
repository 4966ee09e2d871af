"""One switch for every wait: rate budgets, a vendor's pause, back-off, and settling before a read-back.

Tests and rehearsals switch waiting off; production code never does.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_switched_on = True


def enabled() -> bool:
    """Whether waits are real."""
    return _switched_on


@contextmanager
def switched_off() -> Iterator[None]:
    """Make every wait of this package return at once, in the whole process, until the block ends."""
    global _switched_on  # noqa: PLW0603  (one switch for the process is the point)
    before, _switched_on = _switched_on, False
    try:
        yield
    finally:
        _switched_on = before


async def sleep(seconds: float) -> None:
    """Sleep for ``seconds``, or not at all while waiting is switched off."""
    await asyncio.sleep(seconds if _switched_on else 0)
