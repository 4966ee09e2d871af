"""Airflow operators for KOS clinic reservations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_booking.hooks.kos import KosHook
from airflow_provider_booking.operators.update import UpdateOperator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class KosUpdateReservationOperator(UpdateOperator):
    """Update a KOS clinic reservation (docs/vendors/kos.md, "Update").

    KOS overwrites the whole reservation: it is read, merged with ``changes`` and sent again in full.

    Args:
        schedule_id: The id of the schedule that holds the reservation.
        changes: Fields in the names of the API's version, such as ``startDateTime`` and ``endDateTime``
            (aware ``datetime``s or ISO 8601 with an offset; in v2 those of the one resource of a schedule),
            ``reservationMemo``, or ``occupiedResources`` in v2. See
            :class:`~airflow_provider_booking.operators.update.UpdateOperator`.
        api_version: ``v2``, or ``v1``, which KOS has deprecated and which takes no schedule with several
            resources.
        kos_conn_id: The Airflow connection.
    """

    template_fields: Sequence[str] = ("schedule_id", "changes", "api_version", "kos_conn_id")

    def __init__(
        self,
        *,
        schedule_id: str,
        changes: Mapping[str, Any],
        api_version: str = "v2",
        kos_conn_id: str = KosHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        super().__init__(changes=changes, **kwargs)
        self.schedule_id = schedule_id
        self.api_version = api_version
        self.kos_conn_id = kos_conn_id

    def hook(self) -> KosHook:
        """The hook of the connection."""
        return KosHook(self.kos_conn_id)

    def booking_id_given(self) -> str:
        """The schedule's id."""
        return self.schedule_id

    def options(self) -> dict[str, Any]:
        """The version of the API."""
        return {"api_version": self.api_version}
