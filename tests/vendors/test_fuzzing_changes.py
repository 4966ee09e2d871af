"""Whatever is asked for, it is taken or refused in one sentence that quotes nothing of it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.sandbox.registry import SIMULATORS
from airflow_provider_booking.vendors.client import VendorClient
from airflow_provider_booking.vendors.registry import VENDORS, client_class
from tests.mutations import ODD, mutated

Json = dict[str, Any]

NEEDLE = "needle.in.a.haystack@example.com"
LONGEST_SENTENCE = 800
AWARE = datetime(2027, 5, 3, 12, tzinfo=UTC)
NOT_JSON = st.sampled_from(
    [
        AWARE,
        AWARE.replace(tzinfo=None),
        AWARE.date(),
        b"x",
        {1: 2},
        {NEEDLE: 1},
        {None: {}},
        (1,),
        object(),
        10**5000,
        float("nan"),
        "\ud800",
        NEEDLE,
        f"2027-05-03 {NEEDLE}",
        [NEEDLE],
        {"x": NEEDLE},
        {"set": NEEDLE},
        {"set": [NEEDLE]},
        {"\n": 1},
    ]
)
GUEST = {"email": "a@example.com", "extraFields": {"phone": "+82"}}
RESOURCE = {
    "id": "r1",
    "zoneId": "65e000000000000000000001",
    "startDateTimeUtc": "2027-05-03T03:00:00Z",
    "endDateTimeUtc": AWARE,
    "reservationGroup": {"reservationGroupId": "65f000000000000000000001"},
}
PERSON = {"id": "67a01", "name": "A"}
CODE = {
    "id": "1",
    "category": "FUNNEL",
    "name": "A",
    "order": 1,
    "closed": False,
    "color": "RED",
    "default": True,
}
WHOLE: Mapping[str, tuple[tuple[Json, Json], ...]] = {
    "feishu": (
        (
            {},
            {
                "end_time": "1795000000",
                "meeting_settings": {
                    "topic": "A",
                    "action_permissions": [
                        {
                            "permission": 1,
                            "permission_checkers": [{"check_field": 2, "check_mode": 1, "check_list": ["1"]}],
                        }
                    ],
                    "meeting_initial_type": 1,
                    "meeting_connect": False,
                    "call_setting": {
                        "callee": {
                            "id": "ou_1",
                            "user_type": 6,
                            "pstn_sip_info": {"nickname": "N", "main_address": "+86-02187654321"},
                        }
                    },
                    "auto_record": False,
                    "assign_host_list": {"set": [{"user_type": 1, "id": "ou_1"}]},
                    "password": "1234",
                },
            },
        ),
    ),
    "zoho": (
        (
            {"notify_attendee": 1},
            {
                "title": "A",
                "description": "d",
                "isprivate": False,
                "dateandtime": {"start": AWARE, "end": "20270503T110000", "timezone": "Asia/Seoul"},
                "resources": [{"resource_id": "1605702686149000001", "type": 0, "count": 0}],
                "repeat": {"freq": "weekly", "interval": 1, "until": "20270603", "byday": "Mo,We"},
                "attendees": [
                    {"zid": 71000001, "email": "a@example.com", "permission": 1},
                    {"email": "b@example.com", "deleted": True},
                ],
                "group_attendees": {"set": [{"zid": 62219540, "permission": 1}]},
            },
        ),
    ),
    "jicoo": (
        (
            {},
            {
                "name": "A",
                "description": None,
                "timeZone": "Asia/Tokyo",
                "startedAt": AWARE,
                "endedAt": "2027-05-03T13:00:00.000Z",
                "hosts": [{"userId": "user0001", "role": "admin"}],
                "priority": "low",
                "updateMessage": "x",
                "isSendUpdates": True,
            },
        ),
    ),
    "onlive": tuple(
        (
            {"api_version": version},
            {
                "title": "A",
                "description": None,
                start: AWARE,
                end: "2027-05-03T13:00:00Z",
                "guests": [GUEST, {"email": "b@example.com"}],
                "reminders": [{"time": 5, "unit": "m", "direction": "before"}],
                "extraFields": {"a": [1, {"b": None}]},
                "event": {"iCallUrl": "https://example.com", "room": "A"},
                "lang": "en",
                state: "confirmed",
                comment: "c",
            },
        )
        for version, start, end, state, comment in (
            ("v1", "start", "end", "state", "agentComment"),
            ("v2", "startAt", "endAt", "status", "comment"),
        )
    ),
    "kos": (
        (
            {"api_version": "v1"},
            {
                "reservationGroupId": "65f000000000000000000001",
                "startDateTime": AWARE,
                "endDateTime": "2027-05-03T13:00:00Z",
                "consultationRequired": True,
                "sedationRequired": False,
                "zoneId": "65e000000000000000000001",
                "counselor": PERSON,
                "doctor": PERSON,
                "funnel": {"funnel": CODE, "funnelDetail": "x", "funnelCategory": CODE},
                "reservationMemo": "m",
                "reservationAssignee": None,
            },
        ),
        (
            {"api_version": "v2"},
            {
                "sedationRequired": False,
                "zoneId": "65e000000000000000000001",
                "counselor": PERSON,
                "funnel": {"funnel": CODE},
                "requestedProcedures": [{"type": "OPTION"}],
                "occupiedResources": [RESOURCE, {"id": "r2"}],
            },
        ),
    ),
}


def client(vendor: str) -> VendorClient[Any, Any]:
    kind: Any = client_class(vendor)
    parts = next(each for each in SIMULATORS if each.vendor == vendor).connection("http://127.0.0.1:1")
    parts.pop("conn_type")
    found: VendorClient[Any, Any] = kind(kind.settings_model.from_connection(parts.pop("conn_id"), **parts))
    return found


CLIENTS = {vendor: client(vendor) for vendor in VENDORS}
ASKED = {
    vendor: st.sampled_from(each).flatmap(
        lambda asked: st.tuples(st.just(asked[0]), mutated(asked[1], odd=ODD | NOT_JSON))
    )
    for vendor, each in WHOLE.items()
}


def asked(vendor: str, options: Json, changes: Any) -> Any:
    client = CLIENTS[vendor]
    return client.parse_changes(changes, client.parse_options(options))


def taken_or_refused(vendor: str, options: Json, changes: Any) -> Any:
    try:
        return asked(vendor, options, changes)
    except InvalidInput as refused:
        return refused


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("at", [0, -1])
def test_the_change_that_is_drawn_from_is_taken_as_it_is(vendor: str, at: int) -> None:
    options, changes = WHOLE[vendor][at]
    assert (
        asked(vendor, options, changes).model_dump(exclude_unset=True, by_alias=True).keys() == changes.keys()
    )


@pytest.mark.parametrize("vendor", VENDORS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_asked_for_is_taken_or_refused_in_a_sentence_that_quotes_none_of_it(
    vendor: str, data: st.DataObject
) -> None:
    outcome = taken_or_refused(vendor, *data.draw(ASKED[vendor]))
    if isinstance(outcome, InvalidInput):
        said = str(outcome)
        assert NEEDLE not in f"{said} {outcome.__cause__!r} {outcome.__context__!r}"
        assert said.isprintable()
        assert len(said) < LONGEST_SENTENCE
        assert outcome.hint
    else:
        assert json.dumps(outcome.model_dump(exclude_unset=True, by_alias=True, mode="json"))


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_name_that_is_an_address_is_not_shown(vendor: str) -> None:
    with pytest.raises(InvalidInput, match=r"^\*\*\* is not a known field: "):
        asked(vendor, *WHOLE[vendor][0][:1], {NEEDLE: "A"})


def test_a_name_that_would_break_the_line_is_shown_without_the_break() -> None:
    with pytest.raises(InvalidInput, match=r"^a\ufffdb is not a known field: "):
        asked("jicoo", {}, {"a\nb": 1})


def test_a_long_name_is_cut() -> None:
    with pytest.raises(InvalidInput, match=r"^x{100} is not a known field: "):
        asked("jicoo", {}, {"x" * 1_000_000: 1})


def test_a_number_that_cannot_be_written_out_is_refused() -> None:
    with pytest.raises(
        InvalidInput, match=r"^extraFields\.n is a number of more than 100 digits: give it as"
    ):
        asked("onlive", {}, {"extraFields": {"n": 10**5000}})


def test_a_name_that_cannot_be_written_out_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^changes has a name that is no text: put every"):
        asked("onlive", {}, {10**5000: 1})
