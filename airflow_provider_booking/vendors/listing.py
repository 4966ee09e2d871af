"""Lists of bookings: their raw pages, a whole list for planning, and what a search is narrowed by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.bookings.time import moment
from airflow_provider_booking.bookings.wording import first_problem
from airflow_provider_booking.vendors.transport import unreadable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from airflow_provider_booking.vendors.transport import Answer
    from airflow_provider_booking.vendors.updating import Record

Page = list[tuple[str, "Record"]]
"""Bookings by their ids, as the client's ``read`` would give them."""

PAGE_SIZE = 50
"""Bookings that are asked for at once: no vendor says how many it gives at most, and 50 has been seen."""


@dataclass(frozen=True)
class RecordPage:
    """A page of a list, as it came.

    Attributes:
        records: What it shows, unchecked.
        pages: How many pages the list has, as the vendor says; unchecked.
        answer: The answer that it is in.
    """

    records: list[Any]
    pages: Any
    answer: Answer


@dataclass(frozen=True)
class Listing:
    """A vendor's list of all bookings.

    Attributes:
        calls: How many calls it takes to go through all of it.
        pages: Goes through it; a booking that cannot be read is left out.
    """

    calls: int
    pages: AsyncGenerator[Page, None]


async def listing_of(
    pages: AsyncIterator[RecordPage], model: type[BaseModel], named: Callable[[Record], str], *, vendor: str
) -> Listing:
    """Ask for the first page, and give the list that it is the first of.

    Args:
        pages: Goes through the list from its first page on.
        model: What the client reads a booking as.
        named: Gives a booking's id.
        vendor: The vendor's name, for errors.

    Raises:
        VendorUnavailable: The page does not say how many there are.
        NotApplied: It could not be read.
    """
    first = await anext(pages)
    if not isinstance(first.pages, int):
        raise unreadable(vendor, "the number of pages", first.answer)

    async def readable() -> AsyncGenerator[Page, None]:
        yield _readable(first.records, model, named)
        async for page in pages:
            yield _readable(page.records, model, named)

    return Listing(max(first.pages, 1), readable())


def _readable(records: list[Any], model: type[BaseModel], named: Callable[[Record], str]) -> Page:
    return [(named(record), record) for record in records if _reads_as(model, record)]


def _reads_as(model: type[BaseModel], record: Any) -> bool:
    try:
        model.model_validate(record)
    except ValidationError:
        return False
    return True


Moment = Annotated[datetime, BeforeValidator(moment)]


class SearchTerms(BaseModel):
    """What any search can be narrowed by; a vendor adds its own.

    Attributes:
        starts_after: Only bookings that start at or after this moment.
        starts_before: Only bookings that start before this moment.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    starts_after: Moment | None = None
    starts_before: Moment | None = None

    @classmethod
    def parse(cls, terms: Any) -> Self:
        """Check what a search is to be narrowed by; a term that is None is not given.

        Raises:
            InvalidInput: It is no mapping, or a term is unknown, missing or wrong.
        """
        if not isinstance(terms, Mapping):
            raise InvalidInput(f"search is a {type(terms).__name__}", hint="give a dict of terms")
        try:
            return cls.model_validate({name: value for name, value in terms.items() if value is not None})
        except ValidationError as error:
            problem, hint = first_problem(error, cls)
        raise InvalidInput(f"search: {problem}", hint=hint)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts_after and self.starts_before and self.starts_after >= self.starts_before:
            raise ValueError("starts_before is not after starts_after; give a later one")
        return self

    def early_enough(self, start: datetime) -> bool:
        """Whether a booking that starts at this moment starts early enough."""
        return self.starts_before is None or start < self.starts_before
