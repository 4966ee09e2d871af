"""What holds for any KOS schedule and any update of it."""

import json
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.journal import Journal
from airflow_provider_booking.sandbox.kos import KosSimulator
from airflow_provider_booking.sandbox.simulator import Answer, Call

OPTIONAL = ("counselor", "doctor", "funnel", "reservationMemo", "reservationAssignee")
NEEDED_BY_V1 = {"consultationRequired": False, "sedationRequired": False}
V2_DETAILS = (
    *NEEDED_BY_V1,
    "counselor",
    "funnel",
    "reservationMemo",
    "reservationAssignee",
    "requestedProcedures",
)
MIRRORED = ("reservationGroupId", "startDateTime", "endDateTime", "zoneId")
PEOPLE = st.fixed_dictionaries({"id": st.sampled_from("ab"), "name": st.sampled_from(["Ada", "김서연"])})
DETAILS = st.fixed_dictionaries(
    {"consultationRequired": st.booleans(), "sedationRequired": st.booleans()},
    optional={
        "counselor": PEOPLE,
        "doctor": PEOPLE,
        "reservationAssignee": PEOPLE,
        "funnel": st.fixed_dictionaries({}, optional={"funnelDetail": st.text(max_size=5)}),
        "reservationMemo": st.text(max_size=20),
    },
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just("2030-01-07T01:00:00Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def simulator() -> KosSimulator:
    clock = Clock()
    clock.freeze()  # one token is used to the end, however long the other tests take before
    made = KosSimulator(clock, Journal(), seed=7)
    made.generate(64)
    return made


SIMULATOR = simulator()
ORIGINALS = SIMULATOR.records()
MADE_UP = [record for record in ORIGINALS if record["id"].startswith("66a1")]
SINGLE = [record for record in MADE_UP if len(record["occupiedResources"]) == 1]


def post(operation: str, body: Any, token: str = "") -> Answer:
    return SIMULATOR.answer(
        Call(
            mount="kos",
            scheme="http",
            method="POST",
            path=operation,
            wire_path=f"/kos{operation}",
            query_string=b"",
            headers={b"authorization": f"Bearer {token}".encode()},
            body=json.dumps(body).encode(),
        )
    )


KEY = {"key": "00000000-0000-4000-8000-000000000000"}
TOKEN = json.loads(post("/open/authorization/commands/exchange-token", KEY).body)["token"]


def update(version: str, body: Any) -> Answer:
    return post(f"/schedule/open/{version}/commands/update-reservation", body, TOKEN)


def reset(*records: dict[str, Any]) -> None:
    SIMULATOR.store(list(records) or ORIGINALS)


def stored(record: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in SIMULATOR.records() if one["id"] == record["id"])


def only(members: dict[str, Any], names: Any) -> dict[str, Any]:
    return {name: members[name] for name in names if name in members}


def body_v1(record: dict[str, Any]) -> dict[str, Any]:
    sent = only(record["reservation"], (*MIRRORED, *NEEDED_BY_V1, *OPTIONAL))
    return {"scheduleId": record["id"]} | NEEDED_BY_V1 | sent


def body_v2(record: dict[str, Any]) -> dict[str, Any]:
    places = {"zoneId": record["receptionZoneId"], "occupiedResources": record["occupiedResources"]}
    return {"scheduleId": record["id"]} | places | only(record["reservation"], V2_DETAILS)


def shifted(times: dict[str, Any], names: tuple[str, str], by: timedelta) -> dict[str, Any]:
    return times | {
        name: (datetime.fromisoformat(times[name]) + by).isoformat().replace("+00:00", "Z") for name in names
    }


@settings(deadline=None)
@given(st.sampled_from(SINGLE), DETAILS)
def test_v1_stores_what_was_sent_and_drops_what_was_not(
    record: dict[str, Any], details: dict[str, Any]
) -> None:
    reset(record)
    sent = {"scheduleId": record["id"]} | only(record["reservation"], MIRRORED) | details
    assert update("v1", sent).status == 200
    kept = only(record["reservation"], (*MIRRORED, "status", "requestedProcedures"))
    assert stored(record) == record | {"reservation": kept | details}


@settings(deadline=None)
@given(st.sampled_from(MADE_UP), DETAILS)
def test_v2_stores_what_was_sent_and_drops_what_was_not_but_for_the_doctor(
    record: dict[str, Any], details: dict[str, Any]
) -> None:
    reset(record)
    places = only(body_v2(record), ("scheduleId", "zoneId", "occupiedResources"))
    assert update("v2", places | details).status == 200
    kept = only(record["reservation"], (*MIRRORED, "status", "doctor")) | {"requestedProcedures": []}
    assert stored(record) == record | {"reservation": kept | only(details, V2_DETAILS)}


def test_what_was_read_and_is_written_back_by_v2_changes_nothing() -> None:
    reset()
    assert {update("v2", body_v2(record)).status for record in MADE_UP} == {200}
    assert SIMULATOR.records() == ORIGINALS


def test_what_was_read_and_is_written_back_by_v1_sets_its_two_flags_and_changes_nothing_else() -> None:
    reset()
    assert {update("v1", body_v1(record)).status for record in SINGLE} == {200}
    flagged = [record | {"reservation": NEEDED_BY_V1 | record["reservation"]} for record in SINGLE]
    assert [stored(record) for record in SINGLE] == flagged


@settings(max_examples=30, deadline=None)
@given(st.integers(min_value=-4 * 24 * 60, max_value=4 * 24 * 60).map(lambda n: timedelta(minutes=n)))
def test_all_made_up_schedules_can_be_moved_by_the_same_time(by: timedelta) -> None:
    reset()
    for record in MADE_UP:
        body = body_v2(record)
        if record in SINGLE:
            moved = shifted(body_v1(record), ("startDateTime", "endDateTime"), by)
            assert update("v1", moved).status == 200
        resources = [
            shifted(one, ("startDateTimeUtc", "endDateTimeUtc"), by) for one in body["occupiedResources"]
        ]
        assert update("v2", body | {"occupiedResources": resources}).status == 200


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["v1", "v2"]),
    st.sampled_from(SINGLE),
    st.sampled_from(
        sorted({*MIRRORED, *NEEDED_BY_V1, *OPTIONAL, "scheduleId", "occupiedResources", "nothing"})
    ),
    ANYTHING,
)
def test_whatever_a_member_holds_the_answer_is_200_or_400_and_a_refusal_stores_nothing(
    version: str, record: dict[str, Any], member: str, value: Any
) -> None:
    reset(record)
    body = body_v1(record) if version == "v1" else body_v2(record)
    answer = update(version, body | {member: value})
    assert answer.status in (200, 400)
    assert answer.status == 200 or stored(record) == record


@settings(deadline=None)
@given(ANYTHING)
def test_whatever_an_incomplete_resource_is_it_is_refused(resource: Any) -> None:
    resources = [*SINGLE[0]["occupiedResources"], resource]
    assert update("v2", body_v2(SINGLE[0]) | {"occupiedResources": resources}).status == 400
