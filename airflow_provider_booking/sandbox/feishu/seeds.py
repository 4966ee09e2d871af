"""The reserves that are there from the start, and made-up ones. The ids say what each is for.

| ids | what |
|---|---|
| `6911188411932033028` | the reserve of the vendor's own sample |
| `6920000000000000001` … | made-up ones of `cli_sandbox`, as many as asked for |
| `6930000000000000001` … `3` | of another app, in another tenant |
| `6940000000000000001` | reserved by the user of `u-sandbox` |
| `6950000000000000001` … `3` | of `cli_sandbox`, expired |
| `6960000000000000001` … | applied for through the simulator |
"""

import hashlib
from typing import Any

from airflow_provider_booking.sandbox.feishu.directory import APPS, SAMPLE_USER, TOKEN_USER, USERS
from airflow_provider_booking.sandbox.feishu.reserves import Reserve
from airflow_provider_booking.sandbox.feishu.rules import SETTINGS_SCHEMA, violations

SAMPLE_ID = "6911188411932033028"
_DAY = 86400
RECORD_SCHEMA = {
    "id": str,
    "tenant": str,
    "owner_app": str,  # null if a user reserved it
    "reserve_user_id": str,
    "meeting_no": str,
    "end_time": str,
    "password": str,
    "meeting_settings": SETTINGS_SCHEMA,
}
_SHOWN_ONLY = {"url", "live_link", "app_link", "expire_status"}
_TOPICS = (
    "Interview",
    "Consultation",
    "Design review",
    "Weekly sync",
    "Onboarding",
    "Support call",
    "Board meeting",
)
_STAFF = [person for person in USERS if person.tenant == "tenant_sandbox"]


def _reserve_id(series: int, number: int) -> str:
    return f"{series}{number:016d}"


def applied_id(number: int) -> str:
    """Give the id of the reserve applied for as the `number`-th, from 1."""
    return _reserve_id(696, number)


def meeting_number(reserve_id: str) -> str:
    """Derive a meeting number of 9 digits from a reserve id, always the same."""
    return str(100_000_000 + int(hashlib.sha256(reserve_id.encode()).hexdigest(), 16) % 900_000_000)


def generated(number: int, seed: int, today: int) -> Reserve:
    """Make up the `number`-th reserve, from 1; `today` is the unix time of midnight UTC."""
    draw = hashlib.sha256(f"{seed}:feishu:{number}".encode()).digest()
    host = _STAFF[draw[0] % len(_STAFF)].open_id
    return Reserve(
        reserve_id=(reserve_id := _reserve_id(692, number)),
        tenant="tenant_sandbox",
        owner_app="cli_sandbox",
        owner_user=host,
        meeting_no=meeting_number(reserve_id),
        end_time=today + (2 + draw[1] % 27) * _DAY + draw[2] % 24 * 3600,
        password=f"{1000 + int.from_bytes(draw[3:5]) % 9000}" if draw[5] % 4 == 0 else "",
        settings={
            "topic": f"{_TOPICS[draw[6] % len(_TOPICS)]} {number}",
            "action_permissions": [],
            "meeting_initial_type": 1,
            "meeting_connect": False,
            "auto_record": draw[7] % 2 == 0,
            "assign_host_list": [{"user_type": 1, "id": host}],
        },
    )


def standing(today: int) -> list[Reserve]:
    """Make the reserves that every sandbox starts with."""
    later = today + 20 * _DAY
    return [
        _sample(today),
        *(_plain(693, number, later, app="cli_other", user=USERS[-1].open_id) for number in (1, 2, 3)),
        _plain(694, 1, later, app=None, user=TOKEN_USER.open_id),
        *(
            _plain(695, number, today - number * _DAY, app="cli_sandbox", user=TOKEN_USER.open_id)
            for number in (1, 2, 3)
        ),
    ]


def from_record(record: dict[str, Any], template: Reserve) -> Reserve:
    """Make a reserve from a record in the form that the control interface shows, the rest as in `template`.

    Raises:
        ValueError: If a member is not known, or of the wrong type.
    """
    given = {name: value for name, value in record.items() if name not in _SHOWN_ONLY}
    if strangers := given.keys() - RECORD_SCHEMA.keys():
        known = ", ".join(RECORD_SCHEMA)
        raise ValueError(f"A Feishu reserve has no {', '.join(sorted(strangers))}; it has {known}.")
    for name, value, wrong in violations(given | {"owner_app": given.get("owner_app") or ""}, RECORD_SCHEMA):
        raise ValueError(f"{name} {wrong}, not {value!r}.")
    if not given.get("end_time", "0").isdecimal():
        raise ValueError(f"end_time must be unix seconds in digits, not {given['end_time']!r}.")
    reserve_id = record.get("id", template.reserve_id)
    return Reserve(
        reserve_id=reserve_id,
        tenant=record.get("tenant", template.tenant),
        owner_app=record.get("owner_app", template.owner_app),
        owner_user=record.get("reserve_user_id", template.owner_user),
        meeting_no=record.get("meeting_no", meeting_number(reserve_id)),
        end_time=int(record.get("end_time", template.end_time)),
        password=record.get("password", template.password),
        settings=record.get("meeting_settings", template.settings),
    )


def _sample(today: int) -> Reserve:
    user = SAMPLE_USER.open_id
    checker = {"check_field": 1, "check_mode": 1, "check_list": [user]}
    return Reserve(
        reserve_id=SAMPLE_ID,
        tenant="tenant_sandbox",
        owner_app="cli_sandbox",
        owner_user=user,
        meeting_no="112000358",
        end_time=today + 10 * _DAY,
        password="971024",  # noqa: S106 - the vendor's sample
        settings={
            "topic": "my meeting",
            "action_permissions": [{"permission": 1, "permission_checkers": [checker]}],
            "meeting_initial_type": 1,
            "meeting_connect": True,
            "call_setting": {
                "callee": {
                    "id": user,
                    "user_type": 1,
                    "pstn_sip_info": {"nickname": "dodo", "main_address": "+86-02187654321"},
                }
            },
            "auto_record": True,
            "assign_host_list": [{"user_type": 1, "id": user}],
        },
    )


def _plain(series: int, number: int, end_time: int, *, app: str | None, user: str) -> Reserve:
    reserve_id = _reserve_id(series, number)
    return Reserve(
        reserve_id=reserve_id,
        tenant="tenant_sandbox" if app is None else APPS[app].tenant,
        owner_app=app,
        owner_user=user,
        meeting_no=meeting_number(reserve_id),
        end_time=end_time,
        settings={"topic": f"Reserve {number}", "meeting_initial_type": 1, "auto_record": False},
    )
