"""Where a change set takes its bookings from: a list, a file, a query, a vendor's search, a change set."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from airflow_provider_booking.bookings import InvalidInput, Outcome
from airflow_provider_booking.bookings.wording import first_problem, shown_name

LEFT_OVER = (Outcome.REFUSED, Outcome.HELD, Outcome.UNKNOWN, Outcome.UNPROCESSED)
"""Outcomes of what a change set did not do."""


def _listed(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise ValueError("must be a list; give the ids in square brackets")  # noqa: TRY004  (pydantic's way)
    return value


def _outcomes(value: Any) -> Any:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError('must be a list of outcomes; give some, such as ["held", "refused"]')
    if not all(isinstance(each, str) and each in set(Outcome) for each in value):
        raise ValueError(f"names an outcome that there is not; the outcomes are {', '.join(Outcome)}")
    return tuple(Outcome(each) for each in value)


_Outcomes = Annotated[tuple[Outcome, ...], BeforeValidator(_outcomes)]


class _Source(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_by_name=True)


class Ids(_Source):
    """The bookings of a list.

    Attributes:
        ids: Their ids, as they were given.
    """

    ids: Annotated[tuple[Any, ...], BeforeValidator(_listed), Field(strict=False)]


class File(_Source):
    """The rows of a file.

    Attributes:
        url: Its path, or its address in object storage.
        outcomes: Of a report, only the rows with these outcomes; None: all.
    """

    url: str = Field(validation_alias="file", min_length=1)
    outcomes: _Outcomes | None = None


class Sql(_Source):
    """The rows that a query selects.

    Attributes:
        statement: The query.
        conn_id: The Airflow connection of the database.
    """

    statement: str = Field(validation_alias="sql", min_length=1)
    conn_id: str = Field(min_length=1)


class Search(_Source):
    """The bookings that a vendor's list call finds.

    Attributes:
        terms: By what it is narrowed; each vendor has its own.
    """

    terms: dict[str, Any] = Field(validation_alias="search", min_length=1)


class Again(_Source):
    """The items of a change set that is in the ledger, with what was asked for.

    Attributes:
        change_set_id: The change set.
        outcomes: Only the items with these outcomes.
    """

    change_set_id: str = Field(validation_alias="report", min_length=1)
    outcomes: _Outcomes = LEFT_OVER


Source = Ids | File | Sql | Search | Again

_KINDS: Mapping[str, type[Source]] = {
    "ids": Ids,
    "file": File,
    "sql": Sql,
    "search": Search,
    "report": Again,
}
_MEMBERS = (*_KINDS, "conn_id", "outcomes")
_FORMS = (
    'give {"ids": [...]}, {"file": "..."}, {"sql": "...", "conn_id": "..."}, {"search": {...}} or '
    '{"report": "..."}'
)


def parse_source(value: Any) -> Source:
    """Read an operator's ``source``.

    Args:
        value: A mapping of one of the five forms.

    Raises:
        InvalidInput: It is none of them, or two at once; or a member is unknown or has a wrong value.
    """
    if not isinstance(value, Mapping):
        raise InvalidInput(
            f"source is a {type(value).__name__}",
            hint=f"{_FORMS} (templated as a whole, it needs render_template_as_native_obj=True on the DAG)",
        )
    unknown = [name for name in value if name not in _MEMBERS]
    if unknown:
        name = shown_name(str(unknown[0]))
        close = difflib.get_close_matches(name, _MEMBERS, n=1)
        raise InvalidInput(
            f"source.{name} is not a known field", hint=f"did you mean {close[0]}?" if close else _FORMS
        )
    kinds = [name for name in _KINDS if name in value]
    if len(kinds) != 1:
        said = f"says {' and '.join(kinds)}" if kinds else f"says none of {', '.join(_KINDS)}"
        raise InvalidInput(f"source {said}", hint=f"one is needed: {_FORMS}")
    model = _KINDS[kinds[0]]
    try:
        return model.model_validate(dict(value))
    except ValidationError as error:
        problem, hint = first_problem(error, model)
    raise InvalidInput(f"source.{problem}", hint=hint)
