"""What holds for any appointment and any update of it, with the simulator as the judge."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.onlive.client import OnliveClient
from tests.wire import writes

Json = dict[str, Any]

# One sandbox and one client serve all examples of a test; each example has an appointment of its own.
on_the_wire = examples(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

NOON = datetime(2031, 5, 5, 12, tzinfo=UTC)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)
VALUE = st.none() | st.booleans() | st.integers(-1000, 1000) | TEXT
OBJECT = st.dictionaries(TEXT, VALUE | st.lists(VALUE, max_size=2), max_size=3)
# Many guests of few names: now and then somebody stays, goes, or is written in other letters.
GUEST = st.fixed_dictionaries(
    {"email": st.sampled_from([f"{name}@example.com" for name in ("a", "B", "b", "c.d", "é")])},
    optional={"extraFields": OBJECT},
)
REMINDER = st.fixed_dictionaries({"time": st.integers(0, 90), "unit": st.sampled_from(["m", "h"])})


def times(first: int, last: int) -> st.SearchStrategy[str]:
    """Draw a moment, so many minutes from noon, as the vendor writes it."""
    return st.integers(first, last).map(
        lambda minutes: (
            (NOON + timedelta(minutes=minutes)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
    )


FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "title": TEXT | st.none(),
    "description": TEXT | st.none(),
    "start": times(-600, 0),
    "end": times(1, 600),
    "guests": st.lists(GUEST, max_size=3, unique_by=lambda guest: guest["email"].lower()),
    "reminders": st.lists(REMINDER, max_size=2),
    "extraFields": OBJECT,
    "lang": st.sampled_from(["es", "en", None]),
    "event": st.none()
    | st.fixed_dictionaries({}, optional={"iCallUrl": TEXT | st.none(), "room": TEXT | st.none()}),
    "state": st.sampled_from(["pending", "confirmed"]),
    "agentComment": TEXT | st.none(),
}
OF_V1 = {"classification": TEXT | st.none()}
OF_V2 = {
    name: TEXT | st.none() for name in ("subStatus", "origin", "originUrl", "interactionId", "externalId")
}
BOOKINGS = st.fixed_dictionaries(FIELDS | OF_V1 | OF_V2)
CLEARED = {name: st.none() for name in ("guests", "reminders", "extraFields")}
NAMES_OF_V2 = {"start": "startAt", "end": "endAt", "state": "status", "agentComment": "comment"}


def changes_of(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Json]:
    """Draw changes of at least one field, in stored names."""
    wishes = {name: strategy | CLEARED.get(name, st.nothing()) for name, strategy in fields.items()}
    return st.fixed_dictionaries({}, optional=wishes).filter(bool)


UPDATES = st.tuples(st.just("v1"), changes_of(FIELDS | OF_V1)) | st.tuples(
    st.just("v2"), changes_of(FIELDS | OF_V2)
)
ONE_FIELD = st.one_of(
    *(
        st.tuples(st.just(version), st.fixed_dictionaries({name: strategy}))
        for version, fields in (("v1", FIELDS | OF_V1), ("v2", FIELDS | OF_V2))
        for name, strategy in fields.items()
    )
)


@pytest.fixture(autouse=True)
def _no_rate_limit(sandbox: Sandbox) -> None:
    sandbox.limits("onlive", None)


def seeded(sandbox: Sandbox, appointment: Json) -> Json:
    """Store an appointment that shares its slot with all others, and give it whole."""
    appointment_id = sandbox.seed("onlive", bookings=[appointment | {"allowOverlapping": True}])[0]
    return sandbox.booking("onlive", appointment_id)


def in_names_of(version: str, changes: Json) -> Json:
    names = NAMES_OF_V2 if version == "v2" else {}
    return {names.get(name, name): value for name, value in changes.items()}


def meaning(record: Json) -> Json:
    """What a record says: not how it writes nothing, nor an address, nor in which order."""
    said = {name: value for name, value in record.items() if name != "updatedAt"}
    guests = [
        guest | {"email": guest["email"].lower(), "extraFields": guest.get("extraFields") or {}}
        for guest in record["guests"] or ()
    ]
    event = {name: value for name, value in (record["event"] or {}).items() if value is not None}
    reminders = [{"direction": "before"} | reminder for reminder in record["reminders"] or ()]
    return said | {
        "guests": sorted(guests, key=lambda guest: guest["email"]),
        "reminders": sorted(reminders, key=lambda reminder: (reminder["unit"], reminder["time"])),
        "extraFields": record["extraFields"] or {},
        "event": event,
    }


@on_the_wire
@given(stored=BOOKINGS, update=UPDATES)
async def test_an_update_sets_what_it_names_and_leaves_every_other_field(
    sandbox: Sandbox, onlive: OnliveClient, stored: Json, update: tuple[str, Json]
) -> None:
    version, changes = update
    before = seeded(sandbox, stored)
    await onlive.update_booking(before["id"], in_names_of(version, changes), api_version=version)
    assert meaning(sandbox.booking("onlive", before["id"])) == meaning(before | changes)


@on_the_wire
@given(stored=BOOKINGS, update=ONE_FIELD)
async def test_an_update_of_one_field_leaves_all_others_as_they_are_written(
    sandbox: Sandbox, onlive: OnliveClient, stored: Json, update: tuple[str, Json]
) -> None:
    version, changes = update
    before = seeded(sandbox, stored)
    await onlive.update_booking(before["id"], in_names_of(version, changes), api_version=version)
    after = sandbox.booking("onlive", before["id"])
    touched = {*changes, "updatedAt"}
    assert {name for name in before if before[name] != after[name]} <= touched


@on_the_wire
@given(stored=BOOKINGS, update=UPDATES)
async def test_the_result_names_exactly_what_changed(
    sandbox: Sandbox, onlive: OnliveClient, stored: Json, update: tuple[str, Json]
) -> None:
    version, changes = update
    before = seeded(sandbox, stored)
    result = await onlive.update_booking(before["id"], in_names_of(version, changes), api_version=version)
    old, new = meaning(before), meaning(before | changes)
    differing = in_names_of(version, {name: None for name in changes if old[name] != new[name]})
    assert result.changed.keys() == differing.keys()
    assert (result.outcome == Outcome.UNCHANGED) == (not differing)
    assert result.warnings == ()


@on_the_wire
@given(stored=BOOKINGS, version=st.sampled_from(["v1", "v2"]))
async def test_an_appointment_read_and_written_back_is_left_alone(
    sandbox: Sandbox, onlive: OnliveClient, stored: Json, version: str
) -> None:
    before = seeded(sandbox, stored)
    record = (await onlive.get_booking(before["id"], api_version=version)).raw
    names = in_names_of(version, dict.fromkeys(FIELDS | (OF_V1 if version == "v1" else OF_V2)))
    result = await onlive.update_booking(
        before["id"], {name: record[name] for name in names}, api_version=version
    )
    assert result.outcome == Outcome.UNCHANGED
    assert sandbox.booking("onlive", before["id"]) == before
    assert writes(sandbox, "onlive") == []


@on_the_wire
@given(stored=BOOKINGS, update=UPDATES, reply=st.sampled_from(["full", "sample"]))
async def test_a_second_run_of_an_update_tells_nobody(
    sandbox: Sandbox, onlive: OnliveClient, stored: Json, update: tuple[str, Json], reply: str
) -> None:
    sandbox.switch("onlive", update_reply=reply)
    version, changes = update
    booking_id = seeded(sandbox, stored)["id"]
    wish = in_names_of(version, changes)
    await onlive.update_booking(booking_id, wish, api_version=version)
    told = len(sandbox.notifications("onlive"))
    again = await onlive.update_booking(booking_id, wish, api_version=version)
    assert again.outcome == Outcome.UNCHANGED
    assert len(sandbox.notifications("onlive")) == told
