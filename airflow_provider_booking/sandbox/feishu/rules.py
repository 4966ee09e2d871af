"""What Feishu checks in a request body, in its order: the schema first, the meaning later."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from airflow_provider_booking.sandbox.feishu.directory import find_user, is_well_formed
from airflow_provider_booking.sandbox.feishu.refusals import Refused, invalid_fields

LONGEST_AHEAD = 30 * 86400  # seconds from now to the latest end_time: docs/vendors/feishu.md, rule 19
MOST_HOSTS = 10
GROUP, ONE_TO_ONE = 1, 2  # meeting_initial_type
FEISHU_USER = 1  # user_type
_USER_TYPES = range(1, 8)
_CHECK_FIELDS = {1: None, 2: {"1", "2", "6", "7"}, 3: None}  # check_field: what its check_list may hold
_PASSWORD = re.compile(r"[0-9]{4,9}")
_DECIMAL = re.compile(r"[0-9]{1,12}")

_CHECKER = {"check_field": int, "check_mode": int, "check_list": [str]}
_CALLEE = {"id": str, "user_type": int, "pstn_sip_info": {"nickname": str, "main_address": str}}
SETTINGS_SCHEMA: dict[str, Any] = {
    "topic": str,
    "action_permissions": [{"permission": int, "permission_checkers": [_CHECKER]}],
    "meeting_initial_type": int,
    "meeting_connect": bool,
    "call_setting": {"callee": _CALLEE},
    "auto_record": bool,
    "assign_host_list": [{"user_type": int, "id": str}],
    "password": str,
}
BODY_SCHEMA: dict[str, Any] = {"end_time": str, "owner_id": str, "meeting_settings": SETTINGS_SCHEMA}

_NAMES = {str: "string", int: "integer", bool: "boolean"}


def check_schema(body: Any, *, strict: bool) -> None:
    """Check the JSON types; an integer `end_time` passes unless `strict` (docs/vendors/feishu.md, rule 20).

    Raises:
        Refused: 99992402 with each field that has the wrong type.
    """
    lenient = isinstance(body, dict) and not strict and type(body.get("end_time")) is int
    seen = body | {"end_time": str(body["end_time"])} if lenient else body
    if wrong := list(violations(seen, BODY_SCHEMA)):
        raise invalid_fields(wrong)


def violations(value: Any, schema: Any, path: str = "") -> Iterator[tuple[str, Any, str]]:
    """Give each place where JSON is not of the schema's type: its path, the value, and what it must be."""
    if isinstance(schema, dict):
        if not isinstance(value, dict):
            yield path, value, "must be an object"
            return
        for name, inner in value.items():
            if name in schema:  # others are ignored
                yield from violations(inner, schema[name], f"{path}.{name}".lstrip("."))
    elif isinstance(schema, list):
        if not isinstance(value, list):
            yield path, value, "must be an array"
            return
        for position, inner in enumerate(value):
            yield from violations(inner, schema[0], f"{path}[{position}]")
    elif type(value) is not schema:
        yield path, value, f"must be a {_NAMES[schema]}"


def known_members(value: Any, schema: Any) -> Any:
    """Keep what the schema knows; Feishu ignores the rest."""
    if isinstance(schema, dict):
        return {name: known_members(inner, schema[name]) for name, inner in value.items() if name in schema}
    if isinstance(schema, list):
        return [known_members(inner, schema[0]) for inner in value]
    return value


def end_time(value: Any, now: float) -> int:
    """Read an end_time.

    Raises:
        Refused: 121003 if it is no decimal number, past, or too far ahead (rules 19 and 20).
    """
    text = str(value)
    if not _DECIMAL.fullmatch(text) or not now < int(text) <= now + LONGEST_AHEAD:
        raise Refused(121003)
    return int(text)


@dataclass(frozen=True, slots=True)
class Hosts:
    """The hosts of a request: those that can be stored, and the ids that cannot, as they were sent."""

    valid: list[dict[str, Any]]
    invalid_ids: list[str]


def check_settings(sent: dict[str, Any], result: dict[str, Any]) -> None:
    """Check the meaning of the settings that were sent, and the sense of the `result` they would give.

    Raises:
        Refused: 121003, 123002, 123003 or 123006 (docs/vendors/feishu.md, rules 21 to 25).
    """
    if not _is_sound(sent):
        raise Refused(121003)
    if result.get("meeting_initial_type") == ONE_TO_ONE and result.get("auto_record"):
        raise Refused(123002)
    if len(sent.get("assign_host_list", ())) > MOST_HOSTS:
        raise Refused(123003)
    password = sent.get("password", "")
    if password and not _PASSWORD.fullmatch(password):
        raise Refused(123006)


def sort_hosts(hosts: list[dict[str, Any]], id_kind: str, tenant: str) -> Hosts:
    """Tell the hosts of this tenant from strangers (docs/vendors/feishu.md, rule 24).

    Raises:
        Refused: 123004 if an id is empty or malformed, or not that of a Feishu user.
    """
    valid, invalid = [], []
    for host in hosts:
        host_id = host.get("id", "")
        if host.get("user_type") != FEISHU_USER or not is_well_formed(host_id, id_kind):
            raise Refused(123004)
        person = find_user(host_id, id_kind)
        if person is not None and person.tenant == tenant:
            valid.append({"user_type": FEISHU_USER, "id": person.open_id})
        else:
            invalid.append(host_id)
    return Hosts(valid, invalid)


def _is_sound(sent: dict[str, Any]) -> bool:
    call_setting = sent.get("call_setting")
    return (
        sent.get("meeting_initial_type", GROUP) in (GROUP, ONE_TO_ONE)
        and all(map(_is_sound_permission, sent.get("action_permissions", ())))
        and (call_setting is None or _is_sound_callee(call_setting.get("callee")))
    )


def _is_sound_permission(permission: dict[str, Any]) -> bool:
    return (
        permission.get("permission") in (1, 2, 3)
        and "permission_checkers" in permission
        and all(map(_is_sound_checker, permission["permission_checkers"]))
    )


def _is_sound_checker(checker: dict[str, Any]) -> bool:
    if checker.get("check_field") not in _CHECK_FIELDS or checker.get("check_mode") not in (1, 2):
        return False
    allowed = _CHECK_FIELDS[checker["check_field"]]
    return "check_list" in checker and (allowed is None or allowed.issuperset(checker["check_list"]))


def _is_sound_callee(callee: dict[str, Any] | None) -> bool:
    if callee is None or callee.get("user_type") not in _USER_TYPES:
        return False
    return "pstn_sip_info" not in callee or bool(callee["pstn_sip_info"].get("main_address"))
