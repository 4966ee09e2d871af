"""Airflow operators for many bookings: plan a change set, apply it, report on it.

A change set lives in the ledger at ``[booking] ledger_url``. Running any of these tasks again is right.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseAsyncOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Context

    from airflow_provider_booking.change_sets.apply import Applied
    from airflow_provider_booking.change_sets.ledger import Ledger
    from airflow_provider_booking.change_sets.plan import PlanRequest


class _ChangeSetOperator(BaseAsyncOperator):
    """Opens the ledger, and turns what is wrong into one sentence."""

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
        """
        from airflow_provider_booking.bookings import BookingError  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.change_sets.leasing import LeaseLost  # noqa: PLC0415
        from airflow_provider_booking.change_sets.ledger import LedgerUnavailable  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.change_sets.report import BooksDoNotBalance  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.operators.storage import (  # noqa: PLC0415  (heavy)
            check_report_place,
            open_ledger,
        )

        try:
            # In a thread: object storage may look up a connection, which must not block the loop.
            await asyncio.to_thread(check_report_place)
            ledger = await asyncio.to_thread(open_ledger)
            with ledger:
                return await self._work(ledger, context)
        except BookingError as error:
            kind = AirflowException if error.retryable else AirflowFailException
            # The text says all there is to say; the chain would only repeat it.
            raise kind(str(error)) from None
        except BooksDoNotBalance as error:
            raise AirflowFailException(str(error)) from None
        except (LedgerUnavailable, LeaseLost) as error:
            raise AirflowException(str(error)) from None

    async def _work(self, ledger: Ledger, context: Context) -> dict[str, Any]:
        raise NotImplementedError

    async def _report(
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


class PlanBookingChangesOperator(_ChangeSetOperator):
    r"""Plan a change set: read what is, say what shall be. Nothing is written to a vendor.

    Every row of the source becomes an item with exactly one outcome: ``planned``, ``unchanged``, ``refused``
    (a bad row costs that row only) or ``held`` (it could not be read).

    Args:
        source: Which bookings; a dict with one of these members, or a template of one in a DAG that has
            ``render_template_as_native_obj=True``:
            ``{"ids": [...]}``, ``{"file": "path or URL"}`` (CSV, JSON lines or Parquet),
            ``{"sql": "SELECT ...", "conn_id": "..."}``, or ``{"search": {...}}``, the vendor's own list.
            Files and queries have the column ``booking_id`` and any of ``conn_id``, ``start``, ``end``,
            ``time_zone``, ``title``, ``description`` and ``changes`` (JSON in vendor field names). An empty
            cell leaves a field as it is, ``\N`` clears it.
        change: What each booking shall become, where the source only names bookings: ``{"shift": "PT2H"}``
            (wall-clock time in the booking's zone), ``{"move_to_date": "2026-12-01"}``, ``{"set": {...}}``
            in neutral fields, or ``{"changes": {...}}`` in vendor field names.
        conn_id: The connection of rows that name none.
        key: Names the change set; planning under the same key again gives the same one, so that a relative
            change is never planned twice. By default dag id and run id.
        notify: ``vendor_default``, ``none`` or ``once``. ``none`` is refused at a vendor that cannot be
            silenced.
        on_dst: What to do with wall-clock times that do not exist or exist twice: ``refuse``, ``later`` or
            ``earlier``.
        include_past: Whether bookings that have begun may be changed, or moved into the past.
        allow_empty: Whether a source without any row is no error.
        expires_in: For how long the plan may be begun to apply.

    Raises:
        AirflowFailException: An argument is wrong, the source cannot be read or names no booking, or the key
            was used for something else.
        AirflowException: The ledger could not be reached.
    """

    template_fields: Sequence[str] = ("source", "change", "conn_id", "key", "notify", "on_dst")
    template_fields_renderers = {"source": "json", "change": "json"}  # noqa: RUF012  (as Airflow declares it)

    def __init__(
        self,
        *,
        source: Mapping[str, Any] | str,
        change: Mapping[str, Any] | str | None = None,
        conn_id: str | None = None,
        key: str | None = None,
        notify: str = "vendor_default",
        on_dst: str = "refuse",
        include_past: bool = False,
        allow_empty: bool = False,
        expires_in: timedelta = timedelta(hours=24),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.change = change
        self.conn_id = conn_id
        self.key = key
        self.notify = notify
        self.on_dst = on_dst
        self.include_past = include_past
        self.allow_empty = allow_empty
        self.expires_in = expires_in

    async def _work(self, ledger: Ledger, context: Context) -> dict[str, Any]:
        from airflow_provider_booking.change_sets.plan import plan  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.hooks.connecting import connect  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.operators.storage import open_rows  # noqa: PLC0415  (heavy)

        forgotten = await asyncio.to_thread(ledger.forget_old)
        if forgotten:
            self.log.info("Forgot %d change sets that are older than [booking] keep_days", forgotten)
        planned = await plan(
            self._request(context), ledger=ledger, connect=connect, open_rows=open_rows, say=self.log.info
        )
        found = planned.change_set_id
        return {
            "change_set_id": found,
            "digest": planned.digest,
            "conn_ids": await asyncio.to_thread(ledger.conn_ids, found),
            "counts": await asyncio.to_thread(ledger.counts, found),
            "eta_seconds": planned.eta_seconds,
            "report": await self._report(ledger, found, part="plan"),
        }

    def _request(self, context: Context) -> PlanRequest:
        """Check the arguments.

        Raises:
            InvalidInput: One is wrong.
        """
        from airflow_provider_booking.change_sets.plan import PlanRequest  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.change_sets.sources import parse_source  # noqa: PLC0415
        from airflow_provider_booking.change_sets.sources.change import parse_change  # noqa: PLC0415
        from airflow_provider_booking.change_sets.wall_time import OnDst  # noqa: PLC0415
        from airflow_provider_booking.vendors.planning import Notify  # noqa: PLC0415

        asked: list[Any] = [self.source, self.change or None, self.conn_id or None, self.notify, self.on_dst]
        asked += [self.include_past, self.allow_empty]
        return PlanRequest(
            key=str(self.key or self._default_key(context)),
            arguments=hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest(),
            source=parse_source(self.source),
            change=parse_change(self.change or None),
            conn_id=self.conn_id or None,
            notify=_choice("notify", self.notify, Notify),
            on_dst=_choice("on_dst", self.on_dst, OnDst),
            include_past=self.include_past,
            allow_empty=self.allow_empty,
            expires_in=_seconds("expires_in", self.expires_in),
        )

    def _default_key(self, context: Context) -> str:
        run: Any = context.get("dag_run")
        if run is not None:
            return f"{run.dag_id}/{run.run_id}"
        # Outside of any run there is nothing that a second planning could have in common with this one.
        return f"{self.task_id}/{uuid.uuid4()}"


class ApplyBookingChangesOperator(_ChangeSetOperator):
    """Apply a planned change set, or one connection's part of it.

    Earliest booking first; what stands in another one's way moves before it. Each booking is read again, held
    if somebody touched it since, written down as about to be sent, sent, and checked. Run again, the task
    goes on where it stopped: nothing that was applied is sent a second time.

    Args:
        change_set_id: Which one, from the plan's XCom.
        digest: The plan that was approved; where it is given, no other one is applied.
        conn_id: Only this connection's part, for one mapped task a connection.
        canary: So many bookings are sent first, each read back once more. If one does not stay as it was
            left, or it is not known what became of it, or all are refused, the rest is left alone.
        max_refused: Stop when more than so many are refused; None: never.
        max_unknown: Stop when of more than so many it is not known what became of them.

    Raises:
        AirflowFailException: More than ``max_refused`` were refused, or the books do not balance; or it may
            not be applied: another digest than the approved one, expired, a connection that now points
            elsewhere. Then nothing was sent.
        AirflowException: More than ``max_unknown`` ended unknown, or it was stopped before its end; a retry
            goes on from there.
    """

    template_fields: Sequence[str] = ("change_set_id", "digest", "conn_id")

    def __init__(
        self,
        *,
        change_set_id: str,
        digest: str | None = None,
        conn_id: str | None = None,
        canary: int = 5,
        max_refused: int | None = None,
        max_unknown: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.change_set_id = change_set_id
        self.digest = digest
        self.conn_id = conn_id
        self.canary = canary
        self.max_refused = max_refused
        self.max_unknown = max_unknown

    async def _work(self, ledger: Ledger, context: Context) -> dict[str, Any]:
        del context
        from airflow_provider_booking.change_sets.apply import apply  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.change_sets.applying import Limits  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.hooks.connecting import connect  # noqa: PLC0415  (heavy)

        conn_id = self.conn_id or None
        applied = await apply(
            self.change_set_id,
            digest=self.digest or None,
            conn_id=conn_id,
            limits=Limits(self.canary, self.max_refused, self.max_unknown),
            ledger=ledger,
            connect=connect,
            say=self.log.info,
        )
        part = f"connection-{conn_id}" if conn_id else ""
        report = await self._report(ledger, self.change_set_id, part=part, conn_id=conn_id)
        self._judge(applied, report)
        return {"change_set_id": self.change_set_id, "counts": applied.counts, "report": report}

    def _judge(self, applied: Applied, report: str) -> None:
        counts = applied.counts
        said = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if outcome != "total")
        refused, unknown = counts.get("refused", 0), counts.get("unknown", 0)
        if self.max_refused is not None and refused > self.max_refused:
            raise AirflowFailException(
                f"{refused} were refused, and max_refused is {self.max_refused} ({said}): see {report}"
            )
        if unknown > self.max_unknown:
            raise AirflowException(
                f"of {unknown} it is not known what became of them, and max_unknown is {self.max_unknown} "
                f"({said}): run the task again, which reads them back before it sends anything; see {report}"
            )
        if applied.stopped:
            why = "; ".join(f"{conn_id}: {sentence}" for conn_id, sentence in applied.stopped.items())
            raise AirflowException(f"stopped ({said}): {why}; run the task again to go on; see {report}")


class ReportBookingChangesOperator(_ChangeSetOperator):
    """Write the report on a whole change set: a summary, and every item as CSV and as JSON lines.

    Args:
        change_set_id: Which one, from the plan's XCom.

    Raises:
        AirflowFailException: There is no such change set, or the books do not balance.
    """

    template_fields: Sequence[str] = ("change_set_id",)

    def __init__(self, *, change_set_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.change_set_id = change_set_id

    async def _work(self, ledger: Ledger, context: Context) -> dict[str, Any]:
        del context
        await asyncio.to_thread(ledger.change_set, self.change_set_id)
        return {
            "change_set_id": self.change_set_id,
            "counts": await asyncio.to_thread(ledger.counts, self.change_set_id),
            "report": await self._report(ledger, self.change_set_id),
        }


def _choice(name: str, value: Any, choices: Any) -> Any:
    from airflow_provider_booking.bookings import InvalidInput  # noqa: PLC0415  (heavy)

    try:
        return choices(value)
    except ValueError:
        known = " or ".join(str(each) for each in choices)
        raise InvalidInput(f"{name} must be {known}", hint="use one of these") from None


def _seconds(name: str, value: Any) -> float:
    from airflow_provider_booking.bookings import InvalidInput  # noqa: PLC0415  (heavy)

    if not isinstance(value, timedelta):
        raise InvalidInput(f"{name} is a {type(value).__name__}", hint="give a timedelta")
    return value.total_seconds()
