"""Planning and applying against the sandbox, with a real ledger and without Airflow."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.apply import Applied, apply
from airflow_provider_booking.change_sets.applying import Limits
from airflow_provider_booking.change_sets.leasing import SECONDS
from airflow_provider_booking.change_sets.ledger import Sealer, open_ledger
from airflow_provider_booking.change_sets.plan import PlanRequest, plan
from airflow_provider_booking.change_sets.revert import Reverted, revert
from airflow_provider_booking.change_sets.sources import parse_source
from airflow_provider_booking.change_sets.sources.change import parse_change
from airflow_provider_booking.change_sets.sources.files import rows_of_file
from airflow_provider_booking.change_sets.sources.ids import rows_of_ids
from airflow_provider_booking.change_sets.wall_time import OnDst
from airflow_provider_booking.sandbox.registry import SIMULATORS
from airflow_provider_booking.vendors.planning import Notify
from airflow_provider_booking.vendors.registry import client_class
from tests.wire import may_change_a_booking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from airflow_provider_booking.change_sets.items import ChangeSet, Item
    from airflow_provider_booking.change_sets.ledger import Ledger
    from airflow_provider_booking.change_sets.rows import BadRow, Row, Wish
    from airflow_provider_booking.sandbox import Sandbox
    from airflow_provider_booking.vendors.client import VendorClient

SEALER = Sealer("cGFzc3dvcmQgb2YgMzIgYnl0ZXMgZm9yIHRlc3RzLi4=")
PACE = {"rate_limit": "100000/second", "read_rate_limit": "100000/second"}


@dataclass
class Desk:
    """Where one plans and applies."""

    sandbox: Sandbox
    ledger: Ledger
    folder: Path
    ledger_url: str
    said: list[str] = field(default_factory=list)
    extras: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What a connection says otherwise, by its id."""
    passwords: dict[str, str] = field(default_factory=dict)
    """A connection's secret, by its id, where it is another one."""

    async def connect(self, conn_id: str) -> VendorClient[Any, Any]:
        for simulator in SIMULATORS:
            parts = simulator.connection(self.sandbox.url)
            if parts.pop("conn_id") == conn_id:
                del parts["conn_type"]
                client: Any = client_class(simulator.vendor)
                parts["password"] = self.passwords.get(conn_id, parts["password"])
                parts["extra"] = {**parts.get("extra", {}), **PACE, **self.extras.get(conn_id, {})}
                made: VendorClient[Any, Any] = client(client.settings_model.from_connection(conn_id, **parts))
                return made
        raise InvalidInput(f"connection {conn_id} does not exist", hint="make it")

    def rows(self, source: Any, change: Wish | None) -> Iterator[Row | BadRow]:
        if hasattr(source, "ids"):
            return rows_of_ids(source.ids, change)
        return rows_of_file(
            source.url, lambda: (self.folder / source.url).open("rb"), change, source.outcomes
        )

    async def plan(
        self, source: Any, change: Any = None, *, conn_id: str | None = "jicoo_default", **otherwise: Any
    ) -> ChangeSet:
        asked: dict[str, Any] = {
            "key": "run 1",
            "arguments": repr((source, change, conn_id)),
            "source": parse_source(source),
            "change": parse_change(change),
            "conn_id": conn_id,
            "notify": Notify.VENDOR_DEFAULT,
            "on_dst": OnDst.REFUSE,
            "include_past": False,
            "allow_empty": False,
            "expires_in": 3600.0,
        }
        return await plan(
            PlanRequest(**(asked | otherwise)),
            ledger=self.ledger,
            connect=self.connect,
            open_rows=self.rows,
            say=self.said.append,
        )

    async def apply(
        self,
        change_set: ChangeSet,
        *,
        conn_id: str | None = None,
        digest: str | None = None,
        asked_at: datetime | None = None,
        lease_seconds: float = SECONDS,
        **limits: Any,
    ) -> Applied:
        return await apply(
            change_set.change_set_id,
            digest=digest,
            conn_id=conn_id,
            limits=Limits(**limits),
            asked_at=asked_at,
            lease_seconds=lease_seconds,
            ledger=self.ledger,
            connect=self.connect,
            say=self.said.append,
        )

    async def revert(self, change_set: ChangeSet | str, **otherwise: Any) -> Reverted:
        asked: dict[str, Any] = {"key": None, "limits": Limits(), "include_past": False, "notify": None}
        return await revert(
            change_set if isinstance(change_set, str) else change_set.change_set_id,
            **(asked | {"asked_at": None} | otherwise),
            ledger=self.ledger,
            connect=self.connect,
            say=self.said.append,
        )

    def items(self, change_set: ChangeSet) -> list[Item]:
        return list(self.ledger.items(change_set.change_set_id))

    def counts(self, change_set: ChangeSet) -> dict[str, int]:
        return self.ledger.counts(change_set.change_set_id)

    def outcomes(self, change_set: ChangeSet) -> list[tuple[str, str | None]]:
        """Outcome and reason of each item, by row."""
        return [(item.outcome.value, item.reason and item.reason.value) for item in self.items(change_set)]

    def written(self, vendor: str) -> list[dict[str, Any]]:
        """What was sent to a vendor to change a booking."""
        return [request for request in self.sandbox.requests(vendor) if may_change_a_booking(request)]


@pytest.fixture
def desk(sandbox: Sandbox, new_process: None, ledger_url: str, tmp_path: Path) -> Iterator[Desk]:
    del new_process
    with open_ledger(ledger_url, SEALER) as ledger:
        yield Desk(sandbox, ledger, tmp_path, ledger_url)
        # Who was cancelled did not wait for what it had asked of the ledger.
        for thread in threading.enumerate():
            if thread.name == "booking-ledger":
                thread.join(30)
