"""What each call does to the appointments: docs/vendors/onlive.md, "Simulator rules"."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.journal import Journal, Told
from airflow_provider_booking.sandbox.onlive import guests, listing, rules, seeds
from airflow_provider_booking.sandbox.onlive.appointments import (
    Record,
    Shelf,
    blank,
    is_cancelled,
    may_overlap,
)
from airflow_provider_booking.sandbox.onlive.calls import Request
from airflow_provider_booking.sandbox.onlive.cancelling import Cancellation, with_state
from airflow_provider_booking.sandbox.onlive.directory import CALENDARS, SERVICES
from airflow_provider_booking.sandbox.onlive.refusals import Refused, as_shown, invalid
from airflow_provider_booking.sandbox.onlive.versions import SAMPLE_REPLY, V1, timestamp
from airflow_provider_booking.sandbox.switches import Switchboard

_SHORTEST_STEP = timedelta(milliseconds=1)  # so that updatedAt always advances: rule 7


class AppointmentBook:
    """The calls on appointments; each is checked wholly before anything is stored (rule 17)."""

    def __init__(self, clock: Clock, journal: Journal, seed: int, switchboard: Switchboard) -> None:
        self._clock = clock
        self._journal = journal
        self._seed = seed
        self._switchboard = switchboard
        self._today = self._now().replace(hour=0, minute=0, second=0, microsecond=0)
        self._generated = self._created = 0
        self._shelf = Shelf()
        self._shelf.put(seeds.standing(self._today))

    def __len__(self) -> int:
        return len(self._shelf)

    # For the control interface

    def generate(self, count: int) -> list[str]:
        """Add `count` more of the made-up appointments."""
        return self._keep([self._made_up(ahead) for ahead in range(1, count + 1)])

    def store(self, records: list[Record]) -> list[str]:
        """Store appointments; members left out are made up.

        Raises:
            ValueError: If a member makes no sense; nothing is stored then.
        """
        return self._keep(
            [seeds.from_record(record, self._made_up(ahead)) for ahead, record in enumerate(records, 1)]
        )

    def records(self) -> list[Record]:
        """Give every appointment with all it has, in v1's names."""
        return [
            {
                name: timestamp(value) if isinstance(value, datetime) else value
                for name, value in record.items()
            }
            for record in self._shelf
        ]

    # The calls

    def page(self, request: Request) -> dict[str, Any]:
        """Show a page of the organisation's appointments, by start."""
        asked = listing.Filter.of(request.query, request.version, request.key.organization)
        return listing.page(self._shelf.listed(asked), request.query, request.version.view)

    def get(self, request: Request) -> dict[str, Any]:
        """Show one appointment."""
        return request.version.view(self._find(request))

    def update(self, request: Request) -> dict[str, Any]:
        """Change what was sent; arrays and objects are replaced, null clears."""
        record, version = self._find(request), request.version
        sent, now = self._read(request, version.updatable), self._now()
        if record["start"] <= now:  # docs/vendors/onlive.md, rule 13
            raise invalid((version.wire_name("start"), "Cannot modify past appointments"))
        if "state" in sent:
            sent |= with_state(record, sent["state"], now)
        result = record | sent
        rules.check_order(result, version)
        if "guests" in sent:
            self._check_guests(sent["guests"])
        if (result["start"], result["end"]) != (record["start"], record["end"]):
            rules.check_duration(result, version)
            self._check_slot(result)
        elif is_cancelled(record):
            self._check_slot(result)
        stored = self._change(record, result)
        self._tell("updated", stored, record["guests"] + stored["guests"])
        is_short = version is V1 and self._switchboard["update_reply"] == "sample"
        return version.view(stored, SAMPLE_REPLY if is_short else None)  # rule 24

    def create(self, request: Request) -> dict[str, Any]:
        """Book a new appointment, or turn a block into one."""
        organization, version = request.key.organization, request.version
        request.allow(organization)
        sent = self._read(request, version.creatable)
        block_id = sent.pop("blockedAppointmentId", None)
        missing = [name for name in ("start", "end", "calendarIds") if name not in sent]
        if missing and block_id is None:
            raise invalid(*((version.wire_name(name), "Is required") for name in missing))
        base = self._base(block_id, organization)
        result = base | sent
        _check_known(result, organization)
        rules.check_order(result, version)
        self._check_guests(result["guests"])
        rules.check_duration(result, version)
        self._check_slot(result)
        self._created += block_id is None
        stored = self._change(base, result)
        self._tell("created", stored, stored["guests"])
        return version.view(stored)

    def delete(self, request: Request) -> dict[str, Any]:
        """Remove an appointment for good; the two versions answer differently (rule 20)."""
        record, now = self._find(request), self._now()
        if record["locked"] or record["start"] <= now < record["end"]:
            raise Refused(
                409,
                "Cannot delete appointment in current state",
                (("state", "Appointment is locked or in progress"),),
            )
        self._shelf.remove(record["id"])
        self._journal.note_change(record["id"], record, None)
        if request.version is not V1:
            return request.version.view(record | {"deletedAt": now})
        if request.query.get("notify") == "true":
            self._tell("deleted", record, record["guests"])
        return {"id": record["id"], "status": "deleted", "deletedAt": timestamp(now)}

    def cancel(self, request: Request) -> dict[str, Any]:
        """Cancel the appointment, or only take guests off it (rule 21)."""
        record = self._find(request)
        order = Cancellation.of(request.members())
        stored = self._change(record, order.applied_to(record, self._now()))
        self._tell("cancelled", stored, order.targets(record))
        return request.version.view(stored)

    def mask_guests(self, request: Request) -> dict[str, Any]:
        """Replace addresses and phone numbers of guests; nobody is told."""
        record = self._find(request)
        masks = guests.masks(request.members())
        masked = [guests.masked(guest, masks) for guest in record["guests"]]
        self._check_guests(masked)
        return request.version.view(self._change(record, record | {"guests": masked}))

    def calendars_of(self, appointment_id: str) -> list[str]:
        """Give the ids of the calendars that an appointment is on; none if there is no such appointment."""
        record = self._shelf.get(appointment_id)
        return list(record["calendarIds"]) if record else []

    # Their parts

    def _find(self, request: Request) -> Record:
        if not rules.UUID.fullmatch(request.record_id):  # docs/vendors/onlive.md, rule 4
            wrong = ("appointmentId", "Must be a valid UUID")
            raise Refused(400, "Invalid appointment ID format", (wrong,))
        record = self._shelf.get(request.record_id.lower())
        if record is None:
            raise as_shown(404)
        request.allow(record["organizationId"])
        return record

    def _base(self, block_id: str | None, organization: str) -> Record:
        if block_id is None:
            return blank(seeds.created_id(self._created + 1), organization, self._now())
        block = self._shelf.get(block_id)
        if block is None or not block["blocked"] or block["organizationId"] != organization:
            raise invalid(("blockedAppointmentId", "Must be a block"))
        return block | {"blocked": False}

    def _read(self, request: Request, names: Mapping[str, str]) -> Record:
        return rules.read(request.members(), names, strict=self._switchboard["strict_body"])

    def _check_guests(self, invited: list[Record]) -> None:
        guests.check(invited, self._switchboard["guest_limit"])

    def _check_slot(self, record: Record) -> None:
        if not is_cancelled(record) and not may_overlap(record) and self._shelf.is_taken(record):
            raise as_shown(409)

    def _change(self, before: Record, result: Record) -> Record:
        self._journal.note_change(result["id"], before, result)
        result["updatedAt"] = max(self._now(), before["updatedAt"] + _SHORTEST_STEP)
        self._shelf.put([result])
        return result

    def _tell(self, change: str, record: Record, invited: list[Record]) -> None:
        # Guests and the people of the calendars hear of every change: docs/vendors/onlive.md, rule 23.
        calendars = [CALENDARS[one]["email"] for one in record["calendarIds"] if one in CALENDARS]
        to = dict.fromkeys([guest["email"] for guest in invited] + calendars)
        told = Told(self._clock.now(), "onlive", record["id"], {"to": list(to), "change": change})
        self._journal.notifications.append(told)

    def _made_up(self, ahead: int) -> Record:
        return seeds.generated(self._generated + ahead, self._seed, self._today)

    def _keep(self, made: list[Record]) -> list[str]:
        self._generated += len(made)
        self._shelf.put(made)
        return [record["id"] for record in made]

    def _now(self) -> datetime:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(self._clock.now() * 1000))


def _check_known(record: Record, organization: str) -> None:
    own = (CALENDARS[one]["organizationId"] for one in record["calendarIds"] if one in CALENDARS)
    if list(own) != [organization] * len(record["calendarIds"]):
        raise invalid(("calendarIds", "Unknown calendar"))
    if record["serviceId"] is not None and record["serviceId"] not in SERVICES:
        raise invalid(("serviceId", "Unknown service"))
