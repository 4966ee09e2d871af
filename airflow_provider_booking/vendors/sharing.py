"""What all who use one credential share beyond this process: its pace and its access token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager


class TokenStore(Protocol):
    """Keeps access tokens where all processes see them; every moment is one of the store's own clock."""

    async def token(self, credential: str) -> tuple[str, float] | None:
        """The token of a credential and the seconds for which it may still be used; None where there is none.

        Args:
            credential: A digest of who calls whom.

        Raises:
            NotApplied: The store cannot be reached; nothing was sent.
        """

    async def keep_token(self, credential: str, value: str, seconds: float) -> None:
        """Keep a token that was just fetched, and count that it was.

        Raises:
            NotApplied: The store cannot be reached.
        """

    async def forget_token(self, credential: str, value: str) -> None:
        """Forget a token that the vendor does not take, unless it is another one by now.

        Raises:
            NotApplied: The store cannot be reached.
        """

    async def wait_for_budget(self, credential: str, tokens: int, seconds: float) -> float:
        """Seconds until one more token may be fetched, where ``tokens`` in any ``seconds`` are had; 0: now.

        Raises:
            NotApplied: The store cannot be reached; nothing was sent.
        """

    def alone(self, credential: str) -> AbstractAsyncContextManager[None]:
        """Held while a token is fetched: one process at a time does so, the others wait.

        Raises:
            NotApplied: The store cannot be reached; nothing was sent.
        """


@dataclass(frozen=True)
class Sharing:
    """Where a client shares what is its credential's.

    Attributes:
        throttle_url: Where budgets and pauses are kept: ``sqlite:////absolute/path``, ``postgresql://…`` or
            ``redis://…``. None: within this process.
        tokens: Where access tokens are kept. None: within this process.
    """

    throttle_url: str | None = None
    tokens: TokenStore | None = None


WITHIN_THIS_PROCESS = Sharing()
