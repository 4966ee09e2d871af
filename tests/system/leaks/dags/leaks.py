"""Everything in which something could slip out: updates, change sets, bad input, bad places, at DEBUG.

Secrets and values of people come from a file when a task runs, so that they stand in no DAG's code.
"""

import json
import logging
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from airflow.sdk import DAG, get_current_context, task

from airflow_provider_booking.hooks.feishu import FeishuHook
from airflow_provider_booking.hooks.jicoo import JicooHook
from airflow_provider_booking.hooks.kos import KosHook
from airflow_provider_booking.hooks.onlive import OnliveHook
from airflow_provider_booking.hooks.zoho import ZohoCalendarHook
from airflow_provider_booking.operators.change_sets import (
    ApplyBookingChangesOperator,
    ApproveBookingChangesOperator,
    PlanBookingChangesOperator,
    ReportBookingChangesOperator,
    RevertBookingChangesOperator,
)
from airflow_provider_booking.operators.feishu import (
    FeishuRenewReservesOperator,
    FeishuUpdateReserveOperator,
)
from airflow_provider_booking.operators.jicoo import JicooUpdateBookingOperator
from airflow_provider_booking.operators.kos import KosUpdateReservationOperator
from airflow_provider_booking.operators.onlive import OnliveUpdateAppointmentOperator
from airflow_provider_booking.operators.zoho import ZohoUpdateBookingOperator

LIBRARIES = (
    "sqlalchemy",
    "httpx",
    "httpcore",
    "psycopg",
    "pyrate_limiter",
    "tenacity",
    "asyncio",
    "aiosqlite",
)
HOOKS = {
    "feishu": FeishuHook,
    "zoho": ZohoCalendarHook,
    "jicoo": JicooHook,
    "onlive": OnliveHook,
    "kos": KosHook,
}
AN_UNKNOWN_FIELD: Any = "{{ {planted('person', 'address'): 'x'} }}"  # a template of the whole
log = logging.getLogger(__name__)


def planted(*names: str) -> Any:
    """Return what the test has put under these names."""
    found = json.loads((Path(os.environ["AIRFLOW_HOME"]) / "planted.json").read_text())
    for name in names:
        found = found[name]
    return found


def loudly(context: Mapping[str, Any]) -> None:
    """Let every library that is at work in a task say all that it can say."""
    del context
    logging.getLogger().setLevel(logging.DEBUG)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.DEBUG)


def in_a_bad_place(option: str, which: str) -> Any:
    """Return what has one task find a place of ours under a URL that is wrong and holds a password."""

    def prepare(context: Mapping[str, Any]) -> None:
        loudly(context)
        os.environ[f"AIRFLOW__BOOKING__{option.upper()}"] = planted("urls", which)

    return prepare


USUAL: dict[str, Any] = {
    "default_args": {"pre_execute": loudly},
    "user_defined_macros": {"planted": planted},
    "render_template_as_native_obj": True,
}

with DAG(
    "leaks_updates",
    schedule=None,
    **USUAL,
    params={"feishu": [], "zoho": [], "jicoo": [], "onlive": [], "kos": []},
):

    @task
    def ids(vendor: str) -> list[str]:
        """Name the bookings that a vendor's mapped tasks update."""
        return list(get_current_context()["params"][vendor])

    FeishuUpdateReserveOperator.partial(
        task_id="feishu", changes="{{ planted('changes', 'feishu') }}"
    ).expand(reserve_id=ids.override(task_id="ids_feishu")("feishu"))
    ZohoUpdateBookingOperator.partial(
        task_id="zoho", changes="{{ planted('changes', 'zoho') }}", notify_attendee=1
    ).expand(booking_id=ids.override(task_id="ids_zoho")("zoho"))
    JicooUpdateBookingOperator.partial(task_id="jicoo", changes="{{ planted('changes', 'jicoo') }}").expand(
        uid=ids.override(task_id="ids_jicoo")("jicoo")
    )
    OnliveUpdateAppointmentOperator.partial(
        task_id="onlive", changes="{{ planted('changes', 'onlive') }}"
    ).expand(appointment_id=ids.override(task_id="ids_onlive")("onlive"))
    KosUpdateReservationOperator.partial(task_id="kos", changes="{{ planted('changes', 'kos') }}").expand(
        schedule_id=ids.override(task_id="ids_kos")("kos")
    )

