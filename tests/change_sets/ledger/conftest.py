"""Change sets and items by the handful."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from airflow_provider_booking.change_sets.items import NewChangeSet
from airflow_provider_booking.vendors.planning import Notify

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.ledger import Ledger


@pytest.fixture
def change_set_id(ledger: Ledger) -> str:
    """Begin a change set."""
    return ledger.begin(NewChangeSet("a key", "arguments", Notify.NONE, 60.0)).change_set_id
