"""The calls of the Jicoo simulator: docs/vendors/jicoo.md, "Simulator rules"."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.faults import Wait
from airflow_provider_booking.sandbox.jicoo import bookings, rules
from airflow_provider_booking.sandbox.jicoo.bookings import Booking
from airflow_provider_booking.sandbox.jicoo.rules import Refused
from airflow_provider_booking.sandbox.journal import Journal, Told
from airflow_provider_booking.sandbox.selection import LastSelection
from airflow_provider_booking.sandbox.simulator import (
    HTML_STATUSES,
    Answer,
    Call,
    Routes,
    Simulator,
    html_answer,
    json_answer,
)
from airflow_provider_booking.sandbox.strict_json import read_json
from airflow_provider_booking.sandbox.switches import Switch

_KEYS = {  # key: its label, and whether it may do anything
    "sk_live_sandbox": ("key:sandbox", True),
    "sk_live_no_permission": ("key:no_permission", False),
}
_MESSAGES = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Request Failed",
    403: "Forbidden",
    404: "Record Not Found",
    422: "Parameter Error",
    429: "Too Many Requests",
}
_BOOKINGS = "/v1/bookings"
_ROUTES = Routes(
    [
        ("GET", _BOOKINGS, "list"),
        ("GET", f"{_BOOKINGS}/{{uid}}", "get"),
        ("PATCH", f"{_BOOKINGS}/{{uid}}", "update"),
        ("POST", f"{_BOOKINGS}/{{uid}}/reschedule", "reschedule"),
        ("POST", f"{_BOOKINGS}/{{uid}}/cancel", "cancel"),
        ("GET", f"{_BOOKINGS}/{{uid}}/contacts", "contacts"),
    ]
)


class JicooSimulator(Simulator):
    """Jicoo bookings. The vendor documents no rate, so there is no limit unless one is set."""

    vendor = "jicoo"
    mounts = ("jicoo",)
    switches: ClassVar[Mapping[str, Switch]] = {
        "retry_after": Switch.number("a number of seconds, or null for no header"),
        "require_https": Switch.flag(),
    }

    def __init__(self, clock: Clock, journal: Journal, seed: int) -> None:
        super().__init__(clock, journal, seed)
        self._today = self._now().replace(hour=0, minute=0, second=0, microsecond=0)
        self._bookings = {booking.uid: booking for booking in bookings.standing(self._today)}
        self._generated = 0
        self._listed = LastSelection[rules.Listing, Booking]()
        self._work: dict[str, Callable[[Booking, dict[str, Any]], dict[str, Any]]] = {
            "get": self._get,
            "update": self._update,
            "reschedule": self._reschedule,
            "cancel": self._cancel,
            "contacts": self._contacts,
        }

    def answer(self, call: Call) -> Answer:
        """Answer one call: route, HTTPS, key, permission, rate, JSON, existence, then the values."""
        try:
            return json_answer(200, self._payload(call))
        except Refused as refused:
            headers = {}
            if refused.status == 429 and (seconds := self.switchboard["retry_after"]) is not None:  # noqa: PLR2004 - HTTP
                headers["Retry-After"] = str(seconds)
            return json_answer(refused.status, {"errors": {"message": refused.message}}, headers)

    def caller(self, call: Call) -> str:
        """Name the key."""
        key = call.header("x-jicoo-api-key")
        return _KEYS[key][0] if key in _KEYS else "unknown" if key else "none"

    def failure(self, status: int, code: int | str | None, message: str | None) -> Answer:  # noqa: ARG002 - Jicoo has no codes
        """Give Jicoo's error body, or a gateway's page for 502 and 504 (docs/vendors/jicoo.md, rule 21)."""
        if status in HTML_STATUSES:
            return html_answer(status)
        return json_answer(status, {"errors": {"message": message or _MESSAGES.get(status, "Server Error")}})

    def throttled(self, wait: Wait) -> Answer:
        """Give Jicoo's 429 with the wait that was asked for."""
        headers = {} if wait.retry_after is None else {"Retry-After": wait.retry_after}
        if wait.reset is not None:
            headers["X-RateLimit-Reset"] = wait.reset
        return json_answer(wait.status, {"errors": {"message": _MESSAGES[429]}}, headers)

    def generate(self, count: int) -> list[str]:
        """Add `count` more of the made-up bookings."""
        return self._keep([self._made_up(ahead) for ahead in range(1, count + 1)])

    def store(self, records: list[dict[str, Any]]) -> list[str]:
        """Store bookings in the vendor's form, and `contacts` if given; members left out are made up."""
        return self._keep(
            [bookings.from_record(record, self._made_up(ahead)) for ahead, record in enumerate(records, 1)]
        )

    def records(self) -> list[dict[str, Any]]:
        """Give every booking with its contacts."""
        return [booking.view() | {"contacts": booking.contacts} for booking in self._bookings.values()]

    @property
    def size(self) -> int:
        """How many bookings there are."""
        return len(self._bookings)

    @classmethod
    def connection(cls, url: str) -> dict[str, Any]:
        """Describe the connection with the key that may do everything."""
        return {
            "conn_id": "jicoo_default",
            "conn_type": "jicoo",
            "password": "sk_live_sandbox",
            "host": f"{url}/jicoo",
        }

    def _payload(self, call: Call) -> dict[str, Any]:
        name, parts, _ = _ROUTES.find(call.method, call.path)
        if name is None:
            raise Refused(404, _MESSAGES[404])
        self._check_call(call, name)
        if name == "list":
            return self._list(call)
        body = _json_object(call.body) if call.method in ("PATCH", "POST") else {}
        booking = self._bookings.get(parts["uid"])
        if booking is None:
            raise Refused(404, _MESSAGES[404])
        if call.method != "GET":
            self._listed.forget()
        return self._work[name](booking, body)

    def _check_call(self, call: Call, api: str) -> None:
        if self.switchboard["require_https"] and call.scheme != "https":
            raise Refused(400, "HTTPS is required")  # docs/vendors/jicoo.md, rule 23
        key = call.header("x-jicoo-api-key")
        if key not in _KEYS:
            raise Refused(401, _MESSAGES[401])
        label, may = _KEYS[key]
        if not may:
            raise Refused(403, _MESSAGES[403])
        if self.rates.take((api, label), self.clock.now()) is not None:
            raise Refused(429, _MESSAGES[429])

    # The calls

    def _list(self, call: Call) -> dict[str, Any]:
        asked = rules.listing(call.query)
        found = self._listed.of(replace(asked, page=1), lambda: self._select(asked))
        first = (asked.page - 1) * asked.per_page
        shown = found[first : first + asked.per_page]
        pages = -(-len(found) // asked.per_page)
        return {
            "data": [booking.view() for booking in shown],
            "totalCount": len(found),
            "count": len(shown),
            "currentPage": asked.page,
            "nextPage": asked.page + 1 if asked.page < pages else None,
            "numberOfPages": pages,
            "errors": {},
        }

    def _select(self, asked: rules.Listing) -> list[Booking]:
        found = [booking for booking in self._bookings.values() if asked.wants(booking.record)]
        found.sort(key=lambda booking: (booking.record[asked.order], booking.uid), reverse=asked.descending)
        return found

    def _get(self, booking: Booking, _body: dict[str, Any]) -> dict[str, Any]:
        return {"data": booking.view(), "errors": {}}

    def _contacts(self, booking: Booking, _body: dict[str, Any]) -> dict[str, Any]:
        return {"data": booking.contacts, "errors": {}}

    def _update(self, booking: Booking, body: dict[str, Any]) -> dict[str, Any]:
        _refuse_cancelled(booking)
        sent = rules.changes(body)
        stored = {name: value for name, value in sent.items() if name not in rules.WRITE_ONLY}
        result = booking.record | stored
        if result["startedAt"] >= result["endedAt"]:
            raise Refused(422, "startedAt must be before endedAt")
        if stored:
            self._store(booking, result)
        if sent.get("isSendUpdates"):  # docs/vendors/jicoo.md, rule 19
            told = {
                "to": [contact["email"] for contact in booking.contacts],
                "message": sent.get("updateMessage"),
            }
            self.journal.notifications.append(Told(self.clock.now(), self.vendor, booking.uid, told))
        return {"data": booking.view()}

    def _reschedule(self, booking: Booking, body: dict[str, Any]) -> dict[str, Any]:
        _refuse_cancelled(booking)
        zone = rules.time_zone(body.get("timeZone"), "timeZone")
        start = rules.moment(body.get("startedAt"), "startedAt")
        length = booking.record["endedAt"] - booking.record["startedAt"]
        end = rules.moment_after(start, length, "startedAt")
        moved = Booking(booking.record | {"startedAt": start, "endedAt": end, "timeZone": zone})
        if any(moved.clashes_with(other) for other in self._bookings.values()):
            raise Refused(422, "The slot is not available")
        self._store(booking, moved.record)
        self._call_webhook("host_rescheduled", booking)
        return {"data": booking.view()}

    def _cancel(self, booking: Booking, body: dict[str, Any]) -> dict[str, Any]:
        _refuse_cancelled(booking)
        reason, now = rules.reason(body), self._now()
        cancelled = {"status": "cancel", "cancelReason": reason, "cancelledAt": now, "cancelledBy": "host"}
        self._store(booking, booking.record | cancelled)
        self._call_webhook("host_cancelled", booking)
        return {"data": booking.view()}

    def _store(self, booking: Booking, record: dict[str, Any]) -> None:
        self.journal.note_change(booking.uid, booking.record, record)
        booking.record = record | {"updatedAt": self._now()}

    def _call_webhook(self, event: str, booking: Booking) -> None:
        self.journal.webhooks.append(Told(self.clock.now(), self.vendor, booking.uid, {"event": event}))

    def _made_up(self, ahead: int) -> Booking:
        return bookings.generated(self._generated + ahead, self.seed, self._today)

    def _keep(self, made: list[Booking]) -> list[str]:
        self._listed.forget()
        self._generated += len(made)
        self._bookings.update((booking.uid, booking) for booking in made)
        return [booking.uid for booking in made]

    def _now(self) -> datetime:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(self.clock.now() * 1000))


def _refuse_cancelled(booking: Booking) -> None:
    if booking.record["status"] == "cancel":  # docs/vendors/jicoo.md, rule 13
        raise Refused(422, "The booking is cancelled")


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        sent = read_json(body or b"{}")
    except ValueError as error:
        raise Refused(400, _MESSAGES[400]) from error
    if not isinstance(sent, dict):
        raise Refused(422, _MESSAGES[422])
    return sent
