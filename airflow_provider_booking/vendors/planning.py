"""What change sets ask of a vendor beside its client: fields, who is told, what matters, what is where."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from airflow_provider_booking.bookings import InvalidInput, Reason
from airflow_provider_booking.bookings.booking import checked_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from airflow_provider_booking.bookings import Booking
    from airflow_provider_booking.vendors.client import VendorClient
    from airflow_provider_booking.vendors.listing import Listing
    from airflow_provider_booking.vendors.updating import Fields

Client = TypeVar("Client", bound="VendorClient[Any, Any]")


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
    tellings: ClassVar[Mapping[Notify, Telling]]
    """How to keep to each policy."""
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
        changes: dict[str, Any] = {}
        for name, value in wanted.items():
            *parents, leaf = self.neutral_fields[name].split(".")
            inner = changes
            for parent in parents:
                inner = inner.setdefault(parent, {})
            inner[leaf] = value.isoformat() if isinstance(value, datetime) else value
        return changes

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
        below = tuple(f"{name}{mark}" for name in self.watched_fields for mark in ".[")
        return {
            name: value
            for name, value in fields.items()
            if name in self.watched_fields or name.startswith(below)
        }

    def slots(self, fields: Fields) -> tuple[Slot, ...]:
        """What a booking with these fields takes that another may want; none where nothing is in the way."""
        del fields
        return ()

    @abstractmethod
    def starts_at(self, fields: Fields) -> float | None:
        """When a booking with these fields begins: unix seconds.

        For a Feishu reserve, which has no begin, when it expires; None where the fields do not tell.
        """

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


def refused_policy(problem: str, hint: str) -> InvalidInput:
    """A policy that a vendor cannot keep to."""
    return InvalidInput(problem, hint=hint, reason=Reason.NOTIFY_POLICY)
