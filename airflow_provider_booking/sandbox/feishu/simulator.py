"""The calls of the Feishu simulator, checked in the order of docs/vendors/feishu.md, rule 40."""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.faults import Wait
from airflow_provider_booking.sandbox.feishu import rules
from airflow_provider_booking.sandbox.feishu.book import Request, ReserveBook
from airflow_provider_booking.sandbox.feishu.directory import (
    APPS,
    EMPLOYEE_ID,
    ID_KINDS,
    RESERVE,
    RESERVE_READ,
    App,
)
from airflow_provider_booking.sandbox.feishu.refusals import (
    OAuthRefused,
    Refused,
    invalid_fields,
    missing_scope,
)
from airflow_provider_booking.sandbox.feishu.reserves import without_nulls
from airflow_provider_booking.sandbox.feishu.tokens import Access, Tokens
from airflow_provider_booking.sandbox.journal import Journal
from airflow_provider_booking.sandbox.simulator import (
    HTML_STATUSES,
    Answer,
    BookKeeping,
    Call,
    Routes,
    html_answer,
    json_answer,
)
from airflow_provider_booking.sandbox.strict_json import read_json
from airflow_provider_booking.sandbox.switches import Switch


@dataclass(frozen=True, slots=True)
class Api:
    """A reserve call: its name, the scope it needs, whether it has a body, and the work."""

    name: str
    scope: str
    has_body: bool
    work: Callable[[ReserveBook, Request], dict[str, Any]]


_RESERVES = "/open-apis/vc/v1/reserves"
_TENANT_TOKEN = "/open-apis/auth/v3/tenant_access_token/internal"  # noqa: S105 - a path
_ROUTES = Routes[Api | str](
    [
        ("POST", _TENANT_TOKEN, "tenant_token"),
        ("POST", _TENANT_TOKEN + "/", "tenant_token"),
        ("POST", "/open-apis/authen/v2/oauth/token", "user_token"),
        ("POST", f"{_RESERVES}/apply", Api("apply", RESERVE, True, ReserveBook.apply)),
        ("GET", f"{_RESERVES}/{{id}}", Api("get", RESERVE_READ, False, ReserveBook.get)),
        ("PUT", f"{_RESERVES}/{{id}}", Api("update", RESERVE, True, ReserveBook.update)),
        ("DELETE", f"{_RESERVES}/{{id}}", Api("delete", RESERVE, False, ReserveBook.delete)),
        (
            "GET",
            f"{_RESERVES}/{{id}}/get_active_meeting",
            Api("active_meeting", RESERVE_READ, False, ReserveBook.active_meeting),
        ),
    ]
)


