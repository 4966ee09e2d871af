"""Rate limits as sliding windows, several at once, each counted by its own key."""

import re
from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

Limits = Sequence[str] | Mapping[str, Sequence[str]]  # for all calls, or for reads and writes apart

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_SPELLING = re.compile(r"([1-9]\d*)/(second|minute|hour|day)")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` requests in any `seconds` seconds."""

    count: int
    seconds: int

    @property
    def text(self) -> str:
        """The spelling that `parse` reads."""
        return f"{self.count}/{next(name for name, seconds in _SECONDS.items() if seconds == self.seconds)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a spelling such as `50/second`.

        Raises:
            ValueError: If it is spelled otherwise.
        """
        found = _SPELLING.fullmatch(text)
        if found is None:
            raise ValueError(f'{text!r} is not a rate: write it like "50/second" or "1000/minute".')
        return cls(int(found[1]), _SECONDS[found[2]])


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A refusal by a window: which rate, and how many seconds until it has room again."""

    rate: Rate
    wait: float


class RateWindows:
    """Counts requests per key (API, app, tenant) against every rate."""

    def __init__(self, rates: Sequence[Rate]) -> None:
        self.rates = tuple(rates)
        self._longest = max((rate.count for rate in rates), default=0)
        self._seen: dict[Hashable, deque[float]] = {}

    @property
    def texts(self) -> list[str]:
        """The spelling of every rate."""
        return [rate.text for rate in self.rates]

    def take(self, key: Hashable, now: float) -> Exceeded | None:
        """Count a request at unix time `now`, or say which window is full; that one is not counted."""
        seen = self._seen.setdefault(key, deque(maxlen=self._longest))
        full = [
            Exceeded(rate, wait)
            for rate in self.rates
            if len(seen) >= rate.count and (wait := seen[-rate.count] + rate.seconds - now) > 0
        ]
        if full:
            return max(full, key=lambda exceeded: exceeded.wait)
        seen.append(now)
        return None


def rate_windows(texts: Sequence[str]) -> RateWindows:
    """Make the windows of rates that are spelled like `50/second`.

    Raises:
        ValueError: If one is spelled otherwise.
    """
    return RateWindows([Rate.parse(text) for text in texts])
