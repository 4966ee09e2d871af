"""How the ledger's tables came to be, a step a file in ``versions/``."""

HEAD = "0001"
"""The newest step; known here so that a ledger that has it is opened without loading Alembic."""
VERSION_TABLE = "booking_alembic_version"
