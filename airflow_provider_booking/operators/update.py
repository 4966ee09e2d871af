"""What all update operators do: run the vendor's client, hand on a small result, fail in one sentence."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from airflow_provider_booking.operators.long_waits import WaitingOperator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk import Context

    from airflow_provider_booking.hooks.vendor import VendorHook


class UpdateOperator(WaitingOperator):
    """Update one booking; needs no ledger.

    The booking is read first, so that running the task again is right: what is as wanted already is not sent
    a second time, and nobody is told twice. Where the vendor asks for a wait longer than ``[booking]
    longest_wait``, the task is deferred until then.

    Args:
        changes: Vendor field names to values. A key that is absent is left as it is, None clears, any other
            value is set.

    Raises:
        AirflowFailException: A retry would fail the same way: bad input, no such booking, no permission, or
            a booking that a person must look at.
        BookingError: A retry may succeed: the vendor was not reached, asked to wait, or its answer was lost.
    """

    template_fields_renderers = {"changes": "json"}  # noqa: RUF012  (as Airflow declares it)

    def __init__(self, *, changes: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.changes = changes

    @abstractmethod
    def hook(self) -> VendorHook:
        """The vendor's hook."""

    @abstractmethod
    def booking_id_given(self) -> str:
        """The id, by whatever name the vendor calls it."""

    def options(self) -> dict[str, Any]:
        """The vendor's options; those that are None are left out."""
        return {}

    async def aexecute(self, context: Context) -> dict[str, Any]:
        """Update the booking.

        Returns:
            ``vendor``, ``conn_id``, ``booking_id``, ``outcome`` (``applied`` or ``unchanged``), ``changed``
            (field to its values before and after) and ``warnings``; JSON only, no secret in it.
        """
        del context
        from airflow_provider_booking.bookings import BookingError, OutcomeUnknown  # noqa: PLC0415  (heavy)

        options = {name: value for name, value in self.options().items() if value is not None}
        try:
            async with self.hook().get_conn() as client:
                result = await client.update_booking(self.booking_id_given(), self.changes, **options)
        except BookingError as error:
            self.wait_if_told(error)
            if error.retryable or isinstance(error, OutcomeUnknown):
                raise
            # The text says all there is to say; the chain would only repeat it.
            raise AirflowFailException(str(error)) from None
        for warning in result.warnings:
            self.log.warning("%s", warning)
        self.log.info(
            "%s %s: %s%s",
            result.vendor,
            result.booking_id,
            result.outcome,
            f" ({', '.join(sorted(result.changed))})" if result.changed else "",
        )
        xcom: dict[str, Any] = result.as_xcom()
        return xcom
