"""The KOS simulator: clinic reservations, as docs/vendors/kos.md describes them."""

from airflow_provider_booking.sandbox.kos.simulator import KosSimulator

__all__ = ["KosSimulator"]
