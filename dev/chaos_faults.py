"""What the chaos campaign lets vendors do wrong: one row for each kind."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from typing import Any

from airflow_provider_booking.sandbox.faults import FaultRule

VENDORS = ("feishu", "zoho", "jicoo", "onlive", "kos")
TIMEOUT = 0.8  # seconds that a connection of the campaign waits for an answer
SLOWEST = 0.25  # seconds that a slow vendor takes; well below, so that its answer still counts
SILENT = 1.0  # seconds that a silent vendor takes before it hangs up
DOWN = 8  # requests in a row that a vendor which is down answers with an error

RETRY_AFTER = "Retry-After"

UPDATES = {
    "feishu": ("PUT", "*/reserves/*"),
    "zoho": ("POST", "*/bookings/*"),
    "jicoo": ("PATCH", "*"),
    "onlive": ("PUT", "*"),
    "kos": ("POST", "*/update-reservation"),
}
"""Method and path of the call that updates a booking."""


@dataclass(frozen=True)
class Kind:
    """A way to go wrong.

    Attributes:
        action: Makes the sandbox's action; it may draw how bad it is.
        vendors: Whose answers look like that.
        times: How many requests in a row meet it at most.
    """

    action: Callable[[Random], dict[str, Any]]
    vendors: Sequence[str] = VENDORS
    times: int = 2


def _soon(random: Random) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=random.choice((1, 2))), usegmt=True)


KINDS: Mapping[str, Kind] = {
    "429, seconds": Kind(lambda _: {"throttle": {"retry_after": "1"}}),
    "429, date": Kind(lambda random: {"throttle": {"retry_after": _soon(random)}}, times=1),
    "429, zero": Kind(lambda _: {"throttle": {"retry_after": "0"}}),
    "429, absent": Kind(lambda _: {"throttle": {}}),
    "429, long": Kind(lambda _: {"throttle": {"retry_after": "3"}}, times=1),
    "400, 99991400": Kind(lambda _: {"throttle": {"status": 400, "reset": "1"}}, ("feishu",)),
    "500, not applied": Kind(lambda _: {"status": 500}),
    "500, applied": Kind(lambda _: {"status": 500, "applied": True}),
    "drop, not applied": Kind(lambda _: {"drop": "before"}),
    "drop, applied": Kind(lambda _: {"drop": "after"}),
    "timeout, not applied": Kind(lambda _: {"timeout": SILENT}, times=1),
    "timeout, applied": Kind(lambda _: {"timeout": SILENT, "applied": True}, times=1),
    "HTML, not applied": Kind(lambda _: {"html": 200}),
    "HTML, applied": Kind(lambda _: {"html": 200, "applied": True}),
    "cut JSON": Kind(lambda _: {"cut_json": True}),
    "slow": Kind(lambda random: {"delay_ms": random.randrange(50, int(SLOWEST * 1000))}, times=6),
    "down": Kind(lambda _: {"html": 503}, times=DOWN),
    "503, seconds": Kind(lambda _: {"status": 503, "headers": {RETRY_AFTER: "1"}}, times=1),
}
"""What happens to requests, by name. Tokens that are ended in mid-run come beside these."""

REVOKE = "revoke"
VOIDED: Mapping[str, Sequence[str]] = {"expire": ("feishu", "zoho", "kos"), REVOKE: ("feishu", "zoho")}
"""How all tokens of a vendor can be ended at once, and whose.

Only at Zoho no new ones can be had after they were revoked.
"""


@dataclass(frozen=True)
class Fault:
    """A kind of fault that lies in wait for requests of a vendor.

    Attributes:
        kind: Its name in :data:`KINDS`.
        vendor: Whose.
        updates_only: Whether it waits for updates, or takes any request.
        skip: How many requests pass unharmed first.
        times: How many are then spoilt.
    """

    kind: str
    vendor: str
    updates_only: bool
    skip: int
    times: int

    def rule(self, random: Random) -> dict[str, Any]:
        """Return it as the sandbox's control interface takes it."""
        method, path = UPDATES[self.vendor] if self.updates_only else ("*", "*")
        action = KINDS[self.kind].action(random)
        rule = {"vendor": self.vendor, "method": method, "path": path, "skip": self.skip, "times": self.times}
        return rule | {"action": action}


def as_struck(rule: Mapping[str, Any]) -> str:
    """Return how the request log shows that a rule struck; requests and rules are matched by it."""
    action: Any = FaultRule.model_validate(dict(rule)).action
    return json.dumps(action.model_dump(exclude_defaults=True), sort_keys=True)
