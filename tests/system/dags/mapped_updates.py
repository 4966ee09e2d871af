"""Twenty bookings, a mapped task each, and two updates that must be refused before anything is sent."""

from airflow.sdk import DAG

from airflow_provider_booking.operators.feishu import FeishuUpdateReserveOperator
from airflow_provider_booking.operators.jicoo import JicooUpdateBookingOperator

with DAG("mapped_updates", schedule=None, params={"title": "Moved"}):
    FeishuUpdateReserveOperator.partial(
        task_id="feishu", changes={"meeting_settings": {"topic": "{{ params.title }}"}}
    ).expand(reserve_id=[f"692{number:016d}" for number in range(1, 11)])

    JicooUpdateBookingOperator.partial(task_id="jicoo", changes={"name": "{{ params.title }}"}).expand(
        uid=[f"jicoo{number:07d}" for number in range(1, 11)]
    )

with DAG("refused_updates", schedule=None):
    FeishuUpdateReserveOperator(
        task_id="feishu", reserve_id="6920000000000000011", changes={"end_time": "2026-12-01T10:00:00"}
    )

    JicooUpdateBookingOperator(task_id="jicoo", uid="jicoo0000011", changes={"colour": "red"})

with DAG("password_update", schedule=None):
    FeishuUpdateReserveOperator(
        task_id="feishu",
        reserve_id="6920000000000000012",
        changes={"meeting_settings": {"password": "864209753"}},  # in no log, XCom or rendered field
    )
