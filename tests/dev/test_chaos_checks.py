"""Each check of the chaos campaign passes an honest round, and can fail."""

from dataclasses import replace
from typing import Any

import pytest

from dev.chaos_checks import CHECKS, violations
from dev.chaos_seen import Noted, Row, Seen, SetSeen

KEY = ("jicoo", "booking1")
PERSON = "aoi@example.com"
BEFORE = {"uid": "booking1", "name": "Talk", "startedAt": "2030-01-07T01:00:00.000Z", "updatedAt": "then"}
AFTER = BEFORE | {"name": "Chaos-a", "updatedAt": "now"}
AT = "2030-01-01T00:00:10.000Z"
NOON = 1_893_456_000.0  # ten seconds before AT


def update(**otherwise: Any) -> dict[str, Any]:
    """An update of the booking, as the request log shows it."""
    sent = {"seq": 1, "at": AT, "vendor": "jicoo", "method": "PATCH", "path": "/v1/bookings/booking1"}
    return (
        sent | {"query": {}, "body": {"name": "Chaos-a"}, "fault": None, "changed": ["booking1"]} | otherwise
    )


def change_set(outcome: str = "applied", reason: str | None = None, name: str = "a") -> SetSeen:
    """A change set of one row that gives the booking a title."""
    items = (Row(1, *KEY, outcome, reason),)
    counts = {outcome: 1, "total": 1}
    return SetSeen(name, f"Chaos-{name}", 1, items, items, counts, {KEY: {"name": f"Chaos-{name}"}})


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
    personal=frozenset({PERSON}),
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

DOCTORED: list[tuple[str, dict[str, Any]]] = [
    ("a process ended oddly", {"broken": ("02-apply: KeyError",)}),
    ("the books do not balance", {"sets": (replace(SET, rows=2),)}),
    ("the books do not balance", {"sets": (replace(SET, counts={"applied": 1, "total": 2}),)}),
    ("the books do not balance", {"sets": (replace(SET, reported=()),)}),
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
    ("somebody was told twice", {"notifications": (told(), told())}),
    ("sent without the ledger", {"gone": ((NOON, NOON + 20),)}),
    ("sent without an intent", {"events": ()}),
    ("sent without an intent", {"events": (Noted(1, NOON + 10.1, "a", KEY, "sending"),)}),
    ("sent without an intent", {"events": (Noted(1, NOON, "b", KEY, "sending"),)}),
    ("a secret got out", {"said": {"01-apply.log": "x-api-key: sk_live"}}),
    ("a secret got out", {"said": {"results": f'{{"text": "{PERSON} is unknown"}}'}}),
    ("a secret got out", {"reports": {"items.csv": "1,sk_live"}}),
    ("a secret got out", {"ledger": b"SQLite format 3 aoi@example.com"}),
    ("two runs interleaved", {"events": INTERLEAVED}),
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
        {"requests": (update(changed=[]), update())},
        {"gone": ((NOON, NOON + 5),)},
        {"gone": ((NOON + 9.8, NOON + 12),)},
        {"events": IN_TURN},
        {"events": INTERLEAVED, "killed": True},
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
    both = (update(), update(seq=2, body={"name": "Chaos-b"}))
    after = {"jicoo": {"booking1": AFTER | {"name": "Chaos-b"}}}
    sets = (change_set(), change_set(name="b"))
    sent = {"requests": both, "notifications": (told(), told()), "events": IN_TURN}
    assert found(sets=sets, after=after, **sent) == set()
