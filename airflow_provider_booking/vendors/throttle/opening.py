"""Which store a URL names."""

from __future__ import annotations

import atexit
import os
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.throttle.store import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_booking.vendors.throttle.store import Store

_lock = threading.Lock()
_stores: dict[tuple[int, str], Store] = {}


def store_at(url: str | None) -> Store:
    """The process's store for a URL; nothing is opened before it is used.

    Args:
        url: As :class:`~airflow_provider_booking.vendors.sharing.Sharing` has it. None: a new one, for a
            credential of this process.

    Raises:
        InvalidInput: The URL cannot be used, or its driver is not installed.
    """
    if url is None:
        return MemoryStore()
    # A forked worker opens its own: the parent's connections and locks are not its to use.
    key = (os.getpid(), url)
    with _lock:
        if key not in _stores:
            _stores[key] = _store(url)
        return _stores[key]


@atexit.register
def close_stores() -> None:
    """Close what this process has opened, and forget it."""
    with _lock:
        own = [_stores.pop(key) for key in list(_stores) if key[0] == os.getpid()]
    for store in own:
        store.close()


_until_forked = ExitStack()


def _before_fork() -> None:
    # SQLite notes in memory what a process has locked. A copy has the notes and not the locks: it would take
    # itself for the only one, or for who waits for himself.
    _until_forked.enter_context(_lock)
    for (pid, _), store in _stores.items():
        if pid == os.getpid():
            _until_forked.enter_context(store.standing_still())


os.register_at_fork(
    before=_before_fork, after_in_parent=_until_forked.close, after_in_child=_until_forked.close
)


def _store(url: str) -> Store:
    scheme, _, rest = url.partition("://")
    kind = _KINDS.get(scheme.removesuffix("+psycopg"))
    if kind is None:
        raise InvalidInput(
            "[booking] throttle_url names no store of a kind that is known",
            hint="give sqlite:////absolute/path, postgresql://… or redis://…",
        )
    return kind(scheme, rest)


def _sqlite(_scheme: str, rest: str) -> Store:
    from airflow_provider_booking.vendors.throttle.in_sqlite import SQLiteStore  # noqa: PLC0415  (on demand)

    # Processes have different working folders: a relative path would be several stores.
    file = Path(rest.removeprefix("/"))
    if not rest.startswith("/") or not file.is_absolute() or "\0" in rest or _is_folder(file):
        raise InvalidInput(
            "[booking] throttle_url names no absolute path of a file",
            hint="write sqlite:////absolute/path, with four slashes",
        )
    return SQLiteStore(file)


def _is_folder(file: Path) -> bool:
    with suppress(OSError):  # what is wrong is told when it is used: it may be mended by then
        return file.is_dir()
    return False


def _postgres(_scheme: str, rest: str) -> Store:
    try:
        from airflow_provider_booking.vendors.throttle.in_postgres import (  # noqa: PLC0415  (an extra)
            PostgresStore,
        )
    except ImportError:
        raise _no_driver("PostgreSQL", "postgres") from None
    return _with_server(PostgresStore, f"postgresql://{rest}")


def _redis(scheme: str, rest: str) -> Store:
    try:
        from airflow_provider_booking.vendors.throttle.in_redis import RedisStore  # noqa: PLC0415  (an extra)
    except ImportError:
        raise _no_driver("Redis", "redis") from None
    return _with_server(RedisStore, f"{scheme}://{rest}")


def _no_driver(name: str, extra: str) -> InvalidInput:
    return InvalidInput(
        f"[booking] throttle_url names {name}, whose driver is not installed",
        hint=f"install airflow-provider-booking[{extra}]",
    )


def _with_server(store: Callable[[str], Store], url: str) -> Store:
    try:
        parts = urlsplit(url)
        _ = parts.port  # one that is no number is the usual slip: an unquoted password
        (parts.hostname or "").encode("idna")
        return store(url)
    except Exception:  # noqa: BLE001, S110  (nothing is opened yet: it can but be the URL)
        pass
    # Out of the except block: the error shows the URL.
    raise InvalidInput(
        "[booking] throttle_url cannot be read",
        hint="check its host and options, and write special characters of the password as %XX, such as %40 "
        "for @",
    )


_KINDS: dict[str, Callable[[str, str], Store]] = {
    "sqlite": _sqlite,
    "postgresql": _postgres,
    "postgres": _postgres,
    "redis": _redis,
    "rediss": _redis,
}
