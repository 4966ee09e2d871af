"""One HTTP client for a credential, shared by all who use it in one event loop of a process.

What does not depend on a loop, the token and the pace, is shared by the whole process; and beyond it, where
a :class:`~airflow_provider_booking.vendors.sharing.Sharing` says so.
"""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from airflow_provider_booking.vendors.sharing import WITHIN_THIS_PROCESS
from airflow_provider_booking.vendors.throttle import Store, Throttle, close_stores, store_at
from airflow_provider_booking.vendors.token_fetching import TokenFetching
from airflow_provider_booking.vendors.tokens import TokenCache
from airflow_provider_booking.vendors.transport import Transport, make_http

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from airflow_provider_booking.vendors.settings import VendorSettings
    from airflow_provider_booking.vendors.sharing import Sharing


@dataclass
class Credential:
    """What all calls with one credential share in this process, whatever else their connections say."""

    tokens: TokenCache
    sharing: Sharing = WITHIN_THIS_PROCESS
    _store: Store = field(init=False)
    _throttles: dict[tuple[object, ...], Throttle] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._store = store_at(self.sharing.throttle_url)

    def throttle(self, settings: VendorSettings) -> Throttle:
        """The pace for the rates that a connection names."""
        return self._throttles.setdefault(
            (settings.rate_limit, settings.read_rate_limit), Throttle(settings, self._store)
        )


@dataclass
class _Session:
    transport: Transport
    users: int = 0


_lock = threading.Lock()
_credentials: dict[tuple[int, str, Sharing], Credential] = {}
_sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[VendorSettings, Sharing], _Session]] = (
    WeakKeyDictionary()
)


def credential_of(settings: VendorSettings, sharing: Sharing = WITHIN_THIS_PROCESS) -> Credential:
    """The process's one :class:`Credential` for these settings."""
    # A forked worker starts with locks and tokens of its own: the parent's may be held by a thread it lacks.
    key = (os.getpid(), settings.credential(), sharing)
    with _lock:
        if key not in _credentials:
            source = TokenFetching(
                settings.credential(), settings.vendor, settings.token_budget, sharing.tokens
            )
            _credentials[key] = Credential(TokenCache(source), sharing)
        return _credentials[key]


def forget_credentials() -> None:
    """Forget all tokens and paces, as a new process would. For tests that play several processes."""
    with _lock:
        _credentials.clear()
    close_stores()


@asynccontextmanager
async def session(
    settings: VendorSettings, sharing: Sharing = WITHIN_THIS_PROCESS
) -> AsyncIterator[Transport]:
    """The running loop's transport for these settings; closed when its last user leaves."""
    of_loop = _sessions.setdefault(asyncio.get_running_loop(), {})
    # Two connections that differ by name alone are one to the vendor.
    key = (settings.model_copy(update={"conn_id": ""}), sharing)
    shared = of_loop.get(key)
    if shared is None:
        transport = Transport(
            make_http(settings),
            settings,
            credential_of(settings, sharing).throttle(settings),
            asyncio.Semaphore(settings.max_concurrency),
        )
        shared = of_loop[key] = _Session(transport)
    shared.users += 1
    try:
        yield shared.transport
    finally:
        shared.users -= 1
        if shared.users == 0:
            del of_loop[key]
            await shared.transport.http.aclose()
