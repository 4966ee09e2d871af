"""Every vendor, one line each: the name by which it is known, its client, and how it is planned for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_provider_booking.vendors.client import VendorClient
    from airflow_provider_booking.vendors.planning import VendorPlanning

_CLASSES = {
    "feishu": ("client:FeishuClient", "planning:FeishuPlanning"),
    "zoho": ("client:ZohoClient", "planning:ZohoPlanning"),
    "jicoo": ("client:JicooClient", "planning:JicooPlanning"),
    "onlive": ("client:OnliveClient", "planning:OnlivePlanning"),
    "kos": ("client:KosClient", "planning:KosPlanning"),
}

VENDORS = tuple(_CLASSES)


def client_class(vendor: str) -> type[VendorClient[Any, Any]]:
    """The client of a vendor, imported on first use: what a DAG does not use, it does not load.

    Raises:
        KeyError: There is no such vendor.
    """
    client, _ = _CLASSES[vendor]
    found: type[VendorClient[Any, Any]] = _imported(vendor, client)
    return found


def planning_class(vendor: str) -> type[VendorPlanning[Any]]:
    """How a vendor's bookings are planned, imported on first use.

    Raises:
        KeyError: There is no such vendor.
    """
    _, planning = _CLASSES[vendor]
    found: type[VendorPlanning[Any]] = _imported(vendor, planning)
    return found


def _imported(vendor: str, place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(f"airflow_provider_booking.vendors.{vendor}.{module}"), name)
