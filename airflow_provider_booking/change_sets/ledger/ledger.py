"""The ledger as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from airflow_provider_booking.change_sets.ledger.claims import Claims
from airflow_provider_booking.change_sets.ledger.duplicates import Duplicates
from airflow_provider_booking.change_sets.ledger.event_log import EventLog
from airflow_provider_booking.change_sets.ledger.item_reading import ItemReading
from airflow_provider_booking.change_sets.ledger.item_writing import ItemWriting
from airflow_provider_booking.change_sets.ledger.leases import Leases
from airflow_provider_booking.change_sets.ledger.moves import Moves
from airflow_provider_booking.change_sets.ledger.retention import Retention
from airflow_provider_booking.change_sets.ledger.set_records import SetRecords
from airflow_provider_booking.change_sets.ledger.tally import Tallies
from airflow_provider_booking.change_sets.ledger.tokens import Tokens

if TYPE_CHECKING:
    from types import TracebackType


class Ledger(
    SetRecords,
    ItemWriting,
    ItemReading,
    Duplicates,
    Tallies,
    EventLog,
    Moves,
    Leases,
    Claims,
    Tokens,
    Retention,
):
    """What is known of change sets, in a SQL database; :func:`open_ledger` opens it.

    Several threads may use one, and several processes one database. Every call is a transaction of its own
    and raises :class:`LedgerUnavailable` where the database cannot be reached, read or written.
    """

    def close(self) -> None:
        """Close all connections to the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
