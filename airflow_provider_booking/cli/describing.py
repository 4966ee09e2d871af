"""A change set as the commands show it: as a page, and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.change_sets.progress import duration
from airflow_provider_booking.change_sets.report.words import MEANING, TELLING
from airflow_provider_booking.cli.overview import listed, utc
from airflow_provider_booking.cli.pages import Page, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from airflow_provider_booking.change_sets.ledger import Event, Ledger
    from airflow_provider_booking.cli.overview import Overview

CONNECTIONS = 20
EVENTS = 10
REASONS = 5
_DIGEST_LENGTH = 12


@dataclass(frozen=True)
class History:
    """What happened to a change set.

    Attributes:
        reverted_by: Change sets that take it back, the oldest first.
        of_the_whole: What happened to it as a whole last, the oldest first.
        last: What happened last, to whatever part of it; None where nothing did.
    """

    reverted_by: Sequence[str]
    of_the_whole: Sequence[Event]
    last: Event | None


def history(ledger: Ledger, change_set_id: str) -> History:
    """Look up what happened to a change set."""
    last = ledger.last_events(change_set_id, 1, of_the_whole=False)
    return History(
        reverted_by=[each.change_set_id for each in ledger.reverts_of(change_set_id)],
        of_the_whole=ledger.last_events(change_set_id, EVENTS, of_the_whole=True),
        last=last[0] if last else None,
    )


def list_page(overviews: Iterable[Overview], nothing: str) -> Page:
    """Change sets, a line each; where there are none, a sentence."""
    headings = ("change set", "kind", "state", "created", "rows", "digest", "reverts", "key")
    rows = [
        (
            seen.change_set.change_set_id,
            seen.change_set.kind.value,
            seen.standing.value,
            utc(seen.change_set.created_at),
            listed(seen.counts),
            (seen.change_set.digest or "")[:_DIGEST_LENGTH],
            seen.change_set.reverts or "",
            seen.change_set.key,
        )
        for seen in overviews
    ]
    return Page({}, [Table(headings, rows)], "" if rows else nothing)


def show_page(seen: Overview, past: History) -> Page:
    """One change set, for a person who has to decide what to do."""
    found = seen.change_set
    eta = "" if found.eta_seconds is None else duration(found.eta_seconds)
    facts = {
        "Change set": found.change_set_id,
        "Key": found.key,
        "Kind": found.kind.value,
        "State": seen.standing.value,
        "Rows": f"{seen.counts['total']}: {listed(seen.counts)}",
        "Notify": f"{found.notify}, {TELLING[found.notify]}",
        "Digest": found.digest or "",
        "Created": utc(found.created_at),
        "Planned": _utc(found.planned_at),
        "To be begun until": _utc(found.expires_at) if found.started_at is None else "",
        "Begun to apply": _utc(found.started_at),
        "Takes at least": eta if found.started_at is None else "",
        "Stop asked for": f"{_utc(found.stopped_at)} by {found.stopped_by}" if found.stopped_at else "",
        "Reverts": found.reverts or "",
        "Reverted by": ", ".join(past.reverted_by),
        "Last event": f"{utc(past.last.at)}, {past.last.what}" if past.last else "",
    }
    connections = seen.by_connection()
    tables = [
        Table(
            ("connection", "total", "outcomes"),
            [
                (name or "none", str(counts["total"]), listed(counts))
                for name, counts in connections[:CONNECTIONS]
            ],
            titled("By connection", len(connections), CONNECTIONS),
        ),
        Table(
            ("rows", "outcome", "reason", "what it means, and what to do"),
            [
                (str(count), outcome.value, reason.value, MEANING[reason])
                for outcome, reason, count in seen.by_reason()[:REASONS]
            ],
            titled("Reasons", len(seen.by_reason()), REASONS),
        ),
        Table(
            ("at", "what", "detail"),
            [(utc(each.at), each.what, each.detail) for each in past.of_the_whole],
            "What happened to it as a whole",
        ),
    ]
    return Page(facts, tables, f"Next: {seen.next_step}")


def members(seen: Overview) -> dict[str, Any]:
    """A change set as JSON; times are ISO 8601 with an offset."""
    found = seen.change_set
    return {
        "change_set_id": found.change_set_id,
        "key": found.key,
        "kind": found.kind,
        "state": seen.standing,
        "counts": seen.counts,
        "notify": found.notify,
        "digest": found.digest,
        "eta_seconds": found.eta_seconds,
        "created_at": _iso(found.created_at),
        "planned_at": _iso(found.planned_at),
        "expires_at": _iso(found.expires_at),
        "started_at": _iso(found.started_at),
        "stopped_at": _iso(found.stopped_at),
        "stopped_by": found.stopped_by or None,
        "reverts": found.reverts,
    }


def all_members(seen: Overview, past: History) -> dict[str, Any]:
    """A change set as JSON, with all that :func:`show_page` shows."""
    return {
        **members(seen),
        "reverted_by": list(past.reverted_by),
        "last_event_at": _iso(past.last.at if past.last else None),
        "connections": [
            {"conn_id": conn_id or None, "counts": counts} for conn_id, counts in seen.by_connection()
        ],
        "reasons": [
            {"outcome": outcome, "reason": reason, "count": count}
            for outcome, reason, count in seen.by_reason()
        ],
        "events": [
            {"at": _iso(each.at), "what": each.what, "detail": each.detail} for each in past.of_the_whole
        ],
        "next_step": seen.next_step,
    }


def titled(text: str, there_are: int, shown: int) -> str:
    """A table's title, which says where only some of its rows are shown."""
    return text if there_are <= shown else f"{text} (the first {shown} of {there_are})"


def _utc(moment: datetime | None) -> str:
    return "" if moment is None else utc(moment)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
