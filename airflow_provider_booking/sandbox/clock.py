"""The clock that every rule of the sandbox reads, so that a test can move expiry dates and rate windows."""

import time


class Clock:
    """Unix time in seconds: the machine's own, moved ahead as asked, and standing still while frozen."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._stopped_at: float | None = None

    @property
    def frozen(self) -> bool:
        """Whether time stands still."""
        return self._stopped_at is not None

    def now(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        running = time.time() if self._stopped_at is None else self._stopped_at
        return running + self._ahead

    def advance(self, seconds: float) -> None:
        """Move ahead by this many seconds; frozen or not."""
        self._ahead += seconds

    def freeze(self) -> None:
        """Stop the clock where it stands."""
        if self._stopped_at is None:
            self._stopped_at = time.time()
