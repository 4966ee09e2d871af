"""The Zoho Calendar simulator: room bookings, as docs/vendors/zoho.md describes them."""

from airflow_provider_booking.sandbox.zoho.simulator import ZohoSimulator

__all__ = ["ZohoSimulator"]
