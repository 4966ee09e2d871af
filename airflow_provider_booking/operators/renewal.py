"""The Airflow operator that keeps Feishu and Lark VC reserves alive: a change set with a rule of its own."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.sdk.observability import stats

from airflow_provider_booking.hooks.feishu import FeishuHook
from airflow_provider_booking.operators.ledger_task import LedgerOperator, asked_at, run_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Context

    from airflow_provider_booking.change_sets.apply import Applied
    from airflow_provider_booking.change_sets.ledger import Ledger
    from airflow_provider_booking.change_sets.plan import PlanRequest
    from airflow_provider_booking.change_sets.renewals import Renewals
    from airflow_provider_booking.change_sets.sources import Source
    from airflow_provider_booking.vendors.client import VendorClient

SMALLEST_LIFE = "booking.feishu.smallest_remaining_life_seconds"
"""A gauge: what is left to whichever living reserve expires first. Tag: the connection."""
EXPIRED = "booking.feishu.expired_reserves"
"""A gauge: how many of the reserves have expired. Tag: the connection."""

_BEGIN_WITHIN = timedelta(hours=24)


class FeishuRenewReservesOperator(LedgerOperator):
    """Keep reserves alive (docs/vendors/feishu.md, "Renewal").

    A reserve of which less than ``renew_within`` is left lives until ``extend_to`` from now afterwards: never
    shorter than before, never beyond the vendor's 30 days less a margin, by the vendor's own clock. Nothing
    but ``end_time`` is sent. Those that expire first come first. What one run misses the next one catches up
    on, as each judges by what is left. Run again, the task goes on with its run's plan where it stopped;
    after an outage, or when a file or a query says something else, it is a new run that judges anew.

    Args:
        reserve_ids: A list of ids; or, as ``source`` of a plan, ``{"ids": [...]}``, ``{"file": "..."}`` or
            ``{"sql": "SELECT ...", "conn_id": "..."}`` with the column ``booking_id``. JSON text of any of
            these will do, as a Variable holds it. An empty list skips the task.
        renew_within: A reserve is due when less than this is left of its life.
        extend_to: How far ahead of now it shall expire then; at most 30 days.
        until: Reserves are kept alive no longer than until then: an aware datetime or ISO 8601 with an
            offset. None or empty: for ever.
        feishu_conn_id: The Airflow connection of reserves that name none.

    Raises:
        AirflowFailException: Reserves have expired, or could for another reason not be kept alive that a
            retry does not mend; all others were renewed before. Or an argument is wrong; nothing was sent.
        AirflowException: Some reserves could not be read or renewed this time; a retry goes on from there.
        AirflowSkipException: ``reserve_ids`` is an empty list.
    """

    makes_ledger = True
    template_fields: Sequence[str] = ("reserve_ids", "until", "feishu_conn_id")
    template_fields_renderers = {"reserve_ids": "json"}  # noqa: RUF012  (as Airflow declares it)

    def __init__(
        self,
        *,
        reserve_ids: Sequence[Any] | Mapping[str, Any] | str,
        renew_within: timedelta = timedelta(days=20),
        extend_to: timedelta = timedelta(days=29),
        until: datetime | str | None = None,
        feishu_conn_id: str = FeishuHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.reserve_ids = reserve_ids
        self.renew_within = renew_within
        self.extend_to = extend_to
        self.until = until
        self.feishu_conn_id = feishu_conn_id

    async def work(self, ledger: Ledger, context: Context) -> dict[str, Any]:
        """See the class."""
        from airflow_provider_booking.change_sets.apply import apply, asked_since  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.change_sets.applying import Limits  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.change_sets.plan import plan  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.hooks.places import lease_seconds  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.operators.storage import open_rows  # noqa: PLC0415  (heavy)

        request = self._request(context)
        await asyncio.to_thread(ledger.forget_old)
        clocks = _Clocks()
        # Before anything is read: a stop that is asked for meanwhile holds.
        since = await asyncio.to_thread(asked_since, ledger, asked_at(context))
        planned = await plan(
            request, ledger=ledger, connect=clocks.connect, open_rows=open_rows, say=self.log.info
        )
        applied = await apply(
            planned.change_set_id,
            digest=None,
            conn_id=None,
            # One odd reserve must not cost the others their number: nothing but the vendor stops this.
            limits=Limits(canary=0, max_refused=None, max_unknown=sys.maxsize),
            asked_at=since,
            lease_seconds=lease_seconds(),
            ledger=ledger,
            connect=clocks.connect,
            say=self.log.info,
        )
        renewals = await asyncio.to_thread(_looked_at, ledger, planned.change_set_id, clocks)
        _measure(renewals)
        self.wait_for_vendors(applied)
        report = await self.report(ledger, planned.change_set_id)
        self._judge(renewals, applied, report)
        return {
            "change_set_id": planned.change_set_id,
            "counts": applied.counts,
            "smallest_remaining_seconds": min(renewals.smallest_life.values(), default=None),
            "report": report,
        }

    def plans_under(self, context: Context) -> str:
        """See the class."""
        return self._request(context).key

    def _request(self, context: Context) -> PlanRequest:
        """Check the arguments.

        Raises:
            InvalidInput: One is wrong.
            AirflowSkipException: There is nothing to do.
        """
        from airflow_provider_booking.change_sets.items import Kind  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.change_sets.plan import PlanRequest  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.change_sets.rows import Wish  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.change_sets.wall_time import OnDst  # noqa: PLC0415
        from airflow_provider_booking.vendors.feishu.renewal import parse_renewing  # noqa: PLC0415
        from airflow_provider_booking.vendors.planning import Notify  # noqa: PLC0415

        renewing = parse_renewing(self.renew_within, self.extend_to, self.until)
        asked = [self.reserve_ids, renewing.model_dump(mode="json"), self.feishu_conn_id]
        arguments = hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()
        return PlanRequest(
            # A list that was mended is planned anew as soon as the task is cleared. All else is not: what was
            # not due when this run was planned is for the next run to see.
            key=f"{run_key(context, self.task_id, of_task=True)} {arguments[:8]}",
            arguments=arguments,
            source=self._source(),
            change=Wish(renew=renewing),
            conn_id=self.feishu_conn_id,
            notify=Notify.VENDOR_DEFAULT,
            on_dst=OnDst.REFUSE,
            include_past=True,  # the rule says by itself what has expired
            allow_empty=False,
            expires_in=_BEGIN_WITHIN.total_seconds(),
            kind=Kind.RENEWAL,
            asks_nobody=True,
        )

    def _source(self) -> Source:
        from airflow_provider_booking.bookings import InvalidInput  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.change_sets.sources import Search, parse_source  # noqa: PLC0415

        given = self.reserve_ids
        if isinstance(given, str):
            given = _of_json(given)
        if isinstance(given, list | tuple):
            if not given:
                raise AirflowSkipException(
                    "reserve_ids is an empty list: no reserve is kept alive. Name those that shall be"
                )
            given = {"ids": given}
        try:
            source = parse_source(given)
        except InvalidInput as error:
            problem, hint = f"reserve_ids: {error.problem}", error.hint
        else:
            if not isinstance(source, Search):
                return source
            problem, hint = "reserve_ids: Feishu has no call that lists reserves", "give ids, a file or sql"
        raise InvalidInput(problem, hint=hint)

    def _judge(self, renewals: Renewals, applied: Applied, report: str) -> None:
        """Say what was not kept alive, and fail where somebody has to do something about it."""
        from airflow_provider_booking.change_sets.report.words import MEANING  # noqa: PLC0415  (heavy)

        for (outcome, reason), ids in renewals.named.items():
            count = renewals.not_kept[outcome, reason]
            more = f" and {count - len(ids)} more" if count > len(ids) else ""
            meaning = MEANING[reason] if reason else ""
            self.log.warning("%s, %s: %s%s. %s", outcome, reason, ", ".join(ids), more, meaning)
        failures = renewals.failures
        if not failures and not applied.stopped:
            return
        said = ", ".join(f"{count} {outcome}, {reason}" for (outcome, reason), count in failures.items())
        why = "".join(f"; {conn_id}: {sentence}" for conn_id, sentence in applied.stopped.items())
        text = f"not kept alive: {sum(failures.values())} of {renewals.total} reserves ({said}{why})"
        if renewals.to_go_on:
            raise AirflowException(f"{text}: run the task again to go on; see {report}")
        raise AirflowFailException(f"{text}: see {report}")


def _of_json(text: str) -> Any:
    """What a Variable says, where Airflow hands it on as it is written."""
    from airflow_provider_booking.bookings import InvalidInput  # noqa: PLC0415  (heavy)

    try:
        return json.loads(text)
    except ValueError:
        pass
    raise InvalidInput(
        "reserve_ids is not JSON",
        hint='write ["6911...", ...], {"file": "..."} or {"sql": "...", "conn_id": "..."}',
    )


class _Clocks:
    """Connects, and tells the time of whom was called, as the last answer had it."""

    def __init__(self) -> None:
        self._clients: dict[str, VendorClient[Any, Any]] = {}

    async def connect(self, conn_id: str) -> VendorClient[Any, Any]:
        from airflow_provider_booking.hooks.connecting import connect  # noqa: PLC0415  (heavy)

        self._clients[conn_id] = await connect(conn_id)
        return self._clients[conn_id]

    def now(self, conn_id: str) -> datetime:
        """The vendor's time, aware; ours where nobody was called."""
        from airflow_provider_booking.vendors.feishu.client import FeishuClient  # noqa: PLC0415  (heavy)

        client = self._clients.get(conn_id)
        return client.vendor_now() if isinstance(client, FeishuClient) else datetime.now(UTC)


def _looked_at(ledger: Ledger, change_set_id: str, clocks: _Clocks) -> Renewals:
    from airflow_provider_booking.change_sets.renewals import Renewals  # noqa: PLC0415  (heavy)

    renewals = Renewals(clocks.now)
    for item in ledger.items(change_set_id):
        renewals.add(item)
    return renewals


def _measure(renewals: Renewals) -> None:
    # A StatsD without tags keeps what came last: let that be the worst.
    for conn_id, seconds in sorted(renewals.smallest_life.items(), key=lambda each: -each[1]):
        stats.gauge(SMALLEST_LIFE, seconds, tags={"conn_id": conn_id})
    for conn_id, count in sorted(renewals.expired.items(), key=lambda each: each[1]):
        stats.gauge(EXPIRED, count, tags={"conn_id": conn_id})
