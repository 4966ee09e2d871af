"""What one does without change sets: a mapped task for each booking. See docs/benchmarks.md."""

import json

from airflow.providers.http.operators.http import HttpOperator
from airflow.sdk import DAG, Param

BOOKINGS = 100

with DAG("bench_http_operator", schedule=None, doc_md=__doc__, params={"title": Param(type="string")}) as dag:
    HttpOperator.partial(
        task_id="update",
        http_conn_id="bench_http",
        method="PATCH",
        headers={"Content-Type": "application/json"},
        data=json.dumps({"name": "{{ params.title }}", "isSendUpdates": False}),
        warn_on_non_idempotent=False,
    ).expand(endpoint=[f"v1/bookings/jicoo{number:07d}" for number in range(1, BOOKINGS + 1)])
