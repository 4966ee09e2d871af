"""What change sets ask of a vendor beside its client: fields, who is told, what matters, what is where."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from airflow_provider_booking.bookings import InvalidInput, Reason
from airflow_provider_booking.bookings.booking import checked_id
from airflow_provider_booking.vendors.redaction import MASK
from airflow_provider_booking.vendors.updating import differing_fields
from airflow_provider_booking.vendors.verbs import Asked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from airflow_provider_booking.bookings import Booking
    from airflow_provider_booking.vendors.client import VendorClient
    from airflow_provider_booking.vendors.listing import Listing
    from airflow_provider_booking.vendors.updating import Fields, Record
    from airflow_provider_booking.vendors.verbs import Closing, Renewing, Replacing

Client = TypeVar("Client", bound="VendorClient[Any, Any]")

_AS_IT_SHALL = "all that can be changed reads as it shall already"


class Notify(StrEnum):
    """Who shall be told of a change."""

    VENDOR_DEFAULT = "vendor_default"
    NONE = "none"
    ONCE = "once"


@dataclass(frozen=True)
class Telling:
    """How an update says who is told.

    Attributes:
        changes: What the vendor wants among the changed fields.
        options: What it wants beside them.
        warnings: What a person should know about who is told.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slot:
    """A resource that is taken for a while.

    Attributes:
        resource: Names it within one connection, such as ``room 1596693000000011001``.
        start: Unix seconds.
        end: Unix seconds; the slot is free again from here on.
    """

    resource: str
    start: int
    end: int


