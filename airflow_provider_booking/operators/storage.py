"""What change sets get from Airflow beside the ledger: the reports' place, files and queries to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

from airflow.sdk import BaseHook, ObjectStoragePath
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowException

from airflow_provider_booking.bookings import InvalidInput, VendorUnavailable
from airflow_provider_booking.hooks.places import airflow_home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_provider_booking.change_sets.rows import BadRow, Row, Wish
    from airflow_provider_booking.change_sets.sources import File, Ids, Sql

ROWS_AT_ONCE = 1000
"""Rows that a query's cursor hands over at once."""


def check_report_place() -> None:
    """Make sure that reports can be written, before there is anything to report on.

    Raises:
        InvalidInput: They cannot.
    """
    try:
        _report_root().mkdir(parents=True, exist_ok=True)
    except (ImportError, OSError, ValueError) as error:
        raise InvalidInput(
            f"[booking] report_url cannot be written to ({type(error).__name__})",
            hint="check it, and that its storage's provider is installed",
        ) from None


def _report_root() -> Any:
    return ObjectStoragePath(conf.get("booking", "report_url") or str(airflow_home() / "booking_reports"))


class ReportFolder:
    """A folder for a report of a change set, where ``[booking] report_url`` says.

    Args:
        change_set_id: Of which change set.
        part: A folder within the change set's; none for the whole.
    """

    def __init__(self, change_set_id: str, part: str = "") -> None:
        self._path = _report_root() / change_set_id
        if part:
            self._path = self._path / quote(part, safe="")
        self._path.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        """Where it is: a path on this machine, or a URL."""
        return str(self._path.path if self._path.protocol == "file" else self._path)

    def open(self, name: str) -> BinaryIO:
        """Open a file in it for writing; what was there is replaced."""
        opened: BinaryIO = (self._path / name).open("wb")
        return opened


def open_rows(source: Ids | File | Sql, change: Wish | None) -> Iterator[Row | BadRow]:
    """Read a source row by row; it is opened with the first row.

    Raises:
        InvalidInput: It cannot be read at all.
    """
    from airflow_provider_booking.change_sets.sources import File, Ids, files, ids  # noqa: PLC0415  (heavy)

    if isinstance(source, Ids):
        yield from ids.rows_of_ids(source.ids, change)
    elif isinstance(source, File):
        yield from files.rows_of_file(source.url, lambda: _opened(source.url), change, source.outcomes)
    else:
        yield from _queried(source, change)


def _opened(url: str) -> BinaryIO:
    try:
        path: Any = ObjectStoragePath(url)
        opened: BinaryIO = path.open("rb")
    except (ImportError, ValueError) as error:
        # Its scheme only: an address may hold a password.
        scheme = url.partition("://")[0] if "://" in url else "file"
        raise InvalidInput(
            f"a file of {scheme} storage cannot be opened here ({type(error).__name__})",
            hint="check the address, and that this storage's provider is installed",
        ) from None
    return opened


def _queried(source: Sql, change: Wish | None) -> Iterator[Row | BadRow]:
    from sqlalchemy.exc import OperationalError, SQLAlchemyError  # noqa: PLC0415  (heavy)

    from airflow_provider_booking.change_sets.sources.queried import rows_of_query  # noqa: PLC0415  (heavy)

    hook = _database(source.conn_id)
    try:
        with hook.get_sqlalchemy_engine().connect() as connection:
            # Streamed from the server, and sent as it is: a percent sign or a colon in it means itself.
            options = {"stream_results": True, "yield_per": ROWS_AT_ONCE, "no_parameters": True}
            result = connection.execution_options(**options).exec_driver_sql(source.statement)
            yield from rows_of_query(list(result.keys()), result, change)
    except OperationalError as error:
        # It may be down, or busy; what its driver says is kept back, as below.
        raise VendorUnavailable(
            f"the query on {source.conn_id} could not be run ({type(error.orig).__name__})",
            hint="check that the database is up, and run the query by hand",
        ) from None
    except SQLAlchemyError as error:
        # The driver's own words may quote the statement and its data.
        raise InvalidInput(
            f"the query on {source.conn_id} failed ({type(error).__name__})",
            hint="run it by hand to see why",
        ) from None


def _database(conn_id: str) -> Any:
    try:
        hook: Any = BaseHook.get_hook(conn_id)
    except AirflowException as error:
        raise InvalidInput(
            f"connection {conn_id} leads to no SQL database ({type(error).__name__})",
            hint="name a connection to one, and install its provider",
        ) from None
    if not hasattr(hook, "get_sqlalchemy_engine"):
        raise InvalidInput(f"connection {conn_id} leads to no SQL database", hint="name one that does")
    return hook
