"""The calls of the ONLIVE simulator, checked in the order of docs/vendors/onlive.md, rule 17."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.faults import Wait
from airflow_provider_booking.sandbox.journal import Journal
from airflow_provider_booking.sandbox.onlive import neighbours, signature
from airflow_provider_booking.sandbox.onlive.book import AppointmentBook
from airflow_provider_booking.sandbox.onlive.calls import Request
from airflow_provider_booking.sandbox.onlive.refusals import SHOWN, Refused, as_shown
from airflow_provider_booking.sandbox.onlive.signature import KEYS, Key
from airflow_provider_booking.sandbox.onlive.versions import V1, V2, Version
from airflow_provider_booking.sandbox.rates import Limits, RateWindows, rate_windows
from airflow_provider_booking.sandbox.simulator import (
    HTML_STATUSES,
    Answer,
    BookKeeping,
    Call,
    Routes,
    html_answer,
    json_answer,
)
from airflow_provider_booking.sandbox.switches import Switch


@dataclass(frozen=True, slots=True)
class Api:
    """A call: its version, the work, and what a key without permission is told."""

    version: Version
    work: Callable[[AppointmentBook, Request], dict[str, Any]]
    forbidden: str = "Insufficient permissions to update this appointment"
    status: int = 200


_KINDS = _READ, _WRITE = "read", "write"  # calls that are counted apart: rule 22
_ACCESS = "Insufficient permissions to access the appointment"
_DELETE = "Insufficient permissions to delete this appointment"
_CREATE = "Insufficient permissions to create appointments"  # not in the vendor's pages


def _calendars(book: AppointmentBook, request: Request) -> dict[str, Any]:
    return neighbours.calendars(request, book.calendars_of)


def _calendar(_: AppointmentBook, request: Request) -> dict[str, Any]:
    return neighbours.calendar(request)


def _services(_: AppointmentBook, request: Request) -> dict[str, Any]:
    return neighbours.services(request)


def _service(_: AppointmentBook, request: Request) -> dict[str, Any]:
    return neighbours.service(request)


def _not_implemented(_: AppointmentBook, __: Request) -> dict[str, Any]:
    raise Refused(501, "Not Implemented")  # the vendor's page says so of v2


_ROUTES = Routes[Api](
    [
        row
        for version, api in ((V1, "/api/v1"), (V2, "/api/v2"))
        for row in (
            ("GET", f"{api}/appointments", Api(version, AppointmentBook.page)),
            ("POST", f"{api}/appointments", Api(version, AppointmentBook.create, _CREATE, 201)),
            ("GET", f"{api}/appointments/{{id}}", Api(version, AppointmentBook.get, _ACCESS)),
            ("PUT", f"{api}/appointments/{{id}}", Api(version, AppointmentBook.update)),
            ("DELETE", f"{api}/appointments/{{id}}", Api(version, AppointmentBook.delete, _DELETE)),
            ("GET", f"{api}/calendars", Api(version, _calendars)),
            ("GET", f"{api}/calendars/{{id}}", Api(version, _calendar, "Insufficient permissions")),
        )
    ]
    + [
        ("PUT", "/api/v1/appointments/{id}/mask-guests", Api(V1, AppointmentBook.mask_guests)),
        ("PUT", "/api/v2/appointments/{id}/mask-guests", Api(V2, _not_implemented)),
        ("POST", "/api/v2/appointments/{id}/cancel", Api(V2, AppointmentBook.cancel)),
        ("GET", "/api/v1/services", Api(V1, _services)),
        ("GET", "/api/v1/services/{id}", Api(V1, _service, "Insufficient permissions")),
    ]
)


class OnliveSimulator(BookKeeping):
    """ONLIVE appointments, calendars and services. Reads and writes are counted apart (rule 22)."""

    vendor = "onlive"
    mounts = ("onlive",)
    default_limits: ClassVar[Limits] = {_READ: ("1000/minute",), _WRITE: ("100/minute",)}
    switches: ClassVar[Mapping[str, Switch]] = {
        "any_signature": Switch.flag(),
        "date_clock": Switch.one_of("machine", "sandbox"),
        "strict_body": Switch.flag(),
        "update_reply": Switch.one_of("full", "sample"),
        "guest_limit": Switch.number("a number of guests", 50),
        "retry_after": Switch.number("a number of seconds, or null for no header"),
    }

    def __init__(self, clock: Clock, journal: Journal, seed: int) -> None:
        super().__init__(clock, journal, seed)
        self._book = AppointmentBook(clock, journal, seed, self.switchboard)

    def limit(self, limits: Limits) -> None:
        """Count from now on against these rates; a list is for reads and for writes.

        Raises:
            ValueError: If a rate is not spelled like `50/second`, or there is not one list for each.
        """
        apart = limits if isinstance(limits, Mapping) else dict.fromkeys(_KINDS, limits)
        if apart.keys() != set(_KINDS):
            raise ValueError(f"Give the limits for {' and '.join(_KINDS)}, or one list for both.")
        self._windows: dict[str, RateWindows] = {kind: rate_windows(apart[kind]) for kind in _KINDS}

    @property
    def limits(self) -> Limits:
        """The rates in force, for reads and for writes."""
        return {kind: windows.texts for kind, windows in self._windows.items()}

    def answer(self, call: Call) -> Answer:
        """Answer one call: route, key, rate, then the work."""
        try:
            return self._answer(call)
        except Refused as refused:
            return _refusal(refused)

    def caller(self, call: Call) -> str:
        """Name the access key."""
        return signature.caller(call)

    def failure(self, status: int, code: int | str | None, message: str | None) -> Answer:  # noqa: ARG002 - ONLIVE has no codes
        """Give ONLIVE's error body, with the vendor's sample of field errors, or a gateway's page."""
        if status in HTML_STATUSES:
            return html_answer(status)
        return _refusal(as_shown(status, message))

    def throttled(self, wait: Wait) -> Answer:
        """Give ONLIVE's 429 with the wait that was asked for; it has no header for a reset."""
        return _refusal(_too_many(wait.status, wait.retry_after))

    @property
    def book(self) -> AppointmentBook:
        """Where the bookings are."""
        return self._book

    @classmethod
    def connection(cls, url: str) -> dict[str, Any]:
        """Describe the connection with the key that may do everything."""
        key = KEYS["SANDBOXKEY"]
        return {
            "conn_id": "onlive_default",
            "conn_type": "onlive",
            "login": key.key_id,
            "password": key.secret,
            "host": f"{url}/onlive",
        }

    def _answer(self, call: Call) -> Answer:
        api, parts, _ = _ROUTES.find(call.method, call.path)
        if api is None:
            raise Refused(404, "Not Found")
        key = self._authenticate(call)
        self._check_rate(call, key)
        request = Request(
            key=key,
            version=api.version,
            record_id=parts.get("id", ""),
            is_write=call.method != "GET",
            forbidden=api.forbidden,
            query=call.query,
            body=call.body,
        )
        return json_answer(api.status, api.work(self._book, request))

    def _authenticate(self, call: Call) -> Key:
        # A client signs with its own clock: moving the sandbox's does not lock it out.
        now = time.time() if self.switchboard["date_clock"] == "machine" else self.clock.now()
        return signature.authenticate(call, now, any_signature=self.switchboard["any_signature"])

    def _check_rate(self, call: Call, key: Key) -> None:
        kind = _READ if call.method == "GET" else _WRITE
        if self._windows[kind].take(key.key_id, self.clock.now()) is not None:
            seconds = self.switchboard["retry_after"]
            raise _too_many(429, None if seconds is None else str(seconds))


def _refusal(refused: Refused) -> Answer:
    return json_answer(refused.status, refused.envelope(), refused.headers)


def _too_many(status: int, retry_after: str | None) -> Refused:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Refused(status, SHOWN[429][0], headers=headers)
