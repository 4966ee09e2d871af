"""Whatever a vendor answers, a client gives a booking or one of our errors, and quotes nothing of it."""

from collections.abc import AsyncIterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from airflow_provider_booking.bookings import BookingError, InvalidInput, VendorUnavailable
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.registry import SIMULATORS
from airflow_provider_booking.vendors.client import VendorClient
from airflow_provider_booking.vendors.registry import VENDORS, client_class, planning_class
from tests.mutations import ODD, mutated

Json = dict[str, Any]
Client = VendorClient[Any, Any]

# One sandbox and one client serve all examples of a test.
on_the_wire = examples(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

NEEDLE = "needle.in.a.haystack@example.com"
READS = {
    "feishu": "*/reserves/*",
    "zoho": "*/bookings/*",
    "jicoo": "*/bookings/*",
    "onlive": "*/appointments/*",
    "kos": "*/get-schedule-detail",
}
START, END = "2027-05-03T10:00:00Z", "2027-05-03T11:00:00Z"
CHANGES: Mapping[str, Json] = {
    "feishu": {"meeting_settings": {"topic": "B", "assign_host_list": None}},
    "zoho": {"title": "B", "dateandtime": {"start": START, "end": END}, "attendees": {"set": []}},
    "jicoo": {"name": "B", "startedAt": START},
    "onlive": {"title": "B", "start": START, "guests": []},
    "kos": {"startDateTime": START, "reservationMemo": "B", "funnel": {"funnelDetail": "x"}},
}
every_vendor = pytest.mark.parametrize("client", VENDORS, indirect=True)


def enveloped(vendor: str, record: Any) -> Any:
    """Give the body in which a vendor shows a booking."""
    match vendor:
        case "feishu":
            return {"code": 0, "msg": "success", "data": {"reserve": record}}
        case "jicoo" | "kos":
            return {"data": record}
    return record


@pytest.fixture
async def client(
    request: pytest.FixtureRequest, sandbox: Sandbox, new_process: None
) -> AsyncIterator[Client]:
    """Give the client of a vendor that takes any number of calls."""
    del new_process
    kind: Any = client_class(request.param)
    parts = next(each for each in SIMULATORS if each.vendor == request.param).connection(sandbox.url)
    del parts["conn_type"]
    extra = {"verify": False} | parts.pop("extra", {})
    sandbox.limits(request.param, None)
    async with kind(kind.settings_model.from_connection(**parts, extra=extra)) as opened:
        yield opened


@pytest.fixture
async def record(sandbox: Sandbox, client: Client) -> tuple[str, Json]:
    """Give the id of a booking, and how its vendor shows it."""
    [booking_id] = sandbox.seed(client.vendor, count=1)
    return booking_id, (await client.get_booking(booking_id)).raw


def answer_oddly(sandbox: Sandbox, client: Client, record: Json, data: st.DataObject) -> None:
    """Let the vendor show a booking with something odd in it: once, twice or from now on."""
    body = data.draw(mutated(enveloped(client.vendor, record), odd=ODD | st.just(NEEDLE)), label="body")
    sandbox.clear_faults()
    sandbox.fault(
        client.vendor,
        {"status": 200, "body": [None] if body is None else body},
        path=READS[client.vendor],
        times=data.draw(st.sampled_from([1, 2, None]), label="times"),
    )


def at(record: Json, path: str, value: Any) -> Json:
    """Give a record with another value in one place."""
    changed = deepcopy(record)
    *parents, leaf = path.split(".")
    inside = changed
    for parent in parents:
        inside = inside[parent]
    inside[leaf] = value
    return changed


@pytest.mark.parametrize(
    ("client", "path", "value"),
    [
        ("feishu", "end_time", "soon"),
        ("feishu", "end_time", [1]),
        ("feishu", "end_time", True),
        ("feishu", "end_time", 2**63),
        ("feishu", "meeting_settings.topic", 5),
        ("feishu", "meeting_settings", "none"),
        ("zoho", "start", 10**20),
        ("zoho", "start", -(10**15)),
        ("zoho", "end", "1.0"),
    ],
    indirect=["client"],
)
async def test_a_booking_of_which_a_member_makes_no_sense_is_unreadable(
    sandbox: Sandbox, client: Client, record: tuple[str, Json], path: str, value: Any
) -> None:
    body = enveloped(client.vendor, at(record[1], path, value))
    sandbox.fault(client.vendor, {"status": 200, "body": body}, path=READS[client.vendor], times=None)
    with pytest.raises(VendorUnavailable):
        await client.get_booking(record[0])


@pytest.mark.parametrize("client", ["zoho"], indirect=True)
async def test_a_zone_that_is_not_known_is_not_quoted(
    sandbox: Sandbox, client: Client, record: tuple[str, Json]
) -> None:
    body = at(record[1], "dateandtime.timezone", NEEDLE)
    sandbox.fault("zoho", {"status": 200, "body": body}, path=READS["zoho"], times=None)
    with pytest.raises(InvalidInput, match=r"^the booking's time zone is not known") as refused:
        await client.update_booking(record[0], CHANGES["zoho"])
    check_quotes_nothing(refused.value)


def check_quotes_nothing(error: BaseException | None) -> None:
    while error is not None:
        assert NEEDLE not in f"{error!s} {error!r}"
        error = error.__cause__ or error.__context__


@every_vendor
@on_the_wire
@given(data=st.data())
async def test_an_odd_booking_is_read_and_judged_or_refused_as_unreadable(
    sandbox: Sandbox, client: Client, record: tuple[str, Json], data: st.DataObject
) -> None:
    answer_oddly(sandbox, client, record[1], data)
    planning = planning_class(client.vendor)(client)
    try:
        await client.get_booking(record[0])
        fields = client.fields(await client.read(record[0], client.parse_options({})))
        for look in (planning.starts_at, planning.ends_at, planning.slots, planning.watched):
            look(fields)
    except BookingError as error:
        check_quotes_nothing(error)


@every_vendor
@on_the_wire
@given(data=st.data())
async def test_an_odd_booking_is_updated_or_the_update_ends_in_an_error_of_ours(
    sandbox: Sandbox, client: Client, record: tuple[str, Json], data: st.DataObject
) -> None:
    answer_oddly(sandbox, client, record[1], data)
    try:
        await client.update_booking(record[0], CHANGES[client.vendor])
    except BookingError as error:
        check_quotes_nothing(error)
