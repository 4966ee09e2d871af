"""What must hold after every round of the chaos campaign, whatever happened in it."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from dev.chaos_seen import Request, Seen, SetSeen, at, is_update
from dev.chaos_sets import Key
from dev.vendor_forms import FORMS, flat

DONE = {"applied", "unchanged"}
OUTCOMES = {*DONE, "refused", "held", "unknown", "unprocessed", "reverted"}
"""What an item can be when all has ended; ``planned`` it cannot."""

CLOCKS = 0.002  # seconds: the vendors' log is to the millisecond, the ledger's clock finer


@dataclass(frozen=True)
class Violation:
    """A sentence that does not hold.

    Attributes:
        check: Which check found it: a name in :data:`CHECKS`.
        text: What was found, for a person.
    """

    check: str
    text: str


def violations(seen: Seen) -> list[Violation]:
    """Return all that does not hold."""
    return [Violation(name, text) for name, check in CHECKS.items() for text in check(seen)]


def _ended(seen: Seen) -> Iterator[str]:
    yield from seen.broken


def _books(seen: Seen) -> Iterator[str]:
    for each in seen.sets:
        rows = [item.row for item in each.items]
        if sorted(rows) != list(range(1, each.rows + 1)):
            yield f"{each.name}: the ledger has {len(rows)} items of {each.rows} rows"
        for item in each.items:
            if item.outcome not in OUTCOMES:
                yield f"{each.name}, row {item.row} ended {item.outcome}"
        counted = Counter(item.outcome for item in each.items)
        if each.counts != {**counted, "total": each.rows}:
            yield f"{each.name}: counts are {dict(each.counts)}, the ledger has {dict(counted)}"
        if list(each.reported) != list(each.items):
            differing = [one.row for one in each.items if one not in each.reported]
            yield f"{each.name}: its report differs from the ledger in rows {differing}"


def _bookings(seen: Seen) -> Iterator[str]:
    for vendor, records in seen.before.items():
        form = FORMS[vendor]
        for booking_id, before in records.items():
            after = seen.after[vendor].get(booking_id)
            if after is None:
                yield f"{vendor} {booking_id} is gone"
                continue
            now = flat(after)
            changed = {name: now.get(name) for name in form.changed(before, after)}
            if not any(_fits(changed, now, possible) for possible in _possible(seen, (vendor, booking_id))):
                ended = {each.name: _outcome(each, (vendor, booking_id)) for each in seen.sets}
                yield f"{vendor} {booking_id} differs in {sorted(changed)}, and the ledger says {ended}"


def _fits(changed: Mapping[str, object], now: Mapping[str, object], possible: Mapping[str, object]) -> bool:
    """Tell whether a booking has what it shall have, and nothing else was changed."""
    return changed.keys() <= possible.keys() and all(now.get(name) == possible[name] for name in possible)


def _possible(seen: Seen, key: Key) -> list[Mapping[str, object]]:
    """Return the ways in which a booking may have been changed, going by its items' outcomes."""
    changes = [each for each in seen.sets if each.name != "revert"]
    done = [each for each in changes if _outcome(each, key)[0] in DONE]
    perhaps = [each for each in changes if _may_have_been_sent(*_outcome(each, key))]
    found: list[Mapping[str, object]] = [each.expected[key] for each in (*done, *perhaps)]
    backward = [each for each in seen.sets if each not in changes]
    as_before = not done or any(_may_have_been_sent(*_outcome(each, key)) for each in backward)
    return [*found, {}] if as_before else found


def _may_have_been_sent(outcome: str, reason: str | None) -> bool:
    return outcome == "unknown" or (outcome == "held" and reason in ("vendor.error", "net.timeout", None))


def _outcome(each: SetSeen, key: Key) -> tuple[str, str | None]:
    found = [item for item in each.items if (item.vendor, item.booking_id) == key]
    return (found[0].outcome, found[0].reason) if found else ("", None)


def _written_twice(seen: Seen) -> Iterator[str]:
    effects: Counter[tuple[str, str, str]] = Counter()
    for request in seen.requests:
        for booking_id in request["changed"]:
            effects[request["vendor"], booking_id, _set_of(request, seen)] += 1
    for (vendor, booking_id, name), count in effects.items():
        if count > 1:
            yield f"{vendor} {booking_id} was changed {count} times by {name}"


def _set_of(request: Request, seen: Seen) -> str:
    """Return which change set sent an update: by its mark or, where it has none, by when it was sent."""
    if at(request) >= seen.reverted_from:
        return "revert"
    sent = json.dumps([request["query"], request["body"]])
    return next((each.name for each in seen.sets if each.mark and each.mark in sent), "a")


def _told_twice(seen: Seen) -> Iterator[str]:
    writers: dict[Key, set[str]] = defaultdict(set)
    for request in seen.requests:
        for booking_id in request["changed"]:
            writers[request["vendor"], booking_id].add(_set_of(request, seen))
    told = Counter(
        (one["vendor"], one["booking_id"], person) for one in seen.notifications for person in set(one["to"])
    )
    for (vendor, booking_id, _), count in told.items():
        if count > len(writers[vendor, booking_id]):
            yield (
                f"somebody was told {count} times of {vendor} {booking_id}, which was changed by "
                f"{len(writers[vendor, booking_id])} change sets"
            )


def _sent_without_ledger(seen: Seen) -> Iterator[str]:
    for since, until in seen.gone:
        for request in seen.requests:
            if is_update(request) and since + seen.may_send_for < at(request) < until:
                late = at(request) - since
                yield f"request {request['seq']} to {request['vendor']} came {late:.2f} s after it went"


def _sent_without_intent(seen: Seen) -> Iterator[str]:
    intents: dict[tuple[str, Key], float] = {}
    for event in seen.events:
        if event.what == "sending":
            intents.setdefault((event.change_set, event.key), event.at)
    for request in seen.requests:
        for booking_id in request["changed"]:
            key = (_set_of(request, seen), (request["vendor"], booking_id))
            if at(request) + CLOCKS < intents.get(key, float("inf")):
                yield f"request {request['seq']} changed {' '.join(key[1])}, and the ledger knew of no intent"


def _leaks(seen: Seen) -> Iterator[str]:
    for name, text in seen.said.items():
        for number, line in enumerate(text.splitlines(), 1):
            if any(each in line for each in seen.secrets | seen.personal):
                yield f"{name}, line {number} says what it must not"
    for name, text in seen.reports.items():
        if any(each in text for each in seen.secrets):
            yield f"the report {name} says a secret"
    if any(each.encode() in seen.ledger for each in seen.secrets | seen.personal):
        yield "the ledger's file can be read"


def _interleaved(seen: Seen) -> Iterator[str]:
    """Two change sets had a booking in hand at once; after a kill or a lost lease it cannot be told."""
    if seen.killed:
        return
    sending: dict[Key, str] = {}
    for event in seen.events:
        if event.what == "sending":
            other = sending.setdefault(event.key, event.change_set)
            if other != event.change_set:
                yield f"{event.change_set} sent {' '.join(event.key)} while {other} had it in hand"
        elif sending.get(event.key) == event.change_set:
            del sending[event.key]


CHECKS: Mapping[str, Callable[[Seen], Iterator[str]]] = {
    "a process ended oddly": _ended,
    "the books do not balance": _books,
    "a booking is not as reported": _bookings,
    "a booking was written twice": _written_twice,
    "somebody was told twice": _told_twice,
    "sent without the ledger": _sent_without_ledger,
    "sent without an intent": _sent_without_intent,
    "a secret got out": _leaks,
    "two runs interleaved": _interleaved,
}
