"""Airflow hook for Feishu and Lark VC reserves."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from airflow_provider_booking.hooks.vendor import VendorHook

if TYPE_CHECKING:
    from airflow_provider_booking.vendors.feishu.client import FeishuClient


class FeishuHook(VendorHook):
    """A Feishu or Lark app, or a person by their token (docs/vendors/feishu.md, "Connection").

    Args:
        feishu_conn_id: The Airflow connection, of type ``feishu``.
    """

    conn_name_attr: ClassVar[str] = "feishu_conn_id"
    default_conn_name: ClassVar[str] = "feishu_default"
    conn_type: ClassVar[str] = "feishu"
    hook_name: ClassVar[str] = "Feishu"
    vendor: ClassVar[str] = "feishu"

    def __init__(self, feishu_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.feishu_conn_id = feishu_conn_id

    def get_conn(self) -> FeishuClient:
        """Return the Feishu client, to be entered with ``async with``."""
        client: FeishuClient = super().get_conn()
        return client
