"""A vendor's answer as a model; an answer that is none proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from airflow_provider_booking.bookings.wording import first_problem
from airflow_provider_booking.vendors.transport import unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflow_provider_booking.vendors.transport import Answer

AnswerModel = TypeVar("AnswerModel", bound=BaseModel)


class VendorAnswer(BaseModel):
    """Base of what vendors show: members that a vendor adds are kept, and not shown by ``repr``.

    Nobody knows what a member that is not declared holds; it may be somebody's address.
    """

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        extra = self.model_extra or {}
        return [(name, value) for name, value in super().__repr_args__() if name not in extra]


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
    # Out of the except block, so that no chain holds what the vendor knows about people.
    raise unreadable(vendor, f"what was asked for: {problem}", answer)
