"""A vendor's answer as a model; an answer that is none proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from airflow_provider_booking.bookings.wording import first_problem
from airflow_provider_booking.vendors.transport import unreadable

if TYPE_CHECKING:
    from airflow_provider_booking.vendors.transport import Answer

AnswerModel = TypeVar("AnswerModel", bound=BaseModel)


def read_as(model: type[AnswerModel], data: Any, answer: Answer, *, vendor: str) -> AnswerModel:
    """Read what an answer carries.

    Args:
        model: What it should be.
        data: The part of the answer's body that holds it.
        answer: The answer.
        vendor: The vendor's name, for the error.

    Raises:
        VendorUnavailable: It is something else; of a write: OutcomeUnknown.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problem, _ = first_problem(error, model)
        # The chain is cut: pydantic's own text quotes what the vendor holds about people.
        raise unreadable(vendor, f"what was asked for: {problem}", answer) from None
