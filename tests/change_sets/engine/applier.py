"""Applies a change set in a process of its own, which a test can kill."""

import asyncio
import sys
from pathlib import Path

from airflow_provider_booking.change_sets.apply import apply
from airflow_provider_booking.change_sets.applying import Limits
from airflow_provider_booking.change_sets.ledger import open_ledger
from airflow_provider_booking.sandbox import Sandbox
from tests.change_sets.engine.conftest import SEALER, Desk

USUAL = ("5", "30", "16")
"""Canaries, seconds of the lease, requests at once: where a test does not say otherwise."""


def main(port: str, ledger_url: str, change_set_id: str, *options: str) -> None:
    canary, lease_seconds, max_concurrency = (*options, *USUAL[len(options) :])
    with open_ledger(ledger_url, SEALER) as ledger:
        desk = Desk(Sandbox(int(port)), ledger, Path(), ledger_url)
        desk.extras["jicoo_default"] = {"max_concurrency": int(max_concurrency)}
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
