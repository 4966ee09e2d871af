"""Airflow operators for many bookings: plan a change set, approve it, apply it, report on it.

A change set lives in the ledger at ``[booking] ledger_url``. Running any of these tasks again is right. Where
a vendor asks for a wait longer than ``[booking] longest_wait``, a task is deferred until then, and goes on.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from airflow_provider_booking.operators.approval import ApproveBookingChangesOperator
from airflow_provider_booking.operators.ledger_task import LedgerOperator, asked_at, run_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Context

    from airflow_provider_booking.change_sets.apply import Applied
    from airflow_provider_booking.change_sets.ledger import Ledger
    from airflow_provider_booking.change_sets.plan import PlanRequest

__all__ = [
    "ApplyBookingChangesOperator",
    "ApproveBookingChangesOperator",
    "PlanBookingChangesOperator",
    "ReportBookingChangesOperator",
    "RevertBookingChangesOperator",
]


class PlanBookingChangesOperator(LedgerOperator):
    r"""Plan a change set: read what is, say what shall be. Nothing is written to a vendor.

    Every row of the source becomes an item with exactly one outcome: ``planned``, ``unchanged``, ``refused``
    (a bad row costs that row only) or ``held`` (it could not be read).

    Args:
        source: Which bookings; a dict with one of these members, or a template of one in a DAG that has
            ``render_template_as_native_obj=True``:
            ``{"ids": [...]}``, ``{"file": "path or URL"}`` (CSV, JSON or Parquet; also a report),
            ``{"sql": "SELECT ...", "conn_id": "..."}``, ``{"search": {...}}``, the vendor's own list, or
            ``{"report": "change set id"}``, what that change set did not do. A report's rows are picked by
            ``"outcomes": ["held", ...]`` beside it.
            Files and queries have the column ``booking_id`` and any of ``conn_id``, ``start``, ``end``,
            ``time_zone``, ``title``, ``description`` and ``changes`` (JSON in vendor field names). An empty
            cell leaves a field as it is, ``\N`` clears it.
        change: What each booking shall become, where the source only names bookings: ``{"shift": "PT2H"}``
            (wall-clock time in the booking's zone), ``{"move_to_date": "2026-12-01"}``, ``{"set": {...}}``
            in neutral fields, ``{"changes": {...}}`` in vendor field names, ``{"close": {"resource": ...,
            "from": ..., "to": ..., "move_to": ...}}`` for a room or zone that is closed, or
            ``{"replace_host": {"from": ..., "to": ...}}`` for a person who leaves.
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
        AirflowException: The ledger could not be reached, or a vendor asks to slow down without saying until
            when; a retry goes on from there.
    """

    makes_ledger = True
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

    async def work(self, ledger: Ledger, context: Context) -> dict[str, Any]:
        """See the class."""
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
            "report": await self.report(ledger, found, part="plan"),
        }

    def plans_under(self, context: Context) -> str:
        """See the class."""
        return str(self.key or run_key(context, self.task_id, of_task=False))

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
            key=self.plans_under(context),
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


class ApplyBookingChangesOperator(LedgerOperator):
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
        self._digest_is_given = digest is not None
        self.conn_id = conn_id
        self.canary = canary
        self.max_refused = max_refused
        self.max_unknown = max_unknown

    async def work(self, ledger: Ledger, context: Context) -> dict[str, Any]:
        """See the class."""
        from airflow_provider_booking.change_sets.apply import apply  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.change_sets.applying import Limits  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.hooks.connecting import connect  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.hooks.places import lease_seconds  # noqa: PLC0415  (heavy)

        conn_id = self.conn_id or None
        applied = await apply(
            self.change_set_id,
            digest=self._approved(),
            conn_id=conn_id,
            limits=Limits(self.canary, self.max_refused, self.max_unknown),
            asked_at=asked_at(context),
            lease_seconds=lease_seconds(),
            ledger=ledger,
            connect=connect,
            say=self.log.info,
        )
        self.wait_for_vendors(applied)
        part = f"connection-{conn_id}" if conn_id else ""
        report = await self.report(ledger, self.change_set_id, part=part, conn_id=conn_id)
        judge(applied, report, max_refused=self.max_refused, max_unknown=self.max_unknown)
        return {"change_set_id": self.change_set_id, "counts": applied.counts, "report": report}

    def _approved(self) -> str | None:
        """The digest that was approved; None where the DAG asks for no approval.

        Raises:
            InvalidInput: The DAG names one, and whoever should give it gave none.
        """
        from airflow_provider_booking.bookings import InvalidInput  # noqa: PLC0415  (heavy)

        if self._digest_is_given and not self.digest:
            raise InvalidInput("digest is empty: nobody approved", hint="let the approval come first")
        return self.digest


class RevertBookingChangesOperator(LedgerOperator):
    """Take a change set back: plan the way back from the before-images, and apply it.

    It is a change set of its own. Only what is still as it was left is taken back; what somebody touched
    since is ``held``. What cannot be taken back is in the warnings of its report. What is still open of the
    change set is stopped first. Run again, nothing is sent a second time; to restore what was taken back,
    revert the revert, whose id is in the result.

    Args:
        change_set_id: Which one, from the plan's XCom.
        notify: Who is told, as for a plan; None: as in the change set that is taken back.
        include_past: Whether bookings that have begun may be changed as well, or moved into the past.
        canary: As in :class:`ApplyBookingChangesOperator`.
        max_refused: As there.
        max_unknown: As there.

    Raises:
        AirflowFailException: There is no such change set, it was not planned to its end, or more than
            ``max_refused`` were refused.
        AirflowException: More than ``max_unknown`` ended unknown, or it was stopped before its end; a retry
            goes on from there.
    """

    template_fields: Sequence[str] = ("change_set_id", "notify")

    def __init__(
        self,
        *,
        change_set_id: str,
        notify: str | None = None,
        include_past: bool = False,
        canary: int = 5,
        max_refused: int | None = None,
        max_unknown: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.change_set_id = change_set_id
        self.notify = notify
        self.include_past = include_past
        self.canary = canary
        self.max_refused = max_refused
        self.max_unknown = max_unknown

    async def work(self, ledger: Ledger, context: Context) -> dict[str, Any]:
        """See the class."""
        from airflow_provider_booking.change_sets.applying import Limits  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.change_sets.revert import revert  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.hooks.connecting import connect  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.hooks.places import lease_seconds  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.vendors.planning import Notify  # noqa: PLC0415

        reverted = await revert(
            self.change_set_id,
            key=self.plans_under(context),
            limits=Limits(self.canary, self.max_refused, self.max_unknown),
            include_past=self.include_past,
            notify=_choice("notify", self.notify, Notify) if self.notify else None,
            asked_at=asked_at(context),
            lease_seconds=lease_seconds(),
            ledger=ledger,
            connect=connect,
            say=self.log.info,
        )
        self.wait_for_vendors(reverted.applied)
        report = await self.report(ledger, reverted.change_set_id)
        judge(reverted.applied, report, max_refused=self.max_refused, max_unknown=self.max_unknown)
        return {
            "change_set_id": reverted.change_set_id,
            "reverts": self.change_set_id,
            "counts": reverted.applied.counts,
            "report": report,
        }

    def plans_under(self, context: Context) -> str:
        """See the class."""
        return f"revert {self.change_set_id} {run_key(context, self.task_id, of_task=True)}"


class ReportBookingChangesOperator(LedgerOperator):
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

    async def work(self, ledger: Ledger, context: Context) -> dict[str, Any]:
        """See the class."""
        del context
        await asyncio.to_thread(ledger.change_set, self.change_set_id)
        return {
            "change_set_id": self.change_set_id,
            "counts": await asyncio.to_thread(ledger.counts, self.change_set_id),
            "report": await self.report(ledger, self.change_set_id),
        }


def judge(applied: Applied, report: str, *, max_refused: int | None, max_unknown: int) -> None:
    """Fail the task where applying came to a bad end; each connection is judged by itself.

    Raises:
        AirflowFailException: A retry would come to the same end.
        AirflowException: A retry goes on.
    """
    counts = applied.counts
    said = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if outcome != "total")
    for conn_id, of_it in applied.by_connection.items():
        where = f"{conn_id or 'rows without a connection'}: "
        refused, unknown = of_it.get("refused", 0), of_it.get("unknown", 0)
        if max_refused is not None and refused > max_refused:
            raise AirflowFailException(
                f"{where}{refused} were refused, and max_refused is {max_refused} ({said}): see {report}"
            )
        if unknown > max_unknown and not applied.by_hand:
            raise AirflowException(
                f"{where}of {unknown} it is not known what became of them, and max_unknown is {max_unknown} "
                f"({said}): run the task again, which reads them back before it sends anything; see {report}"
            )
    if applied.by_hand is not None:
        raise AirflowFailException(
            f"{applied.by_hand} ({said}): start a new run, or clear the task, to go on; see {report}"
        )
    if applied.stopped:
        why = "; ".join(f"{conn_id}: {sentence}" for conn_id, sentence in applied.stopped.items())
        raise AirflowException(f"stopped ({said}): {why}; run the task again to go on; see {report}")


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
