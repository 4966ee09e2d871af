"""The ONLIVE.SITE simulator: appointments, v1 and v2, as docs/vendors/onlive.md describes them."""

from airflow_provider_booking.sandbox.onlive.simulator import OnliveSimulator

__all__ = ["OnliveSimulator"]
