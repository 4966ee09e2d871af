"""One clear sentence out of a failed validation: the field, what is wrong with it, what to do."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_LONGEST_NAME = 100

_BY_TYPE: dict[str, tuple[str, str]] = {
    "missing": ("is missing", "give it"),
    "literal_error": ("must be {expected}", "use one of these"),
    "too_long": ("has more than {max_length}", "shorten it"),
    "too_short": ("has fewer than {min_length}", "give at least that many"),
    "finite_number": ("is not a finite number", "give a number, or leave it out"),
    "string_too_long": ("is longer than {max_length} characters", "shorten it"),
    "string_too_short": ("is empty", "give it"),
    "greater_than": ("must be greater than {gt}", "change it"),
    "greater_than_equal": ("must be at least {ge}", "change it"),
    "less_than_equal": ("must be at most {le}", "change it"),
    "string_type": ("must be text", "put it in quotes"),
    "int_type": ("must be a whole number", "give a number without quotes"),
    "int_parsing": ("must be a whole number", "give a number"),
    "int_from_float": ("must be a whole number", "give a number without a fraction"),
    "float_parsing": ("must be a number", "give a number"),
    "float_type": ("must be a number", "give a number"),
    "bool_type": ("must be true or false", "give true or false"),
    "bool_parsing": ("must be true or false", "give true or false"),
    "list_type": ("must be a list", 'give a list, or {"set": [...]}'),
    "dict_type": ("must be an object", "give a dict"),
    "model_type": ("must be an object", "give a dict"),
    "model_attributes_type": ("must be an object", "give a dict"),
}


def first_problem(error: ValidationError, model: type[BaseModel]) -> tuple[str, str]:
    """Return what is wrong with the first bad field, and what to do about it, without quoting its value.

    Args:
        error: What pydantic raised while validating ``model``.
        model: The model, whose fields are named where an unknown one was given.
    """
    details = error.errors(include_url=False, include_input=False)
    # An unknown field is most often a slip in a name that also shows up as a missing one: say it first.
    first = next((each for each in details if each["type"] == "extra_forbidden"), details[0])
    field = field_path(first["loc"])
    more = f" ({len(details) - 1} more after this)" if len(details) > 1 else ""
    problem, hint = _wording(first, model)
    return f"{field}{' ' if field else ''}{problem}{more}", hint


def field_path(location: tuple[int | str, ...]) -> str:
    """``("hosts", 0, "role")`` as people write it: ``hosts[0].role``."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f"{'.' if path else ''}{shown_name(part)}"
    return path


def shown_name(name: str) -> str:
    """A name that nobody has checked, fit for an error: short and printable, and nobody's address."""
    if "@" in name:
        return "***"  # where a list is given as an object, its names are people
    text = name[:_LONGEST_NAME]
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def _wording(detail: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    kind = detail["type"]
    context: dict[str, Any] = detail.get("ctx", {})
    if kind == "extra_forbidden":
        return "is not a known field", _known_fields(detail["loc"], model)
    if kind in ("value_error", "assertion_error"):
        # Our own validators write "what is wrong; what to do".
        problem, _, hint = str(context["error"]).partition("; ")
        return problem, hint
    problem, hint = _BY_TYPE.get(kind, (f"is not valid ({kind})", "see the vendor's page for what it takes"))
    return problem.format_map(context), hint


def _known_fields(location: tuple[int | str, ...], model: type[BaseModel]) -> str:
    *parents, wrong = location
    known = _field_names(_nested(model, parents))
    close = difflib.get_close_matches(str(wrong)[:_LONGEST_NAME], known, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"the fields are {', '.join(known)}" if known else "leave it out"


def _nested(model: type[BaseModel], parents: list[int | str]) -> type[BaseModel] | None:
    current: type[BaseModel] | None = model
    for part in parents:
        if isinstance(part, int) or current is None:
            continue
        field = next(
            (each for name, each in current.model_fields.items() if part in (name, each.alias)),
            None,
        )
        current = _model_in(field.annotation) if field else None
    return current


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _model_in(each))), None)


def _field_names(model: type[BaseModel] | None) -> list[str]:
    if model is None:
        return []
    return [str(field.validation_alias or field.alias or name) for name, field in model.model_fields.items()]
