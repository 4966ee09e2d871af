"""Airflow hook for room bookings in Zoho Calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from airflow_provider_booking.hooks.vendor import VendorHook

if TYPE_CHECKING:
    from airflow_provider_booking.vendors.zoho.client import ZohoClient


class ZohoCalendarHook(VendorHook):
    """A person at Zoho Calendar, by an OAuth client and a refresh token (docs/vendors/zoho.md, "Connection").

    Args:
        zoho_conn_id: The Airflow connection, of type ``zoho_calendar``.
    """

    conn_name_attr: ClassVar[str] = "zoho_conn_id"
    default_conn_name: ClassVar[str] = "zoho_calendar_default"
    conn_type: ClassVar[str] = "zoho_calendar"
    hook_name: ClassVar[str] = "Zoho Calendar"
    vendor: ClassVar[str] = "zoho"

    def __init__(self, zoho_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.zoho_conn_id = zoho_conn_id

    def get_conn(self) -> ZohoClient:
        """Return the Zoho client, to be entered with ``async with``."""
        client: ZohoClient = super().get_conn()
        return client
