"""What the ledger keeps of a change set and of each of its items."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from airflow_provider_booking.bookings import FieldChange, Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from airflow_provider_booking.vendors.planning import Notify, Slot

OPEN = frozenset({Outcome.PLANNED, Outcome.UNPROCESSED, Outcome.UNKNOWN})
"""Outcomes of items that an apply takes up."""
HELD_FOR_NOW = frozenset({Reason.CREDENTIAL_EXPIRED, Reason.THROTTLED, Reason.NO_ANSWER})
"""Reasons of held items that an apply takes up as well: nothing changed, and trying again may help."""


class State(StrEnum):
    """Where a change set stands."""

    PLANNING = "planning"
    PLANNED = "planned"


class Kind(StrEnum):
    """What a change set is for."""

    CHANGES = "changes"
    RENEWAL = "renewal"
    REVERT = "revert"


@dataclass(frozen=True)
class NewChangeSet:
    """What a change set is begun with.

    Attributes:
        key: Names it for who plans: planning under the same key again gives the same change set.
        arguments: A digest of what was asked for under the key.
        notify: Who shall be told.
        expires_in: Seconds after planning within which it may be begun to apply.
        kind: What it is for.
        reverts: The change set that it takes back; None where it takes none back.
    """

    key: str
    arguments: str
    notify: Notify
    expires_in: float
    kind: Kind = Kind.CHANGES
    reverts: str | None = None


@dataclass(frozen=True)
class Stop:
    """Somebody asked for a change set to be stopped.

    Attributes:
        at: When; aware, UTC, by the ledger's clock.
        by: Who.
    """

    at: datetime
    by: str

    def __str__(self) -> str:
        return f"{self.by} asked at {self.at:%Y-%m-%d %H:%M:%S}Z for it to be stopped"


@dataclass(frozen=True)
class ChangeSet:
    """A change set as the ledger has it; times are aware, in UTC.

    Attributes:
        change_set_id: Its id.
        key: Under which key it was planned.
        arguments: A digest of what was asked for under the key.
        state: Whether planning is done.
        notify: Who shall be told.
        rows: How many rows its source had; None until all are taken in.
        digest: Of all that is planned; None until planning is done.
        eta_seconds: How long applying takes at least, by the rate limits; None until planning is done.
        created_at: When planning was begun.
        planned_at: When it was done.
        expires_at: Until when it may be begun to apply.
        started_at: When it was begun to apply.
        kind: What it is for.
        reverts: The change set that it takes back; None where it takes none back.
        stopped_at: When somebody last asked for it to be stopped; None where nobody did.
        stopped_by: Who did; empty where nobody did.
    """

    change_set_id: str
    key: str
    arguments: str
    state: State
    notify: Notify
    rows: int | None
    digest: str | None
    eta_seconds: float | None
    created_at: datetime
    planned_at: datetime | None
    expires_at: datetime | None
    started_at: datetime | None
    kind: Kind = Kind.CHANGES
    reverts: str | None = None
    stopped_at: datetime | None = None
    stopped_by: str = ""

    @property
    def stop(self) -> Stop | None:
        """The last stop that somebody asked for."""
        return None if self.stopped_at is None else Stop(self.stopped_at, self.stopped_by)

    def stop_after(self, asked_at: datetime) -> Stop | None:
        """The stop that holds for who was asked at a time to apply it; None where none does."""
        stop = self.stop
        return None if stop is None or stop.at < asked_at else stop


class Trace(BaseModel):
    """How an item left its booking; kept encrypted. What a revert compares with, and goes back to.

    Attributes:
        before: The fields that it changed, flat, as they read before.
        left: The fields that matter to others, and those that it changed, as it left them.
        hidden: The fields that it may have changed and that the vendor does not show.
    """

    model_config = ConfigDict(frozen=True)

    before: dict[str, JsonValue]
    left: dict[str, JsonValue]
    hidden: tuple[str, ...] = ()


class Move(BaseModel):
    """When a booking begins, before and after; of a Feishu reserve, when it expires.

    Attributes:
        before: Aware; its offset is that of the zone in which people think of the booking, else UTC.
        after: The same.
        ends_before: When it ends, in the same way; None where that is not known, or is meant by ``before``.
        ends_after: The same.
    """

    model_config = ConfigDict(frozen=True)

    before: AwareDatetime
    after: AwareDatetime
    ends_before: AwareDatetime | None = None
    ends_after: AwareDatetime | None = None


class Image(BaseModel):
    """What the ledger keeps encrypted of an item.

    Attributes:
        wish: The row's wish, as JSON.
        record: The vendor's record before the change; what a revert goes back to.
        changes: The absolute target in the vendor's field names, as an update takes it.
        options: The options of that update.
        shown: Field to its values before and after, as a report may show them: no password in it.
        standing: Warnings of the plan that hold whatever comes of the update, such as what cannot be done.
        move: When it begins and ends; None where both stay, or where its begin is not known.
    """

    model_config = ConfigDict(frozen=True)

    wish: dict[str, JsonValue] = Field(default_factory=dict)
    record: dict[str, Any] = Field(default_factory=dict)
    changes: dict[str, JsonValue] = Field(default_factory=dict)
    options: dict[str, JsonValue] = Field(default_factory=dict)
    shown: dict[str, FieldChange] = Field(default_factory=dict)
    standing: tuple[str, ...] = ()
    move: Move | None = None


@dataclass(frozen=True)
class NewItem:
    """An item as a row of the source makes it.

    Attributes:
        row: The row's number; 1 is the first data row.
        conn_id: The connection; None where none can be told.
        vendor: The vendor's name, where the connection is known.
        account: Tells apart accounts at vendors: two rows with one account and booking are about the same.
        booking_id: The booking.
        wish_digest: The same for equal wishes only.
        image: The wish.
        outcome: ``planned`` until it is read; another one where the row is bad.
        reason: Why, where it is bad.
        message: What is wrong, where it is bad.
        undoes: The item of another change set that it takes back; None where it takes none back.
    """

    row: int
    conn_id: str | None
    vendor: str | None
    account: str
    booking_id: str
    wish_digest: str
    image: Image
    outcome: Outcome = Outcome.PLANNED
    reason: Reason | None = None
    message: str = ""
    undoes: int | None = None


@dataclass(frozen=True)
class Item:
    """An item as the ledger has it.

    Attributes:
        item_id: The ledger's own number; rises with the row.
        row: The row's number.
        conn_id: The connection.
        vendor: The vendor's name.
        booking_id: The booking.
        outcome: Where it stands.
        reason: Why.
        message: What a person should know, cleaned of personal data.
        warnings: More of that kind, although it went through.
        attempts: How often an update of it was sent, or was about to be.
        starts_at: When the booking starts: unix seconds. None where that is not known.
        digest: Of its target and of what it was planned from; None until it is planned.
        request_id: The vendor's id for the last request.
        updated_at: When the ledger last heard of it; aware, UTC.
        image: What is kept encrypted.
    """

    item_id: int
    row: int
    conn_id: str | None
    vendor: str | None
    booking_id: str
    outcome: Outcome
    reason: Reason | None
    message: str
    warnings: tuple[str, ...]
    attempts: int
    starts_at: float | None
    digest: str | None
    request_id: str | None
    updated_at: datetime
    image: Image


def is_open(item: Item) -> bool:
    """Whether an apply takes the item up."""
    held_for_now = item.outcome is Outcome.HELD and item.reason in HELD_FOR_NOW
    return item.digest is not None and (item.outcome in OPEN or held_for_now)


@dataclass(frozen=True)
class Target:
    """What planning adds to an item.

    Attributes:
        image: Everything that was planned.
        digest: Of the target and of what it was planned from.
        starts_at: When the booking starts: unix seconds.
        slots_before: What it takes now.
        slots_after: What it will take.
    """

    image: Image
    digest: str
    starts_at: float | None
    slots_before: tuple[Slot, ...] = ()
    slots_after: tuple[Slot, ...] = ()


@dataclass(frozen=True)
class ItemUpdate:
    """What is to be written of an item; it replaces outcome, reason, message and warnings.

    Attributes:
        item_id: The item.
        event: What happened, for the log of events: ``read``, ``sending``, ``settled`` and so on.
        outcome: Where it stands now.
        reason: Why.
        message: What a person should know.
        warnings: More of that kind.
        request_id: The vendor's id for the request; None leaves what is there.
        attempt: Whether an update is about to be sent: counts one attempt more.
        target: What planning found; None leaves what is there.
        shown: Field to its values before and after, where they turned out otherwise than planned; None
            leaves what is there.
        trace: How the booking was left; None leaves what is there.
    """

    item_id: int
    event: str
    outcome: Outcome
    reason: Reason | None = None
    message: str = ""
    warnings: tuple[str, ...] = ()
    request_id: str | None = None
    attempt: bool = False
    target: Target | None = None
    shown: Mapping[str, FieldChange] | None = field(default=None)
    trace: Trace | None = None
