"""The report of a change set: a summary for a person, and every item as CSV and as JSON lines."""

from airflow_provider_booking.change_sets.report.books import Books, BooksDoNotBalance
from airflow_provider_booking.change_sets.report.folders import Folder, LocalFolder
from airflow_provider_booking.change_sets.report.writing import write_report

__all__ = ["Books", "BooksDoNotBalance", "Folder", "LocalFolder", "write_report"]
