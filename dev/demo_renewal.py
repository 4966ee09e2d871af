"""The demo's reserves: some are due, some are not, some have expired, some are another app's."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from airflow_provider_booking.sandbox import Sandbox
from dev.airflow_api import AirflowApi
from dev.demo_console import console, short, step
from dev.demo_report import items_of
from dev.demo_watch import Watch

DAG_ID = "feishu_reserve_renewal"
VARIABLE = "feishu_reserves"
DAY = 86_400
RENEW_WITHIN = 20 * DAY  # as the DAG says
OWN_APP = "cli_sandbox"

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """A kind of reserve, and what is to become of it.

    Attributes:
        name: What it is called in the table.
        outcome: What the report is to say.
        reason: Why.
    """

    name: str
    outcome: str
    reason: str | None = None


DUE = Kind("due: less than 20 days left", "applied")
NOT_DUE = Kind("not due", "unchanged")
EXPIRED = Kind("expired", "refused", "lost.expired")
NOT_OWN = Kind("another app's", "refused", "auth.forbidden")


@dataclass(frozen=True)
class Kept:
    """A reserve on the list, and what became of it.

    Attributes:
        kind: What it was.
        outcome: What the report says.
        reason: Why, by the report.
        left_before: Seconds that were left of it before the run.
        left_after: Seconds that are left of it now.
    """

    kind: Kind
    outcome: str
    reason: str | None
    left_before: float
    left_after: float

    @property
    def good(self) -> bool:
        """Whether the report says what is to be expected, and the vendor agrees."""
        longer = self.left_after > self.left_before
        return (
            (self.outcome, self.reason) == (self.kind.outcome, self.kind.reason)
            and longer == (self.outcome == "applied")
            and (not longer or self.left_after > RENEW_WITHIN)
        )


def listed(records: Iterable[Record]) -> list[str]:
    """Return the ids of all reserves that an app holds; a person's own are left out."""
    return [record["id"] for record in records if record["owner_app"]]


def begun(api: AirflowApi, parsed_after: datetime) -> str:
    """Let the DAG begin its run of the day, or one more where an earlier demo had that; return its id."""
    known = api.run_ids(DAG_ID)
    api.unpause(DAG_ID, parsed_after)
    if any(api.run_after(DAG_ID, run_id).date() == datetime.now(UTC).date() for run_id in known):
        return api.trigger(DAG_ID, {})
    api.wait_until(lambda: len(api.run_ids(DAG_ID)) > len(known), f"the first run of {DAG_ID}")
    return api.run_ids(DAG_ID)[len(known)]  # just after midnight, the new day's comes on its heels


def run(api: AirflowApi, sandbox: Sandbox, *, parsed_after: datetime) -> bool:
    """Have the reserves renewed; print what came of it, and tell whether all is as it should be."""
    before, now = sandbox.bookings("feishu"), sandbox.now()
    reserve_ids = listed(before)
    api.put_variable(VARIABLE, json.dumps(reserve_ids))
    console.print(f"Variable {VARIABLE}: {len(reserve_ids)} reserves to be kept alive, day by day")
    with step("Renewal") as say:
        run_id = begun(api, parsed_after)
        watch = Watch(api, DAG_ID, run_id, state=say, line=lambda line: console.print(f"  {escape(line)}"))
        state = api.wait_for_run(DAG_ID, run_id, seen=watch.look)
        tasks = api.task_instances(DAG_ID, run_id)
        watch.look(tasks)
        then = sandbox.now()
    # A run of the next demo would begin before there is anything to renew.
    api.pause(DAG_ID)
    failure = api.failure(DAG_ID, run_id, tasks[0])
    report = Path(failure.rpartition("see ")[2])
    kept = compare(reserve_ids, report, before, sandbox.bookings("feishu"), now=now, then=then)
    console.print(table(kept))
    console.print("The task fails after all others are renewed, as reserves were lost: look at the list.")
    console.print(f"Report   {short(report / 'summary.md')}", soft_wrap=True)
    good = state == "failed" and all(each.good for each in kept)
    if not good:
        console.print(f"[red]Not every reserve is as it should be; the run ended as {state}.[/red]")
    return good


def compare(
    reserve_ids: Iterable[str],
    report: Path,
    before: Iterable[Record],
    after: Iterable[Record],
    *,
    now: float,
    then: float,
) -> list[Kept]:
    """Put the report's items and the vendor's records side by side.

    Args:
        reserve_ids: the list.
        report: the folder of the report.
        before: what the vendor held before the run.
        after: what it holds afterwards.
        now: when the run had not begun.
        then: when it had ended.

    Raises:
        KeyError: The report does not name a reserve of the list.
    """
    items = {item["booking_id"]: item for item in items_of(report)}
    old, new = ({record["id"]: record for record in records} for records in (before, after))
    return [
        Kept(
            kind_of(old[reserve_id], now, then, items[reserve_id]["outcome"]),
            items[reserve_id]["outcome"],
            items[reserve_id]["reason"],
            int(old[reserve_id]["end_time"]) - now,
            int(new[reserve_id]["end_time"]) - now,
        )
        for reserve_id in reserve_ids
    ]


def kind_of(record: Record, now: float, then: float, outcome: str) -> Kind:
    """Tell what a reserve was to the run; of one that came to be due meanwhile, its outcome says it."""
    first, last = (_kind_at(record, moment) for moment in (now, then))
    return last if last.outcome == outcome else first


def _kind_at(record: Record, moment: float) -> Kind:
    left = int(record["end_time"]) - moment
    if record["owner_app"] != OWN_APP:
        return NOT_OWN
    if left <= 0:
        return EXPIRED
    return DUE if left < RENEW_WITHIN else NOT_DUE


def table(kept: Sequence[Kept]) -> Table:
    """Draw, for each kind, what became of its reserves and how long they live."""
    title = "What became of the reserves"
    drawn = Table(box=box.SIMPLE, title=title, title_justify="left", title_style="bold")
    drawn.add_column("reserves", no_wrap=True)
    drawn.add_column("", justify="right")
    for column in ("outcome", "days left before", "days left now"):
        drawn.add_column(column)
    for kind in (DUE, NOT_DUE, EXPIRED, NOT_OWN):
        these = [each for each in kept if each.kind is kind]
        outcomes = sorted({f"{each.outcome} {each.reason or ''}".strip() for each in these})
        drawn.add_row(
            kind.name,
            str(len(these)),
            ", ".join(outcomes),
            days([each.left_before for each in these]),
            days([each.left_after for each in these]),
            style=None if all(each.good for each in these) else "red",
        )
    return drawn


def days(seconds: Sequence[float]) -> str:
    """Say the least and the most of these, in days."""
    if not seconds:
        return "-"
    least, most = (f"{each / DAY:.1f}" for each in (min(seconds), max(seconds)))
    return least if least == most else f"{least} to {most}"
