"""How long calls go on trying, and how long they wait."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """Limits of one call; the defaults are those of Airflow's section ``[booking]``.

    Attributes:
        attempts: How often a call is sent in all, where it is certain that nothing was changed.
        seconds: Seconds after which it is not sent again.
        longest_wait: Seconds that a call waits when its vendor asks for it. A longer wait is raised, so that
            the worker slot is given back.
        settle_delay: Seconds before the read that looks for a write whose answer was lost, or that did not
            show at once.
        fresh_for: Seconds for which a booking that was read may be written on; after a longer wait it is
            looked at once more.
    """

    attempts: int = 5
    seconds: float = 120
    longest_wait: float = 60
    settle_delay: float = 2
    fresh_for: float = 2
