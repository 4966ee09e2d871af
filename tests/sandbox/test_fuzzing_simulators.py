"""Whatever is sent, a vendor's simulator answers as the vendor does, and keeps its book whole."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.journal import Journal
from airflow_provider_booking.sandbox.registry import SIMULATORS
from airflow_provider_booking.sandbox.simulator import Answer, Call, Simulator
from tests.mutations import ODD, mutated

Json = dict[str, Any]
Drawn = tuple[tuple[str, str], int, Any, bytes | None, Json]
KINDS = {each.vendor: each for each in SIMULATORS}
VENDORS = [*KINDS]
BAD_REQUEST, SERVER_ERROR, NOT_IMPLEMENTED = 400, 500, 501

# The bodies, as clients send them; what is drawn has some members otherwise.
FEISHU = {
    "end_time": "IN_A_WEEK_UNIX",
    "meeting_settings": {
        "topic": "A",
        "action_permissions": [
            {
                "permission": 1,
                "permission_checkers": [{"check_field": 2, "check_mode": 1, "check_list": ["1"]}],
            }
        ],
        "meeting_initial_type": 1,
        "call_setting": {
            "callee": {
                "id": "ou_00000000000000000000000000000001",
                "user_type": 6,
                "pstn_sip_info": {"nickname": "N", "main_address": "+86-02187654321"},
            }
        },
        "auto_record": False,
        "assign_host_list": [{"user_type": 1, "id": "ou_00000000000000000000000000000001"}],
        "password": "1234",
    },
}
JICOO = {
    "name": "A",
    "description": None,
    "timeZone": "Asia/Tokyo",
    "startedAt": "2027-05-03T10:00:00.000Z",
    "endedAt": "2027-05-03T11:00:00.000Z",
    "hosts": [{"userId": "user0001", "role": "admin"}],
    "priority": "low",
    "updateMessage": "x",
    "isSendUpdates": True,
    "reason": "r",
}
ONLIVE = {
    "title": "A",
    "lang": "en",
    "start": "2040-05-03T10:00:00.000Z",
    "end": "2040-05-03T10:30:00.000Z",
    "startAt": "2040-05-03T10:00:00.000Z",
    "endAt": "2040-05-03T10:30:00.000Z",
    "guests": [{"email": "a@example.com", "extraFields": {"a": 1}}],
    "reminders": [{"time": 5, "unit": "m", "direction": "before"}],
    "extraFields": {"a": [1]},
    "event": {"room": "a"},
    "state": "confirmed",
    "status": "confirmed",
    "calendarIds": ["ca000000-0000-4000-8000-000000000001"],
    "serviceId": None,
}
ZOHO = {
    "title": "A",
    "description": "d",
    "isprivate": False,
    "dateandtime": {"start": "IN_A_WEEKT220000", "end": "IN_A_WEEKT223000", "timezone": "Asia/Seoul"},
    "resources": [{"resource_id": "1605702686149000001", "type": 0, "count": 0}],
    "repeat": None,
    "attendees": [{"zid": 71000001, "email": "a@example.com", "permission": 1, "deleted": False}],
    "group_attendees": [{"zid": 62219540, "permission": 1}],
    "notify_attendee": 0,
    "recurrence_edittype": "all",
    "recurrenceid_in_millis": None,
}
KOS = {
    "startDateTime": "2027-05-03T03:00:00Z",
    "endDateTime": "2027-05-03T04:00:00Z",
    "startDateTimeUtc": "2027-05-03T03:00:00Z",
    "endDateTimeUtc": "2027-05-04T03:00:00Z",
    "startDate": "2027-05-03T03:00:00Z",
    "endDate": "2027-05-04T03:00:00Z",
    "timezone": "Asia/Seoul",
    "reservationGroupId": "65f000000000000000000001",
    "reservationGroupIds": ["65f000000000000000000001"],
    "requestedProductOptionIds": ["1"],
    "zoneId": "65e000000000000000000001",
    "consultationRequired": True,
    "sedationRequired": False,
    "doctor": {"id": "67a01", "name": "A"},
    "funnel": {"funnel": {"id": "1", "order": 1}, "funnelDetail": "x"},
    "reservationMemo": "m",
    "requestedProcedures": [{"type": "OPTION"}],
    "occupiedResources": [
        {
            "zoneId": "65e000000000000000000001",
            "startDateTimeUtc": "2027-05-03T03:00:00Z",
            "endDateTimeUtc": "2027-05-03T04:00:00Z",
            "reservationGroup": {"reservationGroupId": "65f000000000000000000001"},
        }
    ],
    "offset": 0,
    "limit": 5,
    "partOfVisitorName": "A",
    "visitorId": "1",
}
KOS_PATHS = (
    *(f"/schedule/open/{v}/commands/update-reservation" for v in ("v1", "v2")),
    "/schedule/open/v1/commands/cancel-reservation",
    *(f"/schedule/open/{v}/queries/get-reservation-slots-by-schedule-id" for v in ("v1", "v2")),
    "/schedule/open/v1/queries/get-schedule-detail",
    "/schedule/open/v1/queries/get-reservation-slots-by-group",
    "/schedule/open/v2/queries/get-reservation-slots-by-groups",
    "/schedule/open/v1/queries/get-reservation-slots-by-product",
    "/schedule/open/v1/queries/get-schedules-summarized-by-tasks",
    "/visitor/open/v1/queries/search-visitors",
    "/open/authorization/commands/exchange-token",
)
QUERY = {
    "page": "1",
    "perPage": "2",
    "limit": "2",
    "status": "open",
    "startedAt": "2027-05-03T10:00:00Z",
    "order": "startedAt",
    "start": "2027-05-03T10:00:00Z",
    "search": "a",
    "user_id_type": "open_id",
    "startDate": "05/03/2027",
    "endDate": "05/04/2027",
    "start_date": "05/03/2027",
    "end_date": "05/04/2027",
    "start_time": "10:00",
    "end_time": "11:00",
    "resource_id": "1605702686149000001",
    "branch_id": "1605702686149000001",
    "isCurTime": "true",
    "uemail": "a@example.com",
    "sdate": "20270503T100000",
    "edate": "20270504T100000",
    "recurrence_id": "1",
}

OTHER_IDS = ("1605702686149000001", "x", "é", "0" * 30)


@dataclass(frozen=True)
class Interface:
    """What one vendor takes: methods and paths, the one that writes first, a body, and where an id stands."""

    calls: tuple[tuple[str, str], ...]
    body: Json
    id_name: str = "id"
    id_in_body: str = "id"


_RESERVES = "/open-apis/vc/v1/reserves"
_BOOKINGS, _APPOINTMENTS = "/v1/bookings", "/appointments"
INTERFACES: Mapping[str, Interface] = {
    "feishu": Interface(
        (
            *(("PUT", f"{_RESERVES}/{{id}}"),) * 3,
            ("POST", f"{_RESERVES}/apply"),
            ("GET", f"{_RESERVES}/{{id}}"),
            ("DELETE", f"{_RESERVES}/{{id}}"),
            ("GET", f"{_RESERVES}/{{id}}/get_active_meeting"),
            ("POST", "/open-apis/auth/v3/tenant_access_token/internal"),
            ("POST", "/open-apis/authen/v2/oauth/token"),
        ),
        FEISHU,
    ),
    "zoho": Interface(
        (
            *(("POST", "/api/v1/bookings/{id}"),) * 4,
            ("POST", "/api/v1/bookings"),
            ("DELETE", "/api/v1/bookings/{id}"),
            *(
                ("GET", f"/api/v1/{path}")
                for path in (
                    *("bookings", "bookings/mybookings", "bookings/{id}", "rbaccess"),
                    *("resources", "resources/freebusy", "resources/{id}", "resources/{id}/freebusy"),
                    *("calendars/freebusy", "branches", "branches/{id}"),
                )
            ),
        ),
        ZOHO,
        "booking_id",
    ),
    "jicoo": Interface(
        (
            *(("PATCH", f"{_BOOKINGS}/{{id}}"),) * 2,
            *(("POST", f"{_BOOKINGS}/{{id}}/reschedule"),) * 2,
            ("POST", f"{_BOOKINGS}/{{id}}/cancel"),
            ("GET", _BOOKINGS),
            ("GET", f"{_BOOKINGS}/{{id}}/contacts"),
        ),
        JICOO,
        "uid",
    ),
    "onlive": Interface(
        tuple(
            (method, f"/api/{version}{path}")
            for version in ("v1", "v2")
            for method, path in (
                *(("PUT", f"{_APPOINTMENTS}/{{id}}"),) * 3,
                *((method, _APPOINTMENTS) for method in ("GET", "POST")),
                *((method, f"{_APPOINTMENTS}/{{id}}") for method in ("GET", "DELETE")),
                ("PUT", f"{_APPOINTMENTS}/{{id}}/mask-guests"),
                ("POST", f"{_APPOINTMENTS}/{{id}}/cancel"),
                ("GET", "/calendars"),
                ("GET", "/services"),
            )
        ),
        ONLIVE,
    ),
    "kos": Interface(tuple(("POST", path) for path in KOS_PATHS), KOS, id_in_body="scheduleId"),
}


def call(vendor: str, method: str, path: str, **parts: Any) -> Call:
    mount = parts.pop("mount", vendor)
    rest: Json = {"scheme": "http", "query_string": b"", "headers": {}, "body": b""}
    wire_path = f"/{mount}{quote(path)}"
    return Call(mount=mount, method=method, path=path, wire_path=wire_path, **rest | parts)


class Fuzzed:
    """A simulator whose clock stands still, and a caller who may do everything."""

    def __init__(self, vendor: str) -> None:
        self.interface = INTERFACES[vendor]
        clock = Clock()
        clock.freeze()
        self.simulator = KINDS[vendor](clock, Journal(), 7)
        self.simulator.limit([])
        self.simulator.generate(5)
        self._headers = _credential(self.simulator)

    @property
    def book(self) -> list[Json]:
        """All bookings, as JSON can carry them."""
        text = json.dumps(self.simulator.records(), allow_nan=False, ensure_ascii=False)
        records: list[Json] = json.loads(text.encode())  # which half a character would stop
        return records

    @property
    def ids(self) -> list[str]:
        return [record[self.interface.id_name] for record in self.simulator.records()]

    def answer(self, drawn: Drawn) -> Answer:
        (method, template), which, body, raw, query = drawn
        vendor, ids = self.simulator.vendor, self.ids
        # Most often a booking that there is.
        one = ids[which % len(ids)] if ids and which >= len(OTHER_IDS) else OTHER_IDS[which % len(OTHER_IDS)]
        sent = self._dated({self.interface.id_in_body: one} | body) if isinstance(body, dict) else b"[]"
        sent = sent if raw is None else raw
        if vendor == "zoho" and method == "POST":
            query, sent = {"bookingData": sent}, b""
        return self.simulator.answer(
            call(
                vendor,
                method,
                template.format(id=one),
                query_string=urlencode(query, errors="replace").encode(),
                body=sent,
                headers=self._headers,
            )
        )

    def _dated(self, body: Json) -> bytes:
        text = json.dumps(body)
        for name, days in (("IN_A_WEEK", 7), ("IN_A_MONTH", 30)):
            then = self.simulator.clock.now() + days * 86400
            text = text.replace(f"{name}_UNIX", str(int(then)))
            text = text.replace(name, f"{datetime.fromtimestamp(then, UTC):%Y%m%d}")
        return text.encode()


def _credential(simulator: Simulator) -> Mapping[bytes, bytes]:
    said = simulator.connection("")
    return {
        name.encode(): value.encode()
        for name, value in _CREDENTIALS[simulator.vendor](simulator, said).items()
    }


def _tenant_token(simulator: Simulator, said: Json) -> Json:
    form = {"app_id": said["login"], "app_secret": said["password"]}
    path = "/open-apis/auth/v3/tenant_access_token/internal"
    token = _answered(simulator, call("feishu", "POST", path, body=json.dumps(form).encode()))
    return {"authorization": f"Bearer {token['tenant_access_token']}"}


def _access_token(simulator: Simulator, said: Json) -> Json:
    form = {
        "client_id": said["login"],
        "client_secret": said["password"],
        "refresh_token": said["extra"]["refresh_token"],
        "grant_type": "refresh_token",
    }
    query = urlencode(form).encode()
    asked = call("zoho", "POST", "/oauth/v2/token", mount="zoho-accounts", query_string=query)
    return {"authorization": f"Zoho-oauthtoken {_answered(simulator, asked)['access_token']}"}


def _exchanged_token(simulator: Simulator, said: Json) -> Json:
    body = json.dumps({"key": said["password"]}).encode()
    token = _answered(
        simulator, call("kos", "POST", "/open/authorization/commands/exchange-token", body=body)
    )
    return {"authorization": f"Bearer {token['token']}"}


def _any_signature(simulator: Simulator, said: Json) -> Json:
    simulator.switchboard.turn({"any_signature": True, "date_clock": "sandbox"})
    return {
        "x-onlive-site-date": f"{datetime.fromtimestamp(simulator.clock.now(), UTC):%Y%m%dT%H%M%SZ}",
        "authorization": f"ONLIVESITE Credential:{said['login']}, Signature=any",
    }


def _answered(simulator: Simulator, asked: Call) -> Json:
    body: Json = json.loads(simulator.answer(asked).body)
    return body


_CREDENTIALS: Mapping[str, Callable[[Simulator, Json], Json]] = {
    "feishu": _tenant_token,
    "zoho": _access_token,
    "jicoo": lambda _, said: {"x-jicoo-api-key": said["password"]},
    "onlive": _any_signature,
    "kos": _exchanged_token,
}
NO_JSON = st.binary(max_size=30) | st.sampled_from(
    [b"", b"[" * 2000, b'{"a":' * 150, b"NaN", b'"\\ud800"', b"1e999", b"9" * 4400, b"\xff", b"{}{}"]
)
UNSTORABLE: st.SearchStrategy[Any] = st.sampled_from([float("nan"), float("-inf"), "\ud800"])
QUERIES: st.SearchStrategy[Json] = st.just({}) | mutated(QUERY).map(
    lambda drawn: {name: str(value) for name, value in drawn.items()} if isinstance(drawn, dict) else {}
)
CALLS = {
    vendor: st.lists(
        st.tuples(
            st.sampled_from(interface.calls),
            st.integers(0, 63),
            mutated(interface.body, odd=ODD | UNSTORABLE),
            st.none() | st.none() | st.none() | NO_JSON,
            QUERIES,
        ),
        min_size=1,
        max_size=5,
    )
    for vendor, interface in INTERFACES.items()
}
every_vendor = pytest.mark.parametrize("vendor", VENDORS)


@every_vendor
def test_the_call_that_most_are_drawn_from_is_taken_as_it_is(vendor: str) -> None:
    fuzzed = Fuzzed(vendor)
    newest = len(fuzzed.ids) * 2 - 1
    answer = fuzzed.answer((fuzzed.interface.calls[0], newest, fuzzed.interface.body, None, {}))
    assert answer.status < BAD_REQUEST


@pytest.mark.parametrize(
    "start", ["9999-12-31T23:59:59Z", "9999-12-31T23:45:00+00:00", "0001-01-01T00:00:00+14:00"]
)
def test_jicoo_moves_no_booking_beyond_the_calendar(start: str) -> None:
    fuzzed = Fuzzed("jicoo")
    before, newest = fuzzed.book, len(fuzzed.ids) * 2 - 1
    move = ("POST", f"{_BOOKINGS}/{{id}}/reschedule")
    answer = fuzzed.answer((move, newest, JICOO | {"startedAt": start}, None, {}))
    assert (answer.status, fuzzed.book) == (422, before)


@every_vendor
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_every_call_is_answered_and_what_is_refused_or_only_read_changes_nothing(
    vendor: str, data: st.DataObject
) -> None:
    fuzzed = Fuzzed(vendor)
    for drawn in data.draw(CALLS[vendor]):
        (method, _), before = drawn[0], fuzzed.book
        answer = fuzzed.answer(drawn)
        assert answer.status < SERVER_ERROR or answer.status == NOT_IMPLEMENTED
        assert fuzzed.book == before or (method != "GET" and answer.status < BAD_REQUEST)


@every_vendor
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_whatever_was_written_a_book_can_be_stored_again_as_it_is_shown(
    vendor: str, data: st.DataObject
) -> None:
    fuzzed = Fuzzed(vendor)
    for drawn in data.draw(CALLS[vendor]):
        fuzzed.answer(drawn)
    again = KINDS[vendor](fuzzed.simulator.clock, Journal(), 7)
    ids = again.store(fuzzed.book)
    stored = {record[fuzzed.interface.id_name]: record for record in again.records()}
    assert [stored[each] for each in ids] == fuzzed.book
