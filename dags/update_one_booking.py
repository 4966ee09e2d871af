"""Update one booking at each vendor.

A task a vendor. Trigger it, say in the form which booking and what it shall become, and read in each task's
XCom what changed. A field that is not named in `changes` stays as it is; `None` clears it.

The bookings in the form are those of the sandbox.
"""

from airflow.sdk import DAG, Param

from airflow_provider_booking.operators.feishu import FeishuUpdateReserveOperator
from airflow_provider_booking.operators.jicoo import JicooUpdateBookingOperator

with DAG(
    "update_one_booking",
    schedule=None,
    tags=["booking"],
    doc_md=__doc__,
    params={
        "feishu_reserve_id": Param("6911188411932033028", type="string", title="Feishu: reserve"),
        "feishu_topic": Param("Quarterly review", type="string", title="Feishu: topic"),
        "feishu_keep_days": Param(
            20, type="integer", minimum=1, maximum=29, title="Feishu: days to keep the meeting number"
        ),
        "jicoo_uid": Param("sandboxVb7RE", type="string", title="Jicoo: booking"),
        "jicoo_name": Param("Consultation, moved", type="string", title="Jicoo: name"),
        "jicoo_start": Param(
            "2027-04-01T10:00:00+09:00", type="string", format="date-time", title="Jicoo: start"
        ),
        "jicoo_end": Param(
            "2027-04-01T10:30:00+09:00", type="string", format="date-time", title="Jicoo: end"
        ),
    },
) as dag:
    FeishuUpdateReserveOperator(
        task_id="feishu",
        reserve_id="{{ params.feishu_reserve_id }}",
        changes={
            "end_time": "{{ (dag_run.run_after + macros.timedelta(params.feishu_keep_days)).isoformat() }}",
            "meeting_settings": {"topic": "{{ params.feishu_topic }}"},
        },
    )

    JicooUpdateBookingOperator(
        task_id="jicoo",
        uid="{{ params.jicoo_uid }}",
        changes={
            "name": "{{ params.jicoo_name }}",
            "startedAt": "{{ params.jicoo_start }}",
            "endedAt": "{{ params.jicoo_end }}",
            "isSendUpdates": False,
        },
    )
