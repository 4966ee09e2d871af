"""Which ONLIVE appointments there are from the start, and how more are added."""

from typing import Any

import pytest

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.onlive import OnliveSimulator
from airflow_provider_booking.sandbox.running import ControlError

SAMPLE = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
MADE_UP = "a0000000-0000-4000-8000-00000000000{}"
A = {"email": "a@example.com"}


def stored(sandbox: Sandbox, appointment_id: str = SAMPLE) -> dict[str, Any]:
    return sandbox.booking("onlive", appointment_id)


@pytest.mark.parametrize(
    ("series", "member", "value"),
    [
        ("30", "state", "pending"),
        ("40", "serviceId", "5e000000-0000-4000-8000-000000000030"),
        ("b0", "blocked", True),
        ("c0", "state", "cancelled"),
        ("f0", "organizationId", "0a000000-0000-4000-8000-000000000002"),
    ],
)
def test_the_series_of_an_id_says_what_it_is_for(
    sandbox: Sandbox, series: str, member: str, value: Any
) -> None:
    assert stored(sandbox, f"{series}000000-0000-4000-8000-000000000001")[member] == value


def test_made_up_appointments_have_ids_that_can_be_counted(sandbox: Sandbox) -> None:
    assert sandbox.seed("onlive", 2) == [MADE_UP.format(1), MADE_UP.format(2)]
    assert sandbox.seed("onlive", 1) == [MADE_UP.format(3)]


def test_the_connection_has_the_key_and_the_mount() -> None:
    assert OnliveSimulator.connection("http://127.0.0.1:1") == {
        "conn_id": "onlive_default",
        "conn_type": "onlive",
        "login": "SANDBOXKEY",
        "password": "sandbox-secret",
        "host": "http://127.0.0.1:1/onlive",
    }


def test_onlive_starts_with_the_vendors_sample_at_its_hours(sandbox: Sandbox) -> None:
    sample = stored(sandbox)
    assert (sample["title"], sample["state"]) == ("Updated Product Demo Meeting", "confirmed")
    assert (sample["start"][11:], sample["end"][11:]) == ("08:00:00.000Z", "08:30:00.000Z")
    assert sample["event"] == {"iCallUrl": "https://meet.example.com/updated-room", "room": "Demo Room 2"}


def test_what_is_shown_can_be_stored_again(sandbox: Sandbox) -> None:
    sandbox.seed("onlive", 20)
    before = sandbox.bookings("onlive")
    sandbox.seed("onlive", bookings=before)
    assert sandbox.bookings("onlive") == before


def test_an_appointment_of_ones_own_has_a_free_length_and_the_rest_is_made_up(sandbox: Sandbox) -> None:
    mine = {"id": SAMPLE.replace("1610", "abcd"), "start": "2030-01-01T10:00:00+01:00", "guests": [A]}
    [appointment_id, other_id] = sandbox.seed("onlive", bookings=[mine, {}])
    record = stored(sandbox, appointment_id)
    assert (record["start"], record["serviceId"]) == ("2030-01-01T09:00:00.000Z", None)
    assert record["end"] > record["start"]
    assert other_id == "a0000000-0000-4000-8000-000000000002"


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ({"topic": "x"}, "An ONLIVE appointment has no topic; it has id,"),
        ({"startAt": "x"}, "An ONLIVE appointment has no startAt; it has id,"),
        ({"start": "2030-01-01T10:00:00"}, "start: Must be a valid ISO 8601 date."),
        ({"id": "1"}, "id: Must be a valid UUID."),
        ({"locked": "yes"}, "locked: Must be a boolean."),
        ({"calendarIds": []}, "calendarIds: Must be an array of at least one calendar."),
        ({"guests": [A, A]}, "guests: Duplicate email address."),
        ({"start": "2030-01-01T10:00:00Z", "end": "2030-01-01T10:00:00Z"}, "end must be after start."),
    ],
)
def test_an_appointment_that_makes_no_sense_is_refused_in_a_sentence_and_uses_no_id_up(
    sandbox: Sandbox, record: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ControlError) as refused:
        sandbox.seed("onlive", bookings=[{}, record])
    assert str(refused.value).startswith(sentence)
    assert sandbox.seed("onlive", 1) == [MADE_UP.format(1)]
