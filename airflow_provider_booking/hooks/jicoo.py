"""Airflow hook for Jicoo bookings."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from airflow_provider_booking.hooks.vendor import VendorHook

if TYPE_CHECKING:
    from airflow_provider_booking.vendors.jicoo.client import JicooClient


class JicooHook(VendorHook):
    """A Jicoo account by its API key (docs/vendors/jicoo.md, "Connection").

    Args:
        jicoo_conn_id: The Airflow connection, of type ``jicoo``.
    """

    conn_name_attr: ClassVar[str] = "jicoo_conn_id"
    default_conn_name: ClassVar[str] = "jicoo_default"
    conn_type: ClassVar[str] = "jicoo"
    hook_name: ClassVar[str] = "Jicoo"
    vendor: ClassVar[str] = "jicoo"

    def __init__(self, jicoo_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.jicoo_conn_id = jicoo_conn_id

    def get_conn(self) -> JicooClient:
        """Return the Jicoo client, to be entered with ``async with``."""
        client: JicooClient = super().get_conn()
        return client
