"""What is left after a chaos round: all that its checks look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from fnmatch import fnmatchcase
from typing import Any

from dev.chaos_faults import RETRY_AFTER, UPDATES
from dev.chaos_sets import Key, Records

Request = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """An item of a change set: in the ledger, or in a report."""

    row: int
    vendor: str
    booking_id: str
    outcome: str
    reason: str | None


@dataclass(frozen=True)
class Noted:
    """An event of the ledger about a booking; they are numbered in the order of writing.

    Its time, in unix seconds, was looked at right before it was kept.
    """

    number: int
    at: float
    change_set: str
    key: Key
    what: str


@dataclass(frozen=True)
class SetSeen:
    """A change set, when all has ended.

    Attributes:
        name: ``a``, ``b`` or ``revert``.
        mark: A text that only its updates carry; empty: it is known by when it was sent.
        rows: How many rows its source had.
        items: What the ledger says of them.
        reported: What each file of its report says of them, by name.
        counts: What its last task handed on.
        expected: Booking to the fields that it shall have, flat, in the vendor's form.
    """

    name: str
    mark: str
    rows: int
    items: Sequence[Row]
    reported: Mapping[str, Sequence[Row]]
    counts: Mapping[str, int]
    expected: Mapping[Key, Mapping[str, Any]]


@dataclass(frozen=True)
class Seen:
    """What is left after a round.

    Attributes:
        sets: Its change sets.
        before: Every booking as it was.
        after: Every booking as it is.
        requests: What the vendors received, in order.
        notifications: Whom they told.
        events: What the ledger noted about bookings.
        reverted_from: When all began to be taken back: unix seconds; infinity: never.
        gone: From when to when the ledger was away: unix seconds.
        slowness: Seconds by which things may come late as the machine was busy, there and back.
        may_send_for: Seconds after which nothing is sent any more that was kept before the ledger went away.
        notify: Who was to be told.
        killed: Whether any process was killed, or stopped for want of its lease.
        kills: When a process was found killed: unix seconds.
        waits_passed: When all waits that vendors asked for were taken to be over: unix seconds.
        broken: How processes ended that should not end so.
        secrets: What must be nowhere: in no log, result, exception, report or file of the ledger.
        personal: What must be in no log, result, exception, nor readable in the ledger's file.
        said: All logs, results and texts of exceptions, by name.
        reports: All reports, by name.
        ledger: The bytes of the ledger's file; empty in PostgreSQL.
    """

    sets: Sequence[SetSeen]
    before: Records
    after: Records
    requests: Sequence[Request]
    notifications: Sequence[Request]
    events: Sequence[Noted]
    reverted_from: float = float("inf")
    gone: Sequence[tuple[float, float]] = ()
    slowness: float = 0.0
    may_send_for: float = 0.7
    notify: str = "vendor_default"
    killed: bool = False
    kills: Sequence[float] = ()
    waits_passed: Sequence[float] = ()
    broken: Sequence[str] = ()
    secrets: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    said: Mapping[str, str] = field(default_factory=dict)
    reports: Mapping[str, str] = field(default_factory=dict)
    ledger: bytes = b""


def at(request: Request) -> float:
    """Return when something happened at a vendor: unix seconds."""
    return datetime.fromisoformat(request["at"]).timestamp()


def is_update(request: Request) -> bool:
    """Return whether a request is one that updates a booking."""
    method, path = UPDATES[request["vendor"]]
    return bool(request["method"] == method) and fnmatchcase(request["path"], path)


def left_alone_until(request: Request) -> float:
    """Return until when a vendor asked to be left alone: unix seconds, in the past where it did not."""
    fault = request["fault"] or {}
    headers, throttle = fault.get("headers", {}), fault.get("throttle", {})
    said = throttle.get("retry_after") or throttle.get("reset") or headers.get(RETRY_AFTER) or "0"
    return at(request) + int(said) if said.isdecimal() else parsedate_to_datetime(said).timestamp()
