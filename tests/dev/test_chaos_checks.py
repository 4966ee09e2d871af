"""Each check of the chaos campaign passes an honest round, and can fail."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dev.chaos_cast import Tally
from dev.chaos_checks import CHECKS, violations
from dev.chaos_evidence import slowness
from dev.chaos_seen import Noted, Row, Seen, SetSeen

KEY = ("jicoo", "booking1")
PERSON = "aoi@example.com"
MEMO = "Tür 3,\nunter 01-23"
BEFORE = {"uid": "booking1", "name": "Talk", "startedAt": "2030-01-07T01:00:00.000Z", "updatedAt": "then"}
AFTER = BEFORE | {"name": "Chaos-a", "updatedAt": "now"}
AT = "2030-01-01T00:00:10.000Z"
NOON = 1_893_456_000.0  # ten seconds before AT


def update(**otherwise: Any) -> dict[str, Any]:
    """An update of the booking, as the request log shows it."""
    sent = {"seq": 1, "at": AT, "vendor": "jicoo", "method": "PATCH", "path": "/v1/bookings/booking1"}
    body = {"query": {}, "body": {"name": "Chaos-a"}, "credential": "key:sandbox"}
    return sent | body | {"status": 200, "fault": None, "changed": ["booking1"]} | otherwise


def moment(seconds: float) -> str:
    """When something happened so long after noon, as the vendors' log shows it."""
    return datetime.fromtimestamp(NOON + seconds, UTC).isoformat(timespec="milliseconds")


def read_at(seconds: float, **otherwise: Any) -> dict[str, Any]:
    """A read of the booking."""
    return update(at=moment(seconds), method="GET", changed=[], **otherwise)


def throttled(**wait: str) -> dict[str, Any]:
    """A read that a vendor asked to wait."""
    return read_at(5, seq=7, status=429, fault={"throttle": wait})


def change_set(outcome: str = "applied", reason: str | None = None, name: str = "a") -> SetSeen:
    """A change set of one row that gives the booking a title."""
    items = (Row(1, *KEY, outcome, reason),)
    counts = {outcome: 1, "total": 1}
    reported = {"items.jsonl": items, "items.csv": items}
    return SetSeen(name, f"Chaos-{name}", 1, items, reported, counts, {KEY: {"name": f"Chaos-{name}"}})


def told(person: str = PERSON) -> dict[str, Any]:
    return {"at": AT, "vendor": "jicoo", "booking_id": "booking1", "to": [person]}


HONEST = Seen(
    sets=(change_set(),),
    before={"jicoo": {"booking1": BEFORE}},
    after={"jicoo": {"booking1": AFTER}},
    requests=(update(),),
    notifications=(told(),),
    events=(Noted(1, NOON + 9.9, "a", KEY, "sending"), Noted(2, NOON + 10.1, "a", KEY, "settled")),
    secrets=frozenset({"sk_live"}),
    personal=frozenset({PERSON, MEMO}),
    said={"01-apply.log": "PATCH /v1/bookings/booking1"},
)
SET = change_set()
UNTOUCHED: dict[str, Any] = {
    "after": {"jicoo": {"booking1": BEFORE}},
    "requests": (),
    "notifications": (),
    "events": (),
}
INTERLEAVED = tuple(
    Noted(number, NOON + number, name, KEY, what)
    for number, (name, what) in enumerate(
        [("a", "sending"), ("b", "sending"), ("a", "settled"), ("b", "settled")]
    )
)
IN_TURN = tuple(
    Noted(number, NOON + number, name, KEY, what)
    for number, (name, what) in enumerate(
        [("a", "sending"), ("a", "settled"), ("b", "sending"), ("b", "settled")]
    )
)

AT_ONCE, SOON = (
    tuple(replace(event, at=NOON + event.number / 10) for event in events)
    for events in (INTERLEAVED, IN_TURN)
)
BOTH: dict[str, Any] = {"requests": (update(), update(seq=2, body={"name": "Chaos-b"}))}
HTTP_DATE, PAST_DATE = "Tue, 01 Jan 2030 00:00:07 GMT", "Tue, 01 Jan 2030 00:00:04 GMT"
UNAVAILABLE = read_at(5, status=503, fault={"status": 503, "headers": {"Retry-After": "1"}})
ASKED_LONG = (throttled(retry_after="3"), read_at(6))


