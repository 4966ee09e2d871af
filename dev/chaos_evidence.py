"""Collects what a chaos round left behind, for its checks: from vendors, ledger, logs and reports."""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from airflow_provider_booking.change_sets.ledger import Ledger, Sealer, open_ledger
from airflow_provider_booking.change_sets.ledger.tables import events, items
from dev.chaos_cast import Tally
from dev.chaos_faults import SLOWEST
from dev.chaos_seen import Noted, Row, Seen, SetSeen
from dev.chaos_sets import Asked, Key, Records
from dev.chaos_stage import FERNET_KEY, PASSWORD, Stage, connections
from dev.vendor_forms import flat

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_MEMOS = ("description", "reservationMemo", "memo")
_CALL = re.compile(r"(?:jicoo|onlive) \w+: HTTP \d+ in (\d+) ms")
"""What our clients log of an answer: how long it took. The others' calls may wait for a token meanwhile."""
_SHORTEST = 8  # letters of a memo that cannot stand in a log by chance


def evidence(
    on: Stage,
    asked: Sequence[Asked],
    ids: Mapping[str, str],
    counts: Mapping[str, Mapping[str, int]],
    *,
    before: Records,
    notify: str,
    reverted_from: float,
    tally: Tally,
) -> Seen:
    """Collect it.

    Args:
        on: Where the round was played.
        asked: What its change sets asked for.
        ids: Change set to its id in the ledger, the one that took back included.
        counts: Change set to the counts that its last task handed on.
        before: Every booking as it was.
        notify: Who was to be told.
        reverted_from: When all began to be taken back: unix seconds.
        tally: What was counted of its processes.
    """
    by_name = {each.name: each for each in asked}
    with open_ledger(on.ledger.url, Sealer(FERNET_KEY)) as ledger:
        sets = [
            _set(on, ledger, found, name=name, mine=by_name.get(name), counts=counts[name])
            for name, found in ids.items()
        ]
        noted = sorted(_noted(ledger, ids), key=lambda event: event.number)
    logs = {path.name: path.read_text(errors="replace") for path in (on.folder / "logs").iterdir()}
    return Seen(
        sets=sets,
        before=before,
        after=on.bookings(),
        requests=on.sandbox.requests(),
        notifications=on.sandbox.notifications(),
        events=noted,
        reverted_from=reverted_from,
        gone=on.ledger.gone,
        slowness=slowness(logs, tally),
        notify=notify,
        killed=len(tally.kills) + tally.lost_leases > 0,
        kills=tally.kills,
        waits_passed=on.waits_passed,
        broken=tally.broken,
        secrets=frozenset(_secrets(on)),
        personal=frozenset(_personal(before)),
        said=logs | {"results and exceptions": "\n".join(tally.texts)},
        reports={
            str(path.relative_to(on.reports)): path.read_text()
            for path in on.reports.rglob("*")
            if path.is_file()
        },
        ledger=_file_of(on),
    )


def slowness(logs: Mapping[str, str], tally: Tally) -> float:
    """Return how late things may have come: the slowest call, there and back, and the longest standstill.

    Our vendors answer at once, or within `SLOWEST`; where a call took longer, so did all that was done around
    it.
    """
    slowest = max((int(took) / 1000 for text in logs.values() for took in _CALL.findall(text)), default=0.0)
    return 2 * max(0.0, slowest - SLOWEST) + tally.standstill


def _set(
    on: Stage, ledger: Ledger, change_set_id: str, *, name: str, mine: Asked | None, counts: Mapping[str, int]
) -> SetSeen:
    reports = on.reports / change_set_id
    planned = _lines(reports / "plan") if mine else []
    expected = {(line["vendor"], line["booking_id"]): _as_stored(line) for line in planned}
    found = [
        Row(row.row, row.vendor, row.booking_id, row.outcome, row.reason)
        for row in _items(ledger, change_set_id)
    ]
    return SetSeen(
        name=name,
        mark=mine.mark if mine else "",
        rows=_rows(mine) if mine else len(found),
        items=found,
        reported={
            name: [_row(line) for line in read(reports)]
            for name, read in (("items.jsonl", _lines), ("items.csv", _cells))
        },
        counts=counts,
        expected=expected | (mine.expected if mine else {}),
    )


def _as_stored(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a line of a plan says that a booking shall have, under the names that the vendor stores."""
    prefix = "reservation." if line["vendor"] == "kos" else ""
    return {f"{prefix}{name}": value for name, value in flat(line["after"] or {}).items()}


def _lines(folder: Path) -> list[dict[str, Any]]:
    """Read a report row by row; one that was never written has none."""
    file = folder / "items.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def _cells(folder: Path) -> list[dict[str, str]]:
    """Read a report's CSV row by row, less the apostrophes that stand before what looks like a formula."""
    file = folder / "items.csv"
    if not file.exists():
        return []
    with file.open(newline="") as rows:
        return [
            {name: value.removeprefix("'") for name, value in line.items()} for line in csv.DictReader(rows)
        ]


def _row(line: Mapping[str, Any]) -> Row:
    """Return what a line of a report says of an item."""
    row, outcome, reason = int(line["row"]), line["outcome"], line["reason"] or None
    return Row(row, line["vendor"], line["booking_id"], outcome, reason)


def _rows(asked: Asked) -> int:
    with asked.source.open(newline="") as file:
        return sum(1 for _ in csv.DictReader(file))


def _items(ledger: Ledger, change_set_id: str) -> Sequence[Any]:
    wanted = select(items.c.item_id, items.c.row, items.c.vendor, items.c.booking_id)
    wanted = wanted.add_columns(items.c.outcome, items.c.reason)
    with ledger.reading() as connection:
        of_it = wanted.where(items.c.change_set_id == change_set_id).order_by(items.c.row)
        return connection.execute(of_it).all()


def _noted(ledger: Ledger, ids: Mapping[str, str]) -> Iterator[Noted]:
    for name, change_set_id in ids.items():
        known: dict[int, Key] = {
            item.item_id: (item.vendor, item.booking_id) for item in _items(ledger, change_set_id)
        }
        with ledger.reading() as connection:
            wanted = select(events).where(events.c.change_set_id == change_set_id)
            for event in connection.execute(wanted).all():
                if event.item_id in known:
                    when = event.at.timestamp()
                    yield Noted(event.event_id, when, name, known[event.item_id], event.what)


def _secrets(on: Stage) -> Iterator[str]:
    """The secrets of all connections, every token given out, the meeting password, the Fernet key."""
    yield from (*on.watched.tokens, PASSWORD, FERNET_KEY)
    for parts in connections(on.sandbox.url).values():
        yield parts["password"]
        yield from [parts["extra"]["refresh_token"]] if "refresh_token" in parts["extra"] else []


def _personal(before: Records) -> Iterator[str]:
    """The addresses of people, and what bookings say of them."""
    for records in before.values():
        for record in records.values():
            yield from _ADDRESS.findall(json.dumps(record))
            for name, value in flat(record).items():
                if name.rpartition(".")[2] in _MEMOS and isinstance(value, str) and len(value) >= _SHORTEST:
                    yield value


def _file_of(on: Stage) -> bytes:
    if on.ledger.folder is None:
        return b""
    return b"".join(path.read_bytes() for path in sorted(on.ledger.folder.iterdir()))
