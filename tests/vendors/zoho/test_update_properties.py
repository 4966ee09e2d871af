"""What holds for any booking and any update of it, with the simulator as the judge."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from tests.wire import writes

Json = dict[str, Any]

# One sandbox and one client serve all examples of a test; each example has rooms of its own.
on_the_wire = examples(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ROOMS = (f"1700{number:015d}" for number in itertools.count(1))

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)
TITLE = TEXT.filter(str.strip)
PERMISSIONS = st.integers(0, 3)
ZIDS = st.integers(71000001, 71000006)
GROUPS = st.sampled_from([62219540, 61178943, 62219541])
# The vendor fills in derived members: these change with the ones that are asked for.
DERIVED = {
    "description": {"desc"},
    "dateandtime": {"timezone", "start_date", "end_date", "start_time", "end_time", "start", "end"},
    "attendees": {"users"},
}


def person(zid: int) -> Json:
    return {"zid": zid, "email": f"person{zid}@example.com"}


def listed(ids: st.SearchStrategy[int], named: Any) -> st.SearchStrategy[list[Json]]:
    """Draw some people or groups, each once, with a permission."""
    return st.dictionaries(ids, PERMISSIONS, max_size=4).map(
        lambda drawn: [named(zid) | {"permission": permission} for zid, permission in drawn.items()]
    )


def merged(ids: st.SearchStrategy[int], named: Any) -> st.SearchStrategy[list[Json]]:
    """Draw a list to merge: some come or change, with a permission or without, and some go."""
    fate = st.sampled_from([{}, {"deleted": True}, *({"permission": number} for number in range(4))])
    return st.dictionaries(ids, fate, max_size=4).map(
        lambda drawn: [named(zid) | said for zid, said in drawn.items()]
    )


def people(ids: st.SearchStrategy[int], named: Any) -> st.SearchStrategy[Any]:
    exactly = listed(ids, named).map(lambda drawn: {"set": drawn})
    return st.none() | merged(ids, named) | exactly


def group(zid: int) -> Json:
    return {"zid": zid}


MINUTES = st.integers(0, 600)
ZONES = st.sampled_from(["Asia/Kolkata", "Asia/Seoul", "UTC"])
STORED = st.fixed_dictionaries(
    {
        "title": TITLE,
        "description": TEXT,
        "isprivate": st.booleans(),
        "dateandtime": st.tuples(MINUTES, st.integers(1, 600), ZONES),
        "resources": st.sampled_from([(0,), (1,), (0, 1)]),
        "attendees": listed(ZIDS, person),
        "group_attendees": listed(GROUPS, group),
    }
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "title": TITLE,
    "description": TEXT | st.none(),
    "isprivate": st.booleans(),
    "dateandtime": st.tuples(MINUTES, st.integers(1, 600), ZONES | st.none()),
    "resources": st.sampled_from([(0,), (1,), (0, 1)]),
    "attendees": people(ZIDS, person),
    "group_attendees": people(GROUPS, group),
}
CHANGES = st.fixed_dictionaries({}, optional=FIELDS).filter(bool)
ONE_FIELD = st.sampled_from(sorted(FIELDS)).flatmap(lambda name: st.fixed_dictionaries({name: FIELDS[name]}))


@pytest.fixture(autouse=True)
def _no_rate_limit(sandbox: Sandbox) -> None:
    sandbox.limits("zoho", None)


class Example:
    """A booking in two rooms of its own, a fortnight ahead of the sandbox's clock."""

    def __init__(self, sandbox: Sandbox, stored: Json) -> None:
        self.sandbox = sandbox
        self.rooms = list(itertools.islice(ROOMS, 2))
        today = datetime.fromtimestamp(sandbox.now(), UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self._noon = today + timedelta(days=14, hours=12)
        # The other booking only makes both rooms known; it is out of the way.
        other = {"resources": (0, 1), "dateandtime": (60 * 24 * 7, 30, "UTC")}
        records = [self.written(record) for record in (other, stored)]
        self.booking_id = sandbox.seed("zoho", bookings=records)[1]

    def written(self, drawn: Json) -> Json:
        """Turn drawn rooms and times into the vendor's."""
        written = dict(drawn)
        if "resources" in drawn:
            written["resources"] = [{"resource_id": self.rooms[at], "type": 0} for at in drawn["resources"]]
        if "dateandtime" in drawn:
            start, length, zone = drawn["dateandtime"]
            begin = self._noon + timedelta(minutes=start)
            written["dateandtime"] = {
                "start": f"{begin:%Y%m%dT%H%M%S}",
                "end": f"{begin + timedelta(minutes=length):%Y%m%dT%H%M%S}",
            } | ({} if zone is None else {"timezone": zone})
        return written

    def record(self) -> Json:
        """Give the simulator's whole record; whom it told last is no field of a booking."""
        record = self.sandbox.booking("zoho", self.booking_id)
        for name in ("attendees", "group_attendees", "users"):
            record[name] = sorted(
                (
                    {key: value for key, value in one.items() if key != "notify_status"}
                    for one in record[name]
                ),
                key=lambda one: int(one["zid"]),
            )
        return record


def expected(before: Json, changes: Json) -> Json:
    """Say what the fields that a change names should read, by the words of the page alone."""
    wanted = dict(changes)
    if "description" in changes:
        wanted["description"] = changes["description"] or ""
    if "dateandtime" in changes:
        wanted["dateandtime"] = before["dateandtime"] | changes["dateandtime"]
    if "resources" in changes:
        wanted["resources"] = [{"count": 0, **room} for room in changes["resources"]]
    for name in ("attendees", "group_attendees"):
        if name in changes:
            wanted[name] = _members(before[name], changes[name])
    return wanted


def _members(stored: list[Json], asked: Any) -> dict[int, int]:
    permissions = {one["zid"]: one["permission"] for one in stored}
    if asked is None or isinstance(asked, dict):
        return {one["zid"]: one["permission"] for one in (asked or {"set": []})["set"]}
    for one in asked:
        if one.get("deleted"):
            permissions.pop(one["zid"], None)
        else:
            permissions[one["zid"]] = one.get("permission", permissions.get(one["zid"], 1))
    return permissions


def shown(record: Json, name: str) -> Any:
    if name in ("attendees", "group_attendees"):
        return {one["zid"]: one["permission"] for one in record[name]}
    return record[name]


async def check(sandbox: Sandbox, zoho: ZohoClient, stored: Json, drawn: Json) -> None:
    example = Example(sandbox, stored)
    changes = example.written(drawn)
    before = example.record()
    result = await zoho.update_booking(example.booking_id, changes)
    after = example.record()

    wanted = expected(before, changes)
    assert {name: shown(after, name) for name in wanted} == wanted
    named = set(changes).union(*(DERIVED.get(name, set()) for name in changes))
    assert {name: value for name, value in after.items() if name not in named} == {
        name: value for name, value in before.items() if name not in named
    }
    differing = {name for name in changes if shown(before, name) != shown(after, name)}
    assert {name.partition(".")[0] for name in result.changed} == differing
    assert (result.outcome == Outcome.UNCHANGED) == (not differing)


@on_the_wire
@given(stored=STORED, drawn=CHANGES)
async def test_an_update_sets_what_it_names_leaves_every_other_field_and_says_so(
    sandbox: Sandbox, zoho: ZohoClient, stored: Json, drawn: Json
) -> None:
    await check(sandbox, zoho, stored, drawn)


@on_the_wire
@given(stored=STORED, drawn=ONE_FIELD)
async def test_a_single_field_changes_alone_though_the_vendor_may_reset_what_is_left_out(
    sandbox: Sandbox, zoho: ZohoClient, stored: Json, drawn: Json
) -> None:
    sandbox.switch("zoho", omitted_fields="reset")
    await check(sandbox, zoho, stored, drawn)


@on_the_wire
@given(stored=STORED)
async def test_a_booking_read_and_written_back_is_left_alone(
    sandbox: Sandbox, zoho: ZohoClient, stored: Json
) -> None:
    example = Example(sandbox, stored)
    raw = (await zoho.get_booking(example.booking_id)).raw
    result = await zoho.update_booking(
        example.booking_id, {name: raw[name] for name in FIELDS if name in raw}, notify_attendee=2
    )
    assert result.outcome == Outcome.UNCHANGED
    assert writes(sandbox, "zoho") == []


@on_the_wire
@given(stored=STORED, drawn=CHANGES)
async def test_nobody_is_told_of_any_update_that_does_not_say_so(
    sandbox: Sandbox, zoho: ZohoClient, stored: Json, drawn: Json
) -> None:
    example = Example(sandbox, stored)
    await zoho.update_booking(example.booking_id, example.written(drawn))
    assert sandbox.notifications("zoho") == []
