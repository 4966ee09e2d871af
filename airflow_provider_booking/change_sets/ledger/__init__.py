"""The ledger: what is known of change sets and their items, in a SQL database."""

from airflow_provider_booking.change_sets.ledger.claims import Claim, Standing
from airflow_provider_booking.change_sets.ledger.database import find_ledger, open_ledger
from airflow_provider_booking.change_sets.ledger.errors import LeaseLost, LedgerUnavailable, NoLedger
from airflow_provider_booking.change_sets.ledger.event_log import Event
from airflow_provider_booking.change_sets.ledger.journal import Journal, StopAskedFor
from airflow_provider_booking.change_sets.ledger.leases import Lease
from airflow_provider_booking.change_sets.ledger.ledger import Ledger
from airflow_provider_booking.change_sets.ledger.sealing import Sealer

__all__ = [
    "Claim",
    "Event",
    "Journal",
    "Lease",
    "LeaseLost",
    "Ledger",
    "LedgerUnavailable",
    "NoLedger",
    "Sealer",
    "Standing",
    "StopAskedFor",
    "find_ledger",
    "open_ledger",
]