class VendorPlanning(ABC, Generic[Client]):
    """How bookings of one vendor are planned.

    Args:
        client: The vendor's client, entered.
    """

    neutral_fields: ClassVar[Mapping[str, str]]
    """The neutral fields that the vendor has, and its names for them, dotted where nested."""
    watched_fields: ClassVar[frozenset[str]]
    """The fields that matter to others: time, place, people, state; with all that is nested in one."""
    plain_fields: ClassVar[frozenset[str]]
    """The fields that say nothing of a person: times, states, places; with all that is nested in one."""
    unix_fields: ClassVar[frozenset[str]] = frozenset()
    """The fields that hold unix seconds, which no person reads as a time."""
    tellings: ClassVar[Mapping[Notify, Telling]]
    """How to keep to each policy; a policy that is missing cannot be kept."""
    reads_per_update: ClassVar[float]
    """How many calls an update of one booking makes beside the one that writes."""
    search_terms: ClassVar[frozenset[str]] = frozenset()
    """What a search can be narrowed by; empty where the vendor has no list of bookings."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def canonical_id(self, booking_id: str) -> str:
        """The one spelling of an id, so that two rows about one booking are seen to be.

        Raises:
            InvalidInput: It cannot be an id of this vendor.
        """
        return checked_id(booking_id, field="booking_id")

    def changes(self, wanted: Mapping[str, Any], booking: Booking) -> dict[str, Any]:
        """Neutral fields in the vendor's names, as JSON that an update takes.

        Args:
            wanted: Neutral field to its value: ``start`` and ``end`` aware datetimes, the others text; None
                clears. Only :attr:`neutral_fields`.
            booking: The booking as it is.
        """
        del booking
        return nested(
            {
                self.neutral_fields[name]: value.isoformat() if isinstance(value, datetime) else value
                for name, value in wanted.items()
            }
        )

    def asking(self, values: Fields, record: Record, options: Mapping[str, Any]) -> Asked:
        """What to ask for so that fields read so: how a change is taken back, or asked for once more.

        Args:
            values: Some of what the client's ``fields`` makes of a record, with the values to go to; None
                where a field shall be blank.
            record: The booking as it is, read with these options.
            options: The vendor's options of the update, where it needs some.

        Returns:
            The changes; its warnings name each field that cannot be brought there, and why.
        """
        hidden = self.not_shown(record)
        masked = {name for name in self.client.password_fields if values.get(name) == MASK}
        unknown = [
            name for name, value in values.items() if name in masked or (value is None and name in hidden)
        ]
        warnings = [f"what {name} shall read is not known; it stays as it is" for name in unknown]
        known = {name: value for name, value in values.items() if name not in unknown}
        asked: Fields = {}
        for name, value in differing_fields(self.client.fields(record), known).items():
            try:
                asked |= self.part(name, known, record, options)
            except InvalidInput as error:
                problem = f"{name} cannot be cleared" if value is None else error.problem
                warnings.append(f"{problem}; it stays as it is")
        return Asked(nested(asked), options, "" if asked else _AS_IT_SHALL, tuple(warnings))

    def part(self, name: str, values: Fields, record: Record, options: Mapping[str, Any]) -> Fields:
        """One of the fields to ask for, with those that it cannot be asked for without.

        Args:
            name: The field.
            values: All fields with the values to go to.
            record: The booking as it is.
            options: The vendor's options of the update.

        Raises:
            InvalidInput: The vendor does not take the value, or cannot clear the field.
        """
        del record
        part = {name: values[name]}
        self.client.parse_changes(nested(part), self.client.parse_options(options))
        return part

    def not_shown(self, record: Record) -> frozenset[str]:
        """The fields that an update takes and this record does not tell: blank in it says nothing."""
        del record
        return frozenset()

    def closing(self, closing: Closing, record: Record) -> Asked:
        """What to ask for when a room or zone closes; nothing where the booking is not in it then.

        Raises:
            InvalidInput: The vendor has no such thing, or the booking cannot be moved.
        """
        del closing, record
        raise InvalidInput(
            f"{self.client.vendor} has no room or zone that could close",
            hint="say with another change what the bookings shall become",
        )

    def replacing(self, replacing: Replacing, record: Record) -> Asked:
        """What to ask for when a person leaves; nothing where the booking is not that person's.

        Raises:
            InvalidInput: The vendor knows no such person of a booking, or cannot replace it.
        """
        del replacing, record
        raise InvalidInput(
            f"{self.client.vendor} has no host of a booking who could be replaced",
            hint="say with another change what the bookings shall become",
        )

    def renewing(self, renewing: Renewing, record: Record) -> Asked:
        """What to ask for to keep a booking alive; nothing where it is not due.

        Raises:
            InvalidInput: Bookings of this vendor do not lapse, or this one has (reason ``lost.expired``).
        """
        del renewing, record
        raise InvalidInput(f"bookings at {self.client.vendor} do not lapse", hint="leave it out")

    def check_still_alive(self, fields: Fields) -> None:
        """Let a booking be kept alive only if it has not lapsed since that was planned.

        Args:
            fields: What the client's ``fields`` made of a record that was read a moment ago.

        Raises:
            InvalidInput: It has (reason ``lost.expired``).
        """
        del fields

    def telling(self, notify: Notify, changes: Mapping[str, Any]) -> Telling:
        """How to say who is told.

        Args:
            notify: The policy.
            changes: What is asked for in the vendor's names; it may say who is told by itself.

        Raises:
            InvalidInput: The vendor cannot keep to the policy, or the changes contradict it (reason
                ``policy.notify``).
        """
        del changes
        return self.tellings[notify]

    def watched(self, fields: Fields) -> Fields:
        """The fields that matter to others; the rest may change meanwhile.

        Args:
            fields: What the client's ``fields`` made of a record.
        """
        return {name: value for name, value in fields.items() if _is_among(name, self.watched_fields)}

    @classmethod
    def is_plain(cls, name: str) -> bool:
        """Whether the value of a field may be shown to everybody who may see that there is a change set.

        Args:
            name: The field, as a report shows it.
        """
        return _is_among(name, cls.plain_fields)

    @classmethod
    @abstractmethod
    def told(cls, changes: Mapping[str, Any], options: Mapping[str, Any]) -> str:
        """Who is told of an update, in a few words.

        Args:
            changes: What is sent, in the vendor's names; it says who is told where the vendor wants it there.
            options: The options of that update.
        """

    def slots(self, fields: Fields) -> tuple[Slot, ...]:
        """What a booking with these fields takes that another may want; none where nothing is in the way."""
        del fields
        return ()

    @abstractmethod
    def starts_at(self, fields: Fields) -> float | None:
        """When a booking with these fields begins: unix seconds.

        For a Feishu reserve, which has no begin, when it expires; None where the fields do not tell.
        """

    def ends_at(self, fields: Fields) -> float | None:
        """When a booking with these fields ends: unix seconds.

        None where the fields do not tell, or where :meth:`starts_at` tells the end already.
        """
        del fields
        return None

    async def zone(self, booking: Booking) -> str | None:
        """IANA name of the zone in which people think of a booking; None where there is none (UTC serves)."""
        return booking.time_zone

    async def listing(self) -> Listing | None:
        """A list of all bookings; None where the vendor has none, or where it shows less than a read."""
        return None

    def search(self, terms: Mapping[str, Any]) -> AsyncIterator[str]:
        """The ids of the bookings that match.

        Args:
            terms: Some of :attr:`search_terms`.

        Raises:
            InvalidInput: The vendor has no list, or a term is unknown or wrong.
        """
        del terms
        raise InvalidInput(
            f"{self.client.vendor} has no call that lists bookings",
            hint="name the bookings in a file or a list",
        )


def nested(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields with dotted names as the objects that they stand for."""
    whole: dict[str, Any] = {}
    for name, value in fields.items():
        *parents, leaf = name.split(".")
        inner = whole
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[leaf] = value
    return whole


def _is_among(name: str, fields: frozenset[str]) -> bool:
    """Whether a flat field is one of these, or nested in one."""
    return name in fields or name.startswith(tuple(f"{each}{mark}" for each in fields for mark in ".["))


def refused_policy(problem: str, hint: str) -> InvalidInput:
    """A policy that a vendor cannot keep to."""
    return InvalidInput(problem, hint=hint, reason=Reason.NOTIFY_POLICY)
