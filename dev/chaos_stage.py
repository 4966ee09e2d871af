"""Where a round of the chaos campaign is played: vendors that are watched, a ledger that can go away."""

import base64
import hashlib
import json
import shutil
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.app import sandbox_app
from airflow_provider_booking.sandbox.registry import SIMULATORS
from airflow_provider_booking.sandbox.running import serving
from airflow_provider_booking.sandbox.world import Start, World
from dev.chaos_faults import TIMEOUT
from dev.chaos_sets import Records
from dev.vendor_forms import FORMS

FERNET_KEY = base64.urlsafe_b64encode(hashlib.sha256(b"chaos").digest()).decode()
FRESH_FOR = 0.3  # seconds; see [booking] fresh_for
LONGEST_WAIT = 1.5  # seconds; see [booking] longest_wait
LEASE = 1.5  # seconds; see [booking] lease_seconds
PASSWORD = "928374651"  # noqa: S105  (nobody else's)
"""Of every Feishu reserve of the campaign: digits that stand nowhere else."""
_TOKENS = ("access_token", "tenant_access_token", "refresh_token", "token")


class Watched:
    """The sandbox's app, and who is told of each vendor call before and after it is answered.

    Attributes:
        received: Called with the number of each call since :meth:`count_anew`, before it is answered.
        answered: The same, afterwards.
        tokens: Every token that a vendor gave out.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.received: Callable[[int], None] = lambda _number: None
        self.answered: Callable[[int], None] = lambda _number: None
        self.tokens: set[str] = set()
        self._app = app
        self._calls = 0

    def count_anew(self) -> None:
        """Let the next call be the first."""
        self._calls = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call."""
        if scope["path"].startswith("/_control"):
            await self._app(scope, receive, send)
            return

        async def note(message: Message) -> None:
            self._note_tokens(message.get("body", b""))
            await send(message)

        self._calls += 1
        number = self._calls
        self.received(number)
        await self._app(scope, receive, note)
        self.answered(number)

    def _note_tokens(self, body: bytes) -> None:
        try:
            answer = json.loads(body)
        except ValueError:
            return
        if isinstance(answer, dict):
            self.tokens.update(str(answer[name]) for name in _TOKENS if answer.get(name))


