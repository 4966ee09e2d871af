"""Update one booking at each vendor.

A task a vendor. Trigger it, say in the form which bookings and what they shall become, and read in each
task's XCom what changed. A field that is not named in `changes` stays as it is; `None` clears it. Nobody is
told, but by ONLIVE.SITE, which cannot be silenced.

The bookings in the form are those of the sandbox.
"""

from airflow.sdk import DAG, Param

from airflow_provider_booking.operators.feishu import FeishuUpdateReserveOperator
from airflow_provider_booking.operators.jicoo import JicooUpdateBookingOperator
from airflow_provider_booking.operators.kos import KosUpdateReservationOperator
from airflow_provider_booking.operators.onlive import OnliveUpdateAppointmentOperator
from airflow_provider_booking.operators.zoho import ZohoUpdateBookingOperator

FULL_HOUR = "dag_run.run_after.replace(minute=0, second=0, microsecond=0)"
START = "{{ params.start or (" + FULL_HOUR + " + macros.timedelta(days=28)).isoformat() }}"
END = "{{ params.end or (" + FULL_HOUR + " + macros.timedelta(days=28, minutes=30)).isoformat() }}"

with DAG(
    "update_one_booking",
    schedule=None,
    tags=["booking"],
    doc_md=__doc__,
    params={
        "feishu_reserve_id": Param("6911188411932033028", type="string", title="Feishu: reserve"),
        "zoho_booking_id": Param("1596693672887000001", type="string", title="Zoho Calendar: booking"),
        "jicoo_uid": Param("sandboxVb7RE", type="string", title="Jicoo: booking"),
        "onlive_appointment_id": Param(
            "1610c525-f19a-40d0-8cd1-03daba3d2d98", type="string", title="ONLIVE.SITE: appointment"
        ),
        "kos_schedule_id": Param("66a000000000000000000001", type="string", title="KOS: schedule"),
        "title": Param("Quarterly review", type="string", title="Title (at KOS the memo)"),
        "start": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="Start (not at Feishu)",
            description="Four weeks from now where it is empty.",
        ),
        "end": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="End (not at Feishu)",
            description="Give both or neither.",
        ),
        "keep_days": Param(
            20, type="integer", minimum=1, maximum=29, title="Feishu: days to keep the meeting number"
        ),
    },
) as dag:
    FeishuUpdateReserveOperator(
        task_id="feishu",
        reserve_id="{{ params.feishu_reserve_id }}",
        changes={
            "end_time": "{{ (dag_run.run_after + macros.timedelta(params.keep_days)).isoformat() }}",
            "meeting_settings": {"topic": "{{ params.title }}"},
        },
    )

    ZohoUpdateBookingOperator(
        task_id="zoho",
        booking_id="{{ params.zoho_booking_id }}",
        changes={
            "title": "{{ params.title }}",
            "dateandtime": {"start": START, "end": END},
        },
        notify_attendee=0,
    )

    JicooUpdateBookingOperator(
        task_id="jicoo",
        uid="{{ params.jicoo_uid }}",
        changes={
            "name": "{{ params.title }}",
            "startedAt": START,
            "endedAt": END,
            "isSendUpdates": False,
        },
    )

    OnliveUpdateAppointmentOperator(
        task_id="onlive",
        appointment_id="{{ params.onlive_appointment_id }}",
        changes={"title": "{{ params.title }}", "start": START, "end": END},
    )

    KosUpdateReservationOperator(
        task_id="kos",
        schedule_id="{{ params.kos_schedule_id }}",
        changes={
            "reservationMemo": "{{ params.title }}",
            "startDateTime": START,
            "endDateTime": END,
        },
    )
