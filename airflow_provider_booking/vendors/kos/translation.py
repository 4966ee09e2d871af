"""Between a user's change, the vendor's command and the vendor's record. Pure functions.

Both versions of the command overwrite (pitfall 1): what is sent is the reservation as it was read, in the
command's own fields, with the change laid over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import Booking, InvalidInput
from airflow_provider_booking.bookings.time import moment
from airflow_provider_booking.vendors.kos.errors import ONE_RESOURCE_ONLY
from airflow_provider_booking.vendors.kos.models import (
    CHANGES,
    ReservationChangeV2,
    parse_change,
    written_time,
)
from airflow_provider_booking.vendors.kos.resources import (
    TIMES,
    check_members,
    check_times,
    completed,
    only_resource,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue

    from airflow_provider_booking.bookings import BookingRef, FieldChange
    from airflow_provider_booking.vendors.kos.models import ReservationChange, Version
    from airflow_provider_booking.vendors.updating import Fields, Record

_V1_FIELDS = (
    "reservationGroupId",
    "startDateTime",
    "endDateTime",
    "consultationRequired",
    "sedationRequired",
    "zoneId",
    "counselor",
    "doctor",
    "funnel",
    "reservationMemo",
    "reservationAssignee",
)
DETAILS = frozenset(_V1_FIELDS) - {"reservationGroupId", "startDateTime", "endDateTime", "zoneId"}
"""The optional fields that both versions know."""
_REQUIRED: Mapping[Version, tuple[str, ...]] = {
    "v1": _V1_FIELDS[:6],
    "v2": ("zoneId", "occupiedResources"),
}
_CLEARABLE = frozenset(
    {"counselor", "doctor", "funnel", "reservationMemo", "reservationAssignee", "requestedProcedures"}
)
_FLAGS = {"consultationRequired": False, "sedationRequired": False}
_RESOURCES = "occupiedResources"

GUESSED_RECEPTION = (
    "zoneId was not given: reservation.zoneId was sent as the reception zone, which KOS is not known to show"
)


@dataclass(frozen=True)
class Assumptions:
    """What the vendor's pages leave open and this client relies on: docs/vendors/kos.md, "Assumed".

    Attributes:
        token_seconds: For how long a token is used before another one is fetched.
        zone_reads_as_reception: ``reservation.zoneId`` is what v2 calls ``zoneId``, so that it can be sent
            again where the user does not give one. If it is not, set this to False: v2 then needs ``zoneId``.
        v2_also_takes: The optional fields of v2. One that it does not take after all is removed here: it is
            then neither sent again nor accepted in ``changes``.
        v2_clears_by_omission: v2 clears an optional field that is left out, as v1 does. If it keeps such a
            field, set this to False: a cleared one is then sent as null.
    """

    token_seconds: float = 3300
    zone_reads_as_reception: bool = True
    v2_also_takes: frozenset[str] = DETAILS | {"requestedProcedures"}
    v2_clears_by_omission: bool = True


ASSUMPTIONS = Assumptions()


def check_change(change: ReservationChange, assumptions: Assumptions = ASSUMPTIONS) -> None:
    """Refuse what cannot be cleared, and what v2 does not take.

    Raises:
        InvalidInput: A field is None that is required, or is not one of this version.
    """
    for name, value in _asked(change).items():
        if value is None and name not in _CLEARABLE:
            raise InvalidInput(f"{name} cannot be cleared at KOS", hint="leave it out, or set a value")
        if isinstance(change, ReservationChangeV2) and not _v2_takes(name, assumptions):
            raise InvalidInput(f"{name} cannot be changed through v2", hint="use api_version v1")


def record_of(detail: Mapping[str, Any], version: Version) -> Record:
    """What was read, and the command whose fields it is to be seen in."""
    return {"api_version": version, "data": dict(detail)}


def as_command(record: Record, assumptions: Assumptions = ASSUMPTIONS) -> dict[str, Any]:
    """A reservation as it is, in the fields of the command: what would have to be sent to change nothing."""
    data, reservation = record["data"], _given(record["data"]["reservation"])
    if record["api_version"] == "v1":
        whole = _FLAGS | reservation  # which v1 requires, and a schedule may not show (pitfall 2)
        return _in_one_form({name: whole[name] for name in _V1_FIELDS if name in whole})
    kept = {name: value for name, value in reservation.items() if name in assumptions.v2_also_takes}
    resources = [_in_one_form(_given(each)) for each in data.get(_RESOURCES) or ()]
    # Built from the resources: the reservation itself describes at most one of them (pitfall 11).
    return {"zoneId": reservation["zoneId"], _RESOURCES: resources, **kept}


def merged(
    record: Record, change: ReservationChange, assumptions: Assumptions = ASSUMPTIONS
) -> dict[str, Any]:
    """The reservation in the fields of the command, with the change laid over it; what is cleared is gone.

    Raises:
        InvalidInput: The change names a resource that is not there, or the one resource of several or none.
    """
    command = as_command(record, assumptions)
    for name, value in _asked(change).items():
        if value is None:
            command.pop(name, None)
        elif name == "funnel":
            command[name] = _funnel(command.get(name, {}), value)
        elif name == _RESOURCES:
            command[name] = completed(value, command[_RESOURCES])
        elif name in TIMES and record["api_version"] == "v2":
            command[_RESOURCES] = [{**only_resource(command[_RESOURCES]), TIMES[name]: value}]
        else:
            command[name] = value
    return command


def whole_command(command: Mapping[str, Any], version: Version, time_zone: str) -> dict[str, Any]:
    """Check a command that is to be sent as it is.

    Args:
        command: The fields beside ``scheduleId``.
        version: Whose fields they are.
        time_zone: IANA name of the clinic's zone.

    Raises:
        InvalidInput: A field is unknown, wrong, or required and missing; or the times cannot be.
    """
    if not isinstance(command, Mapping):
        raise InvalidInput(
            f"command is a {type(command).__name__}", hint="give a dict of field names and values"
        )
    if version == "v2":
        check_members(command.get(_RESOURCES))
    change = parse_change(command, version) if command else CHANGES[version]()
    body = _given(_asked(change))
    if missing := [name for name in _REQUIRED[version] if name not in body]:
        raise InvalidInput(
            f"{missing[0]} is missing", hint=f"an update overwrites: give it, in {version}'s form"
        )
    check_change(change)
    check_times(_spans(version, body), time_zone)
    return body


def request_body(
    schedule_id: str, record: Record, change: ReservationChange, assumptions: Assumptions = ASSUMPTIONS
) -> dict[str, Any]:
    """The body of an update: every field that can be read, changed or not (pitfall 1)."""
    cleared = [name for name, value in _asked(change).items() if value is None]
    by_null = record["api_version"] == "v2" and not assumptions.v2_clears_by_omission
    nulls = dict.fromkeys(cleared) if by_null else {}
    return {"scheduleId": schedule_id, **merged(record, change, assumptions), **nulls}


def fields(record: Record) -> Fields:
    """The fields of the command, flat, and what no update of v1 should touch.

    The resources' ids are KOS's own, and are left out.
    """
    reservation = record["data"]["reservation"]
    watched = {"status": reservation["status"], "requestedProcedures": reservation.get("requestedProcedures")}
    return {**dict(_leaves(watched)), **_flat(record["api_version"], as_command(record))}


def named_as_asked(changed: Mapping[str, FieldChange], changes: Mapping[str, Any]) -> dict[str, FieldChange]:
    """The changed fields; the times of a schedule's one resource by the names under which they were asked."""
    asked = {f"{_RESOURCES}[0].{utc}": name for name, utc in TIMES.items() if name in changes}
    return {asked.get(name, name): each for name, each in changed.items()}


