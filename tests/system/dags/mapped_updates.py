"""A mapped task a booking, updates that must be refused before anything is sent, and a new password."""

from airflow.sdk import DAG

from airflow_provider_booking.operators.feishu import FeishuUpdateReserveOperator
from airflow_provider_booking.operators.jicoo import JicooUpdateBookingOperator
from airflow_provider_booking.operators.kos import KosUpdateReservationOperator
from airflow_provider_booking.operators.onlive import OnliveUpdateAppointmentOperator
from airflow_provider_booking.operators.zoho import ZohoUpdateBookingOperator

TITLE = "{{ params.title }}"

with DAG("mapped_updates", schedule=None, params={"title": "Moved"}):
    FeishuUpdateReserveOperator.partial(
        task_id="feishu", changes={"meeting_settings": {"topic": TITLE}}
    ).expand(reserve_id=[f"692{number:016d}" for number in range(1, 11)])

    ZohoUpdateBookingOperator.partial(task_id="zoho", changes={"title": TITLE}).expand(
        booking_id=[f"1597{number:015d}" for number in (1, 2)]
    )

    JicooUpdateBookingOperator.partial(task_id="jicoo", changes={"name": TITLE}).expand(
        uid=[f"jicoo{number:07d}" for number in range(1, 11)]
    )

    OnliveUpdateAppointmentOperator.partial(task_id="onlive", changes={"title": TITLE}).expand(
        appointment_id=[f"a0000000-0000-4000-8000-{number:012d}" for number in range(1, 4)]
    )

    KosUpdateReservationOperator.partial(task_id="kos", changes={"reservationMemo": TITLE}).expand(
        schedule_id=[f"66a1{number:020d}" for number in range(1, 4)]
    )

with DAG("refused_updates", schedule=None):
    FeishuUpdateReserveOperator(
        task_id="feishu", reserve_id="6920000000000000011", changes={"end_time": "2026-12-01T10:00:00"}
    )

    ZohoUpdateBookingOperator(
        task_id="zoho", booking_id="1597000000000000011", changes={"dateandtime": {"start": "tomorrow"}}
    )

    JicooUpdateBookingOperator(task_id="jicoo", uid="jicoo0000011", changes={"colour": "red"})

    OnliveUpdateAppointmentOperator(
        task_id="onlive", appointment_id="a0000000-0000-4000-8000-000000000011", changes={"startAt": "today"}
    )

    KosUpdateReservationOperator(
        task_id="kos", schedule_id="66a100000000000000000011", changes={"zoneId": None}
    )

with DAG("password_update", schedule=None):
    FeishuUpdateReserveOperator(
        task_id="feishu",
        reserve_id="6920000000000000012",
        changes={"meeting_settings": {"password": "864209753"}},  # in no log, XCom or rendered field
    )
