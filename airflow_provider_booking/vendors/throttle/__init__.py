"""The pace of one credential: separate budgets for reads and writes, and the vendor's own "wait".

Where a store is named, all processes that name it share them.
"""

from airflow_provider_booking.vendors.throttle.opening import close_stores, store_at
from airflow_provider_booking.vendors.throttle.pacing import Throttle
from airflow_provider_booking.vendors.throttle.store import MemoryStore, Store

__all__ = ["MemoryStore", "Store", "Throttle", "close_stores", "store_at"]
