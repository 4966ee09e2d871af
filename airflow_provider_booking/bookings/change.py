"""What is wanted of a booking: each field absent, cleared or set.

A vendor's change is a model in that vendor's field names. A field that was not given is *absent* and stays as
it is; a field given as ``None`` is *cleared*; any other value is *set*. Which of the three it is stands in
pydantic's ``model_fields_set``, so nothing else has to carry it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from airflow_provider_booking.bookings.errors import InvalidInput
from airflow_provider_booking.bookings.wording import first_problem

Item = TypeVar("Item")


def _only(value: Any) -> Any:
    """Read ``{"set": [...]}``, which means "exactly these", where a list is wanted."""
    if isinstance(value, Mapping) and set(value) == {"set"}:
        return value["set"]
    return value


ReplacedList = Annotated[list[Item], BeforeValidator(_only)]
"""A list that the vendor replaces as a whole, so that ``[...]`` and ``{"set": [...]}`` mean the same."""


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
        try:
            return cls.model_validate(dict(changes))
        except ValidationError as error:
            problem, hint = first_problem(error, cls)
            # The chain is cut: pydantic's own text quotes the value, which may be a password.
            raise InvalidInput(problem, hint=hint) from None

    def given(self, name: str) -> bool:
        """Whether the field was given at all, be it to clear or to set it."""
        return name in self.model_fields_set

    def clears(self, name: str) -> bool:
        """Whether the field was given as ``None``."""
        return self.given(name) and getattr(self, name) is None
