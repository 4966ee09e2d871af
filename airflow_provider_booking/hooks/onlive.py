"""Airflow hook for ONLIVE.SITE appointments."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from airflow_provider_booking.hooks.vendor import VendorHook

if TYPE_CHECKING:
    from airflow_provider_booking.vendors.onlive.client import OnliveClient


class OnliveHook(VendorHook):
    """An ONLIVE.SITE organisation by an access key (docs/vendors/onlive.md, "Connection").

    Args:
        onlive_conn_id: The Airflow connection, of type ``onlive``.
    """

    conn_name_attr: ClassVar[str] = "onlive_conn_id"
    default_conn_name: ClassVar[str] = "onlive_default"
    conn_type: ClassVar[str] = "onlive"
    hook_name: ClassVar[str] = "ONLIVE.SITE"
    vendor: ClassVar[str] = "onlive"

    def __init__(self, onlive_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.onlive_conn_id = onlive_conn_id

    def get_conn(self) -> OnliveClient:
        """Return the ONLIVE client, to be entered with ``async with``."""
        client: OnliveClient = super().get_conn()
        return client
