"""Airflow provider that updates bookings at Feishu, Zoho Calendar, Jicoo, ONLIVE.SITE and KOS."""

__version__ = "0.1.0"
