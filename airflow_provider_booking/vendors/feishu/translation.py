"""Between a user's change, the vendor's request and the vendor's record. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import Booking, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from airflow_provider_booking.bookings import BookingRef
    from airflow_provider_booking.vendors.feishu.models import MeetingSettings, NewReserve, ReserveChange
    from airflow_provider_booking.vendors.updating import Fields, Record

PASSWORD = "meeting_settings.password"  # noqa: S105  (a field's name)
HOSTS = "meeting_settings.assign_host_list"
CONNECT = "meeting_settings.meeting_connect"


@dataclass(frozen=True)
class Assumptions:
    """What the vendor's pages leave open and this client relies on: docs/vendors/feishu.md, "Assumed".

    Attributes:
        settings_are_partial: A setting that is left out of an update stays. If it does not, set this to
            False: all settings are then read, merged and sent again.
        empty_clears: An empty text or list clears. The English page denies it; if it is right, set this to
            False: clearing is then refused.
        connect_is_fixed: ``meeting_connect`` cannot be changed after the reserve was made, so that asking for
            it is refused rather than lost without a word.
    """

    settings_are_partial: bool = True
    empty_clears: bool = True
    connect_is_fixed: bool = True


ASSUMPTIONS = Assumptions()

_EMPTY: Mapping[str, JsonValue] = {
    "meeting_settings.topic": "",
    "meeting_settings.password": "",
    "meeting_settings.action_permissions": [],
    "meeting_settings.assign_host_list": [],
}
"""How each field that can be cleared is written when it is."""


def check_clearing(change: ReserveChange | NewReserve, assumptions: Assumptions = ASSUMPTIONS) -> None:
    """Refuse what cannot be cleared: docs/vendors/feishu.md, "Update", column "cleared by".

    Raises:
        InvalidInput: A field is None that has no empty value.
    """
    for path in _cleared(change.model_dump(exclude_unset=True)):
        if not (assumptions.empty_clears and path in _EMPTY):
            raise InvalidInput(f"{path} cannot be cleared at Feishu", hint="leave it out, or set a value")


def request_body(
    change: ReserveChange, record: Record, assumptions: Assumptions = ASSUMPTIONS
) -> dict[str, Any]:
    """The body of an update: only what was given, because a blank wipes what was there (pitfall 1)."""
    body: dict[str, Any] = {}
    if change.end_time is not None:
        body["end_time"] = change.end_time
    if change.meeting_settings is not None:
        asked = written(change.meeting_settings)
        body["meeting_settings"] = (
            asked if assumptions.settings_are_partial else _merged(_settings_of(record), asked)
        )
    return body


def written(settings: MeetingSettings) -> dict[str, Any]:
    """Settings in the vendor's form, with each cleared one as its empty value."""
    asked = settings.model_dump(exclude_unset=True)
    return {
        name: _EMPTY[f"meeting_settings.{name}"] if value is None else value for name, value in asked.items()
    }


def fields(record: Record) -> Fields:
    """A reserve's fields, flat; a blank reads None, because absent, ``""`` and ``[]`` are one to Feishu."""
    return dict(_leaves({"end_time": record.get("end_time"), "meeting_settings": _settings_of(record)}))


def wanted_fields(change: ReserveChange, record: Record, assumptions: Assumptions = ASSUMPTIONS) -> Fields:
    """The fields that a change names, as they should read afterwards.

    Raises:
        InvalidInput: ``meeting_connect`` should change, which Feishu does not do.
    """
    wanted = dict(_leaves(request_body(change, record)))
    connect = wanted.pop(CONNECT, None)
    if connect is not None and bool(fields(record).get(CONNECT)) != connect:
        if assumptions.connect_is_fixed:
            raise InvalidInput(
                f"{CONNECT} cannot be changed once a reserve is made", hint="leave it out of changes"
            )
        wanted[CONNECT] = connect
    return wanted


def without_hosts(hosts: list[dict[str, Any]], invalid: tuple[str, ...]) -> JsonValue:
    """A host list as the vendor stores it: without those that it said it left out."""
    return [host for host in hosts if host["id"] not in invalid] or None


def as_booking(ref: BookingRef, record: Record) -> Booking:
    """A reserve in neutral fields. Its ``end`` is the moment at which it expires."""
    end_time = record.get("end_time")
    settings = record.get("meeting_settings") or {}
    return Booking(
        ref=ref,
        end=datetime.fromtimestamp(int(end_time), UTC) if end_time else None,
        title=settings.get("topic") or None,
        raw=record,
    )


def _settings_of(record: Record) -> dict[str, Any]:
    # Feishu shows the meeting's password beside the settings and takes it inside them.
    settings = record.get("meeting_settings") or {}
    return {"auto_record": False, **settings, "password": record.get("password")}


def _merged(current: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    merged = {name: value for name, value in current.items() if value is not None}
    for name, value in asked.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merged(merged[name], value) if both else value
    return merged


def _cleared(value: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for name, member in value.items():
        if isinstance(member, dict):
            yield from _cleared(member, f"{path}{name}.")
        elif member is None:
            yield f"{path}{name}"


def _leaves(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, JsonValue]]:
    for name, member in value.items():
        if isinstance(member, dict):
            yield from _leaves(member, f"{path}{name}.")
        else:
            yield f"{path}{name}", None if member in ("", []) else member
