"""What every task on the ledger has in common: opening it, one sentence for what is wrong, the report."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from airflow_provider_booking.operators.long_waits import WaitingOperator, wait_asked_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflow.sdk import Context

    from airflow_provider_booking.change_sets.apply import Applied
    from airflow_provider_booking.change_sets.ledger import Ledger


class LedgerOperator(WaitingOperator):
    """Opens the ledger, and turns what is wrong into one sentence."""

    makes_ledger: ClassVar[bool] = False
    """Whether the task may be the first one that uses the ledger."""

    def __init__(self, **kwargs: Any) -> None:
        # So that other tasks can take members by name: `plan.output["change_set_id"]`.
        kwargs.setdefault("multiple_outputs", True)
        super().__init__(**kwargs)

    async def aexecute(self, context: Context) -> dict[str, Any]:
        """Do the work.

        Returns:
            A small dict of ids and counts; JSON only.

        Raises:
            AirflowFailException: A retry would fail the same way.
            AirflowException: A retry may succeed.
            TaskDeferred: A vendor asked for a long wait; afterwards the task goes on.
        """
        from airflow_provider_booking.bookings import NotApplied  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.hooks.numbers import patience  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.hooks.places import check_sharing, open_ledger  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.operators.storage import check_report_place  # noqa: PLC0415  (heavy)

        with in_one_sentence():
            patience()  # wrong for one booking, wrong for all
            check_sharing()
            # In a thread: object storage may look up a connection, which must not block the loop.
            await asyncio.to_thread(check_report_place)
            ledger = await asyncio.to_thread(open_ledger, make=self.makes_ledger)
            with ledger:
                try:
                    return await self.work(ledger, context)
                except NotApplied as error:
                    if seconds := wait_asked_for(error):
                        done = await asyncio.to_thread(self._planned_so_far, ledger, context)
                        self.wait_outside(seconds, str(error), done=done)
                    raise

    async def work(self, ledger: Ledger, context: Context) -> dict[str, Any]:
        """Do the work, with the ledger open; what it raises becomes one sentence."""
        raise NotImplementedError

    def plans_under(self, context: Context) -> str | None:
        """The key under which this task plans a change set; None where it plans none."""
        del context
        return None

    def _planned_so_far(self, ledger: Ledger, context: Context) -> int:
        key = self.plans_under(context)
        found = None if key is None else ledger.named(key)
        if found is None:
            return 0
        return _done(ledger.counts(found), unread=sum(ledger.count_unread(found).values()))

    def wait_for_vendors(self, applied: Applied) -> None:
        """Defer the task where applying stopped only because vendors asked for long waits.

        No report is written before: this one goes on, and that of the end tells of every row.

        Raises:
            TaskDeferred: It goes on afterwards.
        """
        if applied.go_on_in is None:
            return
        counts = ", ".join(f"{count} {outcome}" for outcome, count in applied.counts.items())
        why = "; ".join(f"{conn_id}: {sentence}" for conn_id, sentence in applied.stopped.items())
        self.wait_outside(applied.go_on_in, f"{why} ({counts})", done=_done(applied.counts))

    async def report(
        self, ledger: Ledger, change_set_id: str, *, part: str = "", conn_id: str | None = None
    ) -> str:
        """Write a report and return where it lies.

        Raises:
            BooksDoNotBalance: An item has no outcome, or the counts do not add up.
        """
        from airflow_provider_booking.change_sets.report import write_report  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.operators.storage import ReportFolder  # noqa: PLC0415  (heavy)

        def write() -> str:
            folder = ReportFolder(change_set_id, part)
            return write_report(ledger, change_set_id, folder, conn_id=conn_id).url

        url = await asyncio.to_thread(write)
        self.log.info("Report: %s", url)
        return url


def _done(counts: Mapping[str, int], *, unread: int = 0) -> int:
    """How much of a change set is done: an item counts once when it was read, once more when it is closed.

    Args:
        counts: Items by outcome, and ``total``.
        unread: How many of them planning has not read yet.
    """
    from airflow_provider_booking.bookings import Outcome  # noqa: PLC0415  (heavy)
    from airflow_provider_booking.change_sets.items import OPEN  # noqa: PLC0415  (heavy)

    # What is held may be so only because its vendor asks for a wait: that is no end.
    still_open = sum(counts.get(outcome, 0) for outcome in OPEN | {Outcome.HELD})
    return 2 * counts["total"] - unread - still_open


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """Turn what is wrong into one sentence, and say whether a retry makes sense.

    Raises:
        AirflowFailException: A retry would fail the same way.
        AirflowException: A retry may succeed.
    """
    from airflow_provider_booking.bookings import BookingError  # noqa: PLC0415  (heavy)
    from airflow_provider_booking.change_sets.leasing import LeaseLost  # noqa: PLC0415
    from airflow_provider_booking.change_sets.ledger import LedgerUnavailable  # noqa: PLC0415  (heavy)
    from airflow_provider_booking.change_sets.report import BooksDoNotBalance  # noqa: PLC0415  (heavy)

    try:
        yield
    except BookingError as error:
        kind = AirflowException if error.retryable else AirflowFailException
        # The text says all there is to say; the chain would only repeat it.
        raise kind(str(error)) from None
    except BooksDoNotBalance as error:
        raise AirflowFailException(str(error)) from None
    except (LedgerUnavailable, LeaseLost) as error:
        raise AirflowException(str(error)) from None


def asked_at(context: Context) -> datetime | None:
    """When a task's run was begun, or begun again by a clear; None outside of a run.

    A retry is not asked for anew: a stop that somebody asked for meanwhile holds for it.
    """
    started = getattr(context.get("dag_run"), "start_date", None)
    return started if isinstance(started, datetime) else None


def run_key(context: Context, task_id: str, *, of_task: bool) -> str:
    """Names a change set by the run that plans it, so that a retry goes on with it.

    Args:
        context: The task's.
        task_id: The task.
        of_task: Whether it is the task's own; else it is the run's.
    """
    run: Any = context.get("dag_run")
    if run is None:
        # Outside of any run there is nothing that a second planning could have in common with this one.
        return f"{task_id}/{uuid.uuid4()}"
    key = f"{run.dag_id}/{run.run_id}"
    if of_task:
        map_index = getattr(context.get("task_instance"), "map_index", -1)
        key += f"/{task_id}" if map_index < 0 else f"/{task_id}/{map_index}"
    return key
