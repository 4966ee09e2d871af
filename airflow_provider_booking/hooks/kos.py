"""Airflow hook for KOS clinic reservations."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from airflow_provider_booking.hooks.vendor import VendorHook

if TYPE_CHECKING:
    from airflow_provider_booking.vendors.kos.client import KosClient


class KosHook(VendorHook):
    """A clinic at KOS by its API key (docs/vendors/kos.md, "Connection").

    Args:
        kos_conn_id: The Airflow connection, of type ``kos``.
    """

    conn_name_attr: ClassVar[str] = "kos_conn_id"
    default_conn_name: ClassVar[str] = "kos_default"
    conn_type: ClassVar[str] = "kos"
    hook_name: ClassVar[str] = "KOS"
    vendor: ClassVar[str] = "kos"

    def __init__(self, kos_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.kos_conn_id = kos_conn_id

    def get_conn(self) -> KosClient:
        """Return the KOS client, to be entered with ``async with``."""
        client: KosClient = super().get_conn()
        return client