def wanted_fields(
    change: ReservationChange, record: Record, time_zone: str, assumptions: Assumptions = ASSUMPTIONS
) -> Fields:
    """The fields that the change alters, as they should read afterwards.

    Args:
        change: What is wanted.
        record: The reservation as it is.
        time_zone: IANA name of the clinic's zone.
        assumptions: What is taken for granted.

    Raises:
        InvalidInput: The change does not fit the reservation as it is.
    """
    version = record["api_version"]
    if version == "v1" and len(record["data"].get(_RESOURCES) or ()) > 1:
        raise InvalidInput(ONE_RESOURCE_ONLY.problem, hint=ONE_RESOURCE_ONLY.hint)  # pitfall 4
    if version == "v2" and not (assumptions.zone_reads_as_reception or change.zone_id):
        raise InvalidInput("v2 needs the reception zone, which KOS does not show", hint="give zoneId")
    command = merged(record, change, assumptions)
    before, after = _flat(version, as_command(record, assumptions)), _flat(version, command)
    if {_RESOURCES, *TIMES} & _asked(change).keys():
        check_times(_spans(version, command), time_zone)
    wanted = {name: after.get(name) for name in before | after if before.get(name) != after.get(name)}
    return wanted | _reception(change, record, assumptions)


def as_booking(ref: BookingRef, record: Record, time_zone: str) -> Booking:
    """A reservation in neutral fields; that of several resources lasts from the first to the last of them."""
    data = record["data"]
    resources = data.get(_RESOURCES) or ()
    times = {
        name: [moment(each[utc]) for each in resources if each.get(utc)]
        or [moment(data["reservation"][name])]
        for name, utc in TIMES.items()
    }
    return Booking(
        ref=ref,
        start=min(times["startDateTime"]),
        end=max(times["endDateTime"]),
        time_zone=time_zone,
        description=data["reservation"].get("reservationMemo"),
        raw=data,
    )


