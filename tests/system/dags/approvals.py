"""A question that nobody answers in time, and a plan that is another one each time its task runs."""

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG

from airflow_provider_booking.operators.change_sets import (
    ApplyBookingChangesOperator,
    ApproveBookingChangesOperator,
    PlanBookingChangesOperator,
)

with DAG("unanswered", schedule=None):
    plan = PlanBookingChangesOperator(
        task_id="plan", source={"ids": ["jicoo0000016"]}, change={"shift": "P1D"}, conn_id="jicoo_default"
    )
    planned: Any = plan.output  # its members are XComs of their own
    approve = ApproveBookingChangesOperator(
        task_id="approve",
        change_set_id=planned["change_set_id"],
        response_timeout=timedelta(seconds=5),
    )
    approved: Any = approve.output
    ApplyBookingChangesOperator(
        task_id="apply", change_set_id=planned["change_set_id"], digest=approved["digest"]
    )

with DAG("changing_plan", schedule=None, render_template_as_native_obj=True):
    plan = PlanBookingChangesOperator(
        task_id="plan",
        source={"ids": ["jicoo0000017"]},
        change={"shift": "P{{ ti.try_number }}D"},
        conn_id="jicoo_default",
        key="{{ run_id }}, try {{ ti.try_number }}",
    )
    planned = plan.output
    approve = ApproveBookingChangesOperator(task_id="approve", change_set_id=planned["change_set_id"])
    approved = approve.output
    ApplyBookingChangesOperator(
        task_id="apply", change_set_id=planned["change_set_id"], digest=approved["digest"]
    )
