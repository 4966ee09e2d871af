"""Processes that share a credential share its token: on Zoho's simulator, with real processes."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import make_url, update

from airflow_provider_booking.bookings import CredentialRejected
from airflow_provider_booking.change_sets.ledger import Sealer, find_ledger, open_ledger
from airflow_provider_booking.change_sets.ledger.tables import leases
from airflow_provider_booking.change_sets.token_store import LedgerTokens
from airflow_provider_booking.vendors.sharing import TokensNotShared
from tests.change_sets import token_users
from tests.change_sets.ledger.processes import at_once
from tests.change_sets.silent_way import way_to
from tests.change_sets.token_users import (
    AT_ONCE,
    SAMPLE,
    read_in_rounds,
    read_once,
    tokens_in,
    zoho,
    zoho_settings,
)
from tests.wire import reads, token_fetches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_provider_booking.change_sets.ledger import Ledger
    from airflow_provider_booking.sandbox import Sandbox

REVOKED = "1000.sandbox.revoked"


@pytest.fixture
def keys() -> str:
    """Make a Fernet key."""
    return Fernet.generate_key().decode()


@pytest.fixture
def ledger(ledger_url: str, keys: str, new_process: None) -> Iterator[Ledger]:
    """Make the ledger, as planning does."""
    del new_process
    with open_ledger(ledger_url, Sealer(keys)) as ledger:
        yield ledger


@pytest.fixture
def quick(sandbox: Sandbox) -> Sandbox:
    """Let Zoho take as many calls as come, but no more tokens than ever."""
    sandbox.limits("zoho", None)
    return sandbox


class GoesAway(LedgerTokens):
    """A store that is there until a token is to be kept."""

    async def keep_token(self, credential: str, value: str, seconds: float) -> None:
        del credential, value, seconds
        raise TokensNotShared


@pytest.mark.usefixtures("ledger")
class TestProcesses:
    def test_three_that_start_at_once_fetch_one_token_and_one_more_when_all_have_expired(
        self, quick: Sandbox, ledger_url: str, keys: str
    ) -> None:
        at_once(3, read_in_rounds, quick.port, ledger_url, keys, 10)
        assert len(token_fetches(quick, "zoho")) == 2
        assert sum(call["status"] == 200 for call in reads(quick, "zoho")) == 3 * 10 * AT_ONCE

    def test_those_that_come_one_after_the_other_use_the_same_token(
        self, quick: Sandbox, ledger_url: str, keys: str
    ) -> None:
        said = [at_once(1, read_once, quick.port, ledger_url, keys) for _ in range(3)]
        assert (said, len(token_fetches(quick, "zoho"))) == ([[""]] * 3, 1)

    def test_a_budget_that_others_used_up_is_not_exceeded(
        self, quick: Sandbox, ledger: Ledger, ledger_url: str, keys: str
    ) -> None:
        for _ in range(10):
            ledger.count_fetch(zoho_settings(quick.url).credential(), 10, 600)
        (said,) = at_once(1, read_once, quick.port, ledger_url, keys)
        assert said.startswith("Throttled: zoho: 10 tokens in 600 s are used up (wait")
        assert quick.requests("zoho") == []

    async def test_one_that_is_killed_while_it_fetches_delays_others_by_its_lease_only(
        self, quick: Sandbox, ledger: Ledger, ledger_url: str, keys: str
    ) -> None:
        quick.fault("zoho", {"timeout": 60}, path="/oauth/*")
        command = [sys.executable, token_users.__file__, str(quick.port), ledger_url, keys]
        killed = await asyncio.to_thread(
            subprocess.run, command, check=False, timeout=60, cwd=Path(__file__).parents[2]
        )
        assert killed.returncode == -9

        async with zoho(quick.url, tokens_in(ledger_url, keys)) as client:
            call = asyncio.ensure_future(client.get_booking_info(SAMPLE))
            await asyncio.wait([call], timeout=0.5)
            assert (call.done(), len(token_fetches(quick, "zoho"))) == (False, 1)
            with ledger.writing() as connection:
                connection.execute(update(leases).values(until=0.0))
            assert (await call).booking_id == SAMPLE
        assert len(token_fetches(quick, "zoho")) == 2


@pytest.mark.usefixtures("ledger")
class TestOneProcess:
    async def test_a_refused_token_that_another_has_replaced_is_not_fetched_again(
        self, quick: Sandbox, ledger_url: str, keys: str
    ) -> None:
        # Two stores make two caches, as of two processes.
        async with (
            zoho(quick.url, tokens_in(ledger_url, keys)) as one,
            zoho(quick.url, tokens_in(ledger_url, keys)) as other,
        ):
            for client in (one, other):
                await client.get_booking_info(SAMPLE)
            quick.expire_tokens("zoho")
            for client in (one, other):
                await client.get_booking_info(SAMPLE)
        assert len(token_fetches(quick, "zoho")) == 2

    async def test_a_token_of_another_process_is_masked_before_it_is_shown(
        self, quick: Sandbox, ledger: Ledger, ledger_url: str, keys: str
    ) -> None:
        async with zoho(quick.url, tokens_in(ledger_url, keys)) as one:
            await one.get_booking_info(SAMPLE)
        shown_before = len(reads(quick, "zoho"))
        seen: list[tuple[str, int]] = []

        async def mask(token: str) -> None:
            seen.append((token, len(await asyncio.to_thread(reads, quick, "zoho"))))

        async with zoho(quick.url, tokens_in(ledger_url, keys), mask) as other:
            await other.get_booking_info(SAMPLE)
            kept = ledger.token(other.settings.credential())
        assert kept is not None
        assert seen == [(kept[0], shown_before)]

    async def test_a_token_under_a_key_that_was_rotated_away_is_replaced(
        self, quick: Sandbox, ledger_url: str
    ) -> None:
        for keys in (Fernet.generate_key().decode() for _ in range(2)):
            for _ in range(2):
                async with zoho(quick.url, tokens_in(ledger_url, keys)) as client:
                    await client.get_booking_info(SAMPLE)
        assert len(token_fetches(quick, "zoho")) == 2

    async def test_a_token_is_renewed_before_the_vendor_ends_it(
        self, quick: Sandbox, ledger: Ledger, ledger_url: str, keys: str
    ) -> None:
        async with zoho(quick.url, tokens_in(ledger_url, keys)) as client:
            await client.get_booking_info(SAMPLE)
            _, seconds = ledger.token(client.settings.credential()) or ("", 0.0)
        assert 3200 < seconds <= 3300

    async def test_a_fetch_that_the_vendor_refuses_leaves_the_turn_to_the_next(
        self, quick: Sandbox, ledger_url: str, keys: str
    ) -> None:
        for _ in range(2):
            async with zoho(quick.url, tokens_in(ledger_url, keys), refresh_token=REVOKED) as client:
                with pytest.raises(CredentialRejected):
                    await client.get_booking_info(SAMPLE)
        assert len(token_fetches(quick, "zoho")) == 2

    async def test_without_a_ledger_each_process_fetches_and_says_nothing_of_it(
        self, quick: Sandbox, caplog: pytest.LogCaptureFixture
    ) -> None:
        for _ in range(2):
            async with zoho(quick.url, LedgerTokens(lambda: None)) as client:
                await client.get_booking_info(SAMPLE)
        assert len(token_fetches(quick, "zoho")) == 2
        assert caplog.messages == []

    async def test_a_ledger_that_cannot_be_opened_is_said_once_and_tokens_are_fetched_all_the_same(
        self, quick: Sandbox, caplog: pytest.LogCaptureFixture, tmp_path: Path
    ) -> None:
        tmp_path.joinpath("ledger.db").write_text("no database at all" * 100)
        caplog.set_level(logging.WARNING)
        tokens = tokens_in(f"sqlite:///{tmp_path}/ledger.db", Fernet.generate_key().decode())
        async with zoho(quick.url, tokens) as client:
            await client.get_booking_info(SAMPLE)
            quick.expire_tokens("zoho")
            await client.get_booking_info(SAMPLE)
        (said,) = caplog.messages
        assert said.startswith("Access tokens are shared within this process only: The ledger at sqlite:///")
        assert len(token_fetches(quick, "zoho")) == 2

    @pytest.mark.parametrize("ledger_url", ["postgresql"], indirect=True)
    async def test_a_ledger_that_falls_silent_costs_its_patience_once_and_then_a_fetch(
        self, quick: Sandbox, ledger_url: str, keys: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.WARNING)
        server = make_url(ledger_url)
        with way_to(server.port or 0) as way:
            url = server.set(port=way.port).render_as_string(hide_password=False)
            store = LedgerTokens(lambda: find_ledger(url, Sealer(keys)), patience=5)
            async with zoho(quick.url, store) as client:
                await client.get_booking_info(SAMPLE)
                way.fall_silent()
                quick.expire_tokens("zoho")
                async with asyncio.timeout(30):
                    await client.get_booking_info(SAMPLE)
                with pytest.raises(TokensNotShared):
                    await asyncio.wait_for(store.token("another"), 0.5)
        said = "Access tokens are shared within this process only: the ledger gave no answer within 5 s"
        assert (caplog.messages, len(token_fetches(quick, "zoho"))) == ([said], 2)

    async def test_a_ledger_that_goes_away_in_mid_fetch_costs_no_second_fetch(
        self, quick: Sandbox, ledger_url: str, keys: str
    ) -> None:
        store = GoesAway(lambda: find_ledger(ledger_url, Sealer(keys)))
        async with zoho(quick.url, store) as client:
            await client.get_booking_info(SAMPLE)
        assert len(token_fetches(quick, "zoho")) == 1
