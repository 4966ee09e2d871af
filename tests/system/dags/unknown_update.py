"""One booking gets a title, without Airflow's retries: what a failed apply leaves behind is seen at once."""

from typing import Any

from airflow.sdk import DAG

from airflow_provider_booking.operators.change_sets import (
    ApplyBookingChangesOperator,
    PlanBookingChangesOperator,
)

with DAG("unknown_update", schedule=None):
    plan = PlanBookingChangesOperator(
        task_id="plan",
        source={"ids": ["jicoo0000028"]},
        change={"set": {"title": "Moved"}},
        conn_id="jicoo_default",
    )
    planned: Any = plan.output  # its members are XComs of their own
    ApplyBookingChangesOperator(task_id="apply", change_set_id=planned["change_set_id"])
