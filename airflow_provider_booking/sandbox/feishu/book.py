"""The reserves in memory and what the five calls do to them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.feishu import rules, seeds
from airflow_provider_booking.sandbox.feishu.directory import convert, find_user
from airflow_provider_booking.sandbox.feishu.refusals import Refused
from airflow_provider_booking.sandbox.feishu.reserves import (
    Meeting,
    Reserve,
    merged,
    with_user_ids,
    without_empties,
)
from airflow_provider_booking.sandbox.feishu.tokens import Access
from airflow_provider_booking.sandbox.journal import Journal

_DAY = 86400
_TRUE = frozenset({"true", "True", "1"})  # docs/vendors/feishu.md, rule 31


@dataclass(frozen=True, slots=True)
class Request:
    """A reserve call that passed token, scope, rates and schema.

    Attributes:
        access: The token it came with.
        id_kind: The kind of user ids in it and in its answer.
        reserve_id: From the path; empty for apply.
        query: The query.
        body: The body, known members only, without nulls.
        empty_clears: Whether an empty value clears, or leaves things as they are.
    """

    access: Access
    id_kind: str
    reserve_id: str
    query: Mapping[str, str]
    body: dict[str, Any]
    empty_clears: bool


@dataclass(frozen=True, slots=True)
class Settings:
    """Checked settings of a request, ready to be stored; `password` is None if none was sent."""

    members: dict[str, Any]
    password: str | None
    invalid_hosts: list[str]

    @property
    def correction(self) -> dict[str, Any]:
        """The part of the answer that names the hosts left out, if there are any."""
        if not self.invalid_hosts:
            return {}
        return {"reserve_correction_check_info": {"invalid_host_id_list": self.invalid_hosts}}


class ReserveBook:
    """All reserves of the simulated Feishu, by id. Each call is done wholly or refused wholly."""

    def __init__(self, clock: Clock, journal: Journal, seed: int) -> None:
        self._clock = clock
        self._journal = journal
        self._seed = seed
        self._today = int(clock.now()) // _DAY * _DAY
        self._reserves = {reserve.reserve_id: reserve for reserve in seeds.standing(self._today)}
        self._generated = self._applied = self._meetings = 0

    def __len__(self) -> int:
        return len(self._reserves)

    # The five calls; each gives the `data` of its answer

    def apply(self, request: Request) -> dict[str, Any]:
        """Reserve a meeting (docs/vendors/feishu.md, rules 11 to 13)."""
        now, body = self._clock.now(), request.body
        if "meeting_settings" not in body:
            raise Refused(121003)
        is_one_to_one = body["meeting_settings"].get("meeting_initial_type") == rules.ONE_TO_ONE
        end_time = rules.end_time(body.get("end_time", int(now) + _DAY if is_one_to_one else None), now)
        owner = _owner(request)
        settings = _settings(body["meeting_settings"], {}, request)
        self._applied += 1
        reserve_id = seeds.applied_id(self._applied)
        reserve = Reserve(
            reserve_id=reserve_id,
            tenant=request.access.app.tenant,
            owner_app=request.access.app.app_id if request.access.user is None else None,
            owner_user=owner,
            meeting_no=seeds.meeting_number(reserve_id),
            end_time=end_time,
            password=settings.password or "",
            settings={"auto_record": False} | settings.members,
        )
        self._reserves[reserve_id] = reserve
        self._journal.note_change(reserve_id, None, reserve)
        return {"reserve": reserve.applied_view()} | settings.correction

    def get(self, request: Request) -> dict[str, Any]:
        """Show one reserve whole."""
        return {"reserve": self._own(request).full_view(self._clock.now(), request.id_kind)}

    def update(self, request: Request) -> dict[str, Any]:
        """Change what was sent and nothing else (docs/vendors/feishu.md, rules 14 to 27)."""
        reserve, now = self._own(request), self._clock.now()
        body = request.body if request.empty_clears else without_empties(request.body)
        end_time = rules.end_time(body["end_time"], now) if "end_time" in body else reserve.end_time
        sent = {
            name: value
            for name, value in body.get("meeting_settings", {}).items()
            if name != "meeting_connect"
        }
        settings = _settings(sent, reserve.settings, request)
        before = replace(reserve)
        reserve.end_time = end_time
        reserve.settings = merged(reserve.settings, settings.members)
        if settings.password is not None:
            reserve.password = settings.password
        self._journal.note_change(reserve.reserve_id, before, reserve)
        return {"reserve": reserve.updated_view(now)} | settings.correction

    def delete(self, request: Request) -> dict[str, Any]:
        """Forget a reserve (docs/vendors/feishu.md, rule 30)."""
        reserve = self._reserves.pop(self._own(request).reserve_id)
        self._journal.note_change(reserve.reserve_id, reserve, None)
        return {}

    def active_meeting(self, request: Request) -> dict[str, Any]:
        """Show the meeting in progress (docs/vendors/feishu.md, rules 31 and 32)."""
        reserve = self._own(request)
        if reserve.meeting is None:
            raise Refused(121004)
        with_participants = request.query.get("with_participants") in _TRUE
        return {"meeting": reserve.meeting_view(request.id_kind, with_participants=with_participants)}

    def _own(self, request: Request) -> Reserve:
        reserve = self._reserves.get(request.reserve_id)
        if reserve is None:
            raise Refused(121004)
        access = request.access
        is_own = (
            reserve.owner_app == access.app.app_id
            if access.user is None
            else reserve.owner_user == access.user.open_id
        )
        if not is_own or reserve.tenant != access.app.tenant:
            raise Refused(121005)
        return reserve

    # What the control interface does

    def generate(self, count: int) -> list[str]:
        """Add `count` more of the made-up reserves."""
        return self._keep([self._made_up(ahead) for ahead in range(1, count + 1)])

    def store(self, records: list[dict[str, Any]]) -> list[str]:
        """Store reserves given as in `records`, members left out made up."""
        return self._keep(
            [seeds.from_record(record, self._made_up(ahead)) for ahead, record in enumerate(records, 1)]
        )

    def records(self) -> list[dict[str, Any]]:
        """Give every reserve as `get` shows it with open_ids, and whose it is."""
        now = self._clock.now()
        return [
            reserve.full_view(now) | {"tenant": reserve.tenant, "owner_app": reserve.owner_app}
            for reserve in self._reserves.values()
        ]

    def hold_meeting(self, reserve_id: str, *, is_running: bool) -> None:
        """Start or end the meeting of a reserve."""
        reserve = self._reserves.get(reserve_id)
        if reserve is None:
            raise ValueError(f"There is no Feishu reserve {reserve_id}.")
        self._meetings += 1
        reserve.meeting = Meeting(f"7{self._meetings:018d}", int(self._clock.now())) if is_running else None

    def _made_up(self, ahead: int) -> Reserve:
        return seeds.generated(self._generated + ahead, self._seed, self._today)

    def _keep(self, reserves: list[Reserve]) -> list[str]:
        self._generated += len(reserves)
        self._reserves.update((reserve.reserve_id, reserve) for reserve in reserves)
        return [reserve.reserve_id for reserve in reserves]


def _owner(request: Request) -> str:
    if request.access.user is not None:
        return request.access.user.open_id
    person = find_user(request.body.get("owner_id", ""), request.id_kind)
    if person is None or person.tenant != request.access.app.tenant:
        raise Refused(121003)
    return person.open_id


def _settings(sent: dict[str, Any], stored: dict[str, Any], request: Request) -> Settings:
    rules.check_settings(sent, merged(stored, sent))
    members = {name: value for name, value in sent.items() if name not in ("password", "assign_host_list")}
    members = with_user_ids(members, lambda one: convert(one, request.id_kind, "open_id"))
    invalid_hosts: list[str] = []
    if "assign_host_list" in sent:
        hosts = rules.sort_hosts(sent["assign_host_list"], request.id_kind, request.access.app.tenant)
        members["assign_host_list"], invalid_hosts = hosts.valid, hosts.invalid_ids
    return Settings(members, sent.get("password"), invalid_hosts)