def unseen(change: ReservationChange) -> frozenset[str]:
    """The reception zone: no call is known to show it (pitfall 8)."""
    return frozenset({"zoneId"} if isinstance(change, ReservationChangeV2) else ())


def remarks_on_sending(change: ReservationChange) -> tuple[str, ...]:
    """What an update sent on a guess."""
    return (GUESSED_RECEPTION,) if isinstance(change, ReservationChangeV2) and not change.zone_id else ()


def _asked(change: ReservationChange) -> dict[str, Any]:
    return change.model_dump(exclude_unset=True, by_alias=True)


def _v2_takes(name: str, assumptions: Assumptions) -> bool:
    return name in {"zoneId", _RESOURCES, *TIMES} | assumptions.v2_also_takes


def _given(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _in_one_form(members: dict[str, Any]) -> dict[str, Any]:
    times = {
        name: written_time(moment(members[name])) for name in (*TIMES, *TIMES.values()) if name in members
    }
    return members | times


def _funnel(stored: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    codes = {name: _given(value) if isinstance(value, dict) else value for name, value in asked.items()}
    return _given({**stored, **codes})


def _spans(version: Version, command: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources of a command; v1 has one, under other names."""
    in_v1 = {utc: command.get(name) for name, utc in TIMES.items()}
    return [in_v1] if version == "v1" else [*command[_RESOURCES]]


def _reception(change: ReservationChange, record: Record, assumptions: Assumptions) -> Fields:
    """A reception zone that is given and does not read so: it has to be sent, though no read can prove it."""
    if not isinstance(change, ReservationChangeV2) or change.zone_id is None:
        return {}
    reads_so = change.zone_id == record["data"]["reservation"]["zoneId"]
    return {} if reads_so and assumptions.zone_reads_as_reception else {"zoneId": change.zone_id}


def _flat(version: Version, command: Mapping[str, Any]) -> Fields:
    """Leaves by dotted name, without v2's ``zoneId``, which does not read for certain.

    A flag that does not read is as good as false.
    """
    if version == "v1":
        return dict(_leaves(command))
    rest = {name: value for name, value in command.items() if name not in ("zoneId", _RESOURCES)}
    leaves = {
        f"{_RESOURCES}[{index}].{name}": value
        for index, each in enumerate(command[_RESOURCES])
        for name, value in _leaves(each)
        if name != "id"
    }
    return _FLAGS | leaves | dict(_leaves(rest))


def _leaves(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, JsonValue]]:
    for name, member in value.items():
        if isinstance(member, dict):
            yield from _leaves(member, f"{path}{name}.")
        else:
            yield f"{path}{name}", None if member in ("", []) else member
