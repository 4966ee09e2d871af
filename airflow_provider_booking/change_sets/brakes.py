"""When the rest of a connection is left alone, and how it is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import (
    CredentialRejected,
    Outcome,
    Reason,
    Throttled,
    VendorUnavailable,
)
from airflow_provider_booking.change_sets.reading import OUTAGE

if TYPE_CHECKING:
    from airflow_provider_booking.bookings import BookingError
    from airflow_provider_booking.change_sets.items import Stop


@dataclass(frozen=True)
class Limits:
    """When applying stops; each connection is judged by itself.

    Attributes:
        canary: So many items are sent first, one by one, each read back once more. If one of them does not
            stay as it was left, or it is not known what became of it, or all are refused, the rest is left
            alone. 0: none.
        max_refused: Stop when more were refused than so many; None: never.
        max_unknown: Stop when of more than so many it is not known what became of them.
    """

    canary: int = 5
    max_refused: int | None = None
    max_unknown: int = 0

    def refused_too_many(self, refused: int) -> str | None:
        """Why to stop after so many refusals, as a sentence; None where there is no reason to."""
        if self.max_refused is None or refused <= self.max_refused:
            return None
        return f"{refused} refused, and max_refused is {self.max_refused}"


class Brakes:
    """Stops the work on one connection, once there is a reason to.

    Args:
        limits: How much may go wrong.

    Attributes:
        stopped: The first reason to stop, as a sentence; None where there is none.
        by_hand: The stop that somebody asked for, where that is why.
        go_on_in: Seconds until it can go on, where it stopped for nothing but waits that its vendor asked
            for.
        left_behind: What becomes of those that were not reached.
    """

    def __init__(self, limits: Limits) -> None:
        self.stopped: str | None = None
        self.by_hand: Stop | None = None
        self.go_on_in: float | None = None
        self.left_behind = (Outcome.UNPROCESSED, Reason.STOPPED)
        self._limits = limits
        self._unanswered = 0

    def stop(self, why: str, *, go_on_in: float | None = None) -> None:
        """Stop; the first reason is told. A reason that no wait mends outweighs all waits.

        Args:
            why: As a sentence.
            go_on_in: Seconds after which it can go on; None where no wait mends it.
        """
        if self.stopped is None:
            self.stopped, self.go_on_in = why, go_on_in
        elif go_on_in is None or self.go_on_in is None:
            self.go_on_in = None
        else:
            self.go_on_in = max(go_on_in, self.go_on_in)

    def obey(self, stop: Stop) -> None:
        """Stop, as somebody asked for."""
        self.by_hand = stop
        self.stop(str(stop))

    def answered(self) -> None:
        """The vendor is there: what got no answer before was no outage."""
        self._unanswered = 0

    def watch(self, error: BookingError) -> None:
        """Stop where the next item would fare no better."""
        if isinstance(error, CredentialRejected) or error.reason is Reason.CREDENTIAL_EXPIRED:
            self.left_behind = (Outcome.HELD, Reason.CREDENTIAL_EXPIRED)
            self.stop(str(error))
        elif isinstance(error, Throttled) or error.reason is Reason.THROTTLED:
            self.left_behind = (Outcome.UNPROCESSED, Reason.THROTTLED)
            # One that was told no time, among others that were, is told the same by them.
            self.stop(str(error), go_on_in=error.retry_after or self.go_on_in)
        elif isinstance(error, VendorUnavailable):
            self._unanswered += 1
            if self._unanswered >= OUTAGE:
                self.left_behind = (Outcome.UNPROCESSED, Reason.NO_ANSWER)
                why = f"{OUTAGE} bookings in a row got no answer; the last: {error}"
                self.stop(why, go_on_in=error.retry_after)
        else:
            self._unanswered = 0

    def check(self, *, refused: int, unknown: int) -> None:
        """Stop where too much went wrong.

        Args:
            refused: How many items were refused so far.
            unknown: Of how many it is not known what became of them, without those that only have to wait.
        """
        if (too_many := self._limits.refused_too_many(refused)) is not None:
            self.stop(too_many)
        if unknown > self._limits.max_unknown:
            self.stop(
                f"of {unknown} it is not known what became of them, and max_unknown is "
                f"{self._limits.max_unknown}"
            )
