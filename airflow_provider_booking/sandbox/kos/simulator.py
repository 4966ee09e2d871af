"""The calls of the KOS simulator: docs/vendors/kos.md, "Simulator rules"."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import available_timezones

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.faults import Wait
from airflow_provider_booking.sandbox.journal import Journal
from airflow_provider_booking.sandbox.kos import seeds
from airflow_provider_booking.sandbox.kos.book import ScheduleBook
from airflow_provider_booking.sandbox.kos.clinic import Hospital
from airflow_provider_booking.sandbox.kos.records import from_record
from airflow_provider_booking.sandbox.kos.refusals import Refused, invalid_command, refused
from airflow_provider_booking.sandbox.kos.schedules import Schedule
from airflow_provider_booking.sandbox.kos.slots import SlotQueries
from airflow_provider_booking.sandbox.kos.tokens import Tokens
from airflow_provider_booking.sandbox.kos.visitors import VisitorQueries
from airflow_provider_booking.sandbox.simulator import (
    HTML_STATUSES,
    Answer,
    Call,
    Simulator,
    html_answer,
    json_answer,
)
from airflow_provider_booking.sandbox.strict_json import read_json
from airflow_provider_booking.sandbox.switches import Switch

_EXCHANGE = "/open/authorization/commands/exchange-token"
_ZONES = available_timezones()


class KosSimulator(Simulator):
    """KOS schedules. The vendor documents no rate, so there is no limit unless one is set.

    No call of KOS is known to tell anybody anything, so nothing is ever noted as told.
    """

    vendor = "kos"
    mounts = ("kos",)
    switches: ClassVar[Mapping[str, Switch]] = {
        "token_seconds": Switch.number("a number of seconds", default=3600),
        "auth_header": Switch(
            "Authorization", lambda value: isinstance(value, str) and value != "", "a header"
        ),
        "auth_prefix": Switch(
            "Bearer ", lambda value: isinstance(value, str), "what stands before the token"
        ),
        "time_zone": Switch(
            "Asia/Seoul", lambda value: isinstance(value, str) and value in _ZONES, "the name of a time zone"
        ),
        "not_reserved": Switch.one_of("refuse", "allow"),
        "v2_left_out": Switch.one_of("clear", "keep"),
    }

    def __init__(self, clock: Clock, journal: Journal, seed: int) -> None:
        super().__init__(clock, journal, seed)
        self._today = datetime.fromtimestamp(clock.now(), seeds.CLINIC_ZONE).date()
        self._tokens = Tokens(clock, seed)
        self._book = ScheduleBook(journal, self.switchboard)
        self._book.keep(seeds.standing(self._today))
        self._generated = 0
        slots, visitors = SlotQueries(self._book, self.switchboard), VisitorQueries(self._book)
        self._work = {
            "/schedule/open/v1/commands/update-reservation": self._book.update_v1,
            "/schedule/open/v2/commands/update-reservation": self._book.update_v2,
            "/schedule/open/v1/commands/cancel-reservation": self._book.cancel,
            "/schedule/open/v1/queries/get-schedule-detail": self._book.detail,
            "/schedule/open/v1/queries/get-reservation-groups": _groups,
            "/schedule/open/v1/queries/get-reservation-slots-by-schedule-id": slots.by_schedule_v1,
            "/schedule/open/v2/queries/get-reservation-slots-by-schedule-id": slots.by_schedule_v2,
            "/schedule/open/v1/queries/get-reservation-slots-by-group": slots.by_group,
            "/schedule/open/v2/queries/get-reservation-slots-by-groups": slots.by_groups,
            "/schedule/open/v1/queries/get-reservation-slots-by-product": slots.by_product,
            "/schedule/open/v1/queries/get-schedules-summarized-by-tasks": visitors.schedules,
            "/visitor/open/v1/queries/search-visitors": visitors.search,
        }

    def answer(self, call: Call) -> Answer:
        """Answer one call: path, method, token, permission, rate, then the body (rules 3, 2 and 17)."""
        try:
            return json_answer(200, self._payload(call))
        except Refused as error:
            return json_answer(error.status, error.envelope())

    def caller(self, call: Call) -> str:
        """Name the key behind the token."""
        token = self._token(call)
        return self._tokens.label(token) if token else "none"

    def failure(self, status: int, code: int | str | None, message: str | None) -> Answer:
        """Give KOS's envelope, or a gateway's page for 502 and 504.

        Args:
            status: The HTTP status, also that in the body.
            code: What is wrong, as `startDateTime/NotAvailable`.
            message: The class; by default the one that goes with the status.
        """
        if code is None and status in HTML_STATUSES:
            return html_answer(status)
        key, _, reason = str(code or "").partition("/")
        wrong = ((key, reason),) if key else ()
        class_name = message or refused(status).class_name
        return json_answer(status, Refused(status, class_name, wrong).envelope())

    def throttled(self, wait: Wait) -> Answer:
        """Give a 429 in KOS's envelope, with the wait that was asked for; all of it is assumed."""
        headers = {"Retry-After": wait.retry_after, "X-RateLimit-Reset": wait.reset}
        given = {name: value for name, value in headers.items() if value is not None}
        return json_answer(wait.status, refused(429).envelope(), given)

    def generate(self, count: int) -> list[str]:
        """Add `count` more of the made-up schedules."""
        return self._keep([self._made_up(ahead) for ahead in range(1, count + 1)])

    def store(self, records: list[dict[str, Any]]) -> list[str]:
        """Store schedules in the form of `records`; members left out are made up."""
        return self._keep([from_record(record, self._made_up(at)) for at, record in enumerate(records, 1)])

    def records(self) -> list[dict[str, Any]]:
        """Give every schedule as get-schedule-detail shows it, with its hospital and reception zone."""
        return [schedule.record() for schedule in self._book]

    @property
    def size(self) -> int:
        """How many schedules there are."""
        return len(self._book)

    @classmethod
    def connection(cls, url: str) -> dict[str, Any]:
        """Describe the connection with the key that may do everything."""
        return {
            "conn_id": "kos_default",
            "conn_type": "kos",
            "password": "00000000-0000-4000-8000-000000000000",
            "host": f"{url}/kos",
        }

    def void_tokens(self, action: str) -> int:  # noqa: ARG002 - both ways end in the same 401
        """End every token now; keys stay good."""
        return self._tokens.void()

    def _payload(self, call: Call) -> dict[str, Any]:
        work = self._work.get(call.path)
        if work is None and call.path != _EXCHANGE:
            raise refused(404)
        if call.method != "POST":
            raise refused(405)
        if work is None:
            self._count(call, "none")
            return self._tokens.exchange(_json_object(call.body), self.switchboard["token_seconds"])
        key = self._tokens.authenticate(self._token(call))
        if not key.may_write and "/commands/" in call.path:
            raise refused(403)
        self._count(call, key.label)
        return work(key.hospital, _json_object(call.body))

    def _token(self, call: Call) -> str:
        value, prefix = call.header(self.switchboard["auth_header"]), self.switchboard["auth_prefix"]
        return value.removeprefix(prefix) if value.startswith(prefix) else ""

    def _count(self, call: Call, caller: str) -> None:
        if self.rates.take((call.path, caller), self.clock.now()) is not None:
            raise refused(429)

    def _made_up(self, ahead: int) -> Schedule:
        return seeds.generated(self._generated + ahead, self.seed, self._today)

    def _keep(self, made: list[Schedule]) -> list[str]:
        self._generated += len(made)
        return self._book.keep(made)


def _groups(hospital: Hospital, _body: dict[str, Any]) -> dict[str, Any]:
    return {"data": [group.view(order) for order, group in enumerate(hospital.groups.values())]}


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        sent = read_json(body)
    except ValueError as error:
        raise invalid_command() from error
    if not isinstance(sent, dict):
        raise invalid_command()
    return sent
