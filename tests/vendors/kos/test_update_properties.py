"""What holds for any reservation and any update of it, with the simulator as the judge."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.kos.client import KosClient
from tests.wire import writes

Json = dict[str, Any]
Asked = tuple[int | None, Json, set[str]]

# One sandbox and one client serve all examples of a test; each example has a schedule of its own.
on_the_wire = examples(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

NOON = datetime(2027, 5, 3, 3, tzinfo=UTC)  # in Seoul
GROUPS = {1: (1, 2), 2: (3, 4), 3: (5,)}
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)
NAME = TEXT.filter(str.strip)


def zone_id(number: int) -> str:
    return f"65e0{number:020d}"


def times(first: int, last: int) -> st.SearchStrategy[str]:
    """Draw a moment, so many minutes from noon, as the vendor writes it."""
    return st.integers(first, last).map(
        lambda minutes: (NOON + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")
    )


# A group and one of its zones, so that the vendor takes them.
PLACES = st.sampled_from(
    [(f"65f0{group:020d}", zone_id(zone)) for group, zones in GROUPS.items() for zone in zones]
)
ZONES = st.sampled_from([zone_id(number) for number in (1, 2, 3, 4, 5, 9)])
RECEPTIONS = st.none() | ZONES
STARTS, ENDS = times(-180, 0), times(1, 600)
PERSON = st.fixed_dictionaries({"id": st.sampled_from(["67a01", "67a02"]), "name": NAME})
CODE = st.fixed_dictionaries(
    {},
    optional={
        "id": TEXT,
        "category": st.sampled_from(["FUNNEL", "FUNNEL_CATEGORY"]),
        "name": TEXT,
        "order": st.integers(-5, 5),
        "closed": st.booleans(),
        "color": st.sampled_from(["RED", "GRAY"]),
        "default": st.booleans(),
    },
)
FUNNEL_MEMBERS = {"funnel": CODE, "funnelDetail": TEXT, "funnelCategory": CODE}
PROCEDURES = st.lists(st.fixed_dictionaries({"type": st.sampled_from(["OPTION", "TICKET"])}), max_size=3)
NO_FLAGS = {"consultationRequired": False, "sedationRequired": False}
FLAGS = {"consultationRequired": st.booleans(), "sedationRequired": st.booleans()}
PEOPLE = {"counselor": PERSON, "doctor": PERSON, "reservationAssignee": PERSON}
DETAILS: dict[str, st.SearchStrategy[Any]] = {
    **FLAGS,
    **PEOPLE,
    "funnel": st.fixed_dictionaries({}, optional=FUNNEL_MEMBERS),
    "reservationMemo": TEXT,
    "requestedProcedures": PROCEDURES,
}
STORED_DETAILS = st.fixed_dictionaries({}, optional=DETAILS)


def resource(place: tuple[str, str], start: str, end: str) -> Json:
    group, zone = place
    return {
        "zoneId": zone,
        "startDateTimeUtc": start,
        "endDateTimeUtc": end,
        "reservationGroup": {"reservationGroupId": group},
    }


RESOURCE = st.builds(resource, PLACES, STARTS, ENDS)
ONE_RESOURCE = st.lists(RESOURCE, min_size=1, max_size=1)
RESOURCES = st.lists(RESOURCE, min_size=1, max_size=3)

# What a user may ask for: the optional fields, each set or cleared ...
ASKED_DETAILS = {
    **FLAGS,
    **{name: strategy | st.none() for name, strategy in PEOPLE.items()},
    "funnel": st.none()
    | st.fixed_dictionaries({}, optional={name: each | st.none() for name, each in FUNNEL_MEMBERS.items()}),
    "reservationMemo": TEXT | st.none(),
    "requestedProcedures": PROCEDURES | st.none(),
}
TIMES = {"startDateTime": STARTS, "endDateTime": ENDS}
V1_ASKED = st.tuples(
    st.fixed_dictionaries(
        {},
        optional=TIMES
        | {name: each for name, each in ASKED_DETAILS.items() if name != "requestedProcedures"},
    ),
    st.just({}) | PLACES.map(lambda place: {"reservationGroupId": place[0], "zoneId": place[1]}),
).map(lambda parts: parts[0] | parts[1])
V2_DETAILS = {name: each for name, each in ASKED_DETAILS.items() if name != "doctor"}
V2_ASKED = st.fixed_dictionaries({}, optional=V2_DETAILS | {"zoneId": ZONES})
V2_ASKED_OF_ONE = st.fixed_dictionaries({}, optional=V2_DETAILS | {"zoneId": ZONES} | TIMES).filter(bool)

# ... and resources: new ones, or by the number of a stored one, with some members otherwise.
MEMBERS_OF_A_RESOURCE = st.sets(st.sampled_from(["place", "startDateTimeUtc", "endDateTimeUtc"]), max_size=3)
ASKED_RESOURCES = st.lists(
    st.tuples(st.none() | st.integers(0, 2), RESOURCE, MEMBERS_OF_A_RESOURCE),
    min_size=1,
    max_size=3,
    unique_by=lambda asked: object() if asked[0] is None else asked[0],
)


def schedule(resources: list[Json], details: Json, reception: str | None) -> Json:
    """Give a schedule to be stored: the visitor is received in its first zone, or elsewhere."""
    elsewhere = {} if reception is None else {"receptionZoneId": reception}
    return {"occupiedResources": resources, "reservation": details} | elsewhere


SCHEDULES = st.builds(schedule, RESOURCES, STORED_DETAILS, RECEPTIONS)
SCHEDULES_OF_ONE = st.builds(schedule, ONE_RESOURCE, STORED_DETAILS, RECEPTIONS)


def seeded(sandbox: Sandbox, stored: Json) -> tuple[str, Json]:
    """Store a schedule of a visitor of its own."""
    [schedule_id] = sandbox.seed("kos", bookings=[stored])
    return schedule_id, sandbox.booking("kos", schedule_id)


def with_its_reception(before: Json, changes: Json) -> Json:
    """Give the reception zone where it does not read, so that it stays."""
    reception = before["receptionZoneId"]
    return changes if reception == before["reservation"]["zoneId"] else {"zoneId": reception} | changes


def asked_resources(stored: list[Json], drawn: list[Asked]) -> list[Json]:
    """Write drawn resources as a user would: a stored one by its id, with what is to be otherwise."""
    asked = []
    for number, whole, names in drawn:
        if number is None or number >= len(stored):
            asked.append(whole)
        else:
            wanted = names | ({"zoneId", "reservationGroup"} if "place" in names else set())
            asked.append(
                {"id": stored[number]["id"]} | {name: whole[name] for name in whole if name in wanted}
            )
    return asked


def laid_over(reservation: Json, changes: Mapping[str, Any]) -> Json:
    """Give a reservation with a change, as the page says: absent stays, None clears, else set."""
    after = dict(reservation)
    for name, value in changes.items():
        if name == "funnel" and value is not None:
            after[name] = {**after.get(name, {}), **value}
        else:
            after[name] = value
    return after


def shown(record: Json) -> Json:
    """Flatten a record, without the ids that KOS gives to resources; what is blank is as good as absent."""
    resources = [
        {name: value for name, value in each.items() if name != "id"} for each in record["occupiedResources"]
    ]
    return leaves(record | {"occupiedResources": resources})


def reads(record: Json) -> Json:
    """Flatten what our client can tell apart: the reception does not read, a flag that does not is false."""
    visible = {name: value for name, value in record.items() if name != "receptionZoneId"}
    return shown(visible | {"reservation": NO_FLAGS | record["reservation"]})


def is_as_wanted(before: Json, wanted: Json, changes: Json) -> bool:
    """Say whether nothing has to be sent."""
    reception_reads = changes.get("zoneId") in (None, before["reservation"]["zoneId"])
    return reception_reads and reads(before) == reads(wanted)


def leaves(value: Any, path: str = "") -> Json:
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = dict(enumerate(value)).items()
    else:
        return {} if value in ("", None) else {path: value}
    return {at: leaf for name, inner in members for at, leaf in leaves(inner, f"{path}/{name}").items()}


def with_resources(record: Json, reservation: Json, resources: list[Json], reception: str) -> Json:
    """Give a record with these resources, of which the reservation mirrors the first."""
    first = resources[0]
    mirrored = {
        "reservationGroupId": first["reservationGroup"]["reservationGroupId"],
        "zoneId": first["zoneId"],
        "startDateTime": first["startDateTimeUtc"],
        "endDateTime": first["endDateTimeUtc"],
    }
    return record | {
        "reservation": reservation | mirrored,
        "occupiedResources": resources,
        "receptionZoneId": reception,
    }


def through_v2(before: Json, changes: Json, resources: list[Json]) -> Json:
    """Give a record as v2 should leave it; a flag that is not there stays away unless it is asked for."""
    details = {name: value for name, value in changes.items() if name in V2_DETAILS}
    reception = changes["zoneId"] if "zoneId" in changes else before["receptionZoneId"]
    return with_resources(before, laid_over(before["reservation"], details), resources, reception)


@on_the_wire
@given(stored=SCHEDULES_OF_ONE, changes=V1_ASKED.filter(bool))
async def test_an_update_through_v1_sets_what_it_names_and_leaves_every_other_field(
    sandbox: Sandbox, kos: KosClient, stored: Json, changes: Json
) -> None:
    schedule_id, before = seeded(sandbox, stored)
    result = await kos.update_booking(schedule_id, changes, api_version="v1")
    wanted = laid_over(NO_FLAGS | before["reservation"], changes)
    place = wanted["reservationGroupId"], wanted["zoneId"]
    only = resource(place, wanted["startDateTime"], wanted["endDateTime"])
    expected = with_resources(before, wanted, [only], wanted["zoneId"])
    unchanged = is_as_wanted(before, expected, {})
    assert shown(sandbox.booking("kos", schedule_id)) == shown(before if unchanged else expected)
    assert (result.outcome == Outcome.UNCHANGED) == unchanged
    assert result.warnings == ()


@on_the_wire
@given(stored=SCHEDULES_OF_ONE, asked=V2_ASKED_OF_ONE)
async def test_an_update_through_v2_sets_what_it_names_and_leaves_every_other_field(
    sandbox: Sandbox, kos: KosClient, stored: Json, asked: Json
) -> None:
    schedule_id, before = seeded(sandbox, stored)
    changes = with_its_reception(before, asked)
    result = await kos.update_booking(schedule_id, changes)
    [only] = before["occupiedResources"]
    moved = {f"{name}Utc": changes[name] for name in TIMES if name in changes}
    expected = through_v2(before, changes, [only | moved])
    unchanged = is_as_wanted(before, expected, changes)
    assert shown(sandbox.booking("kos", schedule_id)) == shown(before if unchanged else expected)
    assert (result.outcome == Outcome.UNCHANGED) == unchanged
    assert not [warning for warning in result.warnings if "asked" in warning]


@on_the_wire
@given(stored=SCHEDULES, asked=st.tuples(st.just({}) | V2_ASKED, ASKED_RESOURCES))
async def test_resources_become_what_is_asked_and_every_other_field_stays(
    sandbox: Sandbox, kos: KosClient, stored: Json, asked: tuple[Json, list[Asked]]
) -> None:
    schedule_id, before = seeded(sandbox, stored)
    changes = with_its_reception(before, asked[0])
    wanted = asked_resources(before["occupiedResources"], asked[1])
    result = await kos.update_booking(schedule_id, changes | {"occupiedResources": wanted})
    by_id = {each["id"]: each for each in before["occupiedResources"]}
    completed = [by_id.get(each.get("id"), {}) | each for each in wanted]
    expected = through_v2(before, changes, completed)
    unchanged = is_as_wanted(before, expected, changes)
    assert shown(sandbox.booking("kos", schedule_id)) == shown(before if unchanged else expected)
    assert (result.outcome == Outcome.UNCHANGED) == unchanged
    assert not [warning for warning in result.warnings if "asked" in warning]


@on_the_wire
@given(stored=SCHEDULES)
async def test_a_reservation_read_and_written_back_through_v2_is_left_alone(
    sandbox: Sandbox, kos: KosClient, stored: Json
) -> None:
    schedule_id, before = seeded(sandbox, stored)
    raw: Any = (await kos.get_booking(schedule_id)).raw
    as_read = {
        name: each for name, each in raw["reservation"].items() if name in V2_DETAILS or name == "zoneId"
    }
    result = await kos.update_booking(schedule_id, as_read | {"occupiedResources": raw["occupiedResources"]})
    assert result.outcome == Outcome.UNCHANGED
    assert writes(sandbox, "kos") == []
    assert sandbox.booking("kos", schedule_id) == before


@pytest.mark.parametrize("version", ["v1", "v2"])
@on_the_wire
@given(stored=SCHEDULES_OF_ONE)
async def test_what_is_not_asked_for_is_sent_again_as_it_was(
    sandbox: Sandbox, kos: KosClient, version: str, stored: Json
) -> None:
    schedule_id, before = seeded(sandbox, stored)
    wanted = not before["reservation"].get("sedationRequired", False)
    await kos.update_booking(schedule_id, {"sedationRequired": wanted}, api_version=version)
    no_field_of_it = {"v1": {"requestedProcedures"}, "v2": set[str]()}[version]
    kept = {name: before["reservation"][name] for name in stored["reservation"].keys() - no_field_of_it}
    sent = writes(sandbox, "kos")[-1]["body"]
    assert {**sent, **kept, "sedationRequired": wanted} == sent
    assert ("consultationRequired" in sent) == (
        version == "v1" or "consultationRequired" in stored["reservation"]
    )
