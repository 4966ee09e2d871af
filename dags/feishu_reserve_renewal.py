"""Keep Feishu reserves alive: once a day, those with less than 20 days left are extended to 29 days from now.

Which reserves, the Airflow Variable `feishu_reserves` says, in JSON: a list of ids, `["6911...", ...]`, or
where they stand:

- `{"file": "/data/reserves.csv"}`, or a URL of object storage
- `{"sql": "SELECT booking_id FROM reserves", "conn_id": "..."}`

A run that is started by hand may name others in its form. While the Variable is missing, or is an empty list,
the task is skipped, and its log says that nothing is kept alive. One that cannot be
read fails the task.

**Through how long an outage does it keep a reserve alive?** 19 days. After a run, every reserve has 20 days
or more left: one that had less was renewed. A day later, when the next run is due, it still has 19. If no
run comes through from then on, whatever is out of order, nothing is lost as long as one does within 19
days: that one renews all that is due, and no run has to be made up for. With other times it is
`renew_within`, less the time from one run to the next.

Clearing an old run is not the same: it goes on with what that run had planned. So after an outage, and when
a file or what a query finds was mended, let the next run come, or trigger one.

A reserve that has expired has lost its meeting number for good. It fails the task, after all others were
renewed: apply for a new one, and take this one off the list.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, Param

from airflow_provider_booking.operators.feishu import FeishuRenewReservesOperator

with DAG(
    "feishu_reserve_renewal",
    schedule="@daily",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,  # a run judges by what is left: one makes up for all that were missed
    max_active_runs=1,
    tags=["booking"],
    doc_md=__doc__,
    render_template_as_native_obj=True,  # a list stays a list; var.json would take bad JSON for no Variable
    params={
        "reserves": Param(
            None,
            type=["null", "array", "object"],
            title="Which reserves",
            description='["6911...", ...], {"file": "path or URL"} or {"sql": "SELECT ...", "conn_id": '
            '"..."}. Those of the Variable feishu_reserves where it is empty.',
        ),
    },
) as dag:
    FeishuRenewReservesOperator(
        task_id="renew",
        reserve_ids="{{ params.reserves or var.value.get('feishu_reserves', '[]') }}",
        renew_within=timedelta(days=20),
        extend_to=timedelta(days=29),
        # A vendor that was down, or asked for patience: the next try goes on where this one stopped.
        retries=3,
        retry_delay=timedelta(minutes=10),
        retry_exponential_backoff=True,
    )
