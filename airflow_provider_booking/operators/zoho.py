"""Airflow operators for room bookings in Zoho Calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_booking.hooks.zoho import ZohoCalendarHook
from airflow_provider_booking.operators.update import UpdateOperator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ZohoUpdateBookingOperator(UpdateOperator):
    """Update a room booking in Zoho Calendar (docs/vendors/zoho.md, "Update").

    Args:
        booking_id: The booking's id, a string of digits.
        changes: Members of Zoho's ``bookingData``, such as ``title`` or ``dateandtime`` with ``start``,
            ``end`` and ``timezone``: times are aware ``datetime``s, ISO 8601 with an offset, or Zoho's own
            local ``20270401T100000``. ``attendees`` are merged, as Zoho does; ``{"deleted": True}`` in one
            removes a person, ``{"set": [...]}`` means exactly these. See
            :class:`~airflow_provider_booking.operators.update.UpdateOperator`.
        recurrence_edittype: Of a booking that recurs, which occurrences change: ``all``, ``only`` the one
            that ``recurrenceid_in_millis`` names, or those ``following`` it, without itself. Such a booking
            needs one of the three.
        recurrenceid_in_millis: Names an occurrence: milliseconds since 1970, as Zoho lists it.
        notify_attendee: Who is told: 0 nobody (also where it is not given), 1 all but oneself, 2 all.
        zoho_conn_id: The Airflow connection.
    """

    template_fields: Sequence[str] = (
        "booking_id",
        "changes",
        "recurrence_edittype",
        "recurrenceid_in_millis",
        "notify_attendee",
        "zoho_conn_id",
    )

    def __init__(
        self,
        *,
        booking_id: str,
        changes: Mapping[str, Any],
        recurrence_edittype: str | None = None,
        recurrenceid_in_millis: int | str | None = None,
        notify_attendee: int | str | None = None,
        zoho_conn_id: str = ZohoCalendarHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        super().__init__(changes=changes, **kwargs)
        self.booking_id = booking_id
        self.recurrence_edittype = recurrence_edittype
        self.recurrenceid_in_millis = recurrenceid_in_millis
        self.notify_attendee = notify_attendee
        self.zoho_conn_id = zoho_conn_id

    def hook(self) -> ZohoCalendarHook:
        """The hook of the connection."""
        return ZohoCalendarHook(self.zoho_conn_id)

    def booking_id_given(self) -> str:
        """The booking's id."""
        return self.booking_id

    def options(self) -> dict[str, Any]:
        """Which occurrences change, and who is told."""
        return {
            "recurrence_edittype": self.recurrence_edittype,
            "recurrenceid_in_millis": self.recurrenceid_in_millis,
            "notify_attendee": self.notify_attendee,
        }
