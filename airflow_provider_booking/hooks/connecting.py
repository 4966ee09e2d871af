"""From the id of any Airflow connection of ours to its vendor's client."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from airflow_provider_booking.bookings import InvalidInput

if TYPE_CHECKING:
    from airflow_provider_booking.hooks.vendor import VendorHook
    from airflow_provider_booking.vendors.client import VendorClient

_HOOKS = {
    "feishu": "feishu:FeishuHook",
    "zoho_calendar": "zoho:ZohoCalendarHook",
    "jicoo": "jicoo:JicooHook",
    "onlive": "onlive:OnliveHook",
    "kos": "kos:KosHook",
}

# As Airflow checks it when a connection is made.
_CONN_ID = re.compile(r"[\w#!().:/\\-]+")


async def connect(conn_id: str) -> VendorClient[Any, Any]:
    """The client of a connection, to be entered with ``async with``.

    Args:
        conn_id: The id of an Airflow connection of one of our types.

    Raises:
        InvalidInput: There is no such connection, its id could be none, or it is of another type.
    """
    if not _CONN_ID.fullmatch(conn_id):
        # Airflow holds none of this name, and would log what it was asked for.
        raise InvalidInput(
            "conn_id is no id of a connection", hint="give letters, digits and any of _ - . : ( ) # ! / \\"
        )
    try:
        connection = await BaseHook.aget_connection(conn_id)
    except AirflowNotFoundException:
        raise InvalidInput(
            f"connection {conn_id} does not exist", hint="make it, or correct its id"
        ) from None
    if connection.conn_type not in _HOOKS:
        raise InvalidInput(
            f"connection {conn_id} is of type {connection.conn_type}",
            hint=f"the types that hold bookings are {', '.join(_HOOKS)}",
        )
    module, _, name = _HOOKS[connection.conn_type].partition(":")
    make: type[VendorHook] = getattr(import_module(f"airflow_provider_booking.hooks.{module}"), name)
    client: VendorClient[Any, Any] = make(conn_id).get_conn()
    return client
