"""One token for a credential: encrypted, for as long as it may be used, and its fetches counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, update

from airflow_provider_booking.change_sets.ledger import Sealer, find_ledger, open_ledger
from airflow_provider_booking.change_sets.ledger.tables import tokens

if TYPE_CHECKING:
    from pathlib import Path

    from airflow_provider_booking.change_sets.ledger import Ledger


def age(ledger: Ledger, seconds: float) -> None:
    """Let so many seconds pass for the token."""
    with ledger.writing() as connection:
        connection.execute(update(tokens).values(use_until=tokens.c.use_until - seconds))


def test_there_is_no_token_at_first(ledger: Ledger) -> None:
    assert ledger.token("me") is None


def test_a_token_is_found_with_the_seconds_that_it_may_be_used(ledger: Ledger) -> None:
    ledger.keep_token("me", "t-1", 3600)

    value, seconds = ledger.token("me") or ("", 0)

    assert value == "t-1"
    assert 3590 < seconds <= 3600


def test_a_token_is_found_by_its_own_credential_only(ledger: Ledger) -> None:
    ledger.keep_token("me", "t-1", 3600)

    assert ledger.token("somebody") is None


def test_a_new_token_takes_the_place_of_the_old(ledger: Ledger) -> None:
    ledger.keep_token("me", "t-1", 3600)
    ledger.keep_token("me", "t-2", 60)

    value, seconds = ledger.token("me") or ("", 0)

    assert (value, seconds <= 60) == ("t-2", True)


def test_a_token_past_its_end_is_not_found(ledger: Ledger) -> None:
    ledger.keep_token("me", "t-1", 3600)
    age(ledger, 3600)

    assert ledger.token("me") is None


def test_a_token_lies_there_encrypted(ledger: Ledger) -> None:
    ledger.keep_token("me", "t-secret", 3600)

    with ledger.reading() as connection:
        row = connection.execute(select(tokens)).one()

    assert b"t-secret" not in repr(row).encode()


def test_a_token_that_no_key_decrypts_any_more_counts_as_none_and_is_replaced(
    ledger: Ledger, ledger_url: str
) -> None:
    ledger.keep_token("me", "t-1", 3600)
    with open_ledger(ledger_url, Sealer(Fernet.generate_key().decode())) as rotated:
        before = rotated.token("me")
        rotated.keep_token("me", "t-2", 3600)
        after = rotated.token("me")

    assert (before, after and after[0]) == (None, "t-2")


def test_fetches_are_counted_until_there_are_too_many(ledger: Ledger) -> None:
    waits = [ledger.count_fetch("me", 3, 600) for _ in range(4)]

    assert waits[:3] == [0, 0, 0]
    assert 590 < waits[3] <= 600


def test_a_fetch_that_may_not_be_sent_is_not_counted(ledger: Ledger) -> None:
    ledger.count_fetch("me", 1, 600)
    first, second = (ledger.count_fetch("me", 1, 600) for _ in range(2))

    assert second <= first


def test_fetches_of_other_credentials_are_counted_apart(ledger: Ledger) -> None:
    ledger.count_fetch("me", 1, 600)

    assert ledger.count_fetch("somebody", 1, 600) == 0


def test_what_was_fetched_before_the_window_does_not_count(ledger: Ledger) -> None:
    ledger.count_fetch("me", 1, 600)

    assert ledger.count_fetch("me", 1, 0) == 0


def test_a_fetch_can_be_taken_out_of_the_count(ledger: Ledger) -> None:
    ledger.count_fetch("me", 2, 600)
    ledger.count_fetch("me", 2, 600)
    ledger.uncount_fetch("me")

    assert ledger.count_fetch("me", 2, 600) == 0
    assert ledger.count_fetch("me", 2, 600) > 0


def test_a_clock_that_was_put_back_locks_nobody_out_for_longer_than_the_window(ledger: Ledger) -> None:
    ledger.count_fetch("me", 1, 600)
    tomorrow = f"[{ledger.now().timestamp() + 86400}]"
    with ledger.writing() as connection:
        connection.execute(update(tokens).values(fetched=tomorrow))

    assert ledger.count_fetch("me", 1, 600) <= 600


def test_counting_leaves_the_token_alone(ledger: Ledger) -> None:
    ledger.keep_token("me", "t-1", 3600)
    ledger.count_fetch("me", 2, 600)

    assert (ledger.token("me") or [""])[0] == "t-1"


def test_old_tokens_are_forgotten_and_those_of_now_are_kept(ledger: Ledger) -> None:
    ledger.keep_token("old", "t-1", 60)
    age(ledger, 86400 + 60)
    ledger.keep_token("me", "t-2", 60)
    ledger.forget_old()

    with ledger.reading() as connection:
        assert connection.execute(select(tokens.c.credential)).scalars().all() == ["me"]


class TestFinding:
    def test_a_ledger_that_is_there_is_found(self, ledger: Ledger, ledger_url: str, sealer: Sealer) -> None:
        ledger.keep_token("me", "t-1", 3600)

        found = find_ledger(ledger_url, sealer)

        assert found is not None
        assert (found.token("me") or [""])[0] == "t-1"

    def test_a_database_without_tables_holds_no_ledger_and_gets_none(
        self, ledger_url: str, sealer: Sealer
    ) -> None:
        assert find_ledger(ledger_url, sealer) is None
        assert find_ledger(ledger_url, sealer) is None

    @pytest.mark.parametrize("name", ["ledger.db", "folder/ledger.db"])
    def test_no_file_is_made(self, tmp_path: Path, sealer: Sealer, name: str) -> None:
        assert find_ledger(f"sqlite:///{tmp_path}/{name}", sealer) is None
        assert list(tmp_path.iterdir()) == []
