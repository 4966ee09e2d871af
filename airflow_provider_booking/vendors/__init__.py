"""Async clients of the booking vendors, a package each, over one transport. Nothing here imports Airflow."""
