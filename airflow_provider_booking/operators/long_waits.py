"""Waits too long for a worker slot: the task gives the slot back until then, and begins again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from secrets import SystemRandom
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseAsyncOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

IN_VAIN = timedelta(days=1)
"""After so much waiting in which nothing got done, the task fails: somebody should know."""
JITTER = 0.1
"""So much of a wait is added at random, so that mapped tasks do not come back in the same instant."""
MOST_JITTER = 30.0
"""Seconds."""


class WaitingOperator(BaseAsyncOperator):
    """Defers itself where a vendor asks for a long wait: no worker slot is held, and no retry is used up.

    Afterwards the whole of ``aexecute`` is done again, so running it again has to be right. Airflow counts
    ``execution_timeout`` anew each time, and waiting not at all.
    """

    _waiting: tuple[datetime, int] | None = None
    """Since when nothing got done, and how much had been done by then."""

    def wait_outside(self, seconds: float, why: str, *, done: int = 0) -> None:
        """Defer the task; return where it has been waiting in vain for too long.

        Args:
            seconds: How long; no less than ``[booking] longest_wait``, as shorter waits did not help.
            why: For the log; without personal data.
            done: How much has been done so far. A task that gets on may wait as often as it has to.

        Raises:
            TaskDeferred: It goes on afterwards.
        """
        # Loads SQLAlchemy.
        from airflow.providers.standard.triggers.temporal import DateTimeTrigger  # noqa: PLC0415

        from airflow_provider_booking.hooks.numbers import number  # noqa: PLC0415  (heavy)

        now = datetime.now(UTC)
        since, before = self._waiting or (now, done)
        if done > before:
            since = now
        done = max(done, before)  # what was done once and had to be begun anew is no progress
        if now - since >= IN_VAIN:
            self.log.warning("Nothing got done since %s", _shown(since))
            return
        wait = max(seconds, number("longest_wait"))
        wait += SystemRandom().uniform(0, min(wait * JITTER, MOST_JITTER))
        until = now + timedelta(seconds=wait)
        self.log.info("Waiting until %s, without a worker slot: %s", _shown(until), why)
        self.defer(
            trigger=DateTimeTrigger(moment=until),
            method_name="go_on",
            kwargs={"since": since.isoformat(), "done": done},
        )

    def wait_if_told(self, error: Exception) -> None:
        """Defer the task where it is certain that nothing changed, and the vendor says when to come back.

        Args:
            error: What a vendor's client raised.

        Raises:
            TaskDeferred: It goes on afterwards.
        """
        if seconds := wait_asked_for(error):
            self.wait_outside(seconds, str(error))

    def go_on(self, context: Context, event: Any = None, *, since: str, done: int) -> Any:
        """Begin again after a wait; Airflow calls it.

        Args:
            context: The task's.
            event: The moment that was waited for.
            since: Since when nothing got done: ISO 8601 with an offset.
            done: How much had been done by then.
        """
        del event
        self._waiting = datetime.fromisoformat(since), done
        execute: Any = self.execute  # without types in Airflow
        return execute(context)


def wait_asked_for(error: Exception) -> float:
    """Seconds after which a vendor says to come back; 0 where none says so, or something may have changed."""
    from airflow_provider_booking.bookings import NotApplied  # noqa: PLC0415  (heavy)

    return (error.retry_after or 0) if isinstance(error, NotApplied) and error.retryable else 0


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}Z"
