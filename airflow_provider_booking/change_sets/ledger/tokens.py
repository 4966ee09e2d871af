"""Access tokens of all processes: encrypted, and their fetches counted as the vendor counts them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import literal, select, update

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.ledger.columns import StoreSeconds
from airflow_provider_booking.change_sets.ledger.store import Store
from airflow_provider_booking.change_sets.ledger.tables import tokens

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Tokens(Store):
    """One token for a credential, and when the last ones were fetched."""

    def token(self, credential: str) -> tuple[str, float] | None:
        """The token of a credential and the seconds for which it may still be used.

        Args:
            credential: A digest of who calls whom; so for the other calls.

        Returns:
            None where there is none, it may no longer be used, or no key is left that decrypts it.
        """
        left = tokens.c.use_until - StoreSeconds()
        found = select(tokens.c.token, left).where(tokens.c.credential == credential, left > 0)
        with self.reading() as connection:
            row = connection.execute(found).one_or_none()
        if row is None or row[0] is None:
            return None
        try:
            return self._sealer.unseal(row[0]).decode(), row[1]
        except InvalidInput:
            return None  # a new one takes its place, under the key of now

    def keep_token(self, credential: str, value: str, seconds: float) -> None:
        """Keep a token in place of any other.

        Args:
            credential: Whose.
            value: The token.
            seconds: For how long it may be used, from now.
        """
        sealed = self._sealer.seal(value.encode())
        with self.writing() as connection:
            self._ensure_row(connection, credential)
            kept = update(tokens).where(tokens.c.credential == credential)
            connection.execute(kept.values(token=sealed, use_until=StoreSeconds() + literal(seconds)))

    def count_fetch(self, credential: str, most: int, seconds: float) -> float:
        """Count a fetch that is about to be sent, where fewer than ``most`` were in the last ``seconds``.

        Returns:
            0 where it was counted, else the seconds until one may be.
        """
        with self.writing() as connection:
            self._ensure_row(connection, credential)
            now: float = connection.execute(select(StoreSeconds())).scalar_one()
            # A clock that was put back must not lock anybody out for longer than the window.
            fetched = [min(at, now) for at in _fetched(connection, credential) if at > now - seconds]
            if len(fetched) >= most:
                return fetched[-most] + seconds - now
            _keep_fetched(connection, credential, [*fetched, now])
            return 0

    def uncount_fetch(self, credential: str) -> None:
        """Take the last fetch out of the count again."""
        with self.writing() as connection:
            _keep_fetched(connection, credential, _fetched(connection, credential)[:-1])

    def _ensure_row(self, connection: Connection, credential: str) -> None:
        nothing = {"credential": credential, "use_until": StoreSeconds(), "fetched": "[]"}
        connection.execute(self._insert(tokens).values(nothing).on_conflict_do_nothing())


def _fetched(connection: Connection, credential: str) -> list[float]:
    found = select(tokens.c.fetched).where(tokens.c.credential == credential).with_for_update()
    fetched: list[float] = json.loads(connection.execute(found).scalar() or "[]")
    return fetched


def _keep_fetched(connection: Connection, credential: str, fetched: list[float]) -> None:
    kept = update(tokens).where(tokens.c.credential == credential)
    connection.execute(kept.values(fetched=json.dumps(fetched)))
