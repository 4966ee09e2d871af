"""What all who use one credential share beyond this process: its pace and its access token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager


class TokensNotShared(Exception):
    """The store of tokens cannot be used just now: what is in hand goes on within this process."""


class TokenStore(Protocol):
    """Keeps access tokens where all processes see them; every moment is one of the store's own clock.

    Every call raises :class:`TokensNotShared` where the store cannot be reached.
    """

    async def token(self, credential: str) -> tuple[str, float] | None:
        """The token of a credential and the seconds for which it may still be used; None where there is none.

        Args:
            credential: A digest of who calls whom; so for the other calls.
        """

    def turn(self, credential: str) -> AbstractAsyncContextManager[bool]:
        """Held while a token is fetched; gives whether it is this process's turn. Waits for nobody.

        One process at a time has the turn. That of a process that died lapses.
        """

    async def count_fetch(self, credential: str, tokens: int, seconds: float) -> float:
        """Count a fetch that is about to be sent, where no more than ``tokens`` in any ``seconds`` are had.

        Returns:
            0 where it was counted and may be sent, else the seconds until one may be.
        """

    async def uncount_fetch(self, credential: str) -> None:
        """Take the last fetch out of the count again: it is certain that it gave no token."""

    async def keep_token(self, credential: str, value: str, seconds: float) -> None:
        """Keep a token that was just fetched, in place of any other.

        Args:
            credential: Whose.
            value: The token.
            seconds: For how long it may be used.
        """


@dataclass(frozen=True)
class Sharing:
    """Where a client shares what is its credential's.

    Attributes:
        throttle_url: Where budgets and pauses are kept: ``sqlite:////absolute/path``, ``postgresql://…`` or
            ``redis://…``. None: within this process.
        tokens: Where access tokens are kept. None: within this process.
    """

    throttle_url: str | None = field(default=None, repr=False)  # may hold a password
    tokens: TokenStore | None = None


WITHIN_THIS_PROCESS = Sharing()
