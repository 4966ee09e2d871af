"""The tables of the ledger. ``migrations/`` makes them; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    literal_column,
    or_,
)

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.change_sets.items import HELD_FOR_NOW, OPEN
from airflow_provider_booking.change_sets.ledger.columns import PlainText, UtcTime

metadata = MetaData()
# SQLite numbers rows by itself only where the column is an INTEGER.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")


def _of_a_change_set(*, primary_key: bool = False) -> Column[str]:
    return Column(
        "change_set_id",
        ForeignKey("booking_change_sets.change_set_id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
        comment="The change set.",
    )


change_sets = Table(
    "booking_change_sets",
    metadata,
    Column("change_set_id", Text, primary_key=True, comment="When it was begun, and something random."),
    Column("key", PlainText, nullable=False, unique=True, comment="Names it for who plans."),
    Column("arguments", Text, nullable=False, comment="A digest of what was asked for under the key."),
    Column("state", Text, nullable=False, comment="planning or planned."),
    Column("notify", Text, nullable=False, comment="Who shall be told: vendor_default, none or once."),
    Column("expires_in", Double, nullable=False, comment="Seconds from planned_at to expires_at."),
    Column("rows", BigInteger, comment="How many rows the source had; null until all are taken in."),
    Column("digest", Text, comment="Of all that is planned; null until planning is done."),
    Column("eta_seconds", Double, comment="How long applying takes at least, by the rate limits."),
    Column("created_at", UtcTime, nullable=False, comment="When planning was begun."),
    Column("planned_at", UtcTime, comment="When planning was done."),
    Column("expires_at", UtcTime, comment="Until when it may be begun to apply."),
    Column("started_at", UtcTime, comment="When it was begun to apply."),
    Column("kind", Text, nullable=False, comment="What it is for: changes, renewal or revert."),
    Column("reverts", Text, index=True, comment="The change set that it takes back."),
    Column("stopped_at", UtcTime, comment="When somebody last asked for it to be stopped."),
    Column("stopped_by", PlainText, nullable=False, comment="Who asked; empty where nobody did."),
    comment="Change sets: many bookings that are planned, applied and reported together.",
)

connections = Table(
    "booking_connections",
    metadata,
    _of_a_change_set(primary_key=True),
    Column("conn_id", PlainText, primary_key=True, comment="The Airflow connection."),
    Column("endpoint", Text, nullable=False, comment="A digest of whom the connection calls, and as whom."),
    comment="The connections of a change set, as they were when it was planned.",
)

items = Table(
    "booking_items",
    metadata,
    Column("item_id", _NUMBER, primary_key=True, comment="The ledger's own number; never used again."),
    _of_a_change_set(),
    Column("row", BigInteger, nullable=False, comment="Its row in the source; 1 is the first data row."),
    Column("conn_id", PlainText, comment="The Airflow connection; null where the row names none."),
    Column("vendor", Text, comment="The vendor; null where the connection is not known."),
    Column("account", Text, nullable=False, comment="Tells apart accounts at vendors."),
    Column("booking_id", PlainText, nullable=False, comment="The booking's id at the vendor."),
    Column("wish_digest", Text, nullable=False, comment="The same for equal wishes only."),
    Column("outcome", Text, nullable=False, comment="Where it stands."),
    Column("reason", Text, comment="Why; null where there is nothing to explain."),
    Column("message", PlainText, nullable=False, comment="For a person; without personal data."),
    Column("warnings", PlainText, nullable=False, comment="JSON list of texts; without personal data."),
    Column("attempts", Integer, nullable=False, comment="How often an update was sent, or about to be."),
    Column("starts_at", Double, nullable=False, comment="Unix seconds; infinity where it is not known."),
    Column("digest", Text, comment="Of its target and of what it was planned from; null until then."),
    Column("request_id", PlainText, comment="The vendor's id for the last request."),
    Column("updated_at", UtcTime, nullable=False, comment="When the ledger last heard of it."),
    Column("image", LargeBinary, nullable=False, comment="Encrypted: wish, record before, target."),
    Column("shown", LargeBinary, comment="Encrypted: fields before and after, where not as planned."),
    Column("trace", LargeBinary, comment="Encrypted: how it left the booking; null until it is applied."),
    # No foreign key: the other change set may be forgotten first.
    Column("undoes", BigInteger, comment="The item of another change set that it takes back."),
    comment="Items of change sets: one row of a source, one booking, exactly one outcome.",
    sqlite_autoincrement=True,
)

# Spelled as SQL, not as a bound value: a database uses a partial index only where it can see that it fits.
UNREAD = items.c.digest.is_(None) & (items.c.outcome == literal_column("'planned'"))
PLANNED = items.c.digest.is_not(None)
# What an apply takes up.
TO_APPLY = and_(
    PLANNED,
    or_(
        items.c.outcome.in_(sorted(outcome.value for outcome in OPEN)),
        and_(
            items.c.outcome == Outcome.HELD.value,
            items.c.reason.in_(sorted(reason.value for reason in HELD_FOR_NOW)),
        ),
    ),
)

Index("booking_items_row", items.c.change_set_id, items.c.row, unique=True)
Index("booking_items_tally", items.c.change_set_id, items.c.conn_id, items.c.outcome, items.c.reason)
Index("booking_items_booking", items.c.change_set_id, items.c.account, items.c.booking_id, items.c.item_id)
for _index, _columns, _where in (
    ("booking_items_unread", (items.c.change_set_id, items.c.conn_id, items.c.item_id), UNREAD),
    ("booking_items_unread_id", (items.c.change_set_id, items.c.conn_id, items.c.booking_id), UNREAD),
    (
        "booking_items_order",
        (items.c.change_set_id, items.c.conn_id, items.c.starts_at, items.c.item_id),
        PLANNED,
    ),
):
    Index(_index, *_columns, sqlite_where=_where, postgresql_where=_where)

slots = Table(
    "booking_slots",
    metadata,
    Column(
        "item_id",
        ForeignKey(items.c.item_id, ondelete="CASCADE"),
        primary_key=True,
        comment="The item that takes it.",
    ),
    Column("after", Boolean, primary_key=True, comment="Whether it takes it after the change, or before."),
    Column("resource", PlainText, primary_key=True, comment="What is taken, within one connection."),
    Column("start", BigInteger, primary_key=True, comment="Unix seconds."),
    Column("end", BigInteger, primary_key=True, comment="Unix seconds; free again from here on."),
    Column("change_set_id", Text, nullable=False, comment="The item's change set."),
    Column("conn_id", PlainText, nullable=False, comment="The item's connection."),
    Index("booking_slots_order", "change_set_id", "conn_id", "resource", "start", "item_id", "after", "end"),
    comment="What the bookings of a change set take, now and afterwards.",
)

waits = Table(
    "booking_waits",
    metadata,
    Column(
        "item_id",
        ForeignKey(items.c.item_id, ondelete="CASCADE"),
        primary_key=True,
        comment="The item that waits.",
    ),
    Column(
        "before_id",
        ForeignKey(items.c.item_id, ondelete="CASCADE"),
        primary_key=True,
        index=True,
        comment="The item that must move before it.",
    ),
    comment="Which item frees what another one needs.",
)

events = Table(
    "booking_events",
    metadata,
    Column("event_id", _NUMBER, primary_key=True, comment="Rises with time."),
    _of_a_change_set(),
    Column("at", UtcTime, nullable=False, comment="When it was written."),
    # No foreign key: what was forgotten of a set still in planning stays in the log.
    Column("item_id", BigInteger, comment="The item; null where it is about the whole change set."),
    Column("what", Text, nullable=False, comment="What happened: read, sending, settled and so on."),
    Column("outcome", Text, comment="Where the item stood from then on."),
    Column("reason", Text, comment="Why."),
    Column("detail", PlainText, nullable=False, comment="More, for a person; without personal data."),
    Index("booking_events_order", "change_set_id", "event_id"),
    Index(
        "booking_events_whole",
        "change_set_id",
        "event_id",
        sqlite_where=literal_column("item_id IS NULL"),
        postgresql_where=literal_column("item_id IS NULL"),
    ),
    comment="What happened to change sets, in order. Rows are only added.",
    sqlite_autoincrement=True,
)

questions = Table(
    "booking_questions",
    metadata,
    Column("asked_by", PlainText, primary_key=True, comment="The task that asks a person to approve."),
    # No foreign key: Airflow goes on showing the question when the change set is forgotten.
    Column("change_set_id", Text, nullable=False, comment="The change set; it may be forgotten."),
    Column("digest", Text, nullable=False, comment="The plan that it asked about first."),
    comment="What approvals asked about: Airflow shows a task's first question again after a clear.",
)

leases = Table(
    "booking_leases",
    metadata,
    Column("name", PlainText, primary_key=True, comment="What only one may do at a time."),
    Column("holder", PlainText, nullable=False, comment="Who does it."),
    Column("until", Double, nullable=False, comment="When it lapses: unix seconds by the database's clock."),
    comment="Who does what only one may do at a time.",
)

claims = Table(
    "booking_claims",
    metadata,
    Column("place", Text, primary_key=True, comment="A digest of the vendor and its address."),
    Column("booking_id", PlainText, primary_key=True, comment="The booking's id at the vendor."),
    # No foreign keys: who asks looks up the lease, and a claim outlives what it was made for.
    Column("holder", PlainText, nullable=False, comment="Who has it in hand, while its lease holds."),
    Column("item_id", BigInteger, nullable=False, comment="The item that it is in hand for."),
    comment="Bookings in hand: nobody else reads and changes them until it is known what became of them.",
)

tokens = Table(
    "booking_tokens",
    metadata,
    Column("credential", Text, primary_key=True, comment="A digest of the credential that it was got with."),
    Column("token", LargeBinary, comment="Encrypted: the access token; null until one was got."),
    Column("use_until", Double, nullable=False, comment="Unix seconds, by the database's clock."),
    Column("fetched", Text, nullable=False, comment="JSON list of unix seconds: when the last were fetched."),
    comment="Access tokens that several processes share.",
)
