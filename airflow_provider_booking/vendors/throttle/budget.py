"""What is counted: a credential's calls of one kind, in windows a little longer than the vendor's own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyrate_limiter import Rate

from airflow_provider_booking.vendors.settings import rates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# A call arrives later than it was let go, and some are longer under way than others: two that were let go a
# window apart may arrive closer together than that. By so many percent of a window, and at most by so many
# milliseconds, their ways may differ. Of a rate a second this leaves 92 %.
MARGIN_PERCENT = 8
LONGEST_MARGIN = 500
# The calls of a second are spread over it: where all go at once, the last of them is late, and by how much
# depends on what else the machine does. A tenth of a second takes so many percent of them: a little more than
# its part, so that what nobody asked for in one tenth is not lost.
SPREAD = 1000  # milliseconds
TENTH_PERCENT = 12
# Seconds after which a turn lapses that was not used: half of the margin of a rate a second. Where a budget
# gives less than one a second, a turn is worth more than that.
FRESH_FOR = 0.04


@dataclass(frozen=True)
class Budget:
    """The calls of one kind that a credential may make.

    Attributes:
        credential: A digest of who calls whom.
        kind: ``writes`` or ``reads``.
        limits: How many calls in how many milliseconds, shortest first.
        named: The rates as the connection says them, for a person.
    """

    credential: str
    kind: str
    limits: tuple[tuple[int, int], ...]
    named: str

    @classmethod
    def of(cls, credential: str, kind: str, texts: tuple[str, ...]) -> Budget:
        """The budget for checked rates, such as ``("50/second", "1000/minute")``."""
        return cls(credential, kind, tuple(_with_margin(rates(texts))), ", ".join(texts))

    @property
    def rates(self) -> list[Rate]:
        """The limiter's form."""
        return [Rate(count, window) for count, window in self.limits]

    @property
    def longest(self) -> int:
        """Milliseconds of its longest window."""
        return self.limits[-1][1]

    @property
    def fresh_for(self) -> float:
        """Seconds after which a turn lapses that was not used."""
        count, window = self.limits[-1]
        return FRESH_FOR if count * 1000 >= window else math.inf

    @property
    def most_at_once(self) -> int:
        """So many calls fit into every window."""
        return self.limits[0][0]

    @property
    def key(self) -> str:
        """The budget's name in a store: short enough for a table, and telling nothing."""
        return f"{self.credential[:32]}_{self.kind}"


@dataclass(frozen=True)
class Verdict:
    """A store's answer to who wants to call.

    Attributes:
        granted: So many calls may be made now, and are counted.
        at: When the store had counted them, on this process's monotonic clock.
        wait: Seconds until the next one may be; where none was granted.
        paused: Seconds of the vendor's own "wait" that are left; nothing was granted.
    """

    granted: int = 0
    at: float = 0.0
    wait: float = 0.0
    paused: float = 0.0


def _with_margin(given: Sequence[Rate]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for rate in _spread(given):
        window = rate.interval + min(rate.interval * MARGIN_PERCENT // 100, LONGEST_MARGIN)
        if found:
            # A longer window may not allow more a second than a shorter one: the limiter refuses that.
            count, shorter = found[-1]
            window = max(window, -(-rate.limit * shorter // count))
        found.append((rate.limit, window))
    return found


def _spread(given: Sequence[Rate]) -> Iterator[Rate]:
    for rate in given:
        tenth = -(-rate.limit * TENTH_PERCENT // 100)
        if rate.interval == SPREAD and tenth < rate.limit:
            yield Rate(tenth, SPREAD // 10)
        yield rate
