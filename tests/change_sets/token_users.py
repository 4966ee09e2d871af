"""What uses one Zoho connection in processes of its own, with the ledger's tokens."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.change_sets.ledger import Sealer, find_ledger
from airflow_provider_booking.change_sets.token_store import LedgerTokens
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.registry import SIMULATORS
from airflow_provider_booking.vendors.sharing import Sharing
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from airflow_provider_booking.vendors.zoho.settings import ZohoSettings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SAMPLE = "1596693672887000001"
AT_ONCE = 8
PACE = {"rate_limit": "1000/second", "read_rate_limit": "1000/second", "verify": False}


def tokens_in(ledger_url: str, keys: str) -> LedgerTokens:
    return LedgerTokens(lambda: find_ledger(ledger_url, Sealer(keys)))


def zoho_settings(url: str, **otherwise: Any) -> ZohoSettings:
    """The connection to the simulated Zoho, some extras otherwise."""
    simulator = next(each for each in SIMULATORS if each.vendor == "zoho")
    parts = simulator.connection(url)
    conn_id, _, extra = parts.pop("conn_id"), parts.pop("conn_type"), parts.pop("extra")
    return ZohoSettings.from_connection(conn_id, **parts, extra={**extra, **PACE, **otherwise})


def zoho(
    url: str,
    tokens: LedgerTokens,
    on_token: Callable[[str], Awaitable[None]] | None = None,
    **otherwise: Any,
) -> ZohoClient:
    """A client of the simulated Zoho, with the tokens of a store."""
    return ZohoClient(zoho_settings(url, **otherwise), on_token=on_token, sharing=Sharing(tokens=tokens))


def read_in_rounds(number: int, port: int, ledger_url: str, keys: str, rounds: int) -> None:
    """Read one booking in rounds of several calls at once.

    The first process lets all tokens expire after half of its rounds.
    """
    sandbox = Sandbox(port)

    async def read() -> None:
        async with zoho(sandbox.url, tokens_in(ledger_url, keys)) as client:
            for done in range(rounds):
                if number == 0 and done == rounds // 2:
                    await asyncio.to_thread(sandbox.expire_tokens, "zoho")
                await asyncio.gather(*(client.get_booking_info(SAMPLE) for _ in range(AT_ONCE)))

    asyncio.run(read())


def read_once(_number: int, port: int, ledger_url: str, keys: str) -> str:
    """Read one booking; give what was wrong, or nothing."""

    async def read() -> str:
        try:
            async with zoho(Sandbox(port).url, tokens_in(ledger_url, keys)) as client:
                await client.get_booking_info(SAMPLE)
        except Exception as error:  # noqa: BLE001  (the test looks at it)
            return f"{type(error).__name__}: {error}"
        return ""

    return asyncio.run(read())


def die_while_fetching(port: str, ledger_url: str, keys: str) -> None:
    """Be killed when the vendor has been asked for a token and has not answered yet."""
    sandbox = Sandbox(int(port))

    def watch() -> None:
        while not sandbox.requests("zoho"):
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGKILL)

    async def die() -> None:
        async with zoho(sandbox.url, tokens_in(ledger_url, keys)) as client:
            await asyncio.gather(client.get_booking_info(SAMPLE), asyncio.to_thread(watch))

    asyncio.run(die())


if __name__ == "__main__":
    die_while_fetching(*sys.argv[1:])
