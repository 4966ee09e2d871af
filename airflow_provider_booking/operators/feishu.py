"""Airflow operators for Feishu and Lark VC reserves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_booking.hooks.feishu import FeishuHook
from airflow_provider_booking.operators.renewal import FeishuRenewReservesOperator
from airflow_provider_booking.operators.update import UpdateOperator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["FeishuRenewReservesOperator", "FeishuUpdateReserveOperator"]


class FeishuUpdateReserveOperator(UpdateOperator):
    """Update a Feishu VC reserve (docs/vendors/feishu.md, "Update").

    Args:
        reserve_id: The reserve's id, a string of decimal digits.
        changes: ``end_time`` (an aware ``datetime``, ISO 8601 with an offset, or unix seconds) and
            ``meeting_settings``. See :class:`~airflow_provider_booking.operators.update.UpdateOperator`.
        user_id_type: The kind of ids of people: ``open_id`` (the default), ``union_id`` or ``user_id``.
        feishu_conn_id: The Airflow connection.
    """

    template_fields: Sequence[str] = ("reserve_id", "changes", "user_id_type", "feishu_conn_id")

    def __init__(
        self,
        *,
        reserve_id: str,
        changes: Mapping[str, Any],
        user_id_type: str | None = None,
        feishu_conn_id: str = FeishuHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        super().__init__(changes=changes, **kwargs)
        self.reserve_id = reserve_id
        self.user_id_type = user_id_type
        self.feishu_conn_id = feishu_conn_id

    def hook(self) -> FeishuHook:
        """The hook of the connection."""
        return FeishuHook(self.feishu_conn_id)

    def booking_id_given(self) -> str:
        """The reserve's id."""
        return self.reserve_id

    def options(self) -> dict[str, Any]:
        """The kind of ids of people."""
        return {"user_id_type": self.user_id_type}
