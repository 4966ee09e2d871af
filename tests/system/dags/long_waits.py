"""Tasks without Airflow's retries, whose vendors ask for waits that are longer than a task may sleep."""

import os
from typing import Any

from airflow.sdk import DAG

from airflow_provider_booking.operators.change_sets import (
    ApplyBookingChangesOperator,
    PlanBookingChangesOperator,
)
from airflow_provider_booking.operators.jicoo import JicooUpdateBookingOperator

# Of these tasks only: each is a process that loads this file.
os.environ["AIRFLOW__BOOKING__LONGEST_WAIT"] = "3"

with DAG("long_waits", schedule=None, render_template_as_native_obj=True, params={"ids": [], "another": ""}):
    plan = PlanBookingChangesOperator(
        task_id="plan",
        source="{{ {'ids': params.ids} }}",
        change={"shift": "P1D"},
        conn_id="jicoo_default",
    )
    planned: Any = plan.output  # its members are XComs of their own
    ApplyBookingChangesOperator(
        task_id="apply", change_set_id=planned["change_set_id"], digest=planned["digest"]
    )
    JicooUpdateBookingOperator(task_id="update", uid="{{ params.another }}", changes={"name": "Room 7"})
