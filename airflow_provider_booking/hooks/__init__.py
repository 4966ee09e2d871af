"""Airflow connections turned into vendor clients."""
