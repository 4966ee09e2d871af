"""Applies a change set in a process of its own, which a test can kill."""

import asyncio
import sys
from pathlib import Path

from airflow_provider_booking.change_sets.apply import apply
from airflow_provider_booking.change_sets.applying import Limits
from airflow_provider_booking.change_sets.ledger import open_ledger
from airflow_provider_booking.sandbox import Sandbox
from tests.change_sets.engine.conftest import SEALER, Desk


def main(
    port: str, ledger_url: str, change_set_id: str, canary: str = "5", lease_seconds: str = "30"
) -> None:
    with open_ledger(ledger_url, SEALER) as ledger:
        desk = Desk(Sandbox(int(port)), ledger, Path(), ledger_url)
        asyncio.run(
            apply(
                change_set_id,
                digest=None,
                conn_id=None,
                limits=Limits(canary=int(canary)),
                lease_seconds=float(lease_seconds),
                ledger=ledger,
                connect=desk.connect,
                say=print,
            )
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
