"""How the vendors write what their bookings hold: ids, times, names of fields, as the sandbox shows them."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Clock:
    """How a vendor writes a time; which zone is meant may depend on the booking."""

    read: Callable[[str, Fields], datetime]
    write: Callable[[datetime, Fields], str]


def read_iso(text: str, _record: Fields) -> datetime:
    """Read ISO 8601 with an offset."""
    return datetime.fromisoformat(text)


def write_utc(precision: str) -> Callable[[datetime, Fields], str]:
    """Write in UTC, with Z, to seconds or milliseconds."""

    def write(moment: datetime, _record: Fields) -> str:
        return moment.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")

    return write


def zone_of(record: Fields) -> ZoneInfo:
    """Return the zone whose clock a Zoho booking's times are on."""
    return ZoneInfo(record["dateandtime"]["timezone"])


UNIX = Clock(
    lambda text, _: datetime.fromtimestamp(int(text), UTC), lambda moment, _: str(int(moment.timestamp()))
)
LOCAL = Clock(
    lambda text, record: datetime.fromisoformat(text).replace(tzinfo=zone_of(record)),
    lambda moment, record: f"{moment.astimezone(zone_of(record)):%Y%m%dT%H%M%S}",
)
UTC_MILLISECONDS = Clock(read_iso, write_utc("milliseconds"))
UTC_SECONDS = Clock(read_iso, write_utc("seconds"))


@dataclass(frozen=True)
class Form:
    """How one vendor writes its bookings.

    Attributes:
        id_field: The member that holds the id.
        fields: Neutral field to the vendor's, dotted where nested.
        clock: How it writes times.
        bookkeeping: What follows from other fields, or what the vendor changes by itself.
    """

    id_field: str
    fields: Mapping[str, str]
    clock: Clock
    bookkeeping: frozenset[str] = frozenset()

    def written(self, neutral: Mapping[str, datetime | str], record: Fields) -> dict[str, str]:
        """Return neutral fields as the vendor names and writes them in this record."""
        return {
            self.fields[name]: self.clock.write(value, record) if isinstance(value, datetime) else value
            for name, value in neutral.items()
        }

    def time(self, name: str, record: Fields) -> datetime:
        """Return a neutral time of a record."""
        return self.clock.read(flat(record)[self.fields[name]], record)

    def find(self, booking_id: str, records: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """Return the booking with this id among a vendor's records."""
        return next(record for record in records if record[self.id_field] == booking_id)

    def changed(self, before: Fields, after: Fields) -> set[str]:
        """Return the flat fields in which two records differ, bookkeeping aside."""
        old, new = flat(before), flat(after)
        names = (old.keys() | new.keys()) - self.bookkeeping
        return {name for name in names if _judged(old.get(name)) != _judged(new.get(name))}


FORMS = {
    "feishu": Form("id", {"end": "end_time", "title": "meeting_settings.topic"}, UNIX),
    "zoho": Form(
        "booking_id",
        {"start": "dateandtime.start", "end": "dateandtime.end", "title": "title"},
        LOCAL,
        frozenset({"start", "end", "start_date", "start_time", "end_date", "end_time", "users"}),
    ),
    "jicoo": Form(
        "uid",
        {"start": "startedAt", "end": "endedAt", "title": "name"},
        UTC_MILLISECONDS,
        frozenset({"updatedAt"}),
    ),
    "onlive": Form(
        "id", {"start": "start", "end": "end", "title": "title"}, UTC_MILLISECONDS, frozenset({"updatedAt"})
    ),
    "kos": Form(
        "id",
        {
            "start": "reservation.startDateTime",
            "end": "reservation.endDateTime",
            "description": "reservation.reservationMemo",
        },
        UTC_SECONDS,
        frozenset({"occupiedResources"}),
    ),
}
_SHOWN = (  # how the vendors write times, and what a reader is shown
    ("%Y%m%dT%H%M%S", "%Y-%m-%d %H:%M local"),
    ("%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d %H:%MZ"),
    ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%MZ"),
)


def flat(record: Fields) -> dict[str, Any]:
    """Return a record with its nested objects' fields under dotted names; lists stay whole."""
    return dict(_leaves("", record))


def _leaves(prefix: str, record: Fields) -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from _leaves(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", value


def _judged(value: Any) -> Any:
    """Return a value without what an update of other fields may set: docs/vendors/zoho.md, "Update"."""
    if value == "":
        return None  # nothing was written there, and nothing is: KOS has a memo taken back so
    if not isinstance(value, list):
        return value
    return [
        {name: inner for name, inner in each.items() if name != "notify_status"}
        if isinstance(each, Mapping)
        else each
        for each in value
    ]


def shown(field: str, value: Any) -> str:
    """Return a value for a reader: times to the minute, in UTC unless it says local."""
    if value is None:
        return "-"
    if field == "end_time":
        return f"{datetime.fromtimestamp(int(value), UTC):%Y-%m-%d %H:%MZ}"
    for written, readable in _SHOWN:
        with contextlib.suppress(ValueError):
            return datetime.strptime(str(value), written).strftime(readable)  # noqa: DTZ007  (to show it as it is)
    return str(value)
