"""What is wanted of a booking: each field absent, cleared or set.

A vendor's change is a model in that vendor's field names. A field that was not given is *absent* and stays as
it is; a field given as ``None`` is *cleared*; any other value is *set*. Which of the three it is stands in
pydantic's ``model_fields_set``, so nothing else has to carry it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from airflow_provider_booking.bookings.errors import InvalidInput
from airflow_provider_booking.bookings.wording import field_path, first_problem

Item = TypeVar("Item")


def _only(value: Any) -> Any:
    """Read ``{"set": [...]}``, which means "exactly these", where a list is wanted."""
    if isinstance(value, Mapping) and set(value) == {"set"}:
        return value["set"]
    return value


ReplacedList = Annotated[list[Item], BeforeValidator(_only)]
"""A list that the vendor replaces as a whole, so that ``[...]`` and ``{"set": [...]}`` mean the same."""


_DEEPEST = 100
_LONGEST_NUMBER = 10**100  # Python refuses to write out one of thousands of digits
_LONGEST_PATH = 10  # of those that are shown whole


def check_json_can_carry(value: Any, path: tuple[int | str, ...] = ()) -> None:
    """Refuse what no JSON text in UTF-8 can carry, at any depth. Values that are no JSON are left alone.

    Raises:
        InvalidInput: Half a character, a number that is none or all too long, a key that is no text, or a
            value nested so deep that it holds itself, most likely.
    """
    problem = _unfit(value, len(path))
    if problem is not None:
        shown = path if len(path) < _LONGEST_PATH else path[:3]
        raise InvalidInput(f"{field_path(shown) or 'changes'} {problem[0]}", hint=problem[1])
    if isinstance(value, Mapping):
        for name, member in value.items():
            check_json_can_carry(member, (*path, name))
    elif isinstance(value, list | tuple):
        for index, member in enumerate(value):
            check_json_can_carry(member, (*path, index))


def _unfit(value: Any, depth: int) -> tuple[str, str] | None:
    if depth > _DEEPEST:
        return f"is nested more than {_DEEPEST} levels deep", "flatten it"
    if isinstance(value, Mapping) and not all(isinstance(name, str) for name in value):
        return "has a name that is no text", "put every field's name in quotes"
    if isinstance(value, Mapping) and not all(map(_is_whole, value)):
        return "has a name with half a character (a surrogate) in it", "check how the text was decoded"
    if isinstance(value, str) and not _is_whole(value):
        return "has half a character (a surrogate) in it", "check how the text was decoded"
    return _unfit_number(value) if isinstance(value, int | float) else None


def _unfit_number(value: float) -> tuple[str, str] | None:
    if isinstance(value, int):
        fits = abs(value) < _LONGEST_NUMBER
        return None if fits else ("is a number of more than 100 digits", "give it as text, or leave it out")
    return None if math.isfinite(value) else ("is not a finite number", "give a number, or leave it out")


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Change(BaseModel):
    """Base of every vendor's change; also of the objects nested in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)

    @classmethod
    def parse(cls, changes: Any) -> Self:
        """Check what a user asked for.

        Args:
            changes: A mapping in vendor field names.

        Raises:
            InvalidInput: It is no mapping, is empty, or a field is unknown or has a wrong value; the text
                names the first such field and says what to do. Values are never part of the text.
        """
        if not isinstance(changes, Mapping):
            raise InvalidInput(
                f"changes is a {type(changes).__name__}",
                hint="give a dict of field names and values (templated as a whole, it needs "
                "render_template_as_native_obj=True on the DAG)",
            )
        if not changes:
            raise InvalidInput("changes is empty", hint="name at least one field")
        check_json_can_carry(changes)
        try:
            return cls.model_validate(dict(changes))
        except ValidationError as error:
            problem, hint = first_problem(error, cls)
        # Out of the except block: pydantic's own text quotes the value, which may be a password.
        raise InvalidInput(problem, hint=hint)

    def given(self, name: str) -> bool:
        """Whether the field was given at all, be it to clear or to set it."""
        return name in self.model_fields_set

    def clears(self, name: str) -> bool:
        """Whether the field was given as ``None``."""
        return self.given(name) and getattr(self, name) is None
