"""Bookings are moved, with Airflow's retries; another DAG takes a change set back."""

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG

from airflow_provider_booking.operators.change_sets import (
    ApplyBookingChangesOperator,
    PlanBookingChangesOperator,
    RevertBookingChangesOperator,
)

with DAG("slow_moves", schedule=None, render_template_as_native_obj=True, params={"ids": []}):
    plan = PlanBookingChangesOperator(
        task_id="plan",
        source="{{ {'ids': params.ids} }}",
        change={"shift": "P1D"},
        conn_id="jicoo_slow",
    )
    planned: Any = plan.output  # its members are XComs of their own
    ApplyBookingChangesOperator(
        task_id="apply",
        change_set_id=planned["change_set_id"],
        canary=0,
        retries=3,
        retry_delay=timedelta(seconds=1),
    )

with DAG("take_back", schedule=None, params={"change_set_id": ""}):
    RevertBookingChangesOperator(task_id="revert", change_set_id="{{ params.change_set_id }}")
