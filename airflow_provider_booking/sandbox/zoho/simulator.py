"""The calls of the Zoho simulator: docs/vendors/zoho.md, "Simulator rules".

A call is checked in this order: path and method, token, rate, scope, plan, booking, permission, data, slot.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.faults import Wait
from airflow_provider_booking.sandbox.journal import Journal
from airflow_provider_booking.sandbox.rates import Limits
from airflow_provider_booking.sandbox.simulator import (
    Answer,
    BookKeeping,
    Call,
    Routes,
    html_answer,
    json_answer,
)
from airflow_provider_booking.sandbox.switches import Switch
from airflow_provider_booking.sandbox.zoho import lookups
from airflow_provider_booking.sandbox.zoho.calendar import Calendar, Request
from airflow_provider_booking.sandbox.zoho.directory import CLIENT_ID, CLIENT_SECRET, GRANTS, Person
from airflow_provider_booking.sandbox.zoho.refusals import CODES, SLOT_CODES, Refused, failure_body
from airflow_provider_booking.sandbox.zoho.tokens import Tokens

LONGEST_URL = 8192  # bytes of path and query; what the vendor takes is not known
_ACCOUNTS = "zoho-accounts"
_FORM = "application/x-www-form-urlencoded"
_JSON = {"Content-Type": "application/json;charset=UTF-8"}
_THROTTLED = "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED"
_USUAL_CODES = {  # for an injected status without a code
    400: "INVALID_DATA",
    401: "INVALID_OAUTHTOKEN",
    403: "OPERATION_NOT_PERMITTED",
    404: "BOOKING_NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    429: _THROTTLED,
}


@dataclass(frozen=True, slots=True)
class Api:
    """A call: the scope it needs, the work, and whether a plan is needed."""

    family: str
    action: str
    work: Callable[[Calendar, Request], Any]
    needs_plan: bool = True

    @property
    def scopes(self) -> set[str]:
        """The scopes of which it needs one."""
        return {f"ZohoCalendar.{self.family}.{action}" for action in ("ALL", self.action)}


_BOOKINGS, _RESOURCES, _BRANCHES = "/api/v1/bookings", "/api/v1/resources", "/api/v1/branches"
_ROUTES = Routes[Api](
    [
        ("GET", f"{_BOOKINGS}/mybookings", Api("bookings", "READ", lookups.my_bookings)),
        ("GET", _BOOKINGS, Api("bookings", "READ", lookups.bookings_of_room)),
        ("POST", _BOOKINGS, Api("bookings", "CREATE", Calendar.book)),
        ("GET", f"{_BOOKINGS}/{{item}}", Api("bookings", "READ", lookups.booking)),
        ("POST", f"{_BOOKINGS}/{{item}}", Api("bookings", "UPDATE", Calendar.update)),
        ("DELETE", f"{_BOOKINGS}/{{item}}", Api("bookings", "DELETE", Calendar.delete)),
        ("GET", "/api/v1/rbaccess", Api("resources", "READ", lookups.access, needs_plan=False)),
        ("GET", f"{_RESOURCES}/freebusy", Api("resources", "READ", lookups.free_rooms)),
        ("GET", _RESOURCES, Api("resources", "READ", lookups.rooms)),
        ("GET", f"{_RESOURCES}/{{item}}", Api("resources", "READ", lookups.room)),
        ("GET", f"{_RESOURCES}/{{item}}/freebusy", Api("resources", "READ", lookups.room_free_busy)),
        (
            "GET",
            "/api/v1/calendars/freebusy",
            Api("freebusy", "READ", lookups.user_free_busy, needs_plan=False),
        ),
        ("GET", _BRANCHES, Api("branches", "READ", lookups.branches)),
        ("GET", f"{_BRANCHES}/{{item}}", Api("branches", "READ", lookups.branch)),
    ]
)


class ZohoSimulator(BookKeeping):
    """Zoho Calendar room bookings, and the accounts service that gives the tokens for them."""

    vendor = "zoho"
    mounts = ("zoho", _ACCOUNTS)
    default_limits = ("60/minute",)  # docs/vendors/zoho.md, rule 37: the vendor has one and does not say it
    switches: ClassVar[Mapping[str, Switch]] = {
        "booking_months": Switch.one_of(3, *range(4, 13)),
        "lock_seconds": Switch.number("a number of seconds", default=60),
        "omitted_fields": Switch.one_of("keep", "reset"),
        "slot_refusal_status": Switch.one_of(400, 200),
        "token_throttle_status": Switch.one_of(400, 200),
    }

    def __init__(self, clock: Clock, journal: Journal, seed: int) -> None:
        super().__init__(clock, journal, seed)
        self._tokens = Tokens(clock, seed)
        self._calendar = Calendar(clock, journal, self.switchboard, seed)

    def limit(self, limits: Limits) -> None:
        """Count from now on against these rates; nobody stays locked out."""
        super().limit(limits)
        self._locked_until: dict[int, float] = {}  # by user

    def answer(self, call: Call) -> Answer:
        """Answer one call."""
        if call.mount == _ACCOUNTS:
            return self._account_answer(call)
        if len(call.path) + 1 + len(call.query_string) > LONGEST_URL:
            return html_answer(414)
        try:
            return json_answer(200, self._payload(call), _JSON)
        except Refused as refused:
            is_of_slot = refused.code in SLOT_CODES
            status = self.switchboard["slot_refusal_status"] if is_of_slot else refused.status
            return json_answer(status, refused.envelope, _JSON)

    def caller(self, call: Call) -> str:
        """Name the user behind the Authorization header."""
        return self._tokens.label(call.header("authorization"))

    def failure(self, status: int, code: int | str | None, message: str | None) -> Answer:
        """Give Zoho's failure body; a server error without a code is a page.

        docs/vendors/zoho.md, rule 40.
        """
        if code is None and status >= 500:  # noqa: PLR2004 - HTTP
            return html_answer(status)
        name = _USUAL_CODES.get(status, "FAILURE") if code is None else str(code)
        text = CODES[name][1].format(detail="bookingData") if name in CODES else "Failure"
        return json_answer(status, failure_body(name, message or text), _JSON)

    def throttled(self, wait: Wait) -> Answer:
        """Give Zoho's "too many requests" with the wait that was asked for."""
        headers = {} if wait.retry_after is None else {"Retry-After": wait.retry_after}
        if wait.reset is not None:
            headers["X-RateLimit-Reset"] = wait.reset
        return json_answer(wait.status, Refused(_THROTTLED).envelope, _JSON | headers)

    @property
    def book(self) -> Calendar:
        """Where the bookings are."""
        return self._calendar

    @classmethod
    def connection(cls, url: str) -> dict[str, Any]:
        """Describe the connection of the user who may do everything."""
        return {
            "conn_id": "zoho_calendar_default",
            "conn_type": "zoho_calendar",
            "login": CLIENT_ID,
            "password": CLIENT_SECRET,
            "host": f"{url}/zoho",
            "extra": {"refresh_token": GRANTS[0].refresh_token, "accounts_url": f"{url}/{_ACCOUNTS}"},
        }

    def void_tokens(self, action: str) -> int:
        """Expire all access tokens now, or revoke the refresh tokens as well."""
        return self._tokens.void(action)

    def _account_answer(self, call: Call) -> Answer:
        form = _parameters(call)
        if (call.method, call.path) == ("POST", "/oauth/v2/token"):
            status, body = self._tokens.refresh(form, self.switchboard["token_throttle_status"])
            return json_answer(status, body, _JSON)
        if (call.method, call.path) == ("POST", "/oauth/v2/token/revoke"):
            return json_answer(200, self._tokens.revoke(form.get("token", "")), _JSON)
        return html_answer(404)

    def _payload(self, call: Call) -> Any:
        api, parts, is_path = _ROUTES.find(call.method, call.path)
        if api is None:
            raise Refused("METHOD_NOT_ALLOWED" if is_path else "NOT_FOUND")
        grant = self._tokens.authenticate(call.header("authorization")).grant
        self._check_rates(grant.person)
        if not api.scopes & grant.scopes:
            raise Refused("INVALID_OAUTHSCOPE")
        if api.needs_plan and not grant.person.has_plan:
            raise Refused("RB_OPERATION_NOT_PERMITTED")
        return api.work(self._calendar, Request(grant.person, parts.get("item", ""), _parameters(call)))

    def _check_rates(self, person: Person) -> None:
        # docs/vendors/zoho.md, rule 37: a call during the lock neither counts nor makes it longer
        now = self.clock.now()
        if now < self._locked_until.get(person.zid, 0):
            raise Refused(_THROTTLED)
        if self.rates.take(person.zid, now) is not None:
            self._locked_until[person.zid] = now + self.switchboard["lock_seconds"]
            raise Refused(_THROTTLED)


def _parameters(call: Call) -> dict[str, str]:
    """Give query and form together; JSON and other bodies are not read (docs/vendors/zoho.md, rule 11)."""
    if not call.header("content-type").startswith(_FORM):
        return call.query
    return dict(parse_qsl(call.body.decode(errors="replace"), keep_blank_values=True)) | call.query
