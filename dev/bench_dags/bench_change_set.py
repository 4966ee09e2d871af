"""The benchmark's change set: plan a file of Jicoo bookings, apply it. See docs/benchmarks.md."""

from typing import Any

from airflow.sdk import DAG, Param

from airflow_provider_booking.operators.change_sets import (
    ApplyBookingChangesOperator,
    PlanBookingChangesOperator,
)

with DAG(
    "bench_change_set",
    schedule=None,
    doc_md=__doc__,
    params={"file": Param(type="string"), "title": Param(type="string")},
) as dag:
    plan = PlanBookingChangesOperator(
        task_id="plan",
        source={"file": "{{ params.file }}"},
        change={"set": {"title": "{{ params.title }}"}},
        conn_id="jicoo_default",
    )
    planned: Any = plan.output  # its members are XComs of their own
    ApplyBookingChangesOperator(
        task_id="apply",
        change_set_id=planned["change_set_id"],
        digest=planned["digest"],
        conn_id="jicoo_default",
    )
