"""Airflow operators for Jicoo bookings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_booking.hooks.jicoo import JicooHook
from airflow_provider_booking.operators.update import UpdateOperator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class JicooUpdateBookingOperator(UpdateOperator):
    """Update a Jicoo booking (docs/vendors/jicoo.md, "Update").

    Args:
        uid: The booking's uid.
        changes: Any of ``name``, ``description``, ``timeZone``, ``startedAt``, ``endedAt``, ``hosts``,
            ``priority``, ``updateMessage`` and ``isSendUpdates``, which is sent as false unless given: nobody
            is told unless you say so. See
            :class:`~airflow_provider_booking.operators.update.UpdateOperator`.
        jicoo_conn_id: The Airflow connection.
    """

    template_fields: Sequence[str] = ("uid", "changes", "jicoo_conn_id")

    def __init__(
        self,
        *,
        uid: str,
        changes: Mapping[str, Any],
        jicoo_conn_id: str = JicooHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        super().__init__(changes=changes, **kwargs)
        self.uid = uid
        self.jicoo_conn_id = jicoo_conn_id

    def hook(self) -> JicooHook:
        """The hook of the connection."""
        return JicooHook(self.jicoo_conn_id)

    def booking_id_given(self) -> str:
        """The booking's uid."""
        return self.uid