def at_zoho(*attendees: str) -> dict[str, Any]:
    """The honest round with a booking at Zoho, whose people are told but for who calls."""
    key = ("zoho", "booking1")
    record = {"title": "Talk", "bookedby_email": PERSON, "attendees": [{"email": one} for one in attendees]}
    items = (Row(1, *key, "applied", None),)
    sent = update(vendor="zoho", method="POST", path="/v1/bookings/booking1")
    return {
        "sets": (replace(SET, items=items, reported={}, expected={key: {"title": "Chaos-a"}}),),
        "before": {"zoho": {"booking1": record}},
        "after": {"zoho": {"booking1": record | {"title": "Chaos-a"}}},
        "requests": (sent,),
        "notifications": (told() | {"vendor": "zoho"},),
        "events": (Noted(1, NOON + 9.9, "a", key, "sending"),),
    }


DOCTORED: list[tuple[str, dict[str, Any]]] = [
    ("a process ended oddly", {"broken": ("02-apply: KeyError",)}),
    ("the books do not balance", {"sets": (replace(SET, rows=2),)}),
    ("the books do not balance", {"sets": (replace(SET, counts={"applied": 1, "total": 2}),)}),
    ("the books do not balance", {"sets": (replace(SET, reported={**SET.reported, "items.jsonl": ()}),)}),
    ("the books do not balance", {"sets": (replace(SET, reported={**SET.reported, "items.csv": ()}),)}),
    ("the books do not balance", {"sets": (change_set("planned"),), **UNTOUCHED}),
    ("a booking is not as reported", UNTOUCHED),
    ("a booking is not as reported", {"sets": (change_set("refused"),)}),
    ("a booking is not as reported", {"sets": (change_set("held", "drift.changed"),)}),
    ("a booking is not as reported", {"sets": (change_set("unprocessed"),)}),
    ("a booking is not as reported", {"sets": (change_set("reverted"),)}),
    ("a booking is not as reported", {"after": {"jicoo": {}}}),
    ("a booking is not as reported", {"after": {"jicoo": {"booking1": AFTER | {"startedAt": "later"}}}}),
    ("a booking is not as reported", {"after": {"jicoo": {"booking1": AFTER | {"name": "Talk!"}}}}),
    ("a booking was written twice", {"requests": (update(), update(seq=2))}),
    ("a write was sent in vain", {"requests": (update(), update(seq=2, changed=[]))}),
    ("changed in spite of drift", {"sets": (SET, change_set(name="b"))}),
    ("changed in spite of drift", {**BOTH, "sets": (SET, change_set("unknown", "net.timeout", "b"))}),
    ("somebody was told twice", {"notifications": (told(), told())}),
    ("told otherwise than asked for", {"notify": "once", "notifications": ()}),
    ("told otherwise than asked for", {"notify": "none"}),
    ("told otherwise than asked for", {**at_zoho("ren@example.com"), "notify": "once", "notifications": ()}),
    ("a vendor was not left alone", {"requests": (throttled(retry_after="1"), read_at(5.5))}),
    ("a vendor was not left alone", {"requests": (throttled(reset="1"), read_at(5.5))}),
    ("a vendor was not left alone", {"requests": (throttled(reset="1"), read_at(5.5)), "slowness": 0.1}),
    ("a vendor was not left alone", {"requests": (throttled(retry_after=HTTP_DATE), read_at(6.9))}),
    ("a vendor was not left alone", {"requests": (UNAVAILABLE, read_at(5.5))}),
    ("a vendor was not left alone", {"requests": ASKED_LONG, "waits_passed": (NOON + 7,)}),
    ("a vendor was not left alone", {"requests": ASKED_LONG, "kills": (NOON + 4.9, NOON + 6.1)}),
    ("sent without the ledger", {"gone": ((NOON, NOON + 20),)}),
    ("sent without an intent", {"events": ()}),
    ("sent without an intent", {"events": (Noted(1, NOON + 10.1, "a", KEY, "sending"),)}),
    ("sent without an intent", {"events": (Noted(1, NOON, "b", KEY, "sending"),)}),
    ("a secret got out", {"said": {"01-apply.log": "x-api-key: sk_live"}}),
    ("a secret got out", {"said": {"results": f'{{"text": "{PERSON} is unknown"}}'}}),
    ("a secret got out", {"said": {"results": json.dumps({"text": f"memo: {MEMO}"})}}),
    ("a secret got out", {"said": {"results": json.dumps({"text": MEMO}, ensure_ascii=False)}}),
    ("a secret got out", {"said": {"01-apply.log": f"found {[MEMO]}"}}),
    ("a secret got out", {"said": {"01-apply.log": f"found\n{MEMO}"}}),
    ("a secret got out", {"reports": {"items.csv": "1,sk_live"}}),
    ("a secret got out", {"ledger": b"SQLite format 3 aoi@example.com"}),
    ("two runs interleaved", {"events": INTERLEAVED}),
    ("two runs interleaved", {"events": AT_ONCE, "killed": True}),
    ("two runs interleaved", {"events": AT_ONCE, "gone": ((NOON + 9.8, NOON + 12),)}),
]


