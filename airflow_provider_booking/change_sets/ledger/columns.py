"""Column types that read back the same from SQLite and PostgreSQL, and the store's own clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Double, TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.sql.compiler import SQLCompiler


class UtcTime(TypeDecorator[datetime]):
    """An aware time; UTC in the database and when it is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite keeps no offset: it is given UTC without one."""
        if value is None:
            return None
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """PostgreSQL answers in the session's zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class PlainText(TypeDecorator[str]):
    """Text from outside, without what a database refuses: NUL and halves of surrogate pairs become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace what cannot be stored."""
        del dialect
        if value is None:
            return None
        # Two halves that belong together become the character that they mean.
        encodable = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return encodable.replace("\0", "\N{REPLACEMENT CHARACTER}")


class StoreSeconds(FunctionElement[float]):
    """The database's own clock in unix seconds, at the moment that it is asked."""

    type = Double()
    inherit_cache = True


@compiles(StoreSeconds, "sqlite")
def _in_sqlite(_element: StoreSeconds, _compiler: SQLCompiler, **_options: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(StoreSeconds, "postgresql")
def _in_postgresql(_element: StoreSeconds, _compiler: SQLCompiler, **_options: Any) -> str:
    return "CAST(extract(epoch from clock_timestamp()) AS double precision)"
