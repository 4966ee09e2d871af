"""Change sets: many bookings planned, applied and reported on a ledger, so that running it again is right.

Nothing here imports Airflow: connections, encryption keys, files and metrics are handed in.
"""
