"""What holds for any booking and any update of it, with the simulator as the judge."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from tests.wire import writes

Json = dict[str, Any]

# One sandbox and one client serve all examples of a test; each example has a booking of its own.
on_the_wire = examples(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

NOON = datetime(2027, 5, 3, 12, tzinfo=UTC)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)
HOST = st.fixed_dictionaries(
    {
        "userId": st.integers(1, 99).map(lambda number: f"user{number:04d}"),
        "role": st.sampled_from(["admin", "editor", "viewer"]),
    }
)


def times(first: int, last: int) -> st.SearchStrategy[str]:
    """Draw a moment, so many minutes from noon, as the vendor writes it."""
    return st.integers(first, last).map(
        lambda minutes: (
            (NOON + timedelta(minutes=minutes)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
    )


FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "name": TEXT,
    "description": TEXT | st.none(),
    "timeZone": st.sampled_from(["Asia/Tokyo", "Europe/Berlin", "America/New_York"]),
    "startedAt": times(-600, 0),
    "endedAt": times(1, 600),
    "hosts": st.lists(HOST, min_size=1, max_size=4),
    "priority": st.sampled_from(["low", "middle", "high"]),
}
BOOKINGS = st.fixed_dictionaries(FIELDS)
CHANGES = st.fixed_dictionaries({}, optional=FIELDS).filter(bool)
UPDATED = "updatedAt"


def without_its_own_time(record: Json) -> Json:
    return {name: value for name, value in record.items() if name != UPDATED}


@on_the_wire
@given(stored=BOOKINGS, changes=CHANGES)
async def test_an_update_sets_what_it_names_and_leaves_every_other_field(
    sandbox: Sandbox, jicoo: JicooClient, stored: Json, changes: Json
) -> None:
    uid = sandbox.seed("jicoo", bookings=[stored])[0]
    before = sandbox.booking("jicoo", uid)
    await jicoo.update_booking(uid, changes)
    after = sandbox.booking("jicoo", uid)
    assert without_its_own_time(after) == without_its_own_time(before | changes)


@on_the_wire
@given(stored=BOOKINGS, changes=CHANGES)
async def test_the_result_names_exactly_what_changed(
    sandbox: Sandbox, jicoo: JicooClient, stored: Json, changes: Json
) -> None:
    uid = sandbox.seed("jicoo", bookings=[stored])[0]
    before = sandbox.booking("jicoo", uid)
    result = await jicoo.update_booking(uid, changes)
    differing = {name for name, value in changes.items() if before[name] != value}
    assert result.changed.keys() == differing
    assert (result.outcome == Outcome.UNCHANGED) == (not differing)


@on_the_wire
@given(stored=BOOKINGS)
async def test_a_booking_read_and_written_back_is_left_alone(
    sandbox: Sandbox, jicoo: JicooClient, stored: Json
) -> None:
    uid = sandbox.seed("jicoo", bookings=[stored])[0]
    record = (await jicoo.get_booking(uid)).raw
    result = await jicoo.update_booking(uid, {name: record[name] for name in FIELDS})
    assert result.outcome == Outcome.UNCHANGED
    assert writes(sandbox, "jicoo") == []


@on_the_wire
@given(changes=CHANGES)
async def test_nobody_is_told_of_any_update_that_does_not_say_so(
    sandbox: Sandbox, jicoo: JicooClient, changes: Json
) -> None:
    short = {"startedAt": NOON.isoformat(), "endedAt": (NOON + timedelta(seconds=30)).isoformat()}
    uid = sandbox.seed("jicoo", bookings=[short])[0]
    await jicoo.update_booking(uid, changes)
    assert sandbox.notifications("jicoo") == []
