"""What holds for any ONLIVE appointment and any update of it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.journal import Journal
from airflow_provider_booking.sandbox.onlive import OnliveSimulator
from airflow_provider_booking.sandbox.onlive.appointments import is_cancelled
from airflow_provider_booking.sandbox.onlive.rules import UUID
from airflow_provider_booking.sandbox.onlive.seeds import generated
from airflow_provider_booking.sandbox.onlive.signature import sign
from airflow_provider_booking.sandbox.simulator import Answer, Call, json_answer

V2_NAMES = {"start": "startAt", "end": "endAt", "agentComment": "comment"}
TEXTS = st.sampled_from([None, "", "x", "日本語"])
ADDRESSES = st.lists(st.sampled_from("abcdef"), unique=True, max_size=4)
MOMENTS = st.datetimes(datetime(2040, 1, 1), datetime(2041, 1, 1)).map(  # noqa: DTZ001 - the zone follows
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC).isoformat().replace("+00:00", ".000Z")
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "title": TEXTS,
        "description": TEXTS,
        "lang": TEXTS,
        "agentComment": TEXTS,
        "event": st.none() | st.fixed_dictionaries({"room": st.sampled_from("ab")}),
        "guests": ADDRESSES.map(lambda names: [{"email": f"{name}@example.com"} for name in names]),
        "reminders": st.lists(st.fixed_dictionaries({"time": st.integers(0, 90), "unit": st.just("m")})),
        "extraFields": st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)),
        "end": MOMENTS,
    },
)
MIDNIGHTS = st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(
    lambda day: datetime.combine(day, time(tzinfo=UTC))
)
SIMULATOR = OnliveSimulator(Clock(), Journal(), seed=7)
SIMULATOR.limit([])
SIMULATOR.switchboard.turn({"any_signature": True})


def put(version: str, appointment_id: str, body: dict[str, Any]) -> Answer:
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    path = f"/api/{version}/appointments/{appointment_id}"
    call = Call(
        mount="onlive",
        scheme="http",
        method="PUT",
        path=path,
        wire_path=f"/onlive{path}",
        query_string=b"",
        headers={
            b"x-onlive-site-date": now.encode(),
            b"authorization": b"ONLIVESITE Credential:SANDBOXKEY, Signature=any",
        },
        body=json_answer(200, body).body,
    )
    return SIMULATOR.answer(call)


def fresh() -> dict[str, Any]:
    """Add one more made-up appointment, without a service, so that its length is free."""
    [appointment_id] = SIMULATOR.store([{}])
    return stored(appointment_id)


def stored(appointment_id: str) -> dict[str, Any]:
    return next(record for record in SIMULATOR.records() if record["id"] == appointment_id)


@settings(max_examples=60, deadline=None)
@given(CHANGES, st.sampled_from(["v1", "v2"]))
def test_an_update_sets_what_was_sent_and_nothing_else(changes: dict[str, Any], version: str) -> None:
    before = fresh()
    names = V2_NAMES if version == "v2" else {}
    body = {names.get(name, name): value for name, value in changes.items()}
    assert put(version, before["id"], body).status == 200
    after = stored(before["id"])
    assert after.pop("updatedAt") > before["updatedAt"]
    assert after == {name: value for name, value in (before | changes).items() if name != "updatedAt"}


@settings(max_examples=40, deadline=None)
@given(CHANGES, st.sampled_from([{"lang": 5}, {"guests": [{"email": "x"}]}, {"end": "2000-01-01T00:00:00Z"}]))
def test_a_refused_update_changes_nothing_at_all(changes: dict[str, Any], wrong: dict[str, Any]) -> None:
    before = fresh()
    assert put("v1", before["id"], changes | wrong).status >= 400
    assert stored(before["id"]) == before


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32), MIDNIGHTS)
@example(7, datetime(2026, 10, 18, tzinfo=UTC))  # an hour is put back in the weeks that follow
@example(7, datetime(2027, 3, 14, tzinfo=UTC))  # and forward
def test_made_up_appointments_keep_apart_when_all_are_moved(seed: int, today: datetime) -> None:
    made = [generated(number, seed, today) for number in range(1, 1001)]
    by_calendar: dict[str, list[dict[str, Any]]] = {}
    for one in made:
        by_calendar.setdefault(one["calendarIds"][0], []).append(one)
    for shift in (timedelta(0), timedelta(hours=2), timedelta(days=-1), timedelta(days=4), timedelta(days=7)):
        for on_calendar in by_calendar.values():
            for one in on_calendar:
                start, end = one["start"] + shift, one["end"] + shift
                assert not [
                    other
                    for other in on_calendar
                    if other is not one and other["start"] < end and start < other["end"]
                ]


@given(st.integers(1, 100_000), MIDNIGHTS)
def test_made_up_appointments_are_ahead_and_on_working_days(number: int, today: datetime) -> None:
    one = generated(number, 7, today)
    assert one["start"] > today + timedelta(days=1)
    assert one["start"].weekday() < 5
    assert UUID.fullmatch(one["id"])
    assert not is_cancelled(one)


def test_made_up_appointments_have_every_variety() -> None:
    made = [generated(number, 7, datetime(2026, 11, 21, tzinfo=UTC)) for number in range(1, 201)]
    assert {len(one["guests"]) for one in made} == {0, 1, 2, 3, 4}
    assert {len(one["reminders"]) for one in made} == {0, 1, 2}
    for name in ("event", "description", "lang", "serviceId", "classification", "agentComment"):
        assert {one[name] is None for one in made} == {True, False}
    assert {one["state"] for one in made} == {"confirmed", "pending"}


PAIRS = st.lists(st.sampled_from(["a=1", "b=2", "c=%20", "page=3"]), unique=True)


@given(PAIRS, st.randoms())
def test_the_order_of_a_query_does_not_change_its_signature(pairs: list[str], random: Any) -> None:
    shuffled = random.sample(pairs, len(pairs))
    one, two = (
        sign("s", method="GET", path="/", query="&".join(query), date="20250526T143022Z", body=b"")
        for query in (pairs, shuffled)
    )
    assert one == two