with DAG("leaks_bad_input", schedule=None, **USUAL):
    JicooUpdateBookingOperator(task_id="id", uid="{{ planted('person', 'as_an_id') }}", changes={"name": "x"})
    JicooUpdateBookingOperator(
        task_id="time", uid="jicoo0000001", changes={"startedAt": "{{ planted('person', 'address') }}"}
    )
    FeishuUpdateReserveOperator(
        task_id="password",
        reserve_id="6920000000000000001",
        changes={"meeting_settings": {"password": "{{ planted('person', 'not_a_password') }}"}},
    )
    ZohoUpdateBookingOperator(
        task_id="attendee",
        booking_id="1597000000000000001",
        changes={"attendees": [{"email": "{{ planted('person', 'memo') }}", "zid": "1"}]},
    )
    OnliveUpdateAppointmentOperator(
        task_id="guest",
        appointment_id="a0000000-0000-4000-8000-000000000001",
        changes={"guests": [{"e-mail": "{{ planted('person', 'address') }}"}]},
    )
    KosUpdateReservationOperator(
        task_id="zone",
        schedule_id="66a100000000000000000001",
        changes={
            "zoneId": "{{ planted('person', 'memo') }}",
            "startDateTime": "{{ planted('person', 'memo') }}",
        },
    )
    JicooUpdateBookingOperator(
        task_id="name",
        uid="jicoo0000001",
        changes=AN_UNKNOWN_FIELD,
    )

with DAG("leaks_connections", schedule=None, **USUAL, params={"conn_ids": []}):

    @task
    def conn_ids() -> list[str]:
        """Name the bad connections."""
        return list(get_current_context()["params"]["conn_ids"])

    JicooUpdateBookingOperator.partial(task_id="jicoo", uid="jicoo0000002", changes={"name": "x"}).expand(
        jicoo_conn_id=conn_ids()
    )

    @task
    def plain_calls() -> None:
        """Try every connection and read a booking at every vendor, by plain calls."""
        for vendor, hook in HOOKS.items():
            log.info("%s: %s", vendor, hook().test_connection())
            log.info("%s: %s", vendor, hook().get_booking(planted("readable", vendor)))
        for conn_id in get_current_context()["params"]["conn_ids"]:
            log.info("%s: %s", conn_id, JicooHook(conn_id).test_connection())

    plain_calls()

with DAG("leaks_places", schedule=None, **USUAL):
    for each in ("unreachable", "malformed"):
        JicooUpdateBookingOperator(
            task_id=f"{each}_throttle",
            uid="jicoo0000003",
            changes={"name": "Moved"},
            pre_execute=in_a_bad_place("throttle_url", each),
        )
    for each in ("unreachable", "malformed"):
        PlanBookingChangesOperator(
            task_id=f"{each}_ledger",
            source={"ids": ["jicoo0000003"]},
            change={"shift": "P1D"},
            conn_id="jicoo_default",
            pre_execute=in_a_bad_place("ledger_url", each),
        )

with DAG("leaks_in_one_task", schedule=None, **USUAL):

    @task
    def every_fault() -> None:
        """Meet every fault, one after the other: KOS's paths name no booking, Zoho gives few tokens."""
        for vendor, booking_id, rule in planted("one_by_one"):
            control("DELETE", None)
            control("POST", [rule])
            try:
                log.info("%s", HOOKS[vendor]().update_booking(booking_id, planted("changes", vendor)))
            except Exception:
                log.exception("%s", rule["action"].keys())

    def control(method: str, rules: Any) -> None:
        """Set the sandbox's faults, or clear them."""
        body = None if rules is None else json.dumps(rules).encode()
        with urlopen(Request(planted("faults"), body, method=method)):  # noqa: S310 (loopback)
            pass

    every_fault()

with DAG("leaks_moves", schedule=None, **USUAL, params={"source": {}}):
    plan = PlanBookingChangesOperator(task_id="plan", source="{{ params.source }}", notify="vendor_default")
    planned: Any = plan.output  # its members are XComs of their own
    approve = ApproveBookingChangesOperator(task_id="approve", change_set_id=planned["change_set_id"])
    approved: Any = approve.output
    applied = ApplyBookingChangesOperator(
        task_id="apply", change_set_id=planned["change_set_id"], digest=approved["digest"], max_unknown=50
    )
    report = ReportBookingChangesOperator(
        task_id="report", change_set_id=planned["change_set_id"], trigger_rule="all_done"
    )

    @task(trigger_rule="all_done")
    def somebody_else() -> None:
        """Change some bookings that were just changed, so that they are not taken back."""
        for vendor, booking_id, changes in planted("by_hand"):
            log.info("%s", HOOKS[vendor]().update_booking(booking_id, changes))

    revert = RevertBookingChangesOperator(
        task_id="revert", change_set_id=planned["change_set_id"], trigger_rule="all_done"
    )
    applied >> report >> somebody_else() >> revert

with DAG("leaks_search", schedule=None, **USUAL):
    plan = PlanBookingChangesOperator(
        task_id="plan",
        source="{{ planted('search') }}",
        change="{{ {'set': {'description': planted('person', 'memo')}} }}",
        conn_id="jicoo_default",
    )
    planned = plan.output
    ApplyBookingChangesOperator(task_id="apply", change_set_id=planned["change_set_id"])

with DAG("leaks_renewal", schedule=None, **USUAL):
    FeishuRenewReservesOperator(
        task_id="renew",
        reserve_ids="{{ planted('reserves') }}",
        renew_within=timedelta(days=29),
        extend_to=timedelta(days=29, hours=1),
    )
