"""Lists and their pages: docs/vendors/onlive.md, rule 25."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from airflow_provider_booking.sandbox.onlive import rules
from airflow_provider_booking.sandbox.onlive.refusals import invalid
from airflow_provider_booking.sandbox.onlive.versions import Version

DEFAULT_LIMIT = 20
_POSITIVE = re.compile(r"[1-9]\d{0,8}", re.ASCII)
Record = Mapping[str, Any]


def page(found: Sequence[Record], query: Mapping[str, str], view: Callable[[Record], Any]) -> dict[str, Any]:
    """Show the page of a list that the query asks for.

    Raises:
        Refused: 400 if `page` or `limit` is no number from 1 up.
    """
    number, limit = _positive(query, "page", 1), _positive(query, "limit", DEFAULT_LIMIT)
    first = (number - 1) * limit
    return {
        "items": [view(one) for one in found[first : first + limit]],
        "total": len(found),
        "page": number,
        "limit": limit,
        "pages": -(-len(found) // limit),
    }


@dataclass(frozen=True, slots=True)
class Filter:
    """Which appointments a list call asks for; None asks for any."""

    organization: str
    search: str
    calendar_id: str | None
    service_id: str | None
    state: str | None
    start: datetime | None
    end: datetime | None

    @classmethod
    def of(cls, query: Mapping[str, str], version: Version, organization: str) -> "Filter":
        """Read a query, whose parameters are assumed.

        Raises:
            Refused: 400 for a time that cannot be read.
        """
        return cls(
            organization,
            query.get("search", "").lower(),
            query.get("calendarId"),
            query.get("serviceId"),
            query.get(version.wire_name("state")),
            _moment(query, version.wire_name("start")),
            _moment(query, version.wire_name("end")),
        )

    def wants(self, record: Record) -> bool:
        """Say whether an appointment belongs in the list."""
        return (
            record["organizationId"] == self.organization
            and (self.calendar_id is None or self.calendar_id in record["calendarIds"])
            and (self.service_id is None or record["serviceId"] == self.service_id)
            and (self.state is None or record["state"] == self.state)
            and (self.start is None or record["start"] >= self.start)
            and (self.end is None or record["end"] <= self.end)
            and self.search in f"{record['title'] or ''} {record['description'] or ''}".lower()
        )


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    if name not in query:
        return None
    try:
        return rules.moment(query[name])
    except ValueError as error:
        raise invalid((name, str(error))) from error


def _positive(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not _POSITIVE.fullmatch(text):
        raise invalid((name, "Must be a number from 1 up"))
    return int(text)
