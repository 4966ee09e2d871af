"""What Alembic runs: the steps, on the connection and in the transaction that it was handed."""

from alembic import context

from airflow_provider_booking.change_sets.ledger.migrations import VERSION_TABLE
from airflow_provider_booking.change_sets.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
context.run_migrations()