@dataclass
class LedgerPlace:
    """A ledger that can go away and come back.

    Attributes:
        url: Where it is.
        folder: The folder of its file; None in PostgreSQL.
        server: PostgreSQL's standing database; empty where it is a file.
        database: Its database there.
        gone: From when to when it was away: unix seconds.
    """

    url: str
    folder: Path | None
    server: str = ""
    database: str = ""
    gone: list[tuple[float, float]] = field(default_factory=list)
    _since: float | None = None
    _moving: threading.Lock = field(default_factory=threading.Lock)

    def go(self) -> None:
        """Take it away from all who use it; from any thread."""
        with self._moving:
            if self.folder is not None:
                self.folder.rename(self._elsewhere)
            else:
                self._refuse_connections(yes=True)
            self._since = time.time()

    def come_back(self, after: float = 0) -> None:
        """Bring it back as it was, if it was away for so many seconds."""
        with self._moving:
            if self._since is None or time.time() < self._since + after:
                return
            self.gone.append((self._since, time.time()))
            self._since = None
            if self.folder is not None:
                self._put_back()
            else:
                self._refuse_connections(yes=False)

    def _put_back(self) -> None:
        assert self.folder is not None  # noqa: S101  (the caller looked)
        while self._elsewhere.exists():
            shutil.rmtree(self.folder, ignore_errors=True)  # what somebody made in its place
            with suppress(OSError):  # somebody made it anew in this moment
                self._elsewhere.rename(self.folder)

    @property
    def _elsewhere(self) -> Path:
        assert self.folder is not None  # noqa: S101  (the caller looked)
        return self.folder.with_suffix(".away")

    def _refuse_connections(self, *, yes: bool) -> None:
        with psycopg.connect(self.server, autocommit=True) as admin:
            allowed = "false" if yes else "true"
            admin.execute(f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS {allowed}".encode())
            if yes:
                ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
                admin.execute(ended, [self.database])


@contextmanager
def ledger_place(folder: Path, postgres: str) -> Iterator[LedgerPlace]:
    """Make room for a ledger: a folder for its file or, with the URL of a PostgreSQL server, a database."""
    if not postgres:
        yield LedgerPlace(f"sqlite:///{folder}/ledger/ledger.db", folder / "ledger")
        return
    name = f"chaos_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        place = LedgerPlace(urlsplit(postgres)._replace(path=f"/{name}").geturl(), None, postgres, name)
        try:
            yield place
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@dataclass(frozen=True)
class Stage:
    """Where a round is played.

    Attributes:
        folder: Its own.
        sandbox: The vendors.
        watched: Who sees each call of theirs.
        ledger: The ledger.
        environment: What each process gets.
        waits_passed: When :meth:`let_waits_pass` was called: unix seconds.
    """

    folder: Path
    sandbox: Sandbox
    watched: Watched
    ledger: LedgerPlace
    environment: dict[str, str]
    _world: World
    waits_passed: list[float] = field(default_factory=list)

    def void_tokens(self, vendor: str, how: str) -> None:
        """End all tokens of a vendor; to be called while one of its calls is answered."""
        self._world.simulators[vendor].void_tokens(how)

    def bookings(self) -> Records:
        """Return every booking at every vendor, as it is now."""
        return {
            vendor: {record[form.id_field]: record for record in self.sandbox.bookings(vendor)}
            for vendor, form in FORMS.items()
        }

    def let_waits_pass(self) -> None:
        """Let the time pass for which vendors want to be left alone: Zoho's minute is long for a round."""
        with closing(sqlite3.connect(self.folder / "home" / "booking_throttle.db")) as throttle:
            throttle.execute("UPDATE booking_throttle SET paused_until = 0")
            throttle.commit()
        self.waits_passed.append(time.time())

    @property
    def reports(self) -> Path:
        """Where reports are written."""
        return self.folder / "reports"


@contextmanager
def stage(folder: Path, seed: int, postgres: str) -> Iterator[Stage]:
    """Put up a stage: vendors without limits and with their standing bookings, an empty ledger."""
    world = World(Start(seed=seed))
    watched = Watched(sandbox_app(world))
    with serving(watched) as sandbox, ledger_place(folder, postgres) as ledger:
        for simulator in SIMULATORS:
            sandbox.limits(simulator.vendor, None)
        yield Stage(folder, sandbox, watched, ledger, _environment(folder, sandbox.url, ledger.url), world)


def connections(url: str) -> dict[str, dict[str, Any]]:
    """Return every vendor's connection to a sandbox, by vendor: the members of its JSON form."""
    found = {}
    for simulator in SIMULATORS:
        parts = simulator.connection(url)
        quick = {"timeout": TIMEOUT, "rate_limit": "300/second", "read_rate_limit": "300/second"}
        found[simulator.vendor] = parts | {"extra": parts.get("extra", {}) | quick}
    return found


def _environment(folder: Path, url: str, ledger_url: str) -> dict[str, str]:
    options = {
        "LEDGER_URL": ledger_url,
        "REPORT_URL": str(folder / "reports"),
        "SETTLE_DELAY": "0.05",
        "FRESH_FOR": str(FRESH_FOR),
        "LONGEST_WAIT": str(LONGEST_WAIT),
        "LEASE_SECONDS": str(LEASE),
    }
    found = {f"AIRFLOW__BOOKING__{name}": value for name, value in options.items()}
    found |= {"AIRFLOW_HOME": str(folder / "home"), "AIRFLOW__CORE__FERNET_KEY": FERNET_KEY}
    found["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"  # their plugins take long to load
    for parts in connections(url).values():
        name = parts.pop("conn_id")
        found[f"AIRFLOW_CONN_{name.upper()}"] = json.dumps(parts)
    return found
