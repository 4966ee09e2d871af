"""Every vendor, one line each: the name by which it is known, and where its client lives."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_provider_booking.vendors.client import VendorClient

_CLIENTS = {
    "feishu": "airflow_provider_booking.vendors.feishu.client:FeishuClient",
    "zoho": "airflow_provider_booking.vendors.zoho.client:ZohoClient",
    "jicoo": "airflow_provider_booking.vendors.jicoo.client:JicooClient",
    "onlive": "airflow_provider_booking.vendors.onlive.client:OnliveClient",
    "kos": "airflow_provider_booking.vendors.kos.client:KosClient",
}

VENDORS = tuple(_CLIENTS)


def client_class(vendor: str) -> type[VendorClient[Any, Any]]:
    """The client of a vendor, imported on first use: what a DAG does not use, it does not load.

    Raises:
        KeyError: There is no such vendor.
    """
    module, _, name = _CLIENTS[vendor].partition(":")
    found: type[VendorClient[Any, Any]] = getattr(import_module(module), name)
    return found
