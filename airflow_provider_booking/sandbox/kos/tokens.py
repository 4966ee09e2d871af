"""KOS's tokens: a key is exchanged for one, and it is good for a while."""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.kos.clinic import KEYS, Key
from airflow_provider_booking.sandbox.kos.refusals import REQUIRED, invalid_command, refused


@dataclass(slots=True)
class Issued:
    """A token that was given for a key."""

    key: Key
    expires_at: float


class Tokens:
    """Every token ever issued. An exchange leaves the earlier ones good."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock = clock
        self._seed = seed
        self._issued: dict[str, Issued] = {}

    def exchange(self, body: dict[str, Any], life: int) -> dict[str, str]:
        """Give a token for a key, good for `life` seconds (docs/vendors/kos.md, rule 1).

        Raises:
            Refused: If there is no key in the body, or it is not known.
        """
        value = body.get("key")
        if value is None:
            raise invalid_command(("key", REQUIRED))
        if not isinstance(value, str) or value not in KEYS:
            raise refused(401)
        text = f"{self._seed}:kos:{len(self._issued)}"
        token = str(uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4))
        self._issued[token] = Issued(KEYS[value], self._clock.now() + life)
        return {"token": token}

    def authenticate(self, token: str) -> Key:
        """Give the key behind a token.

        Raises:
            Refused: If there is none, or it has expired (docs/vendors/kos.md, rule 2).
        """
        issued = self._issued.get(token)
        if issued is None or issued.expires_at <= self._clock.now():
            raise refused(401)
        return issued.key

    def label(self, token: str) -> str:
        """Name the caller for the request log."""
        issued = self._issued.get(token)
        return "unknown" if issued is None else issued.key.label

    def void(self) -> int:
        """End every token now, and say how many that hit."""
        now = self._clock.now()
        good = [token for token in self._issued.values() if token.expires_at > now]
        for token in good:
            token.expires_at = now
        return len(good)
