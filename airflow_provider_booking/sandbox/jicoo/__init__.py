"""The Jicoo simulator: bookings, as docs/vendors/jicoo.md describes them."""

from airflow_provider_booking.sandbox.jicoo.simulator import JicooSimulator

__all__ = ["JicooSimulator"]