def found(**otherwise: Any) -> set[str]:
    """The checks that find fault with the honest round when it is otherwise in this."""
    return {violation.check for violation in violations(replace(HONEST, **otherwise))}


@pytest.mark.parametrize(
    "otherwise",
    [
        {},
        {"sets": (change_set("held", "drift.changed"),), **UNTOUCHED},
        {"sets": (change_set("refused", "conflict.slot"),), **UNTOUCHED},
        {"sets": (change_set("unknown", "net.timeout"),)},
        {"sets": (change_set("unknown", "net.timeout"),), **UNTOUCHED},
        {"sets": (change_set("held", "drift.changed", "b"), change_set())},
        {"requests": (update(fault={"drop": "before"}, status=None, changed=[]), update())},
        {"requests": (update(status=409, changed=[]), update())},
        {"requests": (read_at(9), update())},
        {"sets": (change_set("unchanged"),)},
        {"sets": (SET, replace(SET, name="b"))},
        {"notify": "once"},
        {"notify": "none", "notifications": ()},
        {**at_zoho("ren@example.com"), "notify": "once"},
        {**at_zoho(PERSON), "notify": "once", "notifications": ()},
        {"requests": (throttled(retry_after="1"), read_at(5.2), read_at(6), update())},
        {"requests": (throttled(retry_after="0"), read_at(5.5), update())},
        {"requests": (throttled(), read_at(5.5), update())},
        {"requests": (throttled(retry_after=HTTP_DATE), read_at(7), update())},
        {"requests": (throttled(retry_after=PAST_DATE), read_at(5.5), update())},
        {"requests": (throttled(retry_after="1"), read_at(5.5, credential="none"), update())},
        {"requests": (*ASKED_LONG, update()), "waits_passed": (NOON + 5.6,)},
        {"requests": (*ASKED_LONG, update()), "kills": (NOON + 5.1,)},
        {"gone": ((NOON, NOON + 5),)},
        {"gone": ((NOON + 9.8, NOON + 12),)},
        {"requests": (throttled(retry_after="1"), read_at(5.5), update()), "slowness": 0.3},
        {"gone": ((NOON + 9.2, NOON + 12),), "slowness": 0.2},
        {"events": AT_ONCE, "killed": True, "slowness": 0.45},
        {"events": IN_TURN},
        {"events": INTERLEAVED, "killed": True},
        {"events": INTERLEAVED, "gone": ((NOON + 9.8, NOON + 12),)},
        {"events": SOON, "killed": True},
    ],
)
def test_a_round_in_which_all_was_right_has_no_violation(otherwise: dict[str, Any]) -> None:
    assert found(**otherwise) == set()


@pytest.mark.parametrize(("check", "otherwise"), DOCTORED)
def test_each_check_can_fail(check: str, otherwise: dict[str, Any]) -> None:
    assert check in found(**otherwise)


def test_every_check_is_shown_to_fail() -> None:
    assert {check for check, _ in DOCTORED} == set(CHECKS)


def test_two_people_may_both_be_told() -> None:
    assert found(notifications=(told(), told("ren@example.com"))) == set()


def test_what_two_change_sets_wrote_one_after_the_other_is_written_once_by_each() -> None:
    after = {"jicoo": {"booking1": AFTER | {"name": "Chaos-b"}}}
    sets = (change_set(), change_set(name="b"))
    sent = {"notifications": (told(), told()), "events": IN_TURN}
    assert found(sets=sets, after=after, **BOTH, **sent) == {"changed in spite of drift"}


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("jicoo get_booking: HTTP 200 in 4 ms", 0),
        ("onlive update_appointment: HTTP 429 in 250 ms, request id 1", 0),  # a slow vendor
        ("feishu get_reserve: HTTP 200 in 4000 ms", 0),  # it may have waited for a token
        ("jicoo get_booking: HTTP 200 in 850 ms", 1.2),
    ],
)
def test_only_a_busy_machine_makes_a_round_slow(line: str, seconds: float) -> None:
    assert slowness({"a": line, "b": "jicoo get_booking: HTTP 200 in 3 ms"}, Tally()) == pytest.approx(
        seconds
    )
    assert slowness({"a": line}, Tally(standstill=0.5)) == pytest.approx(seconds + 0.5)
