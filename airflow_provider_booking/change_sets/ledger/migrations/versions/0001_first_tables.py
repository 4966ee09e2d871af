"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_UNREAD = sa.text("digest IS NULL AND outcome = 'planned'")
_PLANNED = sa.text("digest IS NOT NULL")
_WHOLE = sa.text("item_id IS NULL")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "booking_change_sets",
        sa.Column(
            "change_set_id", sa.Text(), nullable=False, comment="When it was begun, and something random."
        ),
        sa.Column("key", sa.Text(), nullable=False, comment="Names it for who plans."),
        sa.Column(
            "arguments", sa.Text(), nullable=False, comment="A digest of what was asked for under the key."
        ),
        sa.Column("state", sa.Text(), nullable=False, comment="planning or planned."),
        sa.Column(
            "notify", sa.Text(), nullable=False, comment="Who shall be told: vendor_default, none or once."
        ),
        sa.Column(
            "expires_in", sa.Double(), nullable=False, comment="Seconds from planned_at to expires_at."
        ),
        sa.Column(
            "rows", sa.BigInteger(), comment="How many rows the source had; null until all are taken in."
        ),
        sa.Column("digest", sa.Text(), comment="Of all that is planned; null until planning is done."),
        sa.Column(
            "eta_seconds", sa.Double(), comment="How long applying takes at least, by the rate limits."
        ),
        sa.Column("created_at", _TIME, nullable=False, comment="When planning was begun."),
        sa.Column("planned_at", _TIME, comment="When planning was done."),
        sa.Column("expires_at", _TIME, comment="Until when it may be begun to apply."),
        sa.Column("started_at", _TIME, comment="When it was begun to apply."),
        sa.Column("kind", sa.Text(), nullable=False, comment="What it is for: changes, renewal or revert."),
        sa.Column("reverts", sa.Text(), comment="The change set that it takes back."),
        sa.Column("stopped_at", _TIME, comment="When somebody last asked for it to be stopped."),
        sa.Column("stopped_by", sa.Text(), nullable=False, comment="Who asked; empty where nobody did."),
        sa.PrimaryKeyConstraint("change_set_id"),
        sa.UniqueConstraint("key"),
        comment="Change sets: many bookings that are planned, applied and reported together.",
    )
    op.create_index("ix_booking_change_sets_reverts", "booking_change_sets", ["reverts"])
    op.create_table(
        "booking_questions",
        sa.Column("asked_by", sa.Text(), nullable=False, comment="The task that asks a person to approve."),
        sa.Column("change_set_id", sa.Text(), nullable=False, comment="The change set; it may be forgotten."),
        sa.Column("digest", sa.Text(), nullable=False, comment="The plan that it asked about first."),
        sa.PrimaryKeyConstraint("asked_by"),
        comment="What approvals asked about: Airflow shows a task's first question again after a clear.",
    )
    op.create_table(
        "booking_leases",
        sa.Column("name", sa.Text(), nullable=False, comment="What only one may do at a time."),
        sa.Column("holder", sa.Text(), nullable=False, comment="Who does it."),
        sa.Column(
            "until",
            sa.Double(),
            nullable=False,
            comment="When it lapses: unix seconds by the database's clock.",
        ),
        sa.PrimaryKeyConstraint("name"),
        comment="Who does what only one may do at a time.",
    )
    op.create_table(
        "booking_claims",
        sa.Column("place", sa.Text(), nullable=False, comment="A digest of the vendor and its address."),
        sa.Column("booking_id", sa.Text(), nullable=False, comment="The booking's id at the vendor."),
        sa.Column("holder", sa.Text(), nullable=False, comment="Who has it in hand, while its lease holds."),
        sa.Column("item_id", sa.BigInteger(), nullable=False, comment="The item that it is in hand for."),
        sa.PrimaryKeyConstraint("place", "booking_id"),
        comment="Bookings in hand: nobody else reads and changes them until it is known what became of them.",
    )
    op.create_table(
        "booking_tokens",
        sa.Column(
            "credential",
            sa.Text(),
            nullable=False,
            comment="A digest of the credential that it was got with.",
        ),
        sa.Column("token", sa.LargeBinary(), comment="Encrypted: the access token; null until one was got."),
        sa.Column("use_until", sa.Double(), nullable=False, comment="Unix seconds, by the database's clock."),
        sa.Column(
            "fetched",
            sa.Text(),
            nullable=False,
            comment="JSON list of unix seconds: when the last were fetched.",
        ),
        sa.PrimaryKeyConstraint("credential"),
        comment="Access tokens that several processes share.",
    )
    op.create_table(
        "booking_connections",
        sa.Column("change_set_id", sa.Text(), nullable=False, comment="The change set."),
        sa.Column("conn_id", sa.Text(), nullable=False, comment="The Airflow connection."),
        sa.Column(
            "endpoint",
            sa.Text(),
            nullable=False,
            comment="A digest of whom the connection calls, and as whom.",
        ),
        sa.ForeignKeyConstraint(["change_set_id"], ["booking_change_sets.change_set_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("change_set_id", "conn_id"),
        comment="The connections of a change set, as they were when it was planned.",
    )
    op.create_table(
        "booking_events",
        sa.Column("event_id", _NUMBER, nullable=False, comment="Rises with time."),
        sa.Column("change_set_id", sa.Text(), nullable=False, comment="The change set."),
        sa.Column("at", _TIME, nullable=False, comment="When it was written."),
        sa.Column(
            "item_id", sa.BigInteger(), comment="The item; null where it is about the whole change set."
        ),
        sa.Column(
            "what", sa.Text(), nullable=False, comment="What happened: read, sending, settled and so on."
        ),
        sa.Column("outcome", sa.Text(), comment="Where the item stood from then on."),
        sa.Column("reason", sa.Text(), comment="Why."),
        sa.Column("detail", sa.Text(), nullable=False, comment="More, for a person; without personal data."),
        sa.ForeignKeyConstraint(["change_set_id"], ["booking_change_sets.change_set_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id"),
        comment="What happened to change sets, in order. Rows are only added.",
        sqlite_autoincrement=True,
    )
    op.create_index("booking_events_order", "booking_events", ["change_set_id", "event_id"])
    op.create_index(
        "booking_events_whole",
        "booking_events",
        ["change_set_id", "event_id"],
        sqlite_where=_WHOLE,
        postgresql_where=_WHOLE,
    )
    op.create_table(
        "booking_items",
        sa.Column("item_id", _NUMBER, nullable=False, comment="The ledger's own number; never used again."),
        sa.Column("change_set_id", sa.Text(), nullable=False, comment="The change set."),
        sa.Column(
            "row", sa.BigInteger(), nullable=False, comment="Its row in the source; 1 is the first data row."
        ),
        sa.Column("conn_id", sa.Text(), comment="The Airflow connection; null where the row names none."),
        sa.Column("vendor", sa.Text(), comment="The vendor; null where the connection is not known."),
        sa.Column("account", sa.Text(), nullable=False, comment="Tells apart accounts at vendors."),
        sa.Column("booking_id", sa.Text(), nullable=False, comment="The booking's id at the vendor."),
        sa.Column("wish_digest", sa.Text(), nullable=False, comment="The same for equal wishes only."),
        sa.Column("outcome", sa.Text(), nullable=False, comment="Where it stands."),
        sa.Column("reason", sa.Text(), comment="Why; null where there is nothing to explain."),
        sa.Column("message", sa.Text(), nullable=False, comment="For a person; without personal data."),
        sa.Column(
            "warnings", sa.Text(), nullable=False, comment="JSON list of texts; without personal data."
        ),
        sa.Column(
            "attempts", sa.Integer(), nullable=False, comment="How often an update was sent, or about to be."
        ),
        sa.Column(
            "starts_at", sa.Double(), nullable=False, comment="Unix seconds; infinity where it is not known."
        ),
        sa.Column(
            "digest", sa.Text(), comment="Of its target and of what it was planned from; null until then."
        ),
        sa.Column("request_id", sa.Text(), comment="The vendor's id for the last request."),
        sa.Column("updated_at", _TIME, nullable=False, comment="When the ledger last heard of it."),
        sa.Column(
            "image", sa.LargeBinary(), nullable=False, comment="Encrypted: wish, record before, target."
        ),
        sa.Column(
            "shown", sa.LargeBinary(), comment="Encrypted: fields before and after, where not as planned."
        ),
        sa.Column(
            "trace",
            sa.LargeBinary(),
            comment="Encrypted: how it left the booking; null until it is applied.",
        ),
        sa.Column("undoes", sa.BigInteger(), comment="The item of another change set that it takes back."),
        sa.ForeignKeyConstraint(["change_set_id"], ["booking_change_sets.change_set_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id"),
        comment="Items of change sets: one row of a source, one booking, exactly one outcome.",
        sqlite_autoincrement=True,
    )
    op.create_index(
        "booking_items_booking", "booking_items", ["change_set_id", "account", "booking_id", "item_id"]
    )
    op.create_index(
        "booking_items_order",
        "booking_items",
        ["change_set_id", "conn_id", "starts_at", "item_id"],
        sqlite_where=_PLANNED,
        postgresql_where=_PLANNED,
    )
    op.create_index("booking_items_row", "booking_items", ["change_set_id", "row"], unique=True)
    op.create_index("booking_items_tally", "booking_items", ["change_set_id", "conn_id", "outcome", "reason"])
    op.create_index(
        "booking_items_unread",
        "booking_items",
        ["change_set_id", "conn_id", "item_id"],
        sqlite_where=_UNREAD,
        postgresql_where=_UNREAD,
    )
    op.create_index(
        "booking_items_unread_id",
        "booking_items",
        ["change_set_id", "conn_id", "booking_id"],
        sqlite_where=_UNREAD,
        postgresql_where=_UNREAD,
    )
    op.create_table(
        "booking_slots",
        sa.Column("item_id", _NUMBER, nullable=False, comment="The item that takes it."),
        sa.Column(
            "after", sa.Boolean(), nullable=False, comment="Whether it takes it after the change, or before."
        ),
        sa.Column("resource", sa.Text(), nullable=False, comment="What is taken, within one connection."),
        sa.Column("start", sa.BigInteger(), nullable=False, comment="Unix seconds."),
        sa.Column("end", sa.BigInteger(), nullable=False, comment="Unix seconds; free again from here on."),
        sa.Column("change_set_id", sa.Text(), nullable=False, comment="The item's change set."),
        sa.Column("conn_id", sa.Text(), nullable=False, comment="The item's connection."),
        sa.ForeignKeyConstraint(["item_id"], ["booking_items.item_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "after", "resource", "start", "end"),
        comment="What the bookings of a change set take, now and afterwards.",
    )
    op.create_index(
        "booking_slots_order",
        "booking_slots",
        ["change_set_id", "conn_id", "resource", "start", "item_id", "after", "end"],
    )
    op.create_table(
        "booking_waits",
        sa.Column("item_id", _NUMBER, nullable=False, comment="The item that waits."),
        sa.Column("before_id", _NUMBER, nullable=False, comment="The item that must move before it."),
        sa.ForeignKeyConstraint(["before_id"], ["booking_items.item_id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item_id"], ["booking_items.item_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "before_id"),
        comment="Which item frees what another one needs.",
    )
    op.create_index("ix_booking_waits_before_id", "booking_waits", ["before_id"])
