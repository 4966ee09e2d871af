"""Templates of Markdown: every value that is put in is escaped."""

from __future__ import annotations

from datetime import UTC
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from airflow_provider_booking.change_sets.progress import duration
from airflow_provider_booking.change_sets.report.figures import rows
from airflow_provider_booking.change_sets.report.markdown import escaped

if TYPE_CHECKING:
    from datetime import datetime

    from jinja2 import Template

_PACKAGE = "airflow_provider_booking.change_sets"


def template(name: str) -> Template:
    """A template by its path below the package of change sets."""
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    # Markdown, not HTML: `finalize` escapes every value that is put in.
    environment = Environment(  # noqa: S701 - see above
        loader=PackageLoader(_PACKAGE, ""),
        finalize=escaped,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters |= {"utc": utc, "duration": duration, "wall": _wall, "rows": rows}
    return environment


def _wall(moment: datetime) -> str:
    """What the clock on the wall shows, and how far it is from UTC."""
    return moment.isoformat(sep=" ", timespec="minutes")


def utc(moment: datetime) -> str:
    """A moment as a report shows it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
