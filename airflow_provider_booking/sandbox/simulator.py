"""What every vendor simulator is: a pure answer to each call, over bookings held in memory."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from urllib.parse import parse_qsl

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.faults import Wait
from airflow_provider_booking.sandbox.journal import Journal
from airflow_provider_booking.sandbox.rates import Limits, rate_windows
from airflow_provider_booking.sandbox.switches import Switch, Switchboard

HTML_STATUSES = frozenset({502, 504})  # what a gateway in front of a vendor answers with a page of its own


@dataclass(frozen=True)
class Call:
    """One request to a vendor; header names are in lower case.

    `path` is the decoded path below `mount`, `wire_path` all of it as it was sent, percent signs included.
    """

    mount: str
    scheme: str
    method: str
    path: str
    wire_path: str
    query_string: bytes
    headers: Mapping[bytes, bytes]
    body: bytes

    def header(self, name: str) -> str:
        """Give a header's text, empty if it was not sent."""
        return self.headers.get(name.lower().encode(), b"").decode("latin-1")

    @cached_property
    def query(self) -> dict[str, str]:
        """The query; of a name given twice, the last value."""
        return dict(parse_qsl(self.query_string.decode("latin-1"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: status, raw body, and headers in the vendor's own spelling."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(status: int, payload: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with JSON in UTF-8."""
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    return Answer(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


def html_answer(status: int) -> Answer:
    """Answer with the kind of page that a gateway makes up itself."""
    body = f"<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>gateway</body></html>"
    return Answer(status, body.encode(), {"Content-Type": "text/html"})


T = TypeVar("T")


class Routes(Generic[T]):
    """A table from method and path template (`/bookings/{uid}`) to whatever a simulator keeps for a call."""

    def __init__(self, table: Iterable[tuple[str, str, T]]) -> None:
        self._templates: dict[str, tuple[re.Pattern[str], dict[str, T]]] = {}
        for method, template, target in table:
            pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))
            self._templates.setdefault(template, (pattern, {}))[1][method] = target

    def find(self, method: str, path: str) -> tuple[T | None, dict[str, str], bool]:
        """Give the target, the parts of the path, and whether the path exists at all."""
        for pattern, targets in self._templates.values():
            if found := pattern.fullmatch(path):
                return targets.get(method), found.groupdict(), True
        return None, {}, False


class Simulator(ABC):
    """One vendor: its bookings, its credentials, its rules.

    Each call is answered in one step, so writes are atomic.

    Attributes:
        vendor: The vendor's name; also that of its first mount.
        mounts: The first parts of the paths that it answers under.
        default_limits: The rates that the vendor documents, as `50/second`; none if it documents none.
            A vendor that counts reads and writes apart has a list for each, under `read` and `write`.
        switches: What is assumed about the vendor and can be turned around.
    """

    vendor: ClassVar[str]
    mounts: ClassVar[tuple[str, ...]]
    default_limits: ClassVar[Limits] = ()
    switches: ClassVar[Mapping[str, Switch]] = {}

    def __init__(self, clock: Clock, journal: Journal, seed: int) -> None:
        self.clock = clock
        self.journal = journal
        self.seed = seed
        self.switchboard = Switchboard(self.switches)
        self.limit(self.default_limits)

    def limit(self, limits: Limits) -> None:
        """Count from now on against these rates; none means unlimited.

        Raises:
            ValueError: If a rate is not spelled like `50/second`, or reads and writes are not counted apart.
        """
        if isinstance(limits, Mapping):
            raise ValueError(f"{self.vendor} counts reads and writes together: give one list.")  # noqa: TRY004 - a user's input
        self.rates = rate_windows(limits)

    @property
    def limits(self) -> Limits:
        """The rates in force, in the form that `limit` takes."""
        return self.rates.texts

    @abstractmethod
    def answer(self, call: Call) -> Answer:
        """Do what the vendor would do with this call."""

    @abstractmethod
    def caller(self, call: Call) -> str:
        """Name who calls, for the request log: a label, never the credential itself."""

    @abstractmethod
    def failure(self, status: int, code: int | str | None, message: str | None) -> Answer:
        """Give the vendor's own error answer for an injected fault."""

    @abstractmethod
    def throttled(self, wait: Wait) -> Answer:
        """Give the vendor's "too many requests"."""

    @abstractmethod
    def generate(self, count: int) -> list[str]:
        """Add made-up bookings, the same ones for the same seed, and give their ids."""

    @abstractmethod
    def store(self, records: list[dict[str, Any]]) -> list[str]:
        """Store bookings in the form of `records()`; members left out are made up.

        One with a known id takes the place of the other.

        Raises:
            ValueError: If a member is not known; nothing is stored then.
        """

    @abstractmethod
    def records(self) -> list[dict[str, Any]]:
        """Give every stored booking, raw, in the order of storing."""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many bookings there are."""

    @classmethod
    @abstractmethod
    def connection(cls, url: str) -> dict[str, Any]:
        """Describe the Airflow connection for this simulator under `url`; `conn_id` is the default one."""

    def void_tokens(self, action: str) -> int:
        """Expire or revoke (`action`) all tokens now and say how many.

        Raises:
            ValueError: If the vendor has no tokens.
        """
        raise ValueError(f"{self.vendor} has no tokens to {action}.")

    def hold_meeting(self, booking_id: str, *, is_running: bool) -> None:
        """Start or end the meeting of a booking.

        Raises:
            ValueError: If the vendor has no meetings or no such booking.
        """
        verb = "start" if is_running else "end"
        raise ValueError(f"{self.vendor} has no meetings, so {booking_id} has none to {verb}.")


class Book(Protocol):
    """Where a simulator's bookings are kept, and what the control interface does with them."""

    def __len__(self) -> int: ...

    def generate(self, count: int) -> list[str]:
        """See `Simulator.generate`."""

    def store(self, records: list[dict[str, Any]]) -> list[str]:
        """See `Simulator.store`."""

    def records(self) -> list[dict[str, Any]]:
        """See `Simulator.records`."""


class BookKeeping(Simulator):
    """A simulator that leaves its bookings to a book."""

    @property
    @abstractmethod
    def book(self) -> Book:
        """Where the bookings are."""

    def generate(self, count: int) -> list[str]:
        """Add `count` more of the made-up bookings."""
        return self.book.generate(count)

    def store(self, records: list[dict[str, Any]]) -> list[str]:
        """Store bookings in the form of `records`; members left out are made up."""
        return self.book.store(records)

    def records(self) -> list[dict[str, Any]]:
        """Give every stored booking, as its book shows it."""
        return self.book.records()

    @property
    def size(self) -> int:
        """How many bookings there are."""
        return len(self.book)
