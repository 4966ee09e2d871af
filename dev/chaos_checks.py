"""What must hold after every round of the chaos campaign, whatever happened in it."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from dev.chaos_seen import Noted, Request, Seen, SetSeen, at, is_update, left_alone_until
from dev.chaos_sets import Key
from dev.vendor_forms import FORMS, flat

DONE = {"applied", "unchanged"}
OUTCOMES = {*DONE, "refused", "held", "unknown", "unprocessed", "reverted"}
"""What an item can be when all has ended; ``planned`` it cannot."""
SUCCESS = range(200, 300)
OBEDIENT = {"jicoo", "zoho"}
"""The vendors that are told with each update whether to tell anybody."""

CLOCKS = 0.002  # seconds: the vendors' log is to the millisecond, the ledger's clock finer
TO_TELL = 0.3  # seconds in which all who call with a credential have heard of a vendor's "wait"
TO_BE_MISSED = 1.0  # seconds after which a process that was killed has been found dead
NO_LEASE_LAPSES = 0.5  # seconds after an intent: a lease is for 1.5, and renewed every 0.5


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
        for name, reported in each.reported.items():
            if list(reported) != list(each.items):
                differing = [one.row for one in each.items if one not in reported]
                yield f"{each.name}: its {name} differs from the ledger in rows {differing}"


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


def _sent_in_vain(seen: Seen) -> Iterator[str]:
    """An update that a vendor took and that changed nothing: somebody sent what stood there already."""
    for request in seen.requests:
        taken = request["fault"] is None and request["status"] in SUCCESS
        if is_update(request) and taken and not request["changed"]:
            yield f"request {request['seq']} to {request['vendor']} {request['path']} changed nothing"


def _in_spite_of_drift(seen: Seen) -> Iterator[str]:
    """Change sets are planned from one state: what the first one changed is drift to the other."""
    changes = [each for each in seen.sets if each.name != "revert"]
    writers = _writers(seen)
    for key in dict.fromkeys((item.vendor, item.booking_id) for each in changes for item in each.items):
        applied = [
            each for each in changes if _outcome(each, key)[0] == "applied" or each.name in writers[key]
        ]
        if any(each.expected.get(key) != applied[0].expected.get(key) for each in applied[1:]):
            yield f"{' '.join(key)} was changed by {' and '.join(each.name for each in applied)}"


def _set_of(request: Request, seen: Seen) -> str:
    """Return which change set sent an update: by its mark or, where it has none, by when it was sent."""
    if at(request) >= seen.reverted_from:
        return "revert"
    sent = json.dumps([request["query"], request["body"]])
    return next((each.name for each in seen.sets if each.mark and each.mark in sent), "a")


def _writers(seen: Seen) -> Mapping[Key, set[str]]:
    """Return which change sets changed a booking."""
    writers: dict[Key, set[str]] = defaultdict(set)
    for request in seen.requests:
        for booking_id in request["changed"]:
            writers[request["vendor"], booking_id].add(_set_of(request, seen))
    return writers


def _told_twice(seen: Seen) -> Iterator[str]:
    writers = _writers(seen)
    told = Counter(
        (one["vendor"], one["booking_id"], person) for one in seen.notifications for person in set(one["to"])
    )
    for (vendor, booking_id, _), count in told.items():
        if count > len(writers[vendor, booking_id]):
            yield (
                f"somebody was told {count} times of {vendor} {booking_id}, which was changed by "
                f"{len(writers[vendor, booking_id])} change sets"
            )


def _told_otherwise(seen: Seen) -> Iterator[str]:
    """Two vendors let us say whether anybody is told; what they do without a word is their own affair."""
    told = Counter((one["vendor"], one["booking_id"]) for one in seen.notifications)
    if seen.notify == "none":
        for vendor, booking_id in told:
            if vendor in OBEDIENT:
                yield f"somebody was told of {vendor} {booking_id}, and nobody was to be"
    if seen.notify == "once":
        for (vendor, booking_id), names in _writers(seen).items():
            if _has_guests(seen, (vendor, booking_id)) and told[vendor, booking_id] < len(names):
                yield (
                    f"{vendor} {booking_id} was changed by {len(names)} change sets, and somebody told "
                    f"{told[vendor, booking_id]} times"
                )


def _has_guests(seen: Seen, key: Key) -> bool:
    """Whether it is certain that there is somebody to tell: at Zoho, who calls is not told."""
    vendor, booking_id = key
    if vendor != "zoho":
        return vendor in OBEDIENT
    record = seen.before[vendor][booking_id]
    return len({record["bookedby_email"], *(one["email"] for one in record["attendees"])}) > 1


def _not_left_alone(seen: Seen) -> Iterator[str]:
    """Who calls with a credential shares a vendor's "wait"; who is killed may have told nobody."""
    for asked in seen.requests:
        since = at(asked)
        if asked["credential"] == "none" or any(since < each < since + TO_BE_MISSED for each in seen.kills):
            continue
        until = min([left_alone_until(asked), *(each for each in seen.waits_passed if each > since)])
        early = [
            request["seq"]
            for request in seen.requests
            if since + TO_TELL + seen.slowness < at(request) < until - CLOCKS
            and all(request[name] == asked[name] for name in ("vendor", "credential"))
        ]
        if early:
            wait = f"the {until - since:.1f} s that request {asked['seq']} was asked to wait"
            yield f"{asked['vendor']} got {len(early)} requests, the first {early[0]}, in {wait}"


