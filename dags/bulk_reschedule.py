"""Move many bookings: plan, approve, apply, report.

The plan reads every booking and says what it shall become; nothing is sent. Then the run waits until somebody
approves the plan, under "Required Actions" of the task `approve`; no answer within a day is a rejection, and
nothing is sent. Each connection's part is then applied by a task of its own, the earliest booking first. The
report says what became of every row; the tasks' logs and XCom say where it lies.

Run any task again when something went wrong: what was applied is never sent a second time. To plan anew,
start a new run.

The booking in the form is one of the sandbox's.
"""

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param, task

from airflow_provider_booking.operators.change_sets import (
    ApplyBookingChangesOperator,
    ApproveBookingChangesOperator,
    PlanBookingChangesOperator,
    ReportBookingChangesOperator,
)


@task
def connections(planned: dict[str, Any]) -> list[str]:
    """Name the connections with something to apply: a mapped task each."""
    return list(planned["conn_ids"])


with DAG(
    "bulk_reschedule",
    schedule=None,
    tags=["booking"],
    doc_md=__doc__,
    render_template_as_native_obj=True,  # source and change arrive as what they are in the form
    params={
        "source": Param(
            {"ids": ["sandboxVb7RE"]},
            type="object",
            title="Which bookings",
            description='{"ids": [...]}, {"file": "path or URL"}, {"sql": "SELECT ...", "conn_id": "..."}, '
            '{"search": {"starts_after": "...", "starts_before": "..."}} or '
            '{"report": "change set id"}, what that change set did not do. Files and queries have the column '
            "booking_id and any of conn_id, start, end, time_zone, title, description, changes.",
        ),
        "change": Param(
            {"shift": "P1D"},
            type=["null", "object"],
            title="What each shall become",
            description='{"shift": "PT2H"}, {"move_to_date": "2027-04-01"}, {"set": {"title": "..."}}, '
            '{"changes": {vendor fields}}; a room or zone is closed: {"close": {"resource": "...", '
            '"from": "...", "to": "...", "move_to": "..."}}; a person leaves: '
            '{"replace_host": {"from": "...", "to": "..."}}. '
            "Empty where the file, the query or the report says it row by row.",
        ),
        "conn_id": Param(
            "jicoo_default",
            type=["null", "string"],
            title="Connection",
            description="Of rows that name none.",
        ),
        "notify": Param(
            "vendor_default",
            enum=["vendor_default", "none", "once"],
            title="Who is told",
            description="none is refused at ONLIVE.SITE, which cannot be silenced.",
        ),
        "on_dst": Param(
            "refuse",
            enum=["refuse", "later", "earlier"],
            title="Times that a clock change skips or repeats",
        ),
        "approval": Param(
            True,
            type="boolean",
            title="Wait for approval",
            description="If not, what is planned is applied at once.",
        ),
    },
) as dag:
    plan = PlanBookingChangesOperator(
        task_id="plan",
        source="{{ params.source }}",
        change="{{ params.change }}",
        conn_id="{{ params.conn_id }}",
        notify="{{ params.notify }}",
        on_dst="{{ params.on_dst }}",
    )

    planned: Any = plan.output  # its members are XComs of their own

    approve = ApproveBookingChangesOperator(
        task_id="approve", change_set_id=planned["change_set_id"], ask="{{ params.approval }}"
    )

    approved: Any = approve.output

    applied = ApplyBookingChangesOperator.partial(
        task_id="apply",
        change_set_id=planned["change_set_id"],
        digest=approved["digest"],  # of the plan that was approved: no other one is applied
        # A vendor that was down, or asked for patience: the next try goes on where this one stopped.
        retries=3,
        retry_delay=timedelta(minutes=2),
        retry_exponential_backoff=True,
    ).expand(conn_id=connections(planned))

    report = ReportBookingChangesOperator(
        task_id="report",
        change_set_id=planned["change_set_id"],
        trigger_rule="all_done",
    )

    # The report is written whatever became of the tasks before it; the run fails if one of them did.
    done = EmptyOperator(task_id="done", trigger_rule="none_failed")

    applied >> report
    [applied, report] >> done