class FeishuSimulator(BookKeeping):
    """Feishu VC reserves and the tokens for them."""

    vendor = "feishu"
    mounts = ("feishu",)
    default_limits = ("50/second", "1000/minute")
    switches: ClassVar[Mapping[str, Switch]] = {
        "empty_means": Switch.one_of("clear", "ignore"),
        "legacy_throttle": Switch.flag(),
        "strict_schema": Switch.flag(),
        "monthly_quota": Switch.number("a number of calls, or null for no quota"),
        "gateway_status": Switch.one_of(400, 401, 200),
    }

    def __init__(self, clock: Clock, journal: Journal, seed: int) -> None:
        super().__init__(clock, journal, seed)
        self._tokens = Tokens(clock, seed)
        self._book = ReserveBook(clock, journal, seed)
        self._used = Counter[tuple[str, str]]()  # successful calls, by tenant and month
        self._answered = 0

    def answer(self, call: Call) -> Answer:
        """Answer one call; every answer carries its log id."""
        log_id = self._log_id()
        headers = {"X-Tt-Logid": log_id}
        try:
            return json_answer(200, self._payload(call), headers)
        except OAuthRefused as refused:
            return json_answer(400, refused.envelope(), headers)
        except Refused as refused:
            status = refused.status(self.switchboard["gateway_status"])
            return json_answer(status, refused.envelope(log_id), headers | refused.headers)

    def caller(self, call: Call) -> str:
        """Name the app or user behind the Authorization header."""
        return self._tokens.label(call.header("authorization"))

    def failure(self, status: int, code: int | str | None, message: str | None) -> Answer:
        """Give Feishu's envelope, or a gateway's page for 502 and 504 (docs/vendors/feishu.md, rule 37)."""
        if code is None and status in HTML_STATUSES:
            return html_answer(status)
        refused, log_id = Refused(code if isinstance(code, int) else 121001, scope=RESERVE), self._log_id()
        body = refused.envelope(log_id)
        return json_answer(status, body | ({"msg": message} if message else {}), {"X-Tt-Logid": log_id})

    def throttled(self, wait: Wait) -> Answer:
        """Give Feishu's throttle answer with the wait that was asked for."""
        headers = {"X-Tt-Logid": self._log_id()}
        if wait.retry_after is not None:
            headers["Retry-After"] = wait.retry_after
        if wait.reset is not None:
            headers |= {"x-ogw-ratelimit-limit": "50", "x-ogw-ratelimit-reset": wait.reset}
        return json_answer(wait.status, Refused(99991400, error=None).envelope(""), headers)

    @property
    def book(self) -> ReserveBook:
        """Where the bookings are."""
        return self._book

    @classmethod
    def connection(cls, url: str) -> dict[str, Any]:
        """Describe the connection of app `cli_sandbox`."""
        app = APPS["cli_sandbox"]
        return {
            "conn_id": "feishu_default",
            "conn_type": "feishu",
            "login": app.app_id,
            "password": app.secret,
            "host": f"{url}/feishu",
        }

    def void_tokens(self, action: str) -> int:
        """Expire or revoke all access tokens now."""
        return self._tokens.void(action)

    def hold_meeting(self, booking_id: str, *, is_running: bool) -> None:
        """Start or end the meeting of a reserve."""
        self._book.hold_meeting(booking_id, is_running=is_running)

    def _payload(self, call: Call) -> dict[str, Any]:
        route, parts, is_path = _ROUTES.find(call.method, call.path)
        if route is None:
            raise Refused(99991301 if is_path else 99991201)
        if isinstance(route, Api):
            return {"code": 0, "msg": "success", "data": self._reserve_call(route, parts.get("id", ""), call)}
        return self._tenant_token(call) if route == "tenant_token" else self._user_token(call)

    def _tenant_token(self, call: Call) -> dict[str, Any]:
        form = _form(call.body) or {}
        return self._tokens.tenant_token(form.get("app_id", ""), form.get("app_secret", ""))

    def _user_token(self, call: Call) -> dict[str, Any]:
        form = _form(call.body)
        if form is None:
            raise OAuthRefused(20063, "The request body is malformed.")
        app = APPS.get(form.get("client_id", ""))
        if app is not None:
            self._check_rates("user_token", app)
        return self._tokens.refresh(form)

    def _reserve_call(self, api: Api, reserve_id: str, call: Call) -> dict[str, Any]:
        access = self._tokens.authenticate(call.header("authorization"))
        id_kind = call.query.get("user_id_type") or "open_id"
        _check_scopes(access, api.scope, id_kind)
        self._check_rates(api.name, access.app)
        quota = self._check_quota(access.app)
        if id_kind not in ID_KINDS:
            raise invalid_fields([("user_id_type", id_kind, f"must be one of {', '.join(ID_KINDS)}")])
        body = self._body(call.body) if api.has_body else {}
        empty_clears = self.switchboard["empty_means"] == "clear"
        data = api.work(self._book, Request(access, id_kind, reserve_id, call.query, body, empty_clears))
        self._used[quota] += 1
        return data

    def _body(self, body: bytes) -> dict[str, Any]:
        try:
            sent = without_nulls(read_json(body or b"{}"))
        except ValueError as error:
            raise invalid_fields([("", "", "must be JSON")]) from error
        rules.check_schema(sent, strict=self.switchboard["strict_schema"])
        known: dict[str, Any] = rules.known_members(sent, rules.BODY_SCHEMA)
        return known

    def _check_rates(self, api: str, app: App) -> None:
        exceeded = self.rates.take((api, app.app_id, app.tenant), self.clock.now())
        if exceeded is not None:
            raise Refused(
                99991400,
                headers={
                    "x-ogw-ratelimit-limit": str(exceeded.rate.count),
                    "x-ogw-ratelimit-reset": str(math.ceil(exceeded.wait)),
                },
                error=None,
                http_status=400 if self.switchboard["legacy_throttle"] else None,
            )

    def _check_quota(self, app: App) -> tuple[str, str]:
        key = app.tenant, f"{datetime.fromtimestamp(self.clock.now(), UTC):%Y-%m}"
        quota = self.switchboard["monthly_quota"]
        if quota is not None and self._used[key] >= quota:
            raise Refused(99991403)
        return key

    def _log_id(self) -> str:
        self._answered += 1
        return f"{datetime.fromtimestamp(self.clock.now(), UTC):%Y%m%d%H%M%S}{self._answered:018X}"


def _check_scopes(access: Access, scope: str, id_kind: str) -> None:
    # docs/vendors/feishu.md, rules 9, 10 and 38
    for needed in (scope, EMPLOYEE_ID) if id_kind == "user_id" else (scope,):
        if needed not in access.app.scopes:
            raise missing_scope(99991672, needed)
        if access.user is not None and needed not in access.granted:
            raise missing_scope(99991679, needed)


def _form(body: bytes) -> dict[str, str] | None:
    """Read the strings of a JSON object; None if it is none."""
    try:
        sent = read_json(body)
    except ValueError:
        return None
    if not isinstance(sent, dict):
        return None
    return {name: value for name, value in sent.items() if isinstance(value, str)}
