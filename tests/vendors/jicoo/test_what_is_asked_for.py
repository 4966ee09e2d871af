"""docs/vendors/jicoo.md, "Update": what `changes` may say, and what is refused before anything is sent."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.jicoo import translation
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from airflow_provider_booking.vendors.jicoo.models import BookingChange
from airflow_provider_booking.vendors.jicoo.translation import Assumptions

SAMPLE = "sandboxVb7RE"
SEOUL = timezone(timedelta(hours=9))
HOST = {"userId": "user0001", "role": "admin"}


def body(changes: dict[str, Any]) -> dict[str, Any]:
    return translation.request_body(BookingChange.parse(changes), {})


@pytest.mark.parametrize(
    "given",
    [
        datetime(2026, 12, 1, 1, 0, tzinfo=UTC),
        datetime(2026, 12, 1, 10, 0, tzinfo=SEOUL),
        "2026-12-01T10:00:00+09:00",
        "2026-12-01T01:00:00Z",
        "2026-12-01T01:00:00.000Z",
    ],
    ids=["aware, UTC", "aware, Seoul", "ISO, offset", "ISO, Z", "ISO, milliseconds"],
)
def test_a_time_is_sent_in_utc_with_milliseconds(given: Any) -> None:
    assert body({"startedAt": given})["startedAt"] == "2026-12-01T01:00:00.000Z"


@pytest.mark.parametrize("field", ["startedAt", "endedAt"])
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (datetime(2026, 12, 1, 10, 0), "no time zone"),  # noqa: DTZ001  (naive is the point)
        ("2026-12-01T10:00:00", "no time zone"),
        ("next Tuesday", "not a time"),
        (1796086800, "not a time"),
    ],
)
async def test_no_time_or_a_naive_one_is_refused_before_sending(
    sandbox: Sandbox, jicoo: JicooClient, field: str, given: Any, said: str
) -> None:
    with pytest.raises(InvalidInput, match=f"{field} .*{said}"):
        await jicoo.update_booking(SAMPLE, {field: given})
    assert sandbox.requests("jicoo") == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"priority": "medium"}, "priority must be 'low', 'middle' or 'high'"),
        ({"timeZone": "Tokyo"}, "timeZone is not a time zone"),
        ({"hosts": [{"userId": "user0001", "role": "owner"}]}, r"hosts\[0\]\.role must be"),
        ({"hosts": [{"role": "admin"}]}, r"hosts\[0\]\.userId is missing"),
        ({"hosts": [{"userId": "", "role": "admin"}]}, r"hosts\[0\]\.userId is empty"),
        ({"hosts": [{**HOST, "name": "Jane"}]}, r"hosts\[0\]\.name is not a known field"),
        ({"hosts": "user0001"}, "hosts must be a list"),
        ({"updateMessage": "x" * 2001}, "updateMessage is longer than 2000 characters"),
        ({"isSendUpdates": "perhaps"}, "isSendUpdates must be true or false"),
        ({"name": 5}, "name must be text"),
        ({"startsAt": "2026-12-01T10:00:00Z"}, "did you mean startedAt"),
        ({"started_at": "2026-12-01T10:00:00Z"}, "started_at is not a known field"),
        ({"status": "cancel"}, "status is not a known field"),
        ({"locationId": "zoom"}, "locationId is not a known field"),
        ({}, "changes is empty"),
        ("name=x", "changes is a str"),
    ],
)
async def test_a_wrong_value_or_an_unknown_field_is_refused_before_sending(
    sandbox: Sandbox, jicoo: JicooClient, changes: Any, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        await jicoo.update_booking(SAMPLE, changes)
    assert sandbox.requests("jicoo") == []


@pytest.mark.parametrize(
    "field",
    ["name", "timeZone", "startedAt", "endedAt", "hosts", "priority", "updateMessage", "isSendUpdates"],
)
async def test_none_is_refused_for_all_but_the_description(
    sandbox: Sandbox, jicoo: JicooClient, field: str
) -> None:
    with pytest.raises(InvalidInput, match=f"{field} cannot be cleared at Jicoo"):
        await jicoo.update_booking(SAMPLE, {field: None})
    assert sandbox.requests("jicoo") == []


@pytest.mark.parametrize("uid", ["", " ", "a b", "..", None])
async def test_what_is_no_uid_is_refused_before_sending(
    sandbox: Sandbox, jicoo: JicooClient, uid: Any
) -> None:
    with pytest.raises(InvalidInput, match="uid"):
        await jicoo.update_booking(uid, {"name": "x"})
    assert sandbox.requests("jicoo") == []


async def test_there_are_no_options(sandbox: Sandbox, jicoo: JicooClient) -> None:
    with pytest.raises(InvalidInput, match="notify: no such option"):
        await jicoo.update_booking(SAMPLE, {"name": "x"}, notify=True)
    assert sandbox.requests("jicoo") == []


def test_a_message_of_2000_characters_is_taken() -> None:
    assert len(body({"updateMessage": "x" * 2000})["updateMessage"]) == 2000


@pytest.mark.parametrize("hosts", [[HOST], {"set": [HOST]}])
def test_hosts_mean_exactly_these(hosts: Any) -> None:
    assert body({"hosts": hosts}) == {"hosts": [HOST], "isSendUpdates": False}


def test_none_is_sent_as_null_for_the_description() -> None:
    assert body({"description": None}) == {"description": None, "isSendUpdates": False}


class TestAssumptions:
    """Each is one switch: docs/vendors/jicoo.md, "Assumed"."""

    def test_people_could_be_told_by_default(self) -> None:
        change = BookingChange.parse({"name": "x"})
        told = translation.request_body(change, {}, Assumptions(tell_by_default=True))
        assert told == {"name": "x", "isSendUpdates": True}

    def test_null_could_clear_more_fields(self) -> None:
        change = BookingChange.parse({"priority": None})
        translation.check_clearing(change, Assumptions(null_clears=frozenset({"priority"})))
        assert translation.request_body(change, {})["priority"] is None
