"""Airflow operators for ONLIVE.SITE appointments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_booking.hooks.onlive import OnliveHook
from airflow_provider_booking.operators.update import UpdateOperator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class OnliveUpdateAppointmentOperator(UpdateOperator):
    """Update an ONLIVE.SITE appointment (docs/vendors/onlive.md, "Update").

    ONLIVE tells guests and provider of every update, and nothing can silence it; what is as wanted already
    is not sent.

    Args:
        appointment_id: The appointment's id, a UUID.
        changes: Fields in the names of the API's version: ``start`` and ``end`` in v1, ``startAt`` and
            ``endAt`` in v2 (aware ``datetime``s or ISO 8601 with an offset). Lists are replaced. See
            :class:`~airflow_provider_booking.operators.update.UpdateOperator`.
        api_version: ``v1`` or ``v2``; both show the same appointments.
        onlive_conn_id: The Airflow connection.
    """

    template_fields: Sequence[str] = ("appointment_id", "changes", "api_version", "onlive_conn_id")

    def __init__(
        self,
        *,
        appointment_id: str,
        changes: Mapping[str, Any],
        api_version: str = "v1",
        onlive_conn_id: str = OnliveHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        super().__init__(changes=changes, **kwargs)
        self.appointment_id = appointment_id
        self.api_version = api_version
        self.onlive_conn_id = onlive_conn_id

    def hook(self) -> OnliveHook:
        """The hook of the connection."""
        return OnliveHook(self.onlive_conn_id)

    def booking_id_given(self) -> str:
        """The appointment's id."""
        return self.appointment_id

    def options(self) -> dict[str, Any]:
        """The version of the API."""
        return {"api_version": self.api_version}