def _sent_without_ledger(seen: Seen) -> Iterator[str]:
    for since, until in seen.gone:
        for request in seen.requests:
            if is_update(request) and since + seen.may_send_for + seen.slowness < at(request) < until:
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
    secret = {form for each in seen.secrets for form in _forms(each)}
    private = secret | {form for each in seen.personal for form in _forms(each)}
    for name, text in seen.said.items():
        lines = sorted(1 + text.count("\n", 0, text.index(each)) for each in private if each in text)
        if lines:
            yield f"{name} says what it must not, first in line {lines[0]}"
    for name, text in seen.reports.items():
        if any(each in text for each in secret):
            yield f"the report {name} says a secret"
    if any(each.encode() in seen.ledger for each in private):
        yield "the ledger's file can be read"


def _forms(text: str) -> set[str]:
    """Return a text as it can stand in a log: as it is, or as JSON or Python write it between quotes."""
    quoted = (json.dumps(text), json.dumps(text, ensure_ascii=False), repr(text))
    return {text, *(each[1:-1] for each in quoted)}


def _interleaved(seen: Seen) -> Iterator[str]:
    """Two change sets had a booking in hand at once.

    Who was killed, or lost its lease or the ledger, left it in hand: then it can only be told as long as no
    lease can have lapsed.
    """
    left = seen.killed or seen.gone
    sending: dict[Key, Noted] = {}
    for event in seen.events:
        other = sending.get(event.key)
        if event.what == "sending":
            sending[event.key] = event
            if other is None or other.change_set == event.change_set:
                continue
            later = event.at - other.at
            if not left or later < NO_LEASE_LAPSES - seen.slowness:
                yield (
                    f"{event.change_set} sent {' '.join(event.key)} while {other.change_set} had it in hand, "
                    f"{later:.2f} s later"
                )
        elif other is not None and other.change_set == event.change_set:
            del sending[event.key]


CHECKS: Mapping[str, Callable[[Seen], Iterator[str]]] = {
    "a process ended oddly": _ended,
    "the books do not balance": _books,
    "a booking is not as reported": _bookings,
    "a booking was written twice": _written_twice,
    "a write was sent in vain": _sent_in_vain,
    "changed in spite of drift": _in_spite_of_drift,
    "somebody was told twice": _told_twice,
    "told otherwise than asked for": _told_otherwise,
    "a vendor was not left alone": _not_left_alone,
    "sent without the ledger": _sent_without_ledger,
    "sent without an intent": _sent_without_intent,
    "a secret got out": _leaks,
    "two runs interleaved": _interleaved,
}
