"""A reserve as Feishu stores and shows it, and what a partial update does to its settings."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_booking.sandbox.feishu.directory import convert

_ABILITIES = ("use_video", "use_audio", "use_share_screen", "use_follow_screen", "use_recording", "use_pstn")
_USER_ID = 1  # action_permissions…check_field: the check list holds user ids


@dataclass(slots=True)
class Meeting:
    """A meeting in progress; its id is not that of the reserve."""

    meeting_id: str
    started_at: int


@dataclass(slots=True)
class Reserve:
    """One reserve. User ids in it are open_ids; `end_time` is in unix seconds."""

    reserve_id: str
    tenant: str
    owner_app: str | None  # None: a user reserved it, so no app owns it
    owner_user: str
    meeting_no: str
    end_time: int
    password: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    meeting: Meeting | None = None

    @property
    def url(self) -> str:
        """Where the meeting is joined."""
        return f"https://vc.feishu.cn/j/{self.meeting_no}"

    def expire_status(self, now: float) -> int:
        """1 while it holds, 2 from `end_time` on; never 0 (docs/vendors/feishu.md, rule 18)."""
        return 1 if now < self.end_time else 2

    def applied_view(self) -> dict[str, Any]:
        """Show what apply answers."""
        return self._basics() | {"app_link": self._app_link()}

    def updated_view(self, now: float) -> dict[str, Any]:
        """Show what update answers: neither settings nor owner (docs/vendors/feishu.md, rule 17)."""
        return self._basics() | {"expire_status": self.expire_status(now)}

    def full_view(self, now: float, id_kind: str = "open_id") -> dict[str, Any]:
        """Show what get answers, user ids as `id_kind`."""
        return self._basics() | {
            "app_link": self._app_link(),
            "expire_status": self.expire_status(now),
            "reserve_user_id": convert(self.owner_user, "open_id", id_kind),
            "meeting_settings": with_user_ids(self.settings, lambda one: convert(one, "open_id", id_kind)),
        }

    def meeting_view(self, id_kind: str, *, with_participants: bool) -> dict[str, Any]:
        """Show the running meeting, as get_active_meeting answers it."""
        assert self.meeting is not None  # noqa: S101 - the caller looked
        started = str(self.meeting.started_at)
        host = convert(self.owner_user, "open_id", id_kind)
        view: dict[str, Any] = {
            "id": self.meeting.meeting_id,
            "topic": self.settings.get("topic", ""),
            "url": self.url,
            "meeting_no": self.meeting_no,
            "password": self.password,
            "create_time": started,
            "start_time": started,
            "end_time": "0",
            "host_user": {"id": host, "user_type": 1},
            "meeting_connect": self.settings.get("meeting_connect", False),
            "status": 2,
            "participant_count": "1",
            "participant_count_accumulated": "1",
            "ability": dict.fromkeys(
                (
                    "use_video",
                    "use_audio",
                    "use_share_screen",
                    "use_follow_screen",
                    "use_recording",
                    "use_pstn",
                ),
                False,
            ),
        }
        if with_participants:
            person = {"id": host, "user_type": 1, "is_host": True, "is_cohost": False, "is_external": False}
            times = {
                "first_join_time": started,
                "final_leave_time": "0",
                "in_meeting_duration": "0",
                "status": 2,
            }
            view["participants"] = [person | times]
        return view

    def _basics(self) -> dict[str, Any]:
        return {
            "id": self.reserve_id,
            "meeting_no": self.meeting_no,
            "password": self.password,
            "url": self.url,
            "live_link": f"https://meetings.feishu.cn/s/{int(self.meeting_no):x}",
            "end_time": str(self.end_time),
        }

    def _app_link(self) -> str:
        return (
            "https://applink.feishu.cn/client/videochat/open?source=openplatform&action=join&idtype=reservationid"
            f"&id={self.reserve_id}&preview={{?}}&mic={{?}}&speaker={{?}}&camera={{?}}"
        )


def without_nulls(value: Any) -> Any:
    """Drop members that are null: they count as absent (docs/vendors/feishu.md, rule 16)."""
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    return value


def without_empties(value: Any) -> Any:
    """Drop members that are empty, for the switch `empty_means=ignore` (docs/vendors/feishu.md, rule 15)."""
    if isinstance(value, dict):
        kept = {name: without_empties(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner not in ("", [], {})}
    return value


def merged(stored: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """Lay what was sent over what is stored, leaf by leaf.

    A list replaces a list (docs/vendors/feishu.md, rule 26).
    """
    result = dict(stored)
    for name, value in sent.items():
        old = result.get(name)
        result[name] = merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result


def with_user_ids(settings: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Copy settings with every user id in them changed."""
    result = dict(settings)
    if "assign_host_list" in settings:
        result["assign_host_list"] = [
            host | {"id": change(host["id"])} for host in settings["assign_host_list"]
        ]
    if "action_permissions" in settings:
        result["action_permissions"] = [
            one
            | {"permission_checkers": [_checker(checker, change) for checker in one["permission_checkers"]]}
            for one in settings["action_permissions"]
        ]
    callee = settings.get("call_setting", {}).get("callee", {})
    if callee.get("id"):
        result["call_setting"] = settings["call_setting"] | {"callee": callee | {"id": change(callee["id"])}}
    return result


def _checker(checker: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    if checker["check_field"] != _USER_ID:
        return checker
    return checker | {"check_list": [change(one) for one in checker["check_list"]]}
